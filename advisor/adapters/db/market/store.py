"""The history store, put together from its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TypeVar

from sqlalchemy import Connection, bindparam, select

from advisor.adapters.db.database import Database
from advisor.adapters.db.market.arrivals import checked
from advisor.adapters.db.market.details import day_number, stored_actions, stored_findings
from advisor.adapters.db.market.facts import add_facts, known_facts
from advisor.adapters.db.market.instruments import InstrumentLocks, coverage_of, named, one_state, record_of
from advisor.adapters.db.market.macro import add_observations, observations
from advisor.adapters.db.market.postgres_rows import PostgresRows
from advisor.adapters.db.market.rows import EVER, PriceRows, dates_of
from advisor.adapters.db.market.saving import ArrivalWriter
from advisor.adapters.db.market.sqlite_rows import SqliteRows
from advisor.adapters.db.market.tables import market_revisions
from advisor.adapters.db.part import checked_key, is_storable
from advisor.domain.bars import COLUMNS, Bars, Closes, CorporateAction, Fact, Finding, Observations
from advisor.domain.errors import InvalidInput
from advisor.ports.history import Arrival, Coverage

R = TypeVar("R")
Detail = TypeVar("Detail")

_REVISION = select(market_revisions.c.revision).where(market_revisions.c.source == bindparam("source"))


def _now() -> datetime:
    return datetime.now(UTC)


class SqlHistoryStore:
    """Implements `advisor.ports.history.HistoryStore` on SQLite and PostgreSQL.

    Every method raises StorageError if the database does not answer, and InvalidInput for names it cannot hold. `now` tells the
    time an instrument was asked for in vain; of what came, the bars know it.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._now = now
        self._rows: PriceRows = SqliteRows() if database.kind == "sqlite" else PostgresRows()
        self._locks = InstrumentLocks(database.kind)
        self._writer = ArrivalWriter(self._rows, self._locks)

    async def save(self, arrivals: Sequence[Arrival]) -> int:
        """Store all of it or nothing; returns how many price rows were written: new ones and those with other values.

        Days already stored with the same values are left alone and not counted. Every arrival with something new in it raises the
        revision of its source. Actions of the days that came are replaced; a later arrival of an instrument overrides an earlier.

        One call is one transaction, and on SQLite nobody else writes meanwhile, a chat turn neither: a call of 10,000 price rows
        (three instruments of fifteen years, or a fortnight of a thousand) holds the file for some 30 ms.
        """
        cases = checked(arrivals)
        if not cases:
            return 0
        now = self._now()
        return await self._database.write(lambda connection: self._writer.save(connection, cases, now))

    async def coverage(self, source: str, symbols: Sequence[str] | None = None) -> Mapping[str, Coverage]:
        """What is stored, by symbol; all of the source's instruments where `symbols` is None."""
        _check(source, *(symbols or ()))

        def work(connection: Connection) -> Mapping[str, Coverage]:
            return {row["symbol"]: coverage_of(row) for row in named(connection, source, symbols)}

        return await self._read(work)

    async def bars(self, source: str, symbol: str) -> Bars | None:
        """Everything stored of one instrument, as the source last stated it; None where there are no prices."""
        _check(source, symbol)
        return await self._read(lambda connection: self._bars(connection, source, symbol))

    async def closes(self, source: str, symbols: Sequence[str], first: date, last: date) -> Mapping[str, Closes]:
        """Closes of many instruments between two days (both included), by symbol; those without any are left out."""
        _check(source, *symbols)

        def work(connection: Connection) -> Mapping[str, Closes]:
            symbol_of = {row["id"]: row["symbol"] for row in named(connection, source, symbols)}
            if not symbol_of:
                return {}
            found = self._rows.closes(connection, list(symbol_of), day_number(first), day_number(last))
            return {
                symbol_of[which]: Closes(dates_of(rows.days), rows.values[:, 0], rows.values[:, 1])
                for which, rows in found.items()
            }

        return await self._read(work)

    async def actions(self, source: str, symbols: Sequence[str]) -> Mapping[str, tuple[CorporateAction, ...]]:
        """Splits and dividends by symbol, ascending; symbols without any are left out."""
        return await self._details(source, symbols, stored_actions)

    async def findings(self, source: str, symbols: Sequence[str] | None = None) -> Mapping[str, tuple[Finding, ...]]:
        """Known faults by symbol, ascending by their first day; symbols without any are left out."""
        return await self._details(source, symbols, stored_findings)

    async def revision(self, source: str) -> int:
        """A number that grows with every `save` that changed something of this source; zero before the first."""
        _check(source)
        return await self._database.read(
            lambda connection: connection.execute(_REVISION, {"source": source}).scalar_one_or_none() or 0
        )

    async def save_observations(self, observations: Observations) -> int:
        """Add days not stored yet, and other values for stored days as revisions; returns how many rows were written.

        A further vintage that the source dates itself (`estimated` False) is known from that date on, any other revision from its
        fetch on. NaN is a value: one that the source withdrew.
        """
        _check(observations.source, observations.series)
        return await self._database.write(lambda connection: add_observations(connection, self._locks, observations))

    async def observations(self, series: str, as_of: date) -> Observations | None:
        """The series as it was known on `as_of`: of each day the newest value known by then. None if nothing was.

        Sources never mix: of several the one counts that brought news last.
        """
        _check(series)
        return await self._read(lambda connection: observations(connection, series, as_of))

    async def save_facts(self, source: str, symbol: str, facts: Sequence[Fact], fetched_at: datetime) -> int:
        """Add statement figures; a stored one is never changed, a different one for the same period is a further row.

        Returns how many rows were written. A restatement that the source dates after the stored figure is known from that date
        on, any other, and a figure without a date, from `fetched_at` on.
        """
        _check(source, symbol)
        if not all(is_storable(fact.item) and is_storable(fact.currency) for fact in facts):
            raise InvalidInput(f"The statements of {symbol} hold characters that cannot be stored.")
        return await self._database.write(
            lambda connection: add_facts(connection, self._locks, (source, symbol), facts, fetched_at)
        )

    async def facts(self, source: str, symbol: str, as_of: date) -> tuple[Fact, ...]:
        """Figures known on `as_of`, the newest of each item and period, ascending by period; `reported` is the day since when."""
        _check(source, symbol)
        return await self._read(lambda connection: known_facts(connection, source, symbol, as_of))

    async def _read(self, work: Callable[[Connection], R]) -> R:
        def in_one_state(connection: Connection) -> R:
            with one_state(connection):
                return work(connection)

        return await self._database.read(in_one_state)

    async def _details(
        self,
        source: str,
        symbols: Sequence[str] | None,
        read: Callable[[Connection, Sequence[int]], Mapping[int, tuple[Detail, ...]]],
    ) -> Mapping[str, tuple[Detail, ...]]:
        _check(source, *(symbols or ()))

        def work(connection: Connection) -> Mapping[str, tuple[Detail, ...]]:
            symbol_of = {row["id"]: row["symbol"] for row in named(connection, source, symbols)}
            return {symbol_of[which]: items for which, items in read(connection, list(symbol_of)).items()}

        return await self._read(work)

    def _bars(self, connection: Connection, source: str, symbol: str) -> Bars | None:
        rows = named(connection, source, [symbol])
        if not rows or not rows[0]["rows"]:
            return None
        which = rows[0]["id"]
        prices = self._rows.stored(connection, [(which, *EVER)])[which]
        return Bars(
            record=record_of(rows[0]),
            dates=dates_of(prices.days),
            **{name: prices.values[:, place] for place, name in enumerate(COLUMNS)},
            fetched_at=rows[0]["fetched_at"],
            actions=stored_actions(connection, [which]).get(which, ()),
            total_return=rows[0]["total_return"],
        )


def _check(*names: str) -> None:
    for name in names:
        checked_key(name, "symbol")
