"""What is said about a plan: every figure is the stored one, for many investors, in whole and plain sentences."""

from __future__ import annotations

import re
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.domain.chart import ChartSpec, Donut, Fan, FrontierPlot, Lines
from advisor.domain.investor import Answers, GoalKind
from advisor.domain.reply import Block, Choices, Notice, Table, Text
from advisor.replies import explain
from advisor.replies import plan as plan_words
from advisor.replies.answers import span
from advisor.replies.chances import chance_words
from advisor.replies.format import estimate, in_ten
from advisor.replies.headline import (
    bad_year_amounts,
    glide_words,
    group_percent,
    group_words,
    headline,
    levers_notice,
)
from advisor.replies.views import VIEWS
from advisor.replies.wording import say
from advisor.services.plan.compute import compute
from tests.drawn_answers import BOLD, basis, drawn, plan

LOCALES = ("en", "de-DE")
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
BROKEN = re.compile(
    r"\bnan\b|\bNone\b|[{}]|\binf\b|\bTrue\b|\bFalse\b|(?<![\d.,])1 (?:years|months|points)\b|\.\.|  |\ba_|_[a-z]"
)

NOTHING_FOUND: dict[str, Any] = {
    "horizon": {"longer": None, "shorter": None},
    "score": {"higher": None, "lower": None},
    "answers": [],
    "amount": {"less": None, "more": None},
}


def texts(blocks: tuple[Block | ChartSpec, ...]) -> list[str]:
    said: list[str] = []
    for block in blocks:
        if isinstance(block, Text | Notice):
            said.append(block.text)
        elif isinstance(block, Table):
            said += [block.caption, *(column.label for column in block.columns)]
            said += [str(cell) for row in block.rows for cell in row.values() if isinstance(cell, str)]
        elif isinstance(block, ChartSpec):
            said += [block.title, block.alt]
        elif isinstance(block, Choices):
            said += [option.label for option in block.options]
    return said


def _table(blocks: tuple[Block | ChartSpec, ...], name: str) -> Table:
    return next(block for block in blocks if isinstance(block, Table) and block.name == name)


def _notices(result: dict[str, Any]) -> str:
    return " ".join(block.text for block in plan_words.present(result, "en") if isinstance(block, Notice))


@pytest.mark.parametrize("locale", LOCALES)
@SLOW
@given(drawn())
def test_nothing_unfinished_is_ever_said(locale: str, wanted: Answers) -> None:
    result = compute(wanted, basis(tuple(sorted(wanted.exclusions))))
    shown = [plan_words.present(result, locale), plan_words.rough(result, locale)]
    shown += [view(result, locale, "again") for view in VIEWS.values()]
    for text in (text for blocks in shown for text in texts(blocks)):
        assert text
        assert not BROKEN.search(text), text


@pytest.mark.parametrize("locale", LOCALES)
@SLOW
@given(drawn())
def test_the_plan_and_its_question_take_at_most_60_words(locale: str, wanted: Answers) -> None:
    result = compute(wanted, basis(tuple(sorted(wanted.exclusions))))
    texts = [block.text for block in plan_words.present(result, locale) if isinstance(block, Text)]
    words = " ".join([*texts, say(locale, "ask.confirm_bad_year")]).split(" ")  # a figure and its sign are one word
    assert len(words) <= 60, texts


@SLOW
@given(drawn())
def test_the_three_amounts_of_the_check_differ_and_the_right_one_is_said(wanted: Answers) -> None:
    result = compute(wanted, basis(tuple(sorted(wanted.exclusions))))
    right, wrong = bad_year_amounts(result)
    labels = {plan_words.exact(amount, result, "en") for amount in (right, *wrong)}
    assert len(labels) == 3
    assert f"**{plan_words.exact(right, result, 'en')}**" in headline(result, "en")
    assert abs(float(right) - result["bad_year"]["amount"]) <= max(0.005, 0.5, 0.005 * float(right))
    for other in wrong:
        assert other == right + (other - right) != right
        assert abs(other - right) >= min(right / 4, Decimal("0.01")), (right, wrong)


def test_the_headline_says_the_stored_figures() -> None:
    result = plan()
    groups = {"shares": "equity", "bonds": "bond", "cash": "cash"}
    said = headline(result, "en")
    for count, name in re.findall(r"(\d+)% (shares|bonds|cash)", said):
        stored = sum(h["weight"] for h in result["holdings"] if h["group"] == groups[name])
        assert abs(int(count) - 100 * stored) < 1
    amounts = [float(text.replace(",", "")) for text in re.findall(r"\$([\d,]+)", said)]
    projection = result["projection"]
    stored = [result["bad_year"]["amount"], 20000, projection["target"], projection["bands"]["p50"][-1]]
    assert amounts == pytest.approx(stored, rel=0.005)
    assert f"**{in_ten(projection['chance'])} in 10**" in said


def test_tables_and_pictures_hold_the_same_figures() -> None:
    result = plan()
    blocks = plan_words.present(result, "en")
    charts = {block.name: block for block in blocks if isinstance(block, ChartSpec)}
    donut, fan = charts["allocation"].picture, charts["projection"].picture
    assert isinstance(donut, Donut)
    assert isinstance(fan, Fan)
    rows = _table(blocks, "allocation").rows
    assert [share for _, share, _ in donut.slices] == [row["share"] for row in rows]
    assert [row["share"] for row in rows] == [h["weight"] for h in result["holdings"]]
    assert sum(Decimal(row["amount"]["amount"]) for row in rows) == 20000
    assert {key: list(values) for key, values in fan.bands.items()} == result["projection"]["bands"]
    assert fan.target == result["projection"]["target"]
    for name, block in charts.items():
        assert block.picture.watermark == say("en", "watermark"), name
    compared = _table(blocks, "comparison").rows
    for row, stored in zip(compared, result["comparison"], strict=True):
        assert float(row["bad_year"]["amount"]) == pytest.approx(stored["bad_year_amount"], rel=0.005)
        assert row["expected_return"] == stored["expected_return"]


def test_the_views_draw_what_is_stored() -> None:
    result = plan()
    frontier = next(b for b in VIEWS["frontier"](result, "en", "") if isinstance(b, ChartSpec)).picture
    assert isinstance(frontier, FrontierPlot)
    assert [list(point) for point in frontier.curve] == result["frontier"]["curve"]
    lines = next(b for b in VIEWS["history"](result, "en", "") if isinstance(b, ChartSpec)).picture
    assert isinstance(lines, Lines)
    assert [list(series) for series in asdict(lines)["series"].values()] == list(result["history"]["growth"].values())


@pytest.mark.parametrize("name", [*VIEWS])
def test_every_view_with_figures_names_its_source_once(name: str) -> None:
    said = " ".join(texts(VIEWS[name](plan(goal=GoalKind.RETIREMENT), "en-GB", "")))
    assert said.count("Sample data: real daily prices to 1 July 2016") == 1
    assert "July 1, 2016" not in said


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.sampled_from(["chance", "cell"]))
def test_a_chance_never_reads_as_none_or_all(chance: float, low: float, high: float, form: str) -> None:
    low, chance, high = sorted((low, chance, high))
    said = chance_words({"chance": chance, "chance_low": low, "chance_high": high}, "en", form)
    assert not re.search(r"\b(?:0|10) in 10|\(0 to|to 10\)|\(10 to|to 0\)", said), said
    if chance < 0.05:
        assert "ewer than 1 in 10" in said
    if chance > 0.95:
        assert "ore than 9 in 10" in said


@given(st.lists(st.floats(0.0001, 1), min_size=1, max_size=5))
def test_whole_percents_sum_to_a_hundred(raw: list[float]) -> None:
    kinds = ("equity", "bond", "commodity", "real_estate", "cash")
    shares = {kind: share / sum(raw) for kind, share in zip(kinds, raw, strict=False)}
    assert sum(int(count) for count in re.findall(r"(\d+)%", group_words(shares, "en"))) == 100


def test_levers_are_whole_sentences() -> None:
    result = plan(target_amount=Decimal(80000))
    found = result["projection"]["levers"]
    found |= {"extra_monthly": 100.0, "extra_years": 1, "lower_target": 70000.0}
    said = levers_notice(result, "en")
    assert said is not None
    assert (
        "Any one of these would bring it to 3 in 4: save about $100 more a month; wait up to 1 year longer;"
        in said.text
    )
    found |= {"extra_monthly": None, "extra_years": None}
    said = levers_notice(result, "en")
    assert said is not None
    assert "This would bring it to 3 in 4: aim for about $70,000. Waiting alone may not be enough." in said.text


def test_a_calm_plan_by_wish_is_not_told_that_risk_is_no_answer() -> None:
    hopeless = {"target_amount": Decimal(10**6)}
    assert "More risk is not the answer." in _notices(plan(**hopeless))
    assert "More risk is not the answer." not in _notices(plan(**hopeless, wanted_return=0.01))


@pytest.mark.parametrize("changes", [{"debt_rate": 0.19}, {"emergency_fund_months": 0.0}])
def test_saving_first_promises_no_goal_and_says_what_comes_after(changes: dict[str, Any]) -> None:
    result = plan(target_amount=Decimal(10**6), **changes)
    said, notices = headline(result, "en"), _notices(result)
    assert said.startswith("For now, **100% cash.**")
    assert f"After that, your answers point to **{group_words(result['later'], 'en')}**" in said
    assert "in 10" not in said
    assert "off track" not in notices
    chart = next(b for b in plan_words.present(result, "en") if isinstance(b, ChartSpec) and b.name == "projection")
    assert chart.title == "If it all stayed in cash"


def test_a_debt_is_named_also_where_the_cushion_comes_first() -> None:
    notices = _notices(plan(emergency_fund_months=0.0, debt_rate=0.19))
    assert "Build a cushion first" in notices
    assert "it costs 19% a year" in notices


def test_cash_is_told_not_to_fall_but_to_be_worth_less() -> None:
    result = plan(goal=GoalKind.EMERGENCY, target_amount=None)
    eaten = result["bad_year"]["eaten_by_prices"]
    assert f"**$0** of $20,000. Rising prices may eat about ${eaten:.0f} of it a year." in headline(result, "en")


@pytest.mark.parametrize("goal", [GoalKind.RETIREMENT, GoalKind.INCOME])
def test_a_plan_that_is_lived_from_says_where_its_picture_ends(goal: GoalKind) -> None:
    assert re.search("The (first )?picture ends when", _notices(plan(goal=goal)))
    assert "picture ends when" not in _notices(plan())


def test_a_middle_below_what_is_paid_in_is_said_and_one_above_is_not() -> None:
    calm = plan(goal=GoalKind.EMERGENCY, target_amount=None)
    paid = estimate("en", calm["projection"]["paid_in"][-1], "USD")
    assert calm["projection"]["bands"]["p50"][-1] < calm["projection"]["paid_in"][-1]
    assert f"below the {paid} paid in" in headline(calm, "en")
    assert f"below the {paid} paid in" in _notices(plan(goal=GoalKind.EMERGENCY, target_amount=Decimal(60_000)))
    bold = plan(horizon_years=30.0, risk=BOLD, target_amount=None)
    assert bold["projection"]["bands"]["p50"][-1] > bold["projection"]["paid_in"][-1]
    assert "paid in" not in headline(bold, "en") + _notices(bold)


@pytest.mark.parametrize(
    ("changes", "said"), [({"debt_rate": 0.19}, "debt is paid"), ({"emergency_fund_months": 0.0}, "cushion is set")]
)
def test_an_income_that_waits_says_why_no_payment_is_named(changes: dict[str, Any], said: str) -> None:
    assert said in _notices(plan(goal=GoalKind.INCOME, target_amount=None, **changes))
    assert said not in _notices(plan(goal=GoalKind.HOME, **changes))


@pytest.mark.parametrize("equity", [0.665, 0.664, 0.01])
def test_a_class_alone_in_its_kind_turns_from_the_share_that_the_mix_says(equity: float) -> None:
    result = plan()
    held = [
        {"class": "us_equity", "group": "equity", "weight": equity},
        {"class": "gold", "group": "commodity", "weight": 0.175},
    ]
    held += [{"class": "cash", "group": "cash", "weight": 1 - equity - 0.175}]
    found = {
        **NOTHING_FOUND,
        "amount": {"less": {"what": "mix", "asset_class": "us_equity", "before": equity, "after": 0.5}, "more": None},
    }
    shown = explain.why(result | {"holdings": [h | {"name": "x", "risk_share": 0.1} for h in held]}, found, "en")
    count = group_percent({"holdings": held}, "equity")
    assert f"from {count}% to 50%" in " ".join(texts(shown))


def test_the_way_down_is_told_with_the_stored_shares() -> None:
    result = plan(goal=GoalKind.HOME, horizon_years=15.0, risk=BOLD)
    said = glide_words(result, "en")
    shares = {step["year"]: round(100 * step["equity"]) for step in result["glide"]}
    assert f"{group_percent(result, 'equity')}% now" in said
    assert f"{group_percent(result, 'equity')}% shares" in headline(result, "en")
    for share, year in re.findall(r"(\d+)% in (\d+) years", said):
        assert shares[int(year)] == int(share)
    assert said.endswith("0% in 13 years.")
    assert said in _notices(result)
    assert glide_words(plan(goal=GoalKind.GROWTH), "en") == ""


def test_a_return_out_of_reach_is_said_with_the_plan() -> None:
    assert "You asked for 20% a year. Within your limits, this plan may earn about 3%." in _notices(
        plan(wanted_return=0.2)
    )


def test_why_says_what_holds_the_plan_down() -> None:
    def why(**changes: Any) -> str:
        return " ".join(texts(explain.why(plan(**changes), NOTHING_FOUND, "en")))

    assert "up to your limit for the worst 1 in 20 years" in why()
    assert "at most 60% may be in shares" in why(
        horizon_years=10.0,
        risk=BOLD,
        share_of_savings="small",
        early_need="no",
        emergency_fund_months=12.0,
        experience="long",
        income_stability="very_steady",
    )
    assert "Your limit is a loss of 10%." in why(loss_limit=0.1)
    assert "so the rest is in cash" in why(horizon_years=1.0)
    assert "calmest mix that may earn it" in why(wanted_return=0.02)
    assert "Cash at the most I put into a plan: 30%." in why(wanted_return=0.01)
    assert "from the end of February 2008 to the end of February 2009" in why()


@pytest.mark.parametrize(
    ("years", "said"), [(1 / 12, "1 month"), (0.5, "6 months"), (1, "1 year"), (1.04, "1 year"), (2.5, "2.5 years")]
)
def test_time_is_said_in_whole_words(years: float, said: str) -> None:
    assert span("en", years) == said
