"""What is stored for a plan's universe, read when the store has news and brought up to date when it is due."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from advisor.adapters.market.stored.book import InstrumentBook
from advisor.adapters.market.stored.source import Source
from advisor.adapters.market.universes.loader import Universe
from advisor.domain.bars import Closes, CorporateAction, Finding
from advisor.domain.errors import MarketDataError, NotEnoughHistory, SourceUnavailable
from advisor.ports.history import Coverage, HistoryStore
from advisor.ports.ingest import Refresher
from advisor.ports.system import Clock

FIRST_DAY = date(1900, 1, 1)
_LOOK_AGAIN = timedelta(minutes=1)

News = tuple[datetime | None, ...]
Version = tuple[int, News, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class State:
    """What is stored for one universe: the whole history, whatever day is asked for.

    `universe` is the one asked for, with what an operator said of the files in his folder. `revision` is that of the prices, `news`
    says when each macro series of the universe changed last. `failures` has a reason for each symbol that the source did not give
    just now, `foreign` for each whose stored prices are not in the universe's currency.
    """

    universe: Universe
    revision: int
    news: News
    read_at: datetime
    failures: Mapping[str, MarketDataError]
    foreign: Mapping[str, str]
    closes: Mapping[str, Closes]
    actions: Mapping[str, tuple[CorporateAction, ...]]
    findings: Mapping[str, tuple[Finding, ...]]

    @property
    def version(self) -> Version:
        """What is equal only where all that is made of two states is equal."""
        return self.revision, self.news, tuple(sorted(self.unusable.items()))

    @property
    def unusable(self) -> dict[str, str]:
        """Why symbols cannot be taken whatever is stored, each the second half of a sentence."""
        silent = {
            symbol: "the source did not answer for it"
            for symbol, fault in self.failures.items()
            if isinstance(fault, SourceUnavailable) and symbol not in self.closes
        }
        return {**silent, **self.foreign}

    def last_by(self, day: date) -> date:
        """The last day of any of it up to `day`; the day itself where all of it is later."""
        limit = np.datetime64(day)
        places = ((item.days, int(np.searchsorted(item.days, limit, side="right"))) for item in self.closes.values())
        return max((days[place - 1].item() for days, place in places if place), default=day)

    @property
    def away(self) -> SourceUnavailable | None:
        """Why the source gave nothing newer of something that is stored, if it did not answer for it."""
        silent = (fault for symbol, fault in self.failures.items() if symbol in self.closes)
        return next((fault for fault in silent if isinstance(fault, SourceUnavailable)), None)


class StateReader:
    """Reads states, each at most once a minute and once for all who ask at the same time."""

    def __init__(
        self, source: Source, store: HistoryStore, refresher: Refresher, book: InstrumentBook, clock: Clock
    ) -> None:
        self._source = source
        self._store = store
        self._refresher = refresher
        self._book = book
        self._clock = clock
        self._states: dict[str, State] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def state(self, universe: Universe) -> State:
        """What is stored, after fetching what is due.

        Raises:
            RateLimited, SourceUnavailable: if nothing is stored and the source does not answer.
            NotEnoughHistory: if nothing is stored and the source has none of it.
        """
        if (state := self._young(universe)) is not None:
            return state
        async with self._turns[universe.id]:
            return self._young(universe) or await self._read(universe)

    def forget(self) -> None:
        """Drop what was read."""
        self._states.clear()

    def _young(self, universe: Universe) -> State | None:
        state = self._states.get(universe.id)
        # A clock that was set back must not make a state last.
        return state if state is not None and abs(self._clock.now() - state.read_at) < _LOOK_AGAIN else None

    async def _read(self, universe: Universe) -> State:
        universe = await self._book.with_own(universe)
        symbols = await self._needed(universe)
        held = await self._store.coverage(self._source.name, symbols)
        stored = any(held[symbol].last for symbol in universe.symbols if symbol in held)
        failures = await brought_up_to_date(self._refresher, self._source, symbols, stored=stored)
        revision = await self._store.revision(self._source.name)
        state = self._states.get(universe.id)
        if state is None or state.revision != revision:
            state = await self._stored(universe, symbols, revision)
        state = replace(state, read_at=self._clock.now(), failures=failures, news=await self._news(universe))
        if not any(symbol in state.closes for symbol in universe.symbols):
            raise _nothing(state, self._source.title)
        if self._source.live:
            _require_most(state, self._source.title)
        self._states[universe.id] = state
        return state

    async def _stored(self, universe: Universe, symbols: Sequence[str], revision: int) -> State:
        closes = await self._store.closes(self._source.name, symbols, FIRST_DAY, date.max)
        actions = await self._store.actions(self._source.name, symbols)
        foreign = _foreign(universe, await self._store.coverage(self._source.name, symbols))
        closes = {symbol: item for symbol, item in closes.items() if symbol not in foreign}
        findings = await self._store.findings(self._source.name, symbols)
        return State(universe, revision, (), self._clock.now(), {}, foreign, closes, actions, findings)

    async def _news(self, universe: Universe) -> News:
        today = self._clock.now().date()
        known = [await self._store.observations(series, today) for series in universe.macro_series]
        return tuple(item.fetched_at if item else None for item in known)

    async def _needed(self, universe: Universe) -> tuple[str, ...]:
        """Of a live source each slot's first choice is fetched; of a folder whatever it has."""
        funds = [item.symbol for item in universe.instruments] if self._source.live else list(universe.symbols)
        return await self._book.held((*funds, *universe.proxies, *universe.rate_symbols))


async def brought_up_to_date(
    refresher: Refresher, source: Source, symbols: Sequence[str], *, stored: bool
) -> Mapping[str, MarketDataError]:
    """Fetch what is due. Where `stored` prices may serve, wait no longer than `source.patience_seconds`; the fetch goes on."""
    try:
        return await asyncio.wait_for(refresher.refresh(symbols), source.patience_seconds if stored else None)
    except TimeoutError:
        return dict.fromkeys(symbols, SourceUnavailable(f"{source.title} did not answer in time."))


def _foreign(universe: Universe, held: Mapping[str, Coverage]) -> dict[str, str]:
    """Funds and proxies whose prices are in another currency than the universe says: their returns would be other returns."""
    meant = {item.symbol: item.currency for slot in universe.slots for item in slot.candidates}
    meant |= dict.fromkeys(universe.proxies, universe.currency)
    return {
        symbol: f"its prices are in {item.record.currency}, not in {meant[symbol]}"
        for symbol, item in held.items()
        if symbol in meant and item.record.currency not in ("", meant[symbol])
    }


def _nothing(state: State, title: str) -> MarketDataError:
    """The error that a universe without any prices amounts to."""
    details = {symbol: fault.message for symbol, fault in state.failures.items()} | dict(state.foreign)
    away = next((fault for fault in state.failures.values() if isinstance(fault, SourceUnavailable)), None)
    if away is not None:
        return type(away)(away.message, details=details)
    return NotEnoughHistory(f"{title} has no prices that a plan could be made of.", details=details)


def _require_most(state: State, title: str) -> None:
    """Where a source was cut off while it gave a universe for the first time, a plan of the few funds that came would mislead.

    Raises:
        RateLimited, SourceUnavailable: if more than a third of the funds were never given because the source did not answer.
    """
    funds = [item.symbol for item in state.universe.instruments]
    silent = [symbol for symbol in funds if isinstance(state.failures.get(symbol), SourceUnavailable)]
    never = [symbol for symbol in silent if symbol not in state.closes]
    if len(never) * 3 > len(funds):
        fault = state.failures[never[0]]
        came = len(funds) - len(never)
        said = f"{title} has given {came} of the {len(funds)} funds that a plan is made of so far. {fault.message}"
        raise type(fault)(said, details={"missing": never} | fault.details)
