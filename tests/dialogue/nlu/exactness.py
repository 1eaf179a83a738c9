"""Scores the readers against written-down utterances; used by the tests and by the benchmark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from advisor.dialogue.nlu.choices import match_options
from advisor.dialogue.nlu.corrections import find_slots
from advisor.dialogue.nlu.durations import HorizonReading, find_horizon
from advisor.dialogue.nlu.intents import recognise
from advisor.dialogue.nlu.money import MoneyReading, find_money
from advisor.dialogue.nlu.percent import PercentReading, find_percents
from advisor.dialogue.nlu.slots import ADMITTED_ONLY, Context, Mention, SlotValue
from advisor.dialogue.nlu.what_if import Change, find_what_if
from advisor.dialogue.nlu.yesno import read_yes_no
from advisor.domain.reply import Option

UTTERANCES = Path(__file__).with_name("utterances.yaml")


def _options(**labels: str) -> tuple[Option, ...]:
    return tuple(Option(key, label) for key, label in labels.items())


OPTIONS = {
    "goal": _options(
        retirement="Retirement", home="A home", education="Education", purchase="A big purchase",
        emergency="A safety buffer", income="Regular income", growth="Let it grow",
    ),
    "income_stability": _options(steady="Steady", variable="It goes up and down", uncertain="I may lose it"),
    "exclusions": _options(
        none="Nothing", emerging_equity="Emerging markets", commodity="Commodities", gold="Gold", real_estate="Property"
    ),
    "risk_1": _options(a1="Sell everything", b2="Wait and see", c3="Buy more"),
    "confirm_bad_year": _options(a="$1,000", b="$3,000", c="$8,000"),
    "confirm_summary": _options(yes="Yes, that is right", change="Change something"),
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One utterance: what was said (and asked), what it should be read as, and how to read it."""

    group: str
    said: str
    asked: str
    expected: str
    read: Callable[[], str]

    @property
    def actual(self) -> str:
        return self.read()


def plain(number: Decimal | float | None) -> str:
    return "" if number is None else f"{Decimal(str(number)):.6f}".rstrip("0").rstrip(".")


def _ends(low: Decimal | float | None, high: Decimal | float | None) -> str:
    return "" if low is None else f" {plain(low)}..{plain(high)}"


def show_money(item: MoneyReading) -> str:
    currency = f" {item.currency}" if item.currency else ""
    per = "" if item.per == "once" else f" /{item.per}"
    return f"{plain(item.amount)}{currency}{per}{_ends(item.low, item.high)}"


def show_horizon(item: HorizonReading | None) -> str:
    if item is None:
        return "-"
    if item.needs:
        return f"needs {item.needs}"
    return item.problem or f"{plain(item.years)}y{_ends(item.low, item.high)}"


def show_value(value: SlotValue) -> str:
    match value:
        case MoneyReading():
            return show_money(value)
        case PercentReading():
            return plain(value.value) + _ends(value.low, value.high)
        case HorizonReading():
            return show_horizon(value)
        case Decimal():
            return plain(value)
        case tuple():
            return ",".join(value)
        case None:
            return "?"
        case str():
            return value


def _money(text: str, locale: str) -> str:
    return " | ".join(show_money(item) for item in find_money(text, locale)) or "-"


def _percent(text: str) -> str:
    return " | ".join(show_value(item) for item in find_percents(text, bare=True)) or "-"


def _horizon(text: str, expected: str, today: date, birth_year: int | None) -> str:
    reading = find_horizon(text, today, birth_year, asked=True)
    # dates are written down as dates
    if reading is not None and reading.until is not None and expected.count("-") == 2 and not reading.problem:
        return reading.until.isoformat()
    return show_horizon(reading)


def _choice(slot: str, text: str) -> str:
    match = match_options(text, OPTIONS[slot], multiple=slot == "exclusions", slot=slot)
    if match is None:
        return "-"
    return f"{' '.join(match.ids)} {match.how}" if match.ids else f"? {' '.join(sorted(match.candidates))}"


def _intent(text: str) -> str:
    found = recognise(text)
    if found is None:
        return "-"
    return " ".join([found.intent, *(f"{key}={value}" for key, value in found.arguments.items())]).casefold()


def _mention(item: Mention) -> str:
    return f"{item.slot}={show_value(item.value)}"


def _slots(asked: str, text: str, today: date, admits: frozenset[str] = frozenset()) -> str:
    context = Context(today, None if asked == "-" else asked, options=OPTIONS.get(asked, ()), admits=admits)
    found = find_slots(text, context)
    if not found:
        return "-"
    return "; ".join(sorted(_mention(item) for item in found)) + (" !" if found[0].is_correction else "")


def _change(item: Change) -> str:
    return f"{item.what} {item.how} {show_value(item.value)}".removesuffix(" ?")


def _what_if(text: str, today: date) -> str:
    return "; ".join(sorted(_change(item) for item in find_what_if(text, Context(today)))) or "-"


def _sorted(expected: str) -> str:
    mark = " !" if expected.endswith(" !") else ""
    return "; ".join(sorted(part.strip() for part in expected.removesuffix(" !").split(";"))) + mark


def cases(path: Path = UTTERANCES) -> Iterator[Case]:
    """Every utterance of a file."""
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    today = raw.pop("today")
    for group, rows in raw.items():
        for row in rows:
            yield _case(group, [str(part) for part in row], today)


def _case(group: str, row: list[str], today: date) -> Case:
    said, expected = row[-2], row[-1]
    asked = row[0] if len(row) == 3 else ""
    readers: dict[str, Callable[[], str]] = {
        "money": partial(_money, said, "en"),
        "money_german": partial(_money, said, "de-DE"),
        "percent": partial(_percent, said),
        "horizon": partial(_horizon, said, expected, today, None),
        "horizon_birth_1980": partial(_horizon, said, expected, today, 1980),
        "yesno": lambda: read_yes_no(said) or "-",
        "choices": partial(_choice, asked, said),
        "intents": partial(_intent, said),
        "out_of_scope": partial(_intent, said),
        "slots": partial(_slots, asked, said, today),
        "slots_of_a_life": partial(_slots, asked, said, today, ADMITTED_ONLY),
        "what_if": partial(_what_if, said, today),
    }
    if group == "intents":
        expected = expected.casefold()
    return Case(
        group,
        said,
        asked,
        _sorted(expected) if group in ("slots", "slots_of_a_life", "what_if") else expected,
        readers[group],
    )
