"""Clarabel without a modelling layer: quadratic, second-order-cone and exponential-cone programmes, to tight tolerances.

It solves min z'Pz/2 + q'z with Az + s = b and s in a product of cones, equalities first. One thread and its own factorisation, so
that the same problem gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from advisor.domain.market import Floats
from advisor.optimizer.optimality import Limits, LogProgramme, Programme

NAME = "clarabel"
_TIGHT = 1e-12
_USABLE = ("Solved", "AlmostSolved", "InsufficientProgress", "MaxIterations")


@dataclass(frozen=True)
class Point:
    """A solver's answer: variables (s,) and the multipliers (m,) of the rows of its limits."""

    values: Floats
    multipliers: Floats


def solve_quadratic(programme: Programme) -> Point:
    """The optimum of a quadratic programme, to about 1e-10.

    Raises:
        RuntimeError: with the solver's status if it found none.
    """
    return _solved(programme.quadratic, programme.linear, programme.limits, [], [], [])


def solve_log(programme: LogProgramme) -> Point:
    """The optimum of a quadratic with logarithms, each as t <= log z in an exponential cone, to about 1e-8.

    Raises:
        RuntimeError: with the solver's status if it found none.
    """
    import clarabel  # noqa: PLC0415  10 ms that only problems without a critical line should pay

    size, count = len(programme.quadratic), len(programme.budgets)
    quadratic = np.zeros((size + count, size + count))
    quadratic[:size, :size] = programme.quadratic
    cones = np.zeros((3 * count, size + count))
    offsets = np.zeros(3 * count)
    place = np.arange(count)
    cones[3 * place, size + place] = -1.0
    offsets[3 * place + 1] = 1.0
    cones[3 * place + 2, place] = -1.0
    limits = programme.limits
    wide = Limits(_widened(limits.equalities, count), limits.levels, _widened(limits.rows, count), limits.limits)
    linear = np.concatenate([np.zeros(size), -programme.budgets])
    found = _solved(quadratic, linear, wide, [cones], [offsets], [clarabel.ExponentialConeT()] * count)
    return Point(found.values[:size], found.multipliers)


def solve_risk_limit(gains: Floats, root: Floats, most: float, limits: Limits) -> Point:
    """The most gains @ z with |root @ z| <= most, a second-order cone; `root` (k, s) is a square root of the covariance.

    Raises:
        RuntimeError: with the solver's status if it found none.
    """
    import clarabel  # noqa: PLC0415  as above

    rows = np.vstack([np.zeros(root.shape[1]), -root])
    offsets = np.concatenate([[most], np.zeros(len(root))])
    cone = clarabel.SecondOrderConeT(len(rows))
    return _solved(np.zeros((len(gains), len(gains))), -gains, limits, [rows], [offsets], [cone])


def _widened(matrix: Floats, by: int) -> Floats:
    return np.hstack([matrix, np.zeros((len(matrix), by))])


def _solved(  # noqa: PLR0917  the terms of one programme
    quadratic: Floats,
    linear: Floats,
    limits: Limits,
    rows: Sequence[Floats],
    offsets: Sequence[Floats],
    cones: Sequence[Any],
) -> Point:
    import clarabel  # noqa: PLC0415  as above
    from scipy.sparse import csc_matrix, triu  # noqa: PLC0415  as above

    kinds = [clarabel.ZeroConeT(len(limits.levels)), clarabel.NonnegativeConeT(len(limits.limits)), *cones]
    solver = clarabel.DefaultSolver(
        csc_matrix(triu(quadratic)),
        linear,
        csc_matrix(np.vstack([limits.equalities, limits.rows, *rows])),
        np.concatenate([limits.levels, limits.limits, *offsets]),
        kinds,
        _settings(),
    )
    answer = solver.solve()
    values = np.asarray(answer.x, np.float64)
    if str(answer.status) not in _USABLE or not np.all(np.isfinite(values)):
        raise RuntimeError(str(answer.status))
    first = len(limits.levels)
    return Point(values, np.asarray(answer.z, np.float64)[first : first + len(limits.limits)])


def _settings() -> Any:
    import clarabel  # noqa: PLC0415  as above

    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    settings.direct_solve_method = "qdldl"
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = _TIGHT
    return settings
