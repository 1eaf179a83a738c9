"""What became of an instrument over a period, in the few figures that a chat or a page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from advisor.analysis.periods import Period, base_day
from advisor.analysis.risk import drawdown, volatility
from advisor.domain.bars import Bars
from advisor.domain.errors import NotEnoughHistory
from advisor.domain.market import Floats

TRADING_DAYS = 252
LEAST_RETURNS = 10
"""Daily returns below which a volatility would be noise."""

_YEAR = np.timedelta64(52 * 7, "D")


@dataclass(frozen=True, slots=True)
class ChangeSummary:
    """An instrument over a period that ends with its last known close. None means unknown, never zero.

    `start` is the day whose close the figures of the period start from; None where the history does not reach back that far, and
    then `change`, `total_return`, `volatility` and `max_drawdown` are None as well. `change` is of the price, `total_return` with
    dividends (None where the source does not know them), both simple fractions. `volatility` is the sample standard deviation of
    daily log returns of `adj_close` per year of 252 days, `max_drawdown` the deepest fall of `adj_close` below its peak of the
    period, a fraction <= 0. `high` and `low` are the extreme prices of the 52 weeks to `end`, split-adjusted and without dividends,
    within the day where the source has that; `range_start` is the first day they are taken from, later than 52 weeks ago where the
    history is shorter.
    """

    period: Period
    start: date | None
    end: date
    close: float
    change: float | None
    total_return: float | None
    volatility: float | None
    max_drawdown: float | None
    high: float
    low: float
    range_start: date


def change_summary(bars: Bars, period: Period) -> ChangeSummary:
    """The figures of the period up to the last known close; days without a close are left out.

    Ratios are unknown where a price of the period is zero or less.

    Raises:
        NotEnoughHistory: if no day has a close.
    """
    known = np.isfinite(bars.close) & np.isfinite(bars.adj_close)
    if not known.any():
        raise NotEnoughHistory(f"There are no prices of {bars.record.symbol}.")
    dates, close, adjusted = bars.dates[known].astype("datetime64[D]"), bars.close[known], bars.adj_close[known]
    base = int(np.searchsorted(dates, np.datetime64(base_day(dates, period)), side="right")) - 1
    reaches = base >= 0
    held, levels = close[max(base, 0) :], adjusted[max(base, 0) :]
    priced = reaches and bool(np.all(held > 0) and np.all(levels > 0))
    year = dates > dates[-1] - _YEAR
    return ChangeSummary(
        period=period,
        start=dates[base].item() if reaches else None,
        end=dates[-1].item(),
        close=float(close[-1]),
        change=float(held[-1] / held[0] - 1.0) if priced else None,
        total_return=float(levels[-1] / levels[0] - 1.0) if priced and bars.total_return else None,
        volatility=_volatility(levels) if priced else None,
        max_drawdown=drawdown(dates[base:], levels).depth if priced else None,
        high=float(np.fmax(bars.high[known], close)[year].max()),
        low=float(np.fmin(bars.low[known], close)[year].min()),
        range_start=dates[year][0].item(),
    )


def _volatility(levels: Floats) -> float | None:
    returns = np.diff(np.log(levels))
    return volatility(returns, TRADING_DAYS) if len(returns) >= LEAST_RETURNS else None
