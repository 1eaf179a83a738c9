"""A stored market put together as the container does it, over any provider and store, on the universe in dollars."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from advisor.adapters.market.calendars import Calendars
from advisor.adapters.market.stored.book import InstrumentBook
from advisor.adapters.market.stored.market import StoredMarket
from advisor.adapters.market.stored.source import Source
from advisor.adapters.market.universes.loader import load_universe
from advisor.domain.bars import InstrumentRecord
from advisor.ports.history import HistoryStore
from advisor.ports.provider import Provider
from advisor.ports.system import Clock, Offload
from advisor.services.ingest import IngestService

DOLLARS = load_universe("us_etf_usd")
_TITLES = {"yahoo": "Yahoo Finance", "alphavantage": "Alpha Vantage", "csv": "The folder of files"}


@dataclass(frozen=True)
class Stored:
    """A market with the ingestion behind it and the store between them."""

    market: StoredMarket
    ingest: IngestService
    store: HistoryStore


def stored_over(
    provider: Provider,
    store: HistoryStore,
    offload: Offload,
    clock: Clock,
    *,
    folder: Callable[[], Awaitable[Sequence[InstrumentRecord]]] | None = None,
    modified: Callable[[], Awaitable[datetime | None]] | None = None,
    **source: Any,
) -> Stored:
    """The market of one source. `source` are further settings of `Source`."""
    book = InstrumentBook(provider, store, (DOLLARS,), folder)
    calendars = Calendars(offload)
    ingest = IngestService(provider, store, calendars, offload, clock, known=book.known, modified=modified)
    title = _TITLES.get(provider.name, provider.name)
    told = Source(provider.name, title, live=folder is None, universes=(DOLLARS,), **source)
    return Stored(StoredMarket(told, store, ingest, book, clock), ingest, store)
