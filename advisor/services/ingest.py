"""Bringing stored prices up to date: ask for what is due, check it, store it, one small transaction after the other.

    coverage -> what is due -> provider, in batches -> restated? then the whole history -> quality -> store

What was stored stays stored: a run that is killed goes on where it stopped, and a second run finds nothing to do. A source that
does not answer two batches in a row is not asked further in that run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from advisor.analysis.quality import check, continues, joined, longest, mends_past
from advisor.domain.bars import Bars, DailyLimit, Finding, InstrumentRecord, Treatment
from advisor.domain.errors import MarketDataError, NotEnoughHistory, NotOffered, SourceUnavailable
from advisor.domain.market import Dates
from advisor.ports.history import Arrival, Coverage, HistoryStore
from advisor.ports.ingest import Calendars
from advisor.ports.provider import Provider
from advisor.ports.system import Clock, Offload

FIRST_DAY = date(1900, 1, 1)
_OVERLAP = timedelta(days=15)  # asked for again each time, to see whether the past was restated
_ROWS_A_SAVE = 10_000  # one transaction: enough to be quick, few enough that a chat turn beside it does not wait
_TRIES = 2  # batches in a row that a source may leave unanswered: one may be the fault of what was asked


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


@dataclass(frozen=True, slots=True)
class _Came:
    """What a source gave of an instrument, on its scale of now. `first` is its first day; with `whole` older stored days lead."""

    bars: Bars
    first: date
    whole: bool


class IngestService:
    """Ingestion from one provider; the refresher of the stored market.

    `known` gives what our universes know of a symbol (exchange, class, name) where they know it, `daily_limits` how far its
    exchange lets it move in a day. `modified`, for a source that changes when somebody changes it (a folder), says when that was
    last; other sources are due after each completed session.
    Symbols for which a source did not answer are left alone for `retry_seconds`.
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
        daily_limits: Callable[[str], Sequence[DailyLimit]] = lambda _: (),
        modified: Callable[[], Awaitable[datetime | None]] | None = None,
        retry_seconds: float = 600.0,
    ) -> None:
        self._provider = provider
        self._store = store
        self._calendars = calendars
        self._offload = offload
        self._clock = clock
        self._known = known
        self._daily_limits = daily_limits
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
        """Bring these symbols up to date; with `whole` all that the source has is fetched again. Its failures are in the report.

        Raises:
            StorageError: if the database fails.
        """
        held = await self._store.coverage(self._provider.name, symbols)
        changed = await self._modified() if self._modified else None
        asks = [
            ask
            for symbol in dict.fromkeys(symbols)
            if (ask := await self._due(symbol, held.get(symbol), changed, whole=whole))
        ]
        report = Report(asked=len(asks), fresh=len(set(symbols)) - len(asks))
        done = unanswered = 0
        fault: MarketDataError | None = None
        for batch in _batches(asks, self._provider.batch):
            if fault is None or unanswered < _TRIES:
                fault = await self._fetch(batch, report)
                unanswered = unanswered + 1 if fault else 0
            else:
                self._pass_over(batch, fault, report)
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

    async def _due(self, symbol: str, held: Coverage | None, changed: datetime | None, *, whole: bool) -> _Ask | None:
        """What to ask of a symbol. `changed` is when a local source changed last; a live one is due after each session."""
        known = self._known(symbol)
        exchange = (held.record.exchange if held else "") or (known.exchange if known else "")
        end = await self._calendars.last_completed_session(exchange, self._clock.now())
        # Of an exchange that nobody has named yet any session may be over; the provider keeps to those that are.
        latest = end if exchange else self._clock.now().astimezone(UTC).date()
        if held is None or whole:
            return _Ask(symbol, FIRST_DAY, latest)
        if self._modified is not None:
            fresh = changed is None or held.checked_at >= changed
            return None if fresh else _Ask(symbol, FIRST_DAY, latest)
        if held.asked_through is not None and held.asked_through >= end:
            return None
        return _Ask(symbol, held.last - _OVERLAP if held.last else FIRST_DAY, latest)

    async def _fetch(self, batch: Sequence[_Ask], report: Report) -> MarketDataError | None:
        """Ask for one batch, all of one start day, and store what came; the fault if the source could not be asked at all."""
        try:
            found = await self._provider.history([ask.symbol for ask in batch], batch[0].start, batch[0].end)
        except MarketDataError as fault:
            self._pass_over(batch, fault, report)
            return fault
        arrivals: list[Arrival] = []
        for ask in batch:
            outcome = await self._arrival(ask, found[ask.symbol])
            if isinstance(outcome, SourceUnavailable):
                self._pass_over([ask], outcome, report)
                continue
            self._failed.pop(ask.symbol, None)
            if isinstance(outcome, MarketDataError):
                # An answer ("I do not know this symbol") is stored and holds until the next session.
                report.failures[ask.symbol] = outcome
                outcome = Arrival(self._record(ask, None), None, ask.end, outcome.code)
            completed = await self._calendars.last_completed_session(outcome.record.exchange, self._clock.now())
            arrivals.append(replace(outcome, asked_through=min(ask.end, completed)))
            if sum(len(item.bars) for item in arrivals if item.bars) >= _ROWS_A_SAVE:
                report.rows += await self._store.save(arrivals)
                arrivals = []
        if arrivals:
            report.rows += await self._store.save(arrivals)
        return None

    def _pass_over(self, asks: Sequence[_Ask], fault: MarketDataError, report: Report) -> None:
        """A source that is away is on record, and rests for a while."""
        for ask in asks:
            report.failures[ask.symbol] = fault
            self._failed[ask.symbol] = (self._clock.now(), fault)

    async def _arrival(self, ask: _Ask, outcome: Bars | MarketDataError) -> Arrival | MarketDataError:
        """What is to be stored of an outcome: checked, and whole where the source restated its past or a check mends it."""
        # A folder is what its owner made of it: what it no longer holds goes.
        stored = None if self._modified else await self._store.bars(self._provider.name, ask.symbol)
        came = await self._continued(ask, stored, outcome) if stored is not None and len(stored) else _alone(outcome)
        if isinstance(came, MarketDataError):
            return came
        record = self._record(ask, came.bars)
        if not len(came.bars):
            return Arrival(record, None, ask.end)
        judged = replace(came.bars if came.whole or stored is None else joined(stored, came.bars), record=record)
        sessions, limits = await self._sessions(judged), self._daily_limits(ask.symbol)
        checked = await self._offload.thread(check, judged, sessions, daily_limits=limits)
        if came.whole or stored is None or mends_past(stored, judged, checked.bars, came.first):
            earlier = await self._treated_before(ask.symbol, came.first) if stored is not None else ()
            news = (item for item in checked.findings if not any(old.covers(item) for old in earlier))
            return Arrival(record, checked.bars, ask.end, findings=(*earlier, *news), whole=True)
        return Arrival(record, checked.bars.between(came.first, None), ask.end, findings=checked.findings)

    async def _continued(self, ask: _Ask, stored: Bars, outcome: Bars | MarketDataError) -> _Came | MarketDataError:
        """What came, where something is stored: an increment on the stored scale, or the longest whole history there is."""
        whole = ask.start == FIRST_DAY
        if isinstance(outcome, Bars) and len(outcome) and not whole and not continues(stored, outcome):
            try:
                outcome = (await self._provider.history([ask.symbol], FIRST_DAY, ask.end))[ask.symbol]
            except MarketDataError as fault:
                return fault
            whole = True
        if isinstance(outcome, MarketDataError) or not len(outcome):
            return _alone(outcome)
        if stored.total_return and not outcome.total_return:
            return NotOffered("The source gives prices without dividends now. The stored ones, with dividends, stay.")
        try:
            bars = longest(stored, outcome) if whole else outcome
        except NotEnoughHistory as fault:
            return fault
        return _Came(bars, outcome.dates[0].item(), whole)

    async def _treated_before(self, symbol: str, day: date) -> tuple[Finding, ...]:
        """What was repaired or refused among the stored prices before a day: no later check can find it again."""
        found = (await self._store.findings(self._provider.name, [symbol])).get(symbol, ())
        return tuple(item for item in found if item.treatment is not Treatment.KEPT and item.first < day)

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


def _alone(outcome: Bars | MarketDataError) -> _Came | MarketDataError:
    if isinstance(outcome, MarketDataError):
        return outcome
    return _Came(outcome, outcome.dates[0].item() if len(outcome) else FIRST_DAY, whole=True)
