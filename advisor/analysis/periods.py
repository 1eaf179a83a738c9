"""The spans of time and the intervals in which prices are asked for, and what becomes of daily bars in them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from advisor.domain.bars import Bars
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.market import Dates, Floats


class Period(StrEnum):
    """How far back from the last bar: the spans that have a name of their own."""

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


_COUNTED = re.compile(r"([1-9]\d{0,2})(d|w|mo|y)")
_MONTHS = {"mo": 1, "y": 12}


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a span of time begins and ends on given dates.

    `first` and `last` are its first and last day. `base` is the day whose close a change over it is measured from, or the last one
    before it that has a close. None: the first day of all, and the last of all.
    """

    first: date | None
    base: date | None
    last: date | None


def bounds(dates: Dates, span: str) -> Bounds:
    """The bounds of a span that ends with the last of `dates` (T,), or of one between two days.

    A span is a `Period`, or 3d, 2w, 18mo, 3y, a first day, or first/last day. Days ("5d") count sessions. Months and years go back
    to the same day of the calendar, or to the month's last day where it has no such day; `first` may then lie before all dates.
    Over sessions, the year to date and from a given day on, a change is measured from the day before; over weeks, months and years
    from the first day: 1y on 31 December is the change since the 31 December before, as ytd is.

    Raises:
        InvalidInput: for a span that is none of these.
        NotEnoughHistory: if there are no dates.
    """
    if not len(dates):
        raise NotEnoughHistory("There are no prices.")
    days = dates.astype("datetime64[D]")
    last: date = days[-1].item()
    if span == Period.MAX:
        return Bounds(None, None, None)
    if span == Period.YEAR_TO_DATE:
        return _from(date(last.year, 1, 1), None)
    if (counted := _COUNTED.fullmatch(span)) is None:
        return _between(span)
    count, unit = int(counted[1]), counted[2]
    if unit == "d":
        return _from(days[-min(count, len(days))].item(), None)
    first = last - timedelta(weeks=count) if unit == "w" else _months_before(last, count * _MONTHS[unit])
    return Bounds(first, first, None)


def within(bars: Bars, span: str) -> Bars:
    """The bars of a span (see `bounds`).

    Raises:
        InvalidInput: for what is no span.
        NotEnoughHistory: if there are no bars.
    """
    found = bounds(bars.dates, span)
    return bars.between(found.first, found.last)


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


def _from(first: date, last: date | None) -> Bounds:
    return Bounds(first, first - timedelta(days=1), last)


def _between(span: str) -> Bounds:
    try:
        days = [date.fromisoformat(part) for part in span.split("/")]
    except ValueError:
        days = []
    if not 1 <= len(days) <= 2 or days != sorted(days):
        raise InvalidInput('I could not read that time. For example "5 years" or "since 2008".', field="period")
    return _from(days[0], days[1] if len(days) > 1 else None)


def _months_before(day: date, months: int) -> date:
    """The same day of the calendar so many months before; the first day there is where that would be before all time."""
    count = day.year * 12 + day.month - 1 - months
    if count < 12:
        return date.min
    year, month = divmod(count, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))
