"""How many turns a second the storage makes durable, on SQLite with synchronous=FULL.

Each turn is one message of an ordinary dialogue: the stored reply is looked up, the conversation read, the turn committed with
state, both history entries, inbox row and (where pushed) outbox row, all encrypted. The disk's own rate of fsyncs stands beside
it: what one writer could do that commits each turn alone. On a busy machine read the CPU time, not the rate.

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
from advisor.domain.message import Channel, Conversation, Turn
from advisor.ports.storage import TurnCommit

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
            push=push,
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
        return figures


def main() -> None:
    """Print the table and write var/bench/storage.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=4000)
    figures = asyncio.run(run(parser.parse_args().turns))
    for name, values in figures.items():
        print(f"{name:22}", "   ".join(f"{key} {value:,.2f}" for key, value in values.items()))
    out = Path("var/bench/storage.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
