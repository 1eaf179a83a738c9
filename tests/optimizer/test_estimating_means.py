"""Means against independent implementations where they define the same thing; each difference has its cause beside it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypfopt import expected_returns
from skfolio.moments import ShrunkMu, ShrunkMuMethods

from advisor.analysis.assumptions import EQUITY_PREMIUM
from advisor.analysis.ratios import beta
from advisor.analysis.returns import weekly_returns
from advisor.domain.market import Floats, Rates
from advisor.optimizer.estimates import Estimates, EstimateSpec, estimate_panel
from tests.optimizer.prices import walks, weekdays

DATES = weekdays()
LEVELS, INDEX = walks(6), walks(1, seed=9)[:, 0]
SYMBOLS = tuple("ABCDEF")
WEEKLY = weekly_returns(DATES, LEVELS).returns
RATE = 0.02


def found(mean: str, levels: Floats = LEVELS, covariance: str = "sample", rates: Rates | None = None) -> Estimates:
    return estimate_panel(
        SYMBOLS[: levels.shape[1]],
        DATES,
        levels,
        spec=EstimateSpec(mean=mean, covariance=covariance),  # type: ignore[arg-type]
        risk_free=RATE,
        benchmark=INDEX,
        rates=rates,
    )


def _intensity(estimates: Estimates) -> float:
    note = next(item for item in estimates.notes if item.key == "estimates.means_shrunk")
    assert isinstance(note.values["intensity"], float)
    return note.values["intensity"]


def test_historical_means_are_pypfopts_without_compounding() -> None:
    theirs = expected_returns.mean_historical_return(
        pd.DataFrame(WEEKLY), returns_data=True, compounding=False, frequency=52
    )
    assert found("historical").mean == pytest.approx(theirs.to_numpy(), rel=1e-9)


def test_betas_and_so_capm_means_are_pypfopts_up_to_the_premium() -> None:
    index = weekly_returns(DATES, INDEX[:, None]).returns
    theirs = expected_returns.capm_return(
        pd.DataFrame(WEEKLY),
        market_prices=pd.DataFrame(index),
        returns_data=True,
        risk_free_rate=RATE,
        compounding=False,
        frequency=52,
    )
    # It takes the index's past mean for what the index will earn; ours is committed. What is left is beta.
    slopes = (theirs.to_numpy() - RATE) / (52 * float(index.mean()) - RATE)
    assert (found("capm").mean - RATE) / EQUITY_PREMIUM == pytest.approx(slopes, rel=1e-9)


def test_betas_are_those_of_the_ratios() -> None:
    rates = Rates(date(2021, 12, 31), RATE, 0.05, 0.02, "made up", "made up")
    index = weekly_returns(DATES, INDEX[:, None]).returns[:, 0]
    own = beta(WEEKLY[:, 2], index)
    assert own is not None
    assert found("capm", rates=rates).mean[2] == pytest.approx(RATE + own * (0.05 + EQUITY_PREMIUM - RATE))


def test_shrunk_means_are_skfolios_bayes_stein_but_for_the_factor_of_the_covariance() -> None:
    theirs = ShrunkMu(method=ShrunkMuMethods.BAYES_STEIN, vol_weighted_target=True).fit(WEEKLY)
    ours = found("shrunk")
    weeks, count = WEEKLY.shape
    # Jorion multiplies the sample covariance by (T - 1)/(T - n - 2), skfolio does not.
    without = (count + 2) / theirs.beta_ - (count + 2)
    expected = (count + 2) / (count + 2 + without * (weeks - count - 2) / (weeks - 1))
    assert _intensity(ours) == pytest.approx(expected, rel=1e-9)
    target = 52 * float(theirs.mu_target_[0])
    historical = found("historical").mean
    assert ours.mean == pytest.approx(target + (1 - expected) * (historical - target), rel=1e-9)


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 6))
def test_shrinking_keeps_the_order_of_means_and_draws_them_together(seed: int, count: int) -> None:
    levels = walks(count, seed)
    plain, drawn = found("historical", levels), found("shrunk", levels)
    assert np.array_equal(np.argsort(plain.mean), np.argsort(drawn.mean)) or np.ptp(drawn.mean) < 1e-9
    assert np.ptp(drawn.mean) <= np.ptp(plain.mean) + 1e-12
    assert 0.0 < _intensity(drawn) <= 1.0


def test_the_minimum_variance_portfolio_keeps_its_mean() -> None:
    plain, drawn = found("historical"), found("shrunk")
    calmest = np.linalg.solve(plain.covariance, np.ones(6))
    calmest /= calmest.sum()
    assert drawn.expected(calmest) == pytest.approx(plain.expected(calmest), rel=1e-9)


def test_with_fewer_weeks_than_shares_history_says_nothing_about_means() -> None:
    levels = walks(70, seed=2)[-60 * 5 :]
    short = estimate_panel(
        tuple(f"S{i}" for i in range(70)), DATES[-60 * 5 :], levels, spec=EstimateSpec(), risk_free=RATE
    )
    assert _intensity(short) == 1.0
    assert np.ptp(short.mean) < 1e-12


def test_a_young_share_does_not_take_its_lucky_years_for_its_mean() -> None:
    """An index falls, then rises; its younger twin saw the rise alone, and is told what it would have lived through."""
    dates = weekdays()
    half = len(dates) // 2
    generator = np.random.default_rng(5)
    drift = np.where(np.arange(len(dates)) < half, -0.0010, 0.0014)
    index = np.exp(np.cumsum(drift + 0.008 * generator.standard_normal(len(dates))))
    twin = index * np.exp(np.cumsum(0.001 * generator.standard_normal(len(dates))))
    twin[:half] = np.nan
    estimates = found("historical", np.column_stack([index, twin]))
    lived = 52 * float(np.nanmean(weekly_returns(dates, twin[:, None]).returns))
    assert abs(estimates.mean[1] - estimates.mean[0]) < 0.05
    assert lived > estimates.mean[1] + 0.15
