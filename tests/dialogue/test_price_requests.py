"""A wish for a price, told apart from an answer to the open question: what is typed, tapped, and typed right after a price."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from advisor.dialogue import commands as c
from advisor.dialogue.engine import advance, step
from advisor.dialogue.state import State
from advisor.dialogue.understand import understand
from advisor.domain.message import Inbound
from tests.dialogue.test_engine import FLOW, filled, start

TODAY = date(2026, 1, 15)
QUICK = {"5 years": "price/AAPL/5y", "all": "price/AAPL/max", "apple (aapl)": "price/AAPL/"}


def said(text: str, state: State) -> tuple[c.Command, ...]:
    return understand(Inbound("1", text=text), state, FLOW, TODAY)


def wish(text: str, state: State) -> tuple[str, str, bool] | None:
    """The names and the span that are asked for, and whether the names decide if it is a wish at all."""
    (first, *more) = said(text, state)
    if isinstance(first, c.Tentative):
        return first.show.argument, first.show.period, True
    if isinstance(first, c.Show) and first.what == "price" and not more:
        return first.argument, first.period, False
    return None


def at(slot: str) -> State:
    if slot == "currency":
        return advance(replace(filled("initial_amount"), currency=None), FLOW).state
    return start() if slot == "goal" else filled(slot)


@pytest.mark.parametrize(
    ("asked", "text", "names", "period"),
    [
        ("horizon", "price of INFY", "INFY", ""),
        ("exclusions", "price of gold", "gold", ""),
        ("exclusions", "how much is gold?", "gold", ""),
        ("initial_amount", "what is apple trading at", "apple", ""),
        ("monthly_amount", "how has the S&P done this year?", "S&P", "ytd"),
        ("goal", "chart of MSFT last year", "MSFT", "1y"),
        ("debt", "price of apple in 2008", "apple", "2008-01-01/2008-12-31"),
        ("risk_1", "microsoft share price since June 2010", "microsoft", "2010-06-01"),
        ("confirm_summary", "/price AAPL", "AAPL", ""),
        ("horizon", "price of 3M", "3M", ""),
        ("loss_limit", "how much did oil fall in 2008", "oil", "2008-01-01/2008-12-31"),
    ],
)
def test_a_whole_question_for_a_price_wins_over_any_open_question(
    asked: str, text: str, names: str, period: str
) -> None:
    assert wish(text, at(asked)) == (names, period, False)


@pytest.mark.parametrize(
    ("asked", "text", "names", "period"),
    [
        ("goal", "INFY", "INFY", ""),
        ("goal", "infy", "infy", ""),
        ("goal", "AAPL 5y", "AAPL", "5y"),
        ("horizon", "AAPL 5y", "AAPL", "5y"),
        ("horizon", "BRK.B since 2010", "BRK.B", "2010-01-01"),
        ("horizon", "show gold over 5 years", "gold", "5y"),
        ("horizon", "compare apple and microsoft over 3 years", "apple and microsoft", "3y"),
        ("goal", "oil since 1990", "oil", "1990-01-01"),
        ("horizon", "oil since 1990", "oil", "1990-01-01"),
        ("horizon", "compare apple", "compare apple", ""),
        ("horizon", "3M stock", "3M", ""),
        ("horizon", "compare 3M and apple over 10 years", "3M and apple", "10y"),
        ("emergency_fund", "show me AAPL for 6 months", "AAPL", "6mo"),
        ("horizon", "apple over the last 5 years", "apple", "5y"),
        ("goal", "apple vs microsoft", "apple vs microsoft", ""),
        ("goal", "AAPL vs MSFT vs KO vs PEP since the year 2000", "AAPL vs MSFT vs KO vs PEP", "2000-01-01"),
        ("goal", "tata", "tata", ""),
        ("goal", "what is AAPL?", "AAPL", ""),
        ("risk_1", "^GSPC", "^GSPC", ""),
        ("initial_amount", "RELIANCE.NS 1y", "RELIANCE.NS", "1y"),
    ],
)
def test_a_name_alone_is_a_wish_if_it_names_something(asked: str, text: str, names: str, period: str) -> None:
    assert wish(text, at(asked)) == (names, period, True)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("exclusions", "gold"),
        ("exclusions", "oil and gold"),
        ("exclusions", "GOLD"),
        ("exclusions", "ALL"),
        ("horizon", "5y"),
        ("horizon", "3M"),
        ("horizon", "5 years"),
        ("horizon", "over 5 years"),
        ("horizon", "in 2040"),
        ("horizon", "IN 5 YEARS"),
        ("horizon", "since I am 60 in 5 years"),
        ("goal", "home"),
        ("goal", "HOUSE"),
        ("goal", "a house in 10 years"),
        ("goal", "RETIREMENT 10 YEARS"),
        ("goal", "home over 5 years"),
        ("initial_amount", "5k"),
        ("initial_amount", "USD 500"),
        ("initial_amount", "how much is it"),
        ("initial_amount", "price of happiness"),
        ("currency", "USD"),
        ("risk_1", "B"),
        ("risk_1", "show me my plan"),
        ("emergency_fund", "3 months"),
        ("confirm_summary", "YES"),
        ("debt", "OK"),
        ("horizon", "IDK"),
        ("target_amount", "half the house price"),
        ("loss_limit", "I really could not bear to lose any of it at all, ever"),
    ],
)
def test_an_answer_or_small_talk_is_no_wish_for_a_price(asked: str, text: str) -> None:
    assert wish(text, at(asked)) is None


@pytest.mark.parametrize(
    "text", ["show me microsoft next year", "what will microsoft cost next year", "price of microsoft tomorrow"]
)
@pytest.mark.parametrize("asked", ["goal", "horizon", "confirm_bad_year"])
def test_a_price_to_come_is_a_forecast_and_no_answer(asked: str, text: str) -> None:
    assert said(text, at(asked)) == (c.Show("forecast", "microsoft"),)


def test_what_names_nothing_is_what_it_was_before() -> None:
    (command,) = said("IRA 20 years", filled("horizon"))
    assert isinstance(command, c.Tentative)
    after = step(filled("horizon"), [command], FLOW).state
    assert after.value("horizon")["years"] == 20


def shown(state: State, *, turn: int | None = None) -> State:
    """Right after a price, with its buttons."""
    kept = {"turn": state.turn if turn is None else turn, "names": "AAPL", "choices": QUICK}
    return replace(state, facts=state.facts | {"shown": kept})


@pytest.mark.parametrize(
    ("text", "period"), [("5 years", "5y"), ("All", "max"), ("over 3 years", "3y"), ("and since 2010?", "2010-01-01")]
)
def test_a_span_right_after_a_price_belongs_to_it(text: str, period: str) -> None:
    assert said(text, shown(start())) == (c.Show("price", "AAPL", period),)


def test_a_span_answers_the_question_that_asks_for_one() -> None:
    (command,) = said("5 years", shown(filled("horizon")))
    assert isinstance(command, c.Fill)


def test_the_buttons_of_an_earlier_turn_are_not_meant_any_more() -> None:
    assert not isinstance(said("5 years", shown(start(), turn=-3))[0], c.Show)


@pytest.mark.parametrize(
    ("choice", "command"),
    [
        ("price/AAPL/5y", c.Show("price", "AAPL", "5y")),
        ("price/AAPL,%5EGSPC/", c.Show("price", "AAPL,^GSPC", "")),
        ("forecast/M%26M.NS/", c.Show("forecast", "M&M.NS", "")),
    ],
)
@pytest.mark.parametrize("seen", [None, 1, 99])
def test_a_button_carries_all_it_needs_and_works_for_ever(choice: str, command: c.Command, seen: int | None) -> None:
    assert understand(Inbound("1", choice=(choice,), seen_turn=seen), filled("debt"), FLOW, TODAY) == (command,)


@pytest.mark.parametrize(
    "choice", ["price/", "price", "price//", "price/AAPL/5parsecs", "buy/AAPL/", "forecast/AAPL/x"]
)
def test_a_made_up_button_does_nothing(choice: str) -> None:
    (command,) = understand(Inbound("1", choice=(choice,)), filled("debt"), FLOW, TODAY)
    assert isinstance(command, c.Unreadable)


def test_a_price_leaves_the_questionnaire_where_it_was() -> None:
    before = filled("debt")
    after = step(before, [c.Show("price", "AAPL", "5y")], FLOW)
    assert after.state == before
    assert [effect.what for effect in after.effects if not hasattr(effect, "key")] == ["price"]


@pytest.mark.parametrize("text", ["show silver over 3 years", "show me copper over 6 months"])
@pytest.mark.parametrize("asked", ["currency", "risk_1", "confirm_bad_year"])
def test_a_picture_that_is_asked_for_over_a_span_corrects_no_answer_even_if_nobody_knows_the_name(
    asked: str, text: str
) -> None:
    (command,) = said(text, at(asked))
    assert isinstance(command, c.Show)
    assert command.what == "price"
