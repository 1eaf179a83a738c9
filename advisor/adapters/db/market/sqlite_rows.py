"""Price rows in SQLite, through the driver's own cursor."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import repeat

import numpy as np
from sqlalchemy import Connection

from advisor.adapters.db.market.rows import Block, Integers, Rows, Span

_STORED = (
    "SELECT day, open, high, low, close, adj_close, volume FROM prices"
    " WHERE instrument_id = ? AND day BETWEEN ? AND ? ORDER BY day"
)
_CLOSES = "SELECT day, close, adj_close FROM prices WHERE instrument_id = ? AND day BETWEEN ? AND ? ORDER BY day"
_DELETE = "DELETE FROM prices WHERE instrument_id = ? AND day = ?"
_INSERT = (
    "INSERT INTO prices (instrument_id, day, open, high, low, close, adj_close, volume, fetched_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class SqliteRows:
    """The table `prices` of an SQLite file. The driver stores NaN as NULL by itself; numpy reads NULL as NaN."""

    def stored(self, connection: Connection, spans: Sequence[Span]) -> Mapping[int, Rows]:
        """All columns within each span; instruments without rows there are left out."""
        return _read(connection, _STORED, spans)

    def closes(self, connection: Connection, ids: Sequence[int], first: int, last: int) -> Mapping[int, Rows]:
        """Close and adjusted close between two days, both included; instruments without rows there are left out."""
        return _read(connection, _CLOSES, [(each, first, last) for each in ids])

    def delete(self, connection: Connection, gone: Mapping[int, Integers]) -> None:
        """Delete days of instruments."""
        for instrument_id, days in gone.items():
            _driver(connection).executemany(_DELETE, zip(repeat(instrument_id), days.tolist(), strict=False))

    def insert(self, connection: Connection, blocks: Sequence[Block]) -> None:
        """Insert rows that are not there."""
        for block in blocks:
            columns = (column.tolist() for column in block.rows.values.T)
            rows = zip(
                repeat(block.instrument_id), block.rows.days.tolist(), *columns, repeat(block.fetched_at), strict=False
            )
            _driver(connection).executemany(_INSERT, rows)


def _read(connection: Connection, statement: str, spans: Sequence[Span]) -> dict[int, Rows]:
    driver, found = _driver(connection), {}
    for span in spans:
        rows = driver.execute(statement, span).fetchall()
        if rows:
            table = np.array(rows, dtype=np.float64)
            found[span[0]] = Rows(table[:, 0].astype(np.int64), table[:, 1:])
    return found


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101  it says so to mypy
    return driver
