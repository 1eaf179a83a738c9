"""Instruments: their records, what is stored of each, and the order in which writers lock them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, select, text, update

from advisor.adapters.db.database import insert_into
from advisor.adapters.db.market.tables import instruments, market_revisions
from advisor.adapters.db.url import Kind
from advisor.domain.bars import InstrumentKind, InstrumentRecord
from advisor.ports.history import Arrival, Coverage

# Each symbol is a parameter of its own; drivers take some 32,000 in one statement.
_MOST_SYMBOLS = 10_000
_RECORD = tuple(field.name for field in fields(InstrumentRecord))

_ALL = select(instruments).where(instruments.c.source == bindparam("source"))
_NAMED = _ALL.where(instruments.c.symbol.in_(bindparam("symbols", expanding=True)))
_LOCKED = _NAMED.order_by(instruments.c.id).with_for_update()
_UPDATE = update(instruments).where(instruments.c.id == bindparam("which"))


@contextmanager
def one_state(connection: Connection) -> Iterator[None]:
    """Let every statement inside read the same committed state. Comes before the transaction's first statement."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")
        try:
            yield
        finally:
            connection.exec_driver_sql("COMMIT")
        return
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    yield


def named(connection: Connection, source: str, symbols: Sequence[str] | None) -> list[RowMapping]:
    """The rows of a source's instruments; of all where `symbols` is None. Unknown symbols have none."""
    if symbols is None:
        return list(connection.execute(_ALL, {"source": source}).mappings())
    return [row for part in _parts(symbols) for row in _rows(connection, _NAMED, source, part)]


def record_of(row: RowMapping) -> InstrumentRecord:
    """The record in a row."""
    return InstrumentRecord(**{name: row[name] for name in _RECORD} | {"kind": InstrumentKind(row["kind"])})


def coverage_of(row: RowMapping) -> Coverage:
    """What a row says of the prices stored."""
    return Coverage(
        record_of(row),
        row["rows"],
        row["first_day"],
        row["last_day"],
        row["asked_through"],
        row["outcome"],
        row["checked_at"],
        row["fetched_at"],
    )


def merged_record(stored: InstrumentRecord, came: InstrumentRecord) -> InstrumentRecord:
    """The stored record with what is not empty in the one that came."""
    known = {name: value for name in _RECORD if (value := getattr(came, name)) and value != InstrumentKind.OTHER}
    return replace(stored, **known)


class InstrumentLocks:
    """Locks of writers. Everybody takes them in one order, so that two processes wait for each other and never in a circle."""

    def __init__(self, kind: Kind) -> None:
        self._claim = insert_into(kind, instruments).on_conflict_do_nothing()
        revision = insert_into(kind, market_revisions)
        stored = market_revisions.c.revision
        self._raise = revision.on_conflict_do_update(
            index_elements=[market_revisions.c.source], set_={"revision": stored + revision.excluded.revision}
        )

    def instruments(self, connection: Connection, arrivals: Sequence[Arrival], new: dict[str, Any]) -> list[RowMapping]:
        """Lock the arrivals' instruments until the end of the transaction; those not there are made, as `new` has it.

        First all are made in the order of their names, then all are locked in the order of their ids.
        """
        records = {(arrival.record.source, arrival.record.symbol): arrival.record for arrival in arrivals}
        rows = [{name: getattr(records[key], name) for name in _RECORD} | new for key in sorted(records)]
        connection.execute(self._claim, rows)
        locked = []
        for source in sorted({source for source, _ in records}):
            symbols = sorted(symbol for owner, symbol in records if owner == source)
            locked += [row for part in _parts(symbols) for row in _rows(connection, _LOCKED, source, part)]
        return locked

    def source(self, connection: Connection, source: str, *, growth: int) -> None:
        """Lock a source until the end of the transaction and raise its revision by `growth`. Comes after its instruments."""
        connection.execute(self._raise, {"source": source, "revision": growth})


def write_states(connection: Connection, states: Sequence[dict[str, Any]]) -> None:
    """Write columns of instruments; `which` is the id, and every state has the same columns."""
    connection.execute(_UPDATE, list(states))


def _rows(connection: Connection, statement: Any, source: str, symbols: Sequence[str]) -> Iterable[RowMapping]:
    return connection.execute(statement, {"source": source, "symbols": symbols}).mappings()


def _parts(symbols: Sequence[str]) -> Iterator[Sequence[str]]:
    unique = list(dict.fromkeys(symbols))
    return (unique[start : start + _MOST_SYMBOLS] for start in range(0, len(unique), _MOST_SYMBOLS))
