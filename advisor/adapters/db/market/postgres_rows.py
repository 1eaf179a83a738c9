"""Price rows in PostgreSQL by binary COPY: the server's own bytes become numpy arrays without an object for each number.

The format is described in PostgreSQL's manual under COPY, "Binary Format": a signature, then for each row the number of fields and
for each field its length and its big-endian bytes; a length of -1 is NULL.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np
from sqlalchemy import AdaptedConnection, Connection

from advisor.adapters.db.market.rows import Block, Integers, Rows, Span
from advisor.domain.bars import COLUMNS

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_PRICES = ("instrument_id", "day", "fetched_at", *COLUMNS)

# OFFSET 0 keeps the planner from making a join of it: for fifty spans of a fortnight each it would read the whole table.
_STORED = (
    "SELECT p.instrument_id, p.day, coalesce(p.open, 'NaN'), coalesce(p.high, 'NaN'), coalesce(p.low, 'NaN'),"
    " coalesce(p.close, 'NaN'), coalesce(p.adj_close, 'NaN'), coalesce(p.volume, 'NaN')"
    " FROM unnest($1::int[], $2::int[], $3::int[]) AS s (id, first, last) CROSS JOIN LATERAL"
    " (SELECT * FROM prices WHERE instrument_id = s.id AND day BETWEEN s.first AND s.last OFFSET 0) p"
)
_CLOSES = (
    "SELECT instrument_id, day, coalesce(close, 'NaN'), coalesce(adj_close, 'NaN') FROM prices"
    " WHERE instrument_id = ANY($1::int[]) AND day BETWEEN $2 AND $3"
)
_DELETE = "DELETE FROM prices WHERE instrument_id = $1 AND day = ANY($2::int[])"


_PIECE = 4096  # rows encoded and handed to the driver at once: while the server takes one piece in, the next is made


def _layout(*fields: tuple[str, str]) -> np.dtype[np.void]:
    """A row of binary COPY in which no field is NULL."""
    return np.dtype(
        [("fields", ">i2"), *(part for name, kind in fields for part in ((_length(name), ">i4"), (name, kind)))]
    )


def _length(name: str) -> str:
    return f"{name} bytes"


_KEY = (("instrument_id", ">i4"), ("day", ">i4"))
_CLOSES_COLUMNS = ("close", "adj_close")
_WRITTEN = _layout(*_KEY, ("fetched_at", ">i8"), *((name, ">f8") for name in COLUMNS))
_OFFSETS = {name: place[1] for name, place in (_WRITTEN.fields or {}).items()}
_STORED_ROW = _layout(*_KEY, *((name, ">f8") for name in COLUMNS))
_CLOSES_ROW = _layout(*_KEY, *((name, ">f8") for name in _CLOSES_COLUMNS))


class PostgresRows:
    """The table `prices` of a PostgreSQL database. NaN is written as NULL; NULL is read as NaN.

    The transaction must have begun: what goes past SQLAlchemy does not begin one.
    """

    def stored(self, connection: Connection, spans: Sequence[Span]) -> Mapping[int, Rows]:
        """All columns within each span; instruments without rows there are left out."""
        return _decoded(_copied(connection, _STORED, *map(list, zip(*spans, strict=True))), _STORED_ROW, COLUMNS)

    def closes(self, connection: Connection, ids: Sequence[int], first: int, last: int) -> Mapping[int, Rows]:
        """Close and adjusted close between two days, both included; instruments without rows there are left out."""
        return _decoded(_copied(connection, _CLOSES, list(ids), first, last), _CLOSES_ROW, _CLOSES_COLUMNS)

    def delete(self, connection: Connection, gone: Mapping[int, Integers]) -> None:
        """Delete days of instruments."""
        arguments = [(instrument_id, days.tolist()) for instrument_id, days in gone.items()]
        _past_sqlalchemy(connection, lambda driver: driver.executemany(_DELETE, arguments))

    def insert(self, connection: Connection, blocks: Sequence[Block]) -> None:
        """Insert rows that are not there."""

        async def pieces() -> AsyncIterator[bytes]:
            yield _HEADER
            for piece in _pieces(blocks):
                yield _encoded(piece)
            yield _TRAILER

        _past_sqlalchemy(
            connection,
            lambda driver: driver.copy_to_table("prices", source=pieces(), columns=_PRICES, format="binary"),
        )


def _past_sqlalchemy(connection: Connection, work: Callable[[Any], Awaitable[Any]]) -> None:
    """Run work on asyncpg's own connection, as SQLAlchemy offers it for what it has no words for."""
    cast("AdaptedConnection", connection.connection.dbapi_connection).run_async(work)


def _copied(connection: Connection, query: str, *arguments: object) -> bytes:
    """The rows of a query in the format of binary COPY, without its frame."""
    pieces: list[bytes] = []

    async def keep(piece: bytes) -> None:
        pieces.append(piece)

    _past_sqlalchemy(connection, lambda driver: driver.copy_from_query(query, *arguments, output=keep, format="binary"))
    return b"".join(pieces)[len(_HEADER) : -len(_TRAILER)]


def _decoded(content: bytes, layout: np.dtype[np.void], columns: Sequence[str]) -> dict[int, Rows]:
    """Rows by instrument, ascending by day, from rows in any order."""
    table = np.frombuffer(content, layout)
    ids, days = table["instrument_id"].astype(np.int64), table["day"].astype(np.int64)
    values = np.empty((len(table), len(columns)))
    for column, name in enumerate(columns):
        values[:, column] = table[name]
    key = (ids << 32) + days
    if (np.diff(key) < 0).any():
        order = np.argsort(key)
        ids, days, values = ids[order], days[order], values[order]
    found, starts = np.unique(ids, return_index=True)
    return {
        which: Rows(days[start:end], values[start:end])
        for which, start, end in zip(found.tolist(), starts, [*starts[1:], len(ids)], strict=False)
    }


def _pieces(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """The blocks in groups of at least `_PIECE` rows, the last one aside."""
    piece: list[Block] = []
    rows = 0
    for block in blocks:
        piece.append(block)
        rows += len(block.rows)
        if rows >= _PIECE:
            yield piece
            piece, rows = [], 0
    if piece:
        yield piece


def _encoded(blocks: Sequence[Block]) -> bytes:
    """The blocks' rows in the format of binary COPY, without its frame."""
    values = np.concatenate([block.rows.values for block in blocks])
    lengths = [len(block.rows) for block in blocks]
    table = np.empty(len(values), _WRITTEN)
    table["fields"] = len(_PRICES)
    table["instrument_id"] = np.repeat([block.instrument_id for block in blocks], lengths)
    table["day"] = np.concatenate([block.rows.days for block in blocks])
    table["fetched_at"] = np.repeat([block.fetched_at for block in blocks], lengths)
    for name in _PRICES:
        table[_length(name)] = _WRITTEN[name].itemsize
    unknown = np.isnan(values)
    for column, name in enumerate(COLUMNS):
        table[name] = values[:, column]
        table[_length(name)][unknown[:, column]] = -1
    content = table.view(np.uint8).reshape(len(table), _WRITTEN.itemsize)
    if unknown.any():  # NULL has a length and no bytes
        kept = np.ones(content.shape, bool)
        for column, name in enumerate(COLUMNS):
            start = _OFFSETS[name]
            kept[unknown[:, column], start : start + 8] = False
        content = content[kept]
    return content.tobytes()
