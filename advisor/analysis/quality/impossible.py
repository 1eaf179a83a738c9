"""Bars that contradict themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from advisor.analysis.quality.rule import Checked, Context, over_days, refuse
from advisor.domain.bars import Bars, FindingKind, Treatment

_ROUNDING = 1e-4  # relative: columns that were rounded apart
_SMALL = 0.2  # relative: beyond this the open or close is from another world than its day's range


def impossible(bars: Bars, _context: Context) -> Checked:
    """Mends a day's high and low where they do not enclose its open and close; refuses the day where they are far from its close.

    High below low: the two are exchanged. Open or close outside by up to a fifth: the range is widened to hold them, because
    opening and closing prices come from auctions, which the range often does not count. Further outside: one of the numbers is
    false, nobody can tell which, and the day is refused. The close itself is never changed.
    """
    high, low = np.fmax(bars.high, bars.low), np.fmin(bars.high, bars.low)
    known = ~np.isnan(bars.high) & ~np.isnan(bars.low)
    high, low = np.where(known, high, bars.high), np.where(known, low, bars.low)
    swapped = known & (bars.low - bars.high > _ROUNDING * np.abs(bars.high))
    top, bottom = np.fmax(bars.open, bars.close), np.fmin(bars.open, bars.close)
    size = np.fmax(np.abs(bars.close), np.fmax(np.abs(high), np.abs(low)))  # futures and rates pass through zero
    excess = np.fmax(np.fmax(top - high, low - bottom), 0)  # NaN where the range is unknown, and then no fault
    excess = np.where(np.isnan(excess), 0, excess)
    widened = excess > _ROUNDING * size
    far = excess > _SMALL * size
    mended = (swapped | widened) & ~far
    if mended.any():
        bars = replace(
            bars,
            high=np.where(mended, np.fmax(high, np.where(np.isnan(high), high, top)), bars.high),
            low=np.where(mended, np.fmin(low, np.where(np.isnan(low), low, bottom)), bars.low),
        )
    found = refuse(bars, far, FindingKind.IMPOSSIBLE_BAR, "open or close lies far outside the day's range")
    if not mended.any():
        return found
    detail = "high and low did not enclose open and close; they were exchanged or widened"
    finding = over_days(bars.dates[mended], FindingKind.IMPOSSIBLE_BAR, Treatment.REPAIRED, detail)
    return Checked(found.bars, (finding, *found.findings))
