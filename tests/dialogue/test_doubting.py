"""Amounts that are hardly meant as they were read are asked about once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from advisor.dialogue import commands as c
from advisor.dialogue.doubting import doubted
from advisor.dialogue.engine import step
from advisor.dialogue.state import State
from advisor.dialogue.understand import understand
from advisor.domain.message import Inbound
from tests.dialogue.places import FLOW, places

TODAY = date(2026, 11, 20)
HELD = Decimal(10_000)  # what is put in at the start, at every later place


def at(place: str, locale: str = "en-US", currency: str = "USD") -> State:
    return replace(places()[place], locale=locale, currency=currency, served=(currency,))


def told(state: State, *said: str) -> State:
    for text in said:
        state = step(state, understand(Inbound("1", text=text), state, FLOW, TODAY), FLOW).state
    return state


def amount(state: State, slot: str) -> Decimal | None:
    value: dict[str, Any] | None = state.value(slot)
    return Decimal(value["amount"]) if value else None


@pytest.mark.parametrize(("locale", "yes"), [("en-US", "yes"), ("de-DE", "ja"), ("de-DE", "1")])
def test_a_monthly_amount_that_few_could_save_is_taken_after_a_yes(locale: str, yes: str) -> None:
    asked = told(at("monthly_amount", locale), "500000")
    assert asked.frame is not None
    assert amount(asked, "monthly_amount") is None
    assert amount(told(asked, yes), "monthly_amount") == 500_000


def test_the_same_amount_said_again_is_a_yes() -> None:
    assert amount(told(at("monthly_amount"), "half a million", "half a million"), "monthly_amount") == 500_000


@pytest.mark.parametrize(("locale", "no"), [("en-US", "no"), ("de-DE", "nein"), ("en-US", "none of these")])
def test_a_no_leaves_the_question_open(locale: str, no: str) -> None:
    state = told(at("monthly_amount", locale), "500000", no)
    assert state.frame is None
    assert state.asking == "monthly_amount"
    assert amount(told(state, "500"), "monthly_amount") == 500


def test_another_amount_takes_the_place_of_the_doubted_one() -> None:
    state = told(at("monthly_amount"), "500000", "500")
    assert state.frame is None
    assert amount(state, "monthly_amount") == 500


def test_it_may_have_been_meant_as_one_sum() -> None:
    state = told(at("monthly_amount"), "500000", "2")
    assert amount(state, "initial_amount") == 500_000
    assert state.asking == "monthly_amount"


@pytest.mark.parametrize("said", ["300", "5,000", "15000"])
def test_what_people_save_is_not_doubted(said: str) -> None:
    assert told(at("monthly_amount"), said).frame is None


def test_much_depends_on_the_currency() -> None:
    assert told(at("monthly_amount", currency="JPY"), "150000").frame is None
    assert told(at("monthly_amount", currency="USD"), "150000").frame is not None


def test_a_target_that_is_reached_already_is_doubted_and_thousands_are_offered() -> None:
    asked = told(at("target_amount"), "350")
    assert amount(told(asked, "2"), "target_amount") == 350_000
    assert amount(told(asked, "yes"), "target_amount") == 350
    assert told(at("target_amount"), "350k").frame is None


@pytest.mark.parametrize(("locale", "said"), [("en-US", "I inherited 50k"), ("de-DE", "ich habe 50.000 geerbt")])
def test_what_comes_on_top_is_asked_about_where_something_is_there(locale: str, said: str) -> None:
    asked = told(at("confirm_summary", locale), said)
    assert amount(asked, "initial_amount") == HELD
    assert amount(told(asked, "1"), "initial_amount") == HELD + 50_000
    assert amount(told(asked, "2"), "initial_amount") == 50_000
    assert amount(told(at("initial_amount", locale), said), "initial_amount") == 50_000


def test_what_else_was_said_is_kept() -> None:
    state = told(at("monthly_amount"), "500000 a month and my credit card is at 19%")
    assert state.value("debt") == pytest.approx(0.19)
    assert state.frame is not None


def test_a_part_of_the_money_is_left_aside_and_that_is_said() -> None:
    meant = understand(Inbound("1", text="20k but I need 5k of it next year"), at("initial_amount"), FLOW, TODAY)
    assert [type(item) for item in meant] == [c.Fill, c.Talk]
    assert meant[1] == c.Talk("doubts.part")


@pytest.mark.parametrize("value", [{"amount": "-5", "currency": None}, {"amount": "1e15", "currency": None}, 5, None])
def test_what_is_refused_anyway_is_not_asked_about(value: Any) -> None:
    fill = c.Fill("monthly_amount", value, "x")
    assert doubted((fill,), "x", at("monthly_amount"), TODAY) == (fill,)


def test_a_foreign_currency_is_settled_first() -> None:
    fill = c.Fill("monthly_amount", {"amount": "500000", "currency": "GBP"}, "x")
    assert doubted((fill,), "x", at("monthly_amount"), TODAY) == (fill,)


@pytest.mark.parametrize(("locale", "said"), [("en-US", "34 years"), ("de-DE", "34 Jahre")])
def test_a_number_of_years_may_be_an_age_or_how_long_the_money_lasts(locale: str, said: str) -> None:
    asked = told(at("birth_year", locale), said)
    assert asked.frame is not None
    assert told(asked, "1").value("birth_year") == 1992
    assert told(asked, "2").value("spending_years")["years"] == 34
    assert told(at("birth_year", locale), said.replace("34", "62")).value("birth_year") == 1964
    assert told(at("birth_year", locale), said.replace("34", "20")).value("spending_years")["years"] == 20
