"""What people say at a question, beside it or against an answer given before, is read as written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from advisor.dialogue import commands as c
from advisor.dialogue.state import State
from advisor.dialogue.understand import understand
from advisor.domain.message import Inbound
from tests.dialogue.places import FLOW, places

TODAY = date(2026, 11, 20)
CURRENCIES = {"en-US": "USD", "de-DE": "EUR"}
RAW: dict[str, list[list[str]]] = yaml.safe_load(
    Path(__file__).with_name("in_context.yaml").read_text(encoding="utf-8")
)
ROWS = [(locale, *row) for locale, rows in RAW.items() for row in rows]


@cache
def at(locale: str) -> dict[str, State]:
    """Every place of a dialogue in which 20 % of debt, 10,000 now, 250 a month and 20 years were said before it, as it goes."""
    currency = CURRENCIES[locale]
    return {
        name: replace(state, locale=locale, currency=currency, served=(currency,)) for name, state in places().items()
    }


def shown(commands: tuple[c.Command, ...]) -> Iterator[str]:
    for command in commands:
        match command:
            case c.Fill(slot=slot, value=value):
                yield f"{slot}={_value(value)}"
            case c.Talk(key="talk.glossary_unknown"):
                yield "-"
            case c.Talk(key=key):
                yield key
            case c.Clarify(options=options):
                yield "? " + " | ".join(label.replace("\xa0", " ") for label, _ in options)
            case c.Tentative(otherwise=otherwise):
                yield from shown(otherwise)
            case c.Unreadable(key=key):
                yield "-" if key.startswith(("unreadable", "after_yes")) else key
            case _:
                yield type(command).__name__


def _value(value: Any) -> str:
    match value:
        case {"amount": amount, "currency": currency}:
            return f"{amount}".removesuffix(".0") + (f" {currency}" if currency else "")
        case {"years": years}:
            return f"{years:g}y"
        case float():
            return f"{value:g}"
        case list():
            return "+".join(value)
    return str(value)


@pytest.mark.parametrize(("locale", "asked", "said", "expected"), ROWS, ids=str)
def test_it_is_read_as_written_down(locale: str, asked: str, said: str, expected: str) -> None:
    meant = understand(Inbound("1", text=said), at(locale)[asked], FLOW, TODAY)
    assert ", ".join(shown(meant)) == expected


def test_there_are_enough_of_them_in_both_languages() -> None:
    assert all(len(rows) >= 50 for rows in RAW.values())
    assert set(RAW) == set(CURRENCIES)
