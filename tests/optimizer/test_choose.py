from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import RiskProfile
from advisor.optimizer.choose import choose
from advisor.optimizer.constraints import default_constraints
from advisor.optimizer.glide import glide_path
from advisor.optimizer.moments import estimate
from advisor.optimizer.path import advice_path
from advisor.optimizer.rounding import rounded
from advisor.optimizer.solve import trace
from tests.market_fixtures import market_snapshot

MOMENTS = estimate(market_snapshot())
FRONTIER = trace(MOMENTS, default_constraints(MOMENTS.classes))
BUDGETS = st.floats(0.0, 0.4)
CAPS = st.floats(0.0, 1.0)


def profile(budget: float = 0.2, cap: float = 0.9, save_first: str | None = None) -> RiskProfile:
    return RiskProfile(50, 40, 60, 50, 50, "balanced", budget, cap, save_first, ())


def equity_cap(years: float) -> float:
    return float(np.interp(years, (2, 5, 10, 15, 20), (0, 0.3, 0.6, 0.8, 0.9)))


@given(BUDGETS, CAPS)
def test_a_choice_is_a_portfolio_within_the_profile(budget: float, cap: float) -> None:
    chosen = choose(FRONTIER, MOMENTS, profile(budget, cap))
    assert sum(round(10_000 * weight) for weight in chosen.weights.values()) == 10_000
    assert all(weight > 0 for weight in chosen.weights.values())
    weights = MOMENTS.vector(chosen.weights)
    assert weights @ MOMENTS.equity <= cap + 3e-4
    assert chosen.cvar <= max(budget, 0.0) + 3e-4
    assert (weights[:6] <= FRONTIER.constraints.upper[:6] + 1e-4).all()  # cash alone may exceed its cap
    assert chosen.reasons
    assert sum(chosen.risk_shares.values()) == pytest.approx(1.0)


@given(BUDGETS, BUDGETS, CAPS)
def test_a_larger_budget_never_chooses_less_risk(first: float, second: float, cap: float) -> None:
    low, high = sorted((first, second))
    calm, bold = (choose(FRONTIER, MOMENTS, profile(budget, cap)) for budget in (low, high))
    assert MOMENTS.volatility(calm.exact) <= MOMENTS.volatility(bold.exact) + 1e-6


@given(BUDGETS, CAPS, CAPS)
def test_a_larger_equity_cap_never_chooses_fewer_equities(budget: float, first: float, second: float) -> None:
    low, high = sorted((first, second))
    few, many = (choose(FRONTIER, MOMENTS, profile(budget, cap)).exact @ MOMENTS.equity for cap in (low, high))
    assert few <= many + 1e-6


@settings(max_examples=200)
@given(st.floats(2, 20), st.floats(0.02, 0.35))
def test_a_month_more_moves_no_weight_by_more_than_a_point(years: float, budget: float) -> None:
    now, later = (choose(FRONTIER, MOMENTS, profile(budget, equity_cap(y))).exact for y in (years, years + 1 / 12))
    assert np.abs(later - now).max() <= 0.01


@settings(max_examples=200)
@given(st.floats(0.02, 0.35), CAPS)
def test_a_slightly_larger_budget_moves_weights_slightly(budget: float, cap: float) -> None:
    now, later = (choose(FRONTIER, MOMENTS, profile(b, cap)).exact for b in (budget, budget + 1e-5))
    assert np.abs(later - now).max() <= 0.005


def test_what_holds_the_choice_down_is_named() -> None:
    assert choose(FRONTIER, MOMENTS, profile(0.1, 0.9)).capped_by == "loss_budget"
    assert choose(FRONTIER, MOMENTS, profile(0.35, 0.3)).capped_by == "horizon"
    boldest = choose(FRONTIER, MOMENTS, profile(1.0, 1.0))
    assert boldest.capped_by == "boldest"
    assert boldest.position == 1.0
    assert boldest.binding
    assert boldest.exact == pytest.approx(FRONTIER.boldest)


def test_the_loss_budget_is_used_to_the_full() -> None:
    chosen = choose(FRONTIER, MOMENTS, profile(0.15, 1.0))
    assert chosen.cvar == pytest.approx(0.15, abs=2e-4)
    assert chosen.cvar == pytest.approx(2.0627128 * chosen.volatility - chosen.expected_return)


def test_too_small_a_budget_is_met_with_cash_and_recorded() -> None:
    chosen = choose(FRONTIER, MOMENTS, profile(0.005, 0.9))
    assert chosen.weights["CASH"] > 0.30
    assert chosen.position < 0.1
    mixed = next(r for r in chosen.reasons if r.key == "choice.mixed_with_cash")
    assert 0 < float(mixed.values["cash_added"]) < 1


def test_a_budget_that_cash_itself_breaks_ends_in_cash() -> None:
    poor = replace(MOMENTS, forward=np.full(7, -0.01))
    chosen = choose(FRONTIER, poor, profile(0.0, 0.9))
    assert chosen.weights == {"CASH": 1.0}


def test_a_horizon_too_short_for_equities_trims_them_into_cash_alone() -> None:
    chosen = choose(FRONTIER, MOMENTS, profile(0.35, 0.0))
    assert "USEQ" not in chosen.weights
    assert chosen.weights["TSHORT"] == pytest.approx(FRONTIER.calmest[3], abs=1e-4)
    assert any(r.key == "choice.equity_trimmed" for r in chosen.reasons)
    assert chosen.capped_by == "horizon"


@pytest.mark.parametrize("why", ["emergency", "debt", "buffer"])
def test_saving_first_means_cash_alone_and_says_why(why: str) -> None:
    chosen = choose(FRONTIER, MOMENTS, profile(save_first=why))
    assert chosen.weights == {"CASH": 1.0}
    assert chosen.capped_by == "save_first"
    assert chosen.reasons[0].values == {"why": why}


@given(st.floats(0.0, 0.1), st.floats(0.05, 0.35))
def test_a_wanted_return_is_met_by_the_calmest_point_or_said_to_be_out_of_reach(wanted: float, budget: float) -> None:
    ceiling = choose(FRONTIER, MOMENTS, profile(budget))
    chosen = choose(FRONTIER, MOMENTS, profile(budget), wanted)
    assert chosen.volatility <= ceiling.volatility + 1e-4
    missed = [r for r in chosen.reasons if r.key == "wanted_return.out_of_reach"]
    if missed:
        assert float(missed[0].values["ceiling_return"]) < wanted
        assert chosen.weights == ceiling.weights
        return
    assert chosen.exact @ MOMENTS.forward >= wanted - 1e-6
    assume(chosen.capped_by == "wanted_return" and chosen.position > 0.02)
    calmer = advice_path(FRONTIER, MOMENTS.equity).at(chosen.position - 0.01)
    assert calmer @ MOMENTS.forward < wanted


def test_each_holding_says_what_it_is_for() -> None:
    chosen = choose(FRONTIER, MOMENTS, profile(0.15))
    purposes = [r for r in chosen.reasons if r.key.startswith("purpose.")]
    assert {r.values["symbol"] for r in purposes} == set(chosen.weights)
    assert [r.effect for r in purposes] == sorted((r.effect for r in purposes), reverse=True)


def test_a_frontier_of_another_universe_or_a_wish_without_a_number_is_refused() -> None:
    with pytest.raises(InvalidInput):
        choose(replace(FRONTIER, symbols=("X",)), MOMENTS, profile())
    with pytest.raises(InvalidInput):
        choose(FRONTIER, MOMENTS, profile(), float("nan"))


def test_the_same_profile_gets_the_same_bytes() -> None:
    assert choose(FRONTIER, MOMENTS, profile()).exact.tobytes() == choose(FRONTIER, MOMENTS, profile()).exact.tobytes()


@given(st.floats(0, 1))
def test_the_path_of_advice_is_within_the_limits_and_hardly_riskier_than_the_frontier(position: float) -> None:
    path = advice_path(FRONTIER, MOMENTS.equity)
    weights = path.at(position)
    assert FRONTIER.constraints.allows(weights, 1e-9)
    best = MOMENTS.volatility(FRONTIER.at_return(float(weights @ FRONTIER.mean)))
    assert best <= MOMENTS.volatility(weights) + 1e-9
    assert MOMENTS.volatility(weights) <= best + 0.0025


def test_a_frontier_without_equities_is_its_own_path() -> None:
    bonds = trace(MOMENTS, default_constraints(MOMENTS.classes, ("equity",), cash_cap=1.0))
    assert advice_path(bonds, MOMENTS.equity) is bonds


@settings(max_examples=25, deadline=None)
@given(st.floats(0.3, 40), st.floats(0.02, 0.35))
def test_a_glide_path_starts_with_the_plan_and_never_rises(years: float, budget: float) -> None:
    person = profile(budget, equity_cap(years))
    steps = glide_path(FRONTIER, MOMENTS, person, years, cap_at=equity_cap)
    assert steps[0].choice.weights == choose(FRONTIER, MOMENTS, person).weights
    assert len(steps) == max(1, int(np.ceil(years - 1e-9)))
    shares = [step.choice.exact @ MOMENTS.equity for step in steps]
    positions = [step.choice.position for step in steps]
    assert all(later <= earlier + 1e-9 for earlier, later in itertools.pairwise(shares))
    assert all(later <= earlier for earlier, later in itertools.pairwise(positions))
    assert steps[-1].years_left <= 1.0 + 1e-9
    assert shares[-1] == pytest.approx(0.0, abs=1e-9)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12).filter(lambda raw: sum(raw) > 0.1))
def test_rounding_keeps_the_sum_and_moves_no_weight_by_a_step(raw: list[float]) -> None:
    weights = np.array(raw) / sum(raw)
    final = rounded(weights)
    assert int(np.rint(final * 10_000).sum()) == 10_000
    assert np.abs(final - weights).max() < 1e-4 + 1e-12
    assert (final[weights == 0] == 0).all()
