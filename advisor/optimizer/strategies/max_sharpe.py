"""The highest expected excess return per unit of volatility."""

from __future__ import annotations

from advisor.optimizer.strategies.market import market_of
from advisor.optimizer.strategies.ratio import highest_ratio
from advisor.optimizer.strategies.task import Answer, General, Task


def max_sharpe(task: Task, general: General | None = None) -> Answer:
    """Highest (mean - risk_free)' w / sqrt(w' Sigma w) (Sharpe 1966). The objective is that ratio per year; 0 without any risk.

    If no portfolio is expected to earn more than the risk-free rate the calmest one is the answer, with the reason
    `strategy.no_premium`; if some earns more without any risk, the best of these, with `strategy.riskless`.

    Raises:
        SolverFailed: if no solver's answer was sharp enough.
    """
    market = market_of(task, general)
    found, reasons = highest_ratio(market, "max_sharpe")
    ratio = task.estimates.sharpe(found.weights)
    return Answer(found.weights, 0.0 if ratio is None else ratio, found.tried, found.residual, reasons)
