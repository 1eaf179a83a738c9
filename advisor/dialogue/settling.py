"""A stored state under the flow of today: questions may have been renamed, taken out or added while somebody was away. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from advisor.dialogue.advancing import advance
from advisor.dialogue.effects import Effect, Say
from advisor.dialogue.flows import Flow
from advisor.dialogue.state import Answered, KeptGoal, State


def settled(state: State, flow: Flow) -> tuple[State, tuple[Effect, ...]]:
    """The state with slots under their names of today, and what is said where the open question is gone.

    Answers to questions that are gone stay in the state: a later version, or an earlier one after a rollback, may ask them again.
    """
    state = _renamed(state, flow.renamed) if flow.renamed else state
    known = {part.slot for part in flow.slots()}
    if state.pending and state.pending.get("slot", state.asking) not in known:
        state = replace(state, pending=None)
    if state.asking is None or state.asking in known:
        return state, ()
    moved = advance(replace(state, asking=None), flow)
    return moved.state, (Say("frames.questions_changed"), *moved.effects)


def _renamed(state: State, names: Mapping[str, str]) -> State:
    pending = state.pending
    if pending and pending.get("slot") in names:
        pending = pending | {"slot": names[pending["slot"]]}
    return replace(
        state,
        asking=names.get(state.asking, state.asking) if state.asking else None,
        pending=pending,
        slots=_under(state.slots, names),
        shelved=_under(state.shelved, names),
        order=tuple(names.get(slot, slot) for slot in state.order),
        goals={key: _goal(goal, names) for key, goal in state.goals.items()},
    )


def _goal(goal: KeptGoal, names: Mapping[str, str]) -> KeptGoal:
    person = {names.get(slot, slot): value for slot, value in goal.person.items()}
    order = tuple(names.get(slot, slot) for slot in goal.order)
    return replace(goal, slots=_under(goal.slots, names), order=order, person=person)


def _under(answers: Mapping[str, Answered], names: Mapping[str, str]) -> dict[str, Answered]:
    return {names.get(slot, slot): answer for slot, answer in answers.items()}
