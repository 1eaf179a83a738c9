"""Counting requests: the same promises in this process and in Redis; without its Redis, everything passes and is told."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from advisor.adapters.limiting.limiter import SlidingLimiter
from advisor.domain.errors import SettingsError
from advisor.domain.rates import Rate
from tests.running import free_port

FEW, MANY = Rate("few", 3, 60), Rate("many", 100, 3600)


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server's address."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip(reason="there is no redis-server on this machine")
    folder: Path = tmp_path_factory.mktemp("redis")
    socket = folder / "redis.sock"
    line = [binary, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, env=os.environ)
    until = time.monotonic() + 20
    while not socket.exists() and time.monotonic() < until:
        time.sleep(0.02)
    yield f"unix://{socket}"
    process.terminate()
    process.wait()


@pytest_asyncio.fixture(params=["memory", "redis"])
async def limiter(request: pytest.FixtureRequest) -> AsyncIterator[SlidingLimiter]:
    made = SlidingLimiter(None if request.param == "memory" else request.getfixturevalue("redis"))
    yield made
    await made.close()


async def test_what_is_allowed_passes_and_the_next_is_told_to_wait(limiter: SlidingLimiter) -> None:
    assert [await limiter.spend((FEW, MANY), "ann") for _ in range(3)] == [0.0] * 3
    for _ in range(2):
        assert 1 <= await limiter.spend((FEW, MANY), "ann") <= 60


async def test_one_person_s_requests_are_not_counted_as_another_s(limiter: SlidingLimiter) -> None:
    for _ in range(4):
        await limiter.spend((FEW,), "bob")
    assert await limiter.spend((FEW,), "carl") == 0
    assert await limiter.spend((Rate("other", 3, 60),), "bob") == 0


async def test_what_was_refused_counts_in_no_rate(limiter: SlidingLimiter) -> None:
    wide = Rate("wide", 4, 60)
    for _ in range(10):
        await limiter.spend((FEW, wide), "dora")
    assert [await limiter.spend((wide,), "dora") > 0 for _ in range(2)] == [False, True]


async def test_after_the_window_it_passes_again(limiter: SlidingLimiter) -> None:
    short = Rate("short", 2, 1)
    assert any(
        [await limiter.spend((short,), "eve") > 0 for _ in range(6)]
    )  # six never fit, wherever the window begins
    until = time.monotonic() + 10
    while await limiter.spend((short,), "eve") and time.monotonic() < until:
        await asyncio.sleep(0.05)
    assert time.monotonic() < until


async def test_processes_with_one_redis_count_together(redis: str) -> None:
    limiters = [SlidingLimiter(redis), SlidingLimiter(redis)]
    waits = [await limiters[index % 2].spend((FEW,), "shared") for index in range(4)]
    for it in limiters:
        await it.close()
    assert [wait > 0 for wait in waits] == [False, False, False, True]


async def test_without_its_redis_everything_passes_and_the_log_says_it_once(caplog: pytest.LogCaptureFixture) -> None:
    away = SlidingLimiter(f"redis://127.0.0.1:{free_port()}/0")
    with caplog.at_level(logging.WARNING):
        assert [await away.spend((FEW,), "ann") for _ in range(6)] == [0.0] * 6
    await away.close()
    assert [record.getMessage() for record in caplog.records] == [
        "rate_limits_off: the counts cannot be reached (ConnectionError)"
    ]


def test_an_address_that_is_no_redis_stops_the_start() -> None:
    with pytest.raises(SettingsError):
        SlidingLimiter("http://127.0.0.1")
