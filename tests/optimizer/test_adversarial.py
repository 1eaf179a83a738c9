"""A seeded sample of ill-natured problems: each ends in a valid portfolio or in an error that names the cause."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from advisor.domain.errors import (
    InfeasibleConstraints,
    InvalidInput,
    NotEnoughHistory,
    SmartInvestError,
    SolverFailed,
)
from advisor.domain.investor import RiskProfile
from advisor.domain.market import AssetClass, MarketSnapshot
from advisor.optimizer.choose import choose
from advisor.optimizer.constraints import Constraints, default_constraints
from advisor.optimizer.moments import Moments, estimate
from advisor.optimizer.solve import solve
from tests.market_fixtures import market_snapshot
from tests.promises import soak_count

pytestmark = pytest.mark.slow  # many solves

EXAMPLES = soak_count("SOAK_ADVERSARIAL", 300)
NAMED = (InfeasibleConstraints, InvalidInput, NotEnoughHistory, SolverFailed)
SNAPSHOT = market_snapshot(years=4)
BASE = estimate(SNAPSHOT)


def _covariance(generator: np.random.Generator, count: int) -> np.ndarray:
    """Ordinary, singular, of one factor, with copies, with a riskless asset, of huge or tiny scale, or not a covariance."""
    kind = int(generator.integers(9))
    factors = generator.standard_normal((count, 1 if kind == 1 else max(1, count // 2) if kind == 2 else count + 3))
    matrix = factors @ factors.T * 0.01
    if kind == 3 and count > 1:
        matrix[1], matrix[:, 1] = matrix[0], matrix[:, 0]
        matrix[1, 1] = matrix[0, 0]
    if kind == 4:
        matrix[0, :] = matrix[:, 0] = 0.0
    if kind == 5:
        matrix *= 10.0 ** generator.integers(-12, 8)
    if kind == 6:
        matrix = matrix * 0.0
    if kind == 7:
        matrix[0, -1] = matrix[-1, 0] = generator.choice([np.nan, np.inf, 10.0])
    return matrix


def _mean(generator: np.random.Generator, count: int) -> np.ndarray:
    kind = int(generator.integers(7))
    if kind == 0:
        return np.full(count, 0.03)
    if kind == 1:
        return -np.abs(generator.standard_normal(count))  # every mean below the bill
    if kind == 2:
        return np.repeat(generator.standard_normal((count + 1) // 2), 2)[:count] * 0.05
    if kind == 3:
        return generator.standard_normal(count) * 1e6
    mean = generator.standard_normal(count) * 0.05
    if kind == 4:
        mean[int(generator.integers(count))] = np.nan
    return mean


def _limits(generator: np.random.Generator, count: int) -> Constraints:
    kind = int(generator.integers(6))
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
    rows = generator.choice([-1.0, 0.0, 1.0], (int(generator.integers(4)), count))
    room = generator.choice([0.0, 0.2, 0.5, -0.1], len(rows))
    names = tuple(f"cap.{i}" for i in range(count))
    return Constraints(lower, upper, rows, room, names, tuple(f"rule.{i}" for i in range(len(rows))))


def _problem(generator: np.random.Generator) -> tuple[Moments, Constraints]:
    count = int(generator.integers(1, 13))
    classes = tuple(generator.choice(np.array([item.value for item in AssetClass], object), count))
    mean = _mean(generator, count)
    moments = replace(
        BASE,
        symbols=tuple(f"S{i}" for i in range(count)),
        classes=tuple(AssetClass(item) for item in classes),
        mean=mean,
        forward=np.nan_to_num(mean),
        covariance=_covariance(generator, count),
        prior=np.full(count, 1 / count),
        cash_column=count - 1,
    )
    return moments, _limits(generator, count)


def _snapshot(generator: np.random.Generator) -> MarketSnapshot:
    levels = SNAPSHOT.levels.copy()
    for column in range(7):
        kind = int(generator.integers(10))
        if kind == 0:
            levels[:, column] = np.nan
        elif kind == 1:
            levels[:, column] = 50.0
        elif kind == 2:
            levels[: -int(generator.integers(2, 400)), column] = np.nan
        elif kind == 3:
            levels[:, column] = levels[:, 0]
        elif kind == 4 and generator.random() < 0.3:
            levels[int(generator.integers(len(levels))), column] = generator.choice([0.0, -5.0, np.inf, 1e9])
    return replace(SNAPSHOT, levels=levels)


@pytest.mark.parametrize("block", range(10))
def test_ill_natured_problems_end_in_a_portfolio_or_a_named_error(block: int) -> None:
    generator = np.random.default_rng([20, block])
    solved = 0
    for _ in range(EXAMPLES // 10):
        moments, limits = _problem(generator)
        try:
            frontier = solve(moments, limits).frontier
            profile = RiskProfile(50, 40, 60, 50, 50, "x", float(generator.uniform(0, 0.4)), 0.9, None, ())
            chosen = choose(frontier, moments, profile)
        except SmartInvestError as error:
            assert isinstance(error, NAMED)  # noqa: PT017  the point is which error it is, and a portfolio is fine too
            assert error.message  # noqa: PT017  as above
            continue
        solved += 1
        assert np.isfinite(frontier.weights).all()
        assert all(limits.allows(corner) for corner in frontier.weights)
        assert sum(round(10_000 * weight) for weight in chosen.weights.values()) == 10_000
        assert np.isfinite([chosen.expected_return, chosen.volatility, chosen.cvar]).all()
    assert solved > 0


@pytest.mark.parametrize("block", range(3))
def test_ill_natured_markets_end_in_a_portfolio_or_a_named_error(block: int) -> None:
    generator = np.random.default_rng([21, block])
    for _ in range(EXAMPLES // 30):
        try:
            moments = estimate(_snapshot(generator))
            frontier = solve(moments, default_constraints(moments.classes)).frontier
        except SmartInvestError as error:
            assert isinstance(error, NAMED)  # noqa: PT017  as above
            continue
        assert np.isfinite(moments.covariance).all()
        assert np.isfinite(moments.mean).all()
        assert all(frontier.constraints.allows(corner) for corner in frontier.weights)
