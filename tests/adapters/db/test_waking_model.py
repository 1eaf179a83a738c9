"""Inbox and timers against a model of them, with two workers: nothing is held twice, nothing lost, nothing out of order."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from advisor.adapters.db.storage import SqlStorage, open_storage
from advisor.adapters.vault import Vault, generate_key
from advisor.domain.delivery import Timer
from advisor.domain.errors import Conflict
from advisor.domain.message import Channel, Conversation, Received
from tests.adapters.db.builders import NOW, happened, opened, turn_commit
from tests.adapters.db.test_outbox_model import migrated_file

R = TypeVar("R")
LEASE = 60
ADDRESSES = ("a", "b")


@dataclass
class Message:
    """What the model knows of a message: who holds it until when, and which of his claims that was."""

    address: str
    waits: bool = True
    holder: int = -1
    fence: int = 0
    until: int = 0


@dataclass
class Due:
    """What the model knows of a timer."""

    at: int
    fence: int = 0
    until: int = 0


@dataclass(frozen=True)
class Claim:
    """A message in the hands of a worker, with the conversation as he read it then."""

    worker: int
    number: str
    fence: int
    read: Conversation


class WakingMachine(RuleBasedStateMachine):
    """Two addresses, two workers that may be paused for as long as they like, a clock that only moves forward."""

    claims = Bundle("claims")
    timers = Bundle("timers")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.directory = tempfile.TemporaryDirectory(prefix="si-waking-")
        self.clock = 0
        self.messages: dict[str, Message] = {}  # by id, in the order of their arrival
        self.handled: dict[str, list[str]] = {address: [] for address in ADDRESSES}
        self.due: dict[str, Due] = {}  # by address
        self.versions = dict.fromkeys(ADDRESSES, 0)
        self.fired: set[tuple[str, str]] = set()

    def run(self, action: Coroutine[Any, Any, R]) -> R:
        return self.runner.run(action)

    def now(self, at: int | None = None) -> datetime:
        return NOW + timedelta(seconds=self.clock if at is None else at)

    @initialize()
    def start(self) -> None:
        file = Path(self.directory.name) / "advisor.db"
        file.write_bytes(migrated_file())
        vault = Vault([generate_key()])
        self.workers: list[SqlStorage] = [self.run(open_storage(f"sqlite:///{file}", vault)) for _ in range(2)]
        made = {each: self.run(opened(self.workers[0], Channel.TELEGRAM, each)) for each in ADDRESSES}
        self.addresses = {conversation.id: address for address, conversation in made.items()}

    def teardown(self) -> None:
        for worker in getattr(self, "workers", []):
            self.run(worker.close())
        self.runner.close()
        self.directory.cleanup()

    @rule(address=st.sampled_from(ADDRESSES), count=st.integers(1, 3))
    def messages_come(self, address: str, count: int) -> None:
        known = list(self.messages)[-1:]
        fresh = [str(len(self.messages) + number) for number in range(count)]
        items = [Received(Channel.TELEGRAM, number, address, {"n": number}) for number in (*known, *fresh)]
        assert self.run(self.workers[0].receive(items)) == count
        self.messages |= {number: Message(address) for number in fresh}

    @rule(seconds=st.integers(1, 2 * LEASE))
    def time_passes(self, seconds: int) -> None:
        self.clock += seconds

    @rule(target=claims, worker=st.integers(0, 1), limit=st.integers(1, 3))
    def messages_are_claimed(self, worker: int, limit: int) -> Any:
        claimed = self.run(self.workers[worker].claim_received(Channel.TELEGRAM, self.now(), LEASE, limit))
        heads = {message.address: number for number, message in reversed(self.messages.items()) if message.waits}
        free = [number for number in self.messages if number in heads.values() and self.is_free(number)]
        assert [row.external_id for row in claimed] == free[:limit]
        held = []
        for row in claimed:
            message = self.messages[row.external_id]
            message.holder, message.fence, message.until = worker, message.fence + 1, self.clock + LEASE
            read = self.run(self.workers[worker].find_conversation(Channel.TELEGRAM, row.address))
            assert read is not None
            held.append(Claim(worker, row.external_id, message.fence, read))
        return multiple(*held)

    @rule(claim=claims, timer=st.none() | st.integers(0, LEASE), takes_away=st.booleans())
    def a_message_is_handled(self, claim: Claim, timer: int | None, takes_away: bool) -> None:
        """With the conversation as it was when it was claimed: whoever was overtaken changes nothing."""
        message = self.messages[claim.number]
        moment = None if timer is None else self.clock + timer
        timers = {} if moment is None and not takes_away else {"silence": None if moment is None else self.now(moment)}
        commit = turn_commit(claim.read, claim.number, timers=timers)
        if not message.waits or claim.read.version != self.versions[message.address]:
            with pytest.raises(Conflict):
                self.run(self.workers[claim.worker].commit_turn(commit))
            return
        self.run(self.workers[claim.worker].commit_turn(commit))
        self.settle(claim.number)
        self.versions[message.address] += 1
        if moment is not None:
            before = self.due.get(message.address)
            self.due[message.address] = Due(moment, before.fence + 1 if before else 0)
        elif takes_away:
            self.due.pop(message.address, None)

    @rule(claim=claims)
    def a_message_is_released(self, claim: Claim) -> None:
        self.run(self.workers[claim.worker].release_received(Channel.TELEGRAM, [claim.number]))
        message = self.messages[claim.number]
        if message.holder == claim.worker:
            message.until = 0

    @rule(claim=claims)
    def a_message_is_discarded(self, claim: Claim) -> None:
        self.run(self.workers[claim.worker].discard(Channel.TELEGRAM, claim.number))
        self.settle(claim.number)

    @rule(target=timers, worker=st.integers(0, 1), limit=st.integers(1, 2))
    def timers_are_claimed(self, worker: int, limit: int) -> Any:
        claimed = self.run(self.workers[worker].claim_timers(self.now(), LEASE, limit))
        ran_out = {a: due for a, due in self.due.items() if due.at <= self.clock and due.until <= self.clock}
        assert len(claimed) == min(limit, len(ran_out))
        held = []
        for timer in claimed:
            due = ran_out[self.addresses[timer.conversation_id]]
            due.fence, due.until = due.fence + 1, self.clock + LEASE
            assert timer == Timer(timer.conversation_id, "silence", self.now(due.at), due.fence)
            held.append((worker, timer))
        return multiple(*held)

    @rule(held=timers)
    def a_timer_fires_and_is_settled(self, held: tuple[int, Timer]) -> None:
        worker, timer = self.workers[held[0]], held[1]
        address = self.addresses[timer.conversation_id]
        conversation = self.run(worker.conversation(timer.conversation_id))
        assert conversation is not None
        commit = happened(conversation, timer.occurrence.key)
        if (address, timer.occurrence.key) in self.fired:
            with pytest.raises(Conflict):
                self.run(worker.commit_turn(commit))
        else:
            self.run(worker.commit_turn(commit))
            self.fired.add((address, timer.occurrence.key))
            self.versions[address] += 1
        self.run(worker.settle_timer(timer))
        due = self.due.get(address)
        if due is not None and (self.now(due.at), due.fence) == (timer.due, timer.fence):
            del self.due[address]

    @invariant()
    def each_address_is_worked_on_in_the_order_of_arrival(self) -> None:
        for address, numbers in self.handled.items():
            arrived = [number for number, message in self.messages.items() if message.address == address]
            assert numbers == arrived[: len(numbers)]

    @invariant()
    def what_waits_is_what_was_neither_handled_nor_discarded(self) -> None:
        if hasattr(self, "workers"):
            waiting = self.run(self.workers[0].waiting(Channel.TELEGRAM, 1000))
            assert [row.external_id for row in waiting] == [n for n, message in self.messages.items() if message.waits]

    def settle(self, number: str) -> None:
        message = self.messages[number]
        if message.waits:
            message.waits = False
            self.handled[message.address].append(number)

    def is_free(self, number: str) -> bool:
        return self.messages[number].until <= self.clock


WakingMachine.TestCase.settings = settings(
    max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestWakingModel = pytest.mark.slow(WakingMachine.TestCase)
