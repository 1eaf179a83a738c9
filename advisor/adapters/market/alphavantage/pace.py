"""How often Alpha Vantage may be asked: a free key has 5 requests a minute and 25 a day."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from advisor.domain.errors import RateLimited
from advisor.ports.system import Clock

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


class Pace:
    """Grants requests one by one, each at its own time.

    No more than `per_minute` in any 60 seconds, `per_day` in any 24 hours (None: no limit of the kind), and `gap_seconds` between
    two. Whoever would have to wait longer than `wait_seconds` is told when to come back instead. The count lives in memory:
    a restart and a second process start from nothing, and then the source's own refusal is what stops them.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        per_minute: int | None = 5,
        per_day: int | None = 25,
        gap_seconds: float = 1.1,
        wait_seconds: float = 65.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._limits = [(count, span) for count, span in ((per_minute, _MINUTE), (per_day, _DAY)) if count]
        self._gap = timedelta(seconds=gap_seconds)
        self._wait = timedelta(seconds=wait_seconds)
        self._sleep = sleep
        self._granted: deque[datetime] = deque(maxlen=max((count for count, _ in self._limits), default=1))
        self._closed_until: datetime | None = None

    def next_free(self) -> datetime:
        """When the next request may go out; the present or later."""
        free = self._clock.now()
        if self._closed_until is not None:
            free = max(free, self._closed_until)
        if self._granted:
            free = max(free, self._granted[-1] + self._gap)
        for count, span in self._limits:
            if len(self._granted) >= count:
                free = max(free, self._granted[-count] + span)
        return free

    async def take(self) -> None:
        """Return when a request may go out.

        Raises:
            RateLimited: if that is further away than `wait_seconds`; `details["retry_at"]` says when.
        """
        now = self._clock.now()
        free = self.next_free()
        if free - now > self._wait:
            raise self.refusal(free)
        # Taken before the wait: who comes meanwhile queues behind.
        self._granted.append(free)
        if free > now:
            await self._sleep((free - now).total_seconds())

    def close_for(self, span: timedelta) -> RateLimited:
        """Grant nothing for a while, because the source said so; returns the error to raise."""
        until = self._clock.now() + span
        self._closed_until = until if self._closed_until is None else max(until, self._closed_until)
        return self.refusal(self.next_free())

    def refusal(self, free: datetime) -> RateLimited:
        """The error that says when to come back."""
        return RateLimited(
            f"Alpha Vantage answers only so many questions with this key. Ask again after {free:%H:%M} UTC on {free:%Y-%m-%d}.",
            details={"retry_at": free.isoformat()},
        )
