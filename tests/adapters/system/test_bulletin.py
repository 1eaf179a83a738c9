"""The bulletin's contract, inside one process and through a real Redis."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest

from advisor.adapters.redis.bulletin import RedisBulletin
from advisor.adapters.system.bulletin import InProcessBulletin
from advisor.domain.errors import SettingsError, StorageError
from advisor.ports.system import Bulletin

Server = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def socket() -> Iterator[Path]:
    """A short path: a socket's may have a hundred bytes at most."""
    with tempfile.TemporaryDirectory(prefix="si-redis-") as directory:
        yield Path(directory) / "redis.sock"


@pytest.fixture
def start_redis(socket: Path) -> Iterator[Server]:
    """Starts a Redis of its own on the socket."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip(reason="there is no redis-server on this machine")
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        arguments = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(socket.parent)]
        process = subprocess.Popen([binary, *arguments], stdout=subprocess.DEVNULL)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


async def answers(bulletin: RedisBulletin) -> None:
    """Return once Redis answers."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await bulletin.ping()
            except StorageError:
                await asyncio.sleep(0.02)


@pytest.fixture(params=["process", "redis"])
async def bulletins(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Bulletin, Bulletin]]:
    """Two ends of a bulletin: where one publishes and where another listens (the same one inside a process)."""
    if request.param == "process":
        alone = InProcessBulletin()
        yield alone, alone
        await alone.close()
        return
    request.getfixturevalue("start_redis")()
    url = f"unix://{request.getfixturevalue('socket')}"
    here, there = RedisBulletin(url), RedisBulletin(url)
    await answers(here)
    yield here, there
    await here.close()
    await there.close()


async def test_a_hint_wakes_every_listener_of_its_topic_and_no_other(bulletins: tuple[Bulletin, Bulletin]) -> None:
    here, there = bulletins
    async with there.listen("outbox") as first, there.listen("outbox") as second, there.listen("other") as other:
        for listener in (first, second, other):
            await listener.wait(0.05)  # the first subscription itself may wake
        await here.publish("outbox")
        assert await first.wait(5)
        assert await second.wait(5)
        assert not await other.wait(0.05)
        assert not await first.wait(0.05)


async def test_hints_that_come_while_nobody_waits_are_kept_as_one(bulletins: tuple[Bulletin, Bulletin]) -> None:
    here, there = bulletins
    async with there.listen("outbox") as listener, there.listen("last") as last:
        await listener.wait(0.05)
        await last.wait(0.05)
        for topic in ("outbox", "outbox", "last"):
            await here.publish(topic)
        assert await last.wait(5)
        assert await listener.wait(0)
        assert not await listener.wait(0.05)


async def test_waiting_ends_in_time_and_nobody_need_listen(bulletins: tuple[Bulletin, Bulletin]) -> None:
    here, there = bulletins
    await here.ping()
    await here.publish("nobody listens")
    async with there.listen("outbox") as listener:
        await listener.wait(0.05)
        started = monotonic()
        assert not await listener.wait(0.1)
        assert monotonic() - started < 5


async def test_without_redis_a_process_still_hears_itself_and_ping_says_so(socket: Path) -> None:
    bulletin = RedisBulletin(f"unix://{socket}")
    with pytest.raises(StorageError):
        await bulletin.ping()
    async with bulletin.listen("outbox") as listener:
        await bulletin.publish("outbox")
        assert await listener.wait(5)
    await bulletin.close()


async def test_after_redis_was_away_listeners_are_woken_and_hear_again(start_redis: Server, socket: Path) -> None:
    process = start_redis()
    here, there = (RedisBulletin(f"unix://{socket}") for _ in range(2))
    await answers(here)
    async with there.listen("outbox") as listener:
        await listener.wait(0.05)
        process.kill()
        process.wait()
        await here.publish("outbox")
        start_redis()
        assert await listener.wait(20)
        await answers(here)
        await here.publish("outbox")
        assert await listener.wait(5)
    await here.close()
    await there.close()


async def test_another_kind_of_address_is_a_settings_error() -> None:
    with pytest.raises(SettingsError):
        RedisBulletin("http://example.org")
