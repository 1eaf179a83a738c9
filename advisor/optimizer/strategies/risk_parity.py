"""Every instrument carries the same share of the risk, or the share it was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Reason
from advisor.domain.market import Floats
from advisor.optimizer.conic import NAME as CONIC
from advisor.optimizer.conic import solve_log
from advisor.optimizer.constraints import Constraints
from advisor.optimizer.feasibility import positive_columns
from advisor.optimizer.optimality import LogProgramme, polished, residual
from advisor.optimizer.strategies.chain import Find, Optimum, first_accepted
from advisor.optimizer.strategies.market import market_of
from advisor.optimizer.strategies.region import Region
from advisor.optimizer.strategies.task import Answer, General, Task

NEWTON = "newton"
_SWEEPS = 30


def risk_parity(task: Task, general: General | None = None) -> Answer:
    """Least log volatility - sum budgets log w: without binding limits w_i (Sigma w)_i / w' Sigma w = budgets_i exactly.

    Spinu's (2013) convex form, y' Sigma y / 2 - sum budgets log y over all multiples y of permitted portfolios, so that any
    linear limits can be kept and the answer is the only one. Under limits it is the problem of skfolio's risk budgeting; Richard
    and Roncalli (2019) leave the budget out of the Lagrangian and so keep shares equal among instruments off their bounds, but
    have no answer for some limits. An instrument that must be 0 takes no part (`strategy.left_out`). Where a portfolio without
    risk is permitted there is none to share: the calmest one (`strategy.riskless`). The objective is the largest
    difference between a share of risk and its budget.

    Raises:
        InvalidInput: for budgets that are not positive.
        SolverFailed: if no solver's answer was sharp enough.
    """
    budgets = _budgets(task)
    market = market_of(task, general)
    calm = market.calmest
    if market.riskless:
        return Answer(calm.weights, 0.0, calm.tried, calm.residual, (Reason("strategy.riskless", {}),))
    used = positive_columns(task.constraints)
    part = _Shares(
        market.covariance[np.ix_(used, used)],
        budgets[used] / budgets[used].sum(),
        Region(_only(task.constraints, used)),
    )
    found = part.solved()
    weights = np.zeros(len(used))
    weights[used] = found.weights
    missed = float(np.abs(part.shares(found.weights) - part.budgets).max())
    out = [symbol for symbol, use in zip(task.estimates.symbols, used, strict=True) if not use]
    reasons = (Reason("strategy.left_out", {"symbols": ", ".join(out)}),) if out else ()
    return Answer(weights, missed, found.tried, found.residual, reasons)


def _budgets(task: Task) -> Floats:
    count = len(task.estimates.symbols)
    budgets = np.full(count, 1.0 / count) if task.risk_budgets is None else task.risk_budgets
    if budgets.shape != (count,) or not np.all(np.isfinite(budgets)) or np.any(budgets <= 0.0):
        raise InvalidInput("Shares of risk must be one positive number per instrument.", field="risk_budgets")
    return budgets


def _only(asked: Constraints, used: NDArray[np.bool_]) -> Constraints:
    """The limits on the instruments that take part, the others being 0: what is held of those has to be sold."""
    names = tuple(name for name, use in zip(asked.upper_names, used, strict=True) if use)
    held = None if asked.held is None else asked.held[used]
    sold = 0.0 if asked.held is None else float(np.abs(asked.held[~used]).sum()) / 2.0
    return replace(
        asked,
        lower=asked.lower[used],
        upper=asked.upper[used],
        rows=asked.rows[:, used],
        upper_names=names,
        held=held,
        turnover=None if asked.turnover is None else asked.turnover - sold,
    )


@dataclass(frozen=True)
class _Shares:
    """Risk budgeting over instruments all of which can be held."""

    covariance: Floats
    budgets: Floats
    region: Region

    def shares(self, weights: Floats) -> Floats:
        """Shares (n,) of the variance."""
        pull = weights * (self.covariance @ weights)
        parts: Floats = pull / pull.sum()
        return parts

    def solved(self) -> Optimum:
        attempts: list[tuple[str, Find]] = [(NEWTON, self._free), (CONIC, self._within)]
        return first_accepted(attempts, self._sharpened, self._residual)

    def _free(self) -> Sequence[Floats]:
        """Without limits: coordinate descent (Griveau-Billion et al. 2013) to come near, Newton's method to be exact."""
        risk = np.diag(self.covariance)
        if np.any(risk <= 0.0):
            raise ValueError("an instrument has no risk")
        held: Floats = np.sqrt(self.budgets / risk)
        held = held / np.sqrt(held @ self.covariance @ held)
        for _ in range(_SWEEPS):
            for i in range(len(held)):
                others = float(self.covariance[i] @ held) - risk[i] * held[i]
                held[i] = 2.0 * self.budgets[i] / (others + np.sqrt(others**2 + 4.0 * risk[i] * self.budgets[i]))
        exact = polished(self._programme(bounded=False), held)
        weights: Floats = exact / exact.sum()
        if not self.region.constraints.allows(weights, 1e-10):
            raise ValueError("equal shares of risk break a limit")
        return [weights]

    def _within(self) -> Sequence[Floats]:
        programme = self._programme()
        point = solve_log(programme)
        start = point.values.copy()
        count = self.region.count
        start[:count] = np.maximum(start[:count], 1e-12 * start[:count].max())
        return [self._portfolio(start), self._portfolio(polished(programme, start, point.multipliers))]

    def _sharpened(self, weights: Floats) -> Floats:
        point = self.region.lifted(weights) / np.sqrt(weights @ self.covariance @ weights)
        return self._portfolio(polished(self._programme(), point))

    def _programme(self, *, bounded: bool = True) -> LogProgramme:
        region = self.region
        if not bounded:
            region = Region(replace(region.constraints, held=None, turnover=None))
            blank = np.zeros((0, region.count))
            return LogProgramme(
                self.covariance, self.budgets, type(region.cone)(blank, np.zeros(0), blank, np.zeros(0))
            )
        return LogProgramme(region.square(self.covariance), self.budgets, region.cone)

    def _portfolio(self, point: Floats) -> Floats:
        held = point[: self.region.count]
        return self.region.cleaned(held / held.sum())

    def _residual(self, weights: Floats) -> float:
        if np.any(weights <= 0.0):
            return float("inf")
        pull = self.covariance @ weights
        slope = pull / float(weights @ pull) - self.budgets / weights
        weighting = np.concatenate([weights, np.ones(self.region.size - self.region.count)])
        region = self.region
        return residual(region.padded(slope), 1.0, region.limits, region.lifted(weights), weighting=weighting)
