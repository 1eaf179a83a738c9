"""The plan beside 1/N and 60/40: by the same estimates, on the same frontier plot, over the same history."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from advisor.analysis.history import MixHistory, mix_history, worst_twelve_months
from advisor.analysis.risk import maximum_drawdown, normal_cvar
from advisor.optimizer.choose import Choice
from advisor.services.plan.amounts import is_cash, worse_loss
from advisor.services.plan.basis import Basis, Json, reason_json


def mixes_of(choice: Choice, basis: Basis) -> dict[str, dict[str, float]]:
    """The plan, 1/N and 60/40 as weights by symbol."""
    return {"plan": choice.weights, **{name: weights for name, (weights, _) in basis.yardsticks.items()}}


def histories(choice: Choice, basis: Basis) -> dict[str, MixHistory]:
    """How the plan, 1/N and 60/40 would have done."""
    plan = mix_history(basis.snapshot, choice.weights, basis.months)
    return {"plan": plan, **{name: past for name, (_, past) in basis.yardsticks.items()}}


def comparison(
    mixes: dict[str, dict[str, float]], past: dict[str, MixHistory], basis: Basis, stake: Decimal
) -> list[Json]:
    """Expected return, risk and a bad year of each mix."""
    rows = []
    for name, weights in mixes.items():
        vector = basis.moments.vector(weights)
        expected, spread = basis.moments.projection_mean(vector), basis.moments.volatility(vector)
        cvar = normal_cvar(spread, expected)
        worst = past[name].worst_year
        loss = worse_loss(cvar, worst, cash_alone=is_cash(weights, basis))
        rows.append(
            {
                "name": name,
                "expected_return": expected,
                "volatility": spread,
                "cvar": cvar,
                "worst_year": worst.result if worst else None,
                "bad_year_amount": loss * float(stake),
            }
        )
    return rows


def frontier_plot(mixes: dict[str, dict[str, float]], basis: Basis) -> Json:
    """The curve in the means that the plan is judged by, not in those it was traced with."""
    points = []
    for name, mix in mixes.items():
        vector = basis.moments.vector(mix)
        points.append(
            {
                "name": name,
                "volatility": basis.moments.volatility(vector),
                "expected_return": basis.moments.projection_mean(vector),
            }
        )
    return {"curve": [list(point) for point in basis.curve], "points": points, "exact": basis.solution.frontier.exact}


def history(past: dict[str, MixHistory]) -> Json:
    """Growth of the mixes, and their worst stretches, over the months they share."""
    months = min(len(item.returns) for item in past.values())
    growth, figures = {}, []
    for name, item in past.items():
        line = np.concatenate(([1.0], np.cumprod(1.0 + item.returns[-months:])))
        growth[name] = line.tolist()
        figures.append(
            {
                "name": name,
                "yearly": float(line[-1] ** (12.0 / months) - 1.0),
                "worst": worst_twelve_months(line),
                "drawdown": maximum_drawdown(item.returns[-months:]),
            }
        )
    plan = past["plan"]
    start = plan.start if months == len(plan.returns) else plan.ends[-months - 1].astype("datetime64[D]").item()
    dates = [start.isoformat(), *(str(day) for day in plan.ends[-months:].astype("datetime64[D]"))]
    notes = [reason_json(note) for note in plan.notes]
    return {"dates": dates, "growth": growth, "figures": figures, "notes": notes}
