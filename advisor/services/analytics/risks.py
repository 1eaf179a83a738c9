"""The risk measures of a mix, and what scenarios would do to it."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from advisor.analysis.returns import WEEKS_PER_YEAR, weekly_returns
from advisor.analysis.risk_report import risk_report
from advisor.analysis.scenario_results import Holding, Path
from advisor.analysis.scenario_tables import episode, episodes
from advisor.analysis.scenarios import played
from advisor.analysis.shocks import STANDARD_SHOCKS, shock
from advisor.domain.market import Floats
from advisor.domain.money import Money
from advisor.domain.panel import PricePanel
from advisor.services.analytics.basis import Json, head, risk_free_of, weights_of
from advisor.services.analytics.requests import RiskRequest, ScenarioRequest

_LOSSES = ("historical_", "normal_")  # values at risk: measures of a loss, which has an amount


def risk_analysis(request: RiskRequest, panel: PricePanel) -> Json:
    """Every measure of the mix, rebalanced weekly, over the window; with an amount, losses in money as well.

    Raises:
        InvalidInput, NotEnoughHistory: for weights that cannot be, or too little in common.
    """
    weights = weights_of(panel, request.weights)
    weekly = weekly_returns(panel.dates, np.column_stack([panel.levels, panel.benchmark_levels]))
    indexed = not np.isnan(panel.benchmark_levels).all()
    free = risk_free_of(panel, request.scope)
    report = risk_report(
        weekly.returns[:, :-1],
        weekly.ends,
        WEEKS_PER_YEAR,
        weights=weights,
        symbols=panel.symbols,
        benchmark=weekly.returns[:, -1] if indexed else None,
        risk_free=free / WEEKS_PER_YEAR,
    ).to_json()
    if request.amount is not None:
        for measure in report["measures"]:
            if measure["value"] is not None and measure["name"].startswith(_LOSSES):
                measure["amount"] = _in_money(measure["value"], request.amount, panel.currency)
    return head(panel, request.scope) | {"risk_free_rate": free, "rebalanced": "P1W"} | report


def _in_money(fraction: float, amount: str, currency: str) -> dict[str, str]:
    lost = Decimal(str(fraction)) * Decimal(amount)
    return Money(lost, currency).quantized().to_json()


def scenarios(request: ScenarioRequest, panel: PricePanel) -> Json:
    """Great falls of the past and made-up shocks played on the mix; what nobody knows is named, never taken for zero.

    Raises:
        InvalidInput: for an unknown scenario, or weights or shocks that cannot be.
    """
    weights = weights_of(panel, request.weights)
    holdings = [
        Holding(item.symbol, float(weights[at]), item.asset_class, panel.currency, _path(panel, panel.levels[:, at]))
        for at, item in enumerate(panel.members)
        if weights[at] > 0
    ]
    amount = Money(Decimal(request.amount), panel.currency) if request.amount is not None else None
    # A benchmark of one's own need not be shares, and scenarios lean on what the share market did.
    market = _path(panel, panel.benchmark_levels) if request.scope.benchmark is None else None
    everything = not request.names and not request.shocks
    past = episodes() if everything else [episode(name) for name in request.names]
    made_up = [*(STANDARD_SHOCKS if everything else ()), *((shock(item.kind, item.size),) for item in request.shocks)]
    found = played(past, made_up, holdings, amount=amount, base_currency=panel.currency, market=market)
    return head(panel, request.scope) | {
        "scenarios": [item.to_json() for item in found],
        "known": [item.id for item in episodes()],
    }


def _path(panel: PricePanel, levels: Floats) -> Path | None:
    known = ~np.isnan(levels)
    return Path(panel.dates[known], levels[known]) if known.any() else None
