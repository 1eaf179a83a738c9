"""Recognised intents as commands: a table, so that a new intent is a row."""

from __future__ import annotations

from rapidfuzz import fuzz, process

from advisor.dialogue import commands as c
from advisor.dialogue.looking_up import wish
from advisor.dialogue.nlu.intents import Recognised
from advisor.dialogue.nlu.money import find_money
from advisor.dialogue.nlu.slots import named_slot
from advisor.dialogue.state import State
from advisor.replies.later_start import OTHER
from advisor.replies.shopping import FRACTIONS, MINIMUM
from advisor.replies.wording import under

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
}
_SHOWN = frozenset(
    {"plan_why", "compare", "frontier", "history", "costs", "stress", "calmest", "shopping_list", "show_plan", "report"}
    | {"goals", "spending", "entering", "later_start", "difference"}
)
_TALKED = frozenset(
    {
        "greeting",
        "thanks",
        "small_talk",
        "who_are_you",
        "is_it_safe",
        "is_it_a_scam",
        "how_paid",
        "human",
        "delete",
        "export",
        "privacy",
        "unknown_command",
    }
)
_NEAR_TERM = 85


def command_of(found: Recognised, state: State) -> c.Command:
    """The command that an intent stands for; an intent whose part of the product is not built yet is told so."""
    if found.intent in _PLAIN:
        return _PLAIN[found.intent]
    if found.intent in _SHOWN:
        return c.Show(found.intent)
    if found.intent in ("price", "look_up"):
        return wish(found)
    if found.intent == "forecast":
        return c.Show("forecast", found.arguments.get("symbol", ""))
    if found.intent == "shopping_minimum":
        return _with_least(found.arguments.get("least", ""), state.locale)
    if found.intent == "glossary":
        return _explained(found.arguments.get("term", ""), state.locale)
    if found.intent == "reopen":
        slot = named_slot(found.arguments.get("question", ""), state.locale)
        return c.Reopen(slot) if slot else c.Talk("say_what_to_change")
    return c.Talk(f"talk.{found.intent if found.intent in _TALKED else 'later'}")


def _with_least(said: str, locale: str) -> c.Command:
    """A shopping list without lines below an amount."""
    amounts = find_money(said, locale)
    return c.Show("shopping_list", f"{MINIMUM}{abs(amounts[0].amount):f}" if amounts else "")


def _explained(term: str, locale: str) -> c.Command:
    entries = under(locale, "glossary")
    names = {name.replace("_", " "): name for name in entries}
    wanted = term.lower().strip(" ?.!")
    best = process.extractOne(
        wanted, [*names, *(f"{name}s" for name in names)], scorer=fuzz.ratio, score_cutoff=_NEAR_TERM
    )
    if best is None:
        return c.Talk("talk.glossary_unknown", (("known", ", ".join(sorted(names))),))
    name = best[0] if best[0] in names else best[0].removesuffix("s")
    return c.Talk(f"glossary.{names[name]}")
