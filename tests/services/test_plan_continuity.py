"""Small changes of the answers move the plan little: amounts, money counted in another unit, a month more."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.domain.investor import Answers
from advisor.services.plan.advise import Adviser
from tests.drawn_answers import answers, basis, drawn

pytestmark = pytest.mark.slow
POINT = 0.01


def weights(wanted: Answers) -> dict[str, float]:
    """The exact targets, before rounding."""
    world = basis(tuple(sorted(wanted.exclusions)))
    choice = Adviser(world, 1.0).advise(wanted).choice
    return {symbol: float(weight) for symbol, weight in zip(world.moments.symbols, choice.exact, strict=True)}


def most_moved(one: Answers, other: Answers) -> float:
    before, after = weights(one), weights(other)
    return max(abs(after[symbol] - weight) for symbol, weight in before.items())


def scaled(wanted: Answers, rate: Decimal) -> Answers:
    target = wanted.target_amount
    return replace(
        wanted,
        initial_amount=wanted.initial_amount * rate,
        monthly_amount=wanted.monthly_amount * rate,
        target_amount=None if target is None else target * rate,
    )


@settings(max_examples=40, deadline=None)
@given(drawn(), st.integers(-20, 20))
def test_one_percent_of_the_amounts_moves_no_weight_by_more_than_a_tenth_of_a_point(
    wanted: Answers, percent: int
) -> None:
    changed = scaled(wanted, Decimal(100 + percent) / 100)
    assert most_moved(wanted, changed) <= 0.1 * POINT * abs(percent) + 1e-9


@settings(max_examples=40, deadline=None)
@given(drawn(), st.decimals("0.001", "1000", places=3))
def test_money_counted_in_another_unit_keeps_the_weights(wanted: Answers, rate: Decimal) -> None:
    assert weights(scaled(wanted, rate)) == pytest.approx(weights(wanted), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.integers(4, 480), st.sampled_from([(), ("risk_5",), ("risk_3", "risk_4", "risk_5")]))
def test_a_month_moves_no_weight_by_more_than_a_point_also_where_questions_were_left_out(
    months: int, left_out: tuple[str, ...]
) -> None:
    """From the fourth month on; before, cash gives way to short bonds faster (tests/services/test_plan.py)."""
    risk = tuple("" if f"risk_{n}" in left_out else option for n, option in enumerate(answers().risk, start=1))
    person = answers(horizon_years=months / 12, risk=risk, not_asked=left_out)
    assert most_moved(person, replace(person, horizon_years=(months + 1) / 12)) <= POINT + 1e-9


@settings(max_examples=60, deadline=None)
@given(drawn(), st.integers(0, 120), st.floats(0, 12))
def test_more_time_and_a_larger_buffer_never_lower_the_ceiling(wanted: Answers, months: int, buffer: float) -> None:
    world = basis(tuple(sorted(wanted.exclusions)))
    better = replace(
        wanted,
        horizon_years=wanted.horizon_years + months / 12,
        emergency_fund_months=wanted.emergency_fund_months + buffer,
    )
    before, after = (Adviser(world, 1.0).advise(item).profile.ceiling for item in (wanted, better))
    assert after >= before - 1e-9
