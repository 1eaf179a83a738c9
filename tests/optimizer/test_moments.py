from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.market import AssetClass, MarketSnapshot
from advisor.optimizer.covariance import (
    repaired_correlation,
    shrinkage_intensity,
    shrunk_correlation,
    unequal_history_covariance,
)
from advisor.optimizer.moments import estimate
from tests.market_fixtures import RATES, market_snapshot

SNAPSHOT = market_snapshot()
MOMENTS = estimate(SNAPSHOT)


def _permuted(snapshot: MarketSnapshot, order: list[int]) -> MarketSnapshot:
    return replace(
        snapshot, instruments=tuple(snapshot.instruments[i] for i in order), levels=snapshot.levels[:, order]
    )


def test_volatilities_are_near_those_the_market_was_made_with() -> None:
    spread = np.sqrt(np.diag(MOMENTS.covariance))
    assert spread[:6] == pytest.approx([0.17, 0.19, 0.25, 0.015, 0.065, 0.125], rel=0.12)


def test_cash_stays_outside_and_keeps_its_own_small_risk() -> None:
    cash = MOMENTS.cash_column
    assert MOMENTS.covariance[cash, cash] == pytest.approx(0.0015**2, rel=0.2)
    assert not MOMENTS.covariance[cash, :cash].any()
    assert MOMENTS.mean[cash] == pytest.approx(RATES.bill, abs=1e-6)


def test_stocks_and_bonds_are_never_negatively_correlated_and_the_floor_is_noted() -> None:
    assert (MOMENTS.covariance[:3, 3:6] >= 0).all()
    note = next(item for item in MOMENTS.notes if item.key == "moments.stock_bond_floored")
    assert isinstance(note.values["lowest"], float)
    assert note.values["lowest"] < 0


def test_means_are_the_bill_plus_the_equilibrium() -> None:
    assert MOMENTS.mean == pytest.approx(RATES.bill + 2.5 * MOMENTS.covariance @ MOMENTS.prior)
    assert MOMENTS.projection_mean(np.eye(7)[0]) == pytest.approx(RATES.ten_year + 0.04)


def test_the_covariance_is_symmetric_and_positive_definite() -> None:
    assert np.array_equal(MOMENTS.covariance, MOMENTS.covariance.T)
    assert np.linalg.eigvalsh(MOMENTS.covariance)[0] > 0


def test_the_same_snapshot_gives_the_same_bytes() -> None:
    again = estimate(market_snapshot())
    assert again.covariance.tobytes() == MOMENTS.covariance.tobytes()
    assert again.mean.tobytes() == MOMENTS.mean.tobytes()


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(7)))
def test_the_order_of_instruments_does_not_matter(order: list[int]) -> None:
    moved = estimate(_permuted(SNAPSHOT, order))
    assert moved.covariance == pytest.approx(MOMENTS.covariance[np.ix_(order, order)], rel=1e-9, abs=1e-12)
    assert moved.mean == pytest.approx(MOMENTS.mean[order])
    assert moved.symbols == tuple(MOMENTS.symbols[i] for i in order)


def test_a_fund_with_less_than_a_year_is_left_out_and_named() -> None:
    levels = SNAPSHOT.levels.copy()
    levels[:-100, 2] = np.nan
    moments = estimate(replace(SNAPSHOT, levels=levels))
    assert "EMEQ" not in moments.symbols
    assert len(moments.mean) == 6
    assert any(n.key == "moments.left_out_short" and n.values["symbol"] == "EMEQ" for n in moments.notes)


def test_a_column_without_prices_or_movement_is_left_out_and_named() -> None:
    levels = SNAPSHOT.levels.copy()
    levels[:, 1] = np.nan
    levels[:, 3] = 100.0
    moments = estimate(replace(SNAPSHOT, levels=levels))
    assert moments.symbols == ("USEQ", "EMEQ", "TMED", "TLONG", "CASH")
    assert {n.key for n in moments.notes} >= {"moments.left_out_short", "moments.left_out_constant"}


def test_two_copies_of_one_fund_are_repaired_and_noted() -> None:
    levels = SNAPSHOT.levels.copy()
    levels[:, 5] = levels[:, 4]
    moments = estimate(replace(SNAPSHOT, levels=levels))
    assert np.linalg.eigvalsh(moments.covariance)[0] > 0
    assert np.isfinite(moments.covariance).all()


def test_nothing_but_cash_is_not_enough_and_a_broken_price_is_named() -> None:
    only_cash = np.where(np.arange(7) == 6, SNAPSHOT.levels, np.nan)
    with pytest.raises(NotEnoughHistory):
        estimate(replace(SNAPSHOT, levels=only_cash))
    broken = SNAPSHOT.levels.copy()
    broken[-5, 0] = np.nan
    with pytest.raises(InvalidInput):
        estimate(replace(SNAPSHOT, levels=broken))
    with pytest.raises(InvalidInput):
        estimate(replace(SNAPSHOT, rates=replace(RATES, bill=float("nan"))))


def test_weights_by_symbol_become_a_vector() -> None:
    assert MOMENTS.vector({"CASH": 1.0}).tolist() == [0, 0, 0, 0, 0, 0, 1.0]
    assert MOMENTS.volatility(MOMENTS.vector({"USEQ": 1.0})) == pytest.approx(MOMENTS.covariance[0, 0] ** 0.5)
    with pytest.raises(InvalidInput):
        MOMENTS.vector({"NONE": 1.0})
    assert MOMENTS.last == date(2020, 12, 25)  # the Friday of the last whole week


def test_strategies_get_the_plans_means_its_prior_and_the_weeks_that_all_have() -> None:
    estimates = MOMENTS.estimates()
    assert estimates.symbols == MOMENTS.symbols
    assert np.array_equal(estimates.mean, MOMENTS.forward)
    assert np.array_equal(estimates.covariance, MOMENTS.covariance)
    assert estimates.prior == pytest.approx(MOMENTS.prior)
    assert estimates.risk_free == RATES.bill
    late = int(np.isnan(MOMENTS.returns).sum(axis=0).max())
    assert late > 0
    assert np.array_equal(estimates.returns, MOMENTS.returns[late:])
    assert np.array_equal(estimates.ends, MOMENTS.ends[late:])
    assert np.array_equal(MOMENTS.estimates("black_litterman").mean, MOMENTS.mean)
    assert MOMENTS.estimates("black_litterman").version != estimates.version
    weights = estimates.vector({"USEQ": 0.5, "TMED": 0.5})
    assert estimates.expected(weights) == MOMENTS.projection_mean(weights)
    assert estimates.volatility(weights) == MOMENTS.volatility(weights)


def test_a_part_of_the_classes_is_a_smaller_universe_with_its_prior_rescaled() -> None:
    kept = (AssetClass.TREASURY_MEDIUM, AssetClass.US_EQUITY)
    part = MOMENTS.estimates(classes=kept)
    assert part.symbols == ("USEQ", "TMED")
    assert part.prior == pytest.approx(MOMENTS.prior[[0, 4]] / MOMENTS.prior[[0, 4]].sum())
    assert np.array_equal(part.covariance, MOMENTS.covariance[np.ix_([0, 4], [0, 4])])
    assert len(part.returns) == MOMENTS.weeks
    with pytest.raises(InvalidInput):
        MOMENTS.estimates(classes=(AssetClass.SILVER,))


def test_cash_without_prices_keeps_its_place_in_a_plan_and_is_refused_to_strategies() -> None:
    levels = SNAPSHOT.levels.copy()
    levels[:, 6] = np.nan
    moments = estimate(replace(SNAPSHOT, levels=levels))
    assert moments.symbols == MOMENTS.symbols
    assert moments.covariance[6, 6] == 1e-6
    with pytest.raises(NotEnoughHistory):
        moments.estimates()
    assert len(moments.estimates(classes=moments.classes[:6]).symbols) == 6


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 6))
def test_with_equal_histories_the_covariance_is_the_samples(seed: int, assets: int) -> None:
    returns = np.random.default_rng(seed).standard_normal((40, assets)) @ np.diag(np.arange(1.0, assets + 1))
    expected = np.atleast_2d(np.cov(returns, rowvar=False, ddof=1))
    assert unequal_history_covariance(returns) == pytest.approx(expected, rel=1e-8, abs=1e-10)


def test_a_short_history_borrows_the_risk_of_the_longer_one() -> None:
    generator = np.random.default_rng(2)
    wild_then_calm = np.concatenate([generator.normal(0, 0.04, 500), generator.normal(0, 0.01, 200)])
    late = np.concatenate([np.full(500, np.nan), wild_then_calm[500:] + generator.normal(0, 0.001, 200)])
    covariance = unequal_history_covariance(np.column_stack([wild_then_calm, late]))
    assert covariance[1, 1] == pytest.approx(covariance[0, 0], rel=0.05)
    assert covariance[1, 1] > 5 * np.nanvar(late)


def test_shrinkage_is_strong_on_noise_and_weak_on_structure() -> None:
    generator = np.random.default_rng(4)
    noise = generator.standard_normal((100, 10))
    blocks = np.hstack(
        [generator.standard_normal((2000, 1)) + 0.2 * generator.standard_normal((2000, 3)) for _ in "ab"]
    )
    assert shrinkage_intensity(noise) > 0.7
    assert shrinkage_intensity(blocks) < 0.02
    assert shrinkage_intensity(noise[:, :1]) == 0.0


def test_full_shrinkage_is_the_constant_correlation() -> None:
    sample = np.corrcoef(np.random.default_rng(4).standard_normal((30, 5)), rowvar=False)
    full = shrunk_correlation(sample, 1.0)
    assert np.ptp(full[~np.eye(5, dtype=bool)]) < 1e-12
    assert np.array_equal(shrunk_correlation(np.eye(1), 0.5), np.eye(1))


def test_a_matrix_that_is_none_is_repaired_into_a_correlation() -> None:
    impossible = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
    repaired, changed = repaired_correlation(impossible)
    assert changed
    assert np.diag(repaired).tolist() == [1.0, 1.0, 1.0]
    assert np.linalg.eigvalsh(repaired)[0] > 0
    assert repaired_correlation(np.eye(3)) == (pytest.approx(np.eye(3)), False)
