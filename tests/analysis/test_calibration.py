"""Promises are judged by definitions that simulations and published tables agree with."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from advisor.analysis.calibration import (
    bias_statistic,
    chance_of_at_least,
    coverage,
    disjoint_windows,
    proportion,
)
from advisor.analysis.risk import volatility
from advisor.domain.errors import InvalidInput, NotEnoughHistory


def test_with_one_promise_the_ratio_is_realised_over_promised() -> None:
    returns = np.random.default_rng(1).normal(0.001, 0.02, 300)
    promised = np.full(300, 0.11)
    assert bias_statistic(returns, promised, 52) == pytest.approx(volatility(returns, 52) / 0.11, rel=1e-12)


def test_right_promises_of_a_changing_risk_give_one() -> None:
    generator = np.random.default_rng(2)
    promised = generator.uniform(0.05, 0.30, 20_000)
    returns = generator.normal(0.0, 1.0, 20_000) * promised / np.sqrt(52)
    assert bias_statistic(returns, promised, 52) == pytest.approx(1.0, abs=0.02)
    assert bias_statistic(returns, promised / 2, 52) == pytest.approx(2.0, abs=0.04)


@pytest.mark.parametrize("promised", [np.zeros(3), np.full(2, 0.1), np.array([0.1, np.nan, 0.1])])
def test_a_promise_that_is_none_is_refused(promised: np.ndarray) -> None:
    with pytest.raises(InvalidInput):
        bias_statistic(np.array([0.01, -0.01, 0.02]), promised, 12)


def test_a_gap_in_the_returns_is_refused_and_one_return_is_too_few() -> None:
    with pytest.raises(InvalidInput):
        bias_statistic(np.array([np.nan, 0.01, 0.02]), np.full(3, 0.1), 12)
    with pytest.raises(NotEnoughHistory):
        bias_statistic(np.array([0.01]), np.array([0.1]), 12)


@given(count=st.integers(1, 200), data=st.data())
def test_the_interval_is_that_of_clopper_and_pearson(count: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, count))
    found = proportion(hits, count)
    known = binomtest(hits, count).proportion_ci(0.95, "exact")
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=1e-9)
    assert found.low <= found.share <= found.high


def test_no_hit_in_ten_leaves_up_to_three_in_ten_open() -> None:
    assert proportion(0, 10).high == pytest.approx(1 - 0.025**0.1)
    assert chance_of_at_least(2, 10, 0.05) == pytest.approx(1 - 0.95**10 - 10 * 0.05 * 0.95**9)
    assert chance_of_at_least(0, 10, 0.05) == 1.0


@pytest.mark.parametrize(("hits", "count"), [(-1, 3), (4, 3), (0, 0)])
def test_counts_that_cannot_be_are_refused(hits: int, count: int) -> None:
    with pytest.raises(InvalidInput):
        proportion(hits, count)
    with pytest.raises(InvalidInput):
        chance_of_at_least(hits, count, 0.5)


def test_quarterly_starts_of_ten_years_hold_two_windows_of_five() -> None:
    starts = np.arange(0, 61, 3)  # the last window ends with month 120
    assert disjoint_windows(starts, 60) == 2
    assert disjoint_windows(starts, 12) == 6
    assert disjoint_windows(starts, 3) == len(starts)


@given(st.sets(st.integers(0, 60), min_size=1, max_size=9), st.integers(1, 20))
def test_no_choice_of_windows_has_more_that_do_not_overlap(chosen: set[int], length: int) -> None:
    starts = np.array(sorted(chosen))

    def most(first: int, free: int) -> int:
        later = [i for i in range(first, len(starts)) if starts[i] >= free]
        return max((1 + most(i + 1, int(starts[i]) + length) for i in later), default=0)

    assert disjoint_windows(starts, length) == most(0, 0)


def test_values_are_counted_inside_below_and_above_with_edges_inside() -> None:
    found = coverage(np.array([1.0, 0.9, 2.5, 2.0]), np.full(4, 1.0), np.full(4, 2.0), np.array([0, 3, 6, 9]), 6)
    assert (found.inside, found.below, found.above) == (0.5, 0.25, 0.25)
    assert (found.count, found.disjoint) == (4, 2)


def test_bounds_that_are_none_are_refused() -> None:
    starts = np.array([0, 1])
    with pytest.raises(InvalidInput):
        coverage(np.ones(2), np.full(2, 2.0), np.ones(2), starts, 1)
    with pytest.raises(InvalidInput):
        coverage(np.array([1.0, np.nan]), np.ones(2), np.ones(2), starts, 1)
    with pytest.raises(InvalidInput):
        coverage(np.ones(0), np.ones(0), np.ones(0), np.array([], int), 1)
    with pytest.raises(InvalidInput):
        disjoint_windows(np.array([3, 3]), 1)
