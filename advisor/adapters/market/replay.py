"""A source as it stood on the replay's day: nothing after it is visible, and everything is a rehearsal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from advisor.domain.alignment import in_words
from advisor.domain.bars import InstrumentRecord, PriceHistory
from advisor.domain.market import MarketSnapshot, Provenance, Series
from advisor.ports.market import Listing, MarketData


class ReplayMarket:
    """The market port over another source, with `today` as its last day. Names are not prices: they are those of now."""

    def __init__(self, inner: MarketData, today: Callable[[], date]) -> None:
        self._inner = inner
        self._today = today
        self._end = date.max

    def day(self) -> date:
        """The replay's day. Once the walk has passed the source's last day, as last seen, it stays there."""
        return min(self._today(), self._end)

    @property
    def name(self) -> str:
        """The name of the source that is replayed."""
        return self._inner.name

    async def currencies(self) -> tuple[str, ...]:
        """Those of the source."""
        return await self._inner.currencies()

    async def benchmark(self, currency: str) -> str:
        """That of the source."""
        return await self._inner.benchmark(currency)

    async def market_date(self, limit: date | None = None) -> date:
        """The source's last day up to the replay's day."""
        self._end = await self._inner.market_date()
        return await self._inner.market_date(self._seen(limit or date.max))

    async def snapshot(self, currency: str, as_of: date) -> MarketSnapshot:
        """The universe as it was known then."""
        found = await self._inner.snapshot(currency, self._seen(as_of))
        return replace(found, provenance=_rehearsed(found.provenance))

    async def series(self, symbol: str, as_of: date) -> Series:
        """One series as it was known then."""
        found = await self._inner.series(symbol, self._seen(as_of))
        return replace(found, provenance=_rehearsed(found.provenance))

    async def history(self, symbol: str, as_of: date) -> PriceHistory:
        """One instrument's bars as they were known then."""
        found = await self._inner.history(symbol, self._seen(as_of))
        return replace(found, provenance=_rehearsed(found.provenance))

    async def search(self, text: str, limit: int = 10, *, outside: bool = True) -> tuple[InstrumentRecord, ...]:
        """Those of the source."""
        return await self._inner.search(text, limit, outside=outside)

    async def listings(self) -> tuple[Listing, ...]:
        """Those of the source."""
        return await self._inner.listings()

    async def ping(self) -> None:
        """Return if the source answers."""
        await self._inner.ping()

    async def close(self) -> None:
        """Close the source."""
        await self._inner.close()

    def _seen(self, as_of: date) -> date:
        return min(as_of, self.day())


def _rehearsed(provenance: Provenance) -> Provenance:
    note = f"This is a replay: the market as it stood on {in_words(provenance.last)}."
    return replace(provenance, rehearsal=True, notes=(*provenance.notes, note))
