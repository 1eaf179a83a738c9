"""PostgreSQL through asyncpg."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from advisor.adapters.db.database import storage_errors
from advisor.adapters.db.url import Kind

R = TypeVar("R")

_CONNECT_SECONDS = 10.0


def postgres_engine(dsn: str, *, connections: int = 1) -> AsyncEngine:
    """An engine on a libpq address. asyncpg reads the address itself: sockets, several hosts and `sslmode` work as there."""
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=partial(asyncpg.connect, dsn, timeout=_CONNECT_SECONDS),
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # an error that reaches a log shows no addresses
        pool_pre_ping=True,  # a restarted server costs nobody a message
    )


class PostgresDatabase:
    """A server shared by many processes; each piece of work is a transaction of its own (READ COMMITTED)."""

    def __init__(self, dsn: str, *, connections: int = 10) -> None:
        self._engine = postgres_engine(dsn, connections=connections)

    @property
    def kind(self) -> Kind:
        """Which database this is."""
        return "postgresql"

    async def read(self, work: Callable[[Connection], R]) -> R:
        """Run work that changes nothing."""
        return await self.write(work)

    async def write(self, work: Callable[[Connection], R]) -> R:
        """Run work and commit."""
        with storage_errors():
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)

    async def purge(self, content: bytes) -> bool:  # noqa: ARG002  SQLite looks for it
        """False: the server's files are its own. Dead rows go when it vacuums; docs/decisions/erasure.md says what that means."""
        return False

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
