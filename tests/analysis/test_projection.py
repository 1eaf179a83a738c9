from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.analysis.bootstrap import MEAN_BLOCK_MONTHS, mean_shifts, month_draws
from advisor.analysis.projection import (
    Market,
    fan,
    fewest_years,
    later_start,
    levers,
    project,
    required_return,
    simulate,
)
from advisor.domain.errors import InvalidInput, NotEnoughHistory

PAST = np.random.default_rng(11).standard_t(5, 300) * 0.03
MARKET = Market(PAST, 0.06, 0.02, fee=0.002)
STILL = Market(np.zeros(60), 0.03, 0.03)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    first, second = (simulate(MARKET, 10, seed=1, paths=500) for _ in range(2))
    assert first.growth.tobytes() == second.growth.tobytes()
    assert first.growth.tobytes() != simulate(MARKET, 10, seed=2, paths=500).growth.tobytes()


def test_a_longer_horizon_extends_the_same_futures() -> None:
    short, long = simulate(MARKET, 5, seed=1, paths=200), simulate(MARKET, 25, seed=1, paths=200)
    assert np.array_equal(short.growth, long.growth[:6])
    assert np.array_equal(short.annuity, long.annuity[:6])


def test_percentiles_ascend_and_start_at_what_is_there() -> None:
    plan = project(MARKET, start=1000.0, monthly=50.0, years=7.5, seed=3, target=6000.0, paths=2000)
    assert plan.years == (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 7.5)
    lines = np.array([plan.bands[f"p{p}"] for p in (5, 10, 25, 50, 75, 90, 95)])
    assert (np.diff(lines, axis=0) >= 0).all()
    assert (lines[:, 0] == 1000.0).all()
    assert plan.paid_in[-1] == pytest.approx(1000 + 50 * 90)
    assert plan.terminal["p50"] == plan.bands["p50"][-1]
    assert plan.chance is not None
    assert plan.chance_low is not None
    assert plan.chance_high is not None
    assert plan.chance_low <= plan.chance <= plan.chance_high
    assert plan.chance == pytest.approx((plan.chance_low + plan.chance_high) / 2)


def test_percentiles_equal_numpys() -> None:
    futures = simulate(MARKET, 3, seed=3, paths=1001)
    plan = fan(futures, start=1000.0, monthly=10.0)
    expected = np.percentile(futures.wealth(1000.0, 10.0), [5, 10, 25, 50, 75, 90, 95], axis=1)
    assert np.allclose([plan.bands[f"p{p}"] for p in (5, 10, 25, 50, 75, 90, 95)], expected, rtol=1e-5)
    assert plan.chance is None


def test_the_mean_of_the_futures_is_the_mean_asked_for() -> None:
    futures = simulate(replace(MARKET, expected_inflation=0.0, fee=0.0), 1, seed=5, paths=20_000)
    assert float(futures.growth[-1].mean()) == pytest.approx((1 + 0.06 / 12) ** 12, abs=0.006)


def test_a_return_equal_to_inflation_keeps_the_median_at_what_was_paid_in() -> None:
    plan = project(STILL, start=1000.0, monthly=10.0, years=4, seed=1, paths=4000)
    assert plan.terminal["p50"] == pytest.approx(plan.paid_in[-1], rel=0.02)
    assert plan.terminal["p95"] > plan.paid_in[-1] > plan.terminal["p5"]


def test_inflation_is_drawn_from_the_same_months_and_centred() -> None:
    inflation = PAST * 0.5
    joint = simulate(replace(MARKET, inflation=inflation), 10, seed=1, paths=4000).growth[-1]
    apart = simulate(MARKET, 10, seed=1, paths=4000).growth[-1]
    assert float(joint.std()) < float(apart.std())  # prices that rise with the market cancel half of its swings
    assert float(np.median(joint)) == pytest.approx(float(np.median(apart)), rel=0.1)


def test_fees_lower_every_future() -> None:
    cheap, dear = (simulate(replace(MARKET, fee=fee), 10, seed=1, paths=300).growth[-1] for fee in (0.0, 0.01))
    assert np.allclose(dear / cheap, 0.99**10, rtol=1e-4)


def test_withdrawals_end_at_zero_and_stay_there() -> None:
    futures = simulate(MARKET, 20, seed=1, paths=1000)
    wealth = futures.wealth(1000.0, -8.0)
    assert (wealth >= 0).all()
    broke = wealth[10] == 0
    assert broke.any()
    assert (wealth[11:, broke] == 0).all()
    plan = fan(futures, start=1000.0, monthly=-8.0)
    assert plan.chance == pytest.approx(float((wealth[-1] > 0).mean()))


def test_each_year_of_a_glide_path_has_its_own_mix() -> None:
    two = Market(np.vstack([PAST, PAST * 0.1]), np.array([0.06, 0.02]), 0.02)
    first_only = Market(PAST, 0.06, 0.02)
    glide, flat = (simulate(market, 5, seed=1, paths=500).growth for market in (two, first_only))
    assert np.array_equal(glide[1], flat[1])
    assert float(glide[5].std()) < float(flat[5].std())


def test_block_draws_go_on_month_by_month_with_mean_length_of_a_year() -> None:
    draws = month_draws(300, 240, 2000, 9)
    onward = (draws[:-1] + 1) % 300 == draws[1:]
    assert onward.mean() == pytest.approx(1 - 1 / MEAN_BLOCK_MONTHS, abs=0.005)
    assert draws.min() >= 0
    assert draws.max() == 299
    assert np.bincount(draws.ravel().astype(int), minlength=300).min() > 0.9 * draws.size / 300
    with pytest.raises(ValueError, match="read-only"):
        draws[0, 0] = 1
    assert abs(float(mean_shifts(10_000, 9).std()) - 1) < 0.03


@settings(deadline=None, max_examples=30)
@given(st.floats(0, 5000), st.floats(0, 300), st.floats(5, 20), st.floats(10_000, 60_000))
def test_each_lever_brings_the_chance_it_promises(start: float, monthly: float, years: float, target: float) -> None:
    market = MARKET
    ask: dict[str, Any] = {"seed": 4, "paths": 400}
    found = levers(market, start=start, monthly=monthly, years=years, target=target, **ask)
    before = project(market, start=start, monthly=monthly, years=years, target=target, **ask).chance
    assert before is not None
    if found.extra_monthly == 0.0:
        assert before >= 0.75 - 0.005
        assert found.extra_years == 0
        return
    assert found.extra_monthly is not None
    more = project(
        market,
        start=start,
        monthly=monthly + found.extra_monthly * 1.0001 + 1e-3,
        years=years,
        target=target,
        **ask,
    )
    assert more.chance is not None
    assert more.chance >= 0.75
    if found.lower_target is not None:
        less = project(market, start=start, monthly=monthly, years=years, target=found.lower_target * 0.9999, **ask)
        assert less.chance is not None
        assert less.chance >= 0.75
        assert found.lower_target < target
    if found.extra_years is not None:
        months = max(1, round(years * 12)) + 12 * found.extra_years
        later = project(market, start=start, monthly=monthly, years=months / 12, target=target, **ask)
        assert later.chance is not None
        assert later.chance >= 0.75


def test_years_are_added_before_the_way_down_and_not_after_it() -> None:
    """With three years more the plan is three years longer in shares; the last mix is not held three years longer."""
    calm = PAST * 0.05

    def market(extra: int) -> Market:
        mixes, means = [PAST] * (3 + extra) + [calm] * 2, [0.08] * (3 + extra) + [0.01] * 2
        return Market(np.vstack(mixes), np.array(means), 0.02)

    ask: dict[str, Any] = {"seed": 4, "paths": 400, "start": 1000.0, "monthly": 50.0, "target": 6000.0}
    with_way = levers(market(0), years=5.0, later=market, **ask).extra_years
    without = levers(market(0), years=5.0, **ask).extra_years
    assert with_way is not None
    assert without is not None
    assert with_way < without
    for years, enough in ((with_way, True), (with_way - 1, False)):
        chance = project(market(years), years=5.0 + years, **ask).chance
        assert chance is not None
        assert (chance >= 0.75) is enough


@given(st.integers(1, 20), st.integers(-3, 3))
def test_the_fewest_years_are_found_whatever_the_guess(truth: int, off: int) -> None:
    asked: list[int] = []

    def chance(extra: int) -> float:
        asked.append(extra)
        return 0.8 if extra >= truth else 0.7

    assert fewest_years(chance, lambda extra: 0.8 if extra >= truth + off else 0.7, 0.75, 20) == truth
    assert len(asked) <= 5
    assert fewest_years(lambda _: 0.1, chance, 0.75, 20) is None


def test_a_later_start_is_the_plan_without_its_first_months() -> None:
    futures = simulate(MARKET, 10, seed=4, paths=400)
    found = later_start(futures, 24, start=1000.0, monthly=50.0, target=9000.0)
    growth, annuity = futures.growth.astype(np.float64), futures.annuity.astype(np.float64)
    onward = growth[10] / growth[2]
    wealth = 1000 * onward + 50 * (annuity[10] - annuity[2] * onward)
    assert found.middle == pytest.approx(float(np.median(wealth)))
    assert found.chance == float((wealth >= 9000).mean())
    assert found.chance_now is not None
    assert found.chance <= found.chance_now
    assert found.middle < found.middle_now
    kept = later_start(futures, 24, start=1000.0, monthly=50.0, waiting=0.03)
    assert kept.middle > found.middle
    assert kept.chance is None
    for months in (0, 7, 120, 240):
        with pytest.raises(InvalidInput):
            later_start(futures, months, start=1.0, monthly=1.0)


def test_where_nothing_moves_a_year_later_costs_a_year_of_payments_and_of_growth() -> None:
    futures = simulate(replace(STILL, mean_uncertainty=0.0), 5, seed=1, paths=10)
    found = later_start(futures, 12, start=0.0, monthly=100.0)
    assert found.middle == pytest.approx(float(futures.wealth(0.0, 100.0)[4, 0]), rel=1e-5)


def test_a_target_out_of_reach_says_none() -> None:
    found = levers(MARKET, start=0.0, monthly=0.0, years=5, target=1000.0, seed=1, paths=200)
    assert found.extra_years is None
    assert found.lower_target is None
    assert found.extra_monthly is not None


@given(st.floats(0, 1e5), st.floats(1, 1e3), st.integers(1, 40), st.floats(0.001, 0.3))
def test_the_required_return_reaches_the_target(start: float, monthly: float, years: int, rate: float) -> None:
    month = (1 + rate) ** (1 / 12) - 1
    target = start * (1 + month) ** (12 * years) + monthly * ((1 + month) ** (12 * years) - 1) / month
    assert required_return(start, monthly, years, target) == pytest.approx(rate, abs=1e-7)


def test_a_required_return_may_be_nothing_or_out_of_reach() -> None:
    assert required_return(100.0, 10.0, 1.0, 150.0) == 0.0
    assert required_return(100.0, 0.0, 1.0, 1e9) is None
    with pytest.raises(InvalidInput):
        required_return(100.0, -1.0, 1.0, 50.0)


@pytest.mark.parametrize(
    "market",
    [
        replace(MARKET, means=float("nan")),
        replace(MARKET, fee=1.5),
        replace(MARKET, inflation=np.zeros(5)),
        replace(MARKET, returns=np.full(60, np.nan)),
        replace(MARKET, expected_inflation=-1.0),
    ],
)
def test_figures_that_make_no_sense_are_refused(market: Market) -> None:
    with pytest.raises(InvalidInput):
        simulate(market, 5, seed=1, paths=10)


def test_impossible_plans_are_refused() -> None:
    with pytest.raises(InvalidInput):
        project(MARKET, start=-1.0, monthly=0.0, years=5, seed=1)
    with pytest.raises(InvalidInput):
        project(MARKET, start=float("inf"), monthly=0.0, years=5, seed=1, paths=10)
    with pytest.raises(InvalidInput):
        simulate(MARKET, 0.0, seed=1)
    with pytest.raises(InvalidInput):
        simulate(MARKET, 5, seed=1, paths=0)
    with pytest.raises(NotEnoughHistory):
        simulate(replace(MARKET, returns=np.zeros(12)), 5, seed=1)
