"""Several goals: who is served first, what they share, and the view of all of them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.domain.errors import InvalidInput
from advisor.domain.money import Money
from advisor.profiling import assess
from advisor.profiling.goals import Claim, Position, allocate, combined, shared_facts
from tests.drawn_answers import answers

cents = st.integers(0, 10**9).map(lambda number: Money(Decimal(number) / 100, "USD"))
claims_drawn = st.lists(st.tuples(st.integers(1, 3), st.booleans(), cents), max_size=6).map(
    lambda drawn: [Claim(f"goal-{index}", *fields) for index, fields in enumerate(drawn)]
)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


@given(claims_drawn, cents)
def test_all_money_is_shared_out_and_nobody_gets_more_than_was_asked(claims: list[Claim], available: Money) -> None:
    given_out, left = allocate(claims, available)
    assert sum((share.amount for share in given_out.values()), left.amount) == available.amount
    assert left.amount >= 0
    wanted = {claim.goal_id: claim.needed.amount for claim in claims}
    assert all(0 <= share.amount <= wanted[goal] for goal, share in given_out.items())
    if left.amount > 0:
        assert {goal: share.amount for goal, share in given_out.items()} == wanted


@given(claims_drawn, cents)
def test_a_goal_served_later_gets_nothing_while_an_earlier_one_lacks(claims: list[Claim], available: Money) -> None:
    given_out, _ = allocate(claims, available)
    for first in claims:
        lacks = given_out[first.goal_id].amount < first.needed.amount
        behind = [c for c in claims if (not c.essential, c.priority) > (not first.essential, first.priority)]
        assert not lacks or all(given_out[c.goal_id].amount == 0 for c in behind)


@given(claims_drawn, cents, cents)
def test_more_money_never_gives_a_goal_less_beyond_a_rounding(claims: list[Claim], one: Money, more: Money) -> None:
    before, _ = allocate(claims, one)
    after, _ = allocate(claims, one + more)
    slack = Decimal("0.01") * len(claims)
    assert all(after[goal].amount >= share.amount - slack for goal, share in before.items())


def test_essential_goals_come_first_and_equals_share_in_proportion() -> None:
    claims = [
        Claim("boat", 1, False, usd("500")),
        Claim("school", 2, True, usd("300")),
        Claim("roof", 2, True, usd("100")),
    ]
    given_out, left = allocate(claims, usd("200"))
    assert given_out == {"school": usd("150"), "roof": usd("50"), "boat": usd("0")}
    assert left.amount == 0


def test_money_that_does_not_fit_is_refused() -> None:
    for claims in (
        [Claim("a", 1, True, usd("-1"))],
        [Claim("a", 1, True, Money(Decimal(1), "EUR"))],
        [Claim("a", 1, True, usd("1"))] * 2,
    ):
        with pytest.raises(InvalidInput):
            allocate(claims, usd("10"))


def test_one_buffer_and_one_income_serve_all_goals_and_savings_add_up() -> None:
    home = answers(emergency_fund_months=6.0, share_of_savings="half", income_stability="very_steady")
    boat = answers(emergency_fund_months=2.0, share_of_savings="half", income_stability="variable", debt_rate=0.04)
    shared = shared_facts([home, boat])
    assert {item.emergency_fund_months for item in shared} == {2.0}
    assert {item.debt_rate for item in shared} == {0.04}
    assert {item.income_stability for item in shared} == {"variable"}
    assert {item.share_of_savings for item in shared} == {"all"}
    assert shared_facts([replace(home, share_of_savings="small")] * 2)[0].share_of_savings == "half"


@given(
    st.lists(
        st.tuples(st.floats(0, 12), st.sampled_from(["small", "half", "most", "all"]), st.floats(0, 0.2)),
        min_size=1,
        max_size=4,
    )
)
def test_another_goal_never_raises_the_room_for_risk(drawn: list[tuple[float, str, float]]) -> None:
    goals = [answers(emergency_fund_months=m, share_of_savings=s, debt_rate=d) for m, s, d in drawn]
    for alone, together in zip(goals, shared_facts(goals), strict=True):
        assert assess(together, 0.05).capacity <= assess(alone, 0.05).capacity + 1e-9


SYMBOLS = ("A", "B", "CASH")
MEANS = np.array([0.07, 0.03, 0.01])
COVARIANCE = np.array([[0.04, 0.002, 0.0], [0.002, 0.0025, 0.0], [0.0, 0.0, 1e-6]])
unit = st.floats(0.01, 1.0)


@given(st.lists(st.tuples(unit, unit, unit, st.integers(0, 10**6)), min_size=1, max_size=4))
def test_the_joint_mix_is_that_of_all_the_money_and_no_riskier_than_its_parts(
    drawn: list[tuple[float, float, float, int]],
) -> None:
    positions = [
        Position(
            f"g{i}", i, False, usd(str(value)), {s: w / (a + b + c) for s, w in zip(SYMBOLS, (a, b, c), strict=True)}
        )
        for i, (a, b, c, value) in enumerate(drawn)
    ]
    view = combined(positions, SYMBOLS, MEANS, COVARIANCE)
    assert view.total.amount == sum(value for *_, value in drawn)
    if view.total.amount == 0:
        assert (view.weights, view.volatility) == ({}, 0.0)
        return
    assert sum(view.weights.values()) == pytest.approx(1.0)
    parts = [combined([item], SYMBOLS, MEANS, COVARIANCE) for item in positions]
    shares = [share for _, _, share, _ in view.goals]
    assert view.volatility <= sum(s * p.volatility for s, p in zip(shares, parts, strict=True)) + 1e-12
    assert view.expected_return == pytest.approx(sum(s * p.expected_return for s, p in zip(shares, parts, strict=True)))


def test_the_view_lists_goals_as_they_are_served_with_their_chances() -> None:
    boat = Position("boat", 1, False, usd("1000"), {"A": 1.0}, 0.4)
    school = Position("school", 2, True, usd("3000"), {"B": 1.0}, 0.9)
    view = combined([boat, school], SYMBOLS, MEANS, COVARIANCE)
    assert [(goal, share, chance) for goal, _, share, chance in view.goals] == [
        ("school", 0.75, 0.9),
        ("boat", 0.25, 0.4),
    ]
    assert view.weights == {"A": 0.25, "B": 0.75}
    with pytest.raises(InvalidInput):
        combined([replace(boat, weights={"GOLD": 1.0})], SYMBOLS, MEANS, COVARIANCE)
    with pytest.raises(InvalidInput):
        combined([], SYMBOLS, MEANS, COVARIANCE)
