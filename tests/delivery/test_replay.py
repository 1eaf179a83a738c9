"""Eight workers and clients that send everything twice, to two of them: the same states as one message after the other."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from advisor.adapters.db.schema import outbox
from advisor.adapters.db.storage import SqlStorage, open_storage
from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.vault import Vault, generate_key
from advisor.domain.message import Channel
from tests.adapters.db.older import in_the_database
from tests.databases import database_url, postgres_server, postgres_url, sqlite_url
from tests.delivery.fleet import forked
from tests.delivery.replaying import Task, address, essence, play, replayed, script, shared_out
from tests.promises import Promise, soak_count

__all__ = ["database_url", "postgres_server", "postgres_url", "sqlite_url"]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("delivery")]  # so that one worker imports everything, once

EVENTS = soak_count("SOAK_EVENTS", 4_000)
WORKERS = 8
MESSAGES = 50
TWICE = 2
CONVERSATIONS = EVENTS // (MESSAGES * TWICE)
SEED = 20261120
_LOOK_SECONDS = 0.1


@pytest.mark.timeout(120 + EVENTS // 25)
async def test_eight_workers_and_repeated_messages_end_in_the_states_of_a_serial_replay(
    database_url: str, tmp_path: Path, promise: Promise
) -> None:
    key = generate_key()
    storage = await open_storage(database_url, Vault([key]))
    try:
        hands = shared_out(CONVERSATIONS, WORKERS, SEED)
        reports = [tmp_path / f"worker-{number}.json" for number in range(WORKERS)]
        tasks = [Task(database_url, key, SEED, hand, MESSAGES, at) for hand, at in zip(hands, reports, strict=True)]
        seconds = await _played(tasks, promise)
        events, cpu = (sum(json.loads(at.read_text())[what] for at in reports) for what in ("events", "cpu_seconds"))
        assert events == CONVERSATIONS * MESSAGES * TWICE
        lost, doubled, differing = await _compared(storage)
    finally:
        await storage.close()
    sent = await in_the_database(database_url, _in_the_outbox)
    doubled += sent - CONVERSATIONS * (MESSAGES + 1)
    where = database_url.partition(":")[0]
    print(f"{where}: {events:,} events in {seconds:.1f} s, {events / seconds:,.0f} a second; {cpu:.1f} s of CPU time")
    promise.outcome(
        f"{WORKERS} workers, every message twice",
        where,
        trials=events,
        acknowledged=events // TWICE,
        lost=lost,
        doubled=doubled,
        beside=f"{len(differing)} states differ; {events / seconds:,.0f} events a second, {cpu:,.0f} s of CPU time",
    )
    assert (lost, doubled, differing) == (0, 0, [])


async def _played(tasks: list[Task], promise: Promise) -> float:
    """Seconds from the first worker's first message to the last one's last."""
    workers = [forked(play, task) for task in tasks]
    try:
        while any(worker.exitcode is None for worker in workers):
            await asyncio.sleep(_LOOK_SECONDS)
    finally:
        for worker in workers:
            worker.kill()
    assert [worker.exitcode for worker in workers] == [0] * len(workers)
    promise.progress(EVENTS, EVENTS, "events")
    return max(float(json.loads(task.report.read_text())["seconds"]) for task in tasks)


async def _compared(storage: SqlStorage) -> tuple[int, int, list[int]]:
    """Messages without a turn, turns too many, and the conversations whose state is another than the engine's."""
    served = await SampleMarket().currencies()
    lost, doubled, differing = 0, 0, []
    for number in range(CONVERSATIONS):
        conversation = await storage.find_conversation(Channel.TELEGRAM, address(number))
        assert conversation is not None
        turns = await storage.history(conversation.id, 0, 10 * MESSAGES)
        said = [turn.text for turn in turns if turn.author == "investor"]
        wanted = [inbound.text for inbound in script(SEED, number, MESSAGES)]
        lost += max(0, len(wanted) - len(said))
        doubled += max(0, len(turns) - 1 - 2 * len(wanted))
        if said != wanted or essence(conversation.state) != replayed(SEED, number, MESSAGES, served):
            differing.append(number)
    return lost, doubled, differing


def _in_the_outbox(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(outbox)).scalar_one())
