"""The mentions of slots in a text, each at the slot it belongs to: the open question, another one, or the answer it corrects."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from advisor.dialogue import later_life
from advisor.dialogue.nlu.contrast import contrast, holds
from advisor.dialogue.nlu.corrections import correction_of_last, find_slots
from advisor.dialogue.nlu.money import find_money
from advisor.dialogue.nlu.slots import CHOICE_SLOTS, Context, Mention
from advisor.dialogue.state import State
from advisor.domain.reply import Expects
from advisor.replies.questionnaire import question

CONFIRMATIONS = frozenset({"confirm_summary", "confirm_bad_year"})


def mentions_in(text: str, state: State, expected: Expects | None, today: date) -> list[Mention]:
    """What the text says of slots. A bare value after "make that" belongs to the answer just given, not to the open question."""
    context = context_of(state, expected, today)
    if context.asked == "currency" and "initial_amount" not in state.slots and find_money(text, state.locale):
        context = replace(context, asked="initial_amount", options=())  # an amount answers the question that comes next
    found = _in_place_of(text, context, state) or find_slots(text, context)
    if not found and state.pending and state.pending["kind"] == "which":
        found = find_slots(text, replace(context, options=()))  # none of the two or three that were offered
    last = next((slot for slot in reversed(state.order) if slot != context.asked), None)
    instead = correction_of_last(text, state.locale)
    if last is None or expected is None or expected.slot in CONFIRMATIONS or instead is None:
        return found
    if any(mention.slot != expected.slot for mention in found):
        return found
    meant = find_slots(instead, replace(context, asked=last, options=()))
    return meant if any(mention.slot == last for mention in meant) else found


def _in_place_of(text: str, context: Context, state: State) -> list[Mention]:
    """ "19.5, not 18.9": what stands in the place of an answer given before, told by its old value; empty if there is none."""
    told = contrast(text, state.locale)
    if told is None:
        return []
    slot = next((slot for slot in reversed(state.order) if holds(state.value(slot), told.old)), context.asked)
    at_it = replace(context, asked=slot, options=context.options if slot == context.asked else ())
    named = find_slots(told.rest, context)
    if any(mention.slot not in (slot, context.asked) for mention in named):
        return named
    return find_slots(told.rest, at_it) or find_slots(told.new, at_it)


def once(found: list[Mention], expected: Expects | None) -> list[Mention]:
    """The same words mean one thing: "a quarter" to the question for a share is no time of three months besides."""
    asked = next((mention for mention in found if expected is not None and mention.slot == expected.slot), None)
    if asked is None:
        return found
    return [item for item in found if item is asked or item.span != asked.span or item.slot != "horizon"]


def context_of(state: State, expected: Expects | None, today: date) -> Context:
    """The situation in which a text is read."""
    return Context(
        today=today,
        asked=expected.slot if expected else None,
        locale=state.locale,
        currency=state.currency,
        options=expected.options if expected else (),
        birth_year=_birth_year(state),
        choices={slot: question(state.locale, slot).options for slot in CHOICE_SLOTS},
        admits=later_life.admitted(state, expected.slot if expected else None),
        settled=frozenset(state.slots),
        pays_income=later_life.pays_income(state),
    )


def _birth_year(state: State) -> int | None:
    """The year of birth, as it was said for itself or with a time."""
    said = state.value("birth_year") or (state.value("horizon") or {}).get("born")
    return int(said) if said else None
