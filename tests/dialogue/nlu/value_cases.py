"""The value readers against utterances written before they were tuned, in each locale; used by the tests and the benchmark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from advisor.dialogue.nlu.corrections import find_slots
from advisor.dialogue.nlu.durations import find_horizon
from advisor.dialogue.nlu.money import find_money
from advisor.dialogue.nlu.percent import find_percents
from advisor.dialogue.nlu.slots import Context
from advisor.dialogue.nlu.yesno import read_yes_no
from tests.dialogue.nlu.exactness import show_horizon, show_money, show_value

HERE = Path(__file__).parent
UNSEEN = ("unseen_values_en.yaml", "unseen_values_de.yaml")


@dataclass(frozen=True)
class ValueCase:
    """One utterance of a country: what was said, what it should be read as, and how to read it."""

    group: str
    locale: str
    said: str
    expected: str
    read: Callable[[], str]

    @property
    def actual(self) -> str:
        return self.read()


def value_cases(name: str) -> Iterator[ValueCase]:
    """Every utterance of one of the files."""
    raw: dict[str, Any] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    today = raw.pop("today")
    for key, rows in raw.items():
        group, locale = key.split("@")
        for said, expected in rows:
            read = partial(READERS[group], str(said), locale, today, str(expected))
            yield ValueCase(group, locale, str(said), str(expected), read)


def _money(said: str, locale: str, today: date, expected: str) -> str:
    return " | ".join(show_money(item) for item in find_money(said, locale)) or "-"


def _percent(said: str, locale: str, today: date, expected: str) -> str:
    return " | ".join(show_value(item) for item in find_percents(said, locale, bare=True)) or "-"


def _horizon(said: str, locale: str, today: date, expected: str) -> str:
    reading = find_horizon(said, today, locale=locale, asked=True)
    if reading is not None and reading.until is not None and expected.count("-") == 2 and not reading.problem:
        return reading.until.isoformat()
    return show_horizon(reading)


def _date(said: str, locale: str, today: date, expected: str) -> str:
    reading = find_horizon(said, today, locale=locale, asked=True)
    return "-" if reading is None or reading.until is None else reading.until.isoformat()


def _age(said: str, locale: str, today: date, expected: str) -> str:
    """The answer to the question for the birth year; an age that was said is shown as the age."""
    context = Context(today, "birth_year", locale, admits=frozenset({"birth_year"}))
    found = [item.value for item in find_slots(said, context) if item.slot == "birth_year"]
    if not found or not isinstance(found[0], Decimal):
        return "-"
    return str(today.year - found[0]) if expected.isdecimal() else f"born {found[0]}"


def _yes_no(said: str, locale: str, today: date, expected: str) -> str:
    return read_yes_no(said, locale) or "-"


READERS: dict[str, Callable[[str, str, date, str], str]] = {
    "money": _money,
    "percent": _percent,
    "horizon": _horizon,
    "date": _date,
    "age": _age,
    "yesno": _yes_no,
}
