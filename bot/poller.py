"""Long polling: an update is durable in the inbox before Telegram is told that we have it."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import datetime, timedelta

from telegram.error import Conflict, RetryAfter, TelegramError

from advisor.ports.storage import Storage
from advisor.ports.system import Clock
from bot.client import TelegramClient, retry_seconds
from bot.inbound import received_from_update
from bot.loops import Alarm, back_off, pause

_BATCH = 100
# After a week without updates Telegram numbers them anew at random: an old offset would then confirm unseen ones away.
_OFFSET_LASTS = timedelta(days=6)
_log = logging.getLogger(__name__)


class Poller:
    """Fetches updates, stores them, and only then moves the offset, which confirms them."""

    def __init__(
        self, client: TelegramClient, storage: Storage, clock: Clock, *, bot_id: str, wait_seconds: int, arrived: Alarm
    ) -> None:
        self._client, self._storage, self._clock = client, storage, clock
        self._key = f"telegram:offset:{bot_id}"
        self._wait_seconds = wait_seconds
        self._arrived = arrived
        self._offset: int | None = None
        self._offset_at: datetime | None = None
        self._failures = 0

    async def resume(self) -> None:
        """Go on from the stored offset, unless it is so old that Telegram may have begun to number anew."""
        stored = await self._storage.note(self._key)
        if stored is None:
            return
        fields = json.loads(stored)
        self._offset, self._offset_at = int(fields["offset"]), datetime.fromisoformat(fields["at"])

    async def step(self, stop: asyncio.Event) -> None:
        """One getUpdates call and what came of it; waits after a failure of the network."""
        try:
            await self._fetch()
        except RetryAfter as error:
            await pause(retry_seconds(error), stop)
        except Conflict:
            self._failures += 1
            _log.warning("telegram_conflict: another process polls with this token; waiting for it to end")
            await pause(back_off(self._failures, first=1.0, longest=30.0), stop)
        except TelegramError as error:
            self._failures += 1
            wait = back_off(self._failures)
            _log.warning("telegram_unreachable: %s; trying again in %.1f s", type(error).__name__, wait)
            await pause(wait, stop)
        else:
            self._failures = 0

    async def _fetch(self) -> None:
        updates = await self._client.updates(self._current_offset(), _BATCH, self._wait_seconds)
        received = [item for raw in updates if (item := received_from_update(raw)) is not None]
        if not received:
            return
        await self._storage.receive(received)
        self._offset = max(int(item.external_id) for item in received) + 1
        self._offset_at = self._clock.now()
        self._arrived.ring()
        await self._storage.set_note(self._key, json.dumps({"offset": self._offset, "at": self._offset_at.isoformat()}))

    def _current_offset(self) -> int | None:
        """The offset, or None where Telegram may have begun to number anew (repeats are then left out by the inbox)."""
        if self._offset_at is None or self._clock.now() - self._offset_at > _OFFSET_LASTS:
            return None
        return self._offset
