"""Futures of any mix, centred on what is expected of it."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from advisor.analysis.projection import Market, Projection, levers, project, required_return
from advisor.analysis.returns import monthly_returns
from advisor.domain.errors import NotEnoughHistory
from advisor.domain.market import Floats
from advisor.domain.panel import PricePanel
from advisor.optimizer.estimates import Estimates
from advisor.services.analytics.basis import Json, estimates_of, head, reasons_json, weights_of
from advisor.services.analytics.requests import SimulateRequest


def simulate(request: SimulateRequest, panel: PricePanel) -> Json:
    """The fan of a mix in today's money, by a block bootstrap of its own months centred on its expected return.

    Fees are not known here and not taken off.

    Raises:
        InvalidInput: for amounts or weights that make no sense.
        NotEnoughHistory: for less than two years of months that all of the mix has.
    """
    weights = weights_of(panel, request.weights)
    estimates = estimates_of(panel, request.scope, request.estimation)
    held = _estimated({symbol: weight for symbol, weight in request.weights.items() if weight > 0}, estimates)
    expected, months = estimates.expected(estimates.vector(held)), _common_months(panel, weights)
    market = Market(returns=months, means=expected, expected_inflation=panel.rates.inflation, inflation=None)
    start, saved = float(request.start), float(request.monthly)
    target = None if request.target is None else float(request.target)
    drawn = project(
        market, start=start, monthly=saved, years=request.years, seed=request.seed, target=target, paths=request.paths
    )
    body = (
        head(panel, request.scope, estimates)
        | _fan(drawn)
        | {
            "expected_return": expected,
            "target": target,
            "paths": request.paths,
            "seed": request.seed,
            "months_drawn_from": len(months),
            "inflation": panel.rates.inflation,
            "inflation_note": panel.rates.inflation_note,
            "in": "today's money",
            "reasons": reasons_json(estimates.notes),
        }
    )
    if target is None or saved < 0:
        return body
    found = levers(
        market, start=start, monthly=saved, years=request.years, target=target, seed=request.seed, paths=request.paths
    )
    return body | {
        "levers": asdict(found),
        "required_real_return": required_return(start, saved, request.years, target),
    }


def _estimated(held: dict[str, float], estimates: Estimates) -> dict[str, float]:
    """What is held, all of which has estimates.

    Raises:
        NotEnoughHistory: if something has too few prices for them; it is named.
    """
    missing = sorted(set(held) - set(estimates.symbols))
    if missing:
        raise NotEnoughHistory(
            f"{', '.join(missing)} has too few prices to say what to expect of it.",
            field="weights",
            details={"symbols": missing},
        )
    return held


def _common_months(panel: PricePanel, weights: Floats) -> Floats:
    """Monthly returns (M,) of the mix, rebalanced monthly, over the months that all that is held has.

    Raises:
        NotEnoughHistory: if there are none.
    """
    held = weights > 0
    monthly = monthly_returns(panel.dates, panel.levels[:, held]).returns
    complete = monthly[np.argmax(~np.isnan(monthly).any(axis=1)) :]
    if np.isnan(complete).any():
        raise NotEnoughHistory("These instruments have no months in common.", field="symbols")
    mixed: Floats = complete @ weights[held]
    return mixed


def _fan(drawn: Projection) -> Json:
    return {
        "years": list(drawn.years),
        "bands": {name: list(values) for name, values in drawn.bands.items()},
        "paid_in": list(drawn.paid_in),
        "terminal": drawn.terminal,
        "chance": drawn.chance,
        "chance_range": None if drawn.chance is None else [drawn.chance_low, drawn.chance_high],
    }
