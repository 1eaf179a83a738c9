"""A wish to see a price, told apart from answers: names alone, buttons that carry a name, a span right after a price. Pure."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from advisor.dialogue import commands as c
from advisor.dialogue.nlu.arguments import may_name
from advisor.dialogue.nlu.intents import Recognised, intent_table, named
from advisor.dialogue.nlu.spans import is_span
from advisor.dialogue.nlu.text import clean
from advisor.dialogue.nlu.yesno import read_yes_no
from advisor.dialogue.state import State

# A button is "what/NAMES/span" with names joined by commas; it holds all it needs, so that an old one still works.
_BUTTON = re.compile(r"(price|forecast)/([^/]{1,160})/([^/]*)")
SHOWN = "shown"
_MOST_NAME_WORDS = 8
# A short lower-case word is a word of the language first ("now", "all"), whatever is quoted under it; "oil since 1990" is none.
_SHORTEST_PLAIN = 4
_TYPED_SYMBOL = re.compile(r"\^?[A-Z][A-Z0-9&_-]{1,14}(?:[.=][A-Z0-9]{1,4})?|\^[A-Z0-9]{1,10}")


def button(choice: str) -> c.Show | None:
    """What a button of a price or a forecast means; None if it is no such button."""
    found = _BUTTON.fullmatch(choice)
    if found is None:
        return None
    what, names, span = found[1], unquote(found[2]), found[3]
    if span and (what == "forecast" or not is_span(span)):
        return None
    return c.Show(what, names, span)


def typed_button(text: str, state: State) -> c.Command | None:
    """The button of the advisor's last turn whose words were typed."""
    choice = _shown(state).get("choices", {}).get(as_label(text))
    return button(choice) if choice else None


def as_label(text: str) -> str:
    """A button's words as they are compared, cleaned as messages are."""
    return " ".join(clean(text).casefold().split()).strip(" .!?…")


def span_of_the_last(text: str, state: State) -> c.Command | None:
    """A span alone ("5 years", "and since 2010?") right after a price: of the same instruments."""
    names = _shown(state).get("names", "")
    said = named(text, state.locale)
    if not names or "instrument" in said or "period" not in said:
        return None
    return c.Show("price", names, said["period"])


def symbol_said(text: str, state: State) -> c.Show | None:
    """A symbol in capitals and nothing else but a span: "AAPL", "AAPL 5y", "BRK.B since 2010"; not a whole text in capitals."""
    said = named(text, state.locale)
    name = said.get("instrument", "")
    # "RETIREMENT 10 YEARS" is somebody who shouts; "5Y" is how a span is written
    shouted = " " in text and text == text.upper() and re.search(r"[A-Z]{3}", text.replace(name, "", 1)) is not None
    if shouted or _TYPED_SYMBOL.fullmatch(name) is None or read_yes_no(text, state.locale) is not None:
        return None
    return c.Show("price", name, said.get("period", ""))


def name_said(text: str, state: State) -> c.Show | None:
    """A few words that may be a name, with or without a span; whether they are, the market knows."""
    said = named(text, state.locale)
    name = said.get("instrument", "")
    since = re.fullmatch(r"\d{4}-\d\d-\d\d", said.get("period", "")) is not None
    short = name.isalpha() and name == name.lower() and len(name) < _SHORTEST_PLAIN and not since
    if (
        not name
        or short
        or len(name.split()) > _MOST_NAME_WORDS
        or not may_name(name, intent_table(state.locale).arguments)
    ):
        return None
    if read_yes_no(text, state.locale) is not None:
        return None
    return c.Show("price", name, said.get("period", ""))


def is_numbered(name: str, state: State) -> bool:
    """Whether a name begins with a figure that is part of it: "3M", which is no time and no amount."""
    return name.casefold().partition(" ")[0] in intent_table(state.locale).arguments.numbered


def wish(found: Recognised) -> c.Show:
    """What a question for a price asks to see."""
    return c.Show("price", found.arguments.get("instrument", ""), found.arguments.get("period", ""))


def _shown(state: State) -> dict[str, Any]:
    """What the advisor's last turn showed of instruments; nothing if that was another turn."""
    kept: dict[str, Any] = state.facts.get(SHOWN, {})
    return kept if kept.get("turn") == state.turn else {}
