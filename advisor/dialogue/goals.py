"""Several goals of one person in one dialogue: one is worked on, the others keep their part of the state. Pure.

What somebody said of himself or herself serves all goals; each goal has its own time, money, wishes, questions and plan. Whoever
has one goal has no list of goals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from advisor.dialogue import commands as c
from advisor.dialogue.effects import Do, Effect, Say
from advisor.dialogue.flows import Flow
from advisor.dialogue.nlu.choices import match_options
from advisor.dialogue.state import LAST_CORRECTION, KeptGoal, State
from advisor.domain.records import GoalStatus
from advisor.profiling import RISK_SLOTS, SCALE_SLOTS
from advisor.replies.questionnaire import question
from advisor.replies.wording import say
from advisor.services.goals import MOST_GOALS

PERSON = frozenset(
    {
        "currency",
        "debt",
        "debt_amount",
        "emergency_fund",
        "monthly_spending",
        "income_stability",
        "share_of_savings",
        "experience",
        "birth_year",
        *RISK_SLOTS,
        *SCALE_SLOTS,
    }
)
"""Slots about the person; all others belong to the goal."""

GOAL_ID = "goal_id"
_GOAL_FACTS = frozenset(
    {
        GOAL_ID,
        "plan_id",
        "active",
        "in_use",
        "bad_year",
        "what_if",
        "shopping_asked",
        "opened",
        "life_change",
        "missing",
    }
)
_MADE_ANEW = frozenset({"summary", "plan"})
_LONGEST_NAME = 80
_THIS = frozenset({"", "it", "this", "that", "current", "one", "this one", "that one"})
_BEFORE = re.compile(r"^(?:(?:the|my|our|a|an|to|for|with|goal|number)\b\s*)+", re.IGNORECASE)
_BEHIND = re.compile(r"(?:\s*\b(?:goals?|plan|please|thanks|now|again|instead)[.!]?)+$", re.IGNORECASE)
_STATUS = {"pause": GoalStatus.PAUSED, "close": GoalStatus.CLOSED, "resume": GoalStatus.OPEN}
_IN_WORDS = frozenset({"id", "label", "synonym", "near"})
_ORDINALS = ("first", "second", "third", "fourth", "fifth")


def book(state: State) -> Mapping[str, KeptGoal]:
    """All goals by key; the parts of the current one are in the state itself."""
    return state.goals or {state.goal: KeptGoal()}


def current(state: State) -> KeptGoal:
    """The goal that is worked on: its name, rank and status."""
    return book(state)[state.goal]


def is_closed(state: State) -> bool:
    """Whether the goal that is worked on is closed, so that nothing is asked about it."""
    return current(state).status == GoalStatus.CLOSED


def listed(state: State) -> tuple[str, ...]:
    """Keys of the goals that are not closed, as they come first."""
    kept = [key for key, goal in book(state).items() if goal.status != GoalStatus.CLOSED]
    return tuple(sorted(kept, key=lambda key: (book(state)[key].rank, int(key))))


def fact(state: State, key: str, name: str) -> Any:
    """A fact of one of the goals, None if it has none."""
    return (state.facts if key == state.goal else book(state)[key].facts).get(name)


def kind(state: State, key: str) -> str | None:
    """What a goal is for, None while that is not said."""
    if key == state.goal:
        said = state.value("goal")
    else:
        answer = book(state)[key].slots.get("goal")
        said = answer.value if answer else None
    return None if said is None else str(said)


def title(state: State, key: str) -> str:
    """A goal's name: as the investor gave it, else what it is for, with a number where several would be named alike."""
    if book(state)[key].name:
        return book(state)[key].name
    what = kind(state, key)
    if what is None:
        return say(state.locale, "goals.unnamed")
    labels = {option.id: option.label for option in question(state.locale, "goal").options}
    alike = [other for other, goal in book(state).items() if not goal.name and kind(state, other) == what]
    place = sorted(alike, key=int).index(key) + 1
    return labels[what] if place == 1 else f"{labels[what]} ({place})"


def meant(said: str, state: State) -> tuple[str, ...]:
    """Keys of the goals that a few words may mean: a name, "this", a place in the list, or what the money is for."""
    bare = " ".join(said.split()).strip(" .,!?\"'")
    stripped = _BEHIND.sub("", _BEFORE.sub("", bare)).casefold()
    named = [key for key in book(state) if title(state, key).casefold() in (bare.casefold(), stripped)]
    named = named or [key for key in book(state) if _BEFORE.sub("", title(state, key)).casefold() == stripped]
    if named:
        return tuple(named)
    if is_pronoun(said):
        return (state.goal,)
    place = _ORDINALS.index(stripped) + 1 if stripped in _ORDINALS else int(stripped) if _is_number(stripped) else 0
    if place:
        return listed(state)[place - 1 : place]
    match = match_options(stripped, question(state.locale, "goal").options, slot="goal", locale=state.locale)
    kinds = (match.ids or match.candidates) if match and match.how in _IN_WORDS else ()
    found = sorted((key for key in book(state) if kind(state, key) in kinds), key=int)
    there = [key for key in found if book(state)[key].status != GoalStatus.CLOSED]
    return tuple(there or found)


def is_pronoun(said: str) -> bool:
    """Whether words point at the goal at hand without naming it: "it", "this goal"."""
    return _BEHIND.sub("", _BEFORE.sub("", " ".join(said.split()))).casefold() in _THIS


def begin(state: State) -> State:
    """A further goal, of which nothing is known yet; what belongs to the person stays."""
    kept = _put_away(state)
    key = str(max(map(int, kept)) + 1)
    return _taken_up(state, kept | {key: KeptGoal(rank=len(listed(state)) + 1)}, key)


def turn_to(state: State, key: str, flow: Flow) -> State:
    """Another goal as it was left. If answers about the person changed since, its summary is confirmed and its plan made anew."""
    kept = _put_away(state)
    goal = kept[key]
    after = _taken_up(state, kept, key)
    stale = any(after.value(slot) != value for slot, value in goal.person.items())
    if stale and "plan" in goal.done:
        after = after.without(*flow.confirmations)
        return replace(after, done=tuple(name for name in after.done if name not in _MADE_ANEW))
    return after


def carry_out(state: State, order: c.GoalOrder, flow: Flow) -> tuple[State, tuple[Effect, ...]]:
    """The state after an order, and what is to be said, shown and stored of it."""
    if order.what == "new":
        return _begun(state)
    there = [key for key in order.goals if key in book(state)]
    if len(there) != 1:
        names = ", ".join(f'"{title(state, key)}"' for key in there or listed(state) or book(state))
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
    goals = dict(book(state))
    effects: list[Effect] = []
    for key, fields in kept["goals"].items():
        for name, value in fields.items():
            goals[key] = replace(goals[key], **{name: value})
            effects.append(Do(f"goal_{name}", key))
    state = replace(state, goals=goals, facts=_without_correction(state.facts))
    if kept["current"] != state.goal:
        state = turn_to(state, kept["current"], flow)
    return state, (Say("goals.undone", {"name": title(state, next(iter(kept["goals"])))}), *effects)


def _begun(state: State) -> tuple[State, tuple[Effect, ...]]:
    if not state.facts.get("plan_id") and not is_closed(state):
        return state, (Say("goals.finish_first", {"name": title(state, state.goal)}),)
    if len(book(state)) >= MOST_GOALS:
        return state, (Say("goals.too_many"),)
    return begin(state), (Say("goals.begun"),)


def _switched(state: State, key: str, flow: Flow) -> tuple[State, tuple[Effect, ...]]:
    name = {"name": title(state, key)}
    if book(state)[key].status == GoalStatus.CLOSED:
        return state, (Say("goals.is_closed", name),)
    if key == state.goal:
        return state, (Say("goals.here", name),)
    after = turn_to(state, key, flow)
    if "plan" in after.done:
        return after, (Say("goals.switched", name), Do("show_plan"))
    return after, (Say("goals.switched_anew" if after.facts.get("plan_id") else "goals.switched", name),)


def _renamed(state: State, key: str, wished: str) -> tuple[State, tuple[Effect, ...]]:
    name = " ".join("".join(char for char in wished if char.isprintable()).split()).strip(" .,!?\"'")
    if not name or len(name) > _LONGEST_NAME:
        return state, (Say("goals.no_name"),)
    before, taken = title(state, key), [title(state, other).casefold() for other in book(state) if other != key]
    if name.casefold() in taken:
        return state, (Say("goals.name_taken", {"name": name}),)
    after = _changed(state, {key: {"name": name}})
    return after, (Say("goals.renamed", {"before": before, "name": name}), Do("goal_name", key))


def _first(state: State, key: str) -> tuple[State, tuple[Effect, ...]]:
    order = [key, *(other for other in listed(state) if other != key)]
    if key not in listed(state):
        return state, (Say("goals.is_closed", {"name": title(state, key)}),)
    moved = {other: {"rank": rank} for rank, other in enumerate(order, start=1) if book(state)[other].rank != rank}
    after = _changed(state, moved)
    names = ", ".join(title(after, other) for other in order)
    return after, (Say("goals.ranked", {"names": names}), *(Do("goal_rank", other) for other in moved))


def _turned(state: State, key: str, status: GoalStatus, flow: Flow) -> tuple[State, tuple[Effect, ...]]:
    name = {"name": title(state, key)}
    if book(state)[key].status == status:
        return state, (Say(f"goals.already_{status}", name),)
    at = state.goal
    after = _changed(state, {key: {"status": status.value}})
    effects: tuple[Effect, ...] = (Say(f"goals.now_{status}", name), Do("goal_status", key))
    others = listed(after)
    if key == at and status is GoalStatus.CLOSED and others:
        kept = after.facts[LAST_CORRECTION]
        after = turn_to(after, others[0], flow)
        after = replace(after, facts=after.facts | {LAST_CORRECTION: kept})
        effects = (*effects, Say("goals.switched", {"name": title(after, after.goal)}))
    return after, effects


def _changed(state: State, changes: Mapping[str, Mapping[str, Any]]) -> State:
    """With these fields of these goals; what they were is kept for "undo"."""
    goals, before = dict(book(state)), {}
    for key, fields in changes.items():
        before[key] = {name: getattr(goals[key], name) for name in fields}
        goals[key] = replace(goals[key], **fields)
    kept = {"turn": state.turn, "answers": [], "goals": before, "current": state.goal}
    return replace(state, goals=goals, facts=state.facts | ({LAST_CORRECTION: kept} if before else {}))


def _put_away(state: State) -> dict[str, KeptGoal]:
    """All goals, with the current one's part of the state put into it."""
    own = replace(
        current(state),
        slots={slot: answer for slot, answer in state.slots.items() if slot not in PERSON},
        order=tuple(slot for slot in state.order if slot not in PERSON),
        done=state.done,
        facts={name: value for name, value in state.facts.items() if name in _GOAL_FACTS},
        person={slot: answer.value for slot, answer in state.slots.items() if slot in PERSON},
    )
    return {**book(state), state.goal: own}


def _taken_up(state: State, goals: dict[str, KeptGoal], key: str) -> State:
    """The state with this goal's part in it."""
    goal = goals[key]
    shared = {name: value for name, value in _without_correction(state.facts).items() if name not in _GOAL_FACTS}
    return replace(
        state,
        goal=key,
        goals=goals | {key: KeptGoal(goal.name, goal.rank, goal.status)},
        slots={slot: answer for slot, answer in state.slots.items() if slot in PERSON} | goal.slots,
        order=(*(slot for slot in state.order if slot in PERSON), *goal.order),
        done=goal.done,
        facts=shared | goal.facts,
        asking=None,
        pending=None,
        paused=False,
        tries=0,
        shelved={},
    )


def _without_correction(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name != LAST_CORRECTION}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 3
