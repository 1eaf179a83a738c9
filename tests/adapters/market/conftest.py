"""A market of random walks behind a local Yahoo server, and a helper process to reach it with the real client."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from advisor.adapters.db.storage import SqlStorage
from advisor.adapters.market.yahoo.provider import YahooProvider
from tests.databases import sqlite_storage, sqlite_url, vault
from tests.stored_markets import Stored, stored_over
from tests.yahoo_server import YahooServer, chart, random_walk, sessions
from tests.yahoo_server.charts import Body

__all__ = ["sqlite_storage", "sqlite_url", "vault"]

FUNDS = ("VTI", "VEA", "VWO", "SHY", "IEF", "TLT", "TIP", "LQD", "GLD", "DBC", "VNQ", "BIL")
FIRST, LAST = "2018-01-02", "2024-06-14"


@dataclass
class HandClock:
    """A clock that stands still until it is moved."""

    present: datetime = datetime(2024, 6, 14, 22, tzinfo=UTC)

    def now(self) -> datetime:
        return self.present


class PoolOffload:
    """The offload port over one helper process."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    async def thread(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await asyncio.to_thread(function, *args, **kwargs)

    async def process(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(function, *args, **kwargs))

    async def close(self) -> None:
        """The pool belongs to the test session."""


def market_of_walks() -> dict[str, Body]:
    """Every symbol of the universe with six and a half years of seeded random walks; no recording is that long."""
    days = sessions(FIRST, LAST)
    charts = {
        symbol: chart(symbol, days, random_walk(seed, len(days), volatility=0.0005 if symbol == "BIL" else 0.01))
        for seed, symbol in enumerate(FUNDS)
    }
    # A rate is its close, which `chart` puts 10 % above what it is given.
    charts["^IRX"] = chart("^IRX", days, np.linspace(1.4, 5.25, len(days)) / 1.1, kind="INDEX")
    charts["^TNX"] = chart("^TNX", days, np.linspace(2.5, 4.25, len(days)) / 1.1, kind="INDEX")
    return charts


@pytest.fixture(scope="session")
def pool() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield executor


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def walks() -> dict[str, Body]:
    return market_of_walks()


@pytest.fixture
def server(walks: dict[str, Body]) -> Iterator[YahooServer]:
    with YahooServer(dict(walks)) as running:
        yield running


@pytest.fixture
async def yahoo(
    pool: ProcessPoolExecutor,
    clock: HandClock,
    server: YahooServer,
    sqlite_storage: SqlStorage,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Stored]:
    """Yahoo's prices by way of the store; nothing is in it yet."""
    offload = PoolOffload(pool)
    provider = YahooProvider(offload, clock, cache_dir=cache_dir(tmp_path_factory), base_url=server.url, burst=10_000)
    made = stored_over(provider, sqlite_storage.history_store, offload, clock)
    yield made
    await made.market.close()


def cache_dir(factory: pytest.TempPathFactory) -> Path:
    """One for all tests: the client's process opens it once."""
    return factory.getbasetemp() / "yahoo"
