"""The dialogue engine: a pure function from a state and what was meant to the next state and what is to be done.

It never raises on any sequence of commands, does no I/O and reads no clock, so that any turn can be replayed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from advisor.dialogue import commands as c
from advisor.dialogue import filling, goals, reassessing, retreat, risk_form
from advisor.dialogue.effects import Do, Effect, Say
from advisor.dialogue.flows import DoStep, Flow
from advisor.dialogue.retreat import applies
from advisor.dialogue.state import LAST_CORRECTION, TRIES_BEFORE_HELP, Answered, State

# What can be shown to somebody who has no plan.
_WITHOUT_PLAN = frozenset({"forecast", "price", "goals"})
# What shows no plan, and so cannot show an old one.
_OF_THE_PERSON = _WITHOUT_PLAN | {"review", "review_same"}


@dataclass(frozen=True, slots=True)
class Step:
    """The next state, and the effects in the order in which they are shown."""

    state: State
    effects: tuple[Effect, ...] = field(default=())


def step(state: State, commands: Sequence[c.Command], flow: Flow) -> Step:
    """Execute what was meant, in order, then move on to the next open question of the flow."""
    effects: list[Effect] = []
    tries, before = state.tries, state
    for command in _settled(commands):
        done = _execute(state, command, flow)
        state = done.state
        effects.extend(done.effects)
    if state.asking is not None and state.tries > tries and state.tries >= TRIES_BEFORE_HELP:
        effects.append(Do("more_help", state.asking))
    moved = advance(state, flow)
    return Step(moved.state, (*effects, *risk_form.remarks(before, moved.state), *moved.effects))


def advance(state: State, flow: Flow) -> Step:
    """Walk the flow to the first question that applies and is open; collect what is to be done on the way."""
    effects: list[Effect] = []
    asking: str | None = None
    for part in flow.steps if not goals.is_closed(state) else ():
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


def _execute(state: State, command: c.Settled, flow: Flow) -> Step:
    if state.paused and not isinstance(command, c.Cancel | c.Restart):
        state = replace(state, paused=False)
    match command:
        case c.Fill():
            return _fill(state, command, flow)
        case c.Skip() | c.Unsure() | c.Why() | c.Repeat() | c.Cancel() | c.Resume():
            return _move(state, command, flow)
        case c.Back() | c.Reopen() | c.Restart() | c.Undo():
            return _retreat(state, command, flow)
        case c.Show():
            return _show(state, command)
        case c.WhatIf() | c.ApplyWhatIf():
            return _what_if(state, command, flow)
        case c.GoalOrder():
            return Step(*goals.carry_out(state, command, flow))
        case c.LifeChange():
            return _life_change(state, command, flow)
        case _:
            return _not_understood(state, command)


def _settled(commands: Sequence[c.Command]) -> Iterator[c.Settled]:
    """What was only tentative names nothing as far as anybody has found, and means the rest."""
    for command in commands:
        if isinstance(command, c.Tentative):
            yield from _settled(command.otherwise)
        else:
            yield command


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
    if former is not None and not former.defaulted and _same(former.value, outcome.value):
        return Step(replace(state, tries=0), (*effects, Do("noted", fill.slot)))
    state = state.with_answer(fill.slot, Answered(outcome.value, fill.raw, state.turn))
    # Something volunteered while half an answer is open leaves that half where it is.
    half = state.pending and state.pending["kind"] == "age" and fill.slot != "horizon"
    state = state if half else replace(state, pending=None, tries=0)
    if fill.slot in flow.confirmations:
        return Step(state, tuple(effects))
    if former is not None or fill.slot != state.asking:
        state = retreat.remember(state, fill.slot, former)
    if former is not None and not former.defaulted:
        effects.append(Do("corrected", fill.slot, before=former.value))
    elif fill.slot != state.asking:
        effects.append(Do("noted", fill.slot))
    elif fill.echo:
        effects.append(Do("understood", fill.slot))
    effects.extend(risk_form.edited_wish(state, fill.slot))
    return Step(retreat.refresh(state, flow, fill.slot, correction=former is not None), tuple(effects))


def _same(one: Any, other: Any) -> bool:
    """Whether an answer says what was known already: "10 years" again, perhaps in other words."""
    if isinstance(one, dict) and isinstance(other, dict) and "years" in one and "years" in other:
        return bool(round(one["years"], 1) == round(other["years"], 1))
    return bool(one == other)


def _move(state: State, command: c.Command, flow: Flow) -> Step:
    match command:
        case c.Skip():
            return _skip(state, flow)
        case c.Unsure():
            return _offer_to_skip(state, flow)
        case c.Why() if state.asking:
            return Step(state, (Do("why_asked", state.asking),))
        case c.Why():
            return _show(state, c.Show("plan_why"))
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
    if part.slot not in (*flow.confirmations, *flow.afterwards):
        state = retreat.refresh(state, flow, part.slot, correction=False)
    return Step(state, (Do("default_taken", part.slot),))


def _offer_to_skip(state: State, flow: Flow) -> Step:
    """Not knowing is an answer too: say what a skip would stand for, and take a "yes" for it."""
    if state.asking is None:
        return Step(state, (Say("unreadable.idle"),))
    if state.pending and state.pending["kind"] == "age":
        return Step(state, (Say("unreadable.age"),))
    part = flow.slot(state.asking)
    if part.slot in flow.confirmations:
        return Step(state, (Say(f"unreadable.{part.slot}"),))
    if part.required:
        return Step(state, (Do("needed", part.slot),))
    return Step(replace(state, pending={"kind": "skip", "slot": part.slot}), (Do("skip_offered", part.slot),))


def _retreat(state: State, command: c.Back | c.Reopen | c.Restart | c.Undo, flow: Flow) -> Step:
    match command:
        case c.Back() if state.pending and state.pending["kind"] != "skip":
            return Step(replace(state, pending=None))
        case c.Back() if found := retreat.back(state, flow):
            return Step(found[0], (found[1],))
        case c.Back() if not state.shelved:
            return Step(state, (Say("first_question"),))
        case c.Reopen(slot=slot):
            known = any(part.slot == slot and applies(part, state) for part in flow.slots())
            if not known:
                return Step(state, (Say("say_what_to_change"),))
            former = state.slots.get(slot)
            kept = retreat.remember(state, slot, former) if former is not None else state
            return Step(retreat.reopen(kept, slot, flow))
        case c.Undo() if "goals" in state.facts.get(LAST_CORRECTION, {}):
            return Step(*goals.undo(state, state.facts[LAST_CORRECTION], flow))
        case c.Undo() if corrected := state.facts.get(LAST_CORRECTION):
            effects: list[Effect] = []
            for kept in reversed(corrected["answers"]):
                taken = retreat.unsaid(state, kept, flow)
                done = Step(*taken) if taken else _fill(state, c.Fill(kept["slot"], kept["value"], kept["raw"]), flow)
                state = done.state
                effects.extend(effect for effect in done.effects if not risk_form.is_caution(effect))
            return Step(retreat.forget(state), tuple(effects))
    after, said = retreat.restart(state) if isinstance(command, c.Restart) else retreat.undo(state)
    return Step(after, (said,))


def _life_change(state: State, change: c.LifeChange, flow: Flow) -> Step:
    """The affected question again; what the words already answered is filled in."""
    if change.value is None:
        return Step(*reassessing.take_up(state, change, flow))
    done = _fill(reassessing.marked(state, change), c.Fill(change.slot, change.value, ""), flow)
    return Step(done.state, (Say(change.said), *done.effects))


def _ask_to_activate(state: State) -> Step:
    if not state.facts.get("plan_id"):
        return Step(state, (Say("no_plan_yet"),))
    if state.facts.get("active"):
        return Step(state, (Say("already_active"),))
    return Step(state.without("confirm_bad_year"))


def _show(state: State, command: c.Show) -> Step:
    if command.what == "activate":
        return _ask_to_activate(state)
    if command.what in risk_form.FORMS:
        turned, said = risk_form.turn_to(state, command.what)
        return Step(turned, (said,))
    if command.what not in _WITHOUT_PLAN and not state.facts.get("plan_id"):
        return Step(state, (Say("no_plan_yet"),))
    if command.what == "shopping_list":
        return _shopping_list(state, command.argument)
    shown = Do(command.what, command.argument, period=command.period)
    waits = command.what not in _OF_THE_PERSON and "plan" not in state.done
    return Step(state, (Say("plan.answers_wait"), shown) if waits else (shown,))


def _shopping_list(state: State, wish: str) -> Step:
    """A rehearsal shows its list only when it is asked for a second time, and of another plan that is the first time again."""
    plan = state.facts["plan_id"]
    argument = "again" if state.facts.get("shopping_asked") == plan else ""
    argument = f"{argument} {wish}".strip()
    return Step(replace(state, facts=state.facts | {"shopping_asked": plan}), (Do("shopping_list", argument),))


def _what_if(state: State, command: c.WhatIf | c.ApplyWhatIf, flow: Flow) -> Step:
    if not state.facts.get("plan_id"):
        return Step(state, (Say("no_plan_yet"),))
    if isinstance(command, c.WhatIf):
        refused = _impossible(state, command, flow)
        state = _without_what_if(state)  # what is taken over is what was tried last
        if refused:
            return Step(state, (Say(refused.key, refused.values),))
        changes = [[change.slot, change.operation, change.value] for change in command.changes]
        facts = state.facts | ({"what_if": changes} if changes else {})
        return Step(replace(state, facts=facts), (Do("what_if"),))
    wished = [c.Change(*change) for change in state.facts.get("what_if", [])]
    if not wished:
        return Step(state, (Say("no_what_if"),))
    effects: list[Effect] = []
    for change in wished:
        for fill in filling.as_fill(change, state):
            done = _fill(state, fill, flow)
            state, effects = done.state, [*effects, *done.effects]
    return Step(_without_what_if(state), tuple(effects))


def _without_what_if(state: State) -> State:
    return replace(state, facts={name: value for name, value in state.facts.items() if name != "what_if"})


def _impossible(state: State, command: c.WhatIf, flow: Flow) -> filling.Refused | None:
    """Why a what-if cannot be computed: its values keep the same limits as answers do."""
    for change in command.changes:
        for fill in filling.as_fill(change, state):
            outcome = filling.check(flow.slot(fill.slot), fill, state)
            if isinstance(outcome, filling.Refused):
                return outcome
    return None
