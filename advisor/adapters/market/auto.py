"""Chooses between sources: the first that answers, with every attempt on record and a sample that always works at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from advisor.domain.bars import InstrumentRecord, PriceHistory
from advisor.domain.errors import (
    CurrencyNotServed,
    MarketDataError,
    NotEnoughHistory,
    RateLimited,
    SourceUnavailable,
    StalePrices,
    UnknownSymbol,
)
from advisor.domain.market import Attempt, MarketSnapshot, Provenance, Series
from advisor.ports.market import Listing, MarketData
from advisor.ports.system import Clock

T = TypeVar("T")

_TITLES = {
    "yahoo": "Yahoo Finance",
    "alphavantage": "Alpha Vantage",
    "csv": "the folder of files",
    "sample": "the sample",
}
# The source is fine and has answered; another one would answer another question.
_ANSWERS = (CurrencyNotServed, UnknownSymbol, NotEnoughHistory)


@dataclass
class _Link:
    """One source with what is known of its health."""

    source: MarketData
    healthy: bool = False
    failed_at: datetime | None = None
    outcome: str = ""
    sentence: str = ""
    probe: asyncio.Task[None] | None = None


class AutoMarket:
    """The market port over several sources, tried in the given order.

    A source that has not proved itself is asked for a sign of life first. Together the signs may take `decide_seconds`; the
    last source, which should be an embedded one, is always asked. A source that failed is left alone for `retry_seconds`; a
    sign of life that came too late counts from then on. Data themselves may take `answer_seconds`. A source that fails there
    is passed over in the same way, so that a call only fails if every source does.

    What a source answers ("I do not know this symbol") is an answer, not a failure, with two exceptions: where a source has
    too little history for a plan, or only prices too old for advice, the next one is asked.
    """

    name = "auto"

    def __init__(
        self,
        sources: Sequence[MarketData],
        clock: Clock,
        *,
        decide_seconds: float = 3.0,
        retry_seconds: float = 600.0,
        answer_seconds: float = 20.0,
    ) -> None:
        if not sources:
            raise ValueError("at least one source is needed")
        self._links = [_Link(source) for source in sources]
        self._clock = clock
        self._decide = decide_seconds
        self._retry = timedelta(seconds=retry_seconds)
        self._answer = answer_seconds

    async def currencies(self) -> tuple[str, ...]:
        """Those of the first source that is not known to have failed: a universe is a file, so nobody waits for a sign of life."""
        usable = [link.source for link in self._links if link.failed_at is None] or [self._links[-1].source]
        return await usable[0].currencies()

    async def benchmark(self, currency: str) -> str:
        """That of the source in use, because an index has another symbol elsewhere."""
        return (await self._first(lambda source: source.benchmark(currency)))[0]

    async def market_date(self, limit: date | None = None) -> date:
        """That of the source in use."""
        return (await self._first(lambda source: source.market_date(limit)))[0]

    async def snapshot(self, currency: str, as_of: date) -> MarketSnapshot:
        """From the first source that gives one; its provenance lists the attempts and says where it fell back.

        Raises:
            CurrencyNotServed: if the source in use does not serve it.
            NotEnoughHistory, StalePrices: if no source has enough, or young enough, prices.
            SourceUnavailable: if every source failed.
        """
        found, attempts, notes = await self._first(
            lambda source: source.snapshot(currency, as_of), answers=(CurrencyNotServed,)
        )
        return replace(found, provenance=_recorded(found.provenance, attempts, notes))

    async def series(self, symbol: str, as_of: date) -> Series:
        """From the first source that answers.

        Raises:
            UnknownSymbol, NotEnoughHistory: if the source in use says so.
            SourceUnavailable: if every source failed.
        """
        found, attempts, notes = await self._first(lambda source: source.series(symbol, as_of))
        return replace(found, provenance=_recorded(found.provenance, attempts, notes))

    async def history(self, symbol: str, as_of: date) -> PriceHistory:
        """From the first source that answers.

        Raises:
            UnknownSymbol, NotEnoughHistory: if the source in use says so.
            SourceUnavailable: if every source failed.
        """
        found, attempts, notes = await self._first(lambda source: source.history(symbol, as_of))
        return replace(found, provenance=_recorded(found.provenance, attempts, notes))

    async def search(self, text: str, limit: int = 10, *, outside: bool = True) -> tuple[InstrumentRecord, ...]:
        """Those of the source in use, because only it can be asked for their prices."""
        return (await self._first(lambda source: source.search(text, limit, outside=outside)))[0]

    async def listings(self) -> tuple[Listing, ...]:
        """Those of the source in use, because a name stands for another symbol elsewhere."""
        return (await self._first(lambda source: source.listings()))[0]

    async def ping(self) -> None:
        """Return if any source answers."""
        await self._first(lambda source: source.ping())

    async def close(self) -> None:
        """Close all sources and end what is under way."""
        probes = [link.probe for link in self._links if link.probe is not None]
        for probe in probes:
            probe.cancel()
        await asyncio.gather(*probes, return_exceptions=True)
        for link in self._links:
            await link.source.close()

    async def _first(
        self,
        call: Callable[[MarketData], Awaitable[T]],
        answers: tuple[type[MarketDataError], ...] = _ANSWERS,
    ) -> tuple[T, tuple[Attempt, ...], tuple[str, ...]]:
        """The first source's result, with the attempts up to it and the sentences on those that were passed over."""
        attempts: list[Attempt] = []
        passed: list[str] = []
        lacking: MarketDataError | None = None
        deadline = time.monotonic() + self._decide
        for position, link in enumerate(self._links):
            ahead = len(self._links) - 1 - position  # sources still to come, the last of which needs none of the time
            share = max(0.0, deadline - time.monotonic()) / max(1, ahead)
            if await self._ready(link, share if ahead else None):
                try:
                    result = await asyncio.wait_for(call(link.source), self._answer)
                except answers:
                    raise
                except (NotEnoughHistory, StalePrices) as fault:
                    lacking = lacking or fault
                    has = "only prices that are too old" if isinstance(fault, StalePrices) else "too little history"
                    link.outcome, link.sentence = fault.message, f"{_title(link)} has {has} for this"
                except (MarketDataError, TimeoutError) as fault:
                    self._mark(link, fault, self._answer)
                else:
                    attempts.append(Attempt(link.source.name, "ok"))
                    return result, tuple(attempts), tuple(_sentence(text, link) for text in passed)
            attempts.append(Attempt(link.source.name, link.outcome))
            passed.append(link.sentence)
        details = {"attempts": [f"{attempt.source}: {attempt.outcome}" for attempt in attempts]}
        raise lacking or SourceUnavailable("No source of market data answers at the moment.", details=details)

    async def _ready(self, link: _Link, seconds: float | None) -> bool:
        """Whether a source may be asked now; one that has not proved itself gives a sign of life within `seconds`."""
        if link.probe is not None and link.probe.done():
            self._judge(link, link.probe)  # a late answer: it counts from now on
        if link.healthy:
            return True
        if link.failed_at is not None and self._clock.now() - link.failed_at < self._retry:
            return False
        probe = link.probe = link.probe or asyncio.create_task(link.source.ping())
        # Not cancelled when the time is over: a late answer still tells that the source works.
        done, _ = await asyncio.wait({probe}, timeout=seconds)
        if done:
            self._judge(link, probe)
        else:
            self._mark(link, TimeoutError(), self._decide)
        return link.healthy

    def _judge(self, link: _Link, probe: asyncio.Task[None]) -> None:
        """Take what a finished sign of life says. Anything but an error of our own tree is a fault of ours and passes."""
        link.probe = None
        try:
            probe.result()
        except MarketDataError as fault:
            self._mark(link, fault, self._decide)
        else:
            link.healthy, link.failed_at = True, None

    def _mark(self, link: _Link, fault: MarketDataError | TimeoutError, seconds: float) -> None:
        link.healthy, link.failed_at = False, self._clock.now()
        link.outcome = fault.message if isinstance(fault, MarketDataError) else f"no answer within {seconds:g} seconds"
        link.sentence = f"{_title(link)} " + (
            "asked us to come back later" if isinstance(fault, RateLimited) else "did not answer"
        )


def _title(link: _Link) -> str:
    return _TITLES.get(link.source.name, link.source.name)


def _sentence(passed: str, used: _Link) -> str:
    """Without the reason's details: a note is part of the snapshot's digest, and the attempts hold the reason."""
    return f"{passed[0].upper()}{passed[1:]}, so these numbers come from {_title(used)}."


def _recorded(provenance: Provenance, attempts: tuple[Attempt, ...], notes: tuple[str, ...]) -> Provenance:
    """With the attempts before the source's own (it may have fallen back on what it had stored)."""
    own = provenance.attempts or attempts[-1:]
    return replace(provenance, attempts=(*attempts[:-1], *own), notes=notes + provenance.notes)
