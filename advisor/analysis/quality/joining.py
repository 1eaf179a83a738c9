"""Stored bars and fresh ones as one history."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from advisor.domain.bars import COLUMNS, Bars
from advisor.domain.market import Floats

_MEETS = np.timedelta64(7, "D")
_PRICES = ("open", "high", "low", "close")


def joined(stored: Bars, fresh: Bars) -> Bars:
    """The stored bars before the first fresh day, then the fresh ones. Both must be on one scale (`restated` says no)."""
    if not len(fresh):
        return stored
    first = fresh.dates[0].item()
    before = stored.between(None, first - timedelta(days=1))
    columns: dict[str, Any] = {name: np.concatenate([getattr(before, name), getattr(fresh, name)]) for name in COLUMNS}
    return replace(
        fresh, dates=np.concatenate([before.dates, fresh.dates]), actions=before.actions + fresh.actions, **columns
    )


def longest(stored: Bars, restated: Bars) -> Bars:
    """The whole history after the source restated its past: as the source gives it, or, where it gives less than is stored,
    that with the stored bars before it brought to the new scale by the days both have.

    Where they share no day nothing tells the scale, and what the source gives is all there is.
    """
    if not len(restated) or not len(stored) or restated.dates[0] <= stored.dates[0] + _MEETS:
        return restated
    _, at_stored, at_fresh = np.intersect1d(stored.dates, restated.dates, return_indices=True)
    if not len(at_stored):
        return restated
    price = _ratio(restated.close[at_fresh], stored.close[at_stored])
    income = _ratio(restated.adj_close[at_fresh], stored.adj_close[at_stored])
    columns: dict[str, Any] = {name: getattr(stored, name) * price for name in _PRICES}
    actions = tuple(
        replace(item, value=item.value * price) if item.kind == "dividend" else item for item in stored.actions
    )
    scaled = replace(
        stored, adj_close=stored.adj_close * income, volume=stored.volume / price, actions=actions, **columns
    )
    return joined(scaled, restated)


def _ratio(fresh: Floats, stored: Floats) -> float:
    known = np.isfinite(fresh) & np.isfinite(stored) & (stored > 0) & (fresh > 0)
    return float(np.median(fresh[known] / stored[known])) if known.any() else 1.0
