"""A small made-up market in which the truth is known, and a provider that states it as sources do: adjusted for all that has been.

Raw prices are what was paid on the day. On a later day a source divides them by the splits since, and takes the dividends since out
of the adjusted close. So the same day is stated differently on every day after a split or a dividend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from advisor.domain.bars import Bars, CorporateAction, Fact, InstrumentKind, InstrumentRecord, Quote
from advisor.domain.errors import MarketDataError, NotEnoughHistory, NotOffered, UnknownSymbol
from advisor.domain.market import Dates, Floats
from tests.yahoo_server import sessions

_NEW_YORK = ZoneInfo("America/New_York")
_SETTLED = time(17, 0)


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    present: datetime

    def now(self) -> datetime:
        return self.present


class Weekdays:
    """The calendars' port: every exchange trades on weekdays and closes in New York."""

    async def sessions(self, exchange: str, first: date, last: date) -> Dates | None:
        return sessions(str(first), str(last)) if exchange else None

    async def last_completed_session(self, exchange: str, now: datetime) -> date:
        local = now.astimezone(_NEW_YORK)
        day = local.date() if exchange and local.time() >= _SETTLED else local.date() - timedelta(days=1)
        return day - timedelta(days=max(0, day.weekday() - 4))


@dataclass
class Truth:
    """What happened: raw closes (T,) on days (T,), splits (new shares per old) and dividends per share of their time, by ex-day."""

    days: Dates
    raw: Floats
    splits: dict[date, float] = field(default_factory=dict)
    dividends: dict[date, float] = field(default_factory=dict)
    kind: InstrumentKind = InstrumentKind.ETF
    currency: str = "USD"

    def stated(self, symbol: str, source: str, on: date, fetched: datetime) -> Bars:
        """Everything up to `on` as a source states it on that day."""
        known = self.days <= np.datetime64(on)
        days, close = self.days[known], self.raw[known].copy()
        volume = 1e6 + 1e3 * np.sin(np.arange(len(days)))
        actions: list[CorporateAction] = []
        for day, value in sorted(self.splits.items()):
            if day <= on:
                close[days < np.datetime64(day)] /= value
                volume[days < np.datetime64(day)] *= value
                actions.append(CorporateAction(day, "split", value))
        adjusted = close.copy()
        for day, value in sorted(self.dividends.items()):
            before = np.flatnonzero(days < np.datetime64(day))
            if day <= on and len(before):
                since = float(np.prod([split for when, split in self.splits.items() if day < when <= on]))
                paid = value / since
                actions.append(CorporateAction(day, "dividend", paid))
                adjusted[before] *= 1 - paid / close[before[-1]]
        return Bars(
            record=InstrumentRecord(source, symbol, f"{symbol} fund", self.kind, self.currency, "XNYS"),
            dates=days,
            open=close * 0.999,
            high=close * 1.002,
            low=close * 0.997,
            close=close,
            adj_close=adjusted,
            volume=volume,
            fetched_at=fetched,
            actions=tuple(sorted(actions, key=lambda item: item.day)),
        )


def walk(seed: int, first: str, last: str, volatility: float = 0.008) -> Truth:
    """A quiet instrument without any action."""
    days = sessions(first, last)
    steps = np.random.default_rng(seed).normal(0.0003, volatility, len(days)).clip(-0.03, 0.03)
    return Truth(days, 50 * np.exp(np.cumsum(steps)))


class WorldProvider:
    """The provider port over truths by symbol: what a source would state at the clock's moment.

    `shown` makes it a source of another day than the clock's, `reaches` one without older prices; `faults` by symbol ("" for all)
    are its failures, `changes` replace what its bars say. `asked` lists symbols and spans.
    """

    name = "yahoo"
    batch = 50

    def __init__(self, truths: Mapping[str, Truth], clock: HandClock) -> None:
        self.truths = dict(truths)
        self.faults: dict[str, MarketDataError] = {}
        self.asked: list[tuple[str, date, date]] = []
        self.reaches: date | None = None
        self.shown: date | None = None
        self.changes: dict[str, Any] = {}
        self._clock = clock

    async def history(self, symbols: Sequence[str], start: date, end: date) -> Mapping[str, Bars | MarketDataError]:
        self.asked += [(symbol, start, end) for symbol in symbols]
        if "" in self.faults:
            raise self.faults[""]
        return {symbol: await self._outcome(symbol, start, end) for symbol in symbols}

    async def _outcome(self, symbol: str, start: date, end: date) -> Bars | MarketDataError:
        if symbol in self.faults:
            return self.faults[symbol]
        if symbol not in self.truths:
            return UnknownSymbol(f"Nobody knows {symbol}.", field="symbol")
        now = self._clock.now()
        completed = await Weekdays().last_completed_session("XNYS", now)
        on = min(completed, self.shown or completed)
        bars = self.truths[symbol].stated(symbol, self.name, on, now)
        bars = replace(bars, **self.changes).between(max(start, self.reaches or start), end)
        return bars if len(bars) else NotEnoughHistory(f"There are no prices of {symbol}.", field="symbol")

    async def quote(self, symbol: str) -> Quote:
        raise NotOffered("No quotes.")

    async def search(self, text: str, limit: int = 10) -> tuple[InstrumentRecord, ...]:
        return ()

    async def facts(self, symbol: str) -> tuple[Fact, ...]:
        raise NotOffered("No statements.")

    async def ping(self) -> None:
        if "" in self.faults:
            raise self.faults[""]

    async def close(self) -> None:
        """Nothing is held."""


def at(day: str, hour: int = 22) -> datetime:
    """A moment in UTC, by default after New York closed."""
    return datetime.combine(date.fromisoformat(day), time(hour), tzinfo=UTC)
