"""Goal and person, apart and together."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.domain.circumstances import (
    changed_slots,
    day_after,
    person_of,
    together,
    unanswered,
    years_until,
)
from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Answers, GoalKind
from advisor.services.plan.service import answers_from_json, answers_to_json

GOAL = {"goal": "home", "horizon_years": 7.5, "currency": "EUR", "initial_amount": "1000.50", "monthly_amount": "0"}
PERSON = {"debt_rate": 0.07, "loss_limit": 0.2, "risk": ["careful", "", "hold"], "exclusions": ["gold"]}
ALL_RISKS = ("risk_1", "risk_2", "risk_3", "risk_4", "risk_5")


def test_together_they_are_the_answers_of_a_plan_with_what_was_not_said_named() -> None:
    answers = together(GOAL, PERSON)
    assert answers == Answers(
        GoalKind.HOME,
        7.5,
        "EUR",
        Decimal("1000.50"),
        Decimal(0),
        debt_rate=0.07,
        loss_limit=0.2,
        risk=("careful", "", "hold"),
        exclusions=("gold",),
        defaulted=(
            "emergency_fund",
            "income_stability",
            "share_of_savings",
            "early_need",
            "risk_2",
            "risk_4",
            "risk_5",
            "experience",
        ),
    )
    assert answers_from_json(answers_to_json(answers)) == answers


def test_nothing_said_is_everything_unanswered() -> None:
    assert set(ALL_RISKS) < set(unanswered({}))
    assert together(GOAL, {}).defaulted == unanswered({})


def test_a_persons_money_in_another_currency_is_refused_and_in_the_same_is_read() -> None:
    debt = {"debt_amount": {"amount": "5000", "currency": "EUR"}}
    assert together(GOAL, debt).debt_amount == Decimal(5000)
    with pytest.raises(InvalidInput, match="EUR, and the goal is in USD"):
        together(GOAL | {"currency": "USD"}, debt)


def test_what_a_plan_was_told_of_the_person_comes_back_without_its_defaults() -> None:
    kept = answers_to_json(together(GOAL, PERSON | {"debt_amount": {"amount": "5000", "currency": "EUR"}}))
    back = person_of(kept)
    assert together(GOAL, back) == together(GOAL, PERSON | {"debt_amount": {"amount": "5000", "currency": "EUR"}})
    assert "emergency_fund_months" not in back


FULL = ["dares", "", *["looks_twice"] * 11]


def test_where_all_thirteen_questions_were_answered_they_count_and_the_five_are_not_missed() -> None:
    answers = together(GOAL, {"full_scale": FULL})
    assert answers.full_scale == tuple(FULL)
    assert "scale_2" in answers.defaulted
    assert not {"scale_1", *ALL_RISKS} & set(answers.defaulted)
    assert person_of(answers_to_json(answers))["full_scale"] == FULL


def test_thirteen_skipped_questions_are_no_full_test() -> None:
    answers = together(GOAL, PERSON | {"full_scale": [""] * 13})
    assert answers == together(GOAL, PERSON)
    assert "full_scale" not in person_of(answers_to_json(answers))


def test_turning_to_all_thirteen_changes_the_slots_that_were_answered() -> None:
    assert changed_slots({}, {"full_scale": FULL}) == ("scale_1", *(f"scale_{number}" for number in range(3, 14)))


def test_changed_answers_are_named_by_their_slots() -> None:
    assert changed_slots(PERSON, PERSON) == ()
    changed = PERSON | {"risk": ["enjoys", "", "hold", "wide_swing"], "emergency_fund_months": 6, "debt_rate": 0.0}
    assert changed_slots(PERSON, changed) == ("debt", "emergency_fund", "risk_1", "risk_4")
    assert changed_slots({}, {"emergency_fund_months": 3.0}) == (), "a default said aloud changes nothing"


@given(st.dates(date(2000, 1, 1), date(2080, 1, 1)), st.integers(1, 720))
def test_whole_months_come_back_exactly_unless_a_month_is_too_short(today: date, months: int) -> None:
    years = years_until(day_after(today, months / 12), today)
    assert years == pytest.approx(months / 12, abs=1e-12 if today.day <= 28 else 4 / 365)


@given(st.dates(date(2000, 1, 1), date(2080, 1, 1)), st.floats(0.1, 60))
def test_any_years_come_back_to_within_a_few_days(today: date, years: float) -> None:
    assert years_until(day_after(today, years), today) == pytest.approx(years, abs=4 / 365)


@given(st.dates(date(2000, 1, 1), date(2080, 1, 1)), st.integers(0, 20_000))
def test_a_later_day_is_never_nearer(today: date, days: int) -> None:
    day = today + timedelta(days=days)
    assert years_until(day + timedelta(days=1), today) >= years_until(day, today) - 4 / 365
    assert years_until(today - timedelta(days=days), today) == 1 / 12
