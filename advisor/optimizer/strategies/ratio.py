"""The highest ratio of a linear gain to volatility, which maximum Sharpe and maximum diversification have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from advisor.domain.investor import Reason
from advisor.domain.market import Floats
from advisor.optimizer.conic import solve_quadratic
from advisor.optimizer.feasibility import most
from advisor.optimizer.optimality import Programme, polished, residual
from advisor.optimizer.strategies.chain import Optimum
from advisor.optimizer.strategies.market import Market

_NO_GAIN = 1e-12


def highest_ratio(market: Market, name: str) -> tuple[Optimum, tuple[Reason, ...]]:
    """The portfolio of the highest mean / volatility, or the nearest thing that is defined, with a reason.

    The tangency point of the critical line; else the quadratic programme that fixes the gain and minimises the variance of any
    multiple of a portfolio (Cornuejols and Tutuncu 2007). Where nothing gains anything (`strategy.no_premium`) the calmest
    portfolio is the answer. Where a gain without risk is possible the ratio has no bound: the largest such gain
    (`strategy.riskless`).

    Raises:
        SolverFailed: if no solver's answer was sharp enough.
    """
    best = most(market.region.constraints, market.mean)
    top = -np.inf if best is None else float(market.mean @ best)
    if top <= _NO_GAIN:
        return market.calmest, (Reason("strategy.no_premium", {"highest_excess_return": top * market.mean_unit}),)
    if market.riskless:
        sure = _sure_gain(market)
        if sure is not None:
            return sure
    return _tangency(market, name, top), ()


def _sure_gain(market: Market) -> tuple[Optimum, tuple[Reason, ...]] | None:
    """The largest gain among the portfolios without risk; None if they gain nothing, so that risk is what has to be rewarded."""
    sure = market.best_calmest
    gain = float(market.mean @ sure.weights)
    return (sure, (Reason("strategy.riskless", {"excess_return": gain * market.mean_unit}),)) if gain > 1e-9 else None


def _tangency(market: Market, name: str, top: float) -> Optimum:
    region, count = market.region, market.region.count
    cone = region.cone
    gain = region.padded(market.mean)
    limits = type(cone)(np.vstack([cone.equalities, gain]), np.append(cone.levels, top), cone.rows, cone.limits)
    programme = Programme(region.square(market.covariance), np.zeros(region.size), limits)

    def portfolio(point: Floats) -> Floats:
        return region.cleaned(point[:count] / point[:count].sum())

    def sharpen(weights: Floats) -> Floats:
        earned = float(market.mean @ weights)
        if earned <= 0.0:
            raise ValueError("no gain to scale by")
        return portfolio(polished(programme, region.lifted(weights) * (top / earned)))

    def direct() -> Sequence[Floats]:
        point = solve_quadratic(programme)
        return [portfolio(point.values), portfolio(polished(programme, point.values, point.multipliers))]

    def judge(weights: Floats) -> float:
        spread, earned = market.volatility(weights), float(market.mean @ weights)
        if spread <= 0.0 or earned <= 0.0:
            return float("inf")
        pull = earned / spread**2 * (market.covariance @ weights)
        size = float(np.abs(market.mean).max())
        return residual(region.padded(pull - market.mean), size, region.limits, region.lifted(weights))

    return market.by_chain(name, lambda line: line.tangency(0.0), direct, sharpen, judge)
