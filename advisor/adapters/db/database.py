"""What the parts of the storage need of a database: run a piece of work in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import asyncpg
from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from advisor.adapters.db.url import Kind
from advisor.domain.errors import StorageError

R = TypeVar("R")
Insert = postgresql.Insert | sqlite.Insert

_log = logging.getLogger(__name__)


class Database(Protocol):
    """Runs work in transactions.

    Work is a plain function of a SQLAlchemy connection, so that the same statements serve both databases: SQLite runs it on a
    thread, PostgreSQL under SQLAlchemy's greenlet bridge. Work may run again or beside other work; it changes nothing but rows.
    """

    @property
    def kind(self) -> Kind:
        """Which database this is."""
        ...

    async def read(self, work: Callable[[Connection], R]) -> R:
        """Run work that changes nothing; it sees committed rows only."""
        ...

    async def write(self, work: Callable[[Connection], R]) -> R:
        """Run work in a transaction and return once it is durable; if it raises, none of it happened.

        Raises:
            StorageError: if the database does not answer or refuses; errors of ours pass as they are.
        """
        ...

    async def purge(self, content: bytes) -> bool:
        """Get bytes that were deleted out of the database's files as far as this can be done from here; False if it could not."""
        ...

    async def close(self) -> None:
        """Finish what was begun and close every connection."""
        ...


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn a driver's errors into ours; the cause goes to the log, without the parameters, which may be personal.

    Raises:
        StorageError: for whatever the driver raised.
    """
    try:
        yield
    except (DBAPIError, PoolTimeout, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        cause: Any = getattr(error, "orig", None) or error
        _log.warning("the database refused: %s", type(cause).__name__)
        raise StorageError("The database cannot be used just now. Nothing was changed. Please try again.") from error


def insert_into(kind: Kind, table: Table) -> Insert:
    """An INSERT that knows ON CONFLICT, which SQLAlchemy has once for each database."""
    return sqlite.insert(table) if kind == "sqlite" else postgresql.insert(table)
