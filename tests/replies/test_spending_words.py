"""What is said of money that is paid out, of what comes first, of parts, of a later start and of two plans: the stored figures."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from advisor.domain.chart import ChartSpec, Fan
from advisor.domain.errors import InvalidInput
from advisor.domain.investor import GoalKind
from advisor.domain.reply import Notice, Table, Text
from advisor.replies import plan as plan_words
from advisor.replies.difference import difference as told_difference
from advisor.replies.entering import entering
from advisor.replies.first_steps import first_steps_words
from advisor.replies.format import estimate, in_ten
from advisor.replies.headline import headline
from advisor.replies.later_start import OTHER, later_start
from advisor.replies.spending import spending
from advisor.replies.what_if import compare
from advisor.services.plan.difference import difference
from tests.drawn_answers import TIMID, answers, plan
from tests.examined import examined
from tests.replies.test_plan_words import BROKEN, texts

INCOME: dict[str, Any] = {
    "goal": GoalKind.INCOME,
    "horizon_years": 0.5,
    "initial_amount": Decimal(300_000),
    "monthly_amount": Decimal(0),
    "target_amount": None,
}


def income(**changes: Any) -> dict[str, Any]:
    return plan(**(INCOME | changes))


def notices(result: dict[str, Any]) -> str:
    return " ".join(block.text for block in plan_words.present(result, "en-US") if isinstance(block, Notice))


def charts(result: dict[str, Any]) -> list[str]:
    return [block.name for block in plan_words.present(result, "en-US") if isinstance(block, ChartSpec)]


def test_an_income_opens_with_what_a_month_may_bear() -> None:
    result = income()
    spent = result["spending"]
    assert (
        f"About **{estimate('en-US', spent['payment'], 'USD')} a month** would last to age 97 in 8 of 10 futures"
        in headline(result, "en-US")
    )
    assert charts(result) == ["allocation", "projection", "spending"]
    assert "In the darkest 1 in 10" in notices(result)
    assert "I do not know your age" in notices(result)


def test_a_wanted_income_opens_with_its_chance_and_counts_the_pension() -> None:
    result = income(income_wanted=Decimal(1200), pension_monthly=Decimal(500), birth_year=1950)
    spent = result["spending"]
    assert f"**{in_ten(spent['chance'])} in 10** futures" in headline(result, "en-US")
    assert "$1,200 a month to age" in headline(result, "en-US")
    assert "That includes your pension." in notices(result)
    assert "I do not know your age" not in notices(result)


def test_a_retirement_shows_its_years_after_work_only_where_they_were_spoken_of() -> None:
    silent = plan(goal=GoalKind.RETIREMENT, horizon_years=15.0)
    spoken = plan(goal=GoalKind.RETIREMENT, horizon_years=15.0, pension_monthly=Decimal(900))
    assert charts(silent) == ["allocation", "projection"]
    assert "how much can I take out?" in notices(silent)
    assert charts(spoken) == ["allocation", "projection", "spending"]


@pytest.mark.parametrize(
    "changes", [{}, {"income_wanted": Decimal(900)}, {"spending_years": 12.0}, {"pension_monthly": Decimal(400)}]
)
def test_what_can_be_taken_out_is_told_with_the_stored_figures(changes: dict[str, Any]) -> None:
    result = income(**changes)
    blocks = spending(result, "en-US", "")
    for text in texts(blocks):
        assert not BROKEN.search(text), text
    table = next(block for block in blocks if isinstance(block, Table))
    stored = [estimate("en-US", result["spending"]["sustainable"][key], "USD") for key in ("0.8", "0.9")]
    assert [row["amount"] for row in table.rows[:2]] == stored
    fan = next(block for block in blocks if isinstance(block, ChartSpec)).picture
    assert isinstance(fan, Fan)
    assert list(fan.years) == result["spending"]["years"]
    assert {name: list(values) for name, values in fan.bands.items()} == result["spending"]["bands"]
    assert len(fan.paid_in) == len(fan.years)
    assert fan.paid_in[-1] == result["projection"]["paid_in"][-1]


def test_payments_for_a_stated_time_name_no_age() -> None:
    said = " ".join(texts(spending(income(spending_years=12.0, income_wanted=Decimal(5000)), "en-US", "")))
    assert "for 12 years" in said
    assert "of payments or sooner" in said
    assert not re.search(r"\bage \d", said)


def test_only_what_is_not_known_is_asked_for() -> None:
    full = income(income_wanted=Decimal(900), pension_monthly=Decimal(300), birth_year=1950)
    assert not [block for block in spending(full, "en-US", "") if isinstance(block, Notice)]
    (hint,) = [block for block in spending(income(birth_year=1950), "en-US", "") if isinstance(block, Notice)]
    assert "my pension is $1,200 a month" in hint.text
    assert "born" not in hint.text


def test_a_goal_on_a_day_and_one_that_waits_pay_nothing_out() -> None:
    (day,) = spending(plan(), "en-US", "")
    (waits,) = spending(income(debt_rate=0.19), "en-US", "")
    assert isinstance(day, Text)
    assert isinstance(waits, Text)
    assert "goal on one day" in day.text
    assert "First comes" in waits.text


def test_a_debt_is_told_with_its_time_and_what_the_order_saves() -> None:
    result = plan(
        debt_rate=0.19,
        debt_amount=Decimal(8000),
        monthly_spending=Decimal(1000),
        emergency_fund_months=0.0,
        initial_amount=Decimal(2000),
    )
    schedule = result["first_steps"]["schedule"]
    said = first_steps_words(result, "en-US")
    assert f"the debt is gone after {schedule['debt_free']} months" in said
    assert f"Until then it costs {estimate('en-US', Decimal(schedule['interest']), 'USD')}" in said
    assert estimate("en-US", Decimal(schedule["saved"]), "USD") in said
    assert estimate("en-US", Decimal(schedule["forgone"]), "USD") in said
    assert said in notices(result)
    assert "2017" not in said  # old prices: the month would lie in the past
    result["source"] |= {"rehearsal": False}
    assert "investing begins in November 2017" in first_steps_words(result, "en-US")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"debt_rate": 0.19}, "Tell me how much you owe, for"),
        ({"emergency_fund_months": 0.0}, "Tell me what you spend, for"),
        ({"emergency_fund_months": 0.0, "debt_rate": 0.19}, "how much you owe and what you spend"),
        ({"debt_rate": 0.19, "debt_amount": Decimal(3000)}, "You have enough to do this now: $3,000 for the debt."),
        (
            {"debt_rate": 0.19, "debt_amount": Decimal(90_000), "monthly_amount": Decimal(100)},
            "the debt does not shrink. It takes more than $1,420 a month",
        ),
        (
            {"emergency_fund_months": 0.5, "monthly_spending": Decimal(2000), "initial_amount": Decimal(0)},
            "the cushion is full after 3 months",
        ),
        (
            {
                "emergency_fund_months": 0.0,
                "monthly_spending": Decimal(50_000),
                "initial_amount": Decimal(1),
                "monthly_amount": Decimal(1),
            },
            "more than 50 years",
        ),
        ({}, ""),
    ],
)
def test_what_comes_first_says_when_or_what_to_tell(changes: dict[str, Any], said: str) -> None:
    words = first_steps_words(plan(**changes), "en-US")
    assert said in words
    assert bool(said) == bool(words)
    assert not BROKEN.search(words)


async def test_bit_by_bit_is_told_with_both_numbers_of_parts() -> None:
    result, found = await examined("entering")
    blocks = entering(result, found, "en-US")
    for text in texts(blocks):
        assert not BROKEN.search(text), text
    (table,) = [block for block in blocks if isinstance(block, Table)]
    assert [column.id for column in table.columns] == ["what", "months_12", "months_24"]
    for way in found["ways"]:
        chance, cost, bad = (row[f"months_{way['months']}"] for row in table.rows)
        assert chance == f"about {in_ten(way['chance_higher'])} in 10"
        assert cost == f"{estimate('en-US', abs(way['mean_cost']), 'USD')} lower"
        assert bad == f"{estimate('en-US', way['saved_when_bad'], 'USD')} higher"
    assert "All at once ends higher in most futures" in " ".join(texts(blocks))


async def test_which_way_wins_follows_from_the_figures() -> None:
    result, found = await examined("entering")
    turned = found | {"ways": [way | {"chance_higher": 0.6, "mean_cost": -0.2} for way in found["ways"]]}
    said = " ".join(texts(entering(result, turned, "en-US")))
    assert "Here bit by bit ends higher in most futures" in said
    assert "about even" in " ".join(str(row) for row in entering(result, turned, "en-US")[1].rows)  # type: ignore[union-attr]


async def test_where_both_ways_win_as_often_neither_is_praised() -> None:
    result, found = await examined("entering")
    even = found | {
        "ways": [way | {"chance_higher": chance} for way, chance in zip(found["ways"], (0.46, 0.54), strict=True)]
    }
    said = " ".join(texts(entering(result, even, "en-US")))
    assert "higher about as often" in said
    assert "most futures" not in said


async def test_a_near_goal_has_no_time_for_parts_and_nothing_cannot_be_put_in() -> None:
    result, found = await examined("entering", horizon_years=0.5)
    assert "less than a year away" in " ".join(texts(entering(result, found, "en-US")))
    with pytest.raises(InvalidInput):
        await examined("entering", initial_amount=Decimal(0))


def test_a_later_start_is_told_with_the_stored_figures() -> None:
    result = plan(target_amount=Decimal(60_000))
    found = result["projection"]["later_start"]
    said = " ".join(texts(later_start(result, "en-US", "")))
    assert (
        f"**{estimate('en-US', found['middle'], 'USD')}**, not {estimate('en-US', found['middle_now'], 'USD')}" in said
    )
    assert f"about {in_ten(found['chance'])} in 10, not about {in_ten(found['chance_now'])} in 10" in said
    assert "a wait of one year" not in said
    same = result | {"projection": result["projection"] | {"later_start": found | {"chance": found["chance_now"]}}}
    assert f"your target: about {in_ten(found['chance_now'])} in 10, now or a year later" in " ".join(
        texts(later_start(same, "en-US", ""))
    )
    assert "a wait of one year" in " ".join(texts(later_start(result, "en-US", OTHER)))
    assert "your target" not in " ".join(texts(later_start(plan(target_amount=None), "en-US", "")))
    assert "less than two years away" in " ".join(texts(later_start(plan(horizon_years=1.0), "en-US", "")))
    assert "First comes" in " ".join(texts(later_start(plan(debt_rate=0.19), "en-US", "")))


def test_two_plans_are_told_apart_by_figures_parts_and_answers() -> None:
    before, now = plan(), plan(horizon_years=12.0, risk=TIMID)
    inputs = ({"horizon_years": 8.0, "risk": ["weighs"]}, {"horizon_years": 12.0, "risk": ["avoids"]})
    found = difference(before, now, inputs)
    blocks = told_difference(now, found, "en-US", in_use=False)
    for text in texts(blocks):
        assert not BROKEN.search(text), text
    said = " ".join(texts(blocks))
    assert "Your answers differ in: the time, your answers about risk." in said
    assert "the plan you had before" in said
    assert "the plan in use" in " ".join(texts(told_difference(now, found, "en-US", in_use=True)))
    figures = next(block for block in blocks if isinstance(block, Table) and block.name == "difference")
    middles = next(row for row in figures.rows if row["what"] == "The middle future")
    assert middles["now"] == estimate("en-US", now["projection"]["bands"]["p50"][-1], "USD")
    assert middles["former"] == estimate("en-US", before["projection"]["bands"]["p50"][-1], "USD")


def test_the_same_answers_are_said_to_be_the_same() -> None:
    found = difference(plan(), plan(), ({}, {}))
    assert "Your answers are the same." in " ".join(texts(told_difference(plan(), found, "en-US", in_use=False)))


def test_a_what_if_of_an_income_shows_what_a_month_bears() -> None:
    now, then = income(income_wanted=Decimal(900)), income(income_wanted=Decimal(700))
    blocks = compare(now, then, [("income_wanted", "set", 700.0)], "en-US")
    table = next(block for block in blocks if isinstance(block, Table))
    rows = {row["what"]: (row["now"], row["then"]) for row in table.rows}
    assert "the income you want: $700" in table.caption
    assert rows["A month that lasts in 8 of 10 futures"][0] == estimate(
        "en-US", now["spending"]["sustainable"]["0.8"], "USD"
    )
    assert rows["Futures that pay the income you want"][0] != rows["Futures that pay the income you want"][1]
    assert "A month that lasts" not in " ".join(texts(compare(plan(), plan(), [("horizon", "add", 1)], "en-US")))


def test_answers_of_a_life_do_not_change_a_goal_on_a_day() -> None:
    assert plan(pension_monthly=Decimal(900), birth_year=1970)["weights"] == plan()["weights"]
    assert answers(birth_year=1970).birth_year == 1970
