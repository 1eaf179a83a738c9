"""Buttons that are good at any moment, by their ids and by their words in any language. Pure."""

from __future__ import annotations

from functools import lru_cache

from advisor.dialogue import commands as c
from advisor.dialogue import goal_talk, looking_up
from advisor.dialogue.state import State
from advisor.replies.format import money
from advisor.replies.shopping import FRACTIONS
from advisor.replies.what_if import EXAMPLES
from advisor.replies.wording import known, language_of, locales, say

_SHOWN = (
    "plan_why",
    "compare",
    "history",
    "costs",
    "frontier",
    "stress",
    "spending",
    "entering",
    "later_start",
    "shopping_list",
    "show_plan",
    "activate",
    "report",
    "full_scale",
    "short_form",
    "goals",
    "review",
    "review_same",
)
_BUTTONS: dict[str, c.Command] = {
    "skip": c.Skip(),
    "why": c.Why(),
    "back": c.Back(),
    "what_if": c.WhatIf(),
    "apply_what_if": c.ApplyWhatIf(),
    "shopping_fractions": c.Show("shopping_list", FRACTIONS),
    "goal_new": c.GoalOrder("new"),
    **{name: c.WhatIf((c.Change(*change),)) for name, change in EXAMPLES.items()},
    **{name: c.Show(name) for name in _SHOWN},
}


def tapped(choice: str, state: State) -> c.Command | None:
    """What a button means by itself; None if it is an answer to a question or nothing of ours."""
    return _BUTTONS.get(choice) or looking_up.button(choice) or goal_talk.button(choice, state)


def typed(text: str, state: State) -> c.Command | None:
    """The button whose words were typed, where there are no buttons to tap, or in the language of an earlier message."""
    label, currency = looking_up.as_label(text), state.currency or state.served[0]
    own = language_of(state.locale)
    for locale in (state.locale, *(language for language in locales() if language != own)):
        name = _labels(locale, currency).get(label)
        if name:
            return _BUTTONS[name]
    return None


@lru_cache(maxsize=64)
def _labels(locale: str, currency: str) -> dict[str, str]:
    """The words of every such button, with its name."""
    amount = money(locale, 100, currency)
    found: dict[str, str] = {}
    for name in _BUTTONS:
        for key in (f"buttons.{name}", f"what_if.{'take' if name == 'apply_what_if' else name}"):
            if known(locale, key):
                found.setdefault(looking_up.as_label(say(locale, key, amount=amount)), name)
    return found
