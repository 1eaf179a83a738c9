"""Many workers over the same conversations, and the pure engine alone, which says what must come of it."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from advisor.adapters.db.storage import open_storage
from advisor.adapters.system.bulletin import InProcessBulletin
from advisor.adapters.system.clock import SystemClock
from advisor.adapters.vault import Vault
from advisor.dialogue import engine
from advisor.dialogue.newcomer import first_state
from advisor.dialogue.understand import understand
from advisor.domain.errors import Conflict
from advisor.domain.message import Channel, Inbound, Visitor
from tests.delivery.processes import dialogue_over, small_flow

AT_ONCE = 8
"""Conversations that a worker has in hand at once."""

TODAY = date(2026, 11, 20)
_VISITOR = Visitor("en")
_BOOKKEEPING = frozenset({"since", "framed", "seen"})
_SENTENCES = ("back", "skip", "why do you ask?", "undo", "stop", "go on", "start over", "hello", "what is a bond?")


@dataclass(frozen=True)
class Task:
    """Which conversations a worker plays, in which order it takes them up, and where."""

    database_url: str
    secret_key: str
    seed: int
    conversations: tuple[int, ...]
    messages: int
    report: Path


@dataclass
class Tally:
    """What a worker did, and how often it was told to try again."""

    events: int = 0
    conflicts: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0


def script(seed: int, conversation: int, messages: int) -> Iterator[Inbound]:
    """What is said in a conversation: amounts, corrections of amounts, and what leads back and forth, in an order that matters."""
    dice = random.Random(f"{seed}:{conversation}")
    for number in range(1, messages + 1):
        amount = f"{dice.randrange(1000, 9999)}"
        said = (amount, f"start with {amount}", f"{amount} a month", dice.choice(_SENTENCES))
        text = dice.choice(said if number > 1 else said[:1])  # a greeting at the beginning only begins
        yield Inbound(f"{conversation}-{number}", text=text)


def address(conversation: int) -> str:
    """Of a conversation on Telegram."""
    return str(10_000 + conversation)


def replayed(seed: int, conversation: int, messages: int, served: tuple[str, ...]) -> dict[str, Any]:
    """The final state by the engine alone, one message after the other."""
    flow = small_flow()
    state = replace(engine.advance(first_state(_VISITOR, served), flow).state, turn=1)
    for inbound in script(seed, conversation, messages):
        after = engine.step(state, understand(inbound, state, flow, TODAY), flow).state
        state = replace(after, turn=state.turn + 2)
    return essence(state.to_json())


def essence(state: Mapping[str, Any]) -> dict[str, Any]:
    """A stored state without what depends on the moment or is kept for the buttons' sake, as JSON gives it back."""
    plain: dict[str, Any] = json.loads(json.dumps(state))
    return {key: value for key, value in plain.items() if key not in _BOOKKEEPING}


def play(task: Task) -> None:
    """A worker: plays its conversations, many at once, each in its order; every message is handed in until it is answered."""
    tally = asyncio.run(_play(task))
    task.report.write_text(json.dumps(asdict(tally)))


async def _play(task: Task) -> Tally:
    storage = await open_storage(task.database_url, Vault([task.secret_key]))
    dialogue = dialogue_over(storage, SystemClock(), InProcessBulletin())
    tally, waiting = Tally(), deque(task.conversations)
    began, worked = time.perf_counter(), time.process_time()

    async def client() -> None:
        while waiting:
            conversation = waiting.popleft()
            for inbound in script(task.seed, conversation, task.messages):
                while True:
                    try:
                        await dialogue.receive(Channel.TELEGRAM, address(conversation), _VISITOR, inbound)
                    except Conflict:
                        tally.conflicts += 1
                    else:
                        break
                tally.events += 1

    try:
        await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    finally:
        await storage.close()
    tally.seconds, tally.cpu_seconds = time.perf_counter() - began, time.process_time() - worked
    return tally


def shared_out(conversations: int, workers: int, seed: int) -> list[tuple[int, ...]]:
    """Conversations by worker. Each is with two of them, who come to it at about the same time."""
    dice = random.Random(seed)
    hands: list[list[int]] = [[] for _ in range(workers)]
    for conversation in dice.sample(range(conversations), conversations):
        for worker in dice.sample(range(workers), 2):
            hands[worker].append(conversation)
    return [tuple(hand) for hand in hands]
