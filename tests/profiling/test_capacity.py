"""Capacity: bounded, continuous and monotone, with every part's effect on record."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Answers, GoalKind
from advisor.profiling import capacity, effective_horizon, load

SAVER = Answers(GoalKind.HOME, 10, "USD", Decimal(10_000), Decimal(200))
years = st.floats(0, 60)
months = st.floats(0, 60)
rates = st.floats(0, 0.5)


def _with(slot: str, value: Any) -> Answers:
    return replace(SAVER, **{slot: value})


@given(years, months, rates)
def test_the_score_stays_on_its_scale_and_its_effects_add_up(horizon: float, buffer: float, rate: float) -> None:
    result = capacity(replace(SAVER, horizon_years=horizon, emergency_fund_months=buffer, debt_rate=rate))
    assert 0 <= result.score <= 100
    assert 100 + sum(reason.effect for reason in result.reasons) == pytest.approx(result.score)


@given(years, years)
def test_more_time_never_lowers_it_and_a_month_moves_it_little(first: float, second: float) -> None:
    sooner, later = sorted((first, second))
    low = capacity(replace(SAVER, horizon_years=sooner)).score
    high = capacity(replace(SAVER, horizon_years=later)).score
    assert low <= high + 1e-9
    assert high - low <= 10 * (later - sooner) + 1e-9  # the steepest stretch of the line is 10 points a year


@given(months, months)
def test_a_larger_buffer_never_lowers_it_and_moves_it_without_jumps(first: float, second: float) -> None:
    thin, thick = sorted((first, second))
    low = capacity(replace(SAVER, emergency_fund_months=thin)).score
    high = capacity(replace(SAVER, emergency_fund_months=thick)).score
    assert low <= high + 1e-9
    assert high - low <= 100 * 0.2 / 6 * (thick - thin) + 1e-9


@given(rates, rates)
def test_dearer_debt_never_raises_it(first: float, second: float) -> None:
    cheap, dear = sorted((first, second))
    assert capacity(replace(SAVER, debt_rate=dear)).score <= capacity(replace(SAVER, debt_rate=cheap)).score + 1e-9


@pytest.mark.parametrize("slot", ["income_stability", "share_of_savings", "early_need", "experience"])
def test_each_better_answer_raises_it(slot: str) -> None:
    ranked = sorted(load()[slot].scores.items(), key=lambda item: item[1])
    scores = [capacity(_with(slot, option)).score for option, _ in ranked]
    assert scores == sorted(scores)
    assert len(set(scores)) == len(scores)


def test_everything_at_its_best_with_twenty_years_is_full_capacity() -> None:
    best = replace(
        SAVER,
        horizon_years=20,
        emergency_fund_months=6,
        income_stability="very_steady",
        share_of_savings="small",
        early_need="no",
        experience="through_a_crash",
    )
    assert capacity(best).score == pytest.approx(100)


def test_a_full_purse_does_not_make_a_one_year_goal_fit_for_risk() -> None:
    assert capacity(replace(SAVER, horizon_years=1, emergency_fund_months=24, share_of_savings="small")).score <= 5


def test_an_income_is_spent_ten_years_after_its_first_payment_on_average() -> None:
    assert effective_horizon(GoalKind.INCOME, 3) == 13
    assert effective_horizon(GoalKind.RETIREMENT, 3) == 13
    assert effective_horizon(GoalKind.HOME, 3) == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"horizon_years": -1.0}, "horizon"),
        ({"horizon_years": float("nan")}, "horizon"),
        ({"emergency_fund_months": float("inf")}, "emergency_fund"),
        ({"debt_rate": -0.1}, "debt"),
        ({"experience": "guru"}, "experience"),
    ],
)
def test_impossible_answers_are_refused_by_name(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        capacity(replace(SAVER, **change))
    assert caught.value.field == field
