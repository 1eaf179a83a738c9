"""`smartinvest ingest` under kill -9, again and again, and then to its end: no gap and no duplicate.

The real command in a process of its own against a local Yahoo server (seeded random walks in the recorded shape).
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from advisor.adapters.db.storage import open_storage
from advisor.adapters.vault import Vault, generate_key
from tests.promises import Promise, soak_count
from tests.smartinvest.test_cli import environment
from tests.yahoo_server import YahooServer, chart, random_walk, sessions

KILLS = soak_count("SOAK_INGEST_COMMAND_KILLS", 2)
SYMBOLS = tuple(f"S{number:02}" for number in range(40))
FIRST, LAST = "2019-01-02", "2024-06-14"


def started(folder: Path, url: str, secret_key: str) -> subprocess.Popen[bytes]:
    """The command, in a group of its own with its helpers."""
    settings = environment(
        SMARTINVEST_DATA_DIR=str(folder),
        SMARTINVEST_MARKET_DATA="yahoo",
        SMARTINVEST_YAHOO_URL=url,
        SMARTINVEST_SECRET_KEYS=secret_key,
    )
    wanted = [word for symbol in SYMBOLS for word in ("--symbol", symbol)]
    return subprocess.Popen(
        [sys.executable, "-m", "smartinvest", "ingest", "--no-macro", *wanted],
        cwd=folder,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


@pytest.mark.slow
@pytest.mark.timeout(120 + 30 * KILLS)
async def test_after_kills_in_the_middle_one_run_to_the_end_leaves_each_day_once(
    tmp_path: Path, promise: Promise
) -> None:
    days = sessions(FIRST, LAST)
    walks = {symbol: random_walk(seed, len(days)) for seed, symbol in enumerate(SYMBOLS)}
    secret_key, seed = generate_key(), random.randrange(2**32)
    print("seed", seed)
    moments = random.Random(seed)
    with YahooServer({symbol: chart(symbol, days, walk) for symbol, walk in walks.items()}) as server:
        for kill in range(KILLS):
            asked = len(server.asked)
            victim = started(tmp_path, server.url, secret_key)
            async with asyncio.timeout(60):  # from the first question on: before it nothing is written
                while len(server.asked) == asked and victim.poll() is None:
                    await asyncio.sleep(0.01)
            await asyncio.sleep(moments.uniform(0.0, 2.5))
            os.killpg(victim.pid, signal.SIGKILL)
            victim.communicate()
            promise.progress(kill + 1, KILLS, "kills of the command")
        last = started(tmp_path, server.url, secret_key)
        printed = last.communicate()[0].decode()
        assert last.returncode == 0, printed
    storage = await open_storage(f"sqlite:///{tmp_path}/smartinvest.db", Vault([secret_key]))
    try:
        coverage = await storage.history_store.coverage("yahoo", SYMBOLS)
        for symbol in SYMBOLS:
            bars = await storage.history_store.bars("yahoo", symbol)
            assert bars is not None, symbol
            np.testing.assert_array_equal(bars.dates, days)
            np.testing.assert_allclose(bars.close, walks[symbol] * 1.1, rtol=1e-12)
            assert coverage[symbol].rows == len(days)
    finally:
        await storage.close()
    promise.outcome(
        "kill -9 of smartinvest ingest",
        "sqlite",
        trials=KILLS,
        acknowledged=len(SYMBOLS) * len(days),
        lost=0,
        doubled=0,
    )
