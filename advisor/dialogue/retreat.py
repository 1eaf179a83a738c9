"""Going back: to the question before, to a question by its name, to the beginning, and to what was before. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from advisor.dialogue.conditions import CONDITIONS
from advisor.dialogue.effects import Do, Effect, Say
from advisor.dialogue.flows import Flow, SlotStep
from advisor.dialogue.state import LAST_CORRECTION, Answered, State

_OPENED = "opened"
_OUTLASTING = ("goal_id", "profiled")


def applies(part: SlotStep, state: State) -> bool:
    """Whether this question is for this investor."""
    if part.when is not None and not CONDITIONS[part.when](state):
        return False
    kept = part.slot in state.slots or part.slot in state.facts.get(_OPENED, ())
    return part.unless is None or kept or not CONDITIONS[part.unless](state)


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
    return (reopen(state, before[-1], flow), Say("went_back")) if before else None


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
    fresh = State(
        locale=state.locale,
        timezone=state.timezone,
        currency=None if asked_for_currency else state.currency,
        wished_currency=state.wished_currency,
        served=state.served,
        shelved=state.slots or state.shelved,
        turn=state.turn,
        # The same goal is asked about anew; the others stay.
        goal=state.goal,
        goals=state.goals,
        facts={name: state.facts[name] for name in _OUTLASTING if name in state.facts},
    )
    return fresh, Say("restarted") if state.slots else Say("nothing_to_restart")


def undo(state: State) -> tuple[State, Say]:
    """The answers that a restart put aside; those given since are put aside in turn, so that a second undo returns them."""
    if not state.shelved:
        return state, Say("nothing_to_undo")
    money = state.shelved.get("currency")
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
    return restored.without("confirm_bad_year"), Say("undone")


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
