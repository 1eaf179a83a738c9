"""When the short form stops: capacity binds for every completion, or what is left moves equities by less than ten points."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.domain.investor import Answers, RiskProfile
from advisor.optimizer.choose import choose
from advisor.optimizer.constraints import default_constraints
from advisor.optimizer.moments import estimate
from advisor.optimizer.solve import solve
from advisor.profiling import RISK_SLOTS, assess, capacity, contradictions, is_settled, load, reach, withdraw
from advisor.profiling.adaptive import MOST_MOVED
from advisor.services.plan.basis import Basis
from tests.drawn_answers import BOLD, STEADY, answers, basis
from tests.universe_market import universe_snapshot

LADDERS = [load()[slot].ids for slot in RISK_SLOTS]


def option(slot: str) -> st.SearchStrategy[str]:
    return st.sampled_from(load()[slot].ids)


@st.composite
def begun(draw: st.DrawFn, least: int = 0) -> tuple[Answers, tuple[str, ...]]:
    """Answers with the first few questions about risk answered or skipped, and the slots still open."""
    asked = draw(st.integers(least, 4))
    risk = tuple(draw(st.sampled_from(["", *LADDERS[index]])) for index in range(asked))
    person = answers(
        horizon_years=draw(st.floats(0.1, 40)),
        risk=(*risk, *[""] * (5 - asked)),
        debt_rate=draw(st.sampled_from([0.0, 0.0, 0.03, 0.06, 0.2])),
        emergency_fund_months=draw(st.floats(1, 12)),
        loss_limit=draw(st.none() | st.floats(0, 0.6)),
        wanted_return=draw(st.none() | st.floats(0, 0.1)),
        early_need=draw(option("early_need")),
        experience="through_a_crash",
        defaulted=tuple(slot for slot, given_option in zip(RISK_SLOTS, risk, strict=False) if not given_option),
    )
    return person, RISK_SLOTS[asked:]


def completions(person: Answers, left: tuple[str, ...]) -> list[Answers]:
    """Every way to answer what is left, and of those that disagree every way to settle a pair of questions about risk."""
    said = person.risk[: 5 - len(left)]
    complete = [replace(person, risk=(*said, *more)) for more in product(*LADDERS[5 - len(left) :])]
    settled_ones = [
        withdraw(item, slot)
        for item in complete
        for pair in contradictions(item)
        for slot in pair
        if slot in RISK_SLOTS
    ]
    return [*complete, *settled_ones]


@settings(max_examples=20, deadline=None)
@given(begun(least=2))
def test_the_reach_holds_the_ceiling_of_every_completion(case: tuple[Answers, tuple[str, ...]]) -> None:
    person, left = case
    found = reach(person, left)
    ceilings = [assess(item, 1.0).ceiling for item in completions(person, left)]
    assert found.low - 1e-9 <= min(ceilings)
    assert max(ceilings) <= found.high + 1e-9


@settings(max_examples=20, deadline=None)
@given(begun(least=2))
def test_what_was_left_out_counts_with_its_most_careful_answers_and_the_interval_holds_all_of_them(
    case: tuple[Answers, tuple[str, ...]],
) -> None:
    person, left = case
    used = assess(replace(person, not_asked=left), 1.0)
    others = [assess(item, 1.0).willingness for item in completions(person, left)]
    assert used.willingness <= min(others) + 1e-9
    assert used.willingness_low <= min(others) + 1e-9
    assert max(others) <= used.willingness_high + 1e-9
    reasons = {reason.values["slot"] for reason in used.reasons if reason.key == "willingness.not_needed"}
    assert reasons == set(left)
    effects = [reason.effect for reason in used.reasons if reason.key.startswith("willingness.")]
    assert 50 + sum(effects) == pytest.approx(used.willingness)


@cache
def _world(name: str) -> Basis:
    if name == "sample":
        return basis()
    moments = estimate(universe_snapshot(name))
    return Basis(universe_snapshot(name), moments, solve(moments, default_constraints(moments.classes, ())))


def equities(profile: RiskProfile, world: Basis, wanted: float | None) -> float:
    free = replace(profile, save_first=None)
    choice = choose(world.solution.frontier, world.moments, free, wanted)
    return float(choice.exact @ world.moments.equity)


@pytest.mark.slow
@pytest.mark.parametrize("world", ["sample", "us_etf_usd", "ucits_eur", "india_inr", "china_a"])
@settings(max_examples=25, deadline=None)
@given(begun())
def test_a_stop_is_within_ten_points_of_equities_of_every_completion(
    world: str, case: tuple[Answers, tuple[str, ...]]
) -> None:
    person, left = case
    if not is_settled(person, left):
        return
    market = _world(world)
    for experience in ("none", "through_a_crash"):
        stopped = replace(person, experience=experience, not_asked=left)
        held = equities(assess(stopped, 1.0), market, person.wanted_return)
        asked = {
            assess(replace(item, experience=experience), 1.0).ceiling: replace(item, experience=experience)
            for item in completions(person, left)
        }
        shares = [equities(assess(item, 1.0), market, person.wanted_return) for item in asked.values()]
        assert np.abs(np.array(shares) - held).max() <= MOST_MOVED


@pytest.mark.parametrize(
    ("changes", "asked", "stops"),
    [
        ({"horizon_years": 1.0}, 0, True),  # next to nothing may be in equities
        ({"horizon_years": 40.0, "loss_limit": 0.02}, 0, True),  # the stated limit leaves no room
        ({"horizon_years": 40.0}, 0, False),
        ({"horizon_years": 40.0, "emergency_fund_months": 12.0}, 4, False),
        ({"horizon_years": 6.0, "risk": BOLD}, 3, True),  # capacity binds whatever comes
        ({"horizon_years": 3.5, "debt_rate": 0.05, "loss_limit": 0.08}, 0, False),  # the debt might go first or not
        ({"horizon_years": 3.5, "debt_rate": 0.3, "loss_limit": 0.02}, 0, True),  # it goes first in any case
    ],
)
def test_when_it_stops(changes: dict[str, Any], asked: int, stops: bool) -> None:
    person = answers(experience="through_a_crash", **({"risk": STEADY, "debt_rate": 0.0} | changes))
    person = replace(person, risk=(*person.risk[:asked], *[""] * (5 - asked)))
    assert is_settled(person, RISK_SLOTS[asked:]) is stops


def test_nothing_left_is_settled_and_capacity_that_binds_is_told_as_such() -> None:
    assert is_settled(answers(horizon_years=40.0), ())
    person = answers(horizon_years=6.0, risk=(*STEADY[:4], ""), not_asked=("risk_5",))
    profile = assess(person, 0.05)
    assert profile.ceiling == pytest.approx(capacity(person).score)
    assert profile.reasons[0].key == "ceiling.capacity"
    careful = assess(replace(person, risk=("avoids", "cancel", "uneasy", "no_swing", "")), 0.05)
    assert careful.reasons[0].key == "ceiling.bound"
