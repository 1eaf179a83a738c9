"""The use cases of instruments: find one by name, look at its prices."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from advisor.analysis.changes import PriceView, view
from advisor.domain.bars import InstrumentRecord, PriceHistory
from advisor.domain.errors import MarketDataError, NotEnoughHistory, UnknownSymbol
from advisor.ports.market import Listing, MarketData
from advisor.services.instruments.naming import (
    MOST_AT_ONCE,
    MOST_CANDIDATES,
    Resolution,
    bare,
    decide,
    in_brackets,
    like_a_symbol,
    may_join,
    parts_of,
)

_LOOKED_AT = 25  # candidates of a name, before it is decided between them
_MOST_JOINED = 3  # parts of one name: "Procter and Gamble and Sons"
_SEARCH_HOLDS = 5.0  # seconds: longer than a turn, shorter than anybody waits for a new name
_MOST_SEARCHES = 200
_AT_ONCE = 8  # instruments asked for at the same time


class InstrumentService:
    """Names, prices and their history, from whatever market is in use."""

    def __init__(self, market: MarketData) -> None:
        self._market = market
        self._searched: dict[tuple[str, bool], tuple[float, tuple[InstrumentRecord, ...]]] = {}

    async def resolve(self, said: str, *, outside: bool = True) -> Resolution:
        """The instrument that a text names, by symbol, ISIN or name, misspelt or not.

        A symbol that is found under no name is looked up, because a source may know more symbols than names. Without `outside` that
        is all the source is asked: words that may be something else than a name stay here.

        Raises:
            SourceUnavailable: if the market cannot be asked.
        """
        listings = await self._market.listings()
        decided = Resolution(said, "none")
        for text in dict.fromkeys(filter(None, (in_brackets(said), said.strip(), bare(said)))):
            decided = decide(text, await self._candidates(text, listings, outside=outside), listings)
            if decided.kind == "one" and decided.exact:
                return Resolution(said, "one", decided.found, exact=True)
        if decided.kind != "one" and (symbol := like_a_symbol(said)) and (found := await self._by_symbol(symbol)):
            return Resolution(said, "one", found, exact=True)
        return replace(decided, said=said)

    async def resolve_all(self, said: str, *, outside: bool = True) -> tuple[Resolution, ...]:
        """All instruments that a text names ("apple and microsoft"), each once, in order; empty for a text that names none.

        A name with "and" in it stays one if there is such a name. There may be more than `MOST_AT_ONCE`.
        """
        if not said.strip(" ?.!"):
            return ()
        whole = await self.resolve(said, outside=outside)
        parts = parts_of(said)[: 2 * MOST_AT_ONCE]
        if (whole.kind == "one" and whole.exact) or len(parts) < 2:
            return (whole,)
        found: dict[str, Resolution] = {}
        at = 0
        while at < len(parts):
            end, each = await self._longest(said, parts, at, outside=outside)
            found.setdefault(each.found.symbol if each.found else f" {each.said.casefold()}", each)
            at = end
        return tuple(found.values())

    async def _longest(
        self, said: str, parts: Sequence[tuple[int, int]], at: int, *, outside: bool
    ) -> tuple[int, Resolution]:
        """The longest whole name that begins with a part ("Procter and Gamble"), else that part; and where the next one begins."""
        furthest = at + 1
        while furthest < min(len(parts), at + _MOST_JOINED) and may_join(said, parts[furthest - 1], parts[furthest]):
            furthest += 1
        for end in range(furthest, at + 1, -1):
            joined = await self.resolve(said[parts[at][0] : parts[end - 1][1]], outside=False)
            if joined.kind == "one" and joined.exact:
                return end, joined
        return at + 1, await self.resolve(said[slice(*parts[at])], outside=outside)

    async def prices(self, symbol: str, span: str) -> PriceView:
        """An instrument over a span of time up to the market's last day (see `advisor.analysis.periods.bounds`).

        Raises:
            UnknownSymbol, NotEnoughHistory, SourceUnavailable: from the market.
            InvalidInput: for a span that cannot be read.
        """
        return view(await self.history(symbol), span)

    async def day(self, as_of: date | None) -> date:
        """The day that prices are seen on: `as_of`, at most the market's last day."""
        today = await self._market.market_date()
        return min(as_of or today, today)

    async def history(self, symbol: str, as_of: date | None = None) -> PriceHistory:
        """All daily bars up to `as_of`, at most up to the market's last day.

        Raises:
            UnknownSymbol: with up to three names like it in `details["suggestions"]`.
            NotEnoughHistory: if there is no price by then.
            SourceUnavailable: if the market cannot be asked.
        """
        try:
            history = await self._market.history(symbol.upper(), await self.day(as_of))
        except UnknownSymbol as fault:
            near = await self._market.search(symbol, MOST_CANDIDATES)
            details = {"suggestions": [{"symbol": item.symbol, "name": item.name} for item in near[:MOST_CANDIDATES]]}
            raise UnknownSymbol(fault.message, field="symbol", details=details) from fault
        if not len(history.bars):
            raise NotEnoughHistory(f"There are no prices of {symbol.upper()} by then.", field="as_of")
        return history

    async def histories(self, symbols: Sequence[str]) -> Mapping[str, PriceHistory | MarketDataError]:
        """The histories of several symbols, each with its own outcome."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(symbol: str) -> PriceHistory | MarketDataError:
            async with gate:
                try:
                    return await self.history(symbol)
                except MarketDataError as fault:
                    return fault

        wanted = list(dict.fromkeys(symbol.upper() for symbol in symbols))
        return dict(zip(wanted, await asyncio.gather(*map(one, wanted)), strict=True))

    async def find(self, text: str, limit: int) -> tuple[InstrumentRecord, ...]:
        """Instruments like `text`, best first; without a text those that the source lists."""
        if text.strip():
            return await self._market.search(text, limit)
        listed = (await self._market.listings())[:limit]
        found = [await self._market.search(item.symbol, 1) for item in listed]
        return tuple(
            records[0] if records and records[0].symbol == item.symbol else self._record(item)
            for item, records in zip(listed, found, strict=True)
        )

    async def examples(self) -> tuple[str, ...]:
        """Some instruments to name where one is not known: "Apple (AAPL)"."""
        return tuple(f"{item.name} ({item.symbol})" for item in await self._market.listings() if item.example)

    async def _candidates(
        self, text: str, listings: Sequence[Listing], *, outside: bool
    ) -> tuple[InstrumentRecord, ...]:
        """The market's candidates, and what is listed by exactly this name."""
        found = await self._search(text, outside=outside)
        known = {record.symbol for record in found}
        said = text.strip(" ?.!").casefold()
        listed = (
            self._record(item)
            for item in listings
            if item.symbol not in known and said in (name.casefold() for name in (item.symbol, item.name, *item.also))
        )
        return (*listed, *found)

    async def _search(self, text: str, *, outside: bool) -> tuple[InstrumentRecord, ...]:
        """What the market finds; the same text is looked for once in a while, because one message asks for it several times."""
        now = asyncio.get_running_loop().time()
        since, found = self._searched.get((text, outside), (-math.inf, ()))
        if now - since > _SEARCH_HOLDS:
            found = await self._market.search(text, _LOOKED_AT, outside=outside)
            if len(self._searched) >= _MOST_SEARCHES:
                self._searched.clear()
            self._searched[text, outside] = now, found
        return found

    def _record(self, item: Listing) -> InstrumentRecord:
        return InstrumentRecord(self._market.name, item.symbol, item.name)

    async def _by_symbol(self, symbol: str) -> InstrumentRecord | None:
        try:
            return (await self._market.history(symbol, await self._market.market_date())).bars.record
        except (UnknownSymbol, NotEnoughHistory):
            return None
