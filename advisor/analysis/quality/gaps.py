"""Sessions without a bar."""

from __future__ import annotations

import numpy as np

from advisor.analysis.quality.rule import Checked, Context, over_days
from advisor.domain.bars import Bars, Finding, FindingKind, InstrumentKind, Treatment
from advisor.domain.market import Dates

LONG_GAP = 6  # sessions; panels carry a price across five and leave out what has a longer gap
_CLOSED_WEEKDAYS = 11  # without a calendar: China's New Year closes for seven weekdays, in 2020 for more


def gaps(bars: Bars, context: Context) -> Checked:
    """Notes sessions of the exchange without a bar between the first and the last: short gaps together, each long one by itself.

    Nothing is filled in, and a gap need be nobody's fault: shares are suspended, in China for months. What counts is what will
    be stored, so days that were refused above are gaps as well, and a second look at stored bars finds the same gaps. Without a
    calendar a gap is eleven weekdays or more in a row, because holidays are unknown; what trades round the clock is judged by
    all days.
    """
    if len(bars) < 2:
        return Checked(bars)
    expected = _expected(bars, context)
    absent = expected[~np.isin(expected, bars.dates)]
    if not len(absent):
        return Checked(bars)
    position = np.searchsorted(expected, absent)
    starts = np.flatnonzero(np.r_[True, np.diff(position) > 1])
    runs = np.split(absent, starts[1:])
    least = LONG_GAP if context.sessions is not None else _CLOSED_WEEKDAYS
    found: list[Finding] = [
        over_days(run, FindingKind.GAP, Treatment.KEPT, _detail(bars)) for run in runs if len(run) >= least
    ]
    short = [run for run in runs if len(run) < least]
    if short and context.sessions is not None:
        longest = max(len(run) for run in short)
        detail = f"single sessions or short runs without a bar, the longest of {longest}"
        found.insert(0, over_days(np.concatenate(short), FindingKind.GAP, Treatment.KEPT, detail))
    return Checked(bars, tuple(found))


def _detail(bars: Bars) -> str:
    suspended = bars.record.kind is InstrumentKind.STOCK
    return "sessions in a row without a bar" + (
        ", as of a suspended share or a hole in the source" if suspended else ""
    )


def _expected(bars: Bars, context: Context) -> Dates:
    first, last = bars.dates[0], bars.dates[-1]
    days: Dates = np.arange(first, last, dtype="datetime64[D]")
    if context.sessions is not None:
        days = context.sessions[(context.sessions > first) & (context.sessions < last)]
    elif bars.record.kind is not InstrumentKind.CRYPTO:
        days = days[np.is_busday(days)]
    return days
