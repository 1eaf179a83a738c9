"""Scores what people say on the journeys against the files that were written before the patterns: `unseen_intents_*.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from advisor.dialogue.nlu.choices import match_options
from advisor.dialogue.nlu.corrections import find_slots
from advisor.dialogue.nlu.intents import recognise
from advisor.dialogue.nlu.slots import ADMITTED_ONLY, CHOICE_SLOTS, Context
from advisor.dialogue.nlu.what_if import find_what_if
from advisor.domain.reply import Option
from advisor.replies.questionnaire import question
from tests.dialogue.nlu.exactness import Case, show_value

FOLDER = Path(__file__).parent
WRITTEN_BEFORE = tuple(FOLDER / f"unseen_intents_{language}.yaml" for language in ("en", "de"))
_CONFIRM = {
    "en": (Option("yes", "Yes, that is right"), Option("change", "Change something")),
    "de": (Option("yes", "Ja, das stimmt"), Option("change", "Etwas ändern")),
}


def journeys(path: Path) -> Iterator[Case]:
    """Every utterance of one of the files."""
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    today, locale = raw.pop("today"), raw.pop("locale")
    for group, rows in raw.items():
        for row in rows:
            *asked, said, expected = map(str, row)
            slot = asked[0] if asked else ""
            read = _reader(group, said, expected, _context(group, slot, today, locale))
            yield Case(group, said, slot, _in_order(expected.casefold()), read)


def _context(group: str, asked: str, today: date, locale: str) -> Context:
    admits = ADMITTED_ONLY if group == "slots_of_a_life" else frozenset[str]()
    slot = None if asked in ("", "-") else asked
    return Context(today, slot, locale, options=options_of(asked, locale), admits=admits)


def _reader(group: str, said: str, expected: str, context: Context) -> Callable[[], str]:
    readers: dict[str, Callable[[], str]] = {
        "journeys": partial(_intent, said, expected, context.locale),
        "out_of_scope": partial(_intent, said, expected, context.locale),
        "choices": partial(_choice, said, context),
        "slots": partial(_slots, said, context),
        "slots_of_a_life": partial(_slots, said, context),
        "what_if": partial(_what_if, said, context),
    }
    return readers[group]


def options_of(slot: str, locale: str) -> tuple[Option, ...]:
    """The options of a question as they are shown."""
    if slot == "confirm_summary":
        return _CONFIRM[locale[:2]]
    return question(locale, slot).options if slot in CHOICE_SLOTS else ()


def _intent(said: str, expected: str, locale: str) -> str:
    """The intent, with those arguments that the line names."""
    found = recognise(said, locale)
    if found is None:
        return "-"
    named = [key for key in found.arguments if f" {key}=" in expected]
    return " ".join([found.intent, *(f"{key}={found.arguments[key]}" for key in named)]).casefold()


def _choice(said: str, context: Context) -> str:
    slot = context.asked or ""
    match = match_options(said, context.options, multiple=slot == "exclusions", slot=slot, locale=context.locale)
    if match is None:
        return "-"
    return " ".join(sorted(match.ids)) or f"? {' '.join(sorted(match.candidates))}"


def _slots(said: str, context: Context) -> str:
    found = find_slots(said, context)
    shown = "; ".join(sorted(f"{item.slot}={show_value(item.value)}".casefold() for item in found))
    return (shown or "-") + (" !" if found and found[0].is_correction else "")


def _what_if(said: str, context: Context) -> str:
    found = find_what_if(said, context)
    shown = (f"{item.what} {item.how} {show_value(item.value)}".removesuffix(" ?").casefold() for item in found)
    return "; ".join(sorted(shown)) or "-"


def _in_order(expected: str) -> str:
    mark = " !" if expected.endswith(" !") else ""
    return "; ".join(sorted(part.strip() for part in expected.removesuffix(" !").split(";"))) + mark
