from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.analysis.assumptions import EQUITY_PREMIUM, prior_weights, projection_means
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.market import AssetClass, Floats, Rates
from advisor.optimizer.estimates import Estimates, EstimateSpec, View, estimate_panel
from advisor.optimizer.moments import estimate
from tests.market_fixtures import RATES, market_snapshot
from tests.optimizer.prices import walks, weekdays

DATES = weekdays()
SYMBOLS = ("AAA", "BBB", "CCC", "DDD")
LEVELS = walks(4, born={2: "2017-03-01"})
INDEX = walks(1, seed=9)[:, 0]
MEANS = ("historical", "shrunk", "capm", "black_litterman")
COVARIANCES = ("sample", "ewma", "ledoit_wolf")
RATES_OF_2021 = Rates(date(2021, 12, 31), 0.01, 0.03, 0.02, "made up", "made up")


def found(
    levels: Floats = LEVELS, symbols: tuple[str, ...] = SYMBOLS, rates: Rates | None = None, **spec: object
) -> Estimates:
    return estimate_panel(
        symbols,
        DATES,
        levels,
        spec=EstimateSpec(**spec),  # type: ignore[arg-type]
        risk_free=0.01,
        benchmark=INDEX,
        rates=rates,
    )


def keys(estimates: Estimates) -> list[str]:
    return [note.key for note in estimates.notes]


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("covariance", COVARIANCES)
def test_every_pair_of_methods_gives_a_whole_record(mean: str, covariance: str) -> None:
    estimates = found(mean=mean, covariance=covariance)
    assert estimates.symbols == SYMBOLS
    assert np.isfinite(estimates.mean).all()
    assert np.linalg.eigvalsh(estimates.covariance)[0] > 0
    assert np.array_equal(estimates.covariance, estimates.covariance.T)
    assert estimates.returns.shape == (len(estimates.ends), 4)
    assert not np.isnan(estimates.returns).any()
    assert estimates.ends[0] > np.datetime64("2017-03-01")
    assert estimates.prior.sum() == pytest.approx(1.0)
    assert (estimates.mean_method, estimates.covariance_method) == (mean, covariance)
    assert keys(estimates).count("estimates.common_weeks") == 1


def test_the_same_prices_give_the_same_version_and_other_ones_another() -> None:
    first, again = found(), found(levels=LEVELS.copy())
    assert first.version == again.version
    moved = LEVELS.copy()
    moved[-1, 0] *= 1.0001
    others = [
        found(levels=moved),
        found(mean="capm"),
        found(covariance="sample"),
        replace(first, risk_free=0.02),
        replace(first, symbols=("X", *SYMBOLS[1:])),
        replace(first, prior=first.prior[::-1] + np.array([0.1, -0.1, 0.0, 0.0])),
    ]
    assert len({item.version for item in (first, *others)}) == 7
    assert replace(first, notes=()).version == first.version


def test_figures_of_a_mix_follow_from_the_record() -> None:
    estimates = found()
    weights = estimates.vector({"AAA": 0.25, "DDD": 0.75})
    assert weights.tolist() == [0.25, 0.0, 0.0, 0.75]
    assert estimates.expected(weights) == pytest.approx(0.25 * estimates.mean[0] + 0.75 * estimates.mean[3])
    assert estimates.volatility(weights) == pytest.approx(float(weights @ estimates.covariance @ weights) ** 0.5)
    assert estimates.volatility(np.eye(4)[1]) == pytest.approx(estimates.volatilities[1])
    sharpe = (estimates.expected(weights) - 0.01) / estimates.volatility(weights)
    assert estimates.sharpe(weights) == pytest.approx(sharpe)
    assert estimates.sharpe(np.zeros(4)) is None
    with pytest.raises(InvalidInput, match="universe"):
        estimates.vector({"ZZZ": 1.0})


@settings(max_examples=20)
@given(st.permutations(range(4)), st.sampled_from(MEANS), st.sampled_from(COVARIANCES))
def test_permuting_columns_permutes_the_estimates(order: list[int], mean: str, covariance: str) -> None:
    still = found(mean=mean, covariance=covariance)
    moved = found(LEVELS[:, order], tuple(SYMBOLS[i] for i in order), mean=mean, covariance=covariance)
    assert moved.symbols == tuple(SYMBOLS[i] for i in order)
    assert moved.mean == pytest.approx(still.mean[order], rel=1e-9, abs=1e-12)
    assert moved.covariance == pytest.approx(still.covariance[np.ix_(order, order)], rel=1e-9, abs=1e-12)
    assert np.array_equal(moved.returns, still.returns[:, order])
    assert moved.prior == pytest.approx(still.prior[order])


@settings(max_examples=20)
@given(st.floats(-6, 6), st.sampled_from(MEANS), st.sampled_from(COVARIANCES))
def test_another_unit_of_money_changes_nothing(exponent: float, mean: str, covariance: str) -> None:
    still = found(mean=mean, covariance=covariance)
    moved = found(LEVELS * 10.0**exponent, mean=mean, covariance=covariance)
    assert moved.mean == pytest.approx(still.mean, rel=1e-9, abs=1e-12)
    assert moved.covariance == pytest.approx(still.covariance, rel=1e-9)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(1, 9),
    mean=st.sampled_from(MEANS),
    covariance=st.sampled_from(COVARIANCES),
    twins=st.booleans(),
)
def test_the_covariance_is_positive_definite_whatever_the_prices(
    seed: int, count: int, mean: str, covariance: str, *, twins: bool
) -> None:
    levels = walks(count, seed, {0: "2020-06-01"}, scale=10.0 ** np.random.default_rng(seed).uniform(-3, -1.3))
    levels[:, -1] = levels[:, 0] if twins else levels[:, -1]
    estimates = found(levels, tuple(f"S{i}" for i in range(count)), mean=mean, covariance=covariance)
    assert np.linalg.eigvalsh(estimates.covariance)[0] > 0
    assert np.isfinite(estimates.mean).all()


def test_two_copies_of_one_share_are_repaired_and_noted() -> None:
    twins = np.column_stack([LEVELS, LEVELS[:, 0]])
    assert "moments.repaired" in keys(found(twins, (*SYMBOLS, "TWIN"), covariance="sample"))


def test_what_has_no_year_of_moving_prices_is_left_out_and_named() -> None:
    levels = np.column_stack([LEVELS, np.full(len(DATES), np.nan), np.full(len(DATES), 7.0), LEVELS[:, 0]])
    levels[:-200, 6] = np.nan
    estimates = found(levels, (*SYMBOLS, "NONE", "FLAT", "YOUNG"))
    assert estimates.symbols == SYMBOLS
    left_out = {(note.key, note.values["symbol"]) for note in estimates.notes if "left_out" in note.key}
    assert left_out == {
        ("moments.left_out_short", "NONE"),
        ("moments.left_out_short", "YOUNG"),
        ("moments.left_out_constant", "FLAT"),
    }
    with pytest.raises(NotEnoughHistory) as error:
        found(levels[:, 4:], ("NONE", "FLAT", "YOUNG"))
    assert error.value.details["symbols"] == ["NONE", "FLAT", "YOUNG"]


@pytest.mark.parametrize("wrong", [0.0, -5.0, np.inf, np.nan, 1e300, 5e-324])
def test_a_price_that_is_none_is_refused_by_name(wrong: float) -> None:
    levels = LEVELS.copy()
    levels[-8, 1] = wrong  # a Wednesday
    levels[-11, 1] = wrong  # a Friday
    with pytest.raises(InvalidInput) as error:
        found(levels)
    assert error.value.details["symbols"] == ["BBB"]


def test_the_window_bounds_the_weeks_on_both_sides() -> None:
    estimates = found(window_from=date(2018, 1, 1), window_to=date(2020, 12, 31))
    # The first week is the base of the first return; the last one has not reached its Friday.
    assert (estimates.ends[0], estimates.ends[-1]) == (np.datetime64("2018-01-12"), np.datetime64("2020-12-25"))
    later = LEVELS.copy()
    later[np.datetime64("2020-12-31") < DATES] *= 3.0
    assert found(later, window_from=date(2018, 1, 1), window_to=date(2020, 12, 31)).version == estimates.version
    with pytest.raises(NotEnoughHistory) as error:
        found(window_from=date(2021, 6, 1))
    assert error.value.details["symbols"] == list(SYMBOLS)
    with pytest.raises(NotEnoughHistory):
        found(window_to=date(2010, 1, 1))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"mean": "magic"}, "mean"),
        ({"covariance": "magic"}, "covariance"),
        ({"window_from": date(2020, 1, 1), "window_to": date(2019, 1, 1)}, "window"),
        ({"half_life_weeks": 1.0}, "half_life_weeks"),
        ({"half_life_weeks": float("nan")}, "half_life_weeks"),
        ({"delta": 0.0}, "delta"),
        ({"mean": "capm", "views": (View({"AAA": 1.0}, 0.1, 0.5),)}, "views"),
    ],
)
def test_a_wrong_wish_is_refused_by_its_field(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as error:
        found(**wrong)  # type: ignore[arg-type]
    assert error.value.field == field


def test_shapes_that_do_not_fit_are_refused() -> None:
    spec = EstimateSpec()
    for wrong in (
        {"symbols": ("A", "B")},
        {"symbols": ("AAA", "BBB", "CCC", "AAA")},
        {"symbols": (), "levels": LEVELS[:, :0]},
        {"levels": LEVELS[1:]},
        {"levels": LEVELS[:, 0]},
        {"prior": np.array([1.0, 2.0])},
        {"prior": np.array([1.0, 2.0, 3.0, -1.0])},
        {"classes": (AssetClass.CASH,)},
        {"benchmark": INDEX[1:], "spec": EstimateSpec(mean="capm")},
        {"risk_free": float("nan")},
    ):
        given_ = {"symbols": SYMBOLS, "dates": DATES, "levels": LEVELS, "spec": spec, "risk_free": 0.01} | wrong
        with pytest.raises(InvalidInput):
            estimate_panel(**given_)  # type: ignore[arg-type]


def test_cash_is_outside_the_matrix_by_class_or_by_its_calm() -> None:
    generator = np.random.default_rng(1)
    bills = 100.0 * np.exp(np.cumsum(0.00008 + 0.00005 * generator.standard_normal(len(DATES))))
    levels, symbols = np.column_stack([LEVELS, bills]), (*SYMBOLS, "BILLS")
    by_calm = found(levels, symbols, mean="capm")
    assert not by_calm.covariance[4, :4].any()
    assert by_calm.volatilities[4] == pytest.approx(0.001)  # 0.04 % a year, and never below 0.1 %
    assert by_calm.mean[4] == 0.01
    assert "estimates.cash_like" in keys(by_calm)
    classes = (*(AssetClass.US_EQUITY,) * 4, AssetClass.CASH)
    by_class = estimate_panel(symbols, DATES, levels, spec=EstimateSpec(), risk_free=0.01, classes=classes)
    assert not by_class.covariance[4, :4].any()
    flat = np.column_stack([LEVELS, np.full(len(DATES), 1.0)])
    deposit = estimate_panel(symbols, DATES, flat, spec=EstimateSpec(), risk_free=0.01, classes=classes)
    assert deposit.symbols == symbols
    assert deposit.mean[4] == 0.0


def test_cash_by_itself_is_a_universe() -> None:
    levels = 100.0 * np.exp(0.0001 * np.arange(len(DATES)))[:, None]
    for mean in ("historical", "shrunk", "forward", "black_litterman"):
        alone = estimate_panel(
            ("BILLS",),
            DATES,
            levels,
            spec=EstimateSpec(mean=mean),
            risk_free=0.01,
            classes=(AssetClass.CASH,),
            rates=RATES_OF_2021,
        )
        assert alone.covariance.tolist() == [[1e-6]]
        assert np.isfinite(alone.mean).all()


def test_capm_means_are_the_rate_and_beta_times_the_committed_premium() -> None:
    doubled = np.column_stack([INDEX, INDEX])
    estimates = found(doubled, ("INDEX", "TWIN"), RATES_OF_2021, mean="capm")
    assert estimates.mean == pytest.approx([0.03 + EQUITY_PREMIUM] * 2)
    over_bill = found(doubled, ("INDEX", "TWIN"), mean="capm")
    assert over_bill.mean == pytest.approx([0.01 + EQUITY_PREMIUM] * 2)
    assert "estimates.premium_over_risk_free" in keys(over_bill)


def test_capm_does_not_depend_on_what_the_index_earned() -> None:
    drift = np.exp(0.0004 * np.arange(len(DATES)))
    spec = EstimateSpec(mean="capm")
    plain = estimate_panel(SYMBOLS, DATES, LEVELS, spec=spec, risk_free=0.01, benchmark=INDEX)
    risen = estimate_panel(SYMBOLS, DATES, LEVELS, spec=spec, risk_free=0.01, benchmark=INDEX * drift)
    assert risen.mean == pytest.approx(plain.mean, rel=0.01)


def test_an_index_without_prices_to_the_end_is_refused() -> None:
    spec = EstimateSpec(mean="capm")
    ended = np.where(np.datetime64("2021-09-01") < DATES, INDEX[1000], INDEX)
    late = np.where(np.datetime64("2021-06-01") > DATES, np.nan, INDEX)
    for index in (ended, late, np.full(len(DATES), np.nan)):
        with pytest.raises(NotEnoughHistory) as error:
            estimate_panel(SYMBOLS, DATES, LEVELS, spec=spec, risk_free=0.01, benchmark=index)
        assert error.value.field == "benchmark"
    with pytest.raises(InvalidInput, match="index"):
        estimate_panel(SYMBOLS, DATES, LEVELS, spec=spec, risk_free=0.01)
    unneeded = estimate_panel(SYMBOLS, DATES, LEVELS, spec=EstimateSpec(), risk_free=0.01, benchmark=ended)
    assert unneeded.symbols == SYMBOLS


def test_forward_means_are_those_of_every_promise() -> None:
    classes = (AssetClass.US_EQUITY, AssetClass.TREASURY_SHORT, AssetClass.GOLD, None)
    estimates = estimate_panel(
        SYMBOLS,
        DATES,
        LEVELS,
        spec=EstimateSpec(mean="forward"),
        risk_free=0.01,
        benchmark=INDEX,
        classes=classes,
        rates=RATES_OF_2021,
    )
    known = [item for item in classes if item is not None]
    assert estimates.mean[:3] == pytest.approx(projection_means(known, RATES_OF_2021))
    by_beta = found(mean="capm", rates=RATES_OF_2021)
    assert estimates.mean[3] == pytest.approx(by_beta.mean[3])
    named = [note.values["symbol"] for note in estimates.notes if note.key == "estimates.forward_by_beta"]
    assert named == ["DDD"]
    with pytest.raises(InvalidInput, match="interest rates"):
        estimate_panel(SYMBOLS, DATES, LEVELS, spec=EstimateSpec(mean="forward"), risk_free=0.01, classes=classes)
    with pytest.raises(InvalidInput) as error:
        estimate_panel(
            SYMBOLS,
            DATES,
            LEVELS,
            spec=EstimateSpec(mean="forward"),
            risk_free=0.01,
            classes=classes,
            rates=RATES_OF_2021,
        )
    assert error.value.details["symbols"] == ["DDD"]


def test_black_litterman_without_a_view_is_the_equilibrium_of_the_prior() -> None:
    prior = np.array([4.0, 3.0, 2.0, 1.0])
    estimates = estimate_panel(
        SYMBOLS, DATES, LEVELS, spec=EstimateSpec(mean="black_litterman"), risk_free=0.01, prior=prior
    )
    assert estimates.prior == pytest.approx(prior / 10)
    assert np.linalg.solve(2.5 * estimates.covariance, estimates.mean - 0.01) == pytest.approx(prior / 10)
    assert "estimates.equal_prior" not in keys(estimates)
    assert "estimates.equal_prior" in keys(found(mean="black_litterman"))


def test_the_prior_of_known_classes_is_the_committed_one() -> None:
    classes = (AssetClass.US_EQUITY, AssetClass.US_EQUITY, AssetClass.CREDIT, AssetClass.GOLD)
    estimates = estimate_panel(
        SYMBOLS, DATES, LEVELS, spec=EstimateSpec(mean="black_litterman"), risk_free=0.01, classes=classes
    )
    assert estimates.prior == pytest.approx(prior_weights(classes))
    assert "estimates.equal_prior" not in keys(estimates)


def test_a_view_for_certain_holds_and_one_on_what_was_left_out_is_noted() -> None:
    levels = np.column_stack([LEVELS, np.full(len(DATES), np.nan)])
    views = (View({"AAA": 1.0, "BBB": -1.0}, 0.03, 1.0), View({"NONE": 1.0}, 0.5, 1.0))
    estimates = found(levels, (*SYMBOLS, "NONE"), mean="black_litterman", views=views)
    assert estimates.mean[0] - estimates.mean[1] == pytest.approx(0.03)
    assert [n.values["symbol"] for n in estimates.notes if n.key == "estimates.view_left_out"] == ["NONE"]
    absolute = found(mean="black_litterman", views=(View({"CCC": 1.0}, 0.09, 1.0),))
    assert absolute.mean[2] == pytest.approx(0.09)  # nominal, as it was said
    with pytest.raises(InvalidInput):
        found(mean="black_litterman", views=(View({"ZZZ": 1.0}, 0.1, 0.5),))


def test_a_plan_universe_gives_the_same_covariance_as_its_panel() -> None:
    snapshot = market_snapshot()
    moments = estimate(snapshot)
    panel = estimate_panel(
        snapshot.symbols,
        snapshot.dates,
        snapshot.levels,
        spec=EstimateSpec(mean="black_litterman"),
        risk_free=RATES.bill,
        classes=moments.classes,
        rates=snapshot.rates,
    )
    assert np.array_equal(panel.covariance, moments.covariance)
    assert panel.mean == pytest.approx(moments.mean, rel=1e-12)
    assert np.array_equal(panel.returns, moments.estimates().returns)
