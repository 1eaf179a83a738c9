"""Lists of instruments that hold survivors only."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta

from advisor.domain.bars import Finding, FindingKind, Treatment

_YEARLY_LEAVERS = 0.03  # large companies and funds; of all listed in the United States 7 % a year left in 1975-2012
_DOUBT = 0.01  # chance of so few leavers at which it stops being luck
_STILL_ALIVE = timedelta(days=10)


def survivorship(spans: Sequence[tuple[date, date]]) -> Finding | None:
    """Whether a list looks as if it had been drawn up at its end: next to nobody on it left, although many should have.

    `spans` are the first and the last day with a price of each instrument; one left if its prices end more than ten days before
    the list does. At 3 % a year the leavers among instruments followed for y years in all are Poisson with mean 0.03 y; the
    finding is made where as few as were seen, or fewer, have a chance below 1 % (nobody in 154 instrument years, such as 16
    over ten years). Averages over such a list are too good, and no repair exists but another list. Doidge, Karolyi and Stulz
    (2017) count 7 % a year for the United States.

    Returns None where the list is empty, too short to tell, or has lost its share.
    """
    if not spans:
        return None
    first, end = min(start for start, _ in spans), max(stop for _, stop in spans)
    left = sum(end - stop > _STILL_ALIVE for _, stop in spans)
    years = sum((stop - start).days for start, stop in spans) / 365.25
    expected = _YEARLY_LEAVERS * years
    chance = math.exp(-expected) * sum(expected**k / math.factorial(k) for k in range(left + 1))
    if chance >= _DOUBT:
        return None
    detail = (
        f"only {left} of {len(spans)} instruments ended before the list does, where about {expected:.0f} should have: "
        "those that failed or were taken over are missing, and averages are too good"
    )
    return Finding(FindingKind.SURVIVORSHIP, Treatment.KEPT, first, end, len(spans), detail)
