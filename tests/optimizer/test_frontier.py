from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from advisor.domain.errors import SolverFailed
from advisor.optimizer.constraints import box, default_constraints
from advisor.optimizer.frontier import Frontier, assemble
from advisor.optimizer.moments import estimate
from advisor.optimizer.solve import Problem, trace, trace_exact
from tests.market_fixtures import market_snapshot
from tests.published import published

MOMENTS = estimate(market_snapshot())
FRONTIER = trace(MOMENTS, default_constraints(MOMENTS.classes))


def _cla10() -> Problem:
    paper = published("cla10")
    upper = np.zeros((10, 10))
    for i, row in enumerate(paper["cov_upper_rows"]):
        upper[i, i:] = row
    covariance = upper + np.triu(upper, 1).T
    return Problem(tuple("ABCDEFGHIJ"), np.array(paper["mu"]), covariance, box(np.zeros(10), np.ones(10)))


def test_the_ten_published_corners_come_out() -> None:
    frontier, paper = trace_exact(_cla10()), published("cla10")
    expected = np.array(paper["corners_return_risk_lambda"])[::-1]
    assert frontier.exact
    assert frontier.returns == pytest.approx(expected[:, 0], abs=1e-6)
    assert frontier.volatilities == pytest.approx(expected[:, 1], abs=1e-6)
    assert frontier.calmest == pytest.approx(paper["minvar_w"], abs=1e-6)


def test_the_published_portfolio_of_the_highest_sharpe_ratio_lies_on_the_line() -> None:
    frontier, paper = trace_exact(_cla10()), published("cla10")
    weights = np.array(paper["max_sharpe_w"])
    value = float(weights @ frontier.mean)
    assert frontier.at_return(value) == pytest.approx(weights, abs=1e-6)
    ratio = value / float(np.sqrt(weights @ frontier.covariance @ weights))
    assert ratio == pytest.approx(paper["max_sharpe_rf0"], rel=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.02, 0.98))
def test_a_point_between_corners_equals_its_own_solve(position: float) -> None:
    weights = FRONTIER.at(position)
    answer = minimize(
        lambda w: 1e4 * w @ MOMENTS.covariance @ w,
        FRONTIER.at(min(1.0, position + 0.01)),
        jac=lambda w: 2e4 * MOMENTS.covariance @ w,
        bounds=list(zip(FRONTIER.constraints.lower, FRONTIER.constraints.upper, strict=True)),
        constraints=[
            {"type": "eq", "fun": lambda w: w.sum() - 1},
            {"type": "ineq", "fun": lambda w: 1e2 * (w - weights) @ MOMENTS.mean},
            {"type": "ineq", "fun": lambda w: FRONTIER.constraints.limits - FRONTIER.constraints.rows @ w},
        ],
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    # SLSQP often ends a little outside the limits, and is calmer by as much; nothing else may be.
    outside = max(
        abs(answer.x.sum() - 1.0),
        1e2 * float((weights - answer.x) @ MOMENTS.mean),
        float((FRONTIER.constraints.rows @ answer.x - FRONTIER.constraints.limits).max()),
        0.0,
    )
    assert outside < 1e-4
    assert weights @ MOMENTS.covariance @ weights <= answer.x @ MOMENTS.covariance @ answer.x * (1 + 1e-8 + 2 * outside)


@given(st.floats(-0.5, 1.5))
def test_every_position_is_a_portfolio_within_its_limits(position: float) -> None:
    weights = FRONTIER.at(position)
    assert FRONTIER.constraints.allows(weights, 1e-9)


@given(st.floats(0, 1))
def test_lookups_by_position_volatility_and_return_agree(position: float) -> None:
    weights = FRONTIER.at(position)
    volatility = MOMENTS.volatility(weights)
    assert FRONTIER.position(volatility) == pytest.approx(position, abs=1e-6)
    assert FRONTIER.at_volatility(volatility) == pytest.approx(weights, abs=1e-5)
    assert FRONTIER.at_return(float(weights @ FRONTIER.mean)) == pytest.approx(weights, abs=1e-6)


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_volatility_never_means_less_return(first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert FRONTIER.at(low) @ FRONTIER.mean <= FRONTIER.at(high) @ FRONTIER.mean + 1e-12


def test_many_investors_get_what_each_would_get_alone() -> None:
    wanted = np.random.default_rng(1).uniform(0.0, 0.25, 10_000)
    found = FRONTIER.look_up(volatilities=wanted)
    assert found.dtype == np.float32
    alone = np.array([FRONTIER.at_volatility(v) for v in wanted[:300]])
    assert np.abs(found[:300] - alone).max() < 1e-5
    values = np.random.default_rng(1).uniform(0.0, 0.08, 5000)
    by_return = FRONTIER.look_up(returns=values)
    assert np.abs(by_return[:300] - [FRONTIER.at_return(v) for v in values[:300]]).max() < 1e-5
    assert np.abs(by_return.sum(axis=1) - 1).max() < 1e-6


@given(st.floats(0.0, 1.0))
def test_the_highest_and_lowest_positions_that_hold_are_found_exactly(edge: float) -> None:
    limit = FRONTIER.volatilities[0] + edge * np.ptp(FRONTIER.volatilities)

    def volatility(weights: np.ndarray) -> np.ndarray:
        return np.sqrt(np.einsum("ij,ij->i", weights @ FRONTIER.covariance, weights))

    below = FRONTIER.highest_where(lambda w: volatility(w) <= limit + 1e-12)
    above = FRONTIER.lowest_where(lambda w: volatility(w) >= limit - 1e-12)
    assert below == pytest.approx(edge, abs=1e-9)
    assert above == pytest.approx(edge, abs=1e-9)
    assert FRONTIER.highest_where(lambda w: volatility(w) < 0) is None
    assert FRONTIER.lowest_where(lambda w: volatility(w) < 0) is None


def test_points_for_a_plot_lie_on_the_line() -> None:
    points = FRONTIER.points(41)
    assert len(points) == 41
    assert points[0] == pytest.approx((FRONTIER.volatilities[0], FRONTIER.returns[0]))
    assert points[-1] == pytest.approx((FRONTIER.volatilities[-1], FRONTIER.returns[-1]))
    for volatility, value in points:
        weights = FRONTIER.at_volatility(volatility)
        assert weights @ FRONTIER.mean == pytest.approx(value)


def test_a_frontier_of_one_point_answers_every_question() -> None:
    single = assemble(
        ("A", "B"), np.array([[0.5, 0.5]]), np.zeros(2), np.eye(2), box(np.zeros(2), np.ones(2)), exact=True
    )
    assert single.at(0.7).tolist() == [0.5, 0.5]
    assert single.at_return(3.0).tolist() == [0.5, 0.5]
    assert single.position(0.1) == 0.0
    assert single.highest_where(lambda w: w[:, 0] > 0) == 0.0
    assert len(single.points(3)) == 3
    assert single.look_up(volatilities=np.array([0.1, 0.9])).tolist() == [[0.5, 0.5]] * 2


def test_corners_outside_their_limits_or_without_numbers_are_refused() -> None:
    limits = box(np.zeros(2), np.array([0.6, 0.6]))
    for corners in (np.array([[0.9, 0.1]]), np.array([[np.nan, 1.0]]), np.zeros((0, 2))):
        clipped_back = corners.size and np.isfinite(corners).all()
        if clipped_back:
            made = assemble(("A", "B"), corners, np.zeros(2), np.eye(2), limits, exact=False)
            assert limits.allows(made.calmest)
        else:
            with pytest.raises(SolverFailed):
                assemble(("A", "B"), corners, np.zeros(2), np.eye(2), limits, exact=False)


def test_a_frontier_is_the_same_bytes_again() -> None:
    again = trace(estimate(market_snapshot()), default_constraints(MOMENTS.classes))
    assert isinstance(again, Frontier)
    assert again.weights.tobytes() == FRONTIER.weights.tobytes()
