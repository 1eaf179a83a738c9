"""The dialogue engine: a pure function from a state and what was meant to the next state and what is to be done.

It never raises on any sequence of commands, does no I/O and reads no clock, so that any turn can be replayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from advisor.dialogue import commands as c
from advisor.dialogue import filling
from advisor.dialogue.conditions import CONDITIONS
from advisor.dialogue.effects import Do, Effect, Say
from advisor.dialogue.flows import DoStep, Flow, SlotStep
from advisor.dialogue.state import Answered, State


@dataclass(frozen=True, slots=True)
class Step:
    """The next state, and the effects in the order in which they are shown."""

    state: State
    effects: tuple[Effect, ...] = field(default=())


def step(state: State, commands: Sequence[c.Command], flow: Flow) -> Step:
    """Execute what was meant, in order, then move on to the next open question of the flow."""
    effects: list[Effect] = []
    for command in commands:
        done = _execute(state, command, flow)
        state = done.state
        effects.extend(done.effects)
    moved = advance(state, flow)
    return Step(moved.state, (*effects, *moved.effects))


def advance(state: State, flow: Flow) -> Step:
    """Walk the flow to the first question that applies and is open; collect what is to be done on the way."""
    effects: list[Effect] = []
    asking: str | None = None
    for part in flow.steps:
        if isinstance(part, DoStep):
            if part.do not in state.done:
                effects.append(Do(part.do))
                state = replace(state, done=(*state.done, part.do))
        elif part.slot not in state.slots and applies(part, state):
            asking = part.slot
            break
    if state.pending and state.pending["kind"] == "age" and "horizon" not in state.slots:
        asking = "horizon"  # half of it was volunteered: its other half is asked first
    if asking != state.asking:
        state = replace(state, asking=asking, pending=None, tries=0)
    return Step(state, tuple(effects))


def applies(part: SlotStep, state: State) -> bool:
    """Whether this question is for this investor."""
    return part.when is None or CONDITIONS[part.when](state)


def _execute(state: State, command: c.Command, flow: Flow) -> Step:
    if state.paused and not isinstance(command, c.Cancel | c.Restart):
        state = replace(state, paused=False)
    match command:
        case c.Fill():
            return _fill(state, command, flow)
        case c.Skip() | c.Back() | c.Why() | c.Repeat() | c.Cancel() | c.Resume():
            return _move(state, command, flow)
        case c.Restart() | c.Undo():
            return _shelve(state, command)
        case c.Show():
            return _show(state, command.what, command.argument)
        case c.WhatIf() | c.ApplyWhatIf():
            return _what_if(state, command, flow)
        case _:
            return _not_understood(state, command)


def _not_understood(state: State, command: c.Talk | c.Unreadable | c.Ambiguous | c.Partial) -> Step:
    """Half an answer, none, or something else altogether: the question stays open."""
    match command:
        case c.Talk(key=key, values=values):
            return Step(state, (Say(key, dict(values)),))
        case c.Unreadable(key=key, values=values):
            return Step(replace(state, tries=state.tries + 1), (Say(key, dict(values)),))
        case c.Ambiguous(candidates=candidates):
            return Step(replace(state, pending={"kind": "which", "candidates": list(candidates)}), (Say("which"),))
        case c.Partial(slot=slot, need=need, value=value):
            return Step(replace(state.without(slot), asking=slot, pending={"kind": need, "slot": slot, "value": value}))


def _fill(state: State, fill: c.Fill, flow: Flow) -> Step:
    try:
        part = flow.slot(fill.slot)
    except KeyError:
        return Step(state, (Say("cannot_use", {"raw": fill.raw}),))
    outcome = filling.check(part, fill, state)
    if isinstance(outcome, filling.Refused):
        kept = replace(outcome.state or state, tries=state.tries + 1)
        return Step(kept, (Say(outcome.key, outcome.values),))
    state = outcome.state
    effects: list[Effect] = [Say(fill.note, dict(fill.note_values))] if fill.note else []
    effects.extend(outcome.effects)
    former = state.slots.get(fill.slot)
    state = state.with_answer(fill.slot, Answered(outcome.value, fill.raw, state.turn))
    state = replace(state, pending=None, tries=0)
    if fill.slot in flow.confirmations:
        return Step(state, tuple(effects))
    if former is not None and not former.defaulted and former.value != outcome.value:
        effects.append(Do("corrected", fill.slot, before=former.value))
    elif fill.slot != state.asking:
        effects.append(Do("noted", fill.slot))
    if former is None or former.value != outcome.value:
        state = _refresh(state, flow, fill.slot, correction=former is not None)
    return Step(state, tuple(effects))


def _refresh(state: State, flow: Flow, slot: str, *, correction: bool) -> State:
    """Drop what an answer makes stale: dependants of a corrected one, the summary or plan computed without it."""
    if correction:
        state = state.without(*flow.dependants.get(slot, ()))
    stale = {"plan"} if "confirm_summary" in state.slots else {"summary", "plan"}
    return replace(state.without("confirm_bad_year"), done=tuple(name for name in state.done if name not in stale))


def _move(state: State, command: c.Command, flow: Flow) -> Step:
    match command:
        case c.Skip():
            return _skip(state, flow)
        case c.Back():
            return _back(state, flow)
        case c.Why() if state.asking:
            return Step(state, (Do("why_asked", state.asking),))
        case c.Why():
            return _show(state, "plan_why", "")
        case c.Cancel():
            return Step(replace(state, paused=True), (Say("paused"),))
        case c.Resume():
            return Step(state, (Say("resumed"),) if state.asking else (Say("nothing_open"),))
        case _:
            return Step(state, () if state.asking else (Say("nothing_open"),))


def _skip(state: State, flow: Flow) -> Step:
    if state.asking is None:
        return Step(state, (Say("nothing_to_skip"),))
    part = flow.slot(state.asking)
    if part.required:
        return Step(state, (Do("needed", part.slot),))
    value = filling.default(part, state)
    if part.slot == "currency":
        state = replace(state, currency=value)
    state = state.with_answer(part.slot, Answered(value, "", state.turn, defaulted=True))
    state = replace(state, pending=None, tries=0)
    if part.slot not in flow.confirmations:
        state = _refresh(state, flow, part.slot, correction=False)
    return Step(state, (Do("default_taken", part.slot),))


def _back(state: State, flow: Flow) -> Step:
    if state.pending:
        return Step(replace(state, pending=None))
    order = [name for name in state.order if name != state.asking]
    if not order:
        return _shelve(state, c.Undo()) if state.shelved else Step(state, (Say("first_question"),))
    last = order[-1]
    stale = {"summary", "plan"} if last != "confirm_bad_year" else set()
    state = state.without(last, *flow.confirmations)
    if last == "currency":
        state = replace(state, currency=None)
    state = replace(state, done=tuple(name for name in state.done if name not in stale), pending=None, tries=0)
    return Step(state, (Say("went_back"),))


def _shelve(state: State, command: c.Command) -> Step:
    if isinstance(command, c.Undo):
        if not state.shelved:
            return Step(state, (Say("nothing_to_undo"),))
        restored = replace(state, slots=state.shelved, order=tuple(state.shelved), shelved={}, done=(), asking=None)
        money = state.shelved.get("currency")
        return Step(
            replace(restored, currency=money.value if money else state.currency).without("confirm_bad_year"),
            (Say("undone"),),
        )
    asked_for_currency = "currency" in state.slots
    fresh = State(
        locale=state.locale,
        timezone=state.timezone,
        currency=None if asked_for_currency else state.currency,
        wished_currency=state.wished_currency,
        served=state.served,
        shelved=state.slots or state.shelved,
        turn=state.turn,
    )
    return Step(fresh, (Say("restarted") if state.slots else Say("nothing_to_restart"),))


def _ask_to_activate(state: State) -> Step:
    if not state.facts.get("plan_id"):
        return Step(state, (Say("no_plan_yet"),))
    if state.facts.get("active"):
        return Step(state, (Say("already_active"),))
    return Step(state.without("confirm_bad_year"))


def _show(state: State, what: str, argument: str) -> Step:
    if what == "activate":
        return _ask_to_activate(state)
    if what != "forecast" and not state.facts.get("plan_id"):
        return Step(state, (Say("no_plan_yet"),))
    return Step(state, (Do(what, argument),))


def _what_if(state: State, command: c.WhatIf | c.ApplyWhatIf, flow: Flow) -> Step:
    if not state.facts.get("plan_id"):
        return Step(state, (Say("no_plan_yet"),))
    if isinstance(command, c.WhatIf):
        changes = [[change.slot, change.operation, change.value] for change in command.changes]
        facts = state.facts | {"what_if": changes} if changes else state.facts
        return Step(replace(state, facts=facts), (Do("what_if"),))
    wished = [c.Change(*change) for change in state.facts.get("what_if", [])]
    if not wished:
        return Step(state, (Say("no_what_if"),))
    effects: list[Effect] = []
    for change in wished:
        for fill in filling.as_fill(change, state):
            done = _fill(state, fill, flow)
            state, effects = done.state, [*effects, *done.effects]
    facts = {name: value for name, value in state.facts.items() if name != "what_if"}
    return Step(replace(state, facts=facts), tuple(effects))
