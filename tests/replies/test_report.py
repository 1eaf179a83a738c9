"""The report in words: every figure is the stored one, nothing is left out, and it needs nothing but the plan."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from advisor.domain.documents import Report, Section
from advisor.domain.investor import Answers, GoalKind
from advisor.domain.plan import Plan, PlanStatus
from advisor.domain.reply import Notice, Table, Text
from advisor.profiling import RISK_SLOTS, load
from advisor.replies.format import money, month
from advisor.replies.report import compose, file_name
from advisor.replies.wording import say, under
from advisor.services.plan.compute import compute
from advisor.services.plan.service import answers_to_json
from tests.drawn_answers import answers, basis, drawn
from tests.reports import ISSUER

MADE = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BROKEN = re.compile(r"\bnan\b|\bNone\b|[{}]|\binf\b|\bTrue\b|\bFalse\b|\.\.|  ")


def planned(wanted: Answers, **changes: Any) -> Plan:
    """A stored plan for these answers."""
    result = compute(wanted, basis(tuple(sorted(wanted.exclusions)))) | changes
    inputs = answers_to_json(wanted)
    return Plan("ab12cd34" * 4, "owner", PlanStatus.PROPOSED, MADE, inputs, "d" * 64, "code-1", result)


def reported(wanted: Answers | None = None, **changes: Any) -> Report:
    return compose(planned(wanted or answers(), **changes), ISSUER, "en")


def section(report: Report, name: str) -> Section:
    return next(item for item in report.sections if item.title == say("en", f"report.sections.{name}"))


def table(report: Report, name: str) -> Table:
    return next(b for item in report.sections for b in item.blocks if isinstance(b, Table) and b.name == name)


def texts(parts: Report | Section) -> list[str]:
    blocks = [b for item in getattr(parts, "sections", (parts,)) for b in item.blocks]
    said = [b.text for b in blocks if isinstance(b, Text | Notice)]
    for block in blocks:
        if isinstance(block, Table):
            said += [block.caption, *(column.label for column in block.columns)]
            said += [cell for row in block.rows for cell in row.values() if isinstance(cell, str)]
    return said


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn())
def test_any_plan_can_be_reported_and_nothing_unfinished_is_said(wanted: Answers) -> None:
    for text in texts(reported(wanted)):
        assert not BROKEN.search(text), text


def test_the_sections_stand_in_the_order_of_the_catalogue() -> None:
    titles = list(under("en", "report.sections").values())
    shown = [item.title for item in reported().sections]
    assert shown == [title for title in titles if title in shown]
    assert set(titles) - set(shown) == {say("en", "report.sections.before"), say("en", "report.sections.after")}


def test_it_says_who_operates_under_which_licence_and_that_a_program_advises() -> None:
    said = " ".join(texts(section(reported(), "issuer")))
    for words in (ISSUER.operator, ISSUER.licence, ISSUER.paid, "computer program", "No person has looked"):
        assert words in said
    assert ISSUER.operator in reported().footer
    assert ISSUER.licence in reported().footer


def test_every_question_is_listed_with_its_answer_and_whose_it_is() -> None:
    report = reported(answers(defaulted=("emergency_fund", "exclusions"), debt_rate=0.085, risk=("weighs", "", "hold")))
    rows = {row["c0"]: (row["c1"], row["c2"]) for row in table(report, "answers").rows}
    assert rows[say("en", "ask.emergency_fund")] == ("3 months", "my default")
    assert rows[say("en", "ask.debt")] == ("8.5%", "you")
    assert rows[say("en", "ask.initial_amount")] == ("$20,000", "you")
    assert sum(answer == "not answered" for answer, _ in rows.values()) == len(RISK_SLOTS) - 2
    assert len(rows) == 20


def test_an_answer_about_money_that_was_not_given_is_not_a_zero() -> None:
    rows = {row["c0"]: row["c1"] for row in table(reported(answers(target_amount=None)), "answers").rows}
    assert rows[say("en", "ask.target_amount")] == say("en", "values.no_target")
    assert rows[say("en", "ask.loss_limit")] == say("en", "values.not_set")


def test_the_profile_shows_the_wish_with_its_interval_and_what_counts() -> None:
    plan = planned(answers())
    found = plan.result["profile"]
    values = [row["c1"] for row in table(compose(plan, ISSUER, "en"), "profile").rows]
    assert (
        values[0]
        == f"{found['willingness']:.0f} (between {found['willingness_low']:.0f} and {found['willingness_high']:.0f})"
    )
    assert values[1:3] == [f"{found['capacity']:.0f}", f"{found['ceiling']:.0f}"]


def test_answers_that_contradict_are_named() -> None:
    torn = answers(risk=("enjoys", "longer", "buy_more", "huge_swing", "sure"))
    result = planned(torn).result
    assert result["profile"]["contradictions"]
    notices = [b for b in section(reported(torn), "profile").blocks if isinstance(b, Notice)]
    assert len(notices) == len(result["profile"]["contradictions"])


def test_the_parts_in_money_sum_to_the_amount_and_the_risks_to_all() -> None:
    report = reported()
    assert sum(Decimal(row["amount"]["amount"]) for row in table(report, "allocation").rows) == 20000
    assert sum(int(row["c2"].removesuffix("%")) for row in table(report, "risks").rows) == pytest.approx(100, abs=3)


def test_the_outcomes_begin_now_and_end_with_the_horizon() -> None:
    plan = planned(answers(horizon_years=25.0))
    rows = table(compose(plan, ISSUER, "en"), "outcomes").rows
    assert 5 <= len(rows) <= 7
    assert rows[0]["c0"] == "now"
    assert rows[-1]["c0"] == "25 years"
    last = plan.result["projection"]["bands"]["p50"][-1]
    assert float(rows[-1]["c3"].strip("$").replace(",", "")) == pytest.approx(last, rel=0.005)


def test_the_chance_is_said_with_its_range_and_levers_and_none_without_a_target() -> None:
    said = " ".join(texts(section(reported(), "future")))
    assert re.search(r"in 10\*\* futures \(.+ to .+\) reach \$75,000", said)
    assert say("en", "levers.any") in said
    without = " ".join(texts(section(reported(answers(target_amount=None)), "future")))
    assert say("en", "report.future.no_target") in without


def test_unknown_costs_are_called_unknown_and_named() -> None:
    plan = planned(answers())
    rows = table(compose(plan, ISSUER, "en"), "costs").rows
    assert {row["c1"] for row in rows} == {"unknown"}
    said = " ".join(texts(section(compose(plan, ISSUER, "en"), "costs")))
    assert all(name in said for name in plan.result["costs"]["yearly_unknown"])


def test_a_plan_that_waits_for_a_cushion_says_so_first() -> None:
    report = reported(answers(emergency_fund_months=0.0))
    notices = [b.text for b in section(report, "short").blocks if isinstance(b, Notice)]
    assert notices[0] == say("en", "save_first.buffer")
    assert "a cushion for surprises" in [row["c1"] for row in table(report, "profile").rows]
    assert say("en", "report.future.waiting") in " ".join(texts(section(report, "future")))


def test_emergency_money_all_in_cash_is_reported_whole() -> None:
    report = reported(answers(goal=GoalKind.EMERGENCY, target_amount=None))
    assert [row["symbol"] for row in table(report, "allocation").rows] == ["CASH"]
    assert len(report.charts()) == 4


def test_the_record_holds_what_is_needed_to_compute_it_again_and_every_reason() -> None:
    plan = planned(answers())
    report = compose(plan, ISSUER, "en")
    values = [row["c1"] for row in table(report, "record").rows]
    for value in (plan.id, plan.data_hash, plan.code_version, plan.result["moments"]["version"]):
        assert value in values
    assert [row["c0"] for row in table(report, "reasons").rows] == [item["key"] for item in plan.result["reasons"]]


def test_each_solver_that_was_tried_is_named_with_its_outcome() -> None:
    tried = [{"solver": "critical_line", "outcome": "gave up"}, {"solver": "pyportfolioopt_clarabel", "outcome": "ok"}]
    said = " ".join(texts(section(reported(solvers_tried=tried), "method")))
    assert "exact method (critical line): gave up; general method (PyPortfolioOpt): it worked" in said


def test_only_a_rehearsal_has_a_watermark() -> None:
    plan = planned(answers())
    assert compose(plan, ISSUER, "en").watermark == say("en", "watermark")
    real = replace(plan, result=plan.result | {"source": plan.result["source"] | {"rehearsal": False}})
    assert compose(real, ISSUER, "en").watermark == ""


def test_using_a_plan_does_not_change_its_report() -> None:
    plan = planned(answers())
    assert compose(replace(plan, status=PlanStatus.ACTIVE), ISSUER, "en") == compose(plan, ISSUER, "en")


def test_the_file_is_named_for_the_day_and_the_plan() -> None:
    assert file_name(planned(answers()), "en") == "plan-report-2026-03-02-ab12cd34.pdf"


def test_a_question_that_was_left_out_is_called_that_and_is_nobodys_default() -> None:
    plan = planned(answers(risk=("weighs", "", "", "", "")))
    inputs = plan.inputs | {"not_asked": ["risk_2", "risk_3", "risk_4", "risk_5"], "defaulted": []}
    report = compose(replace(plan, inputs=inputs), ISSUER, "en")
    given = [row["c2"] for row in table(report, "answers").rows]
    assert given.count("not asked") == 4
    assert say("en", "report.answers.not_needed") in " ".join(texts(section(report, "answers")))


def test_thirteen_questions_take_the_place_of_the_five() -> None:
    plan = planned(answers())
    first = load()["scale_1"].options[0]
    report = compose(replace(plan, inputs=plan.inputs | {"full_scale": [first.id, *[""] * 12]}), ISSUER, "en")
    rows = {row["c0"]: row["c1"] for row in table(report, "answers").rows}
    assert rows[load()["scale_1"].text] == first.label
    assert load()["risk_1"].text not in rows
    assert len(rows) == 20 - 5 + 13


def test_what_only_some_plans_need_is_listed_where_it_was_said() -> None:
    plan = planned(answers())
    said = plan.inputs | {"pension_monthly": "1200", "birth_year": 1980, "spending_years": 20.0}
    rows = {row["c0"]: row["c1"] for row in table(compose(replace(plan, inputs=said), ISSUER, "en"), "answers").rows}
    assert rows["Pension each month"] == "$1,200"
    assert rows["Year of birth"] == "1980"
    assert rows["Years that the money should last"] == "20"
    assert "How much is owed" not in rows


def test_a_plan_from_before_some_questions_existed_is_reported() -> None:
    plan = planned(answers())
    late = ("not_asked", "withdrawn", "full_scale", "pension_monthly", "birth_year", "debt_amount")
    early = {name: value for name, value in plan.inputs.items() if name not in late}
    rows = table(compose(replace(plan, inputs=early), ISSUER, "en"), "answers").rows
    assert len(rows) == 20


def test_what_comes_first_is_shown_with_what_it_saves() -> None:
    indebted = answers(debt_rate=0.2, debt_amount=Decimal(5000), initial_amount=Decimal(1000))
    plan = planned(indebted)
    schedule = plan.result["first_steps"]["schedule"]
    rows = {row["c0"]: row["c1"] for row in table(compose(plan, ISSUER, "en"), "first_steps").rows}
    assert rows[say("en", "report.before.saved")] == money("en", schedule["saved"], "USD")
    assert rows[say("en", "report.before.invests")] == month("en", schedule["invests_on"])
    unknown = section(reported(replace(indebted, debt_amount=None)), "before")
    assert "How much is owed" in " ".join(texts(unknown))


def test_a_retirement_shows_how_long_the_money_lasts() -> None:
    wanted = answers(goal=GoalKind.RETIREMENT, target_amount=None, income_wanted=Decimal(900), birth_year=1980)
    plan = planned(wanted)
    rows = {row["c0"]: row["c1"] for row in table(compose(plan, ISSUER, "en"), "spending").rows}
    assert rows[say("en", "report.after.payment")] == "$900"
    holds = plan.result["spending"]["sustainable"]["0.8"]
    assert float(rows[say("en", "report.after.holds_8")].strip("$").replace(",", "")) == pytest.approx(holds, rel=0.01)
