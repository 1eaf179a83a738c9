"""The inbox to the dialogue: each chat in order, several chats at once, several processes beside each other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Coroutine
from typing import Any, Protocol, TypeVar

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from advisor.domain.errors import SmartInvestError, StorageError
from advisor.domain.message import Received
from advisor.ports.storage import Storage
from advisor.ports.system import Clock
from bot.inbound import Event, Said, Tapped, interpret, query_of
from bot.loops import Alarm, back_off, finishing, pause, repeat
from bot.needs import CHANNEL

R = TypeVar("R")

_AT_ONCE = 12
# No more are taken than are handled at once, so that other processes get their share, and as many beside them as wait between two
# attempts or for a flood to pass: they keep nobody out.
_HELD = 4 * _AT_ONCE
# Renewed while a message is worked on: this is how long the chats of a process that died wait for another.
LEASE_SECONDS = 6.0
_LOOK_SECONDS = 1.0
_ATTEMPTS = 5
FINISH_SECONDS = 10.0
_TYPING_AFTER = 0.3
_TYPING_EVERY = 4.5
_log = logging.getLogger(__name__)


class Handler(Protocol):
    """Does what an event asks for."""

    async def acknowledge(self, event: Event) -> None:
        """Tell Telegram at once that a tap was seen."""
        ...

    async def passed(self, event: Event, stop: asyncio.Event) -> bool:
        """Wait until the event may be handled, as a flood of messages has to; False if a stop came first."""
        ...

    async def handle(self, row: Received, event: Event) -> None:
        """Handle one inbox row and leave it marked as handled."""
        ...

    async def give_up(self, row: Received, event: Event) -> None:
        """Mark a row as handled that could not be, and say so to its sender."""
        ...


class Drain:
    """Takes waiting rows under leases, of each chat the oldest, and handles several chats at once.

    The leases make the chats' lanes: several processes drain one inbox, and each chat's messages are still handled one after the
    other. `answered` is rung when there may be a reply to send.
    """

    def __init__(
        self,
        storage: Storage,
        handler: Handler,
        bot: Bot,
        clock: Clock,
        *,
        arrived: Alarm,
        answered: Alarm,
        lease_seconds: float = LEASE_SECONDS,
        finish_seconds: float = FINISH_SECONDS,
    ) -> None:
        self._storage, self._handler, self._bot, self._clock = storage, handler, bot, clock
        self._alarm, self._answered = arrived, answered
        self._lease_seconds, self._finish_seconds = lease_seconds, finish_seconds
        self._held: dict[str, Received] = {}
        self._resting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._stop = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Drain until `stop`; what is under way is finished, the rest is given back to the inbox."""
        self._stop = stop
        renewing = asyncio.create_task(repeat("renew", self._renew, stop))
        try:
            async with finishing(self._tasks, self._finish_seconds):
                await repeat("drain", self._step, stop)
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
        await self._release(list(self._held))

    async def _step(self) -> None:
        room = min(_AT_ONCE + self._resting, _HELD) - len(self._held)
        rows: list[Received] = []
        if room > 0:
            rows = await self._storage.claim_received(CHANNEL, self._clock.now(), self._lease_seconds, room)
        # What we hold already comes again where we were too slow to renew its lease: now it is renewed.
        fresh = [row for row in rows if row.external_id not in self._held]
        for row in fresh:
            self._held[row.external_id] = row
            self._start(self._work(row))
        if not fresh:
            await self._alarm.wait(_LOOK_SECONDS)

    async def _renew(self) -> None:
        """Hold what takes long, so that no other process begins it as well."""
        await pause(self._lease_seconds / 3, self._stop)
        if self._held:
            await self._storage.renew_received(CHANNEL, list(self._held), self._clock.now(), self._lease_seconds)

    async def _release(self, external_ids: list[str]) -> None:
        """Let others take over at once; where that fails they wait until the lease runs out."""
        if external_ids:
            try:
                await self._storage.release_received(CHANNEL, external_ids)
            except StorageError as error:
                _log.warning("messages_not_released: %s", error.message)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("lane_interrupted: %r", error)

    async def _work(self, row: Received) -> None:
        event = interpret(row.payload)
        if query_of(event):
            self._start(self._handler.acknowledge(event))
        try:
            # Before it takes one of the places: chats that flood us keep nobody else waiting.
            if not await self._rest(self._handler.passed(event, self._stop)) or not await self._finish(row, event):
                return  # a stop came first: it is given back with all else that is held
        except SmartInvestError as error:
            # It is no longer renewed, and comes again when its lease has run out.
            _log.warning("message_left update=%s: %s", row.external_id, error.message)
        del self._held[row.external_id]
        self._alarm.ring()  # the chat's next message may be taken now

    async def _rest(self, waiting: Awaitable[R]) -> R:
        """Wait for something with a row in hand that needs no place meanwhile."""
        self._resting += 1
        try:
            return await waiting
        finally:
            self._resting -= 1

    async def _finish(self, row: Received, event: Event) -> bool:
        """Handle a row, trying again after failures; one that fails every time is given up, so that its chat goes on.

        False if a stop came first. Where storage fails it raises, and the row comes again when its lease has run out.
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
                await self._rest(pause(back_off(failures, first=0.1, longest=5.0), self._stop))
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
