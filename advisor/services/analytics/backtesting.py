"""A strategy walked forward, beside the yardsticks, with what its record is worth as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from functools import cache

import numpy as np

from advisor.analysis.assumptions import sixty_forty
from advisor.analysis.backtest import Decide, Track, compare_tracks, equal_mix, fixed_mix, walk_forward
from advisor.analysis.ratios import sharpe
from advisor.analysis.returns import WEEKS_PER_YEAR, PeriodReturns, weekly_returns
from advisor.analysis.sharpe import Trials, sharpe_difference, sharpe_record
from advisor.domain.errors import InfeasibleConstraints, InvalidInput, NotEnoughHistory, SmartInvestError, SolverFailed
from advisor.domain.investor import Reason
from advisor.domain.market import Floats
from advisor.domain.panel import PricePanel
from advisor.optimizer.strategies import Task, allocate_with_general
from advisor.services.analytics.basis import (
    Json,
    by_symbol,
    constraints_of,
    estimates_of,
    head,
    reasons_json,
    risk_free_of,
)
from advisor.services.analytics.requests import BacktestRequest, Estimation, Scope

Failures = list[tuple[date, SmartInvestError]]
_WEEKS = {"monthly": 4, "quarterly": 13, "yearly": 52}
_PURGE = 1  # week: the returns that a step is judged by never touch those it was estimated from
_JUDGED_AT = 10.0  # basis points: the cost at which a record is judged
_SEED = 20260101


def backtest(request: BacktestRequest, panel: PricePanel) -> Json:
    """What the strategy would have earned, each step knowing only what was known, net of costs, beside 1/N and 60/40.

    All begin on the day on which the last of them could decide, and each pays for its first purchase then. A step that finds no
    portfolio leaves things as they are, and is counted and named.

    Raises:
        InvalidInput: for means that rest on today's rates, or views, which are of today.
        NotEnoughHistory: if nothing is left to walk after the warm-up.
        InfeasibleConstraints, SolverFailed: if no step found a portfolio, from the last one.
    """
    _refuse_todays_knowledge(request.estimation)
    weekly = weekly_returns(panel.dates, panel.levels)
    failures: Failures = []
    yardsticks: dict[str, Decide] = {"equal_weight": equal_mix} | _sixty_forty(panel)
    yardsticks.pop(request.strategy, None)  # 1/N within limits is a strategy of its own
    try:
        tracks = _walked({request.strategy: _rule(request, panel, weekly, failures)} | yardsticks, weekly, request)
    except NotEnoughHistory as nothing:
        raise (failures[-1][1] if failures else nothing) from nothing
    free = risk_free_of(panel, request.scope) / WEEKS_PER_YEAR
    own = tracks[request.strategy]
    # Weights are set at the close before the first period that they are held in.
    closes = weekly.ends[len(weekly.ends) - len(own.ends) - 1 :]
    return head(panel, request.scope) | {
        "strategy": request.strategy,
        "rebalance": request.rebalance,
        "first_decision": str(closes[0]),
        "figures": [
            asdict(item) for item in compare_tracks(tracks, WEEKS_PER_YEAR, costs_bps=request.costs_bps, risk_free=free)
        ],
        "evidence": _evidence(request, tracks, free),
        "growth": _growth(tracks),
        "weights": [
            {"at": str(closes[at]), "weights": by_symbol(panel.symbols, row)}
            for at, row in zip(own.trades, own.weights, strict=True)
        ],
        "reasons": reasons_json(tuple(_left_out(day, fault) for day, fault in failures)),
        "risk_free_rate": free * WEEKS_PER_YEAR,
        "risk_free_note": "One rate for all years: the one asked for, or else that of today.",
        "survivorship": "The instruments were chosen today; those that failed on the way are not among them.",
    }


def _refuse_todays_knowledge(estimation: Estimation) -> None:
    if estimation.mean == "forward":
        raise InvalidInput(
            "Forward-looking means rest on the rates of today, which nobody knew then. Please choose other means.",
            field="moments.mean",
        )
    if estimation.views:
        raise InvalidInput(
            "A view is of today, and nobody held it then. Please leave views out of a look at the past.",
            field="moments.views",
        )


def _walked(rules: Mapping[str, Decide], weekly: PeriodReturns, request: BacktestRequest) -> dict[str, Track]:
    """All rules from the first step at which each of them has decided: one that began earlier is walked again from there."""

    def walk(rule: Decide, first: int) -> Track:
        return walk_forward(
            weekly.returns,
            weekly.ends,
            rule,
            rebalance_every=_WEEKS[request.rebalance],
            warmup=first,
            purge=_PURGE,
            cost_bps=_JUDGED_AT,
        )

    first = round(request.warmup_years * WEEKS_PER_YEAR) + _PURGE
    tracks = {name: walk(rule, first) for name, rule in rules.items()}
    while len(lengths := {len(track.ends) for track in tracks.values()}) > 1:
        shortest = min(lengths)
        first = len(weekly.ends) - shortest
        tracks = {
            name: track if len(track.ends) == shortest else walk(rules[name], first) for name, track in tracks.items()
        }
    return tracks


def _rule(request: BacktestRequest, panel: PricePanel, weekly: PeriodReturns, failures: Failures) -> Decide:
    """The strategy as a rule that estimates from the panel up to the last week it is shown, and no further."""

    limits = cache(lambda symbols: constraints_of(panel, replace(request.limits, held=None, turnover=None), symbols))

    def decide(history: Floats, held: Floats) -> Floats | None:
        last: date = weekly.ends[len(history) - 1].astype("datetime64[D]").item()
        try:
            estimates = estimates_of(panel, _looked_back(request, last), _known_then(request.estimation, panel), last)
            constraints = limits(estimates.symbols)
            if request.limits.turnover is not None and held.any():
                now = dict(zip(panel.symbols, held.tolist(), strict=True))
                constraints = constraints_of(panel, replace(request.limits, held=now), estimates.symbols)
            task = Task(
                estimates,
                constraints,
                target_return=request.target_return,
                target_volatility=request.target_volatility,
            )
            found = allocate_with_general(request.strategy, task)
        except (InfeasibleConstraints, NotEnoughHistory, SolverFailed) as fault:
            failures.append((last, fault))
            return None
        weights = dict(zip(estimates.symbols, found.weights.tolist(), strict=True))
        return np.array([weights.get(symbol, 0.0) for symbol in panel.symbols])

    return decide


def _left_out(day: date, fault: SmartInvestError) -> Reason:
    return Reason("backtest.step_left_out", {"at": day.isoformat(), "why": fault.message})


def _looked_back(request: BacktestRequest, last: date) -> Scope:
    """The scope of one step: its window of years before `last`, where there is one."""
    if not request.window_years:
        return request.scope
    begin = np.datetime64(last) - np.timedelta64(round(365.25 * request.window_years), "D")
    return replace(request.scope, window_from=max(str(begin), request.scope.window_from or ""))


def _known_then(estimation: Estimation, panel: PricePanel) -> Estimation:
    """Means that need nothing of today: of the market portfolio where all have a place in it, else by beta, else shrunk."""
    if estimation.mean:
        return estimation
    if all(item.prior is not None for item in panel.members):
        return replace(estimation, mean="black_litterman")
    return replace(estimation, mean="shrunk" if np.isnan(panel.benchmark_levels).all() else "capm")


def _sixty_forty(panel: PricePanel) -> dict[str, Decide]:
    known = [item.asset_class for item in panel.members if item.asset_class is not None]
    if len(known) != len(panel.members) or not {"equity", "bond"} <= {item.group.value for item in known}:
        return {}
    priors = [item.prior for item in panel.members if item.prior is not None]
    prior = np.array(priors) if len(priors) == len(known) else None
    return {"sixty_forty": fixed_mix(sixty_forty(known, prior))}


def _evidence(request: BacktestRequest, tracks: Mapping[str, Track], free: float) -> Json:
    """The Sharpe ratio's record at 10 basis points, deflated by all that was tried, and its difference to each yardstick."""
    own = tracks[request.strategy].net_of(_JUDGED_AT)
    ratio = sharpe(own, 1, free)
    trials = Trials.of([*request.trials, ratio]) if ratio is not None else Trials(1 + len(request.trials), 0.0)
    record = sharpe_record(own, WEEKS_PER_YEAR, risk_free=free, trials=trials)
    differences = {}
    for name, track in tracks.items():
        if name != request.strategy:
            found = sharpe_difference(own, track.net_of(_JUDGED_AT), WEEKS_PER_YEAR, seed=_SEED, risk_free=free)
            differences[name] = asdict(found) | {"clear": found.clear} if found else None
    return {
        "cost_bps": _JUDGED_AT,
        "sharpe_per_week": ratio,
        "record": asdict(record) if record else None,
        "difference_to": differences,
    }


def _growth(tracks: Mapping[str, Track]) -> Json:
    ends = next(iter(tracks.values())).ends
    return {
        "dates": [str(day) for day in ends.astype("datetime64[D]")],
        "net_of_10_bps": {name: np.cumprod(1.0 + track.net_of(_JUDGED_AT)).tolist() for name, track in tracks.items()},
    }
