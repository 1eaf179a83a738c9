"""From single histories to the one panel a plan is computed from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from advisor.domain.errors import NotEnoughHistory
from advisor.domain.market import AssetGroup, Dates, Floats, Instrument

MAX_CLOSED_DAYS = 5  # sessions in a row that may lack a price (an exchange closed for a week) before a gap is a fault
ONE_YEAR = np.timedelta64(365, "D")


@dataclass(frozen=True)
class Panel:
    """Levels on common days: `dates` (T,) ascending, each column (T,) NaN before its first day and nowhere else.

    `left_out` maps symbols to the reason, a sentence's second half.
    """

    dates: Dates
    columns: dict[str, Floats]
    left_out: dict[str, str]


@dataclass(frozen=True)
class Selection:
    """The part of a panel a plan of one day is made from, with the reasons why something is missing."""

    instruments: tuple[Instrument, ...]
    dates: Dates
    levels: Floats
    notes: tuple[str, ...]


def align(histories: Mapping[str, tuple[Dates, Floats]]) -> Panel:
    """Put histories on common days.

    A day counts as a session if at least half of the instruments that trade at that time have a price on it, so that a
    phantom session of one instrument does not enter. A missing price is carried forward across at most five sessions; an
    instrument with a longer gap, or one that stopped earlier than that, is left out. The panel ends on the last day that
    all the others have.

    Raises:
        NotEnoughHistory: if no history holds a usable price.
    """
    clean = {symbol: _clean(*history) for symbol, history in histories.items()}
    left_out = {symbol: "the source has no prices" for symbol, (days, _) in clean.items() if not len(days)}
    clean = {symbol: history for symbol, history in clean.items() if len(history[0])}
    if not clean:
        raise NotEnoughHistory("The source answered without any prices.")
    sessions = _sessions([days for days, _ in clean.values()])
    columns: dict[str, Floats] = {}
    last_days: list[np.datetime64] = []
    for symbol, (days, levels) in clean.items():
        fault = _fault(days, sessions)
        if fault:
            left_out[symbol] = fault
            continue
        position = np.searchsorted(days, sessions, side="right") - 1
        columns[symbol] = np.where(position >= 0, levels[np.maximum(position, 0)], np.nan)
        last_days.append(days[-1])
    if not columns:
        raise NotEnoughHistory("No history from the source is complete enough to use.")
    kept = int(np.searchsorted(sessions, min(last_days), side="right"))
    return Panel(sessions[:kept], {symbol: column[:kept] for symbol, column in columns.items()}, left_out)


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


def after_last_gap(days: Dates, sessions: Dates) -> int:
    """Where a history (n,) goes on after its last gap of more sessions than are carried forward; 0 where it has none."""
    missing = np.diff(np.searchsorted(sessions, days)) - 1
    long = np.flatnonzero(missing > MAX_CLOSED_DAYS)
    return int(long[-1]) + 1 if len(long) else 0


def in_words(day: date) -> str:
    """1 July 2016."""
    return f"{day.day} {day:%B} {day.year}"


def as_date(day: np.datetime64) -> date:
    """A numpy day as a date."""
    return date.fromisoformat(str(day.astype("datetime64[D]")))


def _clean(days: Dates, levels: Floats) -> tuple[Dates, Floats]:
    """Strictly ascending days with finite positive levels; of two rows of one day the later one counts."""
    usable = np.isfinite(levels) & (levels > 0)
    days, levels = days[usable], levels[usable]
    order = np.argsort(days, kind="stable")
    days, levels = days[order], levels[order]
    final = np.append(days[1:] != days[:-1], True) if len(days) else np.empty(0, bool)
    return days[final], levels[final]


def _sessions(all_days: list[Dates]) -> Dates:
    union, counts = np.unique(np.concatenate(all_days), return_counts=True)
    trading = np.zeros(len(union), int)
    for days in all_days:
        trading += (union >= days[0]) & (union <= days[-1])
    sessions: Dates = union[2 * counts >= trading]
    return sessions


def _fault(days: Dates, sessions: Dates) -> str:
    """Why a history cannot be used, or an empty string."""
    own = np.searchsorted(sessions, days)
    missing = np.diff(own) - 1
    if len(missing) and int(missing.max()) > MAX_CLOSED_DAYS:
        return f"its prices have a gap after {in_words(as_date(days[int(missing.argmax())]))}"
    if len(sessions) - 1 - int(own[-1]) > MAX_CLOSED_DAYS:
        return f"its prices stop on {in_words(as_date(days[-1]))}"
    return ""


def a_year_old(levels: Floats, dates: Dates) -> bool:
    """Whether a column (T,) of a panel that ends with `dates` (T,) has a year of prices: the least a plan is made from."""
    present = ~np.isnan(levels)
    return bool(present.any() and dates[-1] - dates[int(np.argmax(present))] >= ONE_YEAR)
