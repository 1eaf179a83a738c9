"""What a rule is: a pure function from bars to mended bars and what it found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from advisor.domain.bars import COLUMNS, Bars, DailyLimit, Finding, FindingKind, Treatment
from advisor.domain.market import Dates

Mask = NDArray[np.bool_]


class Checked(NamedTuple):
    """Bars that may be stored, and what was found on the way."""

    bars: Bars
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Context:
    """What rules may know beside the bars they get.

    `sessions` are the days on which the exchange was open, ascending, or None where that is unknown; `limits` how far it lets a
    price move in a day, ascending by the day from which each holds, empty where there is no limit or none is known.
    """

    sessions: Dates | None
    limits: tuple[DailyLimit, ...] = ()


Rule = Callable[[Bars, Context], Checked]


def select(bars: Bars, kept: Mask) -> Bars:
    """The bars of some days; actions stay."""
    return replace(bars, dates=bars.dates[kept], **{name: getattr(bars, name)[kept] for name in COLUMNS})


def refuse(bars: Bars, faulty: Mask, kind: FindingKind, detail: str) -> Checked:
    """Leave out the faulty days, under one finding; nothing changes where there are none."""
    if not faulty.any():
        return Checked(bars)
    return Checked(select(bars, ~faulty), (over_days(bars.dates[faulty], kind, Treatment.REFUSED, detail),))


def over_days(
    days: Dates, kind: FindingKind, treatment: Treatment, detail: str, factor: float | None = None
) -> Finding:
    """A finding about these days (at least one, ascending)."""
    return Finding(kind, treatment, as_date(days[0]), as_date(days[-1]), len(days), detail, factor)


def has_volume(bars: Bars) -> bool:
    """Whether the source gives volumes of this instrument at all: zero on every day means that it does not."""
    return bool((bars.volume > 0).any())


def without_trade(bars: Bars) -> Mask:
    """Days (T,) that show no trade: no range within the day, and a volume of zero or none at all."""
    flat = ~(bars.high > bars.low)  # also where they are unknown
    return flat & ~(bars.volume > 0)


def as_date(day: np.datetime64) -> date:
    """numpy's day as Python's."""
    return date.fromisoformat(str(day))
