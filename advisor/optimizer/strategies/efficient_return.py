"""The least volatility at a wanted expected return."""

from __future__ import annotations

from advisor.domain.errors import InvalidInput
from advisor.optimizer.feasibility import most
from advisor.optimizer.strategies.market import centred_market
from advisor.optimizer.strategies.targets import unreachable_return
from advisor.optimizer.strategies.task import Answer, General, Task


def efficient_return(task: Task, general: General | None = None) -> Answer:
    """Least w' Sigma w with mean' w >= target_return. The objective is the volatility per year.

    Raises:
        InvalidInput: without a target.
        InfeasibleConstraints: if no portfolio is expected to earn so much; `details` names the limits in the way and the nearest.
        SolverFailed: if no solver's answer was sharp enough.
    """
    if task.target_return is None:
        raise InvalidInput("This way of choosing needs a wanted return.", field="target_return")
    market = centred_market(task, general)
    average = float(task.estimates.mean.mean())
    wanted = (task.target_return - average) / market.mean_unit
    best = most(task.constraints, market.mean)
    top = float(market.mean @ best) if best is not None else wanted
    if wanted > top + 1e-9:
        raise unreachable_return(task, average + top * market.mean_unit)
    wanted = min(wanted, top)
    limits = market.region.with_least(market.mean, wanted)
    found = market.optimum("efficient_return", lambda line: line.at_return(wanted), 1.0, 0.0, limits, wanted)
    volatility = market.volatility(found.weights) * market.variance_unit**0.5
    return Answer(found.weights, volatility, found.tried, found.residual)
