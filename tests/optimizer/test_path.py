"""The closed form of the choice against a search over the path of advice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.analysis.risk import CVAR_FACTOR
from advisor.domain.market import Floats
from advisor.optimizer.constraints import default_constraints
from advisor.optimizer.frontier import volatilities_of
from advisor.optimizer.moments import estimate
from advisor.optimizer.path import Path, path_of
from advisor.optimizer.solve import trace
from tests.market_fixtures import market_snapshot

MOMENTS = estimate(market_snapshot())
FRONTIER = trace(MOMENTS, default_constraints(MOMENTS.classes))
PATH = Path(FRONTIER, MOMENTS)
PLACES = np.linspace(0.0, 1.0, 20_001)
WEIGHTS = PATH.line.at_positions(PLACES)


def _losses(weights: Floats) -> Floats:
    losses: Floats = CVAR_FACTOR * volatilities_of(weights, MOMENTS.covariance) - weights @ MOMENTS.forward
    return losses


losses, equity, means = _losses(WEIGHTS), WEIGHTS @ MOMENTS.equity, WEIGHTS @ MOMENTS.forward


@settings(max_examples=300)
@given(st.floats(-0.01, 0.4), st.floats(0.0, 1.0))
def test_the_highest_place_is_that_of_a_search(budget: float, cap: float) -> None:
    good = np.flatnonzero((losses <= budget) & (equity <= cap))
    found = PATH.highest(budget, cap)
    if found is None:
        assert len(good) == 0
        return
    position, weights = found
    assert _losses(weights[None, :])[0] <= budget + 1e-9
    assert weights @ MOMENTS.equity <= cap + 1e-9
    assert weights.sum() == pytest.approx(1.0)
    if len(good):
        assert PLACES[good[-1]] <= position + 1e-9
    nearly = np.flatnonzero(
        (losses <= budget + 1e-9) & (equity <= cap + 1e-9)
    )  # shares may stand still along a stretch
    assert len(nearly) == 0 or position - PLACES[nearly[-1]] <= 1e-4
    assert np.allclose(PATH.line.at(position), weights, atol=1e-7)


@settings(max_examples=300)
@given(st.floats(-0.01, 0.4), st.floats(0.0, 1.0), st.floats(0.0, 0.1))
def test_the_lowest_place_for_a_wish_is_that_of_a_search(budget: float, cap: float, wanted: float) -> None:
    good = np.flatnonzero((losses <= budget) & (equity <= cap) & (means >= wanted))
    found = PATH.lowest(wanted, budget, cap)
    if found is None:
        assert len(good) == 0
        return
    position, weights = found
    assert weights @ MOMENTS.forward >= wanted - 1e-9
    assert _losses(weights[None, :])[0] <= budget + 1e-9
    if len(good):
        assert position <= PLACES[good[0]] + 1e-9


def test_a_path_is_prepared_once_for_a_frontier_and_its_moments() -> None:
    assert path_of(FRONTIER, MOMENTS) is path_of(FRONTIER, MOMENTS)
    assert path_of(FRONTIER, estimate(market_snapshot())) is not path_of(FRONTIER, MOMENTS)


def test_a_single_portfolio_is_its_own_path() -> None:
    cash = trace(MOMENTS, default_constraints(MOMENTS.classes, ("equity", "bond"), cash_cap=1.0))
    found = Path(cash, MOMENTS).highest(1.0, 1.0)
    assert found is not None
    assert found[0] == 0.0
    assert found[1][MOMENTS.cash_column] == pytest.approx(1.0)
