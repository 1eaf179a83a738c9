"""Random problems beside PyPortfolioOpt, skfolio and Riskfolio-Lib, wherever they define the same problem.

`SOAK_PROBLEMS` is how many problems are drawn, and then every strategy is compared with every peer that has it; the sample asks one
peer per strategy and problem, in turn. A difference has a cause with a name, and the causes are counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from advisor.analysis.risk import historical_cvar
from advisor.optimizer.strategies import Allocation, Task, allocate
from advisor.optimizer.strategies.projection import nearest
from advisor.optimizer.strategies.region import Region
from advisor.optimizer.views import DELTA, equilibrium_mean
from tests.optimizer.peers import PEERS, asked
from tests.optimizer.problems import NAMES, drawn_estimates, drawn_limits
from tests.promises import Promise, soak_count

SAMPLE = 40
PROBLEMS = soak_count("SOAK_PROBLEMS", SAMPLE)
COMPARED = tuple(name for name in NAMES if name != "equal_weight")
FEASIBLE = 1e-8
RELATIVE = 1e-8
ALIKE = 1e-3


def _task(generator: np.random.Generator) -> Task:
    """A problem of 2 to 30 instruments, whose columns are in the order that hierarchical risk parity puts them."""
    drawn = drawn_estimates(generator, int(generator.integers(2, 31)), periods=120)
    first = np.lexsort((drawn.covariance.sum(axis=1), np.diag(drawn.covariance)))
    known = replace(
        drawn,
        mean=drawn.mean[first],
        covariance=drawn.covariance[np.ix_(first, first)],
        returns=drawn.returns[:, first],
    )
    plain = Task(known, drawn_limits(generator, len(drawn.mean), turnovers=True))
    calm, bold = allocate("min_volatility", plain), allocate("efficient_risk", replace(plain, target_volatility=9.0))
    share = float(generator.uniform(0.05, 0.95))
    target = calm.expected_return + share * (bold.expected_return - calm.expected_return)
    volatility = calm.volatility + share * (bold.volatility - calm.volatility)
    return replace(plain, target_return=target, target_volatility=volatility)


def _told(strategy: str, task: Task) -> Task:
    """What the peers are told: for Black-Litterman the means that this strategy derives."""
    if strategy != "black_litterman":
        return task
    mean = equilibrium_mean(task.estimates.covariance, task.estimates.prior)
    return replace(task, estimates=replace(task.estimates, mean=mean))


def _worth(strategy: str, task: Task, weights: np.ndarray) -> float:
    """The figure that a strategy minimises, from its definition and not by its code."""
    known = task.estimates
    variance = float(weights @ known.covariance @ weights)
    if strategy in {"min_volatility", "efficient_return"}:
        return variance**0.5
    if strategy == "efficient_risk":
        return -float(known.mean @ weights)
    if strategy == "max_sharpe":
        return -float((known.mean - known.risk_free) @ weights) / variance**0.5
    if strategy == "max_diversification":
        return -float(np.sqrt(np.diag(known.covariance)) @ weights) / variance**0.5
    if strategy == "risk_parity":
        return 0.5 * np.log(variance) - float(np.log(np.maximum(weights, 1e-300)).mean())
    if strategy == "black_litterman":
        mean = equilibrium_mean(known.covariance, known.prior)
        return DELTA / 2 * variance - float(mean @ weights)
    return historical_cvar(known.returns @ weights, task.level)


def _with_its_target(strategy: str, task: Task, weights: np.ndarray) -> Task:
    """The task with the target that a peer reached, where rounding let it miss the one it was given."""
    reached = task.estimates.expected(weights), task.estimates.volatility(weights)
    if strategy == "efficient_return" and reached[0] < task.target_return:
        return replace(task, target_return=reached[0])
    if strategy == "efficient_risk" and reached[1] > task.target_volatility:
        return replace(task, target_volatility=reached[1])
    return task


def _compared(strategy: str, task: Task, ours: Allocation, theirs: np.ndarray) -> str:
    """The cause of a difference, "agrees" without one; asserts that ours is no worse."""
    if strategy == "hrp":  # a procedure without an objective: it is the same portfolio or another procedure
        assert np.abs(ours.weights - theirs).max() < 1e-6
        return "agrees"
    cause = ""
    if not task.constraints.allows(theirs, FEASIBLE):
        theirs, cause = nearest(Region(task.constraints), theirs).weights, "peer outside its limits, projected"
    eased = _with_its_target(strategy, task, theirs)
    if eased is not task:
        ours, cause = allocate(strategy, eased), "peer misses its target by rounding, given the one it reached"
    best, other = _worth(strategy, task, ours.weights), _worth(strategy, task, theirs)
    assert best <= other + RELATIVE * abs(other), (strategy, best, other)
    if np.abs(ours.weights - theirs).max() <= ALIKE:
        return cause or "agrees"
    if strategy == "min_cvar" and other - best <= 1e-7 * abs(best):
        return "linear programme with more than one optimum"
    assert other - best > 1e-9 * abs(best), (strategy, best, other, np.abs(ours.weights - theirs).max())
    return "peer stopped short of the optimum"


def _peers(turn: int) -> tuple[str, ...]:
    names = tuple(PEERS)
    return names if PROBLEMS > SAMPLE else (names[turn % len(names)],)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_peer_finds_a_better_portfolio_and_every_difference_has_a_cause(promise: Promise) -> None:
    causes: Counter[tuple[str, str]] = Counter()
    sharpest = 0.0
    for trial in range(PROBLEMS):
        task = _task(np.random.default_rng([23, trial]))
        for place, strategy in enumerate(COMPARED):
            ours = allocate(strategy, task)
            assert task.constraints.allows(ours.weights, 1e-9)
            sharpest = max(sharpest, ours.residual or 0.0)
            for name in _peers(trial + place):
                theirs = asked(name, strategy, _told(strategy, task))
                if theirs is not None:
                    causes[name, _compared(strategy, task, ours, theirs)] += 1
        promise.progress(trial + 1, PROBLEMS, f"{dict(causes)} residual {sharpest:.0e}")
    compared = sum(causes.values())
    promise.outcome(
        "problems beside peers",
        f"residual {sharpest:.0e}",
        trials=PROBLEMS,
        acknowledged=compared,
        lost=0,
        doubled=0,
    )
    assert sharpest <= 1e-8
    assert {name for name, _ in causes} == set(PEERS)
    assert sum(count for (_, cause), count in causes.items() if cause == "agrees") > compared / 2
