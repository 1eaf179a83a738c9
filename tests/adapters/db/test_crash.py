"""kill -9 at random moments: what was acknowledged is there, once."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from advisor.adapters.db.storage import open_storage
from advisor.adapters.vault import Vault, generate_key
from advisor.domain.message import Channel
from tests.promises import Promise, soak_count

REPOSITORY = Path(__file__).parents[3]
KILLS = soak_count("SOAK_KILLS", 10)


def killed_run(url: str, secret_key: str, alive: float) -> list[tuple[str, int]]:
    """Let the committer run for `alive` seconds after its first acknowledgement, kill it, return what it acknowledged."""
    command = [sys.executable, "-m", "tests.adapters.db.committer", url, secret_key]
    victim = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE)
    assert victim.stdout is not None
    lines = [victim.stdout.readline()]
    assert lines[0], "the committer ended by itself"
    killer = threading.Timer(alive, victim.kill)
    killer.start()
    lines += victim.stdout.readlines()
    killer.join()
    victim.wait()
    victim.stdout.close()
    # A line cut off by the kill was never read by a client.
    return [
        (address, int(number)) for address, number in (line.decode().split() for line in lines if line[-1:] == b"\n")
    ]


@pytest.mark.slow
@pytest.mark.timeout(60 + 6 * KILLS)
async def test_what_was_acknowledged_before_a_kill_is_there_once(database_url: str, promise: Promise) -> None:
    secret_key = generate_key()
    seed = random.randrange(2**32)
    print("seed", seed)
    moments = random.Random(seed)
    acknowledged: list[tuple[str, int]] = []
    for kill in range(KILLS):
        acknowledged += killed_run(database_url, secret_key, moments.uniform(0.0, 0.25))
        promise.progress(kill + 1, KILLS, f"kills, {len(acknowledged):,} messages acknowledged")
    lost = doubled = 0
    storage = await open_storage(database_url, Vault([secret_key]))
    try:
        for address, count in Counter(address for address, _ in set(acknowledged)).items():
            conversation = await storage.find_conversation(Channel.WEB, address)
            assert conversation is not None
            history = await storage.history(conversation.id, 0, 1_000_000)
            assert [turn.number for turn in history] == list(range(1, 2 * conversation.version + 2))
            assert conversation.turn == 2 * conversation.version + 1
            assert conversation.state == {"messages": conversation.version}
            assert count <= conversation.version <= count + KILLS
            numbers = {number for there, number in acknowledged if there == address}
            stored = [await storage.stored_reply(conversation.id, str(n)) for n in range(1, conversation.version + 2)]
            lost += sum(n >= len(stored) or stored[n - 1] is None for n in numbers)
            # Every turn but the greeting answers one message: a turn too many would be a message that had two effects.
            doubled += conversation.version - sum(reply is not None for reply in stored)
    finally:
        await storage.close()
    database = database_url.partition(":")[0]
    promise.outcome(
        "kill -9 of storage", database, trials=KILLS, acknowledged=len(set(acknowledged)), lost=lost, doubled=doubled
    )
    assert (lost, doubled) == (0, 0)
    assert len(acknowledged) > KILLS
