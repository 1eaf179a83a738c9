"""What a strategy is asked and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from advisor.domain.investor import Reason
from advisor.domain.market import Floats
from advisor.optimizer.constraints import Constraints
from advisor.optimizer.estimates import Estimates
from advisor.optimizer.general import GeneralProblem
from advisor.optimizer.solve import Attempted

General = Callable[[GeneralProblem], Floats]
"""The general solver of last resort, `general.general_weights`, or none where its libraries must not be loaded."""


@dataclass(frozen=True)
class Task:
    """One problem for a strategy.

    `target_return` (for efficient_return) and `target_volatility` (for efficient_risk) are fractions per year. `risk_budgets` (n,)
    are positive shares of risk for risk_parity, equal ones where none are given. `level` is that of the CVaR.
    """

    estimates: Estimates
    constraints: Constraints
    target_return: float | None = None
    target_volatility: float | None = None
    risk_budgets: Floats | None = None
    level: float = 0.95


@dataclass(frozen=True)
class Answer:
    """What one strategy found: `weights` (n,), its own `objective`, KKT `residual` (None where it solves no optimisation)."""

    weights: Floats
    objective: float
    tried: tuple[Attempted, ...]
    residual: float | None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Allocation:
    """A portfolio by a strategy.

    `weights` (n,) are exact, in the order of the estimates' symbols, and sum to 1. `objective` is the strategy's own figure
    (docs/strategies.md). `expected_return`, `volatility` and `sharpe` are per year; `sharpe` is None without risk. `binding` names
    the limits touched, `tried` the solvers asked, the last one having answered. `residual` is the scaled residual of the
    optimality conditions, at most 1e-8; None where the strategy solves no optimisation.
    """

    strategy: str
    weights: Floats
    objective: float
    expected_return: float
    volatility: float
    sharpe: float | None
    binding: tuple[str, ...]
    tried: tuple[Attempted, ...]
    reasons: tuple[Reason, ...]
    residual: float | None


Strategy = Callable[[Task, General | None], Answer]
