"""How fast we may send: Telegram's limits kept before it has to remind us.

Per chat one message a second with a short burst; over all chats 30 a second of what nobody asked for, which replies do not count
towards and never wait for (Bot API FAQ, "My bot is hitting limits"). A chat that was told to wait (429) waits alone.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

PER_SECOND = 30.0
PER_CHAT_SECONDS = 1.0
REPLY_BURST = 4  # a plan is four messages; Telegram lets short bursts of replies pass
PUSH_BURST = 1
_REMEMBERED = 10_000


class Pacer:
    """Hands out turns to send. `per_chat_seconds` lie between two messages of a chat; `now` is a monotonic clock in seconds."""

    def __init__(
        self,
        per_second: float = PER_SECOND,
        now: Callable[[], float] = time.monotonic,
        *,
        per_chat_seconds: float = PER_CHAT_SECONDS,
    ) -> None:
        self._now = now
        self._chat_interval = per_chat_seconds
        self._interval = 1.0 / per_second
        self._burst = per_second  # a second's worth may go at once after a pause
        self._tokens = per_second
        self._filled_at = now()
        self._due: dict[str, float] = {}
        self._held: dict[str, float] = {}
        self._queue: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self, chat: str, *, urgent: bool) -> None:
        """Wait until a message to this chat may be sent. Urgent ones (replies) wait for their chat alone, the others for all."""
        await asyncio.sleep(max(0.0, self.reserve(chat, burst=REPLY_BURST if urgent else PUSH_BURST)))
        if urgent:
            return
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(granted)
        self._grant()
        await granted

    def reserve(self, chat: str, *, burst: int) -> float:
        """Seconds until this chat's next message may go; the place is taken (generic cell rate algorithm)."""
        now = self._now()
        due = max(self._due.get(chat, now), now)
        self._due[chat] = due + self._chat_interval
        self._forget_idle(now)
        return max(due - (burst - 1) * self._chat_interval - now, self.held_for(chat), 0.0)

    def hold(self, chat: str, seconds: float) -> None:
        """Send nothing to this chat for so long: Telegram asked for it."""
        self._held[chat] = max(self._held.get(chat, 0.0), self._now() + seconds)

    def held_for(self, chat: str) -> float:
        """Seconds this chat still has to wait after a 429."""
        return max(0.0, self._held.get(chat, 0.0) - self._now())

    def _grant(self) -> None:
        now = self._now()
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) / self._interval)
        self._filled_at = now
        while self._queue and self._tokens >= 1.0:
            granted = self._queue.popleft()
            if not granted.done():  # the waiter was cancelled
                self._tokens -= 1.0
                granted.set_result(None)
        if self._queue and self._timer is None:
            wait = (1.0 - self._tokens) * self._interval
            self._timer = asyncio.get_running_loop().call_later(wait, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._grant()

    def _forget_idle(self, now: float) -> None:
        if len(self._due) > _REMEMBERED:
            self._due = {chat: due for chat, due in self._due.items() if due > now}
            self._held = {chat: until for chat, until in self._held.items() if until > now}
