"""The part of a price history that somebody asks for, and its figures. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from advisor.analysis.changes import ChangeSummary, change_summary
from advisor.analysis.periods import Period, base_day
from advisor.domain.bars import Bars, Finding, InstrumentRecord, PriceHistory
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.market import Provenance

_COUNTED = re.compile(r"([1-9]\d{0,2})(d|w|mo|y)")
_MONTHS = {"mo": 1, "y": 12}


@dataclass(frozen=True)
class PriceView:
    """An instrument over a span of time.

    `bars` are the days with a close from the last one before the span (its change is measured from there) to its end. `change` are
    the figures over these bars, `year` those of the 52 weeks to their end. `reaches` is false where prices begin within the span.
    `findings` are known faults of these days.
    """

    record: InstrumentRecord
    provenance: Provenance
    span: str
    bars: Bars
    change: ChangeSummary
    year: ChangeSummary
    reaches: bool
    findings: tuple[Finding, ...]


def view(history: PriceHistory, span: str) -> PriceView:
    """What became of an instrument over `span`: a name of `Period`, or 3d, 2w, 18mo, 3y, a first day, or first/last day.

    Raises:
        InvalidInput: for a span that is none of these.
        NotEnoughHistory: if there is no price in it.
    """
    known = np.isfinite(history.bars.close) & np.isfinite(history.bars.adj_close)
    bars = _rows(history.bars, known)
    base, end = _bounds(bars, span)
    told = bars.between(None, end)
    if not len(told) or (base is not None and told.dates[-1].item() <= base):
        raise NotEnoughHistory(
            f"There are no prices of {bars.record.name or bars.record.symbol} in that time.", field="period"
        )
    before = int(np.searchsorted(told.dates, np.datetime64(base), side="right")) - 1 if base is not None else 0
    part = _rows(told, np.arange(len(told)) >= max(before, 0))
    first, last = part.dates[0].item(), part.dates[-1].item()
    return PriceView(
        record=bars.record,
        provenance=history.provenance,
        span=span,
        bars=part,
        change=change_summary(part, Period.MAX),
        year=change_summary(told, Period.ONE_YEAR),
        reaches=before >= 0,
        findings=tuple(item for item in history.findings if item.last >= first and item.first <= last),
    )


def _bounds(bars: Bars, span: str) -> tuple[date | None, date | None]:
    """The day whose close the span starts from (None: the first there is), and its last day (None: the last there is)."""
    if not len(bars):
        raise NotEnoughHistory(f"There are no prices of {bars.record.name or bars.record.symbol}.")
    last: date = bars.dates[-1].item()
    if span == Period.MAX:
        return None, None
    if span in set(Period):
        return base_day(bars.dates, Period(span)), None
    if counted := _COUNTED.fullmatch(span):
        return _before(bars, int(counted[1]), counted[2], last), None
    try:
        days = [date.fromisoformat(part) for part in span.split("/")]
    except ValueError:
        days = []
    if not 1 <= len(days) <= 2 or days != sorted(days):
        raise InvalidInput('I could not read that time. For example "5 years" or "since 2008".', field="period")
    return days[0] - timedelta(days=1), days[1] if len(days) > 1 else None


def _before(bars: Bars, count: int, unit: str, last: date) -> date | None:
    """That many trading days, weeks, months or years before the last day; None where that is before all time."""
    if unit == "d":
        sessions: list[date] = bars.dates.tolist()
        return sessions[-1 - count] if count < len(bars) else sessions[0] - timedelta(days=1)
    if unit == "w":
        return last - timedelta(weeks=count)
    months = last.year * 12 + last.month - 1 - count * _MONTHS[unit]
    if months < 12:
        return None
    month = np.datetime64(f"{months // 12:04d}-{months % 12 + 1:02d}", "M")
    final: date = ((month + 1).astype("datetime64[D]") - 1).item()
    return final.replace(day=min(final.day, last.day))


def _rows(bars: Bars, kept: NDArray[np.bool_]) -> Bars:
    columns = {name: getattr(bars, name)[kept] for name in ("open", "high", "low", "close", "adj_close", "volume")}
    return replace(bars, dates=bars.dates[kept].astype("datetime64[D]"), **columns)
