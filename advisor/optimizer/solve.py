"""From moments and constraints to a frontier: the exact critical line first, the general solver where it fails, all recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from cvxcla import CLA, CLAError
from numpy.typing import NDArray

from advisor.domain.errors import InvalidInput, SolverFailed
from advisor.domain.market import Floats
from advisor.optimizer.constraints import Constraints, require_feasible
from advisor.optimizer.estimates import Estimates
from advisor.optimizer.frontier import Frontier, assemble
from advisor.optimizer.general import efficient_points
from advisor.optimizer.moments import Moments

EXACT = "critical_line"
GENERAL = "pyportfolioopt_clarabel"

GeneralSolver = Callable[[Floats, Floats, Floats, Floats, Floats, Floats], Floats]


@dataclass(frozen=True, slots=True)
class Attempted:
    """One solver that was asked, and its answer: "ok" or the reason why not. No times: results must replay bit for bit."""

    solver: str
    outcome: str


@dataclass(frozen=True)
class Solution:
    """`frontier` with the chain of solvers that were asked, the last one being the one that answered."""

    frontier: Frontier
    tried: tuple[Attempted, ...]


@dataclass(frozen=True)
class Problem:
    """What a solver needs: means (n,) and covariance (n, n) per year, constraints, and the names of the columns."""

    symbols: tuple[str, ...]
    mean: Floats
    covariance: Floats
    constraints: Constraints

    def arrays(self) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
        """The arguments of `general.efficient_points`, picklable."""
        limits = self.constraints
        return self.mean, self.covariance, limits.lower, limits.upper, limits.rows, limits.limits


def problem_of(moments: Moments | Estimates, constraints: Constraints) -> Problem:
    """The problem of a universe, checked.

    Raises:
        InvalidInput: if figures are not finite, shapes disagree or the covariance is not symmetric and positive semidefinite.
        InfeasibleConstraints: if no portfolio meets the constraints.
    """
    problem = Problem(moments.symbols, moments.mean, moments.covariance, constraints)
    check(problem)
    return problem


def trace(moments: Moments | Estimates, constraints: Constraints) -> Frontier:
    """The exact frontier, the critical line alone.

    Raises:
        SolverFailed: if the critical line cannot trace this problem; `solve` goes on with the general solver then.
        InvalidInput, InfeasibleConstraints: as `problem_of`.
    """
    return trace_exact(problem_of(moments, constraints))


def trace_exact(problem: Problem) -> Frontier:
    """The exact frontier of a checked problem by cvxcla's critical line.

    Raises:
        SolverFailed: with the solver's reason in `details["tried"]`.
    """
    try:
        corners = _critical_line(problem)
        return assemble(problem.symbols, corners, problem.mean, problem.covariance, problem.constraints, exact=True)
    except (CLAError, SolverFailed, RuntimeError, ValueError) as error:
        raise SolverFailed("The exact solver gave up.", details={"tried": [(EXACT, _reason(error))]}) from error


def from_general(problem: Problem, points: Floats) -> Frontier:
    """A frontier from the points of `general.efficient_points` (which may have run in another process).

    Raises:
        SolverFailed: if they are not portfolios within the constraints.
    """
    return assemble(problem.symbols, points, problem.mean, problem.covariance, problem.constraints, exact=False)


def solve(
    moments: Moments | Estimates, constraints: Constraints, general: GeneralSolver = efficient_points
) -> Solution:
    """The frontier by the first solver that can: critical line, then PyPortfolioOpt with CLARABEL (50 points).

    Raises:
        SolverFailed: if both gave up; `details["tried"]` holds (solver, reason) pairs.
        InvalidInput, InfeasibleConstraints: as `problem_of`.
    """
    problem = problem_of(moments, constraints)
    try:
        return Solution(trace_exact(problem), (Attempted(EXACT, "ok"),))
    except SolverFailed as failure:
        first = failure.details["tried"][0]
    try:
        frontier = from_general(problem, general(*problem.arrays()))
    except (SolverFailed, ValueError) as error:
        raise SolverFailed(
            "No solver found a portfolio for these limits.", details={"tried": [first, (GENERAL, _reason(error))]}
        ) from error
    return Solution(frontier, (Attempted(*first), Attempted(GENERAL, "ok")))


def _reason(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, SolverFailed) and error.__cause__ is not None else error
    return f"{type(cause).__name__}: {cause}"


def check(problem: Problem) -> None:
    """Return if a problem can be solved.

    Raises:
        InvalidInput, InfeasibleConstraints: as `problem_of`.
    """
    count = len(problem.symbols)
    if problem.mean.shape != (count,) or problem.covariance.shape != (count, count):
        raise InvalidInput("Means and covariance must fit the instruments.", field="moments")
    if problem.constraints.upper.shape != (count,) or problem.constraints.rows.shape[1:] != (count,):
        raise InvalidInput("Limits must fit the instruments.", field="bounds")
    if not (np.all(np.isfinite(problem.mean)) and np.all(np.isfinite(problem.covariance))):
        raise InvalidInput("Means and covariance must be numbers.", field="moments")
    scale = float(np.abs(problem.covariance).max(initial=0.0))
    if not np.allclose(problem.covariance, problem.covariance.T, rtol=0.0, atol=1e-12 * max(scale, 1e-12)):
        raise InvalidInput("A covariance must be symmetric.", field="moments")
    if np.linalg.eigvalsh(problem.covariance)[0] < -1e-8 * scale:
        raise InvalidInput("A covariance must not have negative variances.", field="moments")
    require_feasible(problem.constraints)


def _critical_line(problem: Problem) -> Floats:
    """Corner weights (k, n), boldest first.

    An instrument whose bounds coincide makes cvxcla report a degenerate problem, so it is taken out: the budget and the rows
    are reduced by what it holds, and q = -Sigma_free,fixed w_fixed carries its covariance with the others.
    """
    limits = problem.constraints
    free = limits.upper - limits.lower > 1e-12
    held = np.where(free, 0.0, limits.lower)
    if not free.any():
        return held[None, :]
    budget = 1.0 - float(held.sum())
    if int(free.sum()) == 1:
        only = held.copy()
        only[free] = budget
        return only[None, :]
    rows, room = _needed_rows(limits, free, held)
    solver = CLA(
        mean=problem.mean[free],
        covariance=problem.covariance[np.ix_(free, free)],
        lower_bounds=limits.lower[free],
        upper_bounds=limits.upper[free],
        a=np.ones((1, int(free.sum()))),
        b=np.array([budget]),
        g=rows if len(rows) else None,
        h=room if len(rows) else None,
        q=-problem.covariance[np.ix_(free, ~free)] @ limits.lower[~free] if (~free).any() else None,
    )
    corners = np.tile(held, (len(solver.turning_points), 1))
    corners[:, free] = np.array([point.weights for point in solver.turning_points])
    return corners


def _needed_rows(limits: Constraints, free: NDArray[np.bool_], held: Floats) -> tuple[Floats, Floats]:
    """The rows that some point of the box breaks; a row that never binds only invites ties."""
    rows = limits.rows[:, free]
    room = limits.limits - limits.rows @ held
    most = np.maximum(rows * limits.upper[free], rows * limits.lower[free]).sum(axis=1)
    needed = most > room + 1e-12
    return rows[needed], room[needed]
