"""Targets that no permitted portfolio reaches: which limits stand in the way, and what is nearest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from advisor.domain.errors import InfeasibleConstraints, SolverFailed
from advisor.domain.market import Floats
from advisor.optimizer.constraints import Constraints, said
from advisor.optimizer.feasibility import conflict, named_limits
from advisor.optimizer.strategies.market import Market, market_of
from advisor.optimizer.strategies.region import Region
from advisor.optimizer.strategies.task import Task

RETURN = "target.return"
VOLATILITY = "target.volatility"


def unreachable_return(task: Task, highest: float) -> InfeasibleConstraints:
    """The error for a wanted return above the highest that the limits permit (fractions per year)."""
    wanted = task.target_return or 0.0
    unit = float(np.abs(task.estimates.mean).max()) or 1.0
    wish = (RETURN, -task.estimates.mean / unit, -wanted / unit)
    names = conflict(named_limits(task.constraints, wish))
    return InfeasibleConstraints(
        f"No portfolio within these limits is expected to earn {100 * wanted:.2f} % a year. "
        f"The most is {100 * highest:.2f} %.{_in_the_way(names)}",
        field="target_return",
        details={"conflict": list(names), "relaxation": {RETURN: wanted - highest}, "nearest": highest},
    )


def too_calm(task: Task, market: Market, least: float) -> InfeasibleConstraints:
    """The error for a volatility below the least that the limits permit; `least` is in the market's units."""
    wanted = task.target_volatility or 0.0
    nearest = least * market.variance_unit**0.5
    names = (VOLATILITY, *_holding_up(task, market, wanted / market.variance_unit**0.5))
    return InfeasibleConstraints(
        f"Every portfolio within these limits moves more than {100 * wanted:.2f} % a year. "
        f"The calmest moves {100 * nearest:.2f} %.{_in_the_way(names)}",
        field="target_volatility",
        details={"conflict": list(names), "relaxation": {VOLATILITY: nearest - wanted}, "nearest": nearest},
    )


def _in_the_way(names: tuple[str, ...]) -> str:
    others = [said(name) for name in names if not name.startswith("target.")]
    return f" In the way: {', '.join(others)}." if others else ""


def _holding_up(task: Task, market: Market, wanted: float) -> tuple[str, ...]:
    """Limits without which a calmer portfolio would do, none of which can be left out of the list (deletion filter)."""
    kept = [name for name in _touched(task.constraints, market.calmest.weights) if name]
    for name in list(kept):
        others = [item for item in kept if item != name]
        if _least(task, others) > wanted:
            kept = others
    return tuple(kept)


def _touched(asked: Constraints, weights: Floats) -> tuple[str, ...]:
    floors = [f"floor.{name.split('.', 1)[-1]}" for name in asked.upper_names]
    low = [
        name
        for name, weight, bound in zip(floors, weights, asked.lower, strict=True)
        if bound > 0 and weight - bound <= 1e-6
    ]
    out = [name for name, bound in zip(asked.upper_names, asked.upper, strict=True) if bound <= 0]
    return tuple(dict.fromkeys([*asked.binding(weights), *low, *out]))


def _least(task: Task, kept: list[str]) -> float:
    """Least volatility, in the market's units, where of the named limits only `kept` hold."""
    asked = task.constraints
    stems = [name.split(".", 1)[-1] for name in asked.upper_names]
    rows = np.array([name in kept for name in asked.row_names], bool)
    within = replace(
        asked,
        lower=np.array([low if f"floor.{stem}" in kept else 0.0 for low, stem in zip(asked.lower, stems, strict=True)]),
        upper=np.array([up if name in kept else 1.0 for up, name in zip(asked.upper, asked.upper_names, strict=True)]),
        rows=asked.rows[rows],
        limits=asked.limits[rows],
        row_names=tuple(name for name, keep in zip(asked.row_names, rows, strict=True) if keep),
        held=asked.held if "turnover" in kept else None,
        turnover=asked.turnover if "turnover" in kept else None,
    )
    market = replace(market_of(task, None), region=Region(within))
    try:
        return market.volatility(market.calmest.weights)
    except SolverFailed:
        return float("inf")
