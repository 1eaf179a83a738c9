"""Performance ratios of return series. Simple returns per period; NaN policy as in `risk`. A ratio without a value is None.

A constant series has no Sharpe ratio: these functions then return None rather than an infinity or a zero.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from advisor.analysis.risk import downside_deviation, maximum_drawdown, observed
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.market import Floats

_EULER_GAMMA = 0.5772156649015329
_NO_SPREAD = 1e-15


def annual_return(returns: Floats, periods_per_year: int) -> float:
    """Compound (geometric) return per year: prod(1 + r)^(periods/n) - 1."""
    series = observed(returns)
    return float(np.prod(1.0 + series) ** (periods_per_year / len(series)) - 1.0)


def sharpe(returns: Floats, periods_per_year: int, risk_free: float = 0.0) -> float | None:
    """Mean excess return over its sample standard deviation (n - 1), annualised by the root of time (Sharpe 1994).

    `risk_free` is per period.
    """
    excess = observed(returns, 2) - risk_free
    spread = float(np.std(excess, ddof=1))
    return float(np.mean(excess)) / spread * float(np.sqrt(periods_per_year)) if spread > _NO_SPREAD else None


def sortino(returns: Floats, periods_per_year: int, required: float = 0.0) -> float | None:
    """Mean return above `required` (per period) over the root mean square of shortfalls below it, annualised.

    Shortfalls are averaged over all periods, not only the bad ones (Sortino and Price 1994).
    """
    excess = observed(returns) - required
    downside = downside_deviation(returns, 1, required)
    return float(np.mean(excess)) / downside * float(np.sqrt(periods_per_year)) if downside > _NO_SPREAD else None


def calmar(returns: Floats, periods_per_year: int) -> float | None:
    """Compound return per year over the depth of the maximum drawdown of the same sample; None without a drawdown."""
    depth = maximum_drawdown(returns)
    return annual_return(returns, periods_per_year) / -depth if depth < 0 else None


def beta(returns: Floats, benchmark: Floats) -> float | None:
    """Covariance with the benchmark over its variance, over the periods both have; None for a constant benchmark."""
    own, other = paired(returns, benchmark)
    variance = float(np.var(other, ddof=1))
    return float(np.cov(own, other, ddof=1)[0, 1]) / variance if variance > _NO_SPREAD**2 else None


def alpha(returns: Floats, benchmark: Floats, periods_per_year: int, risk_free: float = 0.0) -> float | None:
    """Jensen's alpha per year (arithmetic): periods x mean[(r - f) - beta (b - f)]; `risk_free` per period, all in one currency."""
    slope = beta(returns, benchmark)
    if slope is None:
        return None
    own, other = paired(returns, benchmark)
    return periods_per_year * float(np.mean((own - risk_free) - slope * (other - risk_free)))


def tracking_error(returns: Floats, benchmark: Floats, periods_per_year: int) -> float:
    """Sample standard deviation (n - 1) of the return difference, annualised by the root of time."""
    own, other = paired(returns, benchmark)
    return float(np.std(own - other, ddof=1) * np.sqrt(periods_per_year))


def information_ratio(returns: Floats, benchmark: Floats, periods_per_year: int) -> float | None:
    """Mean return difference over its sample standard deviation (n - 1), annualised by the root of time (Goodwin 1998).

    None for a series that never leaves its benchmark by a changing amount.
    """
    own, other = paired(returns, benchmark)
    return sharpe(own - other, periods_per_year)


def correlation(returns: Floats, benchmark: Floats) -> float | None:
    """Pearson's correlation over the periods both have; None where either is constant."""
    own, other = paired(returns, benchmark)
    if min(float(np.std(own)), float(np.std(other))) <= _NO_SPREAD:
        return None
    return float(np.clip(np.corrcoef(own, other)[0, 1], -1.0, 1.0))


def probabilistic_sharpe(sharpe_ratio: float, benchmark: float, count: int, skew: float, kurtosis: float) -> float:
    """Probability that the true Sharpe ratio exceeds `benchmark` (Bailey and Lopez de Prado 2012).

    Phi[(SR - SR*) sqrt(T - 1) / sqrt(1 - g3 SR + (g4 - 1) SR^2 / 4)]; both ratios per period, `kurtosis` is 3 for a normal.

    Raises:
        InvalidInput: if the moments contradict one another (no variance is left).
        NotEnoughHistory: for fewer than two observations.
    """
    if count < 2:
        raise NotEnoughHistory("At least 2 returns are needed.")
    variance = 1.0 - skew * sharpe_ratio + (kurtosis - 1.0) * sharpe_ratio**2 / 4.0
    if variance <= 0.0:
        raise InvalidInput("Skewness and kurtosis contradict one another.")
    return float(ndtr((sharpe_ratio - benchmark) * np.sqrt(count - 1.0) / np.sqrt(variance)))


def expected_best_sharpe(variance_of_trials: float, trials: int) -> float:
    """Sharpe ratio that the best of `trials` skill-less strategies reaches on average, in the unit of the trials' variance.

    sqrt(V) [(1 - g) Phi^-1(1 - 1/N) + g Phi^-1(1 - 1/(N e))] with Euler's constant g; 0 for a single trial.
    """
    if trials < 1 or variance_of_trials < 0:
        raise InvalidInput("Trials are counted from 1, and their variance is not negative.")
    if trials == 1:
        return 0.0
    first, second = ndtri(1.0 - 1.0 / trials), ndtri(1.0 - 1.0 / (trials * np.e))
    return float(np.sqrt(variance_of_trials) * ((1.0 - _EULER_GAMMA) * first + _EULER_GAMMA * second))


def deflated_sharpe(
    sharpe_ratio: float, count: int, skew: float, kurtosis: float, *, variance_of_trials: float, trials: int
) -> float:
    """Probabilistic Sharpe ratio against the best of `trials` lucky ones (Bailey and Lopez de Prado 2014); per-period units."""
    return probabilistic_sharpe(sharpe_ratio, expected_best_sharpe(variance_of_trials, trials), count, skew, kurtosis)


def paired(returns: Floats, benchmark: Floats) -> tuple[Floats, Floats]:
    """The last periods (m,) that a series and its benchmark both have.

    Raises:
        InvalidInput: if they are of other lengths or have gaps.
        NotEnoughHistory: if either has fewer than two returns.
    """
    if returns.shape != benchmark.shape:
        raise InvalidInput("A series and its benchmark need the same periods.")
    count = min(len(observed(returns, 2)), len(observed(benchmark, 2)))
    return returns[-count:], benchmark[-count:]
