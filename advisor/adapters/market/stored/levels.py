"""Stored closes as the total-return levels of a plan universe, as they were known on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from advisor.adapters.market.universes.loader import Universe
from advisor.domain.alignment import as_date, in_words
from advisor.domain.bars import Closes, CorporateAction, Finding, repaired_since
from advisor.domain.market import Dates, Floats

COMPUTED_CASH = "CASH"
"""The symbol of cash that is computed from an interest rate, where the source has no fund of cash."""

_CLOSE_BY = np.timedelta64(5, "D")

Histories = Mapping[str, tuple[Dates, Floats]]
"""Days (T,) and total-return levels (T,) by symbol; the last level is the price of that day."""


def seen_on(
    day: date,
    closes: Mapping[str, Closes],
    actions: Mapping[str, Sequence[CorporateAction]],
    findings: Mapping[str, Sequence[Finding]],
) -> Histories:
    """The closes up to `day`, with splits, dividends and repairs after it taken out of their scale (see `Bars.as_seen_on`)."""
    found = {}
    for symbol, item in closes.items():
        kept = (item.days <= np.datetime64(day)) & np.isfinite(item.adj_close) & (item.adj_close > 0)
        if kept.any():
            splits = [act.value for act in actions.get(symbol, ()) if act.kind == "split" and act.day > day]
            levels, close = item.adj_close[kept], item.close[kept][-1]
            days = item.days[kept]
            repaired = repaired_since(as_date(days[-1]), actions.get(symbol, ()), findings.get(symbol, ()))
            price = (close if np.isfinite(close) and close > 0 else levels[-1]) * float(np.prod(splits)) / repaired
            found[symbol] = (days, levels * (price / levels[-1]))
    return found


def with_proxies(universe: Universe, histories: Histories) -> tuple[Histories, dict[str, str]]:
    """The histories with the returns of a proxy before an instrument's first day, where a universe names one; a note on each."""
    longer: dict[str, tuple[Dates, Floats]] = {}
    notes: dict[str, str] = {}
    for slot in universe.slots:
        symbol, proxy = slot.instrument.symbol, slot.proxy
        if proxy is None or symbol not in histories or proxy.symbol not in histories:
            continue
        spliced = _spliced(histories[symbol], histories[proxy.symbol])
        if spliced is not None:
            longer[symbol] = spliced
            begins = in_words(as_date(histories[symbol][0][0]))
            notes[symbol] = f"Before {begins}, {symbol} is shown with the returns of {proxy.symbol}: {proxy.note}"
    return {**histories, **longer}, notes


def earning(dates: Dates, rate_days: Dates, rates: Floats) -> Floats:
    """Level (T,) of money that earns the rate known the day before (fractions a year, simple interest on 365 days); begins at 1.

    Before the first known rate that first one is taken.
    """
    position = np.maximum(np.searchsorted(rate_days, dates, side="right") - 1, 0)
    earned = rates[position][:-1] * np.diff(dates).astype("timedelta64[D]").astype(float) / 365
    return np.concatenate([[1.0], np.cumprod(1.0 + earned)])


def _spliced(own: tuple[Dates, Floats], older: tuple[Dates, Floats]) -> tuple[Dates, Floats] | None:
    """The older series up to the first own day, scaled to meet it there; None where it does not reach back or does not meet."""
    before = older[0] < own[0][0]
    if not before.any():
        return None
    at = int(np.searchsorted(older[0], own[0][0], side="right")) - 1
    if older[0][at] < own[0][0] - _CLOSE_BY:
        return None
    scaled = older[1][before] * (own[1][0] / older[1][at])
    return np.concatenate([older[0][before], own[0]]), np.concatenate([scaled, own[1]])
