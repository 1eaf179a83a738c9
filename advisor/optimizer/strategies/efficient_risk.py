"""The highest expected return at a given volatility."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from advisor.domain.errors import InvalidInput
from advisor.domain.market import Floats
from advisor.optimizer.conic import solve_risk_limit
from advisor.optimizer.feasibility import LINEAR, most
from advisor.optimizer.optimality import Programme, polished, residual
from advisor.optimizer.strategies.market import Market, centred_market
from advisor.optimizer.strategies.targets import too_calm
from advisor.optimizer.strategies.task import Answer, General, Task

_STEPS = 30


def efficient_risk(task: Task, general: General | None = None) -> Answer:
    """Highest mean' w with sqrt(w' Sigma w) <= target_volatility. The objective is the expected return per year.

    Raises:
        InvalidInput: without a target, or for one below 0.
        InfeasibleConstraints: if every portfolio moves more; `details` names the limits in the way and the nearest.
        SolverFailed: if no solver's answer was sharp enough.
    """
    if task.target_volatility is None:
        raise InvalidInput("This way of choosing needs a volatility.", field="target_volatility")
    if task.target_volatility < 0.0:
        raise InvalidInput("A volatility is not below 0.", field="target_volatility")
    market = centred_market(task, general)
    limit = task.target_volatility / market.variance_unit**0.5
    least = market.volatility(market.calmest.weights)
    if limit < least - 1e-9:
        raise too_calm(task, market, least)
    if limit <= least + 1e-9:  # no multiplier of the limit on risk is large enough where nothing may move
        found = market.best_calmest
        return Answer(found.weights, task.estimates.expected(found.weights), found.tried, found.residual)

    def direct() -> Sequence[Floats]:
        values, vectors = np.linalg.eigh(market.covariance)
        root = (vectors * np.sqrt(np.maximum(values, 0.0))).T
        region = market.region
        point = solve_risk_limit(
            region.padded(market.mean),
            np.hstack([root, np.zeros((len(root), region.size - region.count))]),
            limit,
            region.limits,
        )
        return [region.cleaned(point.values[: region.count])]

    def top() -> Sequence[Floats]:
        best = most(task.constraints, market.mean)
        return [market.calmest.weights if best is None else market.region.cleaned(best)]

    found = market.by_chain(
        "efficient_risk",
        lambda line: line.at_volatility(limit),
        direct,
        lambda weights: _at_volatility(market, weights, limit),
        lambda weights: _residual(market, weights, limit),
        limit,
        [(LINEAR, top)],  # a limit on risk that does not bind leaves a linear programme
    )
    return Answer(found.weights, task.estimates.expected(found.weights), found.tried, found.residual)


def _residual(market: Market, weights: Floats, limit: float) -> float:
    spread = market.volatility(weights)
    pull = market.region.padded(market.covariance @ weights)
    active = pull[None, :] if spread >= limit * (1.0 - 1e-9) else None
    point = market.region.lifted(weights)
    size = float(np.abs(market.mean).max())
    return max(spread - limit, residual(market.region.padded(-market.mean), size, market.region.limits, point, active))


def _at_volatility(market: Market, start: Floats, limit: float) -> Floats:
    """The efficient portfolio of exactly this volatility near `start`: the secant method on the mean asked for."""
    region = market.region

    def calmest_with(mean: float, near: Floats) -> Floats:
        limits = region.with_least(market.mean, mean)
        programme = Programme(region.square(market.covariance), np.zeros(region.size), limits)
        return region.cleaned(polished(programme, region.lifted(near))[: region.count])

    mean = float(market.mean @ start)
    before, step = mean - 1e-4, 0.0
    weights = calmest_with(mean, start)
    gap, gap_before = market.volatility(weights) - limit, market.volatility(calmest_with(before, weights)) - limit
    for _ in range(_STEPS):
        if abs(gap) <= 1e-14 or gap == gap_before:
            break
        step = -gap * (mean - before) / (gap - gap_before)
        before, gap_before, mean = mean, gap, mean + step
        weights = calmest_with(mean, weights)
        gap = market.volatility(weights) - limit
    return weights
