"""The history store in memory, for tests of what lies above it: written from the port's words, without the adapter's code."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from advisor.domain.bars import (
    COLUMNS,
    Bars,
    Closes,
    CorporateAction,
    Fact,
    Finding,
    InstrumentKind,
    InstrumentRecord,
    Observations,
    Treatment,
)
from advisor.ports.history import Arrival, Coverage

Key = tuple[str, str]

_NEVER = datetime.min.replace(tzinfo=UTC)


def _now() -> datetime:
    return datetime.now(UTC)


def same(one: float, other: float) -> bool:
    """Equality in which unknown equals unknown."""
    return one == other or (math.isnan(one) and math.isnan(other))


@dataclass
class Shelf:
    """Everything stored of one instrument; `prices` by day in the order of `COLUMNS`."""

    record: InstrumentRecord
    prices: dict[date, tuple[float, ...]] = field(default_factory=dict)
    actions: list[CorporateAction] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    total_return: bool = True
    asked_through: date | None = None
    outcome: str = ""
    checked_at: datetime = _NEVER
    fetched_at: datetime | None = None

    def seen(self) -> tuple[Any, ...]:
        """What readers can tell apart, apart from the times of asking."""
        prices = {day: tuple(None if math.isnan(value) else value for value in row) for day, row in self.prices.items()}
        return self.record, prices, tuple(self.actions), tuple(self.findings), self.total_return


@dataclass(frozen=True)
class Word:
    """One statement of a figure: what was said, known from when on."""

    said: Any
    known_from: date
    estimated: bool


class MemoryHistory:
    """Implements `advisor.ports.history.HistoryStore`. What it holds is open to tests as `shelves`."""

    def __init__(self, now: Callable[[], datetime] = _now) -> None:
        self._now = now
        self.shelves: dict[Key, Shelf] = {}
        self.revisions: dict[str, int] = {}
        self.series: dict[Key, dict[date, list[Word]]] = {}
        self.series_fetches: dict[Key, list[tuple[datetime, date]]] = {}
        self.figures: dict[Key, dict[tuple[date, str, int], list[Word]]] = {}

    async def save(self, arrivals: Sequence[Arrival]) -> int:
        written, changed = 0, set()
        for arrival in arrivals:
            key = arrival.record.source, arrival.record.symbol
            shelf = self.shelves.setdefault(key, Shelf(arrival.record))
            before = shelf.seen()
            written += self._put(shelf, arrival)
            if shelf.seen() != before:
                changed.add(key[0])
        for source in changed:
            self.revisions[source] = self.revisions.get(source, 0) + 1
        return written

    def _put(self, shelf: Shelf, arrival: Arrival) -> int:
        bars = arrival.bars
        shelf.outcome = arrival.outcome
        replaces = bars is not None and arrival.whole
        if replaces or shelf.asked_through is None or arrival.asked_through > shelf.asked_through:
            shelf.asked_through = arrival.asked_through
        if bars is None:
            shelf.checked_at = self._now()
            return 0
        shelf.checked_at = shelf.fetched_at = bars.fetched_at
        shelf.total_return = bars.total_return
        shelf.record = _updated(shelf.record, arrival.record)
        days: list[date] = bars.dates.tolist()
        table = np.column_stack([getattr(bars, name) for name in COLUMNS]).tolist()
        came = {day: tuple(row) for day, row in zip(days, table, strict=True)}
        written = sum(
            day not in shelf.prices or not all(map(same, shelf.prices[day], row)) for day, row in came.items()
        )
        if arrival.whole:
            shelf.prices, shelf.actions, shelf.findings = {}, [], []
        shelf.prices |= came
        replaced = {*days, *(action.day for action in bars.actions)}
        shelf.actions = [action for action in shelf.actions if action.day not in replaced]
        shelf.actions = sorted([*shelf.actions, *bars.actions], key=lambda action: action.day)
        records = [item for item in shelf.findings if item.treatment is not Treatment.KEPT]
        if days:
            records = [item for item in records if item.first < days[0] or item.last > days[-1]]
        news = [item for item in arrival.findings if not any(record.covers(item) for record in records)]
        found = dict.fromkeys([*records, *news])
        shelf.findings = sorted(
            found,
            key=lambda item: (
                item.first,
                item.last,
                item.kind,
                item.treatment,
                item.detail,
                item.count,
                item.factor or 0.0,
            ),
        )
        return written

    def _held(self, source: str, symbols: Sequence[str] | None) -> dict[str, Shelf]:
        return {
            symbol: shelf
            for (owner, symbol), shelf in self.shelves.items()
            if owner == source and (symbols is None or symbol in symbols)
        }

    async def coverage(self, source: str, symbols: Sequence[str] | None = None) -> Mapping[str, Coverage]:
        return {
            symbol: Coverage(
                shelf.record,
                len(shelf.prices),
                min(shelf.prices, default=None),
                max(shelf.prices, default=None),
                shelf.asked_through,
                shelf.outcome,
                shelf.checked_at,
                shelf.fetched_at,
            )
            for symbol, shelf in self._held(source, symbols).items()
        }

    async def bars(self, source: str, symbol: str) -> Bars | None:
        shelf = self.shelves.get((source, symbol))
        if shelf is None or not shelf.prices or shelf.fetched_at is None:
            return None
        days = sorted(shelf.prices)
        table = np.array([shelf.prices[day] for day in days])
        columns = {name: table[:, place] for place, name in enumerate(COLUMNS)}
        return Bars(
            record=shelf.record,
            dates=np.array(days, "datetime64[D]"),
            **columns,
            fetched_at=shelf.fetched_at,
            actions=tuple(shelf.actions),
            total_return=shelf.total_return,
        )

    async def closes(self, source: str, symbols: Sequence[str], first: date, last: date) -> Mapping[str, Closes]:
        found = {}
        close, adjusted = COLUMNS.index("close"), COLUMNS.index("adj_close")
        for symbol, shelf in self._held(source, symbols).items():
            days = sorted(day for day in shelf.prices if first <= day <= last)
            if days:
                table = np.array([shelf.prices[day] for day in days])
                found[symbol] = Closes(np.array(days, "datetime64[D]"), table[:, close], table[:, adjusted])
        return found

    async def actions(self, source: str, symbols: Sequence[str]) -> Mapping[str, tuple[CorporateAction, ...]]:
        return {symbol: tuple(each.actions) for symbol, each in self._held(source, symbols).items() if each.actions}

    async def findings(self, source: str, symbols: Sequence[str] | None = None) -> Mapping[str, tuple[Finding, ...]]:
        return {symbol: tuple(each.findings) for symbol, each in self._held(source, symbols).items() if each.findings}

    async def revision(self, source: str) -> int:
        return self.revisions.get(source, 0)

    async def save_observations(self, observations: Observations) -> int:
        key = observations.source, observations.series
        held = self.series.setdefault(key, {})
        fetched = observations.fetched_at.date()
        coming: dict[date, list[Word]] = {}
        columns = (observations.days.tolist(), observations.values.tolist(), observations.known_from.tolist())
        for day, value, known in zip(*columns, strict=True):
            coming.setdefault(day, []).append(Word((value, ""), known, observations.estimated))
        written = 0
        for day, words in coming.items():
            count = _hear(held.setdefault(day, []), words, fetched)
            for word in held[day][len(held[day]) - count :]:
                self.series_fetches.setdefault(key, []).append((observations.fetched_at, word.known_from))
            written += count
        return written

    async def observations(self, series: str, as_of: date) -> Observations | None:
        newest: tuple[datetime, str] | None = None
        for (source, name), fetches in sorted(self.series_fetches.items()):
            known = [at for at, known_from in fetches if known_from <= as_of]
            if name == series and known and (newest is None or max(known) > newest[0]):
                newest = max(known), source
        if newest is None:
            return None
        words = {}
        for day, said in sorted(self.series[newest[1], series].items()):
            known_words = [word for word in said if word.known_from <= as_of]
            if known_words:
                words[day] = known_words[-1]
        return Observations(
            series,
            newest[1],
            np.array(list(words), "datetime64[D]"),
            np.array([word.said[0] for word in words.values()], float),
            np.array([word.known_from for word in words.values()], "datetime64[D]"),
            any(word.estimated for word in words.values()),
            newest[0],
        )

    async def save_facts(self, source: str, symbol: str, facts: Sequence[Fact], fetched_at: datetime) -> int:
        held = self.figures.setdefault((source, symbol), {})
        coming: dict[tuple[date, str, int], list[Word]] = {}
        for fact in facts:
            word = Word((fact.value, fact.currency), fact.reported or fetched_at.date(), fact.reported is None)
            coming.setdefault((fact.period_end, fact.item, fact.months), []).append(word)
        return sum(_hear(held.setdefault(period, []), words, fetched_at.date()) for period, words in coming.items())

    async def facts(self, source: str, symbol: str, as_of: date) -> tuple[Fact, ...]:
        known = []
        for (end, item, months), words in sorted(self.figures.get((source, symbol), {}).items()):
            heard = [word for word in words if word.known_from <= as_of]
            if heard:
                (value, currency), reported = heard[-1].said, heard[-1].known_from
                known.append(Fact(item, end, value, months, reported, currency))
        return tuple(known)


def _updated(stored: InstrumentRecord, came: InstrumentRecord) -> InstrumentRecord:
    """A record with what is known of it by now."""
    return replace(
        stored,
        name=came.name or stored.name,
        kind=stored.kind if came.kind == InstrumentKind.OTHER else came.kind,
        currency=came.currency or stored.currency,
        exchange=came.exchange or stored.exchange,
        isin=came.isin or stored.isin,
        sector=came.sector or stored.sector,
        asset_class=came.asset_class or stored.asset_class,
    )


def _hear(held: list[Word], coming: list[Word], fetched: date) -> int:
    """Add to what was said of one period what is said now; returns how many words were added."""
    words = sorted(coming, key=lambda word: word.known_from)
    before = len(held)
    if not held:
        for word in words:
            if not held or not _agree(held[-1], word):
                held.append(word)
        return len(held)
    for word in words:
        if not word.estimated and word.known_from > held[-1].known_from and not _agree(held[-1], word):
            held.append(word)
    if words and not _agree(held[-1], words[-1]):
        held.append(Word(words[-1].said, max(fetched, held[-1].known_from), estimated=False))
    return len(held) - before


def _agree(one: Word, other: Word) -> bool:
    return same(one.said[0], other.said[0]) and one.said[1] == other.said[1]
