from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from advisor.domain.errors import InfeasibleConstraints, InvalidInput, SolverFailed
from advisor.optimizer.constraints import Constraints, box, default_constraints
from advisor.optimizer.general import efficient_points
from advisor.optimizer.moments import estimate
from advisor.optimizer.solve import EXACT, GENERAL, from_general, problem_of, solve, trace_exact
from tests.market_fixtures import market_snapshot

MOMENTS = estimate(market_snapshot())
LIMITS = default_constraints(MOMENTS.classes)


def _no_answer(*_: np.ndarray) -> np.ndarray:
    raise ValueError("no answer today")


def test_the_exact_solver_answers_and_is_recorded() -> None:
    solution = solve(MOMENTS, LIMITS, general=_no_answer)
    assert [(a.solver, a.outcome) for a in solution.tried] == [(EXACT, "ok")]
    assert solution.frontier.exact


def test_the_general_solver_draws_the_same_frontier() -> None:
    problem = problem_of(MOMENTS, LIMITS)
    exact = trace_exact(problem)
    points = efficient_points(*problem.arrays())
    assert pickle.loads(pickle.dumps(efficient_points)) is efficient_points  # noqa: S301  our own function
    general = from_general(problem, points)
    assert not general.exact
    for position in np.linspace(0, 1, 11):
        value = float(general.at(float(position)) @ MOMENTS.mean)
        ours, theirs = (MOMENTS.volatility(f.at_return(value)) for f in (exact, general))
        assert ours <= theirs + 1e-9
        assert theirs == pytest.approx(ours, abs=3e-4)


def test_means_that_are_all_equal_fall_to_one_calm_portfolio() -> None:
    flat = replace(MOMENTS, mean=np.full(7, 0.03))
    solution = solve(flat, LIMITS)
    assert solution.frontier.volatilities[-1] - solution.frontier.volatilities[0] < 1e-6
    assert solution.frontier.calmest == pytest.approx(solve(MOMENTS, LIMITS).frontier.calmest, abs=1e-5)


def test_an_excluded_instrument_changes_nothing_but_its_own_weight() -> None:
    out = default_constraints(MOMENTS.classes, ("emerging_equity",))
    frontier = solve(MOMENTS, out).frontier
    assert not frontier.weights[:, 2].any()
    keep = [0, 1, 3, 4, 5, 6]
    smaller = replace(
        MOMENTS,
        symbols=tuple(MOMENTS.symbols[i] for i in keep),
        classes=tuple(MOMENTS.classes[i] for i in keep),
        mean=MOMENTS.mean[keep],
        covariance=MOMENTS.covariance[np.ix_(keep, keep)],
    )
    without = solve(smaller, default_constraints(smaller.classes)).frontier
    assert frontier.weights[:, keep] == pytest.approx(without.weights, abs=1e-9)


def test_a_holding_that_must_stay_shifts_the_optimum_of_the_others() -> None:
    covariance = np.array([[0.04, 0.03, 0.0], [0.03, 0.04, 0.0], [0.0, 0.0, 0.04]])
    small = replace(MOMENTS, symbols=("A", "B", "C"), mean=np.array([0.05, 0.05, 0.04]), covariance=covariance)
    held = box(np.array([0.4, 0.0, 0.0]), np.array([0.4, 1.0, 1.0]))
    calm = solve(small, held).frontier.calmest
    assert calm[0] == pytest.approx(0.4)
    # d/dx of the variance of (0.4, x, 0.6 - x): 0.03 x 0.4 + 0.04 x = 0.04 (0.6 - x)
    assert calm[1] == pytest.approx((0.04 * 0.6 - 0.03 * 0.4) / 0.08, abs=1e-9)


def test_everything_fixed_or_one_left_free_is_one_portfolio() -> None:
    small = replace(MOMENTS, symbols=("A", "B"), mean=np.array([0.05, 0.04]), covariance=np.eye(2))
    fixed = solve(small, box(np.array([0.3, 0.7]), np.array([0.3, 0.7]))).frontier
    assert fixed.weights.tolist() == [[0.3, 0.7]]
    free = solve(small, box(np.array([0.3, 0.0]), np.array([0.3, 1.0]))).frontier
    assert free.weights[0] == pytest.approx([0.3, 0.7])


# A small problem with tied means and ratio rules, whose highest corner is degenerate: cvxcla 2.7.1 leaves a rule and says so.
TIED = replace(
    MOMENTS,
    symbols=tuple("ABCD"),
    mean=np.array([0.0, 0.0, 0.0, 0.1]),
    covariance=np.array(
        [
            [0.046, -0.025, -0.04, 0.021],
            [-0.025, 0.036, -0.013, -0.037],
            [-0.04, -0.013, 0.126, 0.0],
            [0.021, -0.037, 0.0, 0.07],
        ]
    ),
)
TIED_LIMITS = Constraints(
    np.array([0.0, 0.0, 0.08, 0.1]),
    np.array([0.3, 0.2, 0.9, 0.5]),
    np.array([[-0.5, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, -0.5]]),
    np.zeros(2),
    tuple("ABCD"),
    ("D to A", "B to D"),
)


def test_when_both_solvers_give_up_their_answers_are_told() -> None:
    with pytest.raises(SolverFailed) as caught:
        solve(TIED, TIED_LIMITS, general=_no_answer)
    solvers = [name for name, _ in caught.value.details["tried"]]
    assert solvers == [EXACT, GENERAL]
    assert "no answer today" in caught.value.details["tried"][1][1]


def test_where_the_exact_solver_fails_the_general_one_answers_and_both_are_recorded() -> None:
    solution = solve(TIED, TIED_LIMITS)
    assert [a.solver for a in solution.tried] == [EXACT, GENERAL]
    assert solution.tried[0].outcome.startswith("FeasibilityError")
    assert solution.tried[1].outcome == "ok"
    assert not solution.frontier.exact
    assert all(TIED_LIMITS.allows(corner) for corner in solution.frontier.weights)


@pytest.mark.parametrize(
    "change",
    [
        {"mean": np.full(7, np.nan)},
        {"mean": np.zeros(3)},
        {"covariance": np.full((7, 7), np.inf)},
        {"covariance": np.triu(np.ones((7, 7)))},
        {"covariance": -np.eye(7)},
    ],
)
def test_moments_that_are_none_are_refused_by_name(change: dict[str, np.ndarray]) -> None:
    with pytest.raises(InvalidInput):
        solve(replace(MOMENTS, **change), LIMITS)  # type: ignore[arg-type]


def test_limits_of_another_universe_or_without_a_portfolio_are_refused() -> None:
    with pytest.raises(InvalidInput):
        solve(MOMENTS, box(np.zeros(3), np.ones(3)))
    with pytest.raises(InfeasibleConstraints):
        solve(MOMENTS, box(np.zeros(7), np.full(7, 0.1)))


def test_rows_that_never_bind_do_not_change_the_frontier() -> None:
    idle = Constraints(
        LIMITS.lower,
        LIMITS.upper,
        np.vstack([LIMITS.rows, np.ones((1, 7))]),
        np.append(LIMITS.limits, 5.0),
        LIMITS.upper_names,
        (*LIMITS.row_names, "idle"),
    )
    assert solve(MOMENTS, idle).frontier.weights == pytest.approx(solve(MOMENTS, LIMITS).frontier.weights)
