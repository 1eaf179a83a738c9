"""The part of a panel that a plan of one day is computed from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np

from advisor.domain.alignment import Panel, in_words
from advisor.domain.errors import NotEnoughHistory
from advisor.domain.market import AssetGroup, Dates, Floats, Instrument

ONE_YEAR = np.timedelta64(365, "D")


@dataclass(frozen=True)
class Selection:
    """The part of a panel a plan of one day is made from, with the reasons why something is missing."""

    instruments: tuple[Instrument, ...]
    dates: Dates
    levels: Floats
    notes: tuple[str, ...]


def select(instruments: Iterable[Instrument], panel: Panel, last: date) -> Selection:
    """What a plan may hold on `last`: instruments with at least a year of history by then, and their levels up to that day.

    Raises:
        NotEnoughHistory: if all shares, all bonds, or cash is missing: no sound mix can be made of the rest.
    """
    end = int(np.searchsorted(panel.dates, np.datetime64(last), side="right"))
    dates = panel.dates[:end]
    kept: list[Instrument] = []
    notes: list[str] = []
    for item in instruments:
        if item.symbol in panel.left_out:
            notes.append(f"{item.symbol} ({item.name}) is left out: {panel.left_out[item.symbol]}.")
        elif not a_year_old(panel.columns[item.symbol][:end], dates):
            notes.append(
                f"{item.symbol} ({item.name}) is left out: it has less than a year of prices by {in_words(last)}."
            )
        else:
            kept.append(item)
    groups = {item.asset_class.group for item in kept}
    if not {AssetGroup.EQUITY, AssetGroup.BOND, AssetGroup.CASH} <= groups:
        raise NotEnoughHistory(
            f"There are too few prices by {in_words(last)}: a plan needs a year of shares, bonds and cash.",
            details={"left_out": notes},
        )
    levels = np.column_stack([panel.columns[item.symbol][:end] for item in kept])
    first = int(np.argmax(~np.isnan(levels).all(axis=1)))
    levels.flags.writeable = False  # snapshots are shared between conversations
    return Selection(tuple(kept), dates[first:], levels[first:], tuple(notes))


def a_year_old(levels: Floats, dates: Dates) -> bool:
    """Whether a column (T,) of a panel that ends with `dates` (T,) has a year of prices: the least a plan is made from."""
    present = ~np.isnan(levels)
    return bool(present.any() and dates[-1] - dates[int(np.argmax(present))] >= ONE_YEAR)
