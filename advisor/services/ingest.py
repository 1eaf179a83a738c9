"""Bringing stored prices up to date: ask for what is due, check it, store it, one small transaction after the other.

    coverage -> what is due -> provider, in batches -> restated? then the whole history -> quality -> store

What was stored stays stored: a run that is killed goes on where it stopped, and a second run finds nothing to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import numpy as np

from advisor.analysis.quality import check, joined, longest, restated
from advisor.domain.bars import Bars, Closes, InstrumentRecord
from advisor.domain.errors import MarketDataError, NotOffered, RateLimited, SourceUnavailable
from advisor.domain.market import Dates
from advisor.ports.history import Arrival, Coverage, HistoryStore
from advisor.ports.ingest import Calendars
from advisor.ports.provider import Provider
from advisor.ports.system import Clock, Offload

FIRST_DAY = date(1900, 1, 1)
_OVERLAP = timedelta(days=15)  # asked for again each time, to see whether the past was restated
_ROWS_A_SAVE = 10_000  # one transaction: enough to be quick, few enough that a chat turn beside it does not wait
_AWAY = (SourceUnavailable, RateLimited)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: instruments done of those that were due, and price rows written."""

    done: int
    total: int
    rows: int
    symbol: str


@dataclass
class Report:
    """What a run did. `fresh` counts instruments that needed nothing, `failures` has a reason for each that failed."""

    asked: int = 0
    fresh: int = 0
    rows: int = 0
    failures: dict[str, MarketDataError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Ask:
    symbol: str
    start: date
    end: date
    held: Coverage | None


class IngestService:
    """Ingestion from one provider; the refresher of the stored market.

    `known` gives what our universes know of a symbol (exchange, class, name) where they know it. `modified`, for a source that
    changes when somebody changes it (a folder), says when that was last; other sources are due after each completed session.
    A source that failed is left alone for `retry_seconds`.
    """

    def __init__(
        self,
        provider: Provider,
        store: HistoryStore,
        calendars: Calendars,
        offload: Offload,
        clock: Clock,
        *,
        known: Callable[[str], InstrumentRecord | None] = lambda _: None,
        modified: Callable[[], datetime | None] | None = None,
        retry_seconds: float = 600.0,
    ) -> None:
        self._provider = provider
        self._store = store
        self._calendars = calendars
        self._offload = offload
        self._clock = clock
        self._known = known
        self._modified = modified
        self._retry = timedelta(seconds=retry_seconds)
        self._failed: dict[str, tuple[datetime, MarketDataError]] = {}
        self._running: dict[str, asyncio.Task[Report]] = {}

    async def refresh(self, symbols: Sequence[str]) -> Mapping[str, MarketDataError]:
        """Fetch what is due of these symbols; those that failed, each with its reason."""
        wanted = tuple(dict.fromkeys(symbols))
        resting = {symbol: fault for symbol in wanted if (fault := self._resting(symbol)) is not None}
        new = [symbol for symbol in wanted if symbol not in self._running and symbol not in resting]
        if new:
            task = asyncio.create_task(self.run(new))
            self._running.update(dict.fromkeys(new, task))
            task.add_done_callback(lambda _: [self._running.pop(symbol, None) for symbol in new])
        # Shielded: one caller who gives up must not stop the fetch that others wait for.
        tasks = {self._running[symbol] for symbol in wanted if symbol in self._running}
        reports = await asyncio.gather(*(asyncio.shield(task) for task in tasks))
        failures = resting | {symbol: fault for report in reports for symbol, fault in report.failures.items()}
        return {symbol: failures[symbol] for symbol in wanted if symbol in failures}

    async def run(
        self, symbols: Sequence[str], *, whole: bool = False, on_progress: Callable[[Progress], None] | None = None
    ) -> Report:
        """Bring these symbols up to date; with `whole` everything is fetched again. Source failures are in the report.

        Raises:
            StorageError: if the database fails.
        """
        held = await self._store.coverage(self._provider.name, symbols)
        changed = self._modified() if self._modified else None
        asks = [
            ask
            for symbol in dict.fromkeys(symbols)
            if (ask := await self._due(symbol, None if whole else held.get(symbol), changed))
        ]
        report = Report(asked=len(asks), fresh=len(set(symbols)) - len(asks))
        done = 0
        for batch in _batches(asks, self._provider.batch):
            await self._fetch(batch, report)
            done += len(batch)
            if on_progress:
                on_progress(Progress(done, len(asks), report.rows, batch[-1].symbol))
        return report

    async def ping(self) -> None:
        """Return if the provider answers."""
        await self._provider.ping()

    async def close(self) -> None:
        """Stop what is under way and release the provider."""
        tasks = set(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._provider.close()

    def _resting(self, symbol: str) -> MarketDataError | None:
        at, fault = self._failed.get(symbol, (None, None))
        return fault if at is not None and self._clock.now() - at < self._retry else None

    async def _due(self, symbol: str, held: Coverage | None, changed: datetime | None) -> _Ask | None:
        """What to ask of a symbol. `changed` is when a local source changed last; a live one is due after each session."""
        known = self._known(symbol)
        exchange = (held.record.exchange if held else "") or (known.exchange if known else "")
        end = await self._calendars.last_completed_session(exchange, self._clock.now())
        if held is None:
            return _Ask(symbol, FIRST_DAY, end, held)
        if self._modified is not None:
            fresh = changed is None or held.checked_at >= changed
            return None if fresh else _Ask(symbol, FIRST_DAY, end, None)
        if held.asked_through is not None and held.asked_through >= end:
            return None
        return _Ask(symbol, held.last - _OVERLAP if held.last else FIRST_DAY, end, held)

    async def _fetch(self, batch: Sequence[_Ask], report: Report) -> None:
        """Ask for one batch, all of one start day, and store what came."""
        symbols = [ask.symbol for ask in batch]
        found: Mapping[str, Bars | MarketDataError]
        try:
            found = await self._provider.history(symbols, batch[0].start, batch[0].end)
        except MarketDataError as fault:
            found = dict.fromkeys(symbols, fault)  # whatever concerns all is the outcome of each
        arrivals: list[Arrival] = []
        for ask in batch:
            came = found[ask.symbol]
            outcome = await self._arrival(ask, came) if isinstance(came, Bars) else came
            if isinstance(outcome, MarketDataError):
                report.failures[ask.symbol] = outcome
            arrival = self._noted(ask, outcome) if isinstance(outcome, MarketDataError) else outcome
            if arrival is not None:
                self._failed.pop(ask.symbol, None)
                arrivals.append(arrival)
            if sum(len(item.bars) for item in arrivals if item.bars) >= _ROWS_A_SAVE:
                report.rows += await self._store.save(arrivals)
                arrivals = []
        if arrivals:
            report.rows += await self._store.save(arrivals)

    def _noted(self, ask: _Ask, fault: MarketDataError) -> Arrival | None:
        """A source that is away rests for a while; an answer ("I do not know this symbol") is stored and holds for the session."""
        if isinstance(fault, _AWAY):
            self._failed[ask.symbol] = (self._clock.now(), fault)
            return None
        return Arrival(self._record(ask, None), None, ask.end, fault.code)

    async def _arrival(self, ask: _Ask, bars: Bars) -> Arrival | MarketDataError:
        """What is stored of the bars that came: checked, and whole where the source restated its past."""
        stored = None if ask.start == FIRST_DAY else await self._store.bars(self._provider.name, ask.symbol)
        whole = stored is None
        if stored is not None and len(bars):
            if stored.total_return and not bars.total_return:
                return NotOffered(
                    "The source gives prices without dividends now. The stored ones, with dividends, stay."
                )
            if restated(_closes(stored.between(ask.start, None)), bars):
                again = (await self._provider.history([ask.symbol], FIRST_DAY, ask.end))[ask.symbol]
                if isinstance(again, MarketDataError):
                    return again
                bars, whole = longest(stored, again), True
        record = self._record(ask, bars)
        bars = replace(bars, record=record)
        if not len(bars):
            return Arrival(record, None, ask.end)
        judged = bars if whole or stored is None else joined(stored, bars)
        checked = await self._offload.thread(check, judged, await self._sessions(judged))
        whole = whole or _changed(judged, checked.bars, ask.start)
        kept = checked.bars if whole else checked.bars.between(ask.start, None)
        return Arrival(record, kept, ask.end, findings=checked.findings, whole=whole)

    async def _sessions(self, bars: Bars) -> Dates | None:
        """The exchange's sessions with a week to spare on both sides, because days outside of their span are not judged."""
        week = timedelta(days=7)
        first, last = bars.dates[0].item() - week, bars.dates[-1].item() + week
        found = await self._calendars.sessions(bars.record.exchange, first, last)
        return found if found is not None and len(found) else None

    def _record(self, ask: _Ask, bars: Bars | None) -> InstrumentRecord:
        """What the source says of an instrument, completed by what our universes know."""
        said = bars.record if bars else InstrumentRecord(self._provider.name, ask.symbol, "")
        known = self._known(ask.symbol)
        if known is None:
            return replace(said, source=self._provider.name, name=said.name or ask.symbol)
        return replace(
            said,
            source=self._provider.name,
            name=known.name or said.name,
            currency=said.currency or known.currency,
            exchange=said.exchange or known.exchange,
            isin=said.isin or known.isin,
            sector=said.sector or known.sector,
            asset_class=said.asset_class or known.asset_class,
        )


def _batches(asks: Sequence[_Ask], size: int) -> Iterator[Sequence[_Ask]]:
    """Batches of asks that share their span, those that have nothing stored first."""
    spans: dict[tuple[date, date], list[_Ask]] = {}
    for ask in asks:
        spans.setdefault((ask.start, ask.end), []).append(ask)
    for span in sorted(spans):
        for first in range(0, len(spans[span]), size):
            yield spans[span][first : first + size]


def _closes(bars: Bars) -> Closes:
    return Closes(bars.dates, bars.close, bars.adj_close)


def _changed(judged: Bars, checked: Bars, start: date) -> bool:
    """Whether a check of an increment mended what is stored before it (a scale found wrong only now)."""
    before, after = judged.between(None, start - timedelta(days=1)), checked.between(None, start - timedelta(days=1))
    return len(before) != len(after) or not all(
        np.array_equal(getattr(before, name), getattr(after, name), equal_nan=True) for name in ("close", "adj_close")
    )
