"""Sessions of exchanges, by exchange_calendars.

The library brings pandas (80 MB), so it runs in a helper process; what comes back is two small arrays per exchange, kept for the
life of this process. It speaks of days past and of holidays announced; a closure nobody foresaw enters with its next release.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

import numpy as np

from advisor.domain.market import Dates
from advisor.ports.system import Offload

# Exchanges without a calendar of their own, and the one that stands in for each.
STAND_INS: Mapping[str, str] = {"XNSE": "XBOM"}
_SETTLE = timedelta(hours=1)  # the closing auction and its corrections are over, and sources have the bar
# Loading from here takes a quarter of a second and 250 kB; earlier days are loaded when asked for.
_FIRST = date(1970, 1, 1)
_NO_DAYS: Dates = np.empty(0, "datetime64[D]")


@dataclass(frozen=True)
class Calendar:
    """Sessions (T,) of an exchange and the moments of their closes (T,) in UTC, as far as the library knows them.

    `asked_first` and `asked_last` are the span that was asked for; after `known_to` nothing has been published yet.
    """

    days: Dates
    closes: Dates
    asked_first: date
    asked_last: date
    known_to: date


class Calendars:
    """Calendars by their code ("XNYS", "XBOM"; "24/7" for crypto, "24/5" for currencies), each loaded once."""

    def __init__(self, offload: Offload) -> None:
        self._offload = offload
        self._loaded: dict[str, Calendar | None] = {}

    async def sessions(self, exchange: str, first: date, last: date) -> Dates | None:
        """Sessions from `first` to `last`, both included, ascending; None if the exchange is unknown.

        Empty is an answer too: the exchange was closed on all of these days, or they lie outside of what its calendar covers.

        Raises:
            SmartInvestError: if the helper process died.
        """
        calendar = await self._calendar(exchange, first, last)
        if calendar is None:
            return None
        inside = (calendar.days >= np.datetime64(first)) & (calendar.days <= np.datetime64(last))
        return calendar.days[inside]

    async def last_completed_session(self, exchange: str, now: datetime) -> date:
        """The last session whose close, an hour added for corrections, has passed at `now` (with its zone).

        Early closes count as they are. Of an unknown exchange, and beyond what a calendar covers, it is the last weekday that was
        over an hour ago in UTC.

        Raises:
            SmartInvestError: if the helper process died.
        """
        settled = now.astimezone(UTC) - _SETTLE
        calendar = await self._calendar(exchange, settled.date() - timedelta(days=30), settled.date())
        if calendar is not None and settled.date() <= calendar.known_to:
            moment = np.datetime64(settled.replace(tzinfo=None), "s")
            count = int(np.searchsorted(calendar.closes, moment, side="right"))
            if count:
                return date.fromisoformat(str(calendar.days[count - 1]))
        day = settled.date() - timedelta(days=1)
        return day - timedelta(days=max(0, day.weekday() - 4))

    def note(self, exchange: str) -> str:
        """A sentence for operators where another exchange's calendar stands in; empty otherwise."""
        if exchange not in STAND_INS:
            return ""
        return (
            f"{exchange} publishes no calendar; that of {STAND_INS[exchange]} is used. "
            "Special sessions, such as Diwali trading, and a few holidays differ."
        )

    async def _calendar(self, exchange: str, first: date, last: date) -> Calendar | None:
        if not exchange:
            return None
        known = self._loaded.get(exchange)
        if exchange in self._loaded and (known is None or (known.asked_first <= first and last <= known.asked_last)):
            return known
        start, end = min(first, _FIRST), last
        if known is not None:
            start, end = min(start, known.asked_first), max(end, known.asked_last)
        loaded = await self._offload.process(partial(load, STAND_INS.get(exchange, exchange), start, end))
        self._loaded[exchange] = loaded
        return loaded


def load(exchange: str, first: date, last: date) -> Calendar | None:
    """A calendar from the library, for a helper process. None if there is none of that name, or none that works.

    Some names it knows fail when they are opened (4.13.2: Tel Aviv, Athens and three others); the days of these exchanges are as
    unknown as those of one it has never heard of.

    What is loaded reaches at least to the library's own end, a year from now, so that a process that runs on need not ask every
    day; both ends are cut to what the exchange publishes (XBOM begins in 1997 and ends with the last year that is announced).
    """
    import exchange_calendars  # noqa: PLC0415  pandas comes with it: only the helper process pays for it
    from exchange_calendars.errors import InvalidCalendarName  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # exchange_calendars 4.13 uses what pandas 3.1 will drop
        try:
            default = exchange_calendars.get_calendar(exchange)
        except (InvalidCalendarName, ValueError, NotImplementedError):
            return None
        last = max(last, default.last_session.date())
        earliest, latest = default.bound_min(), default.bound_max()
        start = first if earliest is None else max(first, earliest.date())
        end = last if latest is None else min(last, latest.date())
        if start > end:
            return Calendar(_NO_DAYS, _NO_DAYS.astype("datetime64[s]"), first, last, end)
        calendar = exchange_calendars.get_calendar(exchange, start=start.isoformat(), end=end.isoformat())
        closes = calendar.closes.dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    return Calendar(calendar.sessions.to_numpy().astype("datetime64[D]"), closes, first, last, end)
