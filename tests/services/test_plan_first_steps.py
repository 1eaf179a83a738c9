"""Debt or a cushion first, the calmest plan, instalments, and two plans side by side, on the embedded sample."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import GoalKind
from advisor.domain.plan import canonical_json
from advisor.services.plan.calmest import calmest_reaching, least_risk
from advisor.services.plan.compute import compute
from advisor.services.plan.difference import difference
from advisor.services.plan.entering import entering
from advisor.services.plan.service import answers_to_json
from tests.drawn_answers import BOLD, answers, basis, plan

pytestmark = pytest.mark.slow


def test_a_debt_whose_amount_is_known_has_a_schedule_and_a_date() -> None:
    found = plan(debt_rate=0.19, debt_amount=Decimal(30_000))["first_steps"]
    assert found["order"] == ["debt"]
    assert found["missing"] == []
    assert Decimal(found["schedule"]["saved"]) > Decimal(found["schedule"]["forgone"]) > 0
    months = found["schedule"]["invests_from"]
    assert months > 12
    assert found["schedule"]["invests_on"] == f"{2016 + (6 + months) // 12:04d}-{(6 + months) % 12 + 1:02d}"


def test_without_amounts_the_rule_stands_and_names_what_is_missing() -> None:
    found = plan(debt_rate=0.19, emergency_fund_months=0.5)["first_steps"]
    assert found["order"] == ["buffer", "debt"]
    assert found["missing"] == ["debt_amount", "monthly_spending"]
    assert found["schedule"] is None
    cushion = plan(emergency_fund_months=0.5, monthly_spending=Decimal(1800), initial_amount=Decimal(0))["first_steps"]
    assert cushion["schedule"]["invests_from"] == 2  # 900 of 1800 are there, 500 come in a month
    assert plan()["first_steps"] is None
    assert plan(goal=GoalKind.EMERGENCY, horizon_years=1.0)["first_steps"] is None


def test_the_calmest_plan_reaches_its_chance_and_the_one_just_below_does_not() -> None:
    wanted = answers(target_amount=Decimal(76_000), horizon_years=12.0)
    found = calmest_reaching(wanted, basis())
    assert found.wanted_return is not None
    made = compute(replace(wanted, wanted_return=found.wanted_return), basis())
    assert made["projection"]["chance"] == found.chance >= 0.8
    assert made["volatility"] == found.volatility < compute(wanted, basis())["volatility"]
    below = compute(replace(wanted, wanted_return=found.wanted_return - 2e-4), basis())
    assert below["projection"]["chance"] < 0.8


def test_where_no_plan_reaches_the_chance_the_best_one_is_told() -> None:
    wanted = answers(target_amount=Decimal(200_000))
    found = calmest_reaching(wanted, basis())
    assert found.wanted_return is None
    assert found.chance < 0.8
    assert found.chance >= found.ceiling_chance
    assert calmest_reaching(replace(wanted, essential=True), basis()).wanted_chance == 0.85


def test_an_income_has_a_calmest_plan_too_and_an_open_goal_has_none() -> None:
    income = answers(goal=GoalKind.INCOME, horizon_years=1.0, initial_amount=Decimal(300_000), target_amount=None)
    found = calmest_reaching(replace(income, income_wanted=Decimal(400)), basis())
    assert found.wanted_return is not None
    with pytest.raises(InvalidInput):
        calmest_reaching(income, basis())
    with pytest.raises(InvalidInput):
        calmest_reaching(answers(target_amount=None), basis())


def test_the_least_risk_for_a_return_is_that_of_the_plan_that_wants_it() -> None:
    wanted = answers(risk=BOLD, horizon_years=15.0)
    some, much, beyond = (least_risk(wanted, basis(), rate) for rate in (0.02, 0.03, 0.2))
    assert some.volatility < much.volatility < beyond.volatility
    assert (some.reached, beyond.reached) == (True, False)
    assert some.cvar == compute(replace(wanted, wanted_return=0.02), basis())["cvar"]


def test_instalments_are_told_for_the_times_that_fit_the_goal() -> None:
    found = entering(answers(), basis())
    assert [way["months"] for way in found["ways"]] == [12, 24]
    assert all(0 < way["chance_higher"] < 0.5 for way in found["ways"])
    assert entering(answers(horizon_years=1.5), basis())["ways"][-1]["months"] == 12
    assert canonical_json(found) == canonical_json(entering(answers(), basis()))
    for nothing in (answers(initial_amount=Decimal(0)), answers(debt_rate=0.19)):
        with pytest.raises(InvalidInput):
            entering(nothing, basis())


def test_two_plans_differ_by_what_their_results_say() -> None:
    one, other = answers(), answers(horizon_years=12.0, exclusions=("treasury_long",))
    first, second = compute(one, basis()), compute(other, basis(("treasury_long",)))
    found = difference(first, second, (answers_to_json(one), answers_to_json(other)))
    assert set(found["inputs"]) == {"horizon_years", "exclusions"}
    assert set(found["weights"]) == {*first["weights"], *second["weights"]}
    for symbol, (before, after, change) in found["weights"].items():
        assert before == first["weights"].get(symbol, 0.0)
        assert after == second["weights"].get(symbol, 0.0)
        assert change == pytest.approx(after - before, abs=1e-9)
    assert sum(change for _, _, change in found["weights"].values()) == pytest.approx(0.0, abs=1e-9)
    assert found["figures"]["volatility"][2] == second["volatility"] - first["volatility"]
    assert found["figures"]["yearly_cost"] == [None, None, None]  # the sample's funds do not say
    back = difference(second, first)
    assert back["figures"]["cvar"][2] == -found["figures"]["cvar"][2]
    assert back["inputs"] == {"horizon_years": [12.0, 8.0]}


def test_a_plan_does_not_differ_from_itself_and_money_of_two_currencies_is_not_compared() -> None:
    same = difference(plan(), plan())
    assert same["inputs"] == {}
    assert all(change in (0.0, None) for _, _, change in same["figures"].values())
    assert same["same_market"]
    assert difference(plan(), plan() | {"currency": "EUR"})["money"] is None
