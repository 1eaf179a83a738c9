"""Being there and being away: the line for somebody who comes back, and when somebody who fell silent is written to. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from advisor.dialogue import goals
from advisor.dialogue.effects import Effect, Say
from advisor.dialogue.frames import is_known, is_minded
from advisor.dialogue.state import State
from advisor.domain.message import Channel
from advisor.replies.wording import say

SILENCE = "silence"
SATISFACTION = "satisfaction"
AWAY = timedelta(days=1)
"""Who comes back after this long is told where we are; who has not answered for this long is reminded, once."""

QUIET = "quiet"
"""The fact that nothing is to be sent unasked."""

RATED = "rated"
"""The fact that holds the plans whose investor was asked what he thinks of them; the latest are enough."""

BUSY = timedelta(seconds=2)
"""Who waited longer than this for an earlier message is told so."""

WELCOMES = (Say("resumed"), Say("talk.greeting"))
"""What is not said besides to somebody who comes back."""

_REACHED = frozenset({Channel.TELEGRAM, Channel.WEB})
_MORNING, _EVENING = time(9), time(20)
_MOST_RATED = 20


def welcome(state: State, now: datetime) -> tuple[Effect, ...]:
    """One line on where we are, for somebody who was away; nothing where there is nothing to go back to."""
    if not state.seen or now - datetime.fromisoformat(state.seen) < AWAY:
        return ()
    if state.asking is None:
        return (Say("session.back_with_plan"),) if state.facts.get("plan_id") else ()
    if not state.slots and not state.goals:
        return (Say("session.back_at_start"),)
    return (Say("session.back", {"goal": goals.title(state, state.goal), "label": _open_question(state)}),)


def without_passing(state: State) -> State:
    """Without system questions that nobody need answer."""
    kept = tuple(frame for frame in state.frames if not is_known(frame) or is_minded(frame))
    return replace(state, frames=kept)


def reminder(state: State) -> tuple[Effect, ...]:
    """What is said once to somebody who left a question open; nothing where nothing is open or nothing may be sent."""
    return (Say("session.silent"),) if _is_minded(state) else ()


def was_broken(state: State, due: object) -> bool:
    """Whether the investor spoke after the silence began that ran out when `due` (ISO 8601), while its timer was on its way."""
    if not isinstance(due, str) or not state.seen:
        return False
    return datetime.fromisoformat(due) < decent(datetime.fromisoformat(state.seen) + AWAY, state.timezone)


def timers(before: State, after: State, channel: Channel, now: datetime) -> dict[str, datetime | None]:
    """The timers after a message of the investor's: silence from now on, and a word on a plan that came into use."""
    reached = channel in _REACHED
    due = decent(now + AWAY, after.timezone)
    found: dict[str, datetime | None] = {SILENCE: due if reached and _is_minded(after) else None}
    if after.facts.get("in_use") != before.facts.get("in_use") and reached and may_be_rated(after):
        found[SATISFACTION] = due
    elif may_be_rated(before) and not may_be_rated(after):
        found[SATISFACTION] = None
    return found


def decent(moment: datetime, timezone: str) -> datetime:
    """The first moment from this one on that lies between nine in the morning and eight in the evening there, in UTC."""
    local = moment.astimezone(ZoneInfo(timezone))
    if _MORNING <= local.time() < _EVENING:
        return moment.astimezone(UTC)
    day = local.date() + timedelta(days=1 if local.time() >= _EVENING else 0)
    return datetime.combine(day, _MORNING, ZoneInfo(timezone)).astimezone(UTC)


def may_be_rated(state: State) -> bool:
    """Whether a plan is in use of which its investor was not asked yet what he thinks."""
    plan = state.facts.get("in_use")
    return bool(plan) and plan not in state.facts.get(RATED, ()) and not state.facts.get(QUIET)


def rated(state: State) -> State:
    """With the note that the plan in use was asked about."""
    plans = [*state.facts.get(RATED, ()), state.facts.get("in_use")][-_MOST_RATED:]
    return state.with_facts(**{RATED: plans})


def _is_minded(state: State) -> bool:
    """Whether a question waits for an answer that somebody may have forgotten: not when paused or when nothing may be sent."""
    if state.paused or state.facts.get(QUIET):
        return False
    return state.asking is not None or (state.frame is not None and is_minded(state.frame))


def _open_question(state: State) -> str:
    return say(state.locale, f"session.open.{state.asking}" if state.asking in _OWN_NAME else f"labels.{state.asking}")


_OWN_NAME = frozenset({"confirm_summary", "confirm_bad_year"})
