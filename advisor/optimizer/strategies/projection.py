"""The permitted portfolio nearest to a wished one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from advisor.domain.market import Floats
from advisor.optimizer.conic import NAME as CONIC
from advisor.optimizer.conic import solve_quadratic
from advisor.optimizer.optimality import Programme, polished, residual
from advisor.optimizer.strategies.chain import Optimum, first_accepted
from advisor.optimizer.strategies.region import Region


def nearest(region: Region, wished: Floats) -> Optimum:
    """Least |w - wished| within the limits: one point, since the distance is strictly convex.

    Raises:
        SolverFailed: if the solver's answer was not sharp enough.
    """
    programme = Programme(region.square(np.eye(region.count)), region.padded(-wished), region.limits)

    def sharpen(weights: Floats) -> Floats:
        return region.cleaned(polished(programme, region.lifted(weights))[: region.count])

    def direct() -> Sequence[Floats]:
        point = solve_quadratic(programme)
        exact = polished(programme, point.values, point.multipliers)
        return [region.cleaned(answer[: region.count]) for answer in (point.values, exact)]

    def judge(weights: Floats) -> float:
        point = region.lifted(weights)
        return residual(programme.gradient(point), 1.0, region.limits, point)

    return first_accepted([(CONIC, direct)], sharpen, judge)
