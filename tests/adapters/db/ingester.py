"""Saves the history of the same instruments over and over until it is killed, or so many times: for test_history_crash.py.

Each time every price is another one, so that each save replaces what is there. A line on standard output, written after `save`
returned, names the pass and the batch.
"""

from __future__ import annotations

import asyncio
import os
import sys
from itertools import count

from advisor.adapters.db.storage import open_storage
from advisor.adapters.vault import Vault
from advisor.ports.history import Arrival
from tests.adapters.db.bars_made import arrival, bars, dividend, record

BATCHES, INSTRUMENTS, DAYS = 4, 3, 400


def symbols(batch: int) -> list[str]:
    """The instruments of one save."""
    return [f"S{batch}{number}" for number in range(INSTRUMENTS)]


def level(turn: int) -> float:
    """The prices' level in a pass."""
    return 1000.0 * (turn + 1)


def arrivals(batch: int, turn: int) -> list[Arrival]:
    """What comes for a batch in a pass."""
    return [
        arrival(
            bars(record(symbol), count=DAYS, level=level(turn), actions=(dividend("2024-01-02"),)), whole=turn % 2 == 0
        )
        for symbol in symbols(batch)
    ]


async def _main(url: str, secret_key: str, start: int, passes: int | None, *, backwards: bool) -> None:
    storage = await open_storage(url, Vault([secret_key]))
    for turn in count(start) if passes is None else range(start, start + passes):
        for batch in range(BATCHES):
            coming = arrivals(batch, turn)
            written = await storage.history_store.save(coming[::-1] if backwards else coming)
            os.write(1, f"{turn} {batch} {written}\n".encode())
    await storage.close()


if __name__ == "__main__":
    url, secret_key, start, passes, direction = sys.argv[1:]
    asyncio.run(_main(url, secret_key, int(start), int(passes) or None, backwards=direction == "backwards"))
