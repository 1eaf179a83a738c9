"""Several processes drain one inbox: each message handled once, each chat in order, whoever ends or dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from telegram import Bot

from advisor.adapters.db.storage import SqlStorage
from advisor.adapters.system.clock import SystemClock
from advisor.domain.errors import StorageError
from advisor.domain.message import Channel, Received
from advisor.ports.storage import Storage
from bot.drain import Drain
from bot.inbound import Event
from bot.loops import Alarm
from tests.databases import (
    Opener,
    database_url,
    open_another,
    postgres_server,
    postgres_url,
    sqlite_url,
    storage,
    vault,
)

__all__ = ["database_url", "open_another", "postgres_server", "postgres_url", "sqlite_url", "storage", "vault"]

pytestmark = pytest.mark.slow


class Notes:
    """A handler that writes down what it is given, and marks it as handled after a moment."""

    def __init__(self, storage: Storage, handled: list[tuple[str, int]], *, seconds: float = 0.0) -> None:
        self._storage, self._handled, self._seconds = storage, handled, seconds
        self.begun: list[str] = []

    async def acknowledge(self, event: Event) -> None:
        """Nothing was tapped."""

    async def passed(self, event: Event, stop: asyncio.Event) -> bool:
        return True

    async def handle(self, row: Received, event: Event) -> None:
        self.begun.append(row.external_id)
        await asyncio.sleep(self._seconds)
        self._handled.append((row.address, int(row.external_id)))
        await self._storage.discard(Channel.TELEGRAM, row.external_id)

    async def give_up(self, row: Received, event: Event) -> None:
        raise AssertionError("nothing fails here")


def update(number: int, chat: int) -> Received:
    person = {"id": chat, "is_bot": False, "first_name": "A"}
    message = {"message_id": number, "date": 0, "chat": {"id": chat, "type": "private"}, "from": person, "text": "x"}
    return Received(Channel.TELEGRAM, str(number), str(chat), {"update_id": number, "message": message})


@asynccontextmanager
async def draining(storage: Storage, handler: Notes, **patience: float) -> AsyncIterator[asyncio.Task[None]]:
    """A drain as a process of its own would run it."""
    stop, arrived = asyncio.Event(), Alarm()
    worker = Drain(storage, handler, Bot("1:x"), SystemClock(), arrived=arrived, answered=Alarm(), **patience)
    task = asyncio.create_task(worker.run(stop))
    try:
        yield task
    finally:
        stop.set()
        arrived.ring()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_three_processes_share_the_chats_and_keep_each_in_order(
    storage: SqlStorage, open_another: Opener
) -> None:
    await storage.receive([update(number, number % 30) for number in range(300)])
    handled: list[tuple[str, int]] = []
    handlers = [Notes(await open_another(), handled, seconds=0.001) for _ in range(3)]
    async with (
        draining(handlers[0]._storage, handlers[0]),
        draining(handlers[1]._storage, handlers[1]),
        draining(handlers[2]._storage, handlers[2]),
    ):
        await until(lambda: len(handled) >= 300)
    assert sorted(number for _, number in handled) == list(range(300))
    for chat in range(30):
        assert [number for address, number in handled if address == str(chat)] == list(range(chat, 300, 30))
    assert all(handler.begun for handler in handlers)


async def test_a_chat_that_floods_us_hides_no_other(storage: SqlStorage) -> None:
    await storage.receive([*(update(number, 1) for number in range(500)), update(500, 2)])
    handled: list[tuple[str, int]] = []
    handler = Notes(storage, handled, seconds=0.01)
    async with draining(storage, handler):
        await until(lambda: ("2", 500) in handled)
    assert len(handled) < 20


async def test_an_orderly_end_gives_back_what_was_not_begun_or_not_finished(
    storage: SqlStorage, open_another: Opener
) -> None:
    await storage.receive([update(number, number) for number in range(40)])
    handled: list[tuple[str, int]] = []
    slow = Notes(storage, [], seconds=60.0)
    async with draining(storage, slow, finish_seconds=0.05):
        await until(lambda: len(slow.begun) >= 12)
    other = await open_another()
    async with draining(other, Notes(other, handled)):
        await until(lambda: len(handled) == 40, seconds=5.0)  # sooner than any lease runs out


async def test_what_a_killed_process_held_is_handled_by_another_when_the_lease_ran_out(
    storage: SqlStorage, open_another: Opener
) -> None:
    await storage.receive([update(number, 7) for number in range(3)])
    handled: list[tuple[str, int]] = []
    dying = Notes(storage, [], seconds=60.0)
    async with draining(storage, dying, lease_seconds=1.0) as task:
        await until(lambda: dying.begun == ["0"])
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    other = await open_another()
    async with draining(other, Notes(other, handled)):
        await until(lambda: len(handled) == 3)
    assert handled == [("7", 0), ("7", 1), ("7", 2)]


async def test_a_message_that_takes_longer_than_a_lease_is_begun_once(
    storage: SqlStorage, open_another: Opener
) -> None:
    await storage.receive([update(1, 7), update(2, 7)])
    handled: list[tuple[str, int]] = []
    handlers = [Notes(each, handled, seconds=2.0) for each in (storage, await open_another())]
    async with (
        draining(storage, handlers[0], lease_seconds=0.6),
        draining(handlers[1]._storage, handlers[1], lease_seconds=0.6),
    ):
        await until(lambda: len(handled) == 2)
    assert handled == [("7", 1), ("7", 2)]
    assert sorted(handlers[0].begun + handlers[1].begun) == ["1", "2"]


async def test_a_message_left_while_the_database_was_away_comes_again(
    storage: SqlStorage, open_another: Opener
) -> None:
    class Away(Notes):
        async def handle(self, row: Received, event: Event) -> None:
            if not self.begun:
                self.begun.append(row.external_id)
                await down.close()  # as if it stopped answering: neither this nor a look whether it lives succeeds
                raise StorageError("The database does not answer.")
            await super().handle(row, event)

    down = await open_another()
    handled: list[tuple[str, int]] = []
    await storage.receive([update(1, 7), update(2, 7)])
    async with draining(down, Away(storage, handled), lease_seconds=0.5):
        await asyncio.sleep(0.1)
    async with draining(storage, Notes(storage, handled), lease_seconds=0.5):
        await until(lambda: len(handled) == 2)
    assert handled == [("7", 1), ("7", 2)]
