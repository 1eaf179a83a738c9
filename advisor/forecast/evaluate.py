"""How good a baseline was: rolling origins on a later part of the series, split by date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from advisor.domain.errors import NotEnoughHistory
from advisor.domain.market import Floats, Series
from advisor.forecast.models import (
    DEFAULT_WINDOW,
    check_horizon,
    degrees_of_freedom,
    horizon_variance,
    unit_t,
    variances,
)
from advisor.forecast.returns import log_returns

Model = Literal["naive", "moving_average"]
Part = Literal["validation", "test"]
# 60 % of the dates come before validation, 20 % are validation, the last 20 % are the test.
_VALIDATION_FROM, _TEST_FROM = 0.6, 0.8
_FEWEST_ORIGINS = 20


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Errors of `horizon`-day log returns (fractions) over `origins` rolling origins from `first` to `last`.

    `skill` is 1 - RMSE / RMSE of the random walk: 0 for the random walk itself, negative for anything worse. Coverages are
    the shares of outcomes inside the central 80 % and 95 % intervals.
    """

    model: Model
    window: int | None
    horizon: int
    origins: int
    first: date
    last: date
    rmse: float
    mae: float
    skill: float
    coverage_80: float
    coverage_95: float


@dataclass(frozen=True)
class Origins:
    """What was forecast and what came: one entry per origin. `at` indexes the return known last."""

    at: NDArray[np.int64]
    actual: Floats
    predicted: Floats


def evaluate(
    series: Series, horizon: int, model: Model = "naive", window: int = DEFAULT_WINDOW, part: Part = "test"
) -> Evaluation:
    """Rolling-origin evaluation, one origin a day, each forecast made only from returns up to its origin.

    Every target ends inside its part, so that validation and test share no day of outcomes. Tail shapes are estimated
    before the part begins.

    Raises:
        NotEnoughHistory: fewer than 20 origins, or an unfit series (`details["reason"]`).
        InvalidInput: `horizon` outside 1-60.
    """
    check_horizon(horizon)
    return evaluate_returns(log_returns(series), series, horizon, model=model, window=window, part=part)


def evaluate_returns(
    returns: Floats, series: Series, horizon: int, *, model: Model, window: int, part: Part
) -> Evaluation:
    """`evaluate` for a series whose returns are already at hand."""
    rolled = roll(returns, series.symbol, horizon, model=model, window=window, part=part)
    errors = rolled.actual - rolled.predicted
    rmse = float(np.sqrt(np.mean(errors**2)))
    walk = float(np.sqrt(np.mean(rolled.actual**2)))
    spread = _sigma(returns, rolled, horizon, model, window)
    freedom = degrees_of_freedom(returns[: int(rolled.at[0]) + 1], horizon)
    inside = [float(np.mean(np.abs(errors) <= spread * unit_t(level, freedom))) for level in (0.9, 0.975)]
    return Evaluation(
        model=model,
        window=None if model == "naive" else window,
        horizon=horizon,
        origins=rolled.at.size,
        first=_day(series, int(rolled.at[0]) + 1),
        last=_day(series, int(rolled.at[-1]) + 1),
        rmse=rmse,
        mae=float(np.mean(np.abs(errors))),
        skill=1 - rmse / walk,
        coverage_80=inside[0],
        coverage_95=inside[1],
    )


def roll(returns: Floats, symbol: str, horizon: int, *, model: Model, window: int, part: Part) -> Origins:
    """Forecast and outcome at every origin of a part.

    Raises:
        NotEnoughHistory: fewer than 20 origins are left after the horizon and the window are taken off.
    """
    total = returns.size
    begin, end = int(total * _VALIDATION_FROM), int(total * _TEST_FROM)
    if part == "test":
        begin, end = end, total
    at = np.arange(max(begin, window), end - horizon, dtype=np.int64)
    if at.size < _FEWEST_ORIGINS:
        raise NotEnoughHistory(
            f"{symbol} has too few prices to judge a forecast of {horizon} days.",
            details={"reason": "short", "symbol": symbol, "origins": int(at.size)},
        )
    levels = np.concatenate(([0.0], np.cumsum(returns)))  # log level after return i is levels[i + 1]
    actual = levels[at + 1 + horizon] - levels[at + 1]
    predicted = np.zeros_like(actual)
    if model == "moving_average":
        predicted = horizon * (levels[at + 1] - levels[at + 1 - window]) / window
    return Origins(at, actual, predicted)


def _sigma(returns: Floats, rolled: Origins, horizon: int, model: Model, window: int) -> Floats:
    now, long_run = variances(returns)
    variance = horizon_variance(now[rolled.at], long_run[rolled.at], horizon)
    if model == "moving_average":
        variance = variance + horizon**2 * long_run[rolled.at] / window
    return np.sqrt(variance)


def _day(series: Series, index: int) -> date:
    day: date = series.dates[index].astype("datetime64[D]").item()
    return day
