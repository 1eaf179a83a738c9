"""Asking what was meant: at most three meanings as buttons, and the words that were said are in them. Pure."""

from __future__ import annotations

from advisor.dialogue import commands as c
from advisor.dialogue import encoding, filling
from advisor.dialogue.advancing import Step
from advisor.dialogue.effects import Say
from advisor.dialogue.flows import Flow
from advisor.dialogue.frames import Frame
from advisor.dialogue.state import State

CLARIFY, CHANGE_ANSWER = "clarify", "change_answer"
MOST_MEANINGS = 3


def ask(state: State, command: c.Clarify) -> Step:
    """The question which of the meanings it is; the commands of each wait in the state until one is chosen."""
    kept = [
        {"label": label, "commands": [encoding.to_json(item) for item in meant]}
        for label, meant in command.options[:MOST_MEANINGS]
        if label.strip()
    ]
    if not kept:
        return Step(state, (Say("frames.say_otherwise"),))
    return Step(state.with_frame(Frame(CLARIFY, {"options": kept})))


def offer_change(state: State, offer: c.OfferChange, flow: Flow) -> Step:
    """An answer given before may be meant otherwise now: asked, unless it is the same or fits no question of today."""
    part = next((part for part in flow.slots() if part.slot == offer.slot), None)
    given = state.slots.get(offer.slot)
    meant = c.Fill(offer.slot, offer.value, offer.raw)
    if part is None or given is None or isinstance(filling.check(part, meant, state), filling.Refused):
        return Step(state, (Say("stale_button"),))
    if given.value == offer.value:
        return Step(state, (Say("stale.same"),))
    kept = {"slot": offer.slot, "value": offer.value, "raw": offer.raw}
    return Step(state.with_frame(Frame(CHANGE_ANSWER, kept)))
