"""What became of an instrument over a span of time: its figures, and the part of its history they are of. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from advisor.analysis.periods import Period, bounds
from advisor.analysis.risk import drawdown, volatility
from advisor.domain.bars import COLUMNS, Bars, Finding, InstrumentRecord, PriceHistory
from advisor.domain.errors import NotEnoughHistory
from advisor.domain.market import Floats, Provenance

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


@dataclass(frozen=True)
class PriceView:
    """An instrument over a span of time.

    `bars` are the days with a close from the last one before the span (its change is measured from there) to its end. `change` are
    the figures over these bars, `year` those of the 52 weeks to their end. `reaches` is false where prices begin within the span.
    `findings` are known faults of these days. `rescaled` as in `PriceHistory`.
    """

    record: InstrumentRecord
    provenance: Provenance
    span: str
    bars: Bars
    change: ChangeSummary
    year: ChangeSummary
    reaches: bool
    findings: tuple[Finding, ...]
    rescaled: bool


def view(history: PriceHistory, span: str) -> PriceView:
    """What became of an instrument over `span` (see `advisor.analysis.periods.bounds`).

    Raises:
        InvalidInput: for what is no span.
        NotEnoughHistory: if there is no price in it.
    """
    bars = _priced(history.bars)
    asked = bounds(bars.dates, span)
    told = bars.between(None, asked.last)
    if not len(told) or (asked.base is not None and told.dates[-1].item() <= asked.base):
        raise NotEnoughHistory(
            f"There are no prices of {bars.record.name or bars.record.symbol} in that time.", field="period"
        )
    row = _last_by(told, asked.base) if asked.base is not None else 0
    part = _rows(told, np.arange(len(told)) >= row)
    first, last = part.dates[0].item(), part.dates[-1].item()
    return PriceView(
        record=bars.record,
        provenance=history.provenance,
        span=span,
        bars=part,
        change=change_summary(part, Period.MAX),
        year=change_summary(told, Period.ONE_YEAR),
        reaches=row >= 0,
        findings=tuple(item for item in history.findings if item.last >= first and item.first <= last),
        rescaled=history.rescaled,
    )


def change_summary(bars: Bars, period: Period) -> ChangeSummary:
    """The figures of the period up to the last known close; days without a close are left out.

    Ratios are unknown where a price of the period is zero or less.

    Raises:
        NotEnoughHistory: if no day has a close.
    """
    known = _priced(bars)
    dates, close, adjusted = known.dates, known.close, known.adj_close
    start = bounds(dates, period).base
    base = _last_by(known, start) if start is not None else 0
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
        high=float(np.fmax(known.high, close)[year].max()),
        low=float(np.fmin(known.low, close)[year].min()),
        range_start=dates[year][0].item(),
    )


def _priced(bars: Bars) -> Bars:
    """The days with a close.

    Raises:
        NotEnoughHistory: if there is none.
    """
    known = np.isfinite(bars.close) & np.isfinite(bars.adj_close)
    if not known.any():
        raise NotEnoughHistory(f"There are no prices of {bars.record.name or bars.record.symbol}.")
    return _rows(bars, known)


def _last_by(bars: Bars, day: date) -> int:
    """The row of the last day up to `day`, -1 if there is none."""
    return int(np.searchsorted(bars.dates, np.datetime64(day), side="right")) - 1


def _rows(bars: Bars, kept: NDArray[np.bool_]) -> Bars:
    columns = {name: getattr(bars, name)[kept] for name in COLUMNS}
    return replace(bars, dates=bars.dates[kept].astype("datetime64[D]"), **columns)


def _volatility(levels: Floats) -> float | None:
    returns = np.diff(np.log(levels))
    return volatility(returns, TRADING_DAYS) if len(returns) >= LEAST_RETURNS else None
