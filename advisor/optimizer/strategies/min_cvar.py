"""The least average loss in the worst periods on record."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from advisor.analysis.risk import historical_cvar
from advisor.domain.errors import InvalidInput, NotEnoughHistory, SolverFailed
from advisor.domain.market import Floats
from advisor.optimizer.feasibility import LINEAR
from advisor.optimizer.solve import Attempted
from advisor.optimizer.strategies.region import Region
from advisor.optimizer.strategies.task import Answer, General, Task


def min_cvar(task: Task, general: General | None = None) -> Answer:  # noqa: ARG001  every strategy is called alike
    """Least CVaR of the historical returns per period (Rockafellar and Uryasev 2000), a linear programme.

    Minimises a + sum u / ((1 - level) T) with u >= 0 and u >= -returns @ w - a. The objective is that CVaR, a fraction per period,
    positive for a loss. The residual is the largest breach of the programme's optimality conditions.

    Raises:
        InvalidInput: for a level below 0.5 or not below 1, or returns with gaps.
        NotEnoughHistory: with fewer returns than it takes for one to be among the worst.
        SolverFailed: if the linear programme was not solved.
    """
    returns = _checked(task)
    unit = float(np.abs(returns).max(initial=0.0)) or 1.0
    region = Region(task.constraints)
    weights, left = _solved(returns / unit, region, task.level)
    if left > 1e-8:
        outcome = f"not optimal: residual {left:.0e}"
        raise SolverFailed("No solver found a portfolio for these limits.", details={"tried": [(LINEAR, outcome)]})
    return Answer(weights, historical_cvar(returns @ weights, task.level), (Attempted(LINEAR, "ok"),), left)


def _checked(task: Task) -> Floats:
    returns, level = task.estimates.returns, task.level
    if not 0.5 <= level < 1.0:
        raise InvalidInput("A confidence level lies between 0.5 and 1.", field="level")
    if returns.ndim != 2 or returns.shape[1] != len(task.estimates.symbols):
        raise InvalidInput("Past returns must fit the instruments.", field="returns")
    needed = int(np.ceil(1.0 / (1.0 - level) - 1e-9))
    if len(returns) < needed:
        raise NotEnoughHistory(f"At least {needed} past returns are needed.", details={"returns": len(returns)})
    if not np.all(np.isfinite(returns)):
        raise InvalidInput("Past returns must be numbers without gaps.", field="returns")
    return returns


def _solved(returns: Floats, region: Region, level: float) -> tuple[Floats, float]:
    """Weights (n,) and residual. The variables are (z of the region, a, u)."""
    periods, count = returns.shape
    limits = region.limits
    cost = np.concatenate([np.zeros(region.size), [1.0], np.full(periods, 1.0 / ((1.0 - level) * periods))])
    losses = np.hstack([-returns, np.zeros((periods, region.size - count)), -np.ones((periods, 1)), -np.eye(periods)])
    rows = np.vstack([losses, np.hstack([limits.rows, np.zeros((len(limits.rows), 1 + periods))])])
    equalities = np.hstack([limits.equalities, np.zeros((len(limits.equalities), 1 + periods))])
    bounds: list[tuple[float | None, float | None]] = [(None, None)] * (region.size + 1) + [(0.0, None)] * periods
    answer = linprog(
        cost,
        A_ub=rows,
        b_ub=np.concatenate([np.zeros(periods), limits.limits]),
        A_eq=equalities,
        b_eq=limits.levels,
        bounds=bounds,
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if answer.status != 0 or answer.x is None:
        raise SolverFailed(
            "No solver found a portfolio for these limits.", details={"tried": [(LINEAR, answer.message)]}
        )
    weights = region.cleaned(np.asarray(answer.x[:count], np.float64))
    return weights, max(limits.violation(region.lifted(weights)), _left(answer, cost, rows, equalities))


def _left(answer, cost: Floats, rows: Floats, equalities: Floats) -> float:  # type: ignore[no-untyped-def]
    """Largest breach of stationarity, of the multipliers' signs and of complementarity."""
    forces, pins = np.asarray(answer.ineqlin.marginals), np.asarray(answer.eqlin.marginals)
    floors, slack = np.asarray(answer.lower.marginals), np.asarray(answer.ineqlin.residual)
    gap = cost - rows.T @ forces - equalities.T @ pins - floors - np.asarray(answer.upper.marginals)
    free = np.abs(floors * np.where(np.isfinite(answer.x), answer.x, 0.0))
    return max(
        float(np.abs(gap).max()),
        float(np.max(forces, initial=0.0)),
        float(np.max(-floors, initial=0.0)),
        float(np.abs(forces * slack).max(initial=0.0)),
        float(free.max(initial=0.0)),
    )
