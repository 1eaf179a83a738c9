"""News between processes by PostgreSQL's LISTEN and NOTIFY, where the database is there anyhow."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

import asyncpg

from advisor.adapters.system.bulletin import EventListener, Hearing
from advisor.domain.errors import StorageError

_CHANNEL = "smartinvest_news"
_NOTIFY = f"SELECT pg_notify('{_CHANNEL}', topic) FROM unnest($1::text[]) AS topic"  # noqa: S608  a name of our own
_PATIENCE = 2.0  # seconds; a hint is not worth more of an investor's time
_HEALTH_SECONDS = 15.0
_AGAIN_SECONDS = 1.0
_LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)

_log = logging.getLogger(__name__)


class PostgresBulletin:
    """Tells listeners in every process that something changed.

    One connection of a process hears all topics and serves all its listeners, another sends. Whoever publishes does not wait: what
    is published while a round trip is under way goes with the next one, each topic once. If the database goes away, publishing
    reaches this process alone, as the port allows; once it is back everybody is woken to look for himself.

    `dsn` is a libpq address, which must lead to the server itself: a pooler that hands out connections by the transaction loses
    what is listened for. Every `health_seconds` the connection that hears is looked after.
    """

    def __init__(self, dsn: str, *, health_seconds: float = _HEALTH_SECONDS) -> None:
        self._dsn = dsn
        self._health_seconds = health_seconds
        self._hearing = Hearing(self._read, _PATIENCE)
        self._waiting: set[str] = set()
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._our_number = 0  # of the connection that sends: what it sends has reached our own listeners before
        self._sender: asyncio.Task[None] | None = None

    async def publish(self, topic: str) -> None:
        """Wake the listeners of a topic, here at once and elsewhere a moment later."""
        self._hearing.listeners.wake(topic)
        self._waiting.add(topic)
        self._arrived.set()
        self._idle.clear()
        if self._sender is None:
            self._sender = asyncio.create_task(self._send(), name="postgres-news-out")

    def listen(self, topic: str) -> AbstractAsyncContextManager[EventListener]:
        """Listen from the moment the context is entered; while the database is away, to what this process publishes."""
        return self._hearing.listen(topic)

    async def ping(self) -> None:
        """Return if hints can be sent.

        Raises:
            StorageError: if PostgreSQL does not answer.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                connection = await asyncpg.connect(self._dsn)
                try:
                    await connection.execute("SELECT 1")
                finally:
                    await connection.close()
        except _LOST as error:
            raise StorageError("PostgreSQL does not answer.") from error

    async def close(self) -> None:
        """Send what waits, if that takes no time, and close every connection."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await self._idle.wait()
        await self._hearing.close()
        if self._sender is not None:
            self._sender.cancel()
            with suppress(asyncio.CancelledError):
                await self._sender

    async def _read(self) -> None:
        """Hear everything for as long as this process lives, across restarts of the database."""
        while True:
            try:
                await self._hear()
            except _LOST as error:
                _log.warning("news cannot be heard: %s", type(error).__name__)
            self._hearing.hears.clear()
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _hear(self) -> None:
        """Hear until the connection is lost."""
        connection = await asyncpg.connect(self._dsn, timeout=_HEALTH_SECONDS)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _connection: lost.set())
            await connection.add_listener(_CHANNEL, self._heard)
            self._hearing.hears.set()
            self._hearing.listeners.wake_all()  # what was published meanwhile is unknown
            while not lost.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), self._health_seconds)
                # A connection cut on the way does not say so itself. An empty statement would do, but asyncpg fails on it.
                await connection.execute("SELECT 1", timeout=_HEALTH_SECONDS)
        finally:
            connection.terminate()

    def _heard(self, _connection: Any, number: int, _channel: str, topic: object) -> None:
        if number != self._our_number:
            self._hearing.listeners.wake(str(topic))

    async def _send(self) -> None:
        """Send what was published, everything that waits in one statement; what cannot be sent is logged and forgotten."""
        connection: asyncpg.Connection[Any] | None = None
        try:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                topics, self._waiting = sorted(self._waiting), set()
                try:
                    if connection is None or connection.is_closed():
                        connection = await asyncpg.connect(self._dsn, timeout=_PATIENCE)
                        self._our_number = connection.get_server_pid()
                    await connection.execute(_NOTIFY, topics, timeout=_PATIENCE)
                except _LOST as error:
                    _log.warning("news could not be sent: %s", type(error).__name__)
                    if connection is not None:
                        connection.terminate()
                    connection = None
                if not self._waiting:
                    self._idle.set()
        finally:
            if connection is not None:
                connection.terminate()
