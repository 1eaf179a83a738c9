"""Stored bars and fresh ones as one history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from advisor.domain.bars import COLUMNS, Bars
from advisor.domain.errors import NotEnoughHistory
from advisor.domain.market import Floats

_MEETS = np.timedelta64(7, "D")
_PRICES = ("open", "high", "low", "close")


def joined(stored: Bars, fresh: Bars) -> Bars:
    """Both as one history. Of a day that both have the fresh bar counts; a stored day that did not come again stays.

    Both must be on one scale (`restated` says no).
    """
    kept = ~np.isin(stored.dates, fresh.dates)
    dates = np.concatenate([stored.dates[kept], fresh.dates])
    order = np.argsort(dates, kind="stable")
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(stored, name)[kept], getattr(fresh, name)])[order] for name in COLUMNS
    }
    said = {*fresh.dates.tolist(), *(item.day for item in fresh.actions)}
    actions = sorted(
        [*(item for item in stored.actions if item.day not in said), *fresh.actions], key=lambda item: item.day
    )
    return replace(fresh, dates=dates[order], actions=tuple(actions), **columns)


def longest(stored: Bars, restated: Bars) -> Bars:
    """The whole history after the source restated its past: as the source gives it, or, where it gives less than is stored,
    that with the stored bars before it brought to the new scale by the days both have.

    Raises:
        NotEnoughHistory: if the source gives less and they share no day, so that nothing tells the scale.
    """
    if not len(stored) or (len(restated) and restated.dates[0] <= stored.dates[0] + _MEETS):
        return restated
    _, at_stored, at_fresh = np.intersect1d(stored.dates, restated.dates, return_indices=True)
    if not len(at_stored):
        raise NotEnoughHistory(
            "What the source gives now shares no day with the stored prices, so that nothing tells their scale. They stay."
        )
    price = _ratio(restated.close[at_fresh], stored.close[at_stored])
    income = _ratio(restated.adj_close[at_fresh], stored.adj_close[at_stored])
    columns: dict[str, Any] = {name: getattr(stored, name) * price for name in _PRICES}
    actions = tuple(
        replace(item, value=item.value * price) if item.kind == "dividend" else item for item in stored.actions
    )
    scaled = replace(
        stored, adj_close=stored.adj_close * income, volume=stored.volume / price, actions=actions, **columns
    )
    return joined(scaled.between(None, restated.dates[0].item() - timedelta(days=1)), restated)


def mends_past(stored: Bars, judged: Bars, checked: Bars, first: date) -> bool:
    """Whether the check of `stored` joined with an increment from `first` on refused stored days, or mended prices before it.

    Then the increment alone does not bring the stored prices to what was `checked`: all of them have to be written.
    """
    if not np.isin(stored.dates, checked.dates).all():
        return True
    before, after = (bars.between(None, first - timedelta(days=1)) for bars in (judged, checked))
    return not all(
        np.array_equal(getattr(before, name), getattr(after, name), equal_nan=True) for name in ("close", "adj_close")
    )


def _ratio(fresh: Floats, stored: Floats) -> float:
    known = np.isfinite(fresh) & np.isfinite(stored) & (stored > 0) & (fresh > 0)
    return float(np.median(fresh[known] / stored[known])) if known.any() else 1.0
