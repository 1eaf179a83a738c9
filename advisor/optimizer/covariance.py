"""Covariance of unequal histories: maximum likelihood, correlations shrunk, stock-bond correlation floored, repaired if needed."""

from __future__ import annotations

import numpy as np

from advisor.domain.market import Floats

_LEAST_EIGENVALUE = 1e-6
"""Smallest eigenvalue left in a repaired correlation matrix; below it solvers call the matrix singular."""


def unequal_history_covariance(returns: Floats) -> Floats:
    """Covariance (n, n) per period of columns that start at different times and all end together.

    Stambaugh (1997), "Analyzing investments whose histories differ in length": each shorter column is regressed on the longer
    ones over its own life, and its variance and covariances follow from theirs over the longer time, so that a fund born in a
    crisis is not taken to live in one. With equal histories this is the sample covariance (n - 1). `returns` (T, n) has NaN
    before starts only.
    """
    count = returns.shape[1]
    starts = np.argmax(~np.isnan(returns), axis=0)
    order = np.argsort(starts, kind="stable")
    covariance = np.zeros((count, count))
    for rank, column in enumerate(order):
        longer = order[:rank]
        rows = returns[starts[column] :]
        own = rows[:, column] - rows[:, column].mean()
        others = rows[:, longer] - rows[:, longer].mean(axis=0)
        slopes = np.linalg.lstsq(others, own, rcond=1e-10)[0] if rank else np.zeros(0)
        residual = own - others @ slopes
        across = covariance[np.ix_(longer, longer)] @ slopes
        covariance[column, longer] = covariance[longer, column] = across
        covariance[column, column] = residual @ residual / (len(own) - 1) + slopes @ across
    return covariance


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
