"""Every command that the advisor's sentences tell people to type is understood as what they say it does."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from advisor.dialogue import commands as c
from advisor.dialogue.engine import step
from advisor.dialogue.state import State
from advisor.dialogue.understand import understand
from advisor.domain.message import Inbound
from advisor.replies.wording import catalogue
from tests.dialogue.test_engine import FLOW, filled, planned, start

TODAY = date(2026, 1, 15)
LISTED = yaml.safe_load(Path(__file__).with_name("quoted_de.yaml").read_text(encoding="utf-8"))
VALUES = {"{amount}": "500", "{code}": "AB12CD34EF56GH78JK90MN", "{name}": "Ruhestand"}


PLACES = ("goal", "horizon", "age", "initial_amount", "debt", "loss_limit", "confirm_summary", "plan")
NOT_TYPED = {"60/40"}


def typed(text: str, asked: str, locale: str) -> tuple[c.Command, ...]:
    return understand(Inbound("1", text=text), replace(_at(asked), locale=locale), FLOW, TODAY)


def _at(asked: str) -> State:
    if asked == "confirm_bad_year":
        return planned()
    if asked == "plan":  # of somebody who will live on it, owes and has no cushion, so that every word has its use
        state = planned()
        lived = {"goal": "retirement", "debt": 0.19, "emergency_fund": 0.0}
        slots = {slot: replace(state.slots[slot], value=value) for slot, value in lived.items()}
        return replace(state, slots=state.slots | slots)
    if asked == "age":
        half = [c.Fill("goal", "retirement", ""), c.Partial("horizon", "age", {"age": 65})]
        return step(start(), half, FLOW).state
    if asked in ("", "goal", "frame"):
        return start()
    try:
        return filled(asked)
    except AssertionError:  # asked of some investors only
        state = _at("plan")
        kept = {slot: answer for slot, answer in state.slots.items() if slot != asked}
        if asked == "pension_from":  # an age is a time only of somebody whose own is known
            kept["birth_year"] = replace(kept["debt"], value=1970.0)
        return replace(state, asking=asked, slots=kept)


def _named(command: c.Command) -> str:
    match command:
        case c.Tentative():
            return _named(command.show)
        case c.Fill() | c.Partial() | c.Reopen():
            return f"{type(command).__name__}:{command.slot}"
        case c.Show() | c.GoalOrder():
            return f"{type(command).__name__}:{command.what}"
        case c.Talk():
            return f"Talk:{command.key}"
        case c.WhatIf():
            return "WhatIf:" + ",".join(change.slot for change in command.changes)
    return type(command).__name__


@pytest.mark.parametrize(
    ("text", "asked", "meaning"),
    [row for row in LISTED["rows"] if "{label}" not in row[0] and row[1] != "frame"],
    ids=str,
)
def test_what_german_sentences_tell_to_type_is_understood(text: str, asked: str, meaning: str) -> None:
    for placeholder, value in VALUES.items():
        text = text.replace(placeholder, value)
    read = [_named(command) for command in typed(text, asked, "de-DE")]
    assert any(name == meaning or name.startswith(f"{meaning}:") for name in read), read


def _quoted_in_english() -> list[str]:
    found = {text for said in catalogue("en").values() for text in re.findall(r'"([^"\n]{2,60})"', said)}
    return sorted(text for text in found if "{" not in text and text not in NOT_TYPED)


@pytest.mark.parametrize("text", _quoted_in_english())
def test_what_english_sentences_quote_is_understood_somewhere(text: str) -> None:
    read = [typed(text, asked, "en-US") for asked in PLACES]
    assert any(not isinstance(command, c.Unreadable) for commands in read for command in commands)
