"""The least volatility that the limits permit; expected returns play no part."""

from __future__ import annotations

from advisor.optimizer.strategies.market import market_of
from advisor.optimizer.strategies.task import Answer, General, Task


def min_volatility(task: Task, general: General | None = None) -> Answer:
    """Least w' Sigma w (Markowitz 1952). The objective is the volatility per year.

    Raises:
        SolverFailed: if no solver's answer was sharp enough.
    """
    market = market_of(task, general)
    found = market.calmest
    volatility = market.volatility(found.weights) * market.variance_unit**0.5
    return Answer(found.weights, volatility, found.tried, found.residual)
