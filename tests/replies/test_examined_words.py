"""What is said about what was computed on demand: every figure is the one found, in whole and plain sentences."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from advisor.dialogue.examining import EXAMINED
from advisor.domain.chart import Bars, ChartSpec, FrontierPlot
from advisor.domain.investor import GoalKind
from advisor.domain.reply import Choices, Notice, Table, Text
from advisor.replies import explain, stress
from advisor.replies.explain import turning_points
from tests.drawn_answers import BOLD, TIMID
from tests.examined import TINY, examined, fees
from tests.replies.test_plan_words import BROKEN, texts

CASES: list[dict[str, Any]] = [
    {},
    {"risk": TIMID, "loss_limit": 0.05},
    {"risk": BOLD, "horizon_years": 30.0, "goal": GoalKind.RETIREMENT},
    {"debt_rate": 0.19, **TINY},
    {"goal": GoalKind.EMERGENCY, "target_amount": None},
    {"exclusions": ("emerging_equity", "treasury_long"), "wanted_return": 0.02},
]
ARGUMENTS = {
    "stress": ("", "crash", "2008", "rates:0.01 oil:-0.5", "currency.USD:-0.15", "currency.EUR:-0.1"),
    "shopping_list": ("again", "again fractions", "again minimum=500"),
}


async def told(what: str, argument: str = "", **changes: Any) -> tuple[dict[str, Any], dict[str, Any], list[Any]]:
    """A plan's result, what an examination of it found, and the blocks it is told in."""
    view = EXAMINED[what]
    result, found = await examined(view.kind, view.wish(argument), **changes)
    return result, found, list(view.told(result, found, "en-US"))


def table(blocks: list[Any], name: str) -> Table:
    return next(block for block in blocks if isinstance(block, Table) and block.name == name)


def chart(blocks: list[Any]) -> ChartSpec:
    return next(block for block in blocks if isinstance(block, ChartSpec))


@pytest.mark.slow
@pytest.mark.parametrize("changes", CASES, ids=str)
@pytest.mark.parametrize("what", [name for name in EXAMINED if name not in ("calmest", "frontier", "entering")])
async def test_nothing_unfinished_is_ever_said(what: str, changes: dict[str, Any]) -> None:
    for argument in ARGUMENTS.get(what, ("",)):
        _, _, blocks = await told(what, argument, **changes)
        assert blocks
        for text in texts(tuple(blocks)):
            assert text
            assert not BROKEN.search(text), text


async def test_why_tells_each_part_with_its_share_of_money_and_of_risk() -> None:
    result, _, blocks = await told("plan_why")
    rows = table(blocks, "risk_shares").rows
    assert [(row["share"], row["risk"]) for row in rows] == [(h["weight"], h["risk_share"]) for h in result["holdings"]]
    assert sum(row["risk"] for row in rows) == pytest.approx(1.0)
    assert all(row["purpose"] for row in rows)


async def test_why_tells_every_number_that_was_found() -> None:
    _, found, _ = await told("plan_why")
    lines = turning_points(found, "USD", "en-US")
    assert f"{found['horizon']['longer']['months']} months more: Cash would go from" in lines[0]
    assert f"{found['horizon']['shorter']['months']} months less" in lines[1]
    assert f"{found['score']['lower']['points']} points lower" in lines[2]
    assert any("the mix stays the same" in line for line in lines)
    after = round(100 * found["horizon"]["longer"]["after"])
    assert lines[0].endswith(f"to {after}%.")


async def test_where_nothing_would_change_the_advice_that_is_said() -> None:
    none = {"horizon": {"longer": None, "shorter": None}, "score": {"higher": None, "lower": None}}
    lines = turning_points({**none, "answers": [], "amount": {"less": None, "more": None}}, "USD", "en-US")
    assert [line.split(":")[0] for line in lines] == ["Time", "Your wish for risk", "Answers", "Amount"]


@pytest.mark.parametrize(
    ("months", "said"),
    [
        (1, "1 month"),
        (12, "1 year"),
        (15, "15 months"),
        (24, "2 years"),
        (55, "4 years and 7 months"),
        (61, "5 years and 1 month"),
    ],
)
def test_time_is_said_to_the_month(months: int, said: str) -> None:
    change = {"what": "save_first", "before": "debt", "after": None, "asset_class": "", "months": months}
    found = {
        "horizon": {"longer": change, "shorter": None},
        "score": {"higher": None, "lower": None},
        "answers": [],
        "amount": {"less": None, "more": None},
    }
    assert explain.turning_points(found, "USD", "en-US")[0] == f"{said} more: You could start to invest."


async def test_costs_name_what_is_unknown_and_invent_nothing() -> None:
    _, found, blocks = await told("costs")
    assert found["drag"] is None
    (text,) = blocks
    assert isinstance(text, Text)
    assert "unknown" in text.text
    assert not re.search(r"\$\d", text.text)


@pytest.mark.slow
async def test_costs_are_told_for_a_year_for_the_term_and_with_growth() -> None:
    result, found = await examined("costs", market=fees())
    rows = table(list(EXAMINED["costs"].told(result, found, "en-US")), "costs").rows
    amounts = [float(row["amount"].replace("$", "").replace(",", "")) for row in rows]
    stored = found["costs"]
    wanted = [stored["yearly_amount"], stored["term_amount"], found["drag"], stored["purchase_amount"]]
    assert amounts == pytest.approx(wanted, rel=0.005, abs=0.5)
    assert found["drag"] == pytest.approx(found["free"] - found["with_fees"])
    assert found["with_fees"] == result["projection"]["bands"]["p50"][-1]
    assert found["drag"] > stored["yearly_amount"]


@pytest.mark.slow
async def test_the_fees_of_some_funds_being_unknown_is_said() -> None:
    result, found = await examined("costs", market=fees(unknown=("EFA",)))
    said = " ".join(texts(EXAMINED["costs"].told(result, found, "en-US")))
    assert "unknown for: Shares of developed countries" in said
    assert "the true cost is higher" in said


async def test_a_crash_is_told_in_money_part_by_part() -> None:
    _, found, blocks = await told("stress", "2008")
    (item,) = found["scenarios"]
    parts = [part["amount"]["amount"] for part in item["parts"]]
    assert sum(map(Decimal, parts)) == Decimal(item["amount"]["amount"])
    assert float(item["amount"]["amount"]) == pytest.approx(20000 * item["change"], abs=0.01)
    assert [row["change"] for row in table(blocks, "stress").rows] == [part["change"] for part in item["parts"]]
    picture = chart(blocks).picture
    assert isinstance(picture, Bars)
    assert [value for _, value in picture.bars] == [float(value) for value in parts]
    said = next(block.text for block in blocks if isinstance(block, Text))
    assert "October 9, 2007 to March 9, 2009" in said
    assert "next one may be worse" in said


async def test_all_scenarios_stand_side_by_side_with_what_touches_nothing_named() -> None:
    _, found, blocks = await told("stress")
    assert len(found["scenarios"]) == 10
    assert [row["change"] for row in table(blocks, "stress").rows] == [item["change"] for item in found["scenarios"]]
    said = next(block.text for block in blocks if isinstance(block, Text))
    assert "Nothing in this plan answers to these directly: Company bonds must pay 3 points more; Oil down 40%" in said


async def test_what_nobody_knows_is_named_and_left_out() -> None:
    _, found, blocks = await told("stress", "currency.EUR:-0.1")
    (item,) = found["scenarios"]
    assert item["unknown"] == ["EFA", "EEM"]
    said = next(block.text for block in blocks if isinstance(block, Text))
    assert "Not known (EUR down 10%): Other rich countries' shares, Emerging markets' shares." in said
    assert item["covered"] < 1.0


async def test_ones_own_currency_falls_where_all_others_rise() -> None:
    _, found, blocks = await told("stress", "currency.USD:-0.2")
    assert found["scenarios"][0]["shocks"][0]["size"] == pytest.approx(0.25)
    assert stress.scenario_name(found["scenarios"][0], "en-US") == "Foreign money up 25%"
    assert "would gain about" in next(block.text for block in blocks if isinstance(block, Text))


@pytest.mark.slow
async def test_the_list_counts_only_the_money_it_is_made_for() -> None:
    result, found, blocks = await told(
        "shopping_list", "again", initial_amount=Decimal(0), monthly_amount=Decimal(3000)
    )
    spent = sum(Decimal(row["amount"]["amount"]) for row in table(blocks, "shopping_list").rows)
    unpriced = sum(Decimal(item["amount"]) for item in found["unpriced"])
    assert spent == Decimal(found["spent"])
    assert spent + Decimal(found["left"]) == Decimal(found["money"])
    assert Decimal(found["money"]) + unpriced == 3000 == sum(Decimal(h["amount"]) for h in result["holdings"])
    caption = table(blocks, "shopping_list").caption
    assert "US shares, whole market" in caption
    assert f"Left in cash: ${Decimal(found['left']):,.2f}." in caption


@pytest.mark.slow
async def test_fractions_leave_next_to_nothing_and_whole_shares_offer_them() -> None:
    _, whole, blocks = await told("shopping_list", "again")
    _, parts, others = await told("shopping_list", "again fractions")
    assert any(isinstance(block, Choices) for block in blocks)
    assert not any(isinstance(block, Choices) for block in others)
    cash = Decimal(parts["cash_wanted"])
    assert Decimal(parts["left"]) - cash < Decimal("0.02") <= Decimal(whole["left"]) - cash
    assert "Not every broker sells parts." in table(others, "shopping_list").caption


@pytest.mark.slow
async def test_too_little_for_a_share_and_lines_too_small_are_named() -> None:
    _, found, blocks = await told("shopping_list", "again", **TINY)
    assert not found["lines"]
    assert isinstance(blocks[0], Text)
    assert "Too little money for one share of: Shares of" in blocks[0].text
    _, found, blocks = await told("shopping_list", "again minimum=2000")
    assert found["too_small"] == ["Shares of emerging countries (iShares MSCI Emerging Markets)"]
    assert "below $2,000: Shares of emerging" in table(blocks, "shopping_list").caption


@pytest.mark.slow
async def test_the_plan_stands_beside_seven_other_mixes_in_table_and_picture() -> None:
    result, found, blocks = await told("compare")
    rows = table(blocks, "comparison").rows
    assert len(rows) == 8
    assert [row["expected_return"] for row in rows[:3]] == [item["expected_return"] for item in result["comparison"]]
    assert rows[0]["shares"] == pytest.approx(sum(h["weight"] for h in result["holdings"] if h["group"] == "equity"))
    picture = chart(blocks).picture
    assert isinstance(picture, FrontierPlot)
    assert [(v, r) for _, v, r in picture.points] == [
        (point["volatility"], point["expected_return"]) for point in found["frontier"]["points"]
    ]
    letters = [label for label, _, _ in picture.points if len(label) == 1]
    assert letters == [row["name"][0] for row in rows[3:]] == list("ABCDE")
    assert "No method has been shown to beat the simple mixes" in " ".join(texts(tuple(blocks)))


@pytest.mark.slow
async def test_the_methods_keep_to_the_limits_of_the_plan() -> None:
    _, found = await examined("strategies", exclusions=("emerging_equity",))
    for name, weights in found["weights"].items():
        assert sum(weights.values()) == pytest.approx(1.0), name
        assert "EEM" not in weights, name
        assert min(weights.values()) > 0, name
    by_risk = {point["name"]: point["volatility"] for point in found["frontier"]["points"]}
    assert by_risk["min_volatility"] == min(by_risk.values())


@pytest.mark.slow
async def test_the_calmest_plan_can_be_taken_over_where_there_is_one() -> None:
    _, found, blocks = await told("calmest", target_amount=Decimal(55000))
    assert found["wanted_return"] is not None
    assert any(isinstance(block, Choices) for block in blocks)
    assert EXAMINED["calmest"].facts(found) == {"what_if": [["wanted_return", "set", found["wanted_return"]]]}
    _, found, blocks = await told("calmest", target_amount=Decimal(10**7))
    assert found["wanted_return"] is None
    assert not any(isinstance(block, Choices) for block in blocks)
    assert EXAMINED["calmest"].facts(found) == {}
    assert not any(isinstance(block, Notice) for block in blocks)
