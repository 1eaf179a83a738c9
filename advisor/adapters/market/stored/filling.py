"""A universe over the histories a source has: each place filled by the first fund whose prices can be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from advisor.adapters.market.panel import Selection, a_year_old, select
from advisor.adapters.market.universes.records import Universe
from advisor.domain.alignment import Panel, after_last_gap, align, as_date, in_words
from advisor.domain.errors import NotEnoughHistory
from advisor.domain.market import Dates, Floats, Instrument

_LEAST_AFTER_GAP = np.timedelta64(730, "D")  # a projection needs two years


@dataclass(frozen=True)
class Filled:
    """The instruments that were taken, their panel, and what is to be said of each place."""

    instruments: tuple[Instrument, ...]
    panel: Panel
    notes: tuple[str, ...]

    def select(self, last: date) -> Selection:
        """What a plan of `last` is made from.

        Raises:
            NotEnoughHistory: if shares, bonds or cash are missing.
        """
        try:
            selection = select(self.instruments, self.panel, last)
        except NotEnoughHistory as lacking:
            raise NotEnoughHistory(lacking.message, details={"left_out": list(self.notes)}) from lacking
        return replace(selection, notes=self.notes)


def fill(
    universe: Universe,
    histories: Mapping[str, tuple[Dates, Floats]],
    last: date,
    faulty: Mapping[str, str] | None = None,
) -> Filled:
    """The places of a universe filled from histories by symbol: days and total-return levels (T,).

    A fund with a gap counts from the end of its last gap on, if that leaves two years. Where a fund's prices are faulty otherwise,
    or younger than a year by then, the next alternative that the source has is tried. The notes say for each place what was
    taken and why. Histories of other symbols are ignored, prices after `last` are not seen. `faulty` maps symbols that are not to
    be taken, whatever their prices, to the reason (a sentence's second half).

    Raises:
        NotEnoughHistory: if not one place can be filled.
    """
    seen = {symbol: _until(histories[symbol], last) for symbol in universe.symbols if symbol in histories}
    unusable = dict(faulty or {})
    shortened: dict[str, str] = {}
    while True:
        instruments, notes = universe.choose(seen, unusable)
        if not instruments:
            raise NotEnoughHistory(
                f"The source has none of the funds that a plan in {universe.currency} is made of.",
                details={"left_out": list(notes)},
            )
        try:
            panel = align({item.symbol: seen[item.symbol] for item in instruments})
        except NotEnoughHistory:  # not one of them is usable: there may still be alternatives
            unusable |= {item.symbol: "its prices are not complete enough" for item in instruments}
            continue
        cut = {
            symbol: history
            for symbol in panel.left_out
            if symbol not in shortened and (history := _after_gap(seen[symbol], panel))
        }
        seen |= cut
        shortened |= {symbol: in_words(as_date(days[0])) for symbol, (days, _) in cut.items()}
        faults = {item.symbol: fault for item in instruments if (fault := _fault(item, panel, last))}
        unusable |= {symbol: fault for symbol, fault in faults.items() if symbol not in cut}
        if not faults:
            break
    notes += tuple(
        f"{item.symbol} counts from {shortened[item.symbol]} on: before that its prices have a gap."
        for item in instruments
        if item.symbol in shortened
    )
    return Filled(instruments, panel, notes)


def _until(history: tuple[Dates, Floats], last: date) -> tuple[Dates, Floats]:
    days, levels = history
    kept = days <= np.datetime64(last)
    return days[kept], levels[kept]


def _after_gap(history: tuple[Dates, Floats], panel: Panel) -> tuple[Dates, Floats] | None:
    """The history after its last gap, None if there is no gap or too little after it."""
    priced = np.isfinite(history[1]) & (history[1] > 0)
    days, levels = history[0][priced], history[1][priced]
    start = after_last_gap(days, panel.dates)
    if start == 0 or panel.dates[-1] - days[start] < _LEAST_AFTER_GAP:
        return None
    return days[start:], levels[start:]


def _fault(item: Instrument, panel: Panel, last: date) -> str:
    """Why an instrument of a panel cannot be used, or an empty text."""
    if item.symbol in panel.left_out:
        return panel.left_out[item.symbol]
    if not a_year_old(panel.columns[item.symbol], panel.dates):
        return f"it has less than a year of prices by {in_words(last)}"
    return ""
