"""Covariance of unequal histories: maximum likelihood, correlations shrunk, stock-bond correlation floored, repaired if needed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from advisor.analysis.returns import WEEKS_PER_YEAR
from advisor.domain.investor import Reason
from advisor.domain.market import AssetClass, AssetGroup, Floats
from advisor.optimizer.estimating.record import CovarianceMethod

Bools = NDArray[np.bool_]

CONSTANT = 1e-9
"""Weekly standard deviation below which a price is taken never to move."""

_LEAST_EIGENVALUE = 1e-6
"""Smallest eigenvalue left in a repaired correlation matrix; below it solvers call the matrix singular."""

_LEAST_CASH_VARIANCE = 1e-6  # 0.1 % a year: bills are never wholly free of risk, and solvers need a positive matrix


def universe_covariance(
    returns: Floats,
    cash: Bools,
    method: CovarianceMethod,
    *,
    half_life_weeks: float | None = None,
    floored: Bools | None = None,
) -> tuple[Floats, tuple[Reason, ...]]:
    """Covariance (n, n) per year from weekly returns (T, n) with NaN before starts, positive definite, and what was done to it.

    Columns marked in `cash` (n,) stay outside the matrix: own variance, at least 0.1 % a year squared, no correlation. The others:
    "sample" weighs all weeks alike, "ewma" halves a week's weight every `half_life_weeks`, "ledoit_wolf" moves the correlations
    of the sample to their mean and keeps its variances. Correlations of pairs marked in `floored` (n, n) are not let below 0.
    A correlation matrix that is singular is repaired. All three take unequal histories as `unequal_history_moments` does.
    """
    risky = ~cash
    covariance = np.zeros((len(cash), len(cash)))
    for column in np.flatnonzero(cash):
        covariance[column, column] = _cash_variance(returns[:, column])
    if not risky.any():
        return covariance, ()
    weights = decay(len(returns), half_life_weeks) if method == "ewma" and half_life_weeks else None
    pairs = floored[np.ix_(risky, risky)] if floored is not None else None
    matrix, notes = _risky_covariance(returns[:, risky], weights, pairs, shrink=method == "ledoit_wolf")
    covariance[np.ix_(risky, risky)] = matrix * WEEKS_PER_YEAR
    return covariance, notes


def _risky_covariance(
    returns: Floats, weights: Floats | None, floored: Bools | None, *, shrink: bool
) -> tuple[Floats, tuple[Reason, ...]]:
    sample = unequal_history_moments(returns, weights)[1]
    spread = np.sqrt(np.diag(sample))
    correlation = sample / np.outer(spread, spread)
    notes: list[Reason] = []
    if shrink:
        common = returns[~np.isnan(returns).any(axis=1)]
        intensity = shrinkage_intensity(common) if np.all(common.std(axis=0) > CONSTANT) else 1.0
        correlation = shrunk_correlation(correlation, intensity)
        notes.append(Reason("moments.shrunk", {"intensity": intensity}))
    if floored is not None and (below := floored & (correlation < 0.0)).any():
        notes.append(Reason("moments.stock_bond_floored", {"lowest": float(correlation[below].min())}))
        correlation = np.where(below, 0.0, correlation)
    correlation, changed = repaired_correlation((correlation + correlation.T) / 2.0)
    if changed:
        notes.append(Reason("moments.repaired", {}))
    return correlation * np.outer(spread, spread), tuple(notes)


def _cash_variance(returns: Floats) -> float:
    known = returns[~np.isnan(returns)]
    variance = float(known.var(ddof=1)) * WEEKS_PER_YEAR if len(known) > 1 else 0.0
    return max(variance, _LEAST_CASH_VARIANCE)


def decay(periods: int, half_life: float) -> Floats:
    """Weights (T,) that halve every `half_life` periods into the past; the last one is 1."""
    weights: Floats = 0.5 ** (np.arange(periods - 1, -1, -1) / half_life)
    return weights


def unequal_history_covariance(returns: Floats) -> Floats:
    """The covariance of `unequal_history_moments`, all periods weighing alike."""
    return unequal_history_moments(returns)[1]


def unequal_history_moments(returns: Floats, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Mean (n,) and covariance (n, n) per period of columns that start at different times and all end together.

    Stambaugh (1997), "Analyzing investments whose histories differ in length": each shorter column is regressed on the longer
    ones over its own life, and its mean and covariances follow from theirs over the longer time, so that a fund born in a
    crisis is not taken to live in one. With equal histories these are the sample's (n - 1). `returns` (T, n) has NaN before
    starts only. `weights` (T,) say how much a period counts; the variances' divisor is then V1 - V2/V1 with V1 the sum of the
    weights and V2 that of their squares, which is n - 1 for weights of 1.
    """
    total, count = returns.shape
    weights = np.ones(total) if weights is None else weights
    starts = np.argmax(~np.isnan(returns), axis=0)
    mean, covariance = np.zeros(count), np.zeros((count, count))
    for start in np.unique(starts):  # columns of one age at a time, the oldest first
        block, longer = np.flatnonzero(starts == start), np.flatnonzero(starts < start)
        rows, share = returns[start:], weights[start:] / weights[start:].sum()
        own_mean, others_mean = share @ rows[:, block], share @ rows[:, longer]
        root = np.sqrt(share)[:, None]
        own, others = root * (rows[:, block] - own_mean), root * (rows[:, longer] - others_mean)
        slopes = np.linalg.lstsq(others, own, rcond=1e-10)[0] if len(longer) else np.zeros((0, len(block)))
        residual = own - others @ slopes
        across = covariance[np.ix_(longer, longer)] @ slopes
        mean[block] = own_mean + (mean[longer] - others_mean) @ slopes
        covariance[np.ix_(longer, block)] = across
        covariance[np.ix_(block, longer)] = across.T
        covariance[np.ix_(block, block)] = residual.T @ residual / (1.0 - share @ share) + slopes.T @ across
    return mean, covariance


def shrinkage_intensity(returns: Floats) -> float:
    """Share in [0, 1] by which correlations move to their common mean (Ledoit and Wolf 2004, "Honey, I shrunk ...", appendix).

    Computed on standardised returns (T, n) without NaN, where the constant-correlation target has unit variances: (pi -
    rho)/gamma/T with pi the summed asymptotic variances of the sample entries, rho their covariance with the target, gamma
    the squared distance from sample to target.
    """
    count, assets = returns.shape
    if assets < 2:
        return 0.0
    scaled = (returns - returns.mean(axis=0)) / returns.std(axis=0)
    sample = scaled.T @ scaled / count
    mean_correlation = (sample.sum() - assets) / (assets * (assets - 1))
    target = np.full((assets, assets), mean_correlation)
    np.fill_diagonal(target, 1.0)
    squared = scaled**2
    variances = squared.T @ squared / count - sample**2
    cubed = (scaled**3).T @ scaled / count
    own = cubed - np.diag(sample)[:, None] * sample  # asymptotic covariance of s_ii with s_ij
    np.fill_diagonal(own, 0.0)
    rho = np.trace(variances) + mean_correlation * own.sum()
    gamma = float(((sample - target) ** 2).sum())
    if gamma <= 1e-12:
        return 1.0
    return float(np.clip((variances.sum() - rho) / gamma / count, 0.0, 1.0))


def shrunk_correlation(correlation: Floats, intensity: float) -> Floats:
    """Correlations (n, n) moved by `intensity` towards their mean; the diagonal stays 1."""
    assets = len(correlation)
    if assets < 2:
        return correlation
    mean = (correlation.sum() - assets) / (assets * (assets - 1))
    shrunk: Floats = (1.0 - intensity) * correlation + intensity * mean
    np.fill_diagonal(shrunk, 1.0)
    return shrunk


def repaired_correlation(correlation: Floats) -> tuple[Floats, bool]:
    """A positive definite correlation matrix near the given one, and whether anything had to change.

    Spectral repair (Rebonato and Jaeckel 1999): eigenvalues below the floor are lifted to it and the diagonal is rescaled to 1.
    """
    values, vectors = np.linalg.eigh(correlation)
    if values[0] >= _LEAST_EIGENVALUE:
        return correlation, False
    lifted = (vectors * np.maximum(values, 2.0 * _LEAST_EIGENVALUE)) @ vectors.T
    scale = 1.0 / np.sqrt(np.diag(lifted))
    repaired = lifted * np.outer(scale, scale)
    repaired = (repaired + repaired.T) / 2.0
    np.fill_diagonal(repaired, 1.0)
    return repaired, True


def stock_bond_pairs(classes: Sequence[AssetClass | None]) -> Bools:
    """Pairs (n, n) of shares or property with bonds: their correlation changes its sign with the times."""
    groups = [item.group if item is not None else None for item in classes]
    stock = np.array([group in (AssetGroup.EQUITY, AssetGroup.REAL_ESTATE) for group in groups])
    bond = np.array([group is AssetGroup.BOND for group in groups])
    pairs: Bools = np.outer(stock, bond) | np.outer(bond, stock)
    return pairs
