"""The highest ratio of average volatility to the portfolio's own."""

from __future__ import annotations

from advisor.optimizer.strategies.market import market_of
from advisor.optimizer.strategies.ratio import highest_ratio
from advisor.optimizer.strategies.task import Answer, General, Task


def max_diversification(task: Task, general: General | None = None) -> Answer:
    """Highest volatilities' w / sqrt(w' Sigma w) (Choueifaty and Coignard 2008): maximum Sharpe with volatilities for means.

    The objective is that diversification ratio, 1 for a single instrument and where there is no risk. Without any risk to
    spread the calmest portfolio is the answer.

    Raises:
        SolverFailed: if no solver's answer was sharp enough.
    """
    volatilities = task.estimates.volatilities
    market = market_of(task, general, volatilities)
    found, reasons = highest_ratio(market, "max_sharpe")
    spread = task.estimates.volatility(found.weights)
    ratio = float(volatilities @ found.weights) / spread if spread > 0.0 else 1.0
    return Answer(found.weights, ratio, found.tried, found.residual, reasons)
