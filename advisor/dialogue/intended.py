"""Recognised intents as commands: a table, so that a new intent is a row."""

from __future__ import annotations

from collections.abc import Callable

from advisor.dialogue import commands as c
from advisor.dialogue.asked import asks, asks_for_reasons
from advisor.dialogue.knowledge import Hit, Near, find, title
from advisor.dialogue.looking_up import name_said, wish
from advisor.dialogue.nlu.intents import Recognised
from advisor.dialogue.nlu.money import find_money
from advisor.dialogue.nlu.slots import named_slot
from advisor.dialogue.own_plan import part_asked
from advisor.dialogue.scope import is_about_else, is_out_of_scope
from advisor.dialogue.state import State
from advisor.domain.reply import Expects
from advisor.replies.later_start import OTHER
from advisor.replies.shopping import FRACTIONS, MINIMUM

_PLAIN: dict[str, c.Command] = {
    "back": c.Back(),
    "skip": c.Skip(),
    "why": c.Why(),
    "cancel": c.Cancel(),
    "stop_messages": c.Cancel(),
    "repeat": c.Repeat(),
    "restart": c.Restart(),
    "undo": c.Undo(),
    "continue": c.Resume(),
    "start": c.Resume(),
    "help": c.Talk("talk.help"),
    "what_if": c.WhatIf(),
    "apply_what_if": c.ApplyWhatIf(),
    "change_answers": c.Talk("say_what_to_change"),
    "first_picture": c.Show("show_plan"),
    "activate": c.Show("activate"),
    "full_scale": c.Show("full_scale"),
    "short_form": c.Show("short_form"),
    "shopping_fractions": c.Show("shopping_list", FRACTIONS),
    "debt_left": c.Reopen("debt_amount"),
    "other_start": c.Show("later_start", OTHER),
    "trade": c.Talk("faq.trade_for_me"),
    "in_ten": c.Talk("faq.in_ten"),
    "is_it_bad": c.Talk("faq.is_it_bad"),
    "show_portfolio": c.Talk("not_yet.holdings"),
    **{intent: c.Talk(f"not_yet.{intent}") for intent in ("holdings", "performance", "rebalance", "signals", "alerts")},
}
_SHOWN = frozenset(
    {"plan_why", "compare", "frontier", "history", "costs", "stress", "calmest", "shopping_list", "show_plan", "report"}
    | {"goals", "spending", "entering", "later_start", "difference", "my_risk"}
)
# What is shown to those who have no plan as well; all else is a question in general, as long as there is none.
_WITHOUT_PLAN = frozenset({"goals"})
_TALKED = frozenset(
    {
        "greeting",
        "thanks",
        "small_talk",
        "who_are_you",
        "is_it_safe",
        "is_it_a_scam",
        "how_paid",
        "privacy",
        "unknown_command",
    }
)
# What the search may know an answer of its own to: "someone promised me 20 % a month" is more than "is this a scam?".
_REFINED = frozenset({"is_it_safe", "is_it_a_scam", "how_paid", "privacy", "who_are_you", "rebalance"})
_WARNING = "faq.scam_"  # what a general word on fraud gives way to, also where it is only likely
_WORD = "glossary."  # that a word is explained answers no question about us
_SURE = 0.75  # a question so near to a way of asking is not read for answers


def command_of(found: Recognised, state: State, text: str = "", expected: Expects | None = None) -> c.Command:
    """The command that an intent stands for; an intent whose part of the product is not built yet is told so.

    `text` is what was said in full: of a question about trust it may hold more than the intent does.
    """
    if (better := _general(found, state, text) or _of_a_part(found, state, text)) is not None:
        return better
    if found.intent in _PLAIN or found.intent in _SHOWN:
        return _PLAIN.get(found.intent) or c.Show(found.intent)
    if found.intent == "progress":
        return _progress(expected)
    if found.intent in _WITH_ARGUMENTS:
        return _WITH_ARGUMENTS[found.intent](found, state)
    return c.Talk(f"talk.{found.intent if found.intent in _TALKED else 'later'}")


def _general(found: Recognised, state: State, text: str) -> c.Command | None:
    """What answers better than the intent: of questions about trust, and of those about a plan that is not there yet."""
    if found.intent in _SHOWN - _WITHOUT_PLAN and not state.facts.get("plan_id"):
        return _told(find(text, state.locale, asked=True), state.locale)
    if found.intent not in _REFINED:
        return None
    hit = find(text, state.locale, asked=True)
    if not isinstance(hit, Hit) or hit.key.startswith(_WORD):
        return None
    return c.Talk(hit.key) if hit.score >= _SURE or hit.key.startswith(_WARNING) else None


def _of_a_part(found: Recognised, state: State, text: str) -> c.Command | None:
    """ "Why so many bonds?" of the plan there is; "why no bitcoin?", which no plan holds, in general."""
    topic = found.arguments.get("topic", "")
    if found.intent != "plan_why" or not topic:
        return None
    hit = find(text, state.locale, asked=True)
    return part_asked(topic, state) or (c.Talk(hit.key) if isinstance(hit, Hit) and hit.score >= _SURE else None)


def _progress(expected: Expects | None) -> c.Talk:
    """How far the questions are."""
    if expected is None:
        return c.Talk("left_to_ask.none")
    return c.Talk("left_to_ask.some", (("step", str(expected.step)), ("steps", str(expected.steps))))


def _reopened(found: Recognised, state: State) -> c.Command:
    """The question that is to be answered anew."""
    slot = named_slot(found.arguments.get("question", ""), state.locale)
    return c.Reopen(slot) if slot else c.Talk("say_what_to_change")


def _with_least(found: Recognised, state: State) -> c.Command:
    """A shopping list without lines below an amount."""
    amounts = find_money(found.arguments.get("least", ""), state.locale)
    return c.Show("shopping_list", f"{MINIMUM}{abs(amounts[0].amount):f}" if amounts else "")


def _explained(found: Recognised, state: State) -> c.Command:
    """A word that was asked for; `talk.glossary_unknown` where no entry explains it."""
    term = found.arguments.get("term", "")
    return _told(find(term, state.locale, asked=True), state.locale) or c.Talk("talk.glossary_unknown")


def explained(text: str, state: State) -> c.Command | None:
    """The entry that answers a text which is no answer, or that it is about something else; None for what cannot be read.

    A word by itself may be the name of something with a price first: "gold".
    """
    told = _told(find(text, state.locale), state.locale)
    if told is None:
        return c.Talk("talk.out_of_scope") if is_out_of_scope(text, state.locale) else None
    show = None if asks(text, state.locale) else name_said(text, state)
    return c.Tentative(show, (told,)) if show is not None else told


def answered(text: str, found: Recognised | None, state: State) -> tuple[c.Command, ...]:
    """A question that an entry answers for sure, or about something else: nothing in it is an answer ("is 1 % a fair fee?")."""
    if found is not None:
        return ()
    if asks(text, state.locale):
        hit = find(text, state.locale)
        if isinstance(hit, Hit) and hit.score >= _SURE:
            return (c.Talk(hit.key),)
    if is_about_else(text, state.locale):
        return (c.Talk("talk.out_of_scope"),)
    return (explained(text, state) or c.Talk("talk.glossary_unknown"),) if asks_for_reasons(text, state.locale) else ()


def _told(hit: Hit | Near | None, locale: str) -> c.Command | None:
    match hit:
        case Hit(key=key):
            return c.Talk(key)
        case Near(keys=keys):
            return c.Clarify(tuple((title(key, locale), (c.Talk(key),)) for key in keys))
    return None


_WITH_ARGUMENTS: dict[str, Callable[[Recognised, State], c.Command]] = {
    "price": lambda found, _state: wish(found),
    "look_up": lambda found, _state: wish(found),
    "forecast": lambda found, _state: c.Show("forecast", found.arguments.get("symbol", "")),
    "shopping_minimum": _with_least,
    "glossary": _explained,
    "reopen": _reopened,
}
