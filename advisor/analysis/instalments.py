"""All at once or bit by bit: what putting a sum to work in instalments gives up and saves, on the same futures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from advisor.analysis.futures import PATHS, Market, accumulate
from advisor.analysis.projection import bands_of
from advisor.analysis.returns import MONTHS_PER_YEAR
from advisor.domain.errors import InvalidInput
from advisor.domain.market import Floats


@dataclass(frozen=True)
class Instalments:
    """A sum put in at once beside the same sum in `months` equal monthly parts, compared when the last part has worked a month.

    Amounts are in today's money. `at_once` and `in_parts` are percentiles "p5".."p95" of what the sum has become,
    `difference` those of parts less all at once on the same future. `chance_higher` is the share of futures in which the parts end
    higher; `mean_cost` is what they end lower by on average. `saved_when_bad` is by how much the parts' 5th percentile lies above
    that of all at once. `deepest_at_once` and `deepest_in_parts` are the 5th percentiles of the lowest month end on the way.
    """

    months: int
    at_once: dict[str, float]
    in_parts: dict[str, float]
    difference: dict[str, float]
    chance_higher: float
    mean_cost: float
    saved_when_bad: float
    deepest_at_once: float
    deepest_in_parts: float


def instalments(
    market: Market, amount: float, months: int, *, waiting: float = 0.0, seed: int, paths: int = PATHS
) -> Instalments:
    """Both ways over `months`: the first part goes in today, and what waits earns `waiting` (real, a fraction per year).

    Waiting costs the premium of the mix over cash on half of the money on average, and narrows the outcomes for just that long
    (Constantinides 1979; the parts end higher in the minority of futures, and more often the calmer the mix). After the last part
    both are the same mix, so what differs by then grows with it.

    Raises:
        InvalidInput: for an amount or a return that is no number, or fewer than two parts.
        NotEnoughHistory: for less than two years of monthly returns.
    """
    if not (np.isfinite(amount) and amount > 0 and np.isfinite(waiting) and waiting > -1.0):
        raise InvalidInput("Instalments need an amount above zero.", field="initial_amount")
    if months < 2:
        raise InvalidInput("Instalments are two or more.", field="instalments")
    growth = accumulate(market, range(months + 1), [], seed=seed, paths=paths).growth.astype(np.float64)
    kept = (1.0 + waiting) ** (np.arange(months) / MONTHS_PER_YEAR)
    units = np.cumsum(kept[:, None] / growth[:-1], axis=0) / months  # bought so far, per unit of the sum
    left = kept[:, None] * (1.0 - np.arange(1, months + 1)[:, None] / months)
    parts = units * growth[1:] + left * (1.0 + waiting) ** (1.0 / MONTHS_PER_YEAR)
    once = growth[1:]
    ends = {name: _percentiles(amount * values[-1:]) for name, values in (("once", once), ("parts", parts))}
    gap = parts[-1] - once[-1]
    return Instalments(
        months=months,
        at_once=ends["once"],
        in_parts=ends["parts"],
        difference=_percentiles(amount * gap[None, :]),
        chance_higher=float((gap > 0.0).mean()),
        mean_cost=float(-amount * gap.mean()),
        saved_when_bad=ends["parts"]["p5"] - ends["once"]["p5"],
        deepest_at_once=float(np.quantile(amount * once.min(axis=0), 0.05)),
        deepest_in_parts=float(np.quantile(amount * parts.min(axis=0), 0.05)),
    )


def _percentiles(values: Floats) -> dict[str, float]:
    return {name: line[0] for name, line in bands_of(values.astype(np.float32)).items()}
