"""Several goals of one person in one dialogue: one is worked on, the others keep their part of the state. Pure.

What somebody said of himself or herself serves all goals; each goal has its own time, money, wishes, questions and plan. Whoever
has one goal has no list of goals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from advisor.dialogue.flows import Flow
from advisor.dialogue.nlu.choices import match_options
from advisor.dialogue.nlu.goal_words import goal_words
from advisor.dialogue.state import LAST_CORRECTION, KeptGoal, State
from advisor.domain.records import GoalStatus
from advisor.profiling import RISK_SLOTS, SCALE_SLOTS
from advisor.replies.questionnaire import question
from advisor.replies.wording import say

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
_LEFT = "left"
_MADE_ANEW = frozenset({"summary", "plan"})
_IN_WORDS = frozenset({"id", "label", "synonym", "near"})


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
    words = goal_words(state.locale)
    bare = " ".join(said.split()).strip(" .,!?\"'")
    stripped = words.bare(bare).casefold()
    named = [key for key in book(state) if title(state, key).casefold() in (bare.casefold(), stripped)]
    named = named or [key for key in book(state) if words.before.sub("", title(state, key)).casefold() == stripped]
    if named:
        return tuple(named)
    if is_pronoun(said, state):
        return (state.goal,)
    place = (
        words.ordinals.index(stripped) + 1
        if stripped in words.ordinals
        else int(stripped)
        if _is_number(stripped)
        else 0
    )
    if place:
        return listed(state)[place - 1 : place]
    match = match_options(stripped, question(state.locale, "goal").options, slot="goal", locale=state.locale)
    kinds = (match.ids or match.candidates) if match and match.how in _IN_WORDS else ()
    found = sorted((key for key in book(state) if kind(state, key) in kinds), key=int)
    there = [key for key in found if book(state)[key].status != GoalStatus.CLOSED]
    return tuple(there or found)


def is_pronoun(said: str, state: State) -> bool:
    """Whether words point at the goal at hand without naming it: "it", "this goal"."""
    words = goal_words(state.locale)
    return words.bare(" ".join(said.split())).casefold() in words.this


def begin(state: State) -> State:
    """A further goal, of which nothing is known yet; what belongs to the person stays."""
    kept = _put_away(state)
    key = str(max(map(int, kept)) + 1)
    return _taken_up(state, kept | {key: KeptGoal(rank=len(listed(state)) + 1)}, key)


def turn_to(state: State, key: str, flow: Flow) -> State:
    """Another goal as it was left. If answers about the person changed since, its summary is confirmed and its plan made anew."""
    kept = _put_away(state)
    if key != state.goal and _is_blank(kept[state.goal]):
        del kept[state.goal]  # begun, and nothing was said of it
    goal = kept[key]
    after = _taken_up(state, kept, key)
    stale = any(after.value(slot) != value for slot, value in goal.person.items())
    if stale and "plan" in goal.done:
        after = after.without(*flow.confirmations)
        return replace(after, done=tuple(name for name in after.done if name not in _MADE_ANEW))
    return after


def as_left(state: State, key: str) -> State:
    """The state in which another goal was left, whatever else has changed since."""
    return _taken_up(state, _put_away(state), key)


def _is_blank(goal: KeptGoal) -> bool:
    return not goal.name and not goal.slots and not goal.facts and not goal.done


def _put_away(state: State) -> dict[str, KeptGoal]:
    """All goals, with the current one's part of the state put into it."""
    own = replace(
        current(state),
        slots={slot: answer for slot, answer in state.slots.items() if slot not in PERSON},
        order=tuple(slot for slot in state.order if slot not in PERSON),
        done=state.done,
        facts={name: value for name, value in state.facts.items() if name in _GOAL_FACTS} | _half(state),
        person={slot: answer.value for slot, answer in state.slots.items() if slot in PERSON},
    )
    return {**book(state), state.goal: own}


def _taken_up(state: State, goals: dict[str, KeptGoal], key: str) -> State:
    """The state with this goal's part in it."""
    goal = goals[key]
    shared = {name: value for name, value in without_correction(state.facts).items() if name not in _GOAL_FACTS}
    own = dict(goal.facts)
    left = own.pop(_LEFT, {})
    return replace(
        state,
        goal=key,
        goals=goals | {key: KeptGoal(goal.name, goal.rank, goal.status)},
        slots={slot: answer for slot, answer in state.slots.items() if slot in PERSON} | goal.slots,
        order=(*(slot for slot in state.order if slot in PERSON), *goal.order),
        done=goal.done,
        facts=shared | own,
        asking=left.get("asking"),
        pending=left.get("pending"),
        paused=False,
        tries=0,
        shelved={},
    )


def _half(state: State) -> dict[str, Any]:
    """Half an answer that waits for its other half, with the question it belongs to."""
    return {_LEFT: {"asking": state.asking, "pending": state.pending}} if state.pending else {}


def without_correction(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts without what the last correction replaced, which belongs to one goal."""
    return {name: value for name, value in facts.items() if name != LAST_CORRECTION}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 3
