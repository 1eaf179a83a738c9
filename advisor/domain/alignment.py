"""Single histories put on common days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from advisor.domain.errors import NotEnoughHistory
from advisor.domain.market import Dates, Floats

MAX_CLOSED_DAYS = 5  # sessions in a row that may lack a price (an exchange closed for a week) before a gap is a fault


@dataclass(frozen=True)
class Panel:
    """Levels on common days: `dates` (T,) ascending, each column (T,) NaN before its first day and nowhere else.

    `left_out` maps symbols to the reason, a sentence's second half.
    """

    dates: Dates
    columns: dict[str, Floats]
    left_out: dict[str, str]


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
