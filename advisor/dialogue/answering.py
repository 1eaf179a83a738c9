"""Giving a slot its value: checked, stored, said back where that helps, and what hangs on it made anew. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from advisor.dialogue import commands as c
from advisor.dialogue import filling, reassessing, retreat, risk_form
from advisor.dialogue.advancing import Step
from advisor.dialogue.effects import Do, Effect, Say
from advisor.dialogue.flows import Flow
from advisor.dialogue.state import Answered, State


def fill(state: State, command: c.Fill, flow: Flow) -> Step:
    """The state with an answer, or with a reason why it was not taken."""
    try:
        part = flow.slot(command.slot)
    except KeyError:
        return Step(state, (Say("cannot_use", {"raw": command.raw}),))
    outcome = filling.check(part, command, state)
    if isinstance(outcome, filling.Refused):
        kept = replace(outcome.state or state, tries=state.tries + 1)
        return Step(kept, (Say(outcome.key, outcome.values),))
    state = outcome.state
    effects: list[Effect] = [Say(command.note, dict(command.note_values))] if command.note else []
    effects.extend(outcome.effects)
    former = state.slots.get(command.slot)
    if former is not None and not former.defaulted and _same(former.value, outcome.value):
        return Step(replace(state, tries=0), (*effects, Do("noted", command.slot)))
    state = state.with_answer(command.slot, Answered(outcome.value, command.raw, state.turn))
    # Something volunteered while half an answer is open leaves that half where it is.
    half = state.pending and state.pending["kind"] == "age" and command.slot != "horizon"
    state = state if half else replace(state, pending=None, tries=0)
    if command.slot in flow.confirmations:
        return Step(state, tuple(effects))
    if former is not None or command.slot != state.asking:
        state = retreat.remember(state, command.slot, former)
    if former is not None and not former.defaulted:
        effects.append(Do("corrected", command.slot, before=former.value))
    elif command.slot != state.asking:
        effects.append(Do("noted", command.slot))
    elif command.echo:
        effects.append(Do("understood", command.slot))
    effects.extend(risk_form.edited_wish(state, command.slot))
    return Step(retreat.refresh(state, flow, command.slot, correction=former is not None), tuple(effects))


def change_of_life(state: State, change: c.LifeChange, flow: Flow) -> Step:
    """The affected question again; what the words already answered is filled in."""
    if change.value is None:
        return Step(*reassessing.take_up(state, change, flow))
    done = fill(reassessing.marked(state, change), c.Fill(change.slot, change.value, ""), flow)
    return Step(done.state, (Say(change.said), *done.effects))


def _same(one: Any, other: Any) -> bool:
    """Whether an answer says what was known already: "10 years" again, perhaps in other words."""
    if isinstance(one, dict) and isinstance(other, dict) and "years" in one and "years" in other:
        return bool(round(one["years"], 1) == round(other["years"], 1))
    return bool(one == other)
