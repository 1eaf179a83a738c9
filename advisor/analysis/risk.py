"""Risk measures of a return series. Each function names its definition, its sample and its horizon.

Returns are simple and per period. NaN policy: leading NaN (an instrument that did not exist yet) are dropped; a NaN or an infinity
after the start raises `InvalidInput`. Losses are positive numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.special import ndtri

from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.market import Dates, Floats

CVAR_FACTOR = 2.0627128075074257
"""phi(z)/(1 - 0.95) with z = 1.6449: the mean of the worst 5 % of a standard normal, in standard deviations."""


_NO_SPREAD = 1e-15


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall from a peak: `depth` is a negative fraction, dates of peak and trough, and of recovery if there was one."""

    depth: float
    peak: date
    trough: date
    recovered: date | None


def observed(returns: Floats, least: int = 1) -> Floats:
    """The series without its leading NaN.

    Raises:
        InvalidInput: for a NaN or infinity after the start, or a series that is not one-dimensional.
        NotEnoughHistory: if fewer than `least` returns remain.
    """
    if returns.ndim != 1:
        raise InvalidInput("A return series has one dimension.")
    known = np.flatnonzero(~np.isnan(returns))
    series = returns[known[0] :] if len(known) else returns[:0]
    if len(series) < least:
        raise NotEnoughHistory(f"At least {least} returns are needed.")
    if not np.all(np.isfinite(series)):
        raise InvalidInput("A return series must not have gaps.")
    return series


def volatility(returns: Floats, periods_per_year: int) -> float:
    """Sample standard deviation (n - 1) times the root of the periods per year; fraction per year."""
    return float(np.std(observed(returns, 2), ddof=1) * np.sqrt(periods_per_year))


def downside_deviation(returns: Floats, periods_per_year: int, required: float = 0.0) -> float:
    """Root mean square of the shortfalls below `required` (per period), times the root of the periods per year.

    Shortfalls are averaged over all periods, not only the bad ones (Sortino and Price 1994).
    """
    shortfall = np.minimum(observed(returns) - required, 0.0)
    return float(np.sqrt(np.mean(shortfall**2)) * np.sqrt(periods_per_year))


def skewness(returns: Floats) -> float | None:
    """Third central moment over the cubed standard deviation, both of the sample as it is (n); None for a constant series."""
    return _standard_moment(returns, 3)


def kurtosis(returns: Floats) -> float | None:
    """Fourth central moment over the squared variance, both of the sample as it is (n): 3 for a normal; None if constant."""
    return _standard_moment(returns, 4)


def normal_var(yearly_volatility: float, yearly_mean: float, level: float = 0.95) -> float:
    """Parametric value at risk over 1 year under a normal: z(level) sigma - mu, floored at 0."""
    return max(0.0, float(ndtri(_level(level))) * yearly_volatility - yearly_mean)


def normal_cvar(yearly_volatility: float, yearly_mean: float, level: float = 0.95) -> float:
    """Parametric expected shortfall over 1 year under a normal: phi(z)/(1-level) sigma - mu, floored at 0.

    At 95 % the factor is 2.0627 (Rockafellar and Uryasev 2000): the loss of the average year among the worst one in twenty.
    """
    z = float(ndtri(_level(level)))
    factor = float(np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)) / (1.0 - level)
    return max(0.0, factor * yearly_volatility - yearly_mean)


def historical_var(returns: Floats, level: float = 0.95) -> float:
    """Historical value at risk per period: the smallest loss that at least `level` of the sample does not exceed.

    The order statistic is taken, without interpolation. Negative where even that period gained.
    """
    losses = np.sort(-observed(returns))
    return float(losses[int(np.ceil(_level(level) * len(losses) - 1e-9)) - 1])


def historical_cvar(returns: Floats, level: float = 0.95) -> float:
    """Historical expected shortfall per period: the average of the worst `1 - level` of the sample.

    Where that is not a whole number of observations the last one counts in part (Acerbi and Tasche 2002), which keeps the measure
    coherent. Other libraries average all losses beyond the quantile and differ on the same series.
    """
    series = np.sort(observed(returns))
    return -float(tail_weights(len(series), level) @ series)


def tail_weights(count: int, level: float) -> Floats:
    """Weights (count,) of the observations, worst first, in the average of the worst `1 - level`; they sum to 1."""
    tail = (1.0 - _level(level)) * count
    whole = int(tail + 1e-9)
    weights = np.zeros(count)
    weights[: max(whole, 1)] = 1.0
    part = tail - whole
    if whole > 0 and part > 1e-9:
        weights[whole] = part
    shares: Floats = weights / weights.sum()
    return shares


def maximum_drawdown(returns: Floats) -> float:
    """Deepest fall of compounded wealth below its running peak, the start included; a fraction <= 0."""
    wealth = np.concatenate(([1.0], np.cumprod(1.0 + observed(returns))))
    return float(np.min(wealth / np.maximum.accumulate(wealth)) - 1.0)


def worst_year(returns: Floats, periods_per_year: int) -> float | None:
    """Lowest compounded return over `periods_per_year` periods in a row; None for a sample shorter than that."""
    series = observed(returns)
    if len(series) < periods_per_year:
        return None
    growth = np.concatenate(([1.0], np.cumprod(1.0 + series)))
    if np.any(growth <= 0.0):
        return -1.0
    return float(np.min(growth[periods_per_year:] / growth[:-periods_per_year]) - 1.0)


def drawdown(dates: Dates, levels: Floats) -> Drawdown:
    """The deepest fall of a level series with the dates of its peak, trough and recovery.

    Raises:
        InvalidInput: if lengths differ or levels are not finite and positive.
    """
    if levels.ndim != 1 or dates.shape != levels.shape or len(levels) == 0:
        raise InvalidInput("A level series needs one date per level.")
    if not (np.all(np.isfinite(levels)) and np.all(levels > 0)):
        raise InvalidInput("Levels must be positive numbers.")
    days: list[date] = dates.astype("datetime64[D]").tolist()
    below = levels / np.maximum.accumulate(levels) - 1.0
    trough = int(np.argmin(below))
    peak = int(np.argmax(levels[: trough + 1]))
    later = np.flatnonzero(levels[trough:] >= levels[peak])
    recovered = days[trough + int(later[0])] if len(later) and below[trough] < 0 else None
    return Drawdown(float(below[trough]), days[peak], days[trough], recovered)


def risk_contributions(weights: Floats, covariance: Floats) -> Floats:
    """Share of the variance that each holding brings: w_i (Sigma w)_i / w'Sigma w, summing to 1 (Euler allocation).

    All zero for a portfolio without risk.
    """
    marginal = covariance @ weights
    variance = float(weights @ marginal)
    if variance <= 0.0:
        return np.zeros_like(weights)
    shares: Floats = weights * marginal / variance
    return shares


def cvar_contributions(returns: Floats, weights: Floats, level: float = 0.95) -> Floats:
    """What each holding (n,) adds to the historical expected shortfall per period; the parts sum to it (Euler allocation).

    `returns` (T, n) are complete. A part is minus the holding's weight times its average return in the worst `1 - level` of the
    mix's own periods (Tasche 2002). It is negative for a holding that gained when the mix lost.

    Raises:
        InvalidInput: if shapes differ or returns are not finite.
    """
    if returns.ndim != 2 or weights.shape != (returns.shape[1],) or not np.all(np.isfinite(returns)):
        raise InvalidInput("Returns need one complete column per weight.")
    worst_first = np.argsort(returns @ weights, kind="stable")
    parts: Floats = -weights * (tail_weights(len(returns), level) @ returns[worst_first])
    return parts


def diversification_ratio(weights: Floats, covariance: Floats) -> float | None:
    """Weighted average of the holdings' volatilities over the mix's volatility (Choueifaty and Coignard 2008).

    1 where nothing offsets anything; None for a portfolio without risk.
    """
    variance = float(weights @ covariance @ weights)
    return float(weights @ np.sqrt(np.diag(covariance))) / float(np.sqrt(variance)) if variance > 0.0 else None


def effective_holdings(weights: Floats) -> float | None:
    """Number of equal holdings that would be as concentrated: 1 / sum of squared weights; None where nothing is held."""
    squares = float(weights @ weights)
    return 1.0 / squares if squares > 0.0 else None


def _standard_moment(returns: Floats, order: int) -> float | None:
    series = observed(returns, 2)
    deviations = series - series.mean()
    variance = float(np.mean(deviations**2))
    if variance <= (_NO_SPREAD * max(1.0, float(np.max(np.abs(series))))) ** 2:
        return None
    return float(np.mean(deviations**order) / variance ** (order / 2))


def _level(level: float) -> float:
    if not 0.5 <= level < 1.0:
        raise InvalidInput("A confidence level lies between 0.5 and 1.", field="level")
    return level
