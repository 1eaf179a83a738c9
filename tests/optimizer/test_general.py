"""The solver of last resort agrees with the exact ones, and is asked only where it may be."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from advisor.domain.errors import SolverFailed
from advisor.optimizer.constraints import box
from advisor.optimizer.general import GeneralProblem, general_weights
from advisor.optimizer.solve import EXACT, GENERAL
from advisor.optimizer.strategies import Task, allocate, allocate_with_general
from advisor.optimizer.strategies.chain import first_accepted
from tests.optimizer.problems import drawn_estimates

pytestmark = pytest.mark.slow  # the libraries take seconds to load

KNOWN = drawn_estimates(np.random.default_rng(8), 6)
LIMITS = box(np.zeros(6), np.full(6, 0.4))


@pytest.mark.parametrize(
    ("strategy", "target"),
    [
        ("min_volatility", 0.0),
        ("max_sharpe", 0.0),
        ("efficient_return", 0.05),
        ("efficient_risk", 0.15),
        ("black_litterman", 2.5),
    ],
)
def test_it_finds_what_the_exact_solver_finds(strategy: str, target: float) -> None:
    excess = KNOWN.mean - KNOWN.risk_free
    task = Task(KNOWN, LIMITS, target_return=target + KNOWN.risk_free, target_volatility=target)
    if strategy == "black_litterman":
        task = replace(task, estimates=replace(KNOWN, mean_method="black_litterman"))
    bounds = (LIMITS.lower, LIMITS.upper, LIMITS.rows, LIMITS.limits)
    problem = GeneralProblem(strategy, excess, KNOWN.covariance, *bounds, None, None, target)
    again = pickle.loads(pickle.dumps(problem))  # noqa: S301  our own: it travels to a process
    assert general_weights(again) == pytest.approx(allocate(strategy, task).weights, abs=2e-4)


def test_it_keeps_a_limit_on_turnover() -> None:
    held = np.eye(6)[1]
    bounds = (np.zeros(6), np.ones(6), np.zeros((0, 6)), np.zeros(0))
    problem = GeneralProblem("min_volatility", KNOWN.mean, KNOWN.covariance, *bounds, held, 0.2, 0.0)
    assert np.abs(general_weights(problem) - held).sum() / 2 == pytest.approx(0.2, abs=1e-6)
    with pytest.raises(ValueError, match="turnover"):
        general_weights(replace(problem, strategy="max_sharpe"))
    with pytest.raises(ValueError, match="tea_leaves"):
        general_weights(replace(problem, strategy="tea_leaves"))


def test_it_stands_last_and_is_not_asked_where_another_answered() -> None:
    found = allocate_with_general("max_sharpe", Task(KNOWN, LIMITS))
    assert [attempt.solver for attempt in found.tried] == [EXACT]
    assert found.weights.tobytes() == allocate("max_sharpe", Task(KNOWN, LIMITS)).weights.tobytes()


def test_an_answer_that_is_not_optimal_is_sharpened_or_refused_and_all_is_recorded() -> None:
    best = np.array([0.5, 0.5])

    def judge(weights: np.ndarray) -> float:
        return float(np.abs(weights - best).max())

    def broken() -> list[np.ndarray]:
        raise ValueError("no luck")

    attempts = [("first", broken), (GENERAL, lambda: [np.array([0.4, 0.6])])]
    found = first_accepted(attempts, lambda _: best, judge)
    assert [(a.solver, a.outcome) for a in found.tried] == [
        ("first", "ValueError: no luck"),
        (GENERAL, "ok, sharpened"),
    ]
    with pytest.raises(SolverFailed) as caught:
        first_accepted(attempts, lambda weights: weights, judge)
    assert caught.value.details["tried"][1] == (GENERAL, "not optimal: residual 1e-01")
