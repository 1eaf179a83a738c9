"""From a message to commands where the words alone do not decide: questions, corrections, doubt, buttons typed out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from advisor.dialogue import commands as c
from advisor.dialogue.effects import Do, Say
from advisor.dialogue.engine import step
from advisor.dialogue.state import State
from advisor.dialogue.understand import understand
from advisor.domain.message import Inbound
from tests.dialogue.test_engine import FLOW, filled, planned, start

TODAY = date(2026, 1, 15)


def said(text: str, state: State) -> tuple[c.Command, ...]:
    return understand(Inbound("1", text=text), state, FLOW, TODAY)


def fills(text: str, state: State) -> dict[str, Any]:
    return {command.slot: command.value for command in said(text, state) if isinstance(command, c.Fill)}


@pytest.mark.parametrize(
    ("text", "asked"),
    [("how do you make money?", "goal"), ("what is gold?", "exclusions"), ("should I buy gold", "exclusions")],
)
def test_a_question_to_us_is_no_answer(text: str, asked: str) -> None:
    assert not fills(text, filled(asked))


def test_a_bare_value_after_make_that_corrects_the_answer_just_given() -> None:
    state = filled("monthly_amount")
    assert list(fills("make that 15000", state)) == ["initial_amount"]
    assert list(fills("actually 15000", state)) == ["initial_amount"]
    assert list(fills("15000", state)) == ["monthly_amount"]
    assert list(fills("actually nothing", state)) == ["monthly_amount"]
    assert fills("actually no, retirement", filled("horizon")) == {"goal": "retirement"}
    assert fills("no, nothing", filled("exclusions")) == {"exclusions": ["none"]}


def test_an_amount_with_its_cadence_does_not_take_another_clauses_name() -> None:
    found = fills("900 a month and my loss limit is 30%", filled("confirm_summary"))
    assert found["loss_limit"] == 0.3
    assert found["monthly_amount"]["amount"] == "900"


def test_a_quarter_is_a_share_where_a_share_is_asked_and_no_time_besides() -> None:
    assert fills("a quarter", filled("loss_limit")) == {"loss_limit": 0.25}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("ask me all 13 risk questions", "full_scale"),
        ("full risk test", "full_scale"),
        ("Ask me all the questions", "full_scale"),
        ("I want the full questionnaire", "full_scale"),
        ("back to the short form", "short_form"),
        ("fewer questions please", "short_form"),
    ],
)
@pytest.mark.parametrize("asked", ["debt", "risk_1", "confirm_summary"])
def test_the_form_of_the_risk_questions_can_be_chosen_at_any_time(text: str, form: str, asked: str) -> None:
    assert said(text, filled(asked)) == (c.Show(form),)


@pytest.mark.parametrize("text", ["I have questions", "all of it", "the full amount", "a short time", "a test"])
def test_words_near_it_choose_no_form(text: str) -> None:
    assert not {command.what for command in said(text, filled("share_of_savings")) if isinstance(command, c.Show)}


def test_free_words_are_echoed_and_plain_ones_are_not() -> None:
    for text, slot, echoed in (
        ("10000", "initial_amount", False),
        ("10k", "initial_amount", True),
        ("2", "income_stability", False),
        ("Mostly steady", "income_stability", False),
        ("I have a normal job", "income_stability", True),
    ):
        (command,) = said(text, filled(slot))
        assert isinstance(command, c.Fill)
        assert command.echo is echoed, text


@pytest.mark.parametrize("text", ["no", "none", "I have no target", "nothing in particular"])
def test_no_target_is_understood(text: str) -> None:
    assert fills(text, filled("target_amount")) == {"target_amount": None}


@pytest.mark.parametrize("text", ["I don't know", "not sure", "no idea", "hmm, I really don't know"])
def test_doubt_is_understood_and_consent_to_a_skip(text: str) -> None:
    state = filled("debt")
    assert said(text, state) == (c.Unsure(),)
    offered = step(state, [c.Unsure()], FLOW).state
    assert said("ok", offered) == (c.Skip(),)
    assert said("ok", state) == (c.Unreadable("after_yes.debt"),)


def test_an_age_is_not_taken_from_an_interest_rate() -> None:
    half = step(start(), [c.Fill("goal", "retirement", ""), c.Partial("horizon", "age", {"age": 65})], FLOW).state
    assert fills("we have a mortgage at 3.5%", half) == {"debt": 0.035}
    assert fills("52", half)["horizon"]["years"] == 13.0
    assert said("3", half) == (c.Unreadable("unreadable.age"),)


def test_half_an_answer_and_an_unclear_goal_ask_one_question() -> None:
    commands = said("I'd love to retire when I'm 65, my wife and I want to travel", start())
    assert [type(command) for command in commands] == [c.Partial]


def test_an_age_in_a_what_if_needs_to_be_known_and_is_then_counted() -> None:
    assert said("what if I retire at 60", planned()) == (c.Talk("what_if.needs_years"),)
    aged = step(planned(), [c.Fill("horizon", {"years": 31.0, "said": "65", "born": 1992}, "")], FLOW).state
    assert said("what if I retire at 60", aged) == (c.WhatIf((c.Change("horizon", "set", 26.0),)),)


@pytest.mark.parametrize("text", ["what if I live to 100", "what if I use only cash", "what if rates go up to 5%"])
def test_a_what_if_that_is_not_found_is_said_so_and_forgets_the_last_one(text: str) -> None:
    tried = step(planned(), [c.WhatIf((c.Change("monthly_amount", "add", 200),))], FLOW).state
    commands = said(text, tried)
    assert commands == (c.Talk("what_if.not_found"), c.WhatIf())
    after = step(tried, commands, FLOW).state
    assert step(after, [c.ApplyWhatIf()], FLOW).effects == (Say("no_what_if"),)


def test_an_opening_alone_asks_what_to_try() -> None:
    assert said("what if?", planned()) == (c.WhatIf(),)


def test_how_fast_prices_rise_cannot_be_tried() -> None:
    assert said("what if inflation is 10%", planned())[0] == c.Talk("what_if.no_inflation")
    assert said("what if inflation rises", planned()) == (c.Show("stress", "inflation"),)


def test_more_of_an_income_needs_an_income() -> None:
    living = step(planned(), [c.Fill("goal", "income", "")], FLOW).state
    assert said("what if I take 500 more a month", living)[0] == c.Talk("what_if.needs_income")
    wishing = step(living, [c.Fill("income_wanted", {"amount": "1800", "currency": None}, "")], FLOW).state
    assert said("what if I take 500 more a month", wishing) == (c.WhatIf((c.Change("income_wanted", "add", 500.0),)),)


def test_a_later_pension_is_tried_without_moving_the_date() -> None:
    living = step(planned(), [c.Fill("goal", "income", "")], FLOW).state
    tried = step(living, said("what if I get a pension of 900 in 7 years", living), FLOW)
    assert tried.state.facts["what_if"] == [["pension_monthly", "set", 900.0], ["pension_from", "set", 7.0]]
    taken = step(tried.state, [c.ApplyWhatIf()], FLOW).state
    assert taken.value("pension_from")["years"] == 7.0
    assert taken.value("horizon") == living.value("horizon")


def test_what_a_month_is_to_bring_is_the_income_before_the_date_is_known() -> None:
    living = step(start(), [c.Fill("goal", "income", "")], FLOW).state
    assert list(fills("2500 a month", living)) == ["income_wanted"]
    assert list(fills("I save 2500 a month", living)) == ["monthly_amount"]
    retiring = step(start(), [c.Fill("goal", "retirement", "")], FLOW).state
    assert list(fills("2500 a month", retiring)) == ["monthly_amount"]


@pytest.mark.parametrize("text", ["what does $1,700 mean?", "I want to leave 1700 to my kids", "is $1,700 a lot"])
def test_a_sentence_with_a_fitting_figure_does_not_bring_a_plan_into_use(text: str) -> None:
    after = step(planned(), said(text, planned()), FLOW)
    assert Do("activate") not in after.effects


@pytest.mark.parametrize(
    "text", ["$1,700", "about 1700", "I think it could cost me roughly 1,700 dollars", "maybe 1.6k"]
)
def test_the_bare_amount_of_a_bad_year_does(text: str) -> None:
    after = step(planned(), said(text, planned()), FLOW)
    assert Do("activate") in after.effects


def test_a_what_if_before_there_is_a_plan_changes_no_answer() -> None:
    state = filled("risk_3")
    assert said("what if 3 years earlier and save 100 less", state) == (c.WhatIf(),)
    assert fills("without gold", filled("exclusions")) == {"exclusions": ["gold"]}


@pytest.mark.parametrize(
    ("label", "command"),
    [
        ("Take it over", c.ApplyWhatIf()),
        ("Why this plan?", c.Show("plan_why")),
        ("What if…", c.WhatIf()),
        ("Save $100 more", c.WhatIf((c.Change("monthly_amount", "add", 100),))),
        ("Use this plan", c.Show("activate")),
    ],
)
def test_a_button_may_be_typed(label: str, command: c.Command) -> None:
    assert said(label, planned()) == (command,)


def test_the_name_of_an_answer_reopens_it() -> None:
    assert said("change my income", filled("risk_3")) == (c.Reopen("income_stability"),)
    assert said("my experience", filled("confirm_summary")) == (c.Reopen("experience"),)
    assert said("the falling market", filled("confirm_summary")) == (c.Reopen("risk_3"),)
    assert fills("change my income to variable", filled("risk_3")) == {"income_stability": "variable"}


def test_soon_is_too_soon_and_an_age_now_is_no_horizon() -> None:
    for text in ("straight away", "tomorrow", "I am 74, I would need it at once"):
        assert said(text, filled("horizon")) == (c.Unreadable("too_low.horizon"),)
    assert fills("when my daughter is 18, she is 4", filled("horizon"))["horizon"]["years"] == 14


def test_after_which_of_these_another_option_can_be_named() -> None:
    state = step(start(), [c.Ambiguous(("home", "retirement"))], FLOW).state
    assert fills("education", state) == {"goal": "education"}


def test_an_unserved_currency_is_named_once() -> None:
    state = replace(filled("horizon"), currency=None)
    state = step(state, [c.Fill("horizon", {"years": 10.0}, "")], FLOW).state
    assert state.asking == "currency"
    assert [type(command) for command in said("€5000", state)] == [c.Fill]


def test_a_tap_without_an_open_question_is_said_to_be_old() -> None:
    state = replace(planned(), asking=None)
    assert understand(Inbound("1", choice=("loss_1",)), state, FLOW, TODAY) == (c.Talk("stale_button"),)
