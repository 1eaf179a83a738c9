"""What would change the advice: each number is checked on the plan itself, at the number and one step before it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from advisor.domain.investor import Answers
from advisor.profiling import RISK_SLOTS, load
from advisor.services.plan.suited import Advice, Suited
from advisor.services.plan.turning_points import MOVED, difference, turning_points
from tests.drawn_answers import BOLD, TIMID, answers, basis, drawn, plan

SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CASES: list[dict[str, Any]] = [
    {},
    {"risk": BOLD, "horizon_years": 25.0},
    {"risk": TIMID, "horizon_years": 15.0},
    {"risk": BOLD, "loss_limit": 0.1},
    {"debt_rate": 0.19},
    {"emergency_fund_months": 0.0},
    {"horizon_years": 1.5},
    {"wanted_return": 0.02},
]


def advice_of(wanted: Answers) -> Advice:
    """What a whole plan advises."""
    changes = {name: getattr(wanted, name) for name in Answers.__dataclass_fields__}
    result = plan(**changes)
    classes: dict[str, float] = {}
    for holding in result["holdings"]:
        classes[holding["class"]] = round(classes.get(holding["class"], 0.0) + holding["weight"], 4)
    return Advice(classes, result["profile"]["word"], result["save_first"])


@pytest.mark.slow
@SLOW
@given(drawn())
def test_advice_without_a_plan_is_that_of_the_plan(wanted: Answers) -> None:
    found = Suited(wanted, basis(tuple(sorted(wanted.exclusions)))).advice()
    told = advice_of(wanted)
    assert (found.word, found.save_first) == (told.word, told.save_first)
    kinds = found.classes | told.classes
    assert all(abs(found.classes.get(kind, 0.0) - told.classes.get(kind, 0.0)) < 0.002 for kind in kinds)


@pytest.mark.slow
@pytest.mark.parametrize("changes", CASES, ids=str)
def test_at_the_number_the_plan_is_another_and_one_month_before_it_is_not(changes: dict[str, Any]) -> None:
    wanted = answers(**changes)
    now = advice_of(wanted)
    for side, sign in (("longer", 1), ("shorter", -1)):
        found = turning_points(wanted, basis())["horizon"][side]
        if found is not None:
            at = advice_of(replace(wanted, horizon_years=wanted.horizon_years + sign * found["months"] / 12))
            before = replace(wanted, horizon_years=wanted.horizon_years + sign * (found["months"] - 1) / 12)
            assert difference(now, at) is not None, (side, found)
            assert difference(now, advice_of(before)) is None, (side, found)


@pytest.mark.slow
@pytest.mark.parametrize("changes", CASES, ids=str)
def test_a_single_answer_that_is_named_makes_another_plan_and_a_nearer_one_does_not(changes: dict[str, Any]) -> None:
    wanted = answers(**changes)
    now = advice_of(wanted)
    for item in turning_points(wanted, basis())["answers"]:
        assert difference(now, advice_of(_answered(wanted, item["slot"], item["answer"]))) is not None, item
        for nearer in _nearer(wanted, item["slot"], item["answer"]):
            assert difference(now, advice_of(_answered(wanted, item["slot"], nearer))) is None, (item, nearer)


def _answered(wanted: Answers, slot: str, answer: Any) -> Answers:
    names = {"debt": "debt_rate", "emergency_fund": "emergency_fund_months"}
    if slot in RISK_SLOTS:
        risk = list(wanted.risk)
        risk[RISK_SLOTS.index(slot)] = answer
        return replace(wanted, risk=tuple(risk))
    return replace(wanted, **{names.get(slot, slot): answer})


def _nearer(wanted: Answers, slot: str, answer: Any) -> list[Any]:
    """Options whose score lies nearer to what was said; one whole point or month for what is a number."""
    if slot == "debt":
        return [answer + 0.01]
    if slot == "emergency_fund":
        return [answer - 1.0]
    if slot == "loss_limit":
        return [round(answer + (0.01 if answer < (wanted.loss_limit or 0.0) else -0.01), 4)]
    question = load()[slot]
    now = question.score(wanted.risk[RISK_SLOTS.index(slot)] if slot in RISK_SLOTS else getattr(wanted, slot))
    reach = abs(question.score(answer) - now)
    return [item for item in question.ids if abs(question.score(item) - now) < reach - 1e-9]


@pytest.mark.parametrize("changes", CASES, ids=str)
def test_a_score_that_is_named_is_the_smallest_that_alters_the_advice(changes: dict[str, Any]) -> None:
    suited = Suited(answers(**changes), basis())
    now, wish = suited.advice(), suited.profile().willingness
    found = turning_points(answers(**changes), basis())["score"]
    for side, sign in (("higher", 1), ("lower", -1)):
        if found[side] is None:
            end = 100.0 if sign > 0 else 0.0
            assert difference(now, suited.at_score(end)) is None
        else:
            points = found[side]["points"]
            assert difference(now, suited.at_score(wish + sign * points)) is not None
            assert difference(now, suited.at_score(wish + sign * (points - 1))) is None


def test_the_score_as_it_is_gives_the_advice_as_it_is() -> None:
    for changes in CASES:
        suited = Suited(answers(**changes), basis())
        assert suited.at_score(suited.profile().willingness) == suited.advice()


def test_no_amount_changes_the_mix_and_that_is_said_so() -> None:
    found = turning_points(answers(), basis())["amount"]
    assert found == {"less": None, "more": None}
    much = answers(initial_amount=Decimal(2 * 10**5), monthly_amount=Decimal(5000))
    assert advice_of(much).classes == advice_of(answers()).classes


def test_what_stands_in_the_way_is_the_first_thing_to_change() -> None:
    assert turning_points(answers(emergency_fund_months=0.0), basis())["answers"][0] == {
        "what": "save_first",
        "before": "buffer",
        "after": None,
        "asset_class": "",
        "slot": "emergency_fund",
        "answer": 1.0,
    }
    (debt,) = (x for x in turning_points(answers(debt_rate=0.19), basis())["answers"] if x["slot"] == "debt")
    earned = plan(debt_rate=0.19)["investing_return"]
    assert debt["answer"] <= earned < debt["answer"] + 0.01


def test_another_mix_is_one_that_moves_a_class_by_five_points() -> None:
    one = Advice({"gold": 0.10, "cash": 0.90}, "bold", None)
    assert difference(one, Advice({"gold": 0.10 + MOVED, "cash": 0.85}, "bold", None)) is not None
    assert difference(one, Advice({"gold": 0.149, "cash": 0.851}, "bold", None)) is None
    assert difference(one, replace(one, word="growth")) is not None
    assert difference(one, replace(one, save_first="debt")) is not None
