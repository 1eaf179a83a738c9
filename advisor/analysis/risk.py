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
    losses = -np.sort(observed(returns))
    tail = (1.0 - _level(level)) * len(losses)
    whole = int(tail + 1e-9)
    if whole == 0:
        return float(losses[0])
    part = max(tail - whole, 0.0)
    extra = part * float(losses[whole]) if part > 1e-9 else 0.0
    return (float(losses[:whole].sum()) + extra) / (whole + (part if part > 1e-9 else 0.0))


def maximum_drawdown(returns: Floats) -> float:
    """Deepest fall of compounded wealth below its running peak, the start included; a fraction <= 0."""
    wealth = np.concatenate(([1.0], np.cumprod(1.0 + observed(returns))))
    return float(np.min(wealth / np.maximum.accumulate(wealth)) - 1.0)


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


def _level(level: float) -> float:
    if not 0.5 <= level < 1.0:
        raise InvalidInput("A confidence level lies between 0.5 and 1.", field="level")
    return level
