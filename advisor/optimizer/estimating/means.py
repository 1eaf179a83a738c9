"""Means: what each instrument is expected to earn, by history, by history shrunk, by its beta, or by its class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.analysis.assumptions import EQUITY_PREMIUM, projection_means
from advisor.analysis.returns import WEEKS_PER_YEAR
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.investor import Reason
from advisor.domain.market import AssetClass, Floats, Rates
from advisor.optimizer.covariance import CONSTANT, unequal_history_moments
from advisor.optimizer.estimating.spec import EstimateSpec
from advisor.optimizer.estimating.weeks import LEAST_WEEKS
from advisor.optimizer.views import black_litterman, views_of

Bools = NDArray[np.bool_]
Notes = tuple[Reason, ...]

_STALE_WEEKS = 4  # an index that has stood still so long has ended; its last level was carried on


@dataclass(frozen=True)
class Sample:
    """What means are made from: weekly `returns` (T, n) with NaN before starts, `cash` (n,) the columns outside the matrix, the
    `covariance` (n, n) per year, `risk_free` and `rates`, `classes` (n,) with None where unknown, `prior` (n,) weights, weekly
    returns (T,) of the `benchmark` of the same currency, NaN before it began."""

    symbols: tuple[str, ...]
    returns: Floats
    cash: Bools
    covariance: Floats
    risk_free: float
    classes: tuple[AssetClass | None, ...]
    prior: Floats
    rates: Rates | None = None
    benchmark: Floats | None = None


def historical(sample: Sample) -> Floats:
    """Arithmetic means (n,) per year: 52 times the mean week; a shorter history is completed as Stambaugh (1997) does it."""
    mean = np.zeros(len(sample.symbols))
    risky = ~sample.cash
    if risky.any():
        mean[risky] = unequal_history_moments(sample.returns[:, risky])[0]
    for column in np.flatnonzero(sample.cash):
        mean[column] = np.nanmean(sample.returns[:, column])
    per_year: Floats = mean * WEEKS_PER_YEAR
    return per_year


def shrunk(sample: Sample) -> tuple[Floats, Notes]:
    """Historical means drawn towards that of the minimum-variance portfolio (Jorion 1986, "Bayes-Stein estimation").

    The intensity is (n + 2) / ((n + 2) + T (m - m0)' Sigma^-1 (m - m0)) with m the means of the n risky columns, m0 that of the
    portfolio of least variance, both per week, T the weeks that all columns have, and Sigma the weekly covariance times
    (T - 1) / (T - n - 2). With no more weeks than n + 2 history says nothing about means and the intensity is 1. Cash keeps
    its own mean.
    """
    mean, risky = historical(sample), ~sample.cash
    count, weeks = int(risky.sum()), int((~np.isnan(sample.returns).any(axis=1)).sum())
    if count == 0:
        return mean, ()
    own, matrix = mean[risky], sample.covariance[np.ix_(risky, risky)]
    precise = np.linalg.solve(matrix, np.column_stack([np.ones(count), own]))
    centre = float(precise[:, 1].sum() / precise[:, 0].sum())
    gap = own - centre
    intensity = 1.0
    if weeks > count + 2:
        # Means and covariance are both per year, so (m - m0)' Sigma^-1 (m - m0) is 52 times that of weeks.
        distance = float(gap @ np.linalg.solve(matrix, gap)) / WEEKS_PER_YEAR * (weeks - count - 2) / (weeks - 1)
        intensity = (count + 2) / (count + 2 + weeks * max(distance, 0.0))
    mean[risky] = centre + (1.0 - intensity) * gap
    return mean, (Reason("estimates.means_shrunk", {"intensity": intensity, "towards": centre}),)


def capm(sample: Sample) -> tuple[Floats, Notes]:
    """Risk-free rate + beta x premium (n,) per year (Sharpe 1964), beta against the benchmark over the weeks both have.

    The benchmark is expected to earn what every promise rests on: the ten-year yield + 4 %. Without rates the 4 % are counted
    from the risk-free rate, which is noted. Past returns play no part but in beta. Cash earns the risk-free rate.

    Raises:
        InvalidInput: without a benchmark, or if it never moves.
        NotEnoughHistory: if it has ended, or shares less than a year with an instrument; `details["symbols"]` names them.
    """
    premium = EQUITY_PREMIUM
    if sample.rates is not None:
        premium += sample.rates.ten_year - sample.risk_free
    key = "estimates.premium" if sample.rates is not None else "estimates.premium_over_risk_free"
    notes = (Reason(key, {"rate": premium}),)
    return sample.risk_free + np.where(sample.cash, 0.0, betas(sample)) * premium, notes


def betas(sample: Sample) -> Floats:
    """Covariance with the benchmark over its variance (n,), each column over the weeks that both have.

    Raises:
        InvalidInput, NotEnoughHistory: as `capm`.
    """
    market = sample.benchmark
    if market is None:
        raise InvalidInput("This needs the prices of an index to compare with.", field="benchmark")
    if not np.isfinite(market[-1]) or not np.any(market[-_STALE_WEEKS:]):
        raise NotEnoughHistory("The index to compare with has no prices up to the end.", field="benchmark")
    both = ~np.isnan(sample.returns) & ~np.isnan(market)[:, None]
    short = [symbol for symbol, weeks in zip(sample.symbols, both.sum(axis=0), strict=True) if weeks < LEAST_WEEKS]
    if short:
        raise NotEnoughHistory(
            "There is less than a year of prices together with the index.",
            field="benchmark",
            details={"symbols": short},
        )
    slopes = np.zeros(len(sample.symbols))
    for column in range(len(sample.symbols)):
        own, index = sample.returns[both[:, column], column], market[both[:, column]]
        if index.std() < CONSTANT:
            raise InvalidInput("The index to compare with never moves.", field="benchmark")
        deviation = index - index.mean()
        slopes[column] = deviation @ (own - own.mean()) / (deviation @ deviation)
    return slopes


def forward(sample: Sample) -> tuple[Floats, Notes]:
    """Forward-looking means (n,) by asset class, those of every promise (`projection_means`); by beta where the class is unknown.

    Raises:
        InvalidInput: without rates, or for an unknown class without a benchmark.
        NotEnoughHistory: as `capm`.
    """
    if sample.rates is None:
        raise InvalidInput("Forward-looking returns need today's interest rates.", field="mean")
    known = np.array([item is not None for item in sample.classes])
    mean = np.zeros(len(known))
    notes: Notes = ()
    if not known.all():
        unknown = [symbol for symbol, found in zip(sample.symbols, known, strict=True) if not found]
        if sample.benchmark is None:
            raise InvalidInput(
                "The kind of these investments is not known, so there is no forward-looking return for them.",
                field="mean",
                details={"symbols": unknown},
            )
        by_beta, notes = capm(sample)
        mean[~known] = by_beta[~known]
        notes = (*notes, *(Reason("estimates.forward_by_beta", {"symbol": symbol}) for symbol in unknown))
    mean[known] = projection_means([item for item in sample.classes if item is not None], sample.rates)
    return mean, notes


def equilibrium_with_views(sample: Sample, spec: EstimateSpec, known: Sequence[str]) -> tuple[Floats, Floats, Notes]:
    """Means (n,) of Black and Litterman and the covariance (n, n) that goes with them, both per year.

    Without views they are the risk-free rate + delta Sigma prior, and the covariance given. A view that speaks of one of the
    `known` symbols that was left out is left out too, and noted.

    Raises:
        InvalidInput: for a view on a symbol that nobody asked for, or views that contradict one another for certain.
    """
    kept = set(sample.symbols)
    usable = tuple(view for view in spec.views if not (set(view.picks) & set(known)) - kept)
    dropped = (set(view.picks) - kept for view in spec.views if view not in usable)
    notes = tuple(Reason("estimates.view_left_out", {"symbol": ", ".join(sorted(symbols))}) for symbols in dropped)
    views = views_of(usable, sample.symbols, sample.covariance, sample.risk_free, spec.tau) if usable else None
    posterior = black_litterman(sample.covariance, sample.prior, views, spec.delta, spec.tau)
    return sample.risk_free + posterior.mean, posterior.covariance, notes
