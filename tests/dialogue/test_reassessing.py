"""Answers that are looked at again: after a change in life, and after a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from advisor.dialogue import commands as c
from advisor.dialogue.effects import Do
from advisor.dialogue.engine import step
from advisor.dialogue.reassessing import LIFE_CHANGE, PROFILED, remind
from advisor.dialogue.understand import understand
from advisor.domain.message import Inbound
from tests.dialogue.test_engine import FLOW, filled, keys, planned

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("I lost my job", "income_stability"),
        ("my income has changed", "income_stability"),
        ("I took out a new loan", "debt"),
        ("I had to use my emergency fund", "emergency_fund"),
        ("I spent all of my savings", "share_of_savings"),
    ],
)
def test_a_change_in_life_opens_the_question_it_touches_and_undo_takes_it_back(text: str, slot: str) -> None:
    state = planned()
    done = step(state, understand(Inbound("1", text=text), state, FLOW, TODAY), FLOW)
    assert done.state.asking == slot
    assert keys(done)[0].startswith("life.")
    assert done.state.facts[LIFE_CHANGE] == slot
    undone = step(done.state, [c.Undo()], FLOW).state
    assert undone.value(slot) == state.value(slot)
    assert undone.asking == "confirm_summary"


def test_a_debt_paid_off_is_an_answer() -> None:
    state = step(planned(), [c.Fill("debt", 0.19, "19 %")], FLOW).state
    done = step(state, understand(Inbound("1", text="I paid off my debt"), state, FLOW, TODAY), FLOW)
    assert done.state.value("debt") == 0.0
    assert keys(done)[:2] == ["life.debt_free", "corrected"]


@pytest.mark.parametrize(
    "text", ["I lost my keys", "I want to pay off my debt", "I lost 500 dollars", "a new job would be nice"]
)
def test_what_only_sounds_like_a_change_opens_nothing(text: str) -> None:
    assert not [
        item for item in understand(Inbound("1", text=text), planned(), FLOW, TODAY) if isinstance(item, c.LifeChange)
    ]


def test_before_there_is_a_plan_nothing_has_changed() -> None:
    state = filled("debt")
    assert not [
        item
        for item in understand(Inbound("1", text="I lost my job"), state, FLOW, TODAY)
        if isinstance(item, c.LifeChange)
    ]


@pytest.mark.parametrize(
    ("made", "today", "offered"),
    [
        ("2025-11-20", "2026-11-19", False),
        ("2025-11-20", "2026-11-20", True),
        ("2024-02-29", "2025-02-28", False),
        ("2024-02-29", "2025-03-01", True),
    ],
)
def test_a_check_is_offered_on_the_same_day_of_the_next_year_and_once(made: str, today: str, offered: bool) -> None:
    state = replace(planned(), facts=planned().facts | {PROFILED: made})
    after, effects = remind(state, date.fromisoformat(today))
    assert effects == ((Do("review_due", today),) if offered else ())
    assert remind(after, date.fromisoformat(today))[1] == ()


def test_whoever_has_no_profile_is_not_reminded() -> None:
    assert remind(planned(), TODAY) == (planned(), ())
