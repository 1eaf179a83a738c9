"""When a risk profile is due to be looked at again, and when answers were given in a market that may have coloured them.

Tolerance for risk rises after gains and falls after losses (Yao and Curl 2011), while most of what differs between people
lasts (Sahm, FEDS 2007-66: 73 %). So an edit made in a deep fall or late in a long boom is flagged, and the former answer is
offered for the time being.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Reason
from advisor.domain.records import ProfileRecord
from advisor.profiling.questions import RISK_SLOTS, SCALE_SLOTS

CIRCUMSTANCES = ("income_stability", "emergency_fund", "debt", "horizon", "share_of_savings", "early_need", "goal")
"""Answers about somebody's life: when one of them changes, the profile is made anew."""

WISHES = frozenset({*RISK_SLOTS, *SCALE_SLOTS, "loss_limit"})
"""Answers about what somebody wants: these are the ones that markets colour."""

DRAWDOWN, BOOM, NEAR_PEAK = 0.10, 1.0, 0.05
"""A fall of 10 % from the peak; a doubling within five years that stands within 5 % of its peak."""

_BOOM_MONTHS = 60
_DAYS_A_YEAR = 365.25


def due(record: ProfileRecord, today: date, changes: Collection[str] = ()) -> Reason | None:
    """Why the profile is to be looked at again; None if it is not. Changed circumstances come before the year that has passed.

    `changes` names the slots whose answers have changed since `record`. A year has passed on the same day of the next year.
    """
    changed = next((slot for slot in CIRCUMSTANCES if slot in changes), None)
    if changed is not None:
        return Reason("profile.circumstances", {"slot": changed})
    made = record.created_at.date()
    if today < a_year_after(made):
        return None
    return Reason("profile.year", {"years": (today - made).days / _DAYS_A_YEAR, "since": made.isoformat()})


def market_of(levels: Sequence[float]) -> dict[str, Any]:
    """In which market answers are given: as kept in `ProfileRecord.market`.

    `levels` are month-end values of the plan's mix or of a share index, oldest first. `drawdown` is the fall from the highest
    of them to the last (fraction, 0 at the peak); `rise` the gain over the last five years (fraction), None where fewer are
    known.

    Raises:
        InvalidInput: without any level, or for one that is not above 0.
    """
    if not levels or not all(0 < level < float("inf") for level in levels):
        raise InvalidInput("Levels of a market are numbers above 0.")
    rise = levels[-1] / levels[-1 - _BOOM_MONTHS] - 1.0 if len(levels) > _BOOM_MONTHS else None
    return {"drawdown": 1.0 - levels[-1] / max(levels), "rise": rise}


def coloured(market: dict[str, Any], changes: Collection[str]) -> Reason | None:
    """Whether an edit of wishes falls into such a market: `profile.edited_in_drawdown`, `profile.edited_in_boom`, or None.

    `market` is what `market_of` gave when the edit was made, `changes` the slots edited. A fall makes answers too cautious as
    a rule, a long boom too bold.
    """
    if not WISHES & set(changes):
        return None
    fallen, rise = float(market.get("drawdown") or 0.0), market.get("rise")
    if fallen >= DRAWDOWN:
        return Reason("profile.edited_in_drawdown", {"share": fallen})
    if rise is not None and rise >= BOOM and fallen <= NEAR_PEAK:
        return Reason("profile.edited_in_boom", {"share": float(rise)})
    return None


def a_year_after(day: date) -> date:
    """The same day of the next year; 1 March after a 29 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 3, 1)
