"""Convex programmes over linear limits: how far a point is from optimal, and Newton's method on the limits that are active.

A solver's answer is a suggestion. `polished` takes the limits it touches, solves the optimality conditions on them exactly, and
lets limits in or out until no multiplier has the wrong sign; `residual` then measures what is left, for any point of any solver.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, lstsq
from scipy.optimize import nnls

from advisor.domain.market import Floats

TOUCHING = 1e-9
"""A limit with less slack than this counts as active; weights are fractions of 1."""

_ROUNDS = 60
_TOGETHER = 12
_NEWTON = 40


@dataclass(frozen=True)
class Limits:
    """equalities (p, s) @ z = levels (p,) and rows (m, s) @ z <= limits (m,)."""

    equalities: Floats
    levels: Floats
    rows: Floats
    limits: Floats

    def violation(self, point: Floats) -> float:
        """Largest amount by which a point (s,) breaks a limit, 0 if by none."""
        over = float(np.max(self.rows @ point - self.limits, initial=0.0))
        return max(over, float(np.max(np.abs(self.equalities @ point - self.levels), initial=0.0)))


@dataclass(frozen=True)
class Programme:
    """Minimise z' quadratic z / 2 + linear' z within `limits`; `quadratic` (s, s) is positive semidefinite."""

    quadratic: Floats
    linear: Floats
    limits: Limits

    def gradient(self, point: Floats) -> Floats:
        """Gradient (s,) of the objective."""
        slope: Floats = self.quadratic @ point + self.linear
        return slope

    def hessian(self, point: Floats) -> Floats:  # noqa: ARG002  the same everywhere, but asked for as one that is not
        """Second derivatives (s, s)."""
        return self.quadratic

    def inside(self, point: Floats, step: Floats) -> float:  # noqa: ARG002  as above
        """How much of a step stays where the objective is defined: all of it."""
        return 1.0


@dataclass(frozen=True)
class LogProgramme:
    """Minimise z' quadratic z / 2 - sum budgets log z over the first variables, which are positive, within `limits`.

    `budgets` (n,) belong to the first n of s variables.
    """

    quadratic: Floats
    budgets: Floats
    limits: Limits

    def gradient(self, point: Floats) -> Floats:
        """Gradient (s,) of the objective."""
        slope: Floats = self.quadratic @ point
        slope[: len(self.budgets)] -= self.budgets / point[: len(self.budgets)]
        return slope

    def hessian(self, point: Floats) -> Floats:
        """Second derivatives (s, s)."""
        curvature: Floats = self.quadratic.copy()
        place = np.arange(len(self.budgets))
        curvature[place, place] += self.budgets / point[place] ** 2
        return curvature

    def inside(self, point: Floats, step: Floats) -> float:
        """How much of a step keeps the first variables positive, with a margin."""
        count = len(self.budgets)
        falling = step[:count] < 0
        if not falling.any():
            return 1.0
        return min(1.0, 0.9 * float(np.min(-point[:count][falling] / step[:count][falling])))


def polished(programme: Programme | LogProgramme, start: Floats, multipliers: Floats | None = None) -> Floats:
    """The optimum (s,) near `start`: Newton's method on the active limits, which are guessed and then corrected.

    Active at first are the limits whose slack is smaller than their multiplier, or without multipliers those that are touched. The
    system is solved by least norm, so that where the optimum is not unique the point nearest to `start` is found.

    Raises:
        LinAlgError: if the system holds no numbers.
    """
    limits = programme.limits
    slack = limits.limits - limits.rows @ start
    active = slack < (np.maximum(multipliers, TOUCHING) if multipliers is not None else TOUCHING)
    point = start
    for round_ in range(_ROUNDS):
        point, held = _on_face(programme, point, active)
        over = np.where(active, 0.0, limits.rows @ point - limits.limits)
        pull = np.zeros(len(active))
        pull[active] = -held / max(1.0, float(np.abs(held).max(initial=0.0)))
        entering, leaving = over > 1e-13, pull > 1e-13
        if not entering.any() and not leaving.any():
            break
        if round_ >= _TOGETHER:  # several at once are quick, but may go round in a circle; one at a time does so less
            leaving = (pull == pull.max()) & leaving & ~entering.any()
            entering = (over == over.max()) & entering
        active = (active | entering) & ~leaving
    return point


def _on_face(programme: Programme | LogProgramme, point: Floats, active: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Optimum with the active rows as equalities, and their multipliers."""
    limits = programme.limits
    matrix = np.vstack([limits.equalities, limits.rows[active]])
    wanted = np.concatenate([limits.levels, limits.limits[active]])
    size, count = len(point), len(matrix)
    forces = np.zeros(count)
    best = np.inf
    for _ in range(_NEWTON):
        curvature, slope = programme.hessian(point), programme.gradient(point)
        system = np.block([[curvature, matrix.T], [matrix, np.zeros((count, count))]])
        answer = lstsq(system, np.concatenate([-slope, wanted - matrix @ point]), lapack_driver="gelsy")[0]
        step, forces = np.asarray(answer[:size], np.float64), np.asarray(answer[size:], np.float64)
        point = point + programme.inside(point, step) * step
        moved = float(np.abs(step).max(initial=0.0)) / max(1.0, float(np.abs(point).max(initial=0.0)))
        if moved < 1e-15 or (moved < 1e-9 and moved >= 0.5 * best):
            break
        best = min(best, moved)
    return point, forces[len(limits.equalities) :]


def residual(  # noqa: PLR0917  one formula's terms
    gradient: Floats,
    scale: float,
    limits: Limits,
    point: Floats,
    more: Floats | None = None,
    weighting: Floats | None = None,
) -> float:
    """How far a point (s,) is from the Karush-Kuhn-Tucker conditions: the larger of its violation and its stationarity.

    Stationarity is the largest entry of gradient + equalities' y + active' u for the y and u >= 0 of least squares (non-negative),
    each row times `weighting` (s,), divided by `scale`. `more` (k, s) are gradients of further active limits, such as one on risk.
    Complementarity holds by construction: only limits that are touched have a multiplier.
    """
    touched = limits.rows[limits.limits - limits.rows @ point <= TOUCHING]
    columns = [touched] if more is None else [touched, more]
    forces = np.vstack([limits.equalities, -limits.equalities, *columns]).T
    target = -gradient
    if weighting is not None:
        forces, target = forces * weighting[:, None], target * weighting
    if scale <= 0.0:
        return limits.violation(point)
    left = _least(forces / scale, target / scale, len(limits.equalities))
    return max(limits.violation(point), left)


def _least(forces: Floats, target: Floats, free: int) -> float:
    """Largest entry of forces @ x - target for the x >= 0 of least squares; the first 2 x `free` columns are +- pairs."""
    signed = np.hstack([forces[:, :free], forces[:, 2 * free :]])
    try:
        plain = np.asarray(lstsq(signed, target, lapack_driver="gelsy")[0], np.float64)
        if np.all(plain[free:] >= 0.0):
            return float(np.abs(signed @ plain - target).max(initial=0.0))
        found = nnls(forces, target, maxiter=20 * max(forces.shape))[0]
    except (RuntimeError, LinAlgError):
        return float("inf")
    return float(np.abs(forces @ found - target).max(initial=0.0))


Judge = Callable[[Floats], float]
"""KKT residual of a portfolio (n,), infinite where it is not within its limits."""
