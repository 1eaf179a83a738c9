from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analysis import ratios
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from tests.published import published

MIXED = published("empyrical_mixed")
RETURNS = np.array([np.nan if r is None else r for r in MIXED["r"]])


def test_ratios_equal_the_published_figures() -> None:
    assert ratios.sharpe(RETURNS, 252) == pytest.approx(MIXED["sharpe"], rel=1e-12)
    assert ratios.sortino(RETURNS, 252) == pytest.approx(MIXED["sortino"], rel=1e-12)
    # The published figure counts the missing first day among the days of the year; ours drops it, so a day of 0 stands in for it.
    assert ratios.calmar(np.nan_to_num(RETURNS), 252) == pytest.approx(MIXED["calmar"], rel=1e-12)


def test_the_deflated_sharpe_ratio_equals_the_published_example() -> None:
    paper = published("dsr")
    daily = paper["SR_ann"] / np.sqrt(250)
    variance = paper["varSR_ann"] / 250
    assert ratios.expected_best_sharpe(variance, paper["N"]) == pytest.approx(paper["SR0_daily"], rel=1e-9)
    found = ratios.deflated_sharpe(
        daily, paper["T"], paper["skew"], paper["kurt"], variance_of_trials=variance, trials=paper["N"]
    )
    assert found == pytest.approx(paper["DSR"], rel=1e-9)


def test_the_probabilistic_sharpe_ratio_is_a_half_at_its_benchmark_and_grows_with_the_sample() -> None:
    assert ratios.probabilistic_sharpe(0.1, 0.1, 500, 0.0, 3.0) == pytest.approx(0.5)
    assert ratios.probabilistic_sharpe(0.1, 0.0, 1000, 0.0, 3.0) > ratios.probabilistic_sharpe(0.1, 0.0, 100, 0.0, 3.0)
    assert ratios.expected_best_sharpe(0.5, 1) == 0.0
    with pytest.raises(InvalidInput):
        ratios.probabilistic_sharpe(2.0, 0.0, 100, 3.0, 1.0)
    with pytest.raises(NotEnoughHistory):
        ratios.probabilistic_sharpe(0.1, 0.0, 1, 0.0, 3.0)
    with pytest.raises(InvalidInput):
        ratios.expected_best_sharpe(-1.0, 10)


@given(st.floats(-2, 3), st.floats(-0.01, 0.01))
def test_beta_and_alpha_recover_a_linear_relation(slope: float, intercept: float) -> None:
    market = np.random.default_rng(5).normal(0.01, 0.04, 120)
    own = intercept + slope * market
    assert ratios.beta(own, market) == pytest.approx(slope, abs=1e-9)
    assert ratios.alpha(own, market, 12) == pytest.approx(12 * intercept, abs=1e-9)


def test_beta_uses_the_periods_that_both_have() -> None:
    market = np.random.default_rng(5).normal(0.01, 0.04, 60)
    own = 0.5 * market
    own[:20] = np.nan
    assert ratios.beta(own, market) == pytest.approx(0.5)
    assert ratios.tracking_error(own, market, 12) == pytest.approx(0.5 * np.std(market[20:], ddof=1) * np.sqrt(12))


def test_a_series_that_never_moves_has_no_ratio() -> None:
    flat = np.full(24, 0.01)
    assert ratios.sharpe(flat, 12) is None
    assert ratios.sortino(flat, 12) is None
    assert ratios.calmar(flat, 12) is None
    assert ratios.beta(flat, np.zeros(24)) is None
    assert ratios.alpha(flat, np.zeros(24), 12) is None
    assert ratios.annual_return(flat, 12) == pytest.approx(1.01**12 - 1)


def test_series_of_other_lengths_are_refused() -> None:
    with pytest.raises(InvalidInput):
        ratios.beta(np.zeros(5), np.zeros(6))
