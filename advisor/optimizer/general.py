"""The general solver behind the exact one: PyPortfolioOpt with CLARABEL, for problems the critical line cannot trace.

Imported by name from a helper process: the libraries behind it weigh too much for a process that answers people. Arguments
and result are plain arrays, so that they travel.
"""

from __future__ import annotations

import numpy as np

from advisor.domain.market import Floats

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
