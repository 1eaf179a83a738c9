"""Whether limits can all hold, which of them contradict one another, and the least that would have to give: linear programmes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from advisor.domain.errors import SolverFailed
from advisor.domain.market import Floats

if TYPE_CHECKING:
    from advisor.optimizer.constraints import Constraints

LINEAR = "highs"
"""Name of the solver of linear programmes."""

_TOLERANCE = 1e-9
_EXCLUSION_PRICE = 10.0  # a relaxation touches the investor's own wishes only where moving our limits cannot help


@dataclass(frozen=True)
class NamedLimits:
    """Limits as rows a z <= b with names, over z = (w, bought) >= 0; `bought` (n,) is there only with a limit on turnover.

    `fixed` and `fixed_bounds` are the rows that define `bought` and can never give. The first `count` columns are weights.
    """

    rows: Floats
    bounds: Floats
    names: tuple[str, ...]
    fixed: Floats
    fixed_bounds: Floats
    count: int

    @property
    def total(self) -> Floats:
        """The row (s,) that sums the weights."""
        row: Floats = np.zeros(self.rows.shape[1])
        row[: self.count] = 1.0
        return row


def named_limits(constraints: Constraints, wish: tuple[str, Floats, float] | None = None) -> NamedLimits:
    """Every limit but w >= 0; `wish` (name, row (n,), bound) adds one more, such as a target."""
    count = len(constraints.upper)
    floors = np.flatnonzero(constraints.lower > 0)
    stems = [name.split(".", 1)[-1] for name in constraints.upper_names]
    rows = np.vstack([np.eye(count), -np.eye(count)[floors], constraints.rows])
    bounds = np.concatenate([constraints.upper, -constraints.lower[floors], constraints.limits])
    names = [*constraints.upper_names, *(f"floor.{stems[i]}" for i in floors), *constraints.row_names]
    if wish is not None:
        rows, bounds = np.vstack([rows, wish[1]]), np.append(bounds, wish[2])
        names.append(wish[0])
    if constraints.held is None or constraints.turnover is None:
        return NamedLimits(rows, bounds, tuple(names), np.zeros((0, count)), np.zeros(0), count)
    rows = np.hstack([rows, np.zeros_like(rows)])
    rows = np.vstack([rows, np.concatenate([np.zeros(count), np.ones(count)])])
    bounds = np.append(bounds, constraints.bought_at_most)
    fixed = np.hstack([np.eye(count), -np.eye(count)])
    return NamedLimits(rows, bounds, (*names, "turnover"), fixed, constraints.held, count)


def smallest_relaxation(limits: NamedLimits) -> dict[str, float]:
    """Least total widening of limits that admits a portfolio, by name (fractions); empty if none is needed."""
    count, size = limits.rows.shape
    price = np.array([_EXCLUSION_PRICE if name.startswith("exclude.") else 1.0 for name in limits.names])
    widening = np.vstack([-np.eye(count), np.zeros((len(limits.fixed), count))])
    answer = linprog(
        np.concatenate([np.zeros(size), price]),
        A_ub=np.hstack([np.vstack([limits.rows, limits.fixed]), widening]),
        b_ub=np.concatenate([limits.bounds, limits.fixed_bounds]),
        A_eq=np.concatenate([limits.total, np.zeros(count)])[None, :],
        b_eq=[1.0],
        bounds=(0, None),
        method="highs",
    )
    if answer.x is None:
        raise SolverFailed("No widening of these limits could be found.", details={"tried": [(LINEAR, answer.message)]})
    widened: dict[str, float] = {}
    for name, size_ in zip(limits.names, np.asarray(answer.x, np.float64)[size:], strict=True):
        if size_ > _TOLERANCE:
            widened[name] = round(widened.get(name, 0.0) + float(size_), 6)
    return widened


def conflict(limits: NamedLimits) -> tuple[str, ...]:
    """An irreducible set of names that contradict one another (deletion filter: drop a limit, keep it out if still infeasible)."""
    kept = list(dict.fromkeys(limits.names))
    for name in list(kept):
        trial = [item for item in kept if item != name]
        if not _feasible(limits, np.array([item in trial for item in limits.names], bool)):
            kept = trial
    return tuple(kept)


def _feasible(limits: NamedLimits, mask: NDArray[np.bool_]) -> bool:
    size = limits.rows.shape[1]
    answer = linprog(
        np.zeros(size),
        A_ub=np.vstack([limits.rows[mask], limits.fixed]),
        b_ub=np.concatenate([limits.bounds[mask], limits.fixed_bounds]),
        A_eq=limits.total[None, :],
        b_eq=[1.0],
        bounds=(0, None),
        method="highs",
    )
    return bool(answer.status == 0)


def most(
    constraints: Constraints, scores: Floats, equal: Floats | None = None, levels: Floats | None = None
) -> Floats | None:
    """The permitted portfolio (n,) of the highest `scores` @ w; with `equal` (k, n) among those with equal @ w = levels, or 0.

    None where there is none.

    Raises:
        SolverFailed: if the linear programme ends otherwise.
    """
    limits = named_limits(constraints)
    size = limits.rows.shape[1]
    pins = np.zeros((0, size)) if equal is None else np.hstack([equal, np.zeros((len(equal), size - limits.count))])
    answer = linprog(
        -np.concatenate([scores, np.zeros(size - limits.count)]),
        A_ub=np.vstack([limits.rows, limits.fixed]),
        b_ub=np.concatenate([limits.bounds, limits.fixed_bounds]),
        A_eq=np.vstack([limits.total, pins]),
        b_eq=np.concatenate([[1.0], np.zeros(len(pins)) if levels is None else levels]),
        bounds=(0, None),
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if answer.status == 2:
        return None
    if answer.status != 0:
        raise SolverFailed("The highest portfolio could not be found.", details={"tried": [(LINEAR, answer.message)]})
    return np.asarray(answer.x, np.float64)[: limits.count]


def positive_columns(constraints: Constraints) -> NDArray[np.bool_]:
    """Which weights (n,) can be above 0 in some permitted portfolio, by one linear programme.

    The sum of min(w, crumb) is maximised: an average of portfolios that hold one instrument each holds all of them.
    """
    limits = named_limits(constraints)
    size, count = limits.rows.shape[1], limits.count
    crumb = 1e-4 / count
    below = np.hstack([-np.eye(count, size), np.eye(count)])
    rows = np.vstack([limits.rows, limits.fixed])
    answer = linprog(
        np.concatenate([np.zeros(size), -np.ones(count)]),
        A_ub=np.vstack([np.hstack([rows, np.zeros((len(rows), count))]), below]),
        b_ub=np.concatenate([limits.bounds, limits.fixed_bounds, np.zeros(count)]),
        A_eq=np.concatenate([limits.total, np.zeros(count)])[None, :],
        b_eq=[1.0],
        bounds=[(0.0, None)] * size + [(0.0, crumb)] * count,
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if answer.status != 0:
        raise SolverFailed("What can be held could not be found.", details={"tried": [(LINEAR, answer.message)]})
    held: NDArray[np.bool_] = np.asarray(answer.x, np.float64)[size:] > crumb * 1e-3
    return held
