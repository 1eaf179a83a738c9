from __future__ import annotations

import csv
import gzip
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from advisor.analysis.risk import (
    CVAR_FACTOR,
    drawdown,
    historical_cvar,
    historical_var,
    maximum_drawdown,
    normal_cvar,
    normal_var,
    risk_contributions,
    volatility,
)
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from tests.published import published

MIXED = published("empyrical_mixed")
RETURNS = np.array([np.nan if r is None else r for r in MIXED["r"]])
SERIES = hnp.arrays(np.float64, st.integers(2, 60), elements=st.floats(-0.5, 0.5, width=32))


def test_volatility_and_drawdown_equal_the_published_figures() -> None:
    assert volatility(RETURNS, 252) == pytest.approx(MIXED["vol"], rel=1e-12)
    assert maximum_drawdown(RETURNS) == pytest.approx(MIXED["mdd"], abs=1e-12)


def test_normal_cvar_at_95_percent_is_2_0627_sigma_less_the_mean() -> None:
    assert normal_cvar(0.1, 0.0) == pytest.approx(0.1 * CVAR_FACTOR, rel=1e-12)
    assert normal_cvar(0.1, 0.05) == pytest.approx(0.15627, abs=1e-5)
    assert normal_cvar(0.01, 0.05) == 0.0
    assert normal_var(0.1, 0.05) == pytest.approx(0.11449, abs=1e-5)


def test_normal_cvar_agrees_with_a_large_sample() -> None:
    sample = np.random.default_rng(3).normal(0.05, 0.1, 400_000)
    assert historical_cvar(sample) == pytest.approx(normal_cvar(0.1, 0.05), abs=1e-3)
    assert historical_var(sample) == pytest.approx(normal_var(0.1, 0.05), abs=1e-3)


def test_a_tail_of_one_and_a_half_observations_counts_the_second_by_half() -> None:
    returns = np.array([-0.3, -0.1, *[0.01] * 28])  # 5 % of 30 is 1.5
    assert historical_cvar(returns) == pytest.approx((0.3 + 0.5 * 0.1) / 1.5)
    assert historical_var(returns) == pytest.approx(0.1)


@given(SERIES, st.floats(0.1, 5.0), st.floats(-0.3, 0.3))
def test_historical_cvar_is_homogeneous_and_moves_with_cash(series: np.ndarray, scale: float, shift: float) -> None:
    base = historical_cvar(series)
    assert historical_cvar(series * scale) == pytest.approx(base * scale, abs=1e-9)
    assert historical_cvar(series + shift) == pytest.approx(base - shift, abs=1e-9)


@given(st.integers(2, 60).flatmap(lambda n: st.tuples(*[hnp.arrays(np.float64, n, elements=st.floats(-0.5, 0.5))] * 2)))
def test_historical_cvar_is_monotone_and_subadditive(pair: tuple[np.ndarray, np.ndarray]) -> None:
    first, second = pair
    assert historical_cvar(np.minimum(first, second)) >= historical_cvar(first) - 1e-12
    assert historical_cvar(first + second) <= historical_cvar(first) + historical_cvar(second) + 1e-9


@given(SERIES)
def test_cvar_is_at_least_var_and_a_higher_level_loses_more(series: np.ndarray) -> None:
    assert historical_cvar(series) >= historical_var(series) - 1e-12
    assert historical_cvar(series, 0.99) >= historical_cvar(series, 0.9) - 1e-12


def test_a_gap_is_refused_and_a_late_start_is_not() -> None:
    with pytest.raises(InvalidInput):
        volatility(np.array([0.1, np.nan, 0.2]), 12)
    with pytest.raises(NotEnoughHistory):
        volatility(np.array([np.nan, 0.2]), 12)
    with pytest.raises(InvalidInput):
        historical_cvar(RETURNS, 1.0)
    with pytest.raises(InvalidInput):
        maximum_drawdown(np.ones((2, 2)))


def test_a_drawdown_knows_its_peak_trough_and_recovery() -> None:
    dates = np.array(["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07"], "datetime64[D]")
    fall = drawdown(dates, np.array([100.0, 110.0, 88.0, 105.0, 111.0]))
    assert fall.depth == pytest.approx(-0.2)
    assert (fall.peak, fall.trough, fall.recovered) == (date(2020, 1, 2), date(2020, 1, 3), date(2020, 1, 7))
    rising = drawdown(dates, np.arange(1.0, 6.0))
    assert rising.depth == 0.0
    assert rising.recovered is None
    with pytest.raises(InvalidInput):
        drawdown(dates, np.array([1.0, 2.0, np.nan, 1.0, 1.0]))
    with pytest.raises(InvalidInput):
        drawdown(dates[:2], np.array([1.0]))


@pytest.mark.parametrize(("peak", "trough", "depth"), published("sp500_mdd_close")["falls"][:2])
def test_the_great_falls_of_the_sp500_have_their_published_dates(
    peak: str, trough: str, depth: float, shared_data: Path
) -> None:
    with gzip.open(shared_data / "etf" / "us_etf_ohlcv_daily.csv.gz", "rt") as lines:
        rows = [(row["date"], float(row["close"])) for row in csv.DictReader(lines) if row["ticker"] == "SPY"]
    dates = np.array([day for day, _ in rows], "datetime64[D]")
    closes = np.array([close for _, close in rows])
    near = (dates >= np.datetime64(peak) - 400) & (dates <= np.datetime64(trough) + 200)
    fall = drawdown(dates[near], closes[near])
    assert (str(fall.peak), str(fall.trough)) == (peak, trough)
    assert fall.depth == pytest.approx(depth, abs=0.02)  # a fund on the index, which pays dividends out


@given(hnp.arrays(np.float64, (4, 6), elements=st.floats(-1, 1)), hnp.arrays(np.float64, 4, elements=st.floats(0, 1)))
def test_risk_contributions_sum_to_one_or_are_all_zero(factors: np.ndarray, weights: np.ndarray) -> None:
    shares = risk_contributions(weights, factors @ factors.T)
    assert np.isfinite(shares).all()
    assert shares.sum() == pytest.approx(1.0) or not shares.any()
