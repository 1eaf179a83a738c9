"""Holdings too small to be worth buying, moved to the rest of the mix when targets are rounded."""

from __future__ import annotations

import numpy as np

from advisor.analysis.risk import CVAR_FACTOR
from advisor.domain.investor import Reason, RiskProfile
from advisor.domain.market import AssetGroup, Floats
from advisor.optimizer.constraints import Constraints
from advisor.optimizer.frontier import Bools
from advisor.optimizer.moments import Moments

LEAST_WEIGHT = 0.01
"""Below this a holding costs more attention than it changes. Judgement."""

_TOLERANCE = 1e-9
_LOSS_TOLERANCE = 1e-4  # a hundredth of a point of a bad year: less than the four decimals of the weights leave open


def without_dust(
    weights: Floats, moments: Moments, constraints: Constraints, profile: RiskProfile
) -> tuple[Floats, tuple[Reason, ...]]:
    """Weights (n,) without holdings under 1 %, and the record of what was moved; unchanged where there is nowhere to put them.

    The small parts go pro rata to larger holdings of their own group, so that the share of equities stays; where there are none,
    to the larger holdings outside equities. Where that would break a limit, the equity cap or the loss budget, they go into cash
    that is held; else they stay.
    """
    dust = (weights > 0.0) & (weights < LEAST_WEIGHT)
    large = weights >= LEAST_WEIGHT
    if not dust.any() or not large.any():
        return weights, ()
    for moved in (_into_own_group(weights, dust, large, moments, constraints), _into_cash(weights, dust, moments)):
        if moved is not None and _allowed(moved, weights, moments, constraints, profile):
            small = float(weights[dust].sum())
            names = ", ".join(moments.symbols[i] for i in np.flatnonzero(dust))
            return moved, (Reason("choice.dust", {"symbols": names, "weight": small}, -small),)
    return weights, ()


def _into_own_group(
    weights: Floats, dust: Bools, large: Bools, moments: Moments, constraints: Constraints
) -> Floats | None:
    moved = np.where(dust, 0.0, weights)
    groups = np.array([group.value for group in moments.groups])
    for group in np.unique(groups[dust]):
        receivers = large & (groups == group)
        if not receivers.any():
            receivers = large & (groups != AssetGroup.EQUITY.value)
        filled = _poured(moved, float(weights[dust & (groups == group)].sum()), receivers, constraints.upper)
        if filled is None:
            return None
        moved = filled
    return moved


def _poured(weights: Floats, amount: float, receivers: Bools, upper: Floats) -> Floats | None:
    """`amount` added to the receivers pro rata, never beyond their upper bounds; None if they have no room for it."""
    filled = weights.copy()
    open_ = receivers & (filled < upper - _TOLERANCE)
    while amount > _TOLERANCE and open_.any():
        share = amount * filled[open_] / filled[open_].sum()
        added = np.minimum(share, upper[open_] - filled[open_])
        filled[open_] += added
        amount -= float(added.sum())
        open_ &= filled < upper - _TOLERANCE
    return filled if amount <= _TOLERANCE else None


def _into_cash(weights: Floats, dust: Bools, moments: Moments) -> Floats | None:
    if weights[moments.cash_column] < LEAST_WEIGHT:
        return None
    moved = np.where(dust, 0.0, weights)
    moved[moments.cash_column] += weights[dust].sum()
    return moved


def _allowed(moved: Floats, before: Floats, moments: Moments, constraints: Constraints, profile: RiskProfile) -> bool:
    """Whether no limit is broken that was kept before; cash may stand above its cap on purpose."""
    within = np.all(moved <= np.maximum(constraints.upper, before) + _TOLERANCE)
    rows = np.all(constraints.rows @ moved <= np.maximum(constraints.limits, constraints.rows @ before) + _TOLERANCE)
    most = max(profile.equity_cap, float(before @ moments.equity))
    calm = float(moved @ moments.equity) <= most + _TOLERANCE
    budget = max(profile.cvar_budget, _loss(before, moments))
    return bool(within and rows and calm and _loss(moved, moments) <= budget + _LOSS_TOLERANCE)


def _loss(weights: Floats, moments: Moments) -> float:
    return CVAR_FACTOR * moments.volatility(weights) - moments.projection_mean(weights)
