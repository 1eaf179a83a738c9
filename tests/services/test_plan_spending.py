"""Plans whose money is spent, on the embedded sample: how long it lasts, what it bears, and how shares fall on the way."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import GoalKind
from advisor.domain.plan import canonical_json
from advisor.profiling import effective_horizon, equity_cap
from advisor.services.plan.compute import compute
from advisor.services.plan.service import answers_from_json, answers_to_json
from tests.drawn_answers import BOLD, answers, basis, plan

pytestmark = pytest.mark.slow

INCOME: dict[str, Any] = {
    "goal": GoalKind.INCOME,
    "horizon_years": 0.5,
    "initial_amount": Decimal(300_000),
    "monthly_amount": Decimal(0),
    "target_amount": None,
}


def income(**changes: Any) -> dict[str, Any]:
    return plan(**(INCOME | changes))


def test_a_retirement_keeps_shares_at_its_date_and_lets_them_fall_through_life_without_ending_at_none() -> None:
    result = plan(goal=GoalKind.RETIREMENT, horizon_years=15.0, risk=BOLD)
    before = [step["equity"] for step in result["glide"]]
    after = [step["equity"] for step in result["spending"]["glide"]]
    assert len(before) == 15
    assert before[-1] >= after[0] > 0.5
    assert all(later <= earlier + 1e-4 for earlier, later in pairwise([*before, *after]))
    assert after[-1] > 0.05
    for step in result["glide"]:
        assert step["equity"] <= equity_cap(effective_horizon(GoalKind.RETIREMENT, 15.0 - step["year"])) + 1e-4


def test_payments_for_a_stated_time_end_in_cash_and_bonds() -> None:
    found = income(spending_years=6.0, risk=BOLD)
    assert not found["spending"]["for_life"]
    assert [step["equity"] for step in found["spending"]["glide"]][-1] == 0
    assert found["profile"]["equity_cap"] <= equity_cap(0.5 + 3.0) + 1e-9
    assert "payout.stated" in [item["key"] for item in found["reasons"]]


def test_the_usual_age_is_taken_and_recorded_where_none_is_known() -> None:
    unknown, known = income(), income(birth_year=1945)
    assert unknown["spending"]["start_age"] == 65.0
    assert "payout.usual_age" in [item["key"] for item in unknown["reasons"]]
    assert known["spending"]["start_age"] == pytest.approx(71.5)  # the sample ends in July 2016
    assert "payout.life" in [item["key"] for item in known["reasons"]]
    assert known["spending"]["years_of_payments"] < unknown["spending"]["years_of_payments"]
    assert income(retirement_age=70.0)["spending"]["start_age"] == 70.0


def test_without_a_wish_the_payment_is_what_lasts_in_eight_of_ten_futures() -> None:
    found = income()["spending"]
    assert found["payment"] == found["sustainable"]["0.8"] > found["sustainable"]["0.9"] > 0
    assert found["chance"] == pytest.approx(0.8, abs=1e-4)
    assert found["dry_date"] is not None  # in the bad tenth of futures more than one in ten have run dry
    careful = income(income_wanted=Decimal(str(round(found["sustainable"]["0.9"], 2))))["spending"]
    assert careful["chance"] >= 0.8999
    assert careful["sustainable"] == found["sustainable"]


def test_a_wanted_income_has_its_chance_and_the_date_on_which_it_may_run_dry() -> None:
    modest, greedy = (income(income_wanted=Decimal(amount))["spending"] for amount in (400, 1500))
    assert modest["chance"] > 0.9
    assert greedy["chance"] < 0.5
    assert modest["dry_age"] is None
    assert greedy["chance_low"] <= greedy["chance"] <= greedy["chance_high"]
    years = greedy["dry_after_years"]
    assert greedy["dry_age"] == pytest.approx(65.0 + years - 0.5)
    assert int(greedy["dry_date"][:4]) - 2016 == pytest.approx(years, abs=1.0)
    assert len(greedy["years"]) == len(greedy["bands"]["p50"])
    assert greedy["years"][-1] == pytest.approx(0.5 + greedy["years_of_payments"], abs=0.1)


def test_a_pension_raises_what_lasts_and_more_so_the_sooner_it_begins() -> None:
    none = income()["spending"]["sustainable"]["0.8"]
    late = income(pension_monthly=Decimal(500), pension_from_years=10.0)["spending"]["sustainable"]["0.8"]
    soon = income(pension_monthly=Decimal(500))["spending"]["sustainable"]["0.8"]
    assert none < late < soon
    assert soon == pytest.approx(none + 500, rel=1e-6)


def test_the_fan_to_the_date_is_the_beginning_of_the_fan_of_a_life() -> None:
    result = plan(goal=GoalKind.RETIREMENT, horizon_years=10.0)
    for name, values in result["projection"]["bands"].items():
        assert values == pytest.approx(result["spending"]["bands"][name][: len(values)], rel=1e-6)


def test_saving_first_and_goals_on_a_day_have_no_spending() -> None:
    assert plan()["spending"] is None
    assert income(debt_rate=0.19)["spending"] is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"birth_year": 2015}, "birth_year"),
        ({"birth_year": 1880}, "birth_year"),
        ({"retirement_age": 5.0}, "retirement_age"),
        ({"spending_years": 0.0}, "spending_years"),
        ({"spending_years": float("nan")}, "spending_years"),
    ],
)
def test_ages_and_times_that_cannot_be_are_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        income(**changes)
    assert caught.value.field == field


def test_a_life_of_payments_is_computed_again_to_the_same_bytes() -> None:
    wanted = answers(**INCOME, income_wanted=Decimal(900), pension_monthly=Decimal("123.45"), birth_year=1950)
    first = canonical_json(compute(wanted, basis()))
    again = answers_from_json(answers_to_json(wanted))
    assert again == wanted
    basis.cache_clear()
    assert canonical_json(compute(again, basis())) == first


def test_answers_stored_before_these_questions_are_read() -> None:
    raw = answers_to_json(answers())
    for name in ("income_wanted", "pension_monthly", "pension_from_years", "spending_years", "birth_year"):
        del raw[name]
    for name in ("retirement_age", "debt_amount", "monthly_spending", "essential"):
        del raw[name]
    assert answers_from_json(raw) == answers()


@pytest.mark.parametrize("horizon", [1 / 12, 60.0, 100.0])
def test_the_ends_of_what_may_be_answered(horizon: float) -> None:
    found = income(horizon_years=horizon, monthly_amount=Decimal(1))["spending"]
    assert found["years"][-1] <= 101
    assert found["years_of_payments"] >= 1


def test_an_essential_goal_is_aimed_at_with_a_higher_chance() -> None:
    usual, essential = plan(target_amount=Decimal(70_000)), plan(target_amount=Decimal(70_000), essential=True)
    assert usual["projection"]["levers"]["wanted_chance"] == 0.75
    assert essential["projection"]["levers"]["wanted_chance"] == 0.85
    assert essential["projection"]["levers"]["extra_monthly"] > usual["projection"]["levers"]["extra_monthly"]


@pytest.mark.parametrize("changes", [{}, {"loss_limit": 0.1}, {"risk": BOLD}, {"goal": GoalKind.GROWTH}])
def test_each_way_to_raise_the_chance_does_so_in_the_plan_that_is_made_with_it(changes: dict[str, Any]) -> None:
    wanted = answers(target_amount=Decimal(80_000), **changes)
    found = compute(wanted, basis())["projection"]["levers"]
    more = replace(wanted, monthly_amount=wanted.monthly_amount + Decimal(str(found["extra_monthly"] * 1.0001)))
    less = replace(wanted, target_amount=Decimal(str(found["lower_target"] * 0.9999)))
    for changed in (more, less):
        assert compute(changed, basis())["projection"]["chance"] >= 0.75
    longer = replace(wanted, horizon_years=wanted.horizon_years + found["extra_years"])
    assert compute(longer, basis())["projection"]["chance"] >= 0.75
    shorter = replace(wanted, horizon_years=longer.horizon_years - 1)
    assert compute(shorter, basis())["projection"]["chance"] < 0.75


def test_waiting_a_year_costs_something() -> None:
    found = plan()["projection"]["later_start"]
    assert found["months"] == 12
    assert found["middle"] < found["middle_now"]
    assert found["chance"] <= found["chance_now"]
    assert plan(horizon_years=1.5)["projection"]["later_start"] is None
