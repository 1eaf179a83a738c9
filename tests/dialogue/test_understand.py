"""From a message to commands where the words alone do not decide: questions, corrections, doubt, buttons typed out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from advisor.dialogue import commands as c
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
    for text in ("straight away", "next month", "I am 74, I would need it at once"):
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
