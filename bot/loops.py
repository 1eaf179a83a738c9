"""Endless loops that survive failures and end when asked."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from advisor.domain.errors import SettingsError
from advisor.ports.system import Bulletin

_FIRST_WAIT = 0.25
_LONGEST_WAIT = 30.0
_log = logging.getLogger(__name__)


class Alarm:
    """Wakes a loop that has nothing to do: by `ring`, or after so many seconds at the latest."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the loop now, or keep it from sleeping next time."""
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Sleep until rung or until the time is up."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        self._rung.clear()


async def repeat(name: str, step: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Take one step after the other until `stop`; a failed one is logged and tried again, later and later.

    Raises:
        SettingsError: passes, for no repetition mends a wrong setting.
    """
    failures = 0
    while not stop.is_set():
        try:
            await step()
            failures = 0
        except SettingsError:
            raise
        except Exception:  # noqa: BLE001 - a loop of a server outlives every failure of one step, and says so
            _log.exception("%s_failed: trying again in %.2f s", name, back_off(failures))
            await pause(back_off(failures), stop)
            failures += 1


def back_off(failures: int, first: float = _FIRST_WAIT, longest: float = _LONGEST_WAIT) -> float:
    """Seconds to wait after so many failures in a row: doubling up to a limit."""
    return float(min(longest, first * 2 ** min(failures, 20)))


async def pause(seconds: float, stop: asyncio.Event) -> None:
    """Sleep, but no longer than until `stop`."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


async def ring_on(bulletin: Bulletin, topic: str, alarm: Alarm, stop: asyncio.Event) -> None:
    """Ring the alarm at each hint of this topic. Hints are a courtesy: without them the loops look once a second."""

    async def listen() -> None:
        async with bulletin.listen(topic) as listener:
            while not stop.is_set():
                if await listener.wait(1.0):
                    alarm.ring()

    await repeat(f"listening_{topic}", listen, stop)


@contextlib.asynccontextmanager
async def finishing(tasks: set[asyncio.Task[None]], seconds: float) -> AsyncIterator[None]:
    """At an orderly end give what is under way some time to finish, then cancel the rest: all of it is durable."""
    try:
        yield
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
    finally:
        late = list(tasks)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
