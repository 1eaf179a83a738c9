"""One portfolio by a strategy, and the frontier it lies on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
from scipy.optimize import brentq

from advisor.analysis.assumptions import equal_weights, sixty_forty
from advisor.analysis.risk import normal_cvar, risk_contributions
from advisor.domain.errors import InfeasibleConstraints, InvalidInput, SolverFailed
from advisor.domain.investor import Reason
from advisor.domain.market import Floats
from advisor.domain.panel import PricePanel
from advisor.optimizer.estimates import Estimates
from advisor.optimizer.feasibility import most
from advisor.optimizer.frontier import Frontier
from advisor.optimizer.general import POINTS, efficient_points
from advisor.optimizer.shopping import shopping_list
from advisor.optimizer.solve import EXACT, GENERAL, Attempted, Problem, check, from_general, trace_exact
from advisor.optimizer.strategies import Allocation, Task, allocate_with_general
from advisor.profiling import cvar_budget
from advisor.services.analytics.basis import (
    Json,
    by_symbol,
    constraints_of,
    estimates_of,
    head,
    reasons_json,
    tried_json,
)
from advisor.services.analytics.requests import FrontierRequest, OptimizeRequest

_NOTHING = 1e-9
_SHOWN_ON_FRONTIER = ("max_sharpe", "min_volatility", "risk_parity", "equal_weight")


def optimize(request: OptimizeRequest, panel: PricePanel) -> Json:
    """The weights of a strategy with all that was used to find them.

    A tolerance for risk bounds the loss of a bad year (1-year 95 % CVaR under a normal). A strategy that loses more is replaced
    by the portfolio on the frontier that just keeps the bound, and that is said.

    Raises:
        InvalidInput, NotEnoughHistory, InfeasibleConstraints, SolverFailed: as the estimation and the strategy do.
    """
    estimates = estimates_of(panel, request.scope, request.estimation)
    task = Task(
        estimates=estimates,
        constraints=constraints_of(panel, request.limits, estimates.symbols),
        target_return=request.target_return,
        target_volatility=request.target_volatility,
    )
    found = allocate_with_general(request.strategy, task)
    found, limited = _tolerated(found, task, request.risk_tolerance)
    weights = _settled(found.weights)
    expected, spread = estimates.expected(weights), estimates.volatility(weights)
    shares = risk_contributions(weights, estimates.covariance)
    body = head(panel, request.scope, estimates) | {
        "strategy": request.strategy,
        "weights": by_symbol(estimates.symbols, weights),
        "expected_return": expected,
        "volatility": spread,
        "sharpe": estimates.sharpe(weights),
        "cvar_95_one_year": normal_cvar(spread, expected),
        "risk_contributions": by_symbol(estimates.symbols, shares),
        "binding": list(found.binding),
        "reasons": reasons_json(limited, found.reasons, estimates.notes),
        "solvers_tried": tried_json(found.tried),
        "compared_with": yardsticks(panel, estimates),
    }
    if request.amount is None:
        return body
    return body | {"shopping_list": _shopping(request, panel, estimates.symbols, weights)}


def _settled(weights: Floats) -> Floats:
    """Weights without what is below the accuracy of any solver, summing to 1."""
    kept = np.where(weights < _NOTHING, 0.0, weights)
    settled: Floats = kept / kept.sum()
    return settled


def _tolerated(found: Allocation, task: Task, tolerance: float | None) -> tuple[Allocation, tuple[Reason, ...]]:
    """The allocation, or the one on the frontier whose loss in a bad year is just tolerated."""
    if tolerance is None:
        return found, ()
    budget = cvar_budget(tolerance)
    loss = _loss(found)
    if loss <= budget + 1e-9:
        return found, (Reason("tolerance.kept", {"budget": budget, "cvar": loss}),)
    calmest = allocate_with_general("min_volatility", task)
    if _loss(calmest) >= budget:
        values: dict[str, float | str] = {"budget": budget, "cvar": _loss(calmest)}
        return calmest, (Reason("tolerance.out_of_reach", values, budget - _loss(calmest)),)

    def at(volatility: float) -> Allocation:
        return allocate_with_general("efficient_risk", replace(task, target_volatility=volatility, target_return=None))

    top = max(found.volatility, calmest.volatility * (1.0 + 1e-9))
    if _loss(at(top)) > budget:
        top = float(brentq(lambda spread: _loss(at(spread)) - budget, calmest.volatility, top, xtol=1e-7))
    kept = at(top)
    return kept, (Reason("tolerance.limited", {"budget": budget, "cvar": loss}, budget - loss),)


def _loss(found: Allocation) -> float:
    return normal_cvar(found.volatility, found.expected_return)


def _shopping(request: OptimizeRequest, panel: PricePanel, symbols: tuple[str, ...], weights: Floats) -> Json:
    """What to buy for the amount; what has no price of its own is named and its money kept."""
    amount = Decimal(request.amount or "0")
    if amount <= 0:
        raise InvalidInput("A shopping list needs an amount above zero.", field="investment_amount")
    prices = {item.symbol: None if item.price is None else Decimal(str(round(item.price, 4))) for item in panel.members}
    wanted = dict(zip(symbols, weights.tolist(), strict=True))
    found = shopping_list(wanted, prices, amount, panel.currency, fractions=request.fractions)
    lines = [line | {"shares": float(line["shares"])} for line in found["lines"]]
    return found | {"lines": lines, "prices_of": panel.as_of.isoformat()}


def yardsticks(panel: PricePanel, estimates: Estimates) -> list[Json]:
    """1/N, and 60/40 where the classes of all are known, by the same estimates."""
    mixes = {"equal_weight": equal_weights(len(estimates.symbols))}
    classes = {item.symbol: item.asset_class for item in panel.members}
    known = [kind for symbol in estimates.symbols if (kind := classes[symbol]) is not None]
    groups = {item.group.value for item in known}
    if len(known) == len(estimates.symbols) and {"equity", "bond"} <= groups:
        mixes["sixty_forty"] = sixty_forty(known, estimates.prior)
    return [_point(name, weights, estimates) for name, weights in mixes.items()]


def _point(name: str, weights: Floats, estimates: Estimates) -> Json:
    return {
        "name": name,
        "weights": by_symbol(estimates.symbols, weights),
        "expected_return": estimates.expected(weights),
        "volatility": estimates.volatility(weights),
        "sharpe": estimates.sharpe(weights),
    }


def frontier(request: FrontierRequest, panel: PricePanel) -> Json:
    """Points of the efficient frontier at even steps of volatility, its corners, and strategies to compare.

    Raises:
        InvalidInput, NotEnoughHistory, InfeasibleConstraints, SolverFailed: as for a portfolio.
    """
    estimates = estimates_of(panel, request.scope, request.estimation)
    constraints = constraints_of(panel, request.limits, estimates.symbols)
    task = Task(estimates=estimates, constraints=constraints)
    line, tried = _line(task)
    weights = line.at_positions(np.linspace(0.0, 1.0, request.points))
    special: list[Json] = []
    missed: list[Reason] = []
    for name in _SHOWN_ON_FRONTIER:
        try:
            special.append(_point(name, allocate_with_general(name, task).weights, estimates))
        except (InfeasibleConstraints, SolverFailed) as fault:
            missed.append(Reason("frontier.strategy_left_out", {"strategy": name, "why": fault.message}))
    return head(panel, request.scope, estimates) | {
        "points": [_point(f"point_{number}", row, estimates) for number, row in enumerate(weights)],
        "corners": [_point(f"corner_{number}", row, estimates) for number, row in enumerate(line.weights)],
        "exact": line.exact,
        "strategies": special,
        "compared_with": yardsticks(panel, estimates),
        "reasons": reasons_json(constraints.notes, tuple(missed), estimates.notes),
        "solvers_tried": tried_json(tried),
    }


def _line(task: Task) -> tuple[Frontier, tuple[Attempted, ...]]:
    """The exact line, else points by the general solver; and who was asked. With a limit on turnover, points one by one."""
    known = task.estimates
    problem = Problem(known.symbols, known.mean, known.covariance, task.constraints)
    check(problem)
    if task.constraints.turnover is not None:
        return _one_by_one(task, problem)
    try:
        return trace_exact(problem), (Attempted(EXACT, "ok"),)
    except SolverFailed as failure:
        first = Attempted(*failure.details["tried"][0])
    try:
        return from_general(problem, efficient_points(*problem.arrays())), (first, Attempted(GENERAL, "ok"))
    except (SolverFailed, ValueError) as error:
        tried = [(first.solver, first.outcome), (GENERAL, str(error))]
        raise SolverFailed("No solver found a frontier for these limits.", details={"tried": tried}) from error


def _one_by_one(task: Task, problem: Problem) -> tuple[Frontier, tuple[Attempted, ...]]:
    """Efficient portfolios at even steps of the mean: neither solver of whole lines knows a limit on turnover."""
    calmest = allocate_with_general("min_volatility", task)
    boldest = most(task.constraints, problem.mean)
    top = calmest.expected_return if boldest is None else float(problem.mean @ boldest)
    targets = np.linspace(calmest.expected_return, max(top, calmest.expected_return), POINTS)[1:]
    rest = [allocate_with_general("efficient_return", replace(task, target_return=float(mean))) for mean in targets]
    return from_general(problem, np.array([calmest.weights, *(found.weights for found in rest)])), calmest.tried
