"""The market port over the history store: what was fetched, checked and stored, as it was known on the day asked for.

Prices are fetched when they are due (the refresher does it, once for all who ask). When the source is away, what is stored
serves and its age is said; beyond the operator's limit no advice is given on it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from advisor.adapters.market.stored.book import InstrumentBook
from advisor.adapters.market.stored.plans import StoredPlans
from advisor.adapters.market.stored.source import Source
from advisor.adapters.market.stored.states import StateReader, brought_up_to_date
from advisor.domain.alignment import in_words
from advisor.domain.bars import InstrumentKind, InstrumentRecord, PriceHistory
from advisor.domain.errors import MarketDataError, NotEnoughHistory, SourceUnavailable, UnknownSymbol
from advisor.domain.market import MarketSnapshot, Series
from advisor.ports.history import HistoryStore
from advisor.ports.ingest import Refresher
from advisor.ports.market import Listing
from advisor.ports.system import Clock

_POINTS = frozenset({InstrumentKind.INDEX, InstrumentKind.RATE})


class StoredMarket:
    """See the module. Plans are made by `StoredPlans`; single instruments are read here."""

    def __init__(
        self, source: Source, store: HistoryStore, refresher: Refresher, book: InstrumentBook, clock: Clock
    ) -> None:
        self._source = source
        self._store = store
        self._refresher = refresher
        self._book = book
        self._clock = clock
        self._plans = StoredPlans(source, store, StateReader(source, store, refresher, book, clock), clock)

    @property
    def name(self) -> str:
        """The source's name."""
        return self._source.name

    async def currencies(self) -> tuple[str, ...]:
        """Those in which the source has what a plan needs."""
        return await self._plans.currencies()

    async def benchmark(self, currency: str) -> str:
        """That of the universe in this currency: of plans where there is one, else of shares."""
        return self._plans.benchmark(currency)

    async def market_date(self, limit: date | None = None) -> date:
        """The last session of the main universe, up to `limit`; of a folder that no plan can be made of, its last stored day.

        Raises:
            NotEnoughHistory: if there are no prices by then.
        """
        try:
            return await self._plans.market_date(limit)
        except NotEnoughHistory:
            held = (await self._store.coverage(self.name)).values()
            spans = [(item.first, item.last) for item in held if item.first and item.last]
            if spans and limit and limit < (begin := min(first for first, _ in spans)):
                raise NotEnoughHistory(f"{self._source.title} has no prices before {in_words(begin)}.") from None
            known = [min(last, limit or last) for first, last in spans if first <= (limit or last)]
            if self._source.live or not known:
                raise
            return max(known)

    async def snapshot(self, currency: str, as_of: date) -> MarketSnapshot:
        """The universe of this currency up to `as_of`; errors as `StoredPlans.snapshot` raises them."""
        return await self._plans.snapshot(currency, as_of)

    async def history(self, symbol: str, as_of: date) -> PriceHistory:
        """Any instrument the source knows, up to `as_of`; fetched and stored when it is asked for the first time.

        Raises:
            UnknownSymbol: if the source does not know it.
            NotEnoughHistory: if it has no prices by then.
            RateLimited, SourceUnavailable: if nothing is stored and the source does not answer.
        """
        wanted = self._book.symbol(symbol)
        held = (await self._store.coverage(self.name, [wanted])).get(wanted)
        stored = held is not None and held.last is not None
        failures = await brought_up_to_date(self._refresher, self._source, [wanted], stored=stored)
        failure = failures.get(wanted)
        bars = await self._store.bars(self.name, wanted)
        if bars is None:
            raise failure or await self._without_prices(wanted)
        findings = (await self._store.findings(self.name, [wanted])).get(wanted, ())
        seen = bars.as_seen_on(as_of, findings)
        if not len(seen):
            raise NotEnoughHistory(
                f"{self._source.title} has no prices of {wanted} by {in_words(as_of)}.", field="symbol"
            )
        first, last = seen.dates[0].item(), seen.dates[-1].item()
        away = failure if isinstance(failure, SourceUnavailable) and last == bars.dates[-1].item() else None
        known = tuple(item for item in findings if item.known_on(last))
        return PriceHistory(seen, self._source.provenance(self._clock.now().date(), first, last, (), away), known)

    async def _without_prices(self, symbol: str) -> MarketDataError:
        """What the source answered when it was asked for a symbol of which nothing is stored."""
        held = (await self._store.coverage(self.name, [symbol])).get(symbol)
        if held is not None and held.outcome == NotEnoughHistory.code:
            return NotEnoughHistory(f"{self._source.title} has no prices of {symbol}.", field="symbol")
        return UnknownSymbol(f"{self._source.title} does not know {symbol}.", field="symbol")

    async def series(self, symbol: str, as_of: date) -> Series:
        """One instrument's levels up to `as_of`. Prices at or below zero (oil in April 2020) are left out with a note."""
        found = await self.history(symbol, as_of)
        bars = found.bars
        good = np.isfinite(bars.adj_close) & (bars.adj_close > 0)
        if not good.any():
            raise NotEnoughHistory(f"{self._source.title} has no prices of {symbol} above zero.", field="symbol")
        dropped = int(np.count_nonzero(bars.adj_close <= 0))
        notes = (f"{dropped} days with a price of zero or less are left out.",) if dropped else ()
        source = found.provenance
        return Series(
            symbol=bars.record.symbol,
            name=bars.record.name or bars.record.symbol,
            currency=bars.record.currency,
            dates=bars.dates[good],
            levels=bars.adj_close[good],
            total_return=bars.total_return and bars.record.kind not in _POINTS,
            provenance=replace(source, notes=(*source.notes, *notes)),
            unit="points" if bars.record.kind in _POINTS or not bars.record.currency else "money",
        )

    async def search(self, text: str, limit: int = 10, *, outside: bool = True) -> tuple[InstrumentRecord, ...]:
        """Among all that is stored or named by our universes; where nothing fits, the source itself is asked."""
        return await self._book.search(text, limit, outside=outside)

    async def listings(self) -> tuple[Listing, ...]:
        """Names of our universes."""
        return await self._book.listings()

    async def ping(self) -> None:
        """Return if there are prices to work with: what is stored is young enough, or the source answers.

        Raises:
            RateLimited, SourceUnavailable: if neither is so.
        """
        if self._source.live:
            # Looked at first: a source that hangs must not hold back the prices that are there.
            held = await self._store.coverage(self.name, self._plans.main().symbols)
            newest = max((item.last for item in held.values() if item.last), default=date.min)
            if (self._clock.now().date() - newest).days <= self._source.max_age_days:
                return
        try:
            await self._refresher.ping()
        except SourceUnavailable:
            if self._source.live:
                raise
            await self._book.folder()  # what was stored of a folder serves without it

    async def close(self) -> None:
        """Stop a fetch under way and forget what was read."""
        await self._refresher.close()
        self._plans.forget()
