"""News inside one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress


class EventListener:
    """One listener of one topic. Hints that come while nobody waits are kept as one."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Let `wait` return."""
        self._woken.set()

    async def wait(self, seconds: float) -> bool:
        """Wait for the next hint; False if none came in time."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return False
        self._woken.clear()
        return True


class Listeners:
    """Who listens to what, in this process."""

    def __init__(self) -> None:
        self._topics: dict[str, set[EventListener]] = {}

    def add(self, topic: str) -> EventListener:
        """A new listener of a topic."""
        listener = EventListener()
        self._topics.setdefault(topic, set()).add(listener)
        return listener

    def remove(self, topic: str, listener: EventListener) -> None:
        """Let a listener go."""
        there = self._topics[topic]
        there.discard(listener)
        if not there:
            del self._topics[topic]

    def wake(self, topic: str) -> None:
        """Wake a topic's listeners."""
        for listener in self._topics.get(topic, ()):
            listener.wake()

    def wake_all(self) -> None:
        """Wake everybody: after a gap in the news, each looks for itself."""
        for topic in self._topics:
            self.wake(topic)


class Hearing:
    """What a process hears of the others: `read` runs from the first listener on and wakes listeners, until `close`.

    A newcomer waits at most `patience` seconds for `hears`, which `read` sets while it is connected.
    """

    def __init__(self, read: Callable[[], Coroutine[None, None, None]], patience: float) -> None:
        self.listeners = Listeners()
        self.hears = asyncio.Event()
        self._read = read
        self._patience = patience
        self._reader: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[EventListener]:
        """Listen from the moment the context is entered."""
        listener = self.listeners.add(topic)
        try:
            if self._reader is None:
                self._reader = asyncio.create_task(self._read(), name="news-in")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience):
                    await self.hears.wait()
            yield listener
        finally:
            self.listeners.remove(topic, listener)

    async def close(self) -> None:
        """Hear no more."""
        if self._reader is not None:
            self._reader.cancel()
            with suppress(asyncio.CancelledError):
                await self._reader


class InProcessBulletin:
    """Tells listeners of this process that something changed; for a process that runs alone."""

    def __init__(self) -> None:
        self._listeners = Listeners()

    async def publish(self, topic: str) -> None:
        """Wake the listeners of a topic."""
        self._listeners.wake(topic)

    def listen(self, topic: str) -> AbstractAsyncContextManager[EventListener]:
        """Listen from the moment the context is entered."""
        return self._listen(topic)

    async def ping(self) -> None:
        """Return: a process can always talk to itself."""

    async def close(self) -> None:
        """Nothing is held."""

    @asynccontextmanager
    async def _listen(self, topic: str) -> AsyncIterator[EventListener]:
        listener = self._listeners.add(topic)
        try:
            yield listener
        finally:
            self._listeners.remove(topic, listener)
