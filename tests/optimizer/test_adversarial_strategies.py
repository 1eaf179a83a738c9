"""Ill-natured problems for every strategy: a valid portfolio or an error that names the cause, no other exception, no warning.

`SOAK_ADVERSARIAL` is how many problems are drawn, each given to one strategy after the other in turn.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from advisor.domain.errors import InfeasibleConstraints, InvalidInput, NotEnoughHistory, SmartInvestError
from advisor.optimizer.constraints import Constraints, box
from advisor.optimizer.strategies import STRATEGIES, Task, allocate
from tests.optimizer.problems import NAMES, drawn_estimates, estimates_of, names_of
from tests.promises import Promise, soak_count

PROBLEMS = soak_count("SOAK_ADVERSARIAL", 400)
NAMED = (InfeasibleConstraints, InvalidInput, NotEnoughHistory)
LARGE = 500


def _covariance(generator: np.random.Generator, count: int) -> np.ndarray:
    """Ordinary, of one factor, singular, with copies, with a riskless asset, huge, tiny or of mixed scale, zero, or none at all."""
    kind = int(generator.integers(20))
    factors = generator.standard_normal((count, 1 if kind == 1 else max(1, count // 2) if kind == 2 else count + 3))
    if kind == 10:
        factors = factors * 10.0 ** generator.uniform(-4, 0, (count, 1))
    matrix = factors @ factors.T * 0.01
    if kind in {3, 11} and count > 1:
        matrix[1], matrix[:, 1] = matrix[0], matrix[:, 0]
        matrix[1, 1] = matrix[0, 0]
    if kind in {4, 11}:
        matrix[0, :] = matrix[:, 0] = 0.0
    if kind == 5:
        matrix *= 10.0 ** generator.integers(-12, 8)
    if kind == 6:
        matrix = matrix * 0.0
    if kind == 7:
        matrix[0, -1] = matrix[-1, 0] = generator.choice([np.nan, np.inf, 10.0])
    if kind == 8:
        matrix = np.full((count, count), 0.04)
    return matrix


def _mean(generator: np.random.Generator, count: int) -> np.ndarray:
    kind = int(generator.integers(12))
    if kind == 0:
        return np.full(count, generator.choice([0.02, 0.03]))
    if kind == 1:
        return 0.02 - np.abs(generator.standard_normal(count))  # all below the risk-free rate
    if kind == 2:
        return np.repeat(generator.standard_normal((count + 1) // 2), 2)[:count] * 0.05
    if kind == 3:
        return generator.standard_normal(count) * 10.0 ** generator.integers(-9, 7)
    mean = generator.standard_normal(count) * 0.05
    if kind == 4:
        mean[int(generator.integers(count))] = np.nan
    return mean


def _limits(generator: np.random.Generator, count: int) -> Constraints:
    kind = int(generator.integers(10))
    lower, upper = np.zeros(count), np.ones(count)
    if kind == 1:
        upper = generator.uniform(0, 2.5 / count, count)
    if kind == 2:
        lower = generator.uniform(0, 1.5 / count, count)
    if kind == 3:
        upper[generator.random(count) < 0.5] = 0.0
    if kind == 4:
        lower = upper = generator.dirichlet(np.ones(count))
    if kind == 5:
        upper = lower + generator.uniform(-0.2, 0.5, count)
    if kind == 6:
        lower = np.where(generator.random(count) < 0.3, generator.dirichlet(np.ones(count)), 0.0)
        upper = np.where(lower > 0, lower, 1.0)
    rows = generator.choice([-1.0, 0.0, 1.0], (int(generator.choice([0, 0, 0, 1, 2, 3])), count))
    room = generator.choice([0.0, 0.2, 0.5, -0.1], len(rows))
    held, turnover = None, None
    if generator.random() < 0.25:
        held, turnover = generator.dirichlet(np.ones(count)), float(generator.choice([0.0, 0.05, 0.3, 1.0]))
    return Constraints(lower, upper, rows, room, names_of(count), names_of(len(rows), "rule"), (), held, turnover)


def _returns(generator: np.random.Generator, count: int) -> np.ndarray:
    """Past returns: ordinary, constant prices, a column without figures, or hardly any."""
    kind = int(generator.integers(6))
    returns = generator.standard_normal((int(generator.choice([5, 30, 80])), count)) * 0.02
    if kind == 0:
        returns[:, int(generator.integers(count))] = 0.0
    if kind == 1:
        returns[:] = 0.0
    if kind == 2:
        returns[:, int(generator.integers(count))] = np.nan
    if kind == 3:
        returns[:, -1] = returns[:, 0]
    return returns


def _task(generator: np.random.Generator, count: int) -> Task:
    covariance = _covariance(generator, count)
    estimates = estimates_of(_mean(generator, count), covariance, _returns(generator, count), 0.02)
    budgets = generator.choice([0.0, 0.5, 1.0, np.nan], count) if generator.random() < 0.05 else None
    return Task(
        estimates,
        _limits(generator, count),
        target_return=float(generator.choice([-1.0, 0.02, 0.05, 1e3, np.inf], p=[0.22, 0.35, 0.35, 0.05, 0.03])),
        target_volatility=float(generator.choice([-1.0, 0.0, 0.05, 0.2, 1.0, 1e3])),
        risk_budgets=budgets,
        level=float(generator.choice([0.5, 0.95, 1.0], p=[0.3, 0.67, 0.03])),
    )


def _kept(strategy: str, task: Task) -> str:
    """What became of a problem: "portfolio" after the checks, else the error's name."""
    try:
        found = allocate(strategy, task)
    except SmartInvestError as error:
        assert isinstance(error, NAMED), (strategy, error.details)  # noqa: PT017  which error is the point
        assert error.message  # noqa: PT017  as above
        return type(error).__name__
    assert np.isfinite(found.weights).all()
    assert task.constraints.allows(found.weights, 1e-8)
    assert found.residual is None or found.residual <= 1e-8
    assert np.isfinite([found.objective, found.expected_return, found.volatility]).all()
    assert found.tried[-1].outcome.startswith("ok")
    return "portfolio"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_any_problem_ends_in_a_portfolio_or_a_named_error(promise: Promise) -> None:
    outcomes: Counter[str] = Counter()
    for trial in range(PROBLEMS):
        generator = np.random.default_rng([22, trial])
        task = _task(generator, int(generator.integers(1, 13)))
        outcomes[_kept(NAMES[trial % len(NAMES)], task)] += 1
        promise.progress(trial + 1, PROBLEMS, str(dict(outcomes)))
    promise.outcome(
        "ill-natured problems", "strategies", trials=PROBLEMS, acknowledged=outcomes["portfolio"], lost=0, doubled=0
    )
    assert outcomes["portfolio"] > PROBLEMS // 3
    assert set(outcomes) > {"portfolio", "InvalidInput", "InfeasibleConstraints"}


@pytest.mark.slow
@pytest.mark.parametrize("strategy", NAMES)
def test_five_hundred_instruments_are_a_problem_like_any_other(strategy: str) -> None:
    estimates = drawn_estimates(np.random.default_rng(1), LARGE, periods=60)
    task = Task(estimates, box(np.zeros(LARGE), np.full(LARGE, 0.1)), target_return=0.08, target_volatility=0.12)
    assert _kept(strategy, task) == "portfolio"


@pytest.mark.parametrize("strategy", NAMES)
def test_one_instrument_is_held_whole(strategy: str) -> None:
    one = estimates_of(np.array([0.05]), np.array([[0.04]]), np.full((30, 1), 0.01), 0.02)
    found = allocate(strategy, Task(one, box(np.zeros(1), np.ones(1)), target_return=0.03, target_volatility=0.3))
    assert found.weights.tolist() == [1.0]


@pytest.mark.parametrize("strategy", NAMES)
def test_means_below_the_riskless_rate_are_no_error(strategy: str) -> None:
    drawn = drawn_estimates(np.random.default_rng(2), 5)
    poor = estimates_of(drawn.mean - 1.0, drawn.covariance, drawn.returns, 0.02)
    task = Task(poor, box(np.zeros(5), np.ones(5)), target_return=float(poor.mean.min()), target_volatility=0.5)
    found = allocate(strategy, task)
    if strategy == "max_sharpe":
        assert [reason.key for reason in found.reasons] == ["strategy.no_premium"]
        assert found.sharpe is not None
        assert found.sharpe < 0
        assert found.weights == pytest.approx(allocate("min_volatility", task).weights)


@pytest.mark.parametrize("strategy", NAMES)
def test_where_nothing_moves_any_permitted_portfolio_will_do(strategy: str) -> None:
    still = estimates_of(np.array([0.03, 0.05, 0.01]), np.zeros((3, 3)), np.zeros((30, 3)), 0.02)
    task = Task(still, box(np.zeros(3), np.array([0.5, 0.6, 1.0])), target_return=0.03, target_volatility=0.1)
    found = allocate(strategy, task)
    assert found.sharpe is None
    assert found.volatility == 0.0
    if strategy == "max_sharpe":
        assert found.weights == pytest.approx([0.4, 0.6, 0.0])
    if strategy in {"max_sharpe", "risk_parity"}:
        assert [reason.key for reason in found.reasons] == ["strategy.riskless"]


def test_every_strategy_is_tried() -> None:
    assert set(NAMES) == set(STRATEGIES)
