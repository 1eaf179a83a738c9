"""Orders about goals: a new one, another one, names, ranks, putting on hold and closing; each can be taken back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from advisor.dialogue import clarifying, goals
from advisor.dialogue import commands as c
from advisor.dialogue.effects import Do, Effect, Say
from advisor.dialogue.flows import Flow
from advisor.dialogue.state import LAST_CORRECTION, State
from advisor.domain.records import GoalStatus
from advisor.services.goals import MOST_GOALS

_LONGEST_NAME = 80
_STATUS = {"pause": GoalStatus.PAUSED, "close": GoalStatus.CLOSED, "resume": GoalStatus.OPEN}


def carry_out(state: State, order: c.GoalOrder, flow: Flow) -> tuple[State, tuple[Effect, ...]]:
    """The state after an order, and what is to be said, shown and stored of it."""
    if order.what == "new":
        return _begun(state)
    there = [key for key in order.goals if key in goals.book(state)]
    if 1 < len(there) <= clarifying.MOST_MEANINGS:
        meanings = tuple((goals.title(state, key), (replace(order, goals=(key,)),)) for key in there)
        return clarifying.ask(state, c.Clarify(meanings)).state, ()
    if len(there) != 1:
        names = ", ".join(f'"{goals.title(state, key)}"' for key in there or goals.listed(state) or goals.book(state))
        return state, (Say("goals.which", {"names": names}),)
    (key,) = there
    match order.what:
        case "switch":
            return _switched(state, key, flow)
        case "rename":
            return _renamed(state, key, order.name)
        case "first":
            return _first(state, key)
    return _turned(state, key, _STATUS[order.what], flow)


def undo(state: State, kept: dict[str, Any], flow: Flow) -> tuple[State, tuple[Effect, ...]]:
    """Names, ranks and status as they were before the last order."""
    book = dict(goals.book(state))
    there = {key: fields for key, fields in kept["goals"].items() if key in book}
    if not there:
        return replace(state, facts=goals.without_correction(state.facts)), (Say("nothing_to_undo"),)
    effects: list[Effect] = []
    for key, fields in there.items():
        for name, value in fields.items():
            book[key] = replace(book[key], **{name: value})
            effects.append(Do(f"goal_{name}", key))
    state = replace(state, goals=book, facts=goals.without_correction(state.facts))
    if kept["current"] != state.goal and kept["current"] in goals.book(state):
        state = goals.turn_to(state, kept["current"], flow)
    return state, (Say("goals.undone", {"name": goals.title(state, next(iter(there)))}), *effects)


def _begun(state: State) -> tuple[State, tuple[Effect, ...]]:
    if state.value("goal") is None and not goals.is_closed(state):
        return state, (Say("goals.finish_first", {"name": goals.title(state, state.goal)}),)
    if len(goals.book(state)) >= MOST_GOALS:
        return state, (Say("goals.too_many"),)
    left = (Say("goals.left", {"name": goals.title(state, state.goal)}),) if state.asking is not None else ()
    return goals.begin(state), (Say("goals.begun"), *left)


def _switched(state: State, key: str, flow: Flow) -> tuple[State, tuple[Effect, ...]]:
    name = {"name": goals.title(state, key)}
    if goals.book(state)[key].status == GoalStatus.CLOSED:
        return state, (Say("goals.is_closed", name),)
    if key == state.goal:
        return state, (Say("goals.here", name),)
    after = goals.turn_to(state, key, flow)
    if "plan" in after.done:
        return after, (Say("goals.switched", name), Do("show_plan"))
    return after, (Say("goals.switched_anew" if after.facts.get("plan_id") else "goals.switched", name),)


def _renamed(state: State, key: str, wished: str) -> tuple[State, tuple[Effect, ...]]:
    name = " ".join("".join(char for char in wished if char.isprintable()).split()).strip(" .,!?\"'")
    if not name or len(name) > _LONGEST_NAME:
        return state, (Say("goals.no_name"),)
    before, taken = (
        goals.title(state, key),
        [goals.title(state, other).casefold() for other in goals.book(state) if other != key],
    )
    if name.casefold() in taken:
        return state, (Say("goals.name_taken", {"name": name}),)
    after = _changed(state, {key: {"name": name}})
    return after, (Say("goals.renamed", {"before": before, "name": name}), Do("goal_name", key))


def _first(state: State, key: str) -> tuple[State, tuple[Effect, ...]]:
    order = [key, *(other for other in goals.listed(state) if other != key)]
    if key not in goals.listed(state):
        return state, (Say("goals.is_closed", {"name": goals.title(state, key)}),)
    moved = {
        other: {"rank": rank} for rank, other in enumerate(order, start=1) if goals.book(state)[other].rank != rank
    }
    after = _changed(state, moved)
    names = ", ".join(goals.title(after, other) for other in order)
    return after, (Say("goals.ranked", {"names": names}), *(Do("goal_rank", other) for other in moved))


def _turned(state: State, key: str, status: GoalStatus, flow: Flow) -> tuple[State, tuple[Effect, ...]]:
    name = {"name": goals.title(state, key)}
    if goals.book(state)[key].status == status:
        return state, (Say(f"goals.already_{status}", name),)
    at = state.goal
    after = _changed(state, {key: {"status": status.value}})
    effects: tuple[Effect, ...] = (Say(f"goals.now_{status}", name), Do("goal_status", key))
    others = goals.listed(after)
    if key == at and status is GoalStatus.CLOSED and others:
        kept = after.facts[LAST_CORRECTION]
        after = goals.turn_to(after, others[0], flow)
        after = replace(after, facts=after.facts | {LAST_CORRECTION: kept})
        effects = (*effects, Say("goals.switched", {"name": goals.title(after, after.goal)}))
    return after, effects


def _changed(state: State, changes: Mapping[str, Mapping[str, Any]]) -> State:
    """With these fields of these goals; what they were is kept for "undo"."""
    book, before = dict(goals.book(state)), {}
    for key, fields in changes.items():
        before[key] = {name: getattr(book[key], name) for name in fields}
        book[key] = replace(book[key], **fields)
    kept = {"turn": state.turn, "answers": [], "goals": before, "current": state.goal}
    return replace(state, goals=book, facts=state.facts | ({LAST_CORRECTION: kept} if before else {}))
