"""The periods and intervals in which prices are asked for, and what becomes of daily bars in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from advisor.domain.bars import Bars
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.market import Dates, Floats


class Period(StrEnum):
    """How far back from the last bar."""

    ONE_DAY = "1d"
    FIVE_DAYS = "5d"
    ONE_MONTH = "1mo"
    THREE_MONTHS = "3mo"
    SIX_MONTHS = "6mo"
    ONE_YEAR = "1y"
    TWO_YEARS = "2y"
    FIVE_YEARS = "5y"
    TEN_YEARS = "10y"
    YEAR_TO_DATE = "ytd"
    MAX = "max"


class Interval(StrEnum):
    """What one bar covers."""

    DAY = "1d"
    WEEK = "1wk"
    MONTH = "1mo"
    QUARTER = "3mo"


SESSIONS = {Period.ONE_DAY: 1, Period.FIVE_DAYS: 5}
MONTHS = {
    Period.ONE_MONTH: 1,
    Period.THREE_MONTHS: 3,
    Period.SIX_MONTHS: 6,
    Period.ONE_YEAR: 12,
    Period.TWO_YEARS: 24,
    Period.FIVE_YEARS: 60,
    Period.TEN_YEARS: 120,
}


def period_called(text: str) -> Period:
    """The period of that name.

    Raises:
        InvalidInput: with the names there are.
    """
    try:
        return Period(text.strip().lower())
    except ValueError:
        raise InvalidInput(f"A period is one of {', '.join(Period)}.", field="period") from None


def interval_called(text: str) -> Interval:
    """The interval of that name.

    Raises:
        InvalidInput: with the names there are.
    """
    try:
        return Interval(text.strip().lower())
    except ValueError:
        raise InvalidInput(f"An interval is one of {', '.join(Interval)}.", field="interval") from None


def first_day(dates: Dates, period: Period) -> date:
    """The first day of the period that ends with the last of `dates` (T,), included.

    `1d` and `5d` count sessions. Months and years go back to the same day of the calendar, or to the month's last day where it
    has no such day. It may lie before the first date, but for sessions and `max`.

    Raises:
        NotEnoughHistory: if there are no dates.
    """
    if not len(dates):
        raise NotEnoughHistory("There are no prices.")
    days = dates.astype("datetime64[D]")
    last: date = days[-1].item()
    if period in MONTHS:
        return _months_before(last, MONTHS[period])
    if period is Period.YEAR_TO_DATE:
        return date(last.year, 1, 1)
    first: date = days[-min(SESSIONS.get(period, len(days)), len(days))].item()
    return first


def base_day(dates: Dates, period: Period) -> date:
    """The day whose close a change over the period is measured from, or the last one before it that has a close.

    Over sessions and the year to date that is the day before the period, over months and years its first day: 1y on 31 December
    is the change since the 31 December before, as ytd is.

    Raises:
        NotEnoughHistory: if there are no dates.
    """
    first = first_day(dates, period)
    return first - timedelta(days=1) if period in SESSIONS or period is Period.YEAR_TO_DATE else first


def within(bars: Bars, period: Period) -> Bars:
    """The bars of the period.

    Raises:
        NotEnoughHistory: if there are no bars.
    """
    return bars.between(first_day(bars.dates, period), None)


def resample(bars: Bars, interval: Interval) -> Bars:
    """Bars of calendar weeks (Monday to Sunday), months or quarters, each labelled by its last day present; so is the running one.

    Open is the first known open, high and low the extremes of those known, close and adjusted close the last known, volume the sum
    of the known volumes; unknown only where no day has one. Actions stay as they are.
    """
    if interval is Interval.DAY or not len(bars):
        return bars
    starts = _starts(bars.dates, interval)
    ends = np.append(starts[1:], len(bars)) - 1
    known_volume = np.isfinite(bars.volume)
    volume = np.add.reduceat(np.where(known_volume, bars.volume, 0.0), starts)
    return replace(
        bars,
        dates=bars.dates[ends],
        open=_first_known(bars.open, starts),
        high=np.fmax.reduceat(bars.high, starts),
        low=np.fmin.reduceat(bars.low, starts),
        close=_last_known(bars.close, starts),
        adj_close=_last_known(bars.adj_close, starts),
        volume=np.where(np.logical_or.reduceat(known_volume, starts), volume, np.nan),
    )


def _starts(dates: Dates, interval: Interval) -> NDArray[np.intp]:
    """Rows at which a week, month or quarter begins."""
    if interval is Interval.WEEK:
        keys = (dates.astype("datetime64[D]").astype(np.int64) + 3) // 7  # day 0 of the Unix epoch was a Thursday
    else:
        months = dates.astype("datetime64[M]").astype(np.int64)
        keys = months // 3 if interval is Interval.QUARTER else months
    return np.flatnonzero(np.append(True, np.diff(keys) != 0))


def _first_known(values: Floats, starts: NDArray[np.intp]) -> Floats:
    rows = np.minimum.reduceat(np.where(np.isfinite(values), np.arange(len(values)), len(values)), starts)
    first: Floats = np.append(values, np.nan)[rows]
    return first


def _last_known(values: Floats, starts: NDArray[np.intp]) -> Floats:
    rows = np.maximum.reduceat(np.where(np.isfinite(values), np.arange(len(values)), -1), starts)
    last: Floats = np.append(values, np.nan)[rows]
    return last


def _months_before(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))
