"""The history store under kill -9, under two processes at once, and beside chat turns."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from advisor.adapters.db.storage import SqlStorage, open_storage
from advisor.adapters.vault import Vault, generate_key
from advisor.domain.bars import Bars
from tests.adapters.db.bars_made import arrival, assert_same_bars, bars, record
from tests.adapters.db.builders import opened, turn_commit
from tests.adapters.db.ingester import BATCHES, DAYS, arrivals, level, symbols
from tests.databases import Opener
from tests.promises import Promise, soak_count

REPOSITORY = Path(__file__).parents[3]
KILLS = soak_count("SOAK_INGEST_KILLS", 6)


def started(url: str, secret_key: str, start: int, passes: int, direction: str = "forwards") -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.adapters.db.ingester", url, secret_key, str(start), str(passes), direction]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE)


def killed_run(url: str, secret_key: str, start: int, alive: float) -> list[tuple[int, int]]:
    """Let the ingester run for `alive` seconds after its first acknowledgement, kill it, return what it acknowledged."""
    victim = started(url, secret_key, start, 0)
    assert victim.stdout is not None
    lines = [victim.stdout.readline()]
    assert lines[0], "the ingester ended by itself"
    killer = threading.Timer(alive, victim.kill)
    killer.start()
    lines += victim.stdout.readlines()
    killer.join()
    victim.wait()
    victim.stdout.close()
    words = [line.decode().split() for line in lines if line[-1:] == b"\n"]
    return [(int(turn), int(batch)) for turn, batch, _ in words]


async def pass_of(storage: SqlStorage, batch: int) -> int | None:
    """The pass whose prices a batch holds, all of them, each day once; None if it was never saved."""
    store = storage.history_store
    coverage = await store.coverage("yahoo", symbols(batch))
    read: list[Bars] = [one for symbol in symbols(batch) if (one := await store.bars("yahoo", symbol)) is not None]
    assert len(read) in (0, len(symbols(batch))), "a save was stored in part"
    if not read:
        return None
    turn = int(read[0].open[0] / 1000.0) - 1
    for one in read:
        assert one.dates.tolist() == np.arange(one.dates[0], one.dates[0] + DAYS).tolist()
        np.testing.assert_array_equal(one.open, level(turn) + np.arange(DAYS))
        assert len(one.actions) == 1
        assert coverage[one.record.symbol].rows == DAYS
    return turn


@pytest.mark.slow
@pytest.mark.timeout(60 + 10 * KILLS)
async def test_after_a_kill_in_the_middle_nothing_is_missing_and_nothing_is_there_twice(
    database_url: str, promise: Promise
) -> None:
    secret_key, seed = generate_key(), random.randrange(2**32)
    print("seed", seed)
    moments = random.Random(seed)
    acknowledged, lost, start = 0, 0, 0
    for kill in range(KILLS):
        saves = killed_run(database_url, secret_key, start, moments.uniform(0.0, 0.3))
        acknowledged += len(saves)
        storage = await open_storage(database_url, Vault([secret_key]))
        try:
            held = {batch: await pass_of(storage, batch) for batch in range(BATCHES)}
        finally:
            await storage.close()
        for batch in range(BATCHES):
            newest = max((turn for turn, saved in saves if saved == batch), default=-1)
            lost += (held[batch] if held[batch] is not None else -1) < newest
        start = max(turn for turn, _ in saves) + 2
        promise.progress(kill + 1, KILLS, f"kills, {acknowledged:,} saves acknowledged")
    database = database_url.partition(":")[0]
    promise.outcome("kill -9 of ingest", database, trials=KILLS, acknowledged=acknowledged, lost=lost, doubled=0)
    assert lost == 0
    assert acknowledged > KILLS


@pytest.mark.slow
async def test_two_processes_that_save_the_same_at_once_leave_it_once(database_url: str) -> None:
    secret_key, passes = generate_key(), 25
    await (await open_storage(database_url, Vault([secret_key]))).close()
    running = [started(database_url, secret_key, 0, passes, direction) for direction in ("forwards", "backwards")]
    lines = [process.communicate()[0].splitlines() for process in running]
    assert [process.returncode for process in running] == [0, 0], "neither was refused for a deadlock"
    assert [len(each) for each in lines] == [passes * BATCHES] * 2
    storage = await open_storage(database_url, Vault([secret_key]))
    try:
        assert {await pass_of(storage, batch) for batch in range(BATCHES)} == {passes - 1}
    finally:
        await storage.close()


async def test_of_two_that_save_the_same_new_instruments_at_once_one_writes(open_another: Opener) -> None:
    stores = [(await open_another()).history_store for _ in range(2)]
    counts = await asyncio.gather(*(store.save(arrivals(0, 0)) for store in stores * 3))
    assert sorted(counts) == [0] * 5 + [len(symbols(0)) * DAYS]
    assert await stores[0].revision("yahoo") == 1
    for expected in arrivals(0, 0):
        assert_same_bars(await stores[1].bars("yahoo", expected.record.symbol), expected.bars)


async def test_saves_that_overlap_in_part_in_any_order_do_not_block_each_other_for_ever(open_another: Opener) -> None:
    stores = [(await open_another()).history_store for _ in range(4)]
    order = random.Random(7)
    names = [f"N{number}" for number in range(12)]
    saves = []
    for number in range(24):
        chosen = order.sample(names, 6)
        coming = [arrival(bars(record(symbol), count=30, level=100.0 * (number + 1))) for symbol in chosen]
        saves.append(stores[number % 4].save(coming))
    await asyncio.gather(*saves)
    for symbol, coverage in (await stores[0].coverage("yahoo")).items():
        read = await stores[0].bars("yahoo", symbol)
        assert read is not None
        assert len(read) == coverage.rows == 30
        np.testing.assert_array_equal(np.diff(read.open), np.ones(29))


async def test_chat_turns_get_through_while_an_ingest_goes_on(storage: SqlStorage) -> None:
    conversation = await opened(storage, address="beside")
    turns, saved = [], 0

    async def ingest() -> None:
        nonlocal saved
        while len(turns) < 20:
            coming = [arrival(bars(record(f"S{number}"), count=1000, level=saved + 1.0)) for number in range(3)]
            await storage.history_store.save(coming)
            saved += 1

    ingesting = asyncio.create_task(ingest())
    for number in range(20):
        conversation = await storage.commit_turn(turn_commit(conversation, str(number)))
        turns.append(saved)
    await ingesting
    # A turn waits for the save that is being written, and perhaps the one queued before it, never for the whole ingest.
    assert max(later - earlier for earlier, later in zip([0, *turns], turns, strict=False)) <= 3
