from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.optimizer.conic import solve_log, solve_quadratic, solve_risk_limit
from advisor.optimizer.optimality import Limits, LogProgramme, Programme, polished, residual

LONG_ONLY = Limits(np.ones((1, 3)), np.ones(1), -np.eye(3), np.zeros(3))


def _spread(generator: np.random.Generator, count: int) -> np.ndarray:
    root = generator.standard_normal((count, count + 2))
    return root @ root.T


def test_a_quadratic_with_a_limit_that_binds_is_solved() -> None:
    programme = Programme(np.diag([1.0, 2.0, 4.0]), np.array([0.0, 0.0, 5.0]), LONG_ONLY)
    point = solve_quadratic(programme)
    assert point.values == pytest.approx([2 / 3, 1 / 3, 0.0], abs=1e-8)
    assert point.multipliers[2] > 1.0  # the third would be held short
    exact = polished(programme, point.values, point.multipliers)
    assert exact == pytest.approx([2 / 3, 1 / 3, 0.0], abs=1e-15)


def test_limits_that_contradict_one_another_are_told_by_the_solvers_own_word() -> None:
    none = Limits(np.ones((1, 2)), np.ones(1), np.eye(2), np.full(2, 0.3))
    with pytest.raises(RuntimeError, match="Infeasible"):
        solve_quadratic(Programme(np.eye(2), np.zeros(2), none))


def test_the_most_gain_within_a_limit_on_risk_lies_on_it() -> None:
    root = np.diag([0.1, 0.2, 0.4])
    found = solve_risk_limit(np.array([0.02, 0.05, 0.09]), root, 0.2, LONG_ONLY).values
    assert np.linalg.norm(root @ found) == pytest.approx(0.2, abs=1e-8)
    assert found.sum() == pytest.approx(1.0, abs=1e-9)


def test_logarithms_share_the_risk() -> None:
    spread = np.diag([0.01, 0.04, 0.16])
    cone = Limits(np.zeros((0, 3)), np.zeros(0), -np.eye(3), np.zeros(3))
    programme = LogProgramme(spread, np.full(3, 1 / 3), cone)
    found = solve_log(programme)
    exact = polished(programme, found.values, found.multipliers)
    assert exact / exact.sum() == pytest.approx(np.array([4, 2, 1]) / 7, abs=1e-14)


@settings(max_examples=50)
@given(st.integers(0, 10_000), st.integers(2, 8))
def test_sharpening_ends_where_the_conditions_hold(seed: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    rows = np.vstack([-np.eye(count), generator.standard_normal((1, count))])
    middle = np.full(count, 1 / count)
    limits = Limits(np.ones((1, count)), np.ones(1), rows, np.append(np.zeros(count), rows[-1] @ middle + 0.1))
    programme = Programme(_spread(generator, count), generator.standard_normal(count), limits)
    near = solve_quadratic(programme)
    exact = polished(programme, near.values, near.multipliers)
    assert residual(programme.gradient(exact), 1.0, limits, exact) < 1e-12


def test_the_residual_sees_a_point_that_is_not_optimal_and_one_that_breaks_a_limit() -> None:
    programme = Programme(np.diag([1.0, 2.0, 4.0]), np.zeros(3), LONG_ONLY)
    best = np.array([4, 2, 1]) / 7
    assert residual(programme.gradient(best), 1.0, LONG_ONLY, best) < 1e-15
    even = np.full(3, 1 / 3)
    assert residual(programme.gradient(even), 1.0, LONG_ONLY, even) > 0.1
    outside = np.array([1.2, 0.0, -0.2])
    assert residual(programme.gradient(outside), 1.0, LONG_ONLY, outside) >= 0.2


def test_the_residual_wants_multipliers_of_the_right_sign() -> None:
    corner = np.array([0.0, 0.0, 1.0])  # at two limits, but the objective falls on the way inside
    programme = Programme(np.diag([1.0, 2.0, 4.0]), np.zeros(3), LONG_ONLY)
    assert residual(programme.gradient(corner), 1.0, LONG_ONLY, corner) > 0.5


def test_no_modelling_layer_is_loaded_for_any_strategy() -> None:
    code = (
        "import sys, numpy as np\n"
        "from advisor.optimizer.constraints import box\n"
        "from advisor.optimizer.strategies import STRATEGIES, Task, allocate\n"
        "from tests.optimizer.problems import drawn_estimates\n"
        "from dataclasses import replace\n"
        "known = drawn_estimates(np.random.default_rng(0), 4, 60)\n"
        "limits = replace(box(np.zeros(4), np.full(4, 0.5)), held=np.full(4, 0.25), turnover=0.2)\n"
        "for name in STRATEGIES:\n"
        "    allocate(name, Task(known, limits, target_return=float(known.mean.mean()), target_volatility=0.5))\n"
        "print([name for name in ('pandas', 'pypfopt', 'cvxpy', 'sklearn', 'skfolio') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
