"""The general solver behind the exact one: PyPortfolioOpt with CLARABEL, for problems the critical line cannot trace.

Imported by name from a helper process: the libraries behind it weigh too much for a process that answers people. Arguments
and result are plain arrays, so that they travel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from advisor.domain.market import Floats

if TYPE_CHECKING:
    from pypfopt import EfficientFrontier

POINTS = 50
_NO_RANGE = 1e-6  # means closer than the solver's own error: there is one portfolio and no line


def efficient_points(  # noqa: PLR0917  plain arrays in the order of `Problem.arrays`, so that they travel to a process
    mean: Floats, covariance: Floats, lower: Floats, upper: Floats, rows: Floats, limits: Floats, count: int = POINTS
) -> Floats:
    """`count` efficient portfolios (count, n) from the least variance to the highest mean, evenly spaced in mean.

    One EfficientFrontier object is reused for all targets, as PyPortfolioOpt intends (5 times faster than fresh ones).

    Raises:
        ValueError: with the solver's own words if any point could not be found.
    """
    # Here and not above: 0.5 s and 120 MB that only this rare path should pay.
    from pypfopt import EfficientFrontier  # noqa: PLC0415
    from pypfopt.exceptions import OptimizationError  # noqa: PLC0415

    def fresh() -> EfficientFrontier:
        frontier = EfficientFrontier(
            mean, covariance, weight_bounds=list(zip(lower, upper, strict=True)), solver="CLARABEL"
        )
        for row, limit in zip(rows, limits, strict=True):
            frontier.add_constraint(lambda w, row=row, limit=limit: row @ w <= limit)
        return frontier

    try:
        calmest = _vector(fresh().min_volatility(), len(mean))
        highest = _highest_mean(mean, lower, upper, rows, limits)
        ladder = np.linspace(float(mean @ calmest), float(mean @ highest), count)
        # The two ends are known; the target of the very top leaves the solver no interior, so it is not asked for.
        if ladder[-1] - ladder[0] < _NO_RANGE:
            return calmest[None, :]
        reused = fresh()
        inner = [_vector(reused.efficient_return(float(target)), len(mean)) for target in ladder[1:-1]]
    except (OptimizationError, ValueError, ArithmeticError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error
    return np.vstack([calmest, *inner, highest])


@dataclass(frozen=True)
class GeneralProblem:
    """One portfolio to be found: plain arrays, so that they travel.

    `strategy` is one of min_volatility, max_sharpe, efficient_return, efficient_risk, black_litterman; `mean` (n,) holds excess
    means. `target` is the mean or the volatility wanted, or for black_litterman the risk aversion; `held` and `turnover` are as
    in `Constraints`.
    """

    strategy: str
    mean: Floats
    covariance: Floats
    lower: Floats
    upper: Floats
    rows: Floats
    limits: Floats
    held: Floats | None
    turnover: float | None
    target: float


def general_weights(problem: GeneralProblem) -> Floats:
    """One portfolio (n,) by PyPortfolioOpt with CLARABEL, to about 1e-6.

    Raises:
        ValueError: with the solver's own words if it found none, or if it has no such problem.
    """
    from pypfopt import EfficientFrontier  # noqa: PLC0415  as below
    from pypfopt.exceptions import OptimizationError  # noqa: PLC0415  as below

    if problem.strategy == "max_sharpe" and problem.turnover is not None:
        raise ValueError("its maximum Sharpe ratio has no limit on turnover")
    bounds = list(zip(problem.lower, problem.upper, strict=True))
    frontier = EfficientFrontier(problem.mean, problem.covariance, weight_bounds=bounds, solver="CLARABEL")
    for row, limit in zip(problem.rows, problem.limits, strict=True):
        frontier.add_constraint(lambda w, row=row, limit=limit: row @ w <= limit)
    if problem.held is not None and problem.turnover is not None:
        from cvxpy.atoms.norm1 import norm1  # noqa: PLC0415  as below

        most, held = 2.0 * problem.turnover, problem.held
        frontier.add_constraint(lambda w: norm1(w - held) <= most)
    try:
        return _vector(_asked(frontier, problem), len(problem.mean))
    except (OptimizationError, ValueError, ArithmeticError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _asked(frontier: EfficientFrontier, problem: GeneralProblem) -> dict[int, float]:
    answer: dict[int, float]
    if problem.strategy == "min_volatility":
        answer = frontier.min_volatility()
    elif problem.strategy == "max_sharpe":
        answer = frontier.max_sharpe(risk_free_rate=0.0)
    elif problem.strategy == "efficient_return":
        answer = frontier.efficient_return(problem.target)
    elif problem.strategy == "efficient_risk":
        answer = frontier.efficient_risk(problem.target)
    elif problem.strategy == "black_litterman":
        answer = frontier.max_quadratic_utility(risk_aversion=problem.target)
    else:
        raise ValueError(f"it has no {problem.strategy}")
    return answer


def _vector(weights: dict[int, float], count: int) -> Floats:
    return np.array([float(weights[i]) for i in range(count)])


def _highest_mean(mean: Floats, lower: Floats, upper: Floats, rows: Floats, limits: Floats) -> Floats:
    """The portfolio of the highest mean, by linear programming."""
    from scipy.optimize import linprog  # noqa: PLC0415

    answer = linprog(
        -mean,
        A_ub=rows if len(rows) else None,
        b_ub=limits if len(rows) else None,
        A_eq=np.ones((1, len(mean))),
        b_eq=[1.0],
        bounds=[(float(low), float(high)) for low, high in zip(lower, upper, strict=True)],
        method="highs",
    )
    if answer.status != 0:
        raise ValueError("no portfolio of the highest mean")
    highest: Floats = np.asarray(answer.x, np.float64)
    return highest
