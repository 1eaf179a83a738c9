"""Means and risks of a task in units of their own size, so that no tolerance depends on the scale of the figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from advisor.domain.errors import SolverFailed
from advisor.domain.market import Floats
from advisor.optimizer.conic import NAME as CONIC
from advisor.optimizer.conic import solve_quadratic
from advisor.optimizer.feasibility import most
from advisor.optimizer.frontier import Frontier, volatilities_of
from advisor.optimizer.general import GeneralProblem
from advisor.optimizer.optimality import Judge, Limits, Programme, polished, residual
from advisor.optimizer.solve import EXACT, GENERAL, Problem, trace_exact
from advisor.optimizer.strategies.chain import Find, Optimum, Sharpen, first_accepted
from advisor.optimizer.strategies.region import Region
from advisor.optimizer.strategies.task import General, Task

RISKLESS = 1e-12
"""Variance, relative to the largest of the instruments, up to which there is no risk to speak of: rounding leaves as much."""

_LEAST_SLOPE = 1e-6


@dataclass(frozen=True)
class Market:
    """Excess means (n,) in units of the largest of them, covariance (n, n) in units of the largest variance, and the limits."""

    symbols: tuple[str, ...]
    mean: Floats
    covariance: Floats
    mean_unit: float
    variance_unit: float
    region: Region
    general: General | None

    @cached_property
    def frontier(self) -> Frontier:
        """The exact frontier in these units.

        Raises:
            SolverFailed: if the critical line cannot trace it.
        """
        if self.region.constraints.turnover is not None:
            reason = "not asked: it has no limit on turnover"
            raise SolverFailed("The exact solver was not asked.", details={"tried": [(EXACT, reason)]})
        with np.errstate(all="ignore"):
            return trace_exact(Problem(self.symbols, self.mean, self.covariance, self.region.constraints))

    @cached_property
    def calmest(self) -> Optimum:
        """The portfolio of the least variance.

        Raises:
            SolverFailed: as `first_accepted`.
        """
        return self.optimum("min_volatility", lambda line: line.calmest, 1.0, 0.0, self.region.limits)

    @cached_property
    def riskless(self) -> bool:
        """Whether some permitted portfolio has no risk."""
        return self.variance(self.calmest.weights) <= RISKLESS

    @cached_property
    def best_calmest(self) -> Optimum:
        """Of the portfolios of the least variance, which have the same risky parts, the one of the highest mean.

        Raises:
            SolverFailed: as `first_accepted`.
        """
        calm = self.calmest
        best = most(self.region.constraints, self.mean, self.risky, self.risky @ calm.weights)
        if best is None:  # an interior point is as near as rounding allows: it has no neighbour of the same risk
            return calm
        weights = self.region.cleaned(best)
        return Optimum(weights, self._spread_residual(weights, 1.0, 0.0, self.region.limits), calm.tried)

    @cached_property
    def risky(self) -> Floats:
        """Directions (k, n) that carry risk: the eigenvectors of all eigenvalues that are more than rounding."""
        values, vectors = np.linalg.eigh(self.covariance)
        directions: Floats = vectors[:, values > RISKLESS * max(float(values[-1]), 1e-300)].T
        return directions

    def variance(self, weights: Floats) -> float:
        """Variance of a portfolio (n,) in these units."""
        return max(0.0, float(weights @ self.covariance @ weights))

    def volatility(self, weights: Floats) -> float:
        """Volatility of a portfolio (n,) in these units."""
        return float(volatilities_of(weights[None, :], self.covariance)[0])

    def optimum(  # noqa: PLR0917  the terms of the objective
        self,
        name: str,
        on_line: Callable[[Frontier], Floats],
        risk: float,
        gain: float,
        limits: Limits,
        target: float = 0.0,
    ) -> Optimum:
        """Minimise risk x variance / 2 - gain x mean within `limits`: on the critical line, else by the chain behind it."""
        region = self.region
        programme = Programme(region.square(risk * self.covariance), region.padded(-gain * self.mean), limits)

        def sharpen(weights: Floats) -> Floats:
            return region.cleaned(polished(programme, region.lifted(weights))[: region.count])

        def direct() -> Sequence[Floats]:
            point = solve_quadratic(programme)
            exact = polished(programme, point.values, point.multipliers)
            return [region.cleaned(answer[: region.count]) for answer in (point.values, exact)]

        def judge(weights: Floats) -> float:
            return self._spread_residual(weights, risk, gain, limits)

        return self.by_chain(name, on_line, direct, sharpen, judge, target)

    def _spread_residual(self, weights: Floats, risk: float, gain: float, limits: Limits) -> float:
        size = float((np.abs(risk * self.covariance) @ np.abs(weights)).max() + np.abs(gain * self.mean).max())
        size = max(size, _LEAST_SLOPE * risk)  # without any risk the slope itself is rounding
        slope = risk * (self.covariance @ weights) - gain * self.mean
        return residual(self.region.padded(slope), size, limits, self.region.lifted(weights))

    def by_chain(  # noqa: PLR0917  one callable per solver
        self,
        name: str,
        on_line: Callable[[Frontier], Floats],
        direct: Find,
        sharpen: Sharpen,
        judge: Judge,
        target: float = 0.0,
        more: Sequence[tuple[str, Find]] = (),
    ) -> Optimum:
        """The critical line, then Clarabel, then what is special to a strategy, then PyPortfolioOpt where it may be asked."""

        def generally() -> Sequence[Floats]:
            if self.general is None:
                reason = "not asked: its libraries are for a helper process"
                raise SolverFailed("The general solver was not asked.", details={"tried": [(GENERAL, reason)]})
            return [self.general(self._general_problem(name, target))]

        attempts: list[tuple[str, Find]] = [
            (EXACT, lambda: [self.region.cleaned(on_line(self.frontier))]),
            (CONIC, direct),
            *more,
            (GENERAL, generally),
        ]
        return first_accepted(attempts, sharpen, judge)

    def _general_problem(self, name: str, target: float) -> GeneralProblem:
        asked = self.region.constraints
        bounds = (asked.lower, asked.upper, asked.rows, asked.limits)
        return GeneralProblem(name, self.mean, self.covariance, *bounds, asked.held, asked.turnover, target)


def market_of(task: Task, general: General | None, excess: Floats | None = None) -> Market:
    """The market of a task; `excess` (n,) replaces mean - risk_free."""
    known = task.estimates
    above = known.mean - known.risk_free if excess is None else excess
    mean_unit = float(np.abs(above).max(initial=0.0)) or 1.0
    variance_unit = float(np.diag(known.covariance).max(initial=0.0)) or 1.0
    return Market(
        known.symbols,
        above / mean_unit,
        _semidefinite(known.covariance / variance_unit),
        mean_unit,
        variance_unit,
        Region(task.constraints),
        general,
    )


def centred_market(task: Task, general: General | None, excess: Floats | None = None) -> Market:
    """The same with means (n,) about their average: what all earn alike moves no weight, but hides the differences that do."""
    known = task.estimates.mean if excess is None else excess
    apart = known - known.mean()
    noise = float(np.abs(apart).max(initial=0.0)) <= 1e-14 * float(np.abs(known).max(initial=0.0))
    return market_of(task, general, np.zeros_like(apart) if noise else apart)


def _semidefinite(covariance: Floats) -> Floats:
    """The nearest matrix without negative eigenvalues: rounding leaves some of -1e-9, which no convex solver accepts."""
    symmetric: Floats = (covariance + covariance.T) / 2.0
    values, vectors = np.linalg.eigh(symmetric)
    if values[0] >= -1e-15 * max(1.0, float(values[-1])):
        return symmetric
    lifted: Floats = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return (lifted + lifted.T) / 2.0
