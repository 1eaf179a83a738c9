"""Which sources of market data there are under the settings, and how they hang together.

provider -> IngestService -> history store -> StoredMarket     (yahoo, alphavantage, csv)
                                              SampleMarket     (the embedded sample needs none of it)
AutoMarket over those that are set up; ReplayMarket around it all where the past is replayed
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from advisor.adapters.market.alphavantage.pace import Pace
from advisor.adapters.market.alphavantage.provider import AlphaVantageProvider
from advisor.adapters.market.auto import AutoMarket
from advisor.adapters.market.calendars import Calendars
from advisor.adapters.market.files.folder import modified
from advisor.adapters.market.files.layout import LAYOUT_FILE
from advisor.adapters.market.files.provider import CsvProvider
from advisor.adapters.market.macro.catalogue import load_macro
from advisor.adapters.market.macro.files import FileMacro
from advisor.adapters.market.macro.fred import FredProvider
from advisor.adapters.market.replay import ReplayMarket
from advisor.adapters.market.sample.macro import SERIES, SampleMacro
from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.market.stored.book import InstrumentBook
from advisor.adapters.market.stored.market import StoredMarket
from advisor.adapters.market.stored.source import Source
from advisor.adapters.market.universes.loader import Universe, load_universe, universes
from advisor.adapters.market.yahoo.provider import YahooProvider
from advisor.config import Settings
from advisor.domain.bars import InstrumentRecord
from advisor.domain.market import AssetGroup
from advisor.ports.history import HistoryStore
from advisor.ports.market import MarketData
from advisor.ports.provider import MacroProvider, Provider
from advisor.ports.system import Clock, Offload
from advisor.services.facts import FactsService
from advisor.services.ingest import IngestService
from advisor.services.macro import MacroService

RAW_FOLDER = "raw"
_FREE, _FREE_DAY = 5, 25  # what Alpha Vantage allows a free key in a minute and in a day
_FREE_STATEMENTS = 5  # companies in one run: four requests each, so that some are left for prices


@dataclass(frozen=True)
class Reading:
    """How a folder of files is read: the `file` that fixes it, there or not, and `write`, which writes the present guess to it."""

    file: Path
    write: Callable[[], Awaitable[Path]]


@dataclass(frozen=True)
class Feed:
    """A source that is ingested, and the symbols it is kept up to date for.

    `facts` brings statements where the source has them, of the `companies` of our universes.
    """

    name: str
    ingest: IngestService
    symbols: Callable[[], Awaitable[tuple[str, ...]]]
    universes: Mapping[str, Universe]
    remarks: Callable[[], Awaitable[tuple[str, ...]]]
    facts: FactsService | None = None
    companies: tuple[str, ...] = ()
    reading: Reading | None = None

    def of_universe(self, name: str) -> tuple[str, ...]:
        """All that a universe names, first choices only; nothing of a universe that this source does not serve."""
        return symbols_of(self.universes[name]) if name in self.universes else ()


def plan_currencies(universes: Iterable[Universe], symbols: Collection[str]) -> tuple[str, ...]:
    """The currencies in which these symbols may make a plan: they have shares and a bond of a universe, however short."""
    found = []
    for universe in universes:
        held = [slot for slot in universe.slots if any(item.symbol in symbols for item in slot.candidates)]
        if {AssetGroup.EQUITY, AssetGroup.BOND} <= {slot.instrument.asset_class.group for slot in held}:
            found.append(universe.currency)
    return tuple(dict.fromkeys(found))


def symbols_of(universe: Universe) -> tuple[str, ...]:
    """What of a universe is kept up to date: plan funds of first choice, their proxies, rates, shares, and the other listings."""
    funds = [item.symbol for item in universe.instruments]
    shares = [item.instrument.symbol for item in universe.stocks]
    named = [*funds, *universe.proxies, *universe.rate_symbols, universe.benchmark, *shares, *universe.listings]
    return tuple(dict.fromkeys(symbol for symbol in named if symbol))


@dataclass(frozen=True)
class Sources:
    """Everything that brings market data. `market` is what the advisor sees, and `today` the day that "by 2030" counts from."""

    market: MarketData
    today: Callable[[], date]
    feeds: tuple[Feed, ...]
    macro: MacroService
    macro_series: tuple[str, ...]

    async def seed(self) -> None:
        """Store what is embedded, so that a first plan has rates of its own time."""
        if self.feeds:
            await self.macro.seed(SERIES)

    async def close(self) -> None:
        """Stop what is under way and release every source."""
        await self.market.close()
        await self.macro.close()


def open_sources(
    settings: Settings, store: HistoryStore, offload: Offload, clock: Clock, *, patient: bool = False
) -> Sources:
    """Everything the settings ask for; nothing is fetched yet. `patient` waits for a source's pace where nobody waits for us."""
    wiring = _Wiring(settings, store, offload, clock, patient=patient)
    pairs = [wiring.stored(name) for name in wiring.wanted()]
    markets: list[MarketData] = [market for market, _ in pairs]
    if settings.market_data in ("sample", "auto"):
        markets.append(SampleMarket())
    market = markets[0] if len(markets) == 1 else AutoMarket(markets, clock)
    walk = settings.replay
    replayed = ReplayMarket(market, lambda: walk.day(clock.now())) if walk else None
    today = replayed.day if replayed else lambda: clock.now().date()
    macro = MacroService(wiring.macro_providers(), store, clock, SampleMacro(clock) if pairs else None)
    return Sources(replayed or market, today, tuple(feed for _, feed in pairs), macro, tuple(load_macro()))


class _Wiring:
    """The parts that every stored source is put together from."""

    def __init__(
        self, settings: Settings, store: HistoryStore, offload: Offload, clock: Clock, *, patient: bool
    ) -> None:
        self._settings = settings
        self._wait_seconds = 65.0 if patient else 5.0
        self._store = store
        self._offload = offload
        self._clock = clock
        self._calendars = Calendars(offload)
        self._raw = Path(settings.data_dir) / RAW_FOLDER if settings.keep_raw_days else None
        shared = [item for item in map(load_universe, universes()) if not item.source]
        # Dollars first: the main currency is the one in which a stranger without a wish gets his plan.
        self._universes = tuple(sorted(shared, key=lambda item: (item.purpose != "plan", item.currency != "USD")))

    def wanted(self) -> tuple[str, ...]:
        """The stored sources to be used, in the order in which they are tried."""
        chosen = self._settings.market_data
        if chosen != "auto":
            return () if chosen == "sample" else (chosen,)
        return (
            "yahoo",
            *(("alphavantage",) if self._settings.alphavantage_key else ()),
            *(("csv",) if self._settings.csv_dir else ()),
        )

    def stored(self, name: str) -> tuple[StoredMarket, Feed]:
        """A source with its ingestion and its place in the store."""
        if name == "csv":
            return self._folder()
        if name == "yahoo":
            return self._with_facts(self._yahoo(), "Yahoo Finance", self._universes)
        # Its symbols of other countries differ from Yahoo's, in which our universes are written.
        american = tuple(item for item in self._universes if item.currency == "USD")
        free = self._settings.alphavantage_per_minute <= _FREE
        return self._with_facts(
            self._alphavantage(), "Alpha Vantage", american, at_most=_FREE_STATEMENTS if free else None
        )

    def macro_providers(self) -> tuple[MacroProvider, ...]:
        """The operator's own files first, then FRED; none for the sample, which has its own."""
        if self._settings.market_data == "sample":
            return ()
        folder = self._settings.macro_dir
        fred = FredProvider(self._clock, base_url=self._settings.fred_url, raw_dir=self._raw)
        return (*((FileMacro(folder, self._clock),) if folder else ()), fred)

    def _yahoo(self) -> Provider:
        return YahooProvider(
            self._offload,
            self._clock,
            cache_dir=Path(self._settings.data_dir) / "yahoo",
            raw_dir=self._raw,
            base_url=self._settings.yahoo_url,
        )

    def _alphavantage(self) -> Provider:
        key = self._settings.alphavantage_key
        given = key.get_secret_value() if key else ""
        each = self._settings.alphavantage_per_minute
        pace = Pace(
            self._clock, per_minute=each, per_day=_FREE_DAY if each <= _FREE else None, wait_seconds=self._wait_seconds
        )
        url = self._settings.alphavantage_url
        return AlphaVantageProvider(given, self._clock, base_url=url, pace=pace, raw_dir=self._raw)

    def _folder(self) -> tuple[StoredMarket, Feed]:
        folder = Path(self._settings.csv_dir or "")
        provider = CsvProvider(folder, self._offload, self._clock)
        market, feed = self._put_together(
            provider,
            "The folder of files",
            self._universes,
            folder=provider.symbols,
            modified=lambda: self._offload.thread(modified, folder),
        )

        async def symbols() -> tuple[str, ...]:
            return tuple(record.symbol for record in await provider.symbols())

        reading = Reading(folder / LAYOUT_FILE, provider.write_layout)
        return market, replace(feed, symbols=symbols, remarks=provider.describe, reading=reading)

    def _with_facts(
        self, provider: Provider, title: str, chosen: tuple[Universe, ...], *, at_most: int | None = None
    ) -> tuple[StoredMarket, Feed]:
        """A source that has statements as well as prices."""
        market, feed = self._put_together(provider, title, chosen)
        companies = tuple(dict.fromkeys(item.instrument.symbol for universe in chosen for item in universe.stocks))
        facts = FactsService(provider, self._store, self._clock, at_most=at_most)
        return market, replace(feed, facts=facts, companies=companies)

    def _put_together(
        self,
        provider: Provider,
        title: str,
        chosen: tuple[Universe, ...],
        *,
        folder: Callable[[], Awaitable[Sequence[InstrumentRecord]]] | None = None,
        modified: Callable[[], Awaitable[datetime | None]] | None = None,
    ) -> tuple[StoredMarket, Feed]:
        book = InstrumentBook(provider, self._store, chosen, folder)
        ingest = IngestService(
            provider,
            self._store,
            self._calendars,
            self._offload,
            self._clock,
            known=book.known,
            daily_limits=lambda symbol: next((found for item in chosen if (found := item.daily_limits(symbol))), ()),
            modified=modified,
        )
        limit = self._settings.max_price_age_days
        source = Source(provider.name, title, live=folder is None, universes=chosen, max_age_days=limit)
        market = StoredMarket(source, self._store, ingest, book, self._clock)

        async def symbols() -> tuple[str, ...]:
            """All that our universes name and all of which there are prices, plans first. What nobody knows is not asked again."""
            named = [symbol for universe in chosen for symbol in symbols_of(universe)]
            held = await self._store.coverage(provider.name)
            return tuple(dict.fromkeys([*named, *(symbol for symbol, item in held.items() if item.last)]))

        async def nothing() -> tuple[str, ...]:
            return ()

        return market, Feed(provider.name, ingest, symbols, {item.id: item for item in chosen}, nothing)
