"""What a stored source's instruments are called: those of our universes, then what is stored, at last what the source finds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from advisor.adapters.market.naming import Candidates, rank
from advisor.adapters.market.universes.loader import Universe
from advisor.domain.bars import InstrumentKind, InstrumentRecord
from advisor.domain.errors import MarketDataError, SourceUnavailable, UnknownSymbol
from advisor.domain.market import AssetClass, Instrument
from advisor.ports.history import HistoryStore
from advisor.ports.market import Listing
from advisor.ports.provider import Provider

_LONGEST = 32
_EXAMPLES = 3  # named where a folder holds nothing that is usually asked for
_MISSPELT_LENGTH = 3  # of a shorter word the source knows more than likeness does


class InstrumentBook:
    """Names of one source. `folder` lists what a local source holds, None for one that has whatever it is asked for."""

    def __init__(
        self,
        provider: Provider,
        store: HistoryStore,
        universes: Sequence[Universe],
        folder: Callable[[], Awaitable[Sequence[InstrumentRecord]]] | None = None,
    ) -> None:
        self._provider = provider
        self._store = store
        self._universes = tuple(universes)
        self._folder = folder
        self._listed = _listed(provider.name, universes)
        self._also = {item.symbol: item.also for universe in universes for item in universe.named()}
        self._candidates: tuple[int, Candidates] | None = None

    def symbol(self, said: str) -> str:
        """What was said in the form of the source's symbols.

        Raises:
            UnknownSymbol: if no symbol looks like that.
        """
        wanted = said.strip().upper()
        if not wanted or len(wanted) > _LONGEST or not wanted.isascii() or not all(_fits(sign) for sign in wanted):
            raise UnknownSymbol(
                f"{said[:_LONGEST] or 'Nothing'} does not look like a symbol, such as AAPL.", field="symbol"
            )
        return wanted

    async def held(self, symbols: Sequence[str]) -> tuple[str, ...]:
        """Those of the symbols that it makes sense to ask for, each once."""
        wanted = tuple(dict.fromkeys(symbols))
        if self._folder is None:
            return wanted
        there = {record.symbol for record in await self.folder()}
        return tuple(symbol for symbol in wanted if symbol in there)

    async def with_own(self, universe: Universe) -> Universe:
        """The universe led by the funds to which an operator gave a class and its currency in his folder's `layout.yaml`."""
        if self._folder is None or universe.purpose != "plan":
            return universe
        own = [
            item
            for item in await self.folder()
            if item.asset_class and item.currency == universe.currency and item.symbol not in universe.symbols
        ]
        return universe.led_by([_instrument(item) for item in own]) if own else universe

    def known(self, symbol: str) -> InstrumentRecord | None:
        """What our universes know of a symbol."""
        return self._listed.get(symbol)

    async def search(self, text: str, limit: int, *, outside: bool = True) -> tuple[InstrumentRecord, ...]:
        """The best matches by symbol, ISIN, name or nearly so; where nothing fits and it may be asked, what the source finds."""
        found = rank(text, await self._all(), limit)
        if found or not outside or self._folder is not None or len(text.strip()) < _MISSPELT_LENGTH:
            return found
        with suppress(
            MarketDataError
        ):  # a name nobody knows and a source that is away look the same to who asks: no match
            return await self._provider.search(text, limit)
        return ()

    async def listings(self) -> tuple[Listing, ...]:
        """The names of our universes, of a local source only those it holds and with the rest of what it holds."""
        named = {item.symbol: item for universe in self._universes for item in universe.named()}
        if self._folder is None:
            return tuple(named.values())
        held = [named.get(item.symbol) or Listing(item.symbol, item.name) for item in await self.folder()]
        if not any(item.example for item in held):
            held[:_EXAMPLES] = [replace(item, example=True) for item in held[:_EXAMPLES]]
        return tuple(held)

    async def folder(self) -> Sequence[InstrumentRecord]:
        """What a folder holds. One that is away does not take along what was stored of it.

        Raises:
            SourceUnavailable: if it is away and nothing is stored.
        """
        if self._folder is None:
            return ()
        try:
            return await self._folder()
        except SourceUnavailable:
            held = await self._store.coverage(self._provider.name)
            stored = [item.record for item in held.values() if item.rows]
            if not stored:
                raise
            return stored

    async def _all(self) -> Candidates:
        """Everything known by name, put together again when something new was stored."""
        revision = await self._store.revision(self._provider.name)
        if self._candidates is None or self._candidates[0] != revision:
            stored = {symbol: item.record for symbol, item in (await self._store.coverage(self._provider.name)).items()}
            if self._folder is None:
                records = self._listed | {symbol: record for symbol, record in stored.items() if record.name != symbol}
            else:
                records = {record.symbol: record for record in await self.folder()} | stored
            also = self._also
            self._candidates = (
                revision,
                Candidates((record, also.get(record.symbol, ())) for record in records.values()),
            )
        return self._candidates[1]


def _fits(sign: str) -> bool:
    return sign.isalnum() or sign in "^.=-&_+/ "


def _listed(source: str, universes: Sequence[Universe]) -> dict[str, InstrumentRecord]:
    """Records of all that universes name: funds of plans, then shares, then other listings."""
    records: dict[str, InstrumentRecord] = {}
    for universe in universes:
        for slot in universe.slots:
            for item in slot.candidates:
                records.setdefault(item.symbol, _record(source, item, InstrumentKind.ETF, item.asset_class.value))
        for stock in universe.stocks:
            record = _record(source, stock.instrument, InstrumentKind.STOCK, "", stock.sector)
            records.setdefault(stock.instrument.symbol, record)
        for listing in universe.listings.values():
            kind = (
                InstrumentKind.INDEX
                if listing.unit == "points" or listing.symbol.startswith("^")
                else InstrumentKind.OTHER
            )
            kind = InstrumentKind.STOCK if listing.total_return else kind
            currency = universe.currency
            records.setdefault(listing.symbol, InstrumentRecord(source, listing.symbol, listing.name, kind, currency))
    return records


def _record(
    source: str, item: Instrument, kind: InstrumentKind, asset_class: str, sector: str = ""
) -> InstrumentRecord:
    return InstrumentRecord(
        source, item.symbol, item.name, kind, item.currency, item.exchange, item.isin, sector, asset_class
    )


def _instrument(record: InstrumentRecord) -> Instrument:
    return Instrument(
        record.symbol,
        record.name,
        AssetClass(record.asset_class),
        record.currency,
        isin=record.isin,
        exchange=record.exchange,
    )
