from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.domain.investor import RiskProfile
from advisor.optimizer.choose import choose
from advisor.optimizer.constraints import default_constraints
from advisor.optimizer.dust import LEAST_WEIGHT, without_dust
from advisor.optimizer.moments import estimate
from advisor.optimizer.solve import trace
from tests.market_fixtures import market_snapshot

MOMENTS = estimate(market_snapshot())
LIMITS = default_constraints(MOMENTS.classes)
FRONTIER = trace(MOMENTS, LIMITS)
EQUITY = MOMENTS.equity


def profile(budget: float = 0.4, cap: float = 1.0) -> RiskProfile:
    return RiskProfile(50, 40, 60, 50, 50, "balanced", budget, cap, None, ())


def mix(**weights: float) -> np.ndarray:
    return MOMENTS.vector(weights)


def test_a_crumb_goes_to_the_larger_holdings_of_its_kind() -> None:
    before = mix(USEQ=0.30, DMEQ=0.20, EMEQ=0.005, TSHORT=0.295, CASH=0.20)
    moved, reasons = without_dust(before, MOMENTS, LIMITS, profile())
    assert moved @ EQUITY == pytest.approx(before @ EQUITY)
    assert moved[MOMENTS.symbols.index("EMEQ")] == 0
    assert moved[0] / moved[1] == pytest.approx(1.5)
    assert reasons[0].key == "choice.dust"
    assert reasons[0].values == {"symbols": "EMEQ", "weight": pytest.approx(0.005)}


def test_a_crumb_of_shares_beside_none_becomes_something_calmer() -> None:
    before = mix(USEQ=0.008, TSHORT=0.592, TMED=0.20, CASH=0.20)
    moved, _ = without_dust(before, MOMENTS, LIMITS, profile(cap=0.008))
    assert moved @ EQUITY == 0
    assert moved.sum() == pytest.approx(1.0)


def test_where_there_is_no_room_the_crumb_stays_and_nothing_is_recorded() -> None:
    before = mix(USEQ=0.60, DMEQ=0.35, TSHORT=0.005, EMEQ=0.045)
    cap = float(before @ EQUITY)
    moved, reasons = without_dust(before, MOMENTS, LIMITS, profile(cap=cap))
    assert np.array_equal(moved, before)
    assert reasons == ()


def test_whole_holdings_stay_as_they_are() -> None:
    before = mix(USEQ=0.5, TSHORT=0.3, CASH=0.2)
    moved, reasons = without_dust(before, MOMENTS, LIMITS, profile())
    assert np.array_equal(moved, before)
    assert reasons == ()


@settings(max_examples=150, deadline=None)
@given(st.floats(0.0, 0.4), st.floats(0.0, 1.0))
def test_rounding_keeps_the_limits_and_the_exact_targets(budget: float, cap: float) -> None:
    chosen = choose(FRONTIER, MOMENTS, profile(budget, cap))
    weights = MOMENTS.vector(chosen.weights)
    assert weights @ EQUITY <= max(cap, float(chosen.exact @ EQUITY)) + 3e-4
    assert chosen.cvar <= max(budget, 0.0) + 4e-4
    assert (weights[:-1] <= np.maximum(LIMITS.upper, chosen.exact)[:-1] + 1e-4).all()
    dust = [reason for reason in chosen.reasons if reason.key == "choice.dust"]
    if dust:
        assert min(chosen.weights.values()) >= LEAST_WEIGHT - 1e-4
        assert 0 < float(dust[0].values["weight"]) < 0.07
