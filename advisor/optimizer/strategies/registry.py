"""All strategies by name, and the one way to ask them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from advisor.domain.errors import InvalidInput
from advisor.optimizer.general import general_weights
from advisor.optimizer.solve import Problem, check
from advisor.optimizer.strategies.black_litterman import black_litterman
from advisor.optimizer.strategies.efficient_return import efficient_return
from advisor.optimizer.strategies.efficient_risk import efficient_risk
from advisor.optimizer.strategies.equal_weight import equal_weight
from advisor.optimizer.strategies.hrp import hrp
from advisor.optimizer.strategies.max_diversification import max_diversification
from advisor.optimizer.strategies.max_sharpe import max_sharpe
from advisor.optimizer.strategies.min_cvar import min_cvar
from advisor.optimizer.strategies.min_volatility import min_volatility
from advisor.optimizer.strategies.risk_parity import risk_parity
from advisor.optimizer.strategies.task import Allocation, General, Strategy, Task

STRATEGIES: Mapping[str, Strategy] = MappingProxyType(
    {
        "max_sharpe": max_sharpe,
        "min_volatility": min_volatility,
        "efficient_risk": efficient_risk,
        "efficient_return": efficient_return,
        "risk_parity": risk_parity,
        "hrp": hrp,
        "max_diversification": max_diversification,
        "equal_weight": equal_weight,
        "black_litterman": black_litterman,
        "min_cvar": min_cvar,
    }
)
"""A new strategy is one file and one line here."""


def allocate(strategy: str, task: Task, general: General | None = None) -> Allocation:
    """The portfolio of a strategy for a task, within every limit to 1e-8; the same task gives the same bytes.

    `general` is the solver of last resort, left out where its libraries must not be loaded (see `allocate_with_general`).

    Raises:
        InvalidInput: for an unknown strategy, figures that are not finite, a covariance that is none, a missing or wrong target.
        NotEnoughHistory: if the strategy needs more past returns.
        InfeasibleConstraints: if no portfolio meets the limits or the target; `details` has "conflict", "relaxation" and for a
            target "nearest".
        SolverFailed: if every solver gave up; `details["tried"]` says what each answered.
    """
    known = task.estimates
    if strategy not in STRATEGIES:
        raise InvalidInput(f"Unknown way of choosing: {strategy}.", field="strategy")
    for name, target in (("target_return", task.target_return), ("target_volatility", task.target_volatility)):
        if target is not None and not np.isfinite(target):
            raise InvalidInput("A target must be a number.", field=name)
    if not np.isfinite(known.risk_free):
        raise InvalidInput("The risk-free rate must be a number.", field="risk_free_rate")
    check(Problem(known.symbols, known.mean, known.covariance, task.constraints))
    answer = STRATEGIES[strategy](task, general)
    return Allocation(
        strategy,
        answer.weights,
        answer.objective,
        known.expected(answer.weights),
        known.volatility(answer.weights),
        known.sharpe(answer.weights),
        task.constraints.binding(answer.weights),
        answer.tried,
        answer.reasons,
        answer.residual,
    )


def allocate_with_general(strategy: str, task: Task) -> Allocation:
    """`allocate` with PyPortfolioOpt behind the other solvers: for a helper process, since it weighs 120 MB.

    Raises:
        InvalidInput, NotEnoughHistory, InfeasibleConstraints, SolverFailed: as `allocate`.
    """
    return allocate(strategy, task, general_weights)
