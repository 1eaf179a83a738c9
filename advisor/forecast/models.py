"""The two baselines: the random walk, and a drift taken from the mean of recent returns.

Both share one picture of volatility, because that is what can be forecast: an exponentially weighted variance (RiskMetrics,
decay 0.94) that returns to its long-run level over the horizon, as in a GARCH(1,1), with Student-t tails.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from advisor.domain.errors import InvalidInput
from advisor.domain.market import Floats, Series
from advisor.forecast.returns import MAX_HORIZON, log_returns

Steps = NDArray[np.integer] | int

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
DEFAULT_WINDOW = 60
_DECAY = 0.94
# The excess of variance is halved in 138 trading days. Of 0.97-0.995 the value with the least pinball loss at 20 and 60 days
# on 20 US funds to 2014, and the one whose 80 % intervals held 79, 81, 83 and 83 % at 1, 5, 20 and 60 days.
_PERSISTENCE = 0.995
_WARM_UP = 60
_THINNEST, _FATTEST = 30.0, 4.5  # degrees of freedom; below 4.5 the variance that scales the tail is itself unstable


@dataclass(frozen=True, slots=True)
class ForecastResult:
    """A forecast of prices for the next `len(dates)` business days (weekends left out, holidays not known).

    `median` and each of `quantiles` hold one price per date; keys are probabilities ("0.025".."0.975"). `sigma` is the
    standard deviation of the log return from today to each date, `drift` the daily log return assumed (fractions).
    """

    model: str
    last_price: float
    dates: tuple[date, ...]
    median: tuple[float, ...]
    quantiles: dict[str, tuple[float, ...]]
    sigma: tuple[float, ...]
    drift: float
    window: int | None = None


def naive(series: Series, days: int) -> ForecastResult:
    """Random walk: the median of every later price is the last price; only the spread grows.

    Args:
        series: at least 251 daily prices.
        days: trading days ahead, 1-60.

    Raises:
        NotEnoughHistory: the series is too short or unfit (`details["reason"]`).
        InvalidInput: `days` outside 1-60.
    """
    return _forecast("naive", series, days, drift_window=None)


def moving_average(series: Series, days: int, window: int = DEFAULT_WINDOW) -> ForecastResult:
    """Random walk with drift: the mean of the last `window` daily log returns goes on.

    This is a moving average of returns. A moving average of prices as a forecast is 1.4-2.5 times worse than the last
    price (measured on 20 US stocks), so it is not offered. The spread includes the error of the estimated mean.

    Raises:
        NotEnoughHistory: the series is too short or unfit (`details["reason"]`).
        InvalidInput: `days` outside 1-60, or a window outside 2..number of returns.
    """
    return _forecast("moving_average", series, days, drift_window=window)


def _forecast(model: str, series: Series, days: int, drift_window: int | None) -> ForecastResult:
    check_horizon(days)
    returns = log_returns(series)
    if drift_window is not None and not 2 <= drift_window <= returns.size:
        raise InvalidInput("The window must hold at least two returns of the series.", field="window")
    drift = 0.0 if drift_window is None else float(returns[-drift_window:].mean())
    now, long_run = variances(returns)
    steps = np.arange(1, days + 1)
    variance = horizon_variance(now[-1], long_run[-1], steps)
    if drift_window is not None:
        variance = variance + (steps**2) * long_run[-1] / drift_window
    sigma = np.sqrt(variance)
    freedom = degrees_of_freedom(returns, steps)
    last = float(series.levels[-1])
    paths = {
        str(level): tuple(float(x) for x in last * np.exp(steps * drift + sigma * unit_t(level, freedom)))
        for level in LEVELS
    }
    return ForecastResult(
        model,
        last,
        _business_days(series, days),
        paths["0.5"],
        paths,
        tuple(float(x) for x in sigma),
        drift,
        drift_window,
    )


def check_horizon(days: int) -> None:
    """Raise InvalidInput unless `days` is within 1-60."""
    if not 1 <= days <= MAX_HORIZON:
        raise InvalidInput(f"A forecast reaches from 1 to {MAX_HORIZON} trading days.", field="days")


def variances(returns: Floats) -> tuple[Floats, Floats]:
    """(now, long-run) daily variance after each return (T,), each from returns up to then only; the mean is taken as 0."""
    squares = returns**2
    start = float(squares[:_WARM_UP].mean())
    now = np.empty_like(squares)
    level = start
    for i, square in enumerate(squares.tolist()):
        level = _DECAY * level + (1 - _DECAY) * square
        now[i] = level
    counts = np.arange(1, squares.size + 1) + _WARM_UP
    long_run = (np.cumsum(squares) + _WARM_UP * start) / counts
    return now, long_run


def horizon_variance(now: Floats | float, long_run: Floats | float, steps: Steps) -> Floats:
    """Variance of the log return over `steps` days: the excess over the long run decays by half a percent a day."""
    decayed = _PERSISTENCE * (1 - _PERSISTENCE**steps) / (1 - _PERSISTENCE)
    return np.asarray(steps * long_run + (now - long_run) * decayed, dtype=float)


def degrees_of_freedom(returns: Floats, steps: Steps) -> Floats:
    """Student-t degrees of freedom for sums of `steps` returns, by moments: excess kurtosis k / steps = 6 / (nu - 4).

    The kurtosis is that of returns divided by their forecast volatility, so that changing volatility is not counted twice.
    """
    now, _ = variances(returns)
    scaled = returns[_WARM_UP:] / np.sqrt(np.maximum(now[_WARM_UP - 1 : -1], 1e-18))
    excess = float(np.mean(scaled**4) / np.mean(scaled**2) ** 2) - 3
    if excess <= 0:
        return np.full(np.shape(steps), _THINNEST)
    return np.asarray(np.clip(4 + 6 * np.asarray(steps) / excess, _FATTEST, _THINNEST), dtype=float)


def unit_t(level: float, freedom: Floats) -> Floats:
    """Quantile of a Student-t scaled to variance 1."""
    return np.asarray(stdtrit(freedom, level) * np.sqrt((freedom - 2) / freedom), dtype=float)


def _business_days(series: Series, days: int) -> tuple[date, ...]:
    ahead = np.busday_offset(series.dates[-1].astype("datetime64[D]"), np.arange(1, days + 1), roll="backward")
    return tuple(day.item() for day in ahead)
