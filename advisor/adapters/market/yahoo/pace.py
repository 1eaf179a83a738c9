"""How often Yahoo is asked: a token bucket, and a rest after it has said that it was too often."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from advisor.domain.errors import RateLimited
from advisor.ports.system import Clock

_FIRST_REST, _LONGEST_REST = 60.0, 3600.0


class Pace:
    """`burst` requests may go out at once, then `rate` a second. One per process and source.

    After a 429 nothing is asked for as long as Yahoo says, or for a minute, then two, four, up to an hour.
    """

    def __init__(self, clock: Clock, rate: float = 2.0, burst: int = 60) -> None:
        self._clock = clock
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._filled_at: float | None = None
        self._rests = 0
        self._until: datetime | None = None

    def check(self) -> None:
        """Return if Yahoo may be asked.

        Raises:
            RateLimited: with `retry_after` in seconds while it wants to be left alone.
        """
        if self._left() > 0:
            raise self.refusal()

    def refusal(self) -> RateLimited:
        """The error for what is not asked or not answered during a rest; `retry_after` in seconds."""
        return RateLimited("Yahoo Finance asked us to come back later.", details={"retry_after": self._left()})

    def _left(self) -> float:
        return max(0.0, (self._until - self._clock.now()).total_seconds()) if self._until is not None else 0.0

    async def take(self, count: int) -> None:
        """Wait until `count` requests may go out. Whoever comes later waits for those before."""
        wait = self.spend(count)
        if wait > 0:
            await asyncio.sleep(wait)

    def spend(self, count: int) -> float:
        """Take `count` tokens, on credit if need be; the seconds until the credit is paid back."""
        now = asyncio.get_running_loop().time()
        if self._filled_at is not None:
            self._tokens = min(float(self._burst), self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        self._tokens -= count
        return max(0.0, -self._tokens / self._rate)

    def rest(self, stated: float | None) -> None:
        """Yahoo said 429, with or without a time in seconds."""
        wait = stated if stated is not None else min(_FIRST_REST * 2**self._rests, _LONGEST_REST)
        self._rests = min(self._rests + 1, 10)
        self._until = self._clock.now() + timedelta(seconds=wait)

    def recovered(self) -> None:
        """Yahoo gave data again."""
        self._rests, self._until = 0, None
