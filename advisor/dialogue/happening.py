"""What happens without a word of the investor: silence, a day with a plan in use, another channel to be linked. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from advisor.dialogue import commands as c
from advisor.dialogue import own_data, presence
from advisor.dialogue.advancing import Step
from advisor.dialogue.effects import Do, Say
from advisor.dialogue.frames import Frame
from advisor.dialogue.state import State

LINK_ASKED = "link_asked"
# What was answered or brought about by REST: work to be done, with the value that it is about.
_ORDERED = {"link_confirmed": "code_hash", "link_refused": "code_hash", "signed_in": "conversation_id"}


def happened(state: State, event: c.Happened) -> Step:
    """What is said and asked of it; nothing at all for a kind that we do not know or where it has no occasion any more."""
    values: dict[str, Any] = dict(event.values)
    match event.kind:
        case presence.SILENCE if not presence.was_broken(state, values.get("due")):
            reminded = presence.reminder(state)
            return Step(presence.without_passing(state), reminded) if reminded else Step(state)
        case presence.SATISFACTION if _may_ask(state):
            return Step(presence.rated(state).with_frame(Frame("satisfaction")), (Say("session.how_was_it"),))
        case kind if kind == LINK_ASKED and isinstance(values.get("code_hash"), str):
            kept = {"code_hash": values["code_hash"], "channel": str(values.get("channel", ""))}
            return Step(state.with_frame(Frame("link_confirm", kept)))
        case "quiet" | "wake":
            return own_data.carry_out(state, c.Quiet() if event.kind == "quiet" else c.Wake())
        case kind if isinstance(values.get(_ORDERED.get(kind, "")), str):
            answered = tuple(frame for frame in state.frames if frame.name != "link_confirm")
            return Step(replace(state, frames=answered), (Do(kind, values[_ORDERED[kind]]),))
    return Step(state)


def _may_ask(state: State) -> bool:
    """Whether nothing else is open, so that one question more is no burden."""
    return state.asking is None and state.frame is None and not state.paused and presence.may_be_rated(state)
