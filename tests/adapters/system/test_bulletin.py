"""The bulletin's contract, inside one process, through a real Redis and through a real PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from time import monotonic

import asyncpg
import pytest

from advisor.adapters.db.bulletin import PostgresBulletin
from advisor.adapters.redis.bulletin import RedisBulletin
from advisor.adapters.system.bulletin import InProcessBulletin
from advisor.domain.errors import SettingsError, StorageError
from advisor.ports.system import Bulletin
from tests.databases import empty_postgres_url, postgres_server

__all__ = ["empty_postgres_url", "postgres_server"]

Server = Callable[[], "subprocess.Popen[bytes]"]
CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


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


async def answers(bulletin: Bulletin) -> None:
    """Return once the server answers."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await bulletin.ping()
            except StorageError:
                await asyncio.sleep(0.02)


@pytest.fixture(params=["process", "redis", pytest.param("postgres", marks=pytest.mark.postgres)])
def make(request: pytest.FixtureRequest) -> Callable[[], Bulletin]:
    """Makes an end of one bulletin (inside a process the same one each time)."""
    if request.param == "process":
        alone = InProcessBulletin()
        return lambda: alone
    if request.param == "postgres":
        address = request.getfixturevalue("empty_postgres_url")
        return lambda: PostgresBulletin(address)
    request.getfixturevalue("start_redis")()
    url = f"unix://{request.getfixturevalue('socket')}"
    return lambda: RedisBulletin(url)


@pytest.fixture
async def bulletins(make: Callable[[], Bulletin]) -> AsyncIterator[tuple[Bulletin, Bulletin]]:
    """Two ends of a bulletin: where one publishes and where another listens."""
    here, there = make(), make()
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


@pytest.mark.postgres
async def test_without_postgres_a_process_still_hears_itself_and_ping_says_so(tmp_path: Path) -> None:
    bulletin = PostgresBulletin(f"postgresql://nobody@/absent?host={tmp_path}")
    with pytest.raises(StorageError):
        await bulletin.ping()
    async with bulletin.listen("outbox") as listener:
        await bulletin.publish("outbox")
        assert await listener.wait(5)
    await bulletin.close()


@pytest.mark.postgres
async def test_after_the_connections_were_cut_listeners_are_woken_and_hear_again(empty_postgres_url: str) -> None:
    here, there = (PostgresBulletin(empty_postgres_url) for _ in range(2))
    operator = await asyncpg.connect(empty_postgres_url)
    async with there.listen("outbox") as listener:
        await listener.wait(0.05)
        await here.publish("outbox")
        assert await listener.wait(5)
        await operator.execute(CUT)
        assert await listener.wait(20)  # what was published meanwhile is unknown: everybody looks for himself
        await here.publish("outbox")  # may be lost with its connection, which a hint is allowed to be
        await listener.wait(0.5)
        await here.publish("outbox")
        assert await listener.wait(5)
    await operator.close()
    await here.close()
    await there.close()


@pytest.mark.postgres
async def test_a_quiet_connection_is_looked_after_and_hears_on(empty_postgres_url: str) -> None:
    here, there = PostgresBulletin(empty_postgres_url), PostgresBulletin(empty_postgres_url, health_seconds=0.02)
    async with there.listen("outbox") as listener:
        await listener.wait(0.5)  # as long as many looks
        await here.publish("outbox")
        assert await listener.wait(5)
        assert not await listener.wait(0.5), "nobody had to connect again"
    await here.close()
    await there.close()


@pytest.mark.postgres
async def test_what_is_published_while_a_round_trip_is_under_way_goes_as_one(empty_postgres_url: str) -> None:
    here = PostgresBulletin(empty_postgres_url)
    heard: list[str] = []
    operator = await asyncpg.connect(empty_postgres_url)
    await operator.add_listener("smartinvest_news", lambda *told: heard.append(str(told[3])))
    for _ in range(500):
        await here.publish("typing")
    await here.publish("turns")
    await here.close()
    await operator.execute("SELECT 1")
    assert len(heard) < 10
    assert set(heard) == {"typing", "turns"}
    await operator.close()


async def test_another_kind_of_address_is_a_settings_error() -> None:
    with pytest.raises(SettingsError):
        RedisBulletin("http://example.org")
