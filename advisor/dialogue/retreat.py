"""Going back: to the question before, to a question by its name, to the beginning, and to what was before. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from advisor.dialogue.conditions import CONDITIONS
from advisor.dialogue.effects import Do, Effect, Say
from advisor.dialogue.flows import Flow, SlotStep
from advisor.dialogue.state import LAST_CORRECTION, Answered, State

_OPENED = "opened"
_ASIDE = "aside"
_OUTLASTING = ("goal_id", "profiled", "quiet", "region", "rated")


def applies(part: SlotStep, state: State) -> bool:
    """Whether this question is for this investor."""
    return _applies(part, state, lambda name: CONDITIONS[name](state))


def applicable(flow: Flow, state: State) -> list[str]:
    """The slots of all questions for this investor, in order; the open one counts also where a newer flow would not ask it."""
    holds = cache(lambda name: CONDITIONS[name](state))  # many questions share a condition, and some are dear
    return [part.slot for part in flow.slots() if part.slot == state.asking or _applies(part, state, holds)]


def _applies(part: SlotStep, state: State, holds: Callable[[str], bool]) -> bool:
    if part.when is not None and not holds(part.when):
        return False
    kept = part.slot in state.slots or part.slot in state.facts.get(_OPENED, ())
    return part.unless is None or kept or not holds(part.unless)


def back(state: State, flow: Flow) -> tuple[State, Say] | None:
    """The question before the open one in the order of the flow, its answer taken out; None if there is none.

    What was volunteered or corrected out of order is not touched: it was answered, and is not asked again.
    """
    before: list[str] = []
    for part in flow.slots():
        if part.slot == state.asking:
            break
        if part.slot in state.slots and applies(part, state):
            before.append(part.slot)
    if state.asking is None and state.facts.get("active") and before:
        before.pop()  # a plan in use is not confirmed again: the summary is where it can be changed
    said = "went_back_in_use" if state.asking is None and state.facts.get("active") else "went_back"
    return (reopen(state, before[-1], flow), Say(said)) if before else None


def reopen(state: State, slot: str, flow: Flow) -> State:
    """With this question open again. What was computed from its answer is made anew once it is answered."""
    stale = {"summary", "plan"} if slot != "confirm_bad_year" else set()
    # Whoever wants to change an answer is asked, also where the question would be left out by now.
    state = replace(state, facts=state.facts | {_OPENED: sorted({*state.facts.get(_OPENED, ()), slot})})
    state = state.without(slot, "confirm_bad_year", *(() if slot == "confirm_bad_year" else flow.confirmations))
    if "settle_contradiction" in flow.dependants.get(slot, ()):
        state = state.without("settle_contradiction")
    if slot == "currency":
        state = replace(state, currency=None)
    return replace(state, done=tuple(name for name in state.done if name not in stale), pending=None, tries=0)


def restart(state: State) -> tuple[State, Say]:
    """Everything anew; the answers are put aside."""
    asked_for_currency = "currency" in state.slots
    # The same goal is asked about anew; the others stay.
    fresh = replace(
        state,
        currency=None if asked_for_currency else state.currency,
        shelved=state.slots or state.shelved,
        slots={},
        order=(),
        done=(),
        asking=None,
        pending=None,
        tries=0,
        paused=False,
        frames=(),
        facts=_outlasting(state) | (_put_aside(state) if state.slots else _already_aside(state)),
    )
    return fresh, Say("restarted") if state.slots else Say("nothing_to_restart")


def undo(state: State) -> tuple[State, Say]:
    """The answers that a restart put aside; those given since are put aside in turn, so that a second undo returns them."""
    if not state.shelved:
        return state, Say("nothing_to_undo")
    money, aside = state.shelved.get("currency"), state.facts.get(_ASIDE)
    restored = replace(
        state,
        slots=state.shelved,
        order=tuple(state.shelved),
        shelved=state.slots,
        done=("rough_picture",) if "monthly_amount" in state.shelved else (),
        asking=None,
        pending=None,
        tries=0,
        currency=money.value if money else state.currency,
    )
    if aside is None:  # put aside before plans and forms were
        return restored.without("confirm_bad_year"), Say("undone")
    facts = _outlasting(state) | aside["facts"] | _put_aside(state)
    return replace(restored, done=tuple(aside["done"]), facts=facts), Say("undone")


def _outlasting(state: State) -> dict[str, Any]:
    """Facts that a new beginning does not touch."""
    return {name: state.facts[name] for name in _OUTLASTING if name in state.facts}


def _put_aside(state: State) -> dict[str, Any]:
    """What belongs to the answers that are put aside: the plan, the form, what was shown of it."""
    left = {name: value for name, value in state.facts.items() if name not in (*_OUTLASTING, _ASIDE, LAST_CORRECTION)}
    return {_ASIDE: {"facts": left, "done": list(state.done)}}


def _already_aside(state: State) -> dict[str, Any]:
    return {_ASIDE: state.facts[_ASIDE]} if _ASIDE in state.facts else {}


def refresh(state: State, flow: Flow, slot: str, *, correction: bool) -> State:
    """Drop what an answer makes stale: dependants of a corrected one, the summary or plan computed without it."""
    if correction:
        state = state.without(*flow.dependants.get(slot, ()))
    stale = {"plan"} if "confirm_summary" in state.slots else {"summary", "plan"}
    return replace(state.without("confirm_bad_year"), done=tuple(name for name in state.done if name not in stale))


def remember(state: State, slot: str, former: Answered | None) -> State:
    """Keep what a correction replaced (a default too, or that there was nothing); those of one message are kept together."""
    if former is None and state.shelved and not state.facts.get("plan_id"):
        return state  # after a restart "undo" means the answers that were put aside
    kept = state.facts.get(LAST_CORRECTION)
    same_turn = kept is not None and kept["turn"] == state.turn
    before: dict[str, Any] = {"slot": slot}
    if former is not None:
        before |= {"value": former.value, "raw": former.raw} | ({"defaulted": True} if former.defaulted else {})
    answers = [*(kept["answers"] if kept and same_turn else ()), before]
    return replace(state, facts=state.facts | {LAST_CORRECTION: {"turn": state.turn, "answers": answers}})


def unsaid(state: State, kept: dict[str, Any], flow: Flow) -> tuple[State, tuple[Effect, ...]] | None:
    """Without an answer that took the place of our default or of nothing; None where an investor's own answer was replaced."""
    slot, now = kept["slot"], state.slots.get(kept["slot"])
    if "value" in kept and not kept.get("defaulted"):
        return None
    if "value" not in kept:
        if now is None:
            return state, ()
        return refresh(state.without(slot), flow, slot, correction=True), (Do("taken_back", slot, before=now.value),)
    state = state.with_answer(slot, Answered(kept["value"], kept["raw"], state.turn, defaulted=True))
    told = Do("corrected", slot, before=now.value) if now else Do("default_taken", slot)
    return refresh(state, flow, slot, correction=True), (told,)


def forget(state: State) -> State:
    """Without the last correction: what was taken back is not taken back again."""
    return replace(state, facts={name: value for name, value in state.facts.items() if name != LAST_CORRECTION})
