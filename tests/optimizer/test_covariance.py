"""Covariances against independent implementations where they define the same thing; each difference has its cause beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypfopt import risk_models
from sklearn.covariance import LedoitWolf

from advisor.domain.market import AssetClass, Floats
from advisor.optimizer.covariance import (
    decay,
    repaired_correlation,
    shrinkage_intensity,
    shrunk_correlation,
    stock_bond_pairs,
    unequal_history_moments,
    universe_covariance,
)

NO_CASH = np.zeros(5, bool)


def _weekly(count: int = 5, weeks: int = 300, seed: int = 6) -> Floats:
    generator = np.random.default_rng(seed)
    factors = generator.standard_t(6, (weeks, 2))
    loadings = np.vstack([np.linspace(0.1, 1.0, count), np.linspace(0.8, -0.2, count) ** 2])
    return 0.02 * np.linspace(0.5, 1.5, count) * (factors @ loadings + generator.standard_t(6, (weeks, count)))


RETURNS = _weekly()


def _correlation(covariance: Floats) -> Floats:
    spread = np.sqrt(np.diag(covariance))
    return covariance / np.outer(spread, spread)


def test_the_sample_covariance_is_pypfopts() -> None:
    ours = universe_covariance(RETURNS, NO_CASH, "sample")[0]
    theirs = risk_models.sample_cov(pd.DataFrame(RETURNS), returns_data=True, frequency=52)
    assert ours == pytest.approx(theirs.to_numpy(), rel=1e-12)


@pytest.mark.parametrize("half_life", [13.0, 52.0, 500.0])
def test_the_exponentially_weighted_covariance_is_that_of_pandas(half_life: float) -> None:
    ours = universe_covariance(RETURNS, NO_CASH, "ewma", half_life_weeks=half_life)[0]
    last = pd.DataFrame(RETURNS).ewm(halflife=half_life).cov().to_numpy()[-5:]
    assert ours == pytest.approx(52 * last, rel=1e-10)


def test_pypfopts_exponential_covariance_differs_by_its_mean_and_its_divisor_alone() -> None:
    half_life = 52.0
    span = 2.0 / (1.0 - 0.5 ** (1.0 / half_life)) - 1.0
    theirs = risk_models.exp_cov(pd.DataFrame(RETURNS), returns_data=True, span=span, frequency=52).to_numpy()
    share = decay(len(RETURNS), half_life) / decay(len(RETURNS), half_life).sum()
    ours = universe_covariance(RETURNS, NO_CASH, "ewma", half_life_weeks=half_life)[0] * (1.0 - share @ share)
    # It measures deviations from the plain mean, we from the weighted one: second moments differ by the square of the gap.
    gap = RETURNS.mean(axis=0) - share @ RETURNS
    assert ours + 52 * np.outer(gap, gap) == pytest.approx(theirs, rel=1e-9)


def test_the_intensity_is_pypfopts_on_standardised_returns() -> None:
    scaled = (RETURNS - RETURNS.mean(axis=0)) / RETURNS.std(axis=0)
    shrinkage = risk_models.CovarianceShrinkage(pd.DataFrame(scaled), returns_data=True, frequency=1)
    shrinkage.ledoit_wolf("constant_correlation")
    # Its sample covariance divides by T - 1 within formulas written for T: a difference of the order of 1/T.
    assert 0.05 < shrinkage.delta < 0.95
    assert shrinkage_intensity(RETURNS) == pytest.approx(shrinkage.delta, rel=0.02)


def test_shrinking_keeps_the_variances_and_the_mean_correlation() -> None:
    sample = universe_covariance(RETURNS, NO_CASH, "sample")[0]
    ours, notes = universe_covariance(RETURNS, NO_CASH, "ledoit_wolf")
    intensity = notes[0].values["intensity"]
    assert isinstance(intensity, float)
    assert 0.0 < intensity < 1.0
    assert np.diag(ours) == pytest.approx(np.diag(sample), rel=1e-12)
    plain, shrunk = _correlation(sample), _correlation(ours)
    assert shrunk.mean() == pytest.approx(plain.mean(), rel=1e-12)
    off = ~np.eye(5, dtype=bool)
    assert np.ptp(shrunk[off]) == pytest.approx((1.0 - intensity) * np.ptp(plain[off]))


def test_shrinking_to_a_scaled_identity_lifts_what_hardly_moves_and_ours_does_not() -> None:
    calm = np.column_stack([RETURNS, np.random.default_rng(1).standard_normal(len(RETURNS)) * 0.0006])
    # scikit-learn's target (Ledoit and Wolf 2004, "A well-conditioned estimator") is the mean variance for every asset.
    theirs = np.sqrt(52 * LedoitWolf().fit(calm).covariance_[5, 5])
    ours = np.sqrt(universe_covariance(calm, np.zeros(6, bool), "ledoit_wolf")[0][5, 5])
    assert ours == pytest.approx(np.sqrt(52) * calm[:, 5].std(ddof=1))
    assert theirs > 3 * ours


def test_cash_keeps_its_own_risk_and_no_correlation() -> None:
    cash = np.array([False, False, True, False, False])
    for method in ("sample", "ewma", "ledoit_wolf"):
        matrix, _ = universe_covariance(RETURNS, cash, method, half_life_weeks=52.0)
        assert matrix[2, 2] == pytest.approx(52 * RETURNS[:, 2].var(ddof=1))
        assert np.count_nonzero(matrix[2]) == 1
    still = RETURNS.copy()
    still[:, 2] = 0.0001
    assert universe_covariance(still, cash, "sample")[0][2, 2] == 1e-6


def test_stock_and_bond_correlations_below_zero_are_lifted_to_it() -> None:
    classes = (AssetClass.US_EQUITY, AssetClass.TREASURY_LONG, AssetClass.REAL_ESTATE, AssetClass.GOLD, None)
    pairs = stock_bond_pairs(classes)
    assert {(i, j) for i, j in np.argwhere(pairs).tolist()} == {(0, 1), (1, 0), (1, 2), (2, 1)}
    against = RETURNS.copy()
    against[:, 1] -= 1.5 * RETURNS[:, 0] + RETURNS[:, 3]
    raw = universe_covariance(against, NO_CASH, "sample")[0]
    floored, notes = universe_covariance(against, NO_CASH, "sample", floored=pairs)
    assert raw[0, 1] < 0
    assert floored[0, 1] == pytest.approx(0.0, abs=1e-12)
    assert floored[1, 3] < 0  # gold is not floored
    assert [note.key for note in notes] == ["moments.stock_bond_floored"]


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6), late=st.integers(1, 220), half_life=st.sampled_from([None, 13.0, 80.0]))
def test_one_column_at_a_time_gives_what_one_age_at_a_time_does(seed: int, late: int, half_life: float | None) -> None:
    """Stambaugh's recursion in its usual form, written down independently: each column regressed on all before it."""
    returns = _weekly(4, 260, seed)
    returns[:late, 2:] = np.nan
    weights = np.ones(260) if half_life is None else decay(260, half_life)
    mean, covariance = unequal_history_moments(returns, weights)
    expected_mean, expected = np.zeros(4), np.zeros((4, 4))
    for column in range(4):
        start = late if column >= 2 else 0
        own, before, w = returns[start:, column], returns[start:, :column], weights[start:]
        design = np.column_stack([np.ones(len(own)), before]) * np.sqrt(w)[:, None]
        answer = np.linalg.lstsq(design, own * np.sqrt(w), rcond=None)[0]
        residual = own - np.column_stack([np.ones(len(own)), before]) @ answer
        slopes = answer[1:]
        expected_mean[column] = answer[0] + slopes @ expected_mean[:column]
        across = expected[:column, :column] @ slopes
        expected[column, :column] = expected[:column, column] = across
        divisor = w.sum() - (w**2).sum() / w.sum()
        expected[column, column] = (w * residual**2).sum() / divisor + slopes @ across
    assert mean == pytest.approx(expected_mean, rel=1e-6, abs=1e-12)
    assert covariance == pytest.approx(expected, rel=1e-6, abs=1e-12)


@settings(max_examples=15)
@given(
    seed=st.integers(0, 10**6),
    weeks=st.integers(56, 90),
    count=st.integers(2, 60),
    method=st.sampled_from(["sample", "ewma", "ledoit_wolf"]),
)
def test_more_shares_than_weeks_still_give_a_positive_matrix(seed: int, weeks: int, count: int, method: str) -> None:
    returns = _weekly(count, weeks, seed)
    returns[: weeks // 8, count // 2 :] = np.nan
    matrix, notes = universe_covariance(returns, np.zeros(count, bool), method, half_life_weeks=26.0)  # type: ignore[arg-type]
    assert np.linalg.eigvalsh(matrix)[0] > 0
    if method == "sample" and count >= weeks:
        assert "moments.repaired" in [note.key for note in notes]


def test_the_repair_moves_little() -> None:
    low_rank = np.corrcoef(_weekly(30, 20), rowvar=False)
    repaired, changed = repaired_correlation(low_rank)
    assert changed
    assert np.abs(repaired - low_rank).max() < 1e-4
    assert np.array_equal(shrunk_correlation(np.eye(3), 0.4), np.eye(3))
