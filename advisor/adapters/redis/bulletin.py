"""News between processes by Redis publish/subscribe."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractAsyncContextManager

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from advisor.adapters.system.bulletin import EventListener, Hearing
from advisor.domain.errors import SettingsError, StorageError

_PREFIX = "smartinvest:news:"
_PATIENCE = 2.0  # seconds; a hint is not worth more of an investor's time
_HEALTH_SECONDS = 15.0

_log = logging.getLogger(__name__)


class RedisBulletin:
    """Tells listeners in every process that something changed.

    One connection of a process hears all topics and serves all its listeners: at 1,000 hints a second that is a few per cent of a
    core, and listening to one more topic costs no round trip. If Redis goes away, publishing is a line in the log and reaches this
    process alone, as the port allows; once Redis is back everybody is woken to look for himself.

    Raises:
        SettingsError: for an address that is not Redis's.
    """

    def __init__(self, url: str) -> None:
        try:
            self._redis: Redis = Redis.from_url(
                url,
                socket_connect_timeout=_PATIENCE,
                socket_timeout=_PATIENCE,
                health_check_interval=_HEALTH_SECONDS,
                retry=Retry(NoBackoff(), 1),  # once more on a fresh connection, as a restarted server needs
            )
        except ValueError as error:
            raise SettingsError(
                "REDIS_URL must start with redis://, rediss:// or unix://.", field="REDIS_URL"
            ) from error
        self._hearing = Hearing(self._read, _PATIENCE)

    async def publish(self, topic: str) -> None:
        """Wake the listeners of a topic, here and elsewhere. A hint that cannot be sent is logged: what it tells of is stored."""
        try:
            await self._redis.publish(_PREFIX + topic, b"")
        except (RedisError, OSError) as error:
            _log.warning("news could not be sent: %s", type(error).__name__)
            self._hearing.listeners.wake(topic)

    def listen(self, topic: str) -> AbstractAsyncContextManager[EventListener]:
        """Listen from the moment the context is entered; while Redis is away, to what this process publishes."""
        return self._hearing.listen(topic)

    async def ping(self) -> None:
        """Return if hints can be sent.

        Raises:
            StorageError: if Redis does not answer.
        """
        try:
            await self._redis.ping()
        except (RedisError, OSError) as error:
            raise StorageError("Redis does not answer.") from error

    async def close(self) -> None:
        """Close every connection."""
        await self._hearing.close()
        await self._redis.aclose()

    async def _read(self) -> None:
        """Hear everything for as long as this process lives, across restarts of Redis."""
        while True:
            try:
                async with self._redis.pubsub() as news:
                    await news.psubscribe(_PREFIX + "*")
                    while True:
                        self._hear(await news.get_message(timeout=_HEALTH_SECONDS))
            except (RedisError, OSError) as error:
                self._hearing.hears.clear()
                _log.warning("news cannot be heard: %s", type(error).__name__)
                await asyncio.sleep(1)

    def _hear(self, message: dict[str, object] | None) -> None:
        match message:
            case {"type": "psubscribe"}:  # also after a lost connection: what was published meanwhile is unknown
                self._hearing.hears.set()
                self._hearing.listeners.wake_all()
            case {"type": "pmessage", "channel": bytes(channel)}:
                self._hearing.listeners.wake(channel.decode().removeprefix(_PREFIX))
            case _:
                pass
