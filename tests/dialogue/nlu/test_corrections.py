"""Several slots in one sentence, and corrections."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from advisor.dialogue.nlu.corrections import find_slots
from advisor.dialogue.nlu.durations import HorizonReading
from advisor.dialogue.nlu.money import MoneyReading
from advisor.dialogue.nlu.slots import Context
from advisor.dialogue.nlu.text import clean
from advisor.domain.reply import Option
from tests.dialogue.nlu.exactness import OPTIONS

TODAY = date(2026, 11, 20)


def context(asked: str | None = None, **changes: object) -> Context:
    return Context(TODAY, asked, options=OPTIONS.get(asked or "", ()), **changes)  # type: ignore[arg-type]


def test_mentions_come_in_the_order_they_were_said_with_their_words() -> None:
    text = "I have 20k and can save 300 a month for 15 years"
    found = find_slots(text, context())
    assert [item.slot for item in found] == ["initial_amount", "monthly_amount", "horizon"]
    assert [item.raw for item in found] == ["20k", "300 a month", "15 years"]
    assert all(clean(text)[slice(*item.span)] == item.raw for item in found)


def test_an_amount_keeps_currency_and_cadence() -> None:
    value = find_slots("£50 a week", context("monthly_amount"))[0].value
    assert isinstance(value, MoneyReading)
    assert (value.currency, value.per, value.monthly) == ("GBP", "week", Decimal("217.26"))


def test_a_bare_value_answers_whatever_was_asked() -> None:
    for slot, text in (
        ("initial_amount", "20"),
        ("wanted_return", "20"),
        ("horizon", "20"),
        ("emergency_fund", "20"),
        ("debt", "20"),
    ):
        assert [item.slot for item in find_slots(text, context(slot))] == [slot]


def test_a_bare_value_answers_nothing_when_nothing_was_asked() -> None:
    assert find_slots("20", context()) == []


def test_a_known_birth_year_completes_an_age() -> None:
    value = find_slots("when I'm 60", context("horizon", birth_year=1980))[0].value
    assert isinstance(value, HorizonReading)
    assert value.years == 14


def test_an_ambiguous_choice_hands_on_its_candidates() -> None:
    found = find_slots("a house or my retirement", context("goal"))
    assert [(item.slot, item.value, item.candidates) for item in found] == [("goal", None, ("retirement", "home"))]


@pytest.mark.parametrize("text", ["change my goal to education", "actually it's for my kids' college"])
def test_the_goal_is_corrected_from_anywhere(text: str) -> None:
    found = find_slots(text, context("experience"))
    assert [(item.slot, item.value, item.is_correction) for item in found] == [("goal", "education", True)]


def test_exclusions_are_found_by_their_cue_among_the_offered_options() -> None:
    offered = {"exclusions": (Option("none", "Nothing"), Option("commodity", "Commodities"))}
    found = find_slots("please leave out oil", context("confirm_summary", choices=offered))
    assert [(item.slot, item.value) for item in found] == [("exclusions", ("commodity",))]


def test_money_owed_is_nobodys_savings() -> None:
    assert find_slots("I owe 5k on my credit card", context("debt")) == []
    assert find_slots("my salary is 4000 a month", context("initial_amount")) == []


def test_a_yes_that_brings_a_correction_is_a_correction() -> None:
    found = find_slots("yes but make it 12 years", context("confirm_summary"))
    assert [(item.slot, item.is_correction) for item in found] == [("horizon", True)]
