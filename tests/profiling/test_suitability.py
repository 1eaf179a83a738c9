"""The risk profile: the more cautious side rules, need never counts, and saving can come first."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Answers, GoalKind, Reason, RiskProfile
from advisor.profiling import RISK_SLOTS, assess, cvar_budget, equity_cap, load, risk_word, with_budget

PLAN_RETURN = 0.06
LADDERS = [load()[slot].ids for slot in RISK_SLOTS]
SAVER = Answers(
    GoalKind.GROWTH,
    12,
    "USD",
    Decimal(20_000),
    Decimal(300),
    risk=tuple(ladder[2] for ladder in LADDERS),
    loss_limit=0.3,
)


def option(slot: str) -> st.SearchStrategy[str]:
    return st.sampled_from(load()[slot].ids)


people = st.builds(
    Answers,
    goal=st.sampled_from(GoalKind),
    horizon_years=st.floats(0, 50),
    currency=st.just("USD"),
    initial_amount=st.just(Decimal(1000)),
    monthly_amount=st.just(Decimal(100)),
    wanted_return=st.none() | st.floats(0, 0.3),
    debt_rate=st.floats(0, 0.3),
    emergency_fund_months=st.floats(0, 24),
    income_stability=option("income_stability"),
    share_of_savings=option("share_of_savings"),
    early_need=option("early_need"),
    loss_limit=st.none() | st.floats(0, 1),
    risk=st.tuples(*(option(slot) for slot in RISK_SLOTS)),
    experience=option("experience"),
)


def profile(answers: Answers) -> RiskProfile:
    return assess(answers, PLAN_RETURN)


@given(people)
def test_the_ceiling_is_the_more_cautious_side_and_everything_is_bounded(answers: Answers) -> None:
    result = profile(answers)
    assert result.ceiling == min(result.willingness, result.capacity)
    assert 0 <= result.ceiling <= 100
    assert 0 <= result.cvar_budget <= 0.35
    assert 0 <= result.equity_cap <= 0.9
    if answers.loss_limit is not None:
        assert result.cvar_budget <= answers.loss_limit


@given(people)
def test_the_same_answers_give_the_same_profile(answers: Answers) -> None:
    assert profile(answers) == profile(replace(answers))


@given(people, st.floats(0, 20), st.floats(0, 20))
def test_more_time_and_a_larger_buffer_never_lower_ceiling_or_caps(
    answers: Answers, years: float, months: float
) -> None:
    better = replace(
        answers,
        horizon_years=answers.horizon_years + years,
        emergency_fund_months=answers.emergency_fund_months + months,
    )
    before, after = profile(answers), profile(better)
    assert after.ceiling >= before.ceiling - 1e-9
    assert after.cvar_budget >= before.cvar_budget - 1e-9
    assert after.equity_cap >= before.equity_cap - 1e-9


@given(people, st.tuples(*[st.integers(0, 3)] * 5), st.tuples(*[st.integers(0, 3)] * 5))
def test_bolder_consistent_answers_never_lower_the_ceiling(
    answers: Answers, first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    shy = replace(answers, risk=tuple(LADDERS[i][min(first[i], second[i])] for i in range(5)))
    keen = replace(answers, risk=tuple(LADDERS[i][max(first[i], second[i])] for i in range(5)))
    low, high = profile(shy), profile(keen)
    if not low.contradictions and not high.contradictions:
        assert low.ceiling <= high.ceiling + 1e-9


@given(people, st.decimals(1, 10**9), st.floats(0, 1))
def test_wanting_or_needing_more_never_raises_the_risk(answers: Answers, target: Decimal, wanted: float) -> None:
    calm, keen = (
        profile(replace(answers, wanted_return=None)),
        profile(replace(answers, target_amount=target, wanted_return=wanted)),
    )
    assert (keen.ceiling, keen.cvar_budget, keen.equity_cap) == (calm.ceiling, calm.cvar_budget, calm.equity_cap)


@pytest.mark.parametrize(
    ("years", "share"), [(0, 0), (2, 0), (3.5, 0.15), (5, 0.3), (10, 0.6), (12.5, 0.7), (15, 0.8), (20, 0.9), (40, 0.9)]
)
def test_equity_cap_follows_its_line(years: float, share: float) -> None:
    assert equity_cap(years) == pytest.approx(share)


@pytest.mark.parametrize(("score", "budget"), [(0, 0.02), (50, 0.185), (100, 0.35), (-5, 0.02), (120, 0.35)])
def test_loss_budget_is_linear_and_bounded(score: float, budget: float) -> None:
    assert cvar_budget(score) == pytest.approx(budget)


@pytest.mark.parametrize(
    ("score", "word"),
    [(0, "cautious"), (19.9, "cautious"), (20, "balanced"), (50, "growth"), (79.9, "growth"), (80, "bold")],
)
def test_words_change_at_20_50_and_80(score: float, word: str) -> None:
    assert risk_word(score) == word


def test_a_tight_loss_limit_sets_budget_and_word() -> None:
    result = profile(replace(SAVER, loss_limit=0.05))
    assert result.cvar_budget == 0.05
    assert result.word == "cautious"
    assert "budget.loss_limit" in {reason.key for reason in result.reasons}


def test_hardly_any_loss_and_bold_answers_contradict() -> None:
    bold = replace(SAVER, risk=tuple(ladder[3] for ladder in LADDERS), loss_limit=0.02, wanted_return=0.15)
    result = profile(bold)
    assert ("loss_limit", "risk_3") in result.contradictions
    assert ("loss_limit", "wanted_return") in result.contradictions
    assert result.word == "cautious"


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ({}, None),
        ({"goal": GoalKind.EMERGENCY}, "emergency"),
        ({"emergency_fund_months": 0.5}, "buffer"),
        ({"emergency_fund_months": 1.0}, None),
        ({"debt_rate": 0.19}, "debt"),
        ({"debt_rate": PLAN_RETURN}, None),
        ({"debt_rate": 0.19, "emergency_fund_months": 0.0}, "buffer"),
    ],
)
def test_what_comes_before_investing(change: dict[str, Any], first: str | None) -> None:
    result = profile(replace(SAVER, **change))
    assert result.save_first == first
    assert (first is not None) == any(reason.key.startswith("save_first.") for reason in result.reasons)


def test_the_binding_side_is_named_first() -> None:
    assert profile(replace(SAVER, horizon_years=3)).reasons[0].key == "ceiling.capacity"
    assert (
        profile(replace(SAVER, horizon_years=30, risk=tuple(s[0] for s in LADDERS))).reasons[0].key
        == "ceiling.willingness"
    )


@pytest.mark.parametrize("limit", [-0.1, 1.5, float("nan")])
def test_an_impossible_loss_limit_is_refused(limit: float) -> None:
    with pytest.raises(InvalidInput) as caught:
        profile(replace(SAVER, loss_limit=limit))
    assert caught.value.field == "loss_limit"


def test_a_smaller_budget_brings_its_word_and_stands_with_the_other_limits() -> None:
    profile = assess(replace(SAVER, loss_limit=0.1), plan_return=0.05)
    smaller = with_budget(profile, 0.04, Reason("budget.worst_year", {"limit": 0.1, "worst": 0.2}))
    assert smaller.cvar_budget == 0.04
    assert smaller.word == "cautious"
    keys = [reason.key for reason in smaller.reasons[:3]]
    assert keys[0].startswith("ceiling.")
    assert keys[1:] == ["budget.loss_limit", "budget.worst_year"]
