"""The inbox to the dialogue: one lane per chat keeps its order, several chats are served at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Protocol

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from advisor.domain.message import Received
from advisor.ports.storage import Storage
from bot.inbound import Event, Said, Tapped, interpret, query_of
from bot.loops import Alarm, back_off, finishing, pause, repeat
from bot.needs import CHANNEL

_AT_ONCE = 12
_FETCH = 256
_FETCH_MOST = 8192
_LOOK_SECONDS = 1.0
_ATTEMPTS = 5
_FINISH_SECONDS = 10.0
_TYPING_AFTER = 0.3
_TYPING_EVERY = 4.5
_log = logging.getLogger(__name__)


class Handler(Protocol):
    """Does what an event asks for."""

    async def acknowledge(self, event: Event) -> None:
        """Tell Telegram at once that a tap was seen."""
        ...

    async def handle(self, row: Received, event: Event) -> None:
        """Handle one inbox row and leave it marked as handled."""
        ...

    async def give_up(self, row: Received, event: Event) -> None:
        """Mark a row as handled that could not be, and say so to its sender."""
        ...


class Drain:
    """Takes waiting rows in order and hands each to its chat's lane. `answered` is rung when there may be a reply to send."""

    def __init__(self, storage: Storage, handler: Handler, bot: Bot, *, arrived: Alarm, answered: Alarm) -> None:
        self._storage, self._handler, self._bot = storage, handler, bot
        self._alarm, self._answered = arrived, answered
        self._lanes: dict[str, deque[tuple[Received, Event]]] = {}
        self._taken: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._stop = asyncio.Event()
        self._limit = _FETCH

    async def run(self, stop: asyncio.Event) -> None:
        """Drain until `stop`; what is under way is finished, the rest waits in the inbox."""
        self._stop = stop
        async with finishing(self._tasks, _FINISH_SECONDS):
            await repeat("drain", self._step, stop)

    async def _step(self) -> None:
        taken_before = set(self._taken)  # a row that finishes during the read may still be in what was read
        rows = await self._storage.waiting(CHANNEL, self._limit)
        fresh = [row for row in rows if row.external_id not in taken_before and row.external_id not in self._taken]
        for row in fresh:
            self._enter(row)
        # One chat that floods us must not hide the others behind its rows.
        crowded = len(rows) == self._limit and not fresh
        self._limit = min(2 * self._limit, _FETCH_MOST) if crowded else _FETCH if len(rows) < _FETCH else self._limit
        if not fresh:
            await self._alarm.wait(_LOOK_SECONDS)

    def _enter(self, row: Received) -> None:
        self._taken.add(row.external_id)
        event = interpret(row.payload)
        if query_of(event):
            self._start(self._handler.acknowledge(event))
        lane = self._lanes.get(row.address)
        if lane is None:
            self._lanes[row.address] = deque([(row, event)])
            self._start(self._work(row.address))
        else:
            lane.append((row, event))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("lane_interrupted: %r", error)

    async def _work(self, address: str) -> None:
        lane = self._lanes[address]
        try:
            while lane and not self._stop.is_set():
                row, event = lane[0]
                if not await self._finish(row, event):
                    break
                lane.popleft()
                self._taken.discard(row.external_id)
        finally:
            # What is left (at a stop, or after a failure of storage) is read from the inbox again.
            self._taken.difference_update(row.external_id for row, _ in lane)
            del self._lanes[address]
            self._alarm.ring()

    async def _finish(self, row: Received, event: Event) -> bool:
        """Handle a row, trying again after failures; one that fails every time is given up, so that its chat goes on.

        False if a stop came first.
        """
        failures = 0
        while failures < _ATTEMPTS:
            try:
                async with self._places, self._typing(event):
                    await self._handler.handle(row, event)
                self._answered.ring()
            except Exception:  # noqa: BLE001 - whatever a message triggers, the chats behind it must go on
                _log.exception("message_failed update=%s", row.external_id)
                await self._storage.ping()  # with the database down the message is not at fault: leave the lane
                await pause(back_off(failures, first=0.1, longest=5.0), self._stop)
                failures += 1
            else:
                return True
            if self._stop.is_set():
                return False
        await self._handler.give_up(row, event)
        return True

    @contextlib.asynccontextmanager
    async def _typing(self, event: Event) -> AsyncIterator[None]:
        """Show "typing" while a message takes longer than a moment."""
        if not isinstance(event, Said | Tapped):
            yield
            return
        task = asyncio.create_task(self._type(event.chat))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _type(self, chat: str) -> None:
        await asyncio.sleep(_TYPING_AFTER)
        while True:
            with contextlib.suppress(TelegramError):
                await self._bot.send_chat_action(chat_id=int(chat), action=ChatAction.TYPING)
            await asyncio.sleep(_TYPING_EVERY)
