"""SQLite's lock on a file: who waits for another process gets in as soon as it lets go."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta

from advisor.adapters.db.storage import SqlStorage
from advisor.adapters.db.url import parse_url

HELD, FREE = (0.03, 0.06), 0.003  # seconds; as an ingest does that saves one lot after the other
WRITES = 20


def hold_again_and_again(path: str, ended: threading.Event, holds: list[int]) -> None:
    """Another process's writer, as far as the file's lock can tell."""
    other = sqlite3.connect(path, isolation_level=None, timeout=30)
    lengths = random.Random(7)  # regular ones could fall in with the rhythm of whoever looks
    while not ended.is_set():
        other.execute("BEGIN IMMEDIATE")
        holds.append(1)
        time.sleep(lengths.uniform(*HELD))
        other.execute("COMMIT")
        time.sleep(FREE)
    other.close()


async def test_a_turn_gets_between_the_saves_of_another_process(sqlite_storage: SqlStorage, sqlite_url: str) -> None:
    ended, holds = threading.Event(), list[int]()
    path = str(parse_url(sqlite_url).path)
    other = threading.Thread(target=hold_again_and_again, args=(path, ended, holds))
    other.start()
    waited = []
    try:
        for number in range(WRITES):
            before = len(holds) + 1
            while len(holds) < before:  # comes while the other one holds the file
                await asyncio.sleep(0.001)
            await sqlite_storage.claim_fire("nightly", datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number))
            waited.append(len(holds) - before)
    finally:
        ended.set()
        other.join()
    # SQLite's own wait takes ten of them and more: it sleeps up to a tenth of a second and misses the moments in between.
    assert sorted(waited)[WRITES // 2] <= 2
    assert max(waited) <= 6
