"""News inside one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager


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
