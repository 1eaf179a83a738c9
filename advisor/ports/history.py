"""The history store: prices, corporate actions, findings, statements and macro series, kept in our own database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from advisor.domain.bars import Bars, Closes, CorporateAction, Fact, Finding, InstrumentRecord, Observations


@dataclass(frozen=True)
class Arrival:
    """What one ask brought for one instrument.

    `bars` None: nothing came, `outcome` says why (an error's code; "ok" otherwise) and what is stored stays.
    `asked_through` is the last day that was asked for. `whole`: everything stored of the instrument is replaced, because the
    source restated its past; else the days that came overwrite the same days and others stay.
    """

    record: InstrumentRecord
    bars: Bars | None
    asked_through: date
    outcome: str = "ok"
    findings: tuple[Finding, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is stored of an instrument. `first` and `last` are None where there are no prices yet."""

    record: InstrumentRecord
    rows: int
    first: date | None
    last: date | None
    asked_through: date | None
    outcome: str
    checked_at: datetime
    fetched_at: datetime | None


class HistoryStore(Protocol):
    """Contract, held by one suite on SQLite and on PostgreSQL.

    Instruments are told apart by source and symbol; prices of two sources never mix. Each method is one transaction. Writing the
    same again, or from two processes at once, leaves the same rows.
    """

    async def save(self, arrivals: Sequence[Arrival]) -> int:
        """Store all of it or nothing; returns how many price rows were written.

        An instrument's record is updated with what is not empty. Findings of a `whole` arrival replace the stored ones. Those of
        others come from a look at all that is stored, too: they replace all that was kept. What was refused or repaired cannot be
        found again in what is stored, so these records stay, but for those that lie within the days that came; what one of them
        covers is not stored twice.
        """
        ...

    async def coverage(self, source: str, symbols: Sequence[str] | None = None) -> Mapping[str, Coverage]:
        """What is stored, by symbol; all of the source's instruments where `symbols` is None."""
        ...

    async def bars(self, source: str, symbol: str) -> Bars | None:
        """Everything stored of one instrument, as the source last stated it; None where there are no prices."""
        ...

    async def closes(self, source: str, symbols: Sequence[str], first: date, last: date) -> Mapping[str, Closes]:
        """Closes of many instruments between two days (both included), by symbol; without any: left out. Fast"""
        ...

    async def actions(self, source: str, symbols: Sequence[str]) -> Mapping[str, tuple[CorporateAction, ...]]:
        """Splits and dividends by symbol, ascending; symbols without any are left out."""
        ...

    async def findings(self, source: str, symbols: Sequence[str] | None = None) -> Mapping[str, tuple[Finding, ...]]:
        """Known faults by symbol, ascending by their first day; symbols without any are left out."""
        ...

    async def revision(self, source: str) -> int:
        """A number that grows with every `save` that wrote rows of this source: whoever caches asks for it first."""
        ...

    async def save_observations(self, observations: Observations) -> int:
        """Add what is new: a day not stored yet, or another value for a stored day (a revision, known from its fetch on).

        Returns how many rows were written. A value that is the same as the newest stored one of its day adds nothing.
        """
        ...

    async def observations(self, series: str, as_of: date) -> Observations | None:
        """The series as it was known on `as_of`: of each day the newest value known by then. None if nothing was."""
        ...

    async def save_facts(self, source: str, symbol: str, facts: Sequence[Fact], fetched_at: datetime) -> int:
        """Add statement figures; a stored figure is never changed, a different value for the same period is a further row.

        A figure whose day of publication is unknown counts as known from `fetched_at` on.
        """
        ...

    async def facts(self, source: str, symbol: str, as_of: date) -> tuple[Fact, ...]:
        """Figures known on `as_of`, the newest known value of each item and period, ascending by period; `reported` always set."""
        ...
