"""Two dialogues of one person become one: the richer goes on, and the other's goals become goals of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from advisor.dialogue import goals
from advisor.dialogue.flows import Flow
from advisor.dialogue.state import LAST_CORRECTION, KeptGoal, State
from advisor.domain.records import GoalStatus

_LINKING = "link_"
# A goal is known again by its record, else by its plan.
_MARKS = (goals.GOAL_ID, "plan_id")
_COMPUTED = frozenset({"summary", "plan"})


@dataclass(frozen=True, slots=True)
class Merged:
    """The state that goes on; `added` are the keys of the goals that came from the other one.

    `recounted` says that the other counted in another currency, so that its amounts have to be asked again.
    """

    state: State
    added: tuple[str, ...] = ()
    recounted: bool = False


def merge(here: State, there: State, flow: Flow) -> Merged:
    """One state of two. `here` is where the talk goes on: its language, time zone and turn stay.

    A plan in use counts more than a plan, a plan more than answers, more answers more than few, and then the one used later.
    Whoever asked for silence on one side keeps it. What only the other side knows about the person is taken over; its goals are
    kept whole, except one that was merely begun and says nothing new. Merged a second time, it adds nothing.
    """
    richer, other = (there, here) if _wealth(there) > _wealth(here) else (here, there)
    recounted = _counts_otherwise(richer, other)
    known = richer if recounted else _completed(richer, other, flow)
    goals_of = _settled_money(other, flow) if recounted else _all(other)
    fresh = {key: goal for key, goal in goals_of.items() if _says_something(goal) and not _is_there(goal, _all(known))}
    state = _with_goals(known, fresh)
    added = tuple(key for key in state.goals if key not in goals.book(known)) if fresh else ()
    facts = {name: value for name, value in state.facts.items() if name != LAST_CORRECTION}
    if here.facts.get("quiet") or there.facts.get("quiet"):
        facts["quiet"] = True
    frames = tuple(frame for frame in richer.frames if not frame.name.startswith(_LINKING))
    state = replace(state, facts=facts, frames=frames, tries=0, turn=here.turn, since=here.turn)
    state = replace(state, locale=here.locale, timezone=here.timezone, seen=max(here.seen, there.seen))
    return Merged(state, added, recounted and bool(fresh))


def _wealth(state: State) -> tuple[bool, bool, int, str]:
    """How much would be lost with a state: the greater goes on."""
    every = _all(state).values()
    said = sum(not answer.defaulted for goal in every for answer in goal.slots.values())
    said += sum(not answer.defaulted for slot, answer in state.slots.items() if slot in goals.PERSON)
    return (
        any(goal.facts.get("in_use") for goal in every),
        any(goal.facts.get("plan_id") for goal in every),
        said,
        state.seen,
    )


def _all(state: State) -> Mapping[str, KeptGoal]:
    """Every goal by key, the one that is worked on with its part of the state."""
    begun = goals.begin(state)
    return {key: goal for key, goal in begun.goals.items() if key != begun.goal}


def _says_something(goal: KeptGoal) -> bool:
    return "goal" in goal.slots


def _is_there(goal: KeptGoal, known: Mapping[str, KeptGoal]) -> bool:
    """Whether a goal is one of these already; of one without a plan, whether it says nothing that one of these does not say."""
    if goal.facts.get("plan_id"):
        return any(goal.facts.get(name) == one.facts.get(name) for one in known.values() for name in _MARKS)
    if goal.name:
        return any(one.name == goal.name and one.slots == goal.slots for one in known.values())
    said = {slot: answer.value for slot, answer in goal.slots.items() if not answer.defaulted}
    return any(
        all(slot in one.slots and one.slots[slot].value == value for slot, value in said.items())
        for one in known.values()
    )


def _counts_otherwise(richer: State, other: State) -> bool:
    """Whether amounts of the other cannot be read as amounts of the richer."""
    return None not in (richer.currency, other.currency) and richer.currency != other.currency


def _completed(richer: State, other: State, flow: Flow) -> State:
    """With the currency and the answers about the person that only the other side has; the open question stays open.

    Where a plan is made already, nothing is added: it would not be the plan of these answers any more.
    """
    if richer.currency is None and other.currency is not None:
        richer = replace(richer, currency=other.currency, wished_currency=None)
    if "plan" in richer.done:
        return richer
    asked = {slot.slot for slot in flow.slots()}
    for slot, answer in other.slots.items():
        missing = slot in goals.PERSON and slot in asked and slot not in richer.slots and slot != richer.asking
        if missing and not answer.defaulted:
            richer = richer.with_answer(slot, replace(answer, turn=richer.turn))
    return richer


def _settled_money(state: State, flow: Flow) -> dict[str, KeptGoal]:
    """Goals without their amounts, whose plans will be made anew: an amount must never change its currency."""
    money = {slot.slot for slot in flow.slots() if slot.kind == "money"} | {"currency"}
    dropped = money | set(flow.confirmations)
    return {
        key: replace(
            goal,
            slots={slot: answer for slot, answer in goal.slots.items() if slot not in dropped},
            order=tuple(slot for slot in goal.order if slot not in dropped),
            done=tuple(name for name in goal.done if name not in _COMPUTED),
            person={slot: value for slot, value in goal.person.items() if slot not in dropped},
            facts={name: value for name, value in goal.facts.items() if name != "bad_year"},
        )
        for key, goal in _all(state).items()
    }


def _with_goals(state: State, fresh: Mapping[str, KeptGoal]) -> State:
    """With further goals, which come after those there are."""
    if not fresh:
        return state
    kept = dict(goals.book(state))
    names = {goal.name.casefold() for goal in kept.values() if goal.name}
    key, rank = max(map(int, kept)), len(goals.listed(state))
    for goal in sorted(fresh.values(), key=lambda goal: (goal.status == GoalStatus.CLOSED, goal.rank)):
        key, rank = key + 1, rank + 1
        kept[str(key)] = replace(goal, rank=rank, name=_free_name(goal.name, names))
    return replace(state, goals=kept)


def _free_name(name: str, taken: set[str]) -> str:
    """A name that no other goal has, by a number behind it."""
    free, number = name, 1
    while free and free.casefold() in taken:
        number += 1
        free = f"{name} ({number})"
    taken.add(free.casefold())
    return free
