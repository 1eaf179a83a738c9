"""The outbox against a model of it: whatever is done in whatever order, no reply is lost, handed out twice or out of order."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from advisor.adapters.db.migrate import migrate
from advisor.adapters.db.storage import open_storage
from advisor.adapters.vault import Vault, generate_key
from advisor.domain.message import Channel, Conversation, Outgoing
from tests.adapters.db.builders import NOW, opened, turn_commit

R = TypeVar("R")
LEASE = 60


@cache
def migrated_file() -> bytes:
    """A migrated SQLite file, made once."""
    with tempfile.TemporaryDirectory(prefix="si-outbox-") as directory:
        file = Path(directory) / "advisor.db"
        asyncio.run(migrate(f"sqlite:///{file}"))
        return file.read_bytes()


@dataclass(frozen=True)
class Reply:
    """What the model knows of a reply. `busy_until` is the end of its lease, `ready_at` the earliest to send it, in seconds."""

    unsent: bool = True
    ready_at: int = 0
    busy_until: int = 0
    progress: int = 0
    attempts: int = 0
    uncertain: bool = False
    leased: bool = False


class OutboxMachine(RuleBasedStateMachine):
    """Two conversations, one sender at a time, a clock that only moves forward."""

    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.directory = tempfile.TemporaryDirectory(prefix="si-outbox-")
        self.clock = 0
        self.replies: dict[tuple[str, int], Reply] = {}
        self.conversations: dict[str, Conversation] = {}

    def run(self, action: Coroutine[Any, Any, R]) -> R:
        return self.runner.run(action)

    @initialize()
    def start(self) -> None:
        file = Path(self.directory.name) / "advisor.db"
        file.write_bytes(migrated_file())
        self.storage = self.run(open_storage(f"sqlite:///{file}", Vault([generate_key()])))
        for address in ("a", "b"):
            self.conversations[address] = self.run(opened(self.storage, Channel.TELEGRAM, address, push=True))
            self.replies[address, 1] = Reply()

    def teardown(self) -> None:
        if hasattr(self, "storage"):
            self.run(self.storage.close())
        self.runner.close()
        self.directory.cleanup()

    @rule(address=st.sampled_from("ab"))
    def a_turn_is_committed(self, address: str) -> None:
        before = self.conversations[address]
        commit = turn_commit(before, f"{address}{before.version}", push=True)
        after = self.run(self.storage.commit_turn(commit))
        self.conversations[address] = after
        self.replies[address, after.turn] = Reply()

    @rule(seconds=st.integers(1, 2 * LEASE))
    def time_passes(self, seconds: int) -> None:
        self.clock += seconds

    @rule(target=held, limit=st.integers(1, 3))
    def due_replies_are_claimed(self, limit: int) -> Any:
        now = NOW + timedelta(seconds=self.clock)
        claimed = self.run(self.storage.claim_outgoing(Channel.TELEGRAM, now, LEASE, limit))
        due = [key for key in self.heads() if self.is_due(self.replies[key])]
        assert len(claimed) == min(limit, len(due))
        for reply in claimed:
            key = (reply.address, reply.turn)
            assert key in due
            known = self.replies[key]
            known = replace(
                known,
                attempts=known.attempts + 1,
                uncertain=known.uncertain or known.leased,
                busy_until=self.clock + LEASE,
                leased=True,
            )
            assert (reply.progress, reply.attempts, reply.uncertain) == (
                known.progress,
                known.attempts,
                known.uncertain,
            )
            self.replies[key] = known
        return multiple(*claimed)

    @rule(reply=held, parts=st.integers(1, 3))
    def parts_are_accepted(self, reply: Outgoing, parts: int) -> None:
        key = (reply.address, reply.turn)
        self.run(self.storage.part_sent(reply.id, parts))
        known = self.replies[key]
        self.replies[key] = replace(known, progress=max(known.progress, parts), uncertain=False)

    @rule(reply=consumes(held))
    def a_reply_is_finished(self, reply: Outgoing) -> None:
        self.run(self.storage.finish_outgoing(reply.id))
        self.settle(reply, unsent=False)

    @rule(reply=consumes(held))
    def a_reply_is_buried(self, reply: Outgoing) -> None:
        self.run(self.storage.bury_outgoing(reply.id, "too long"))
        self.settle(reply, unsent=False)

    @rule(reply=consumes(held), seconds=st.integers(0, LEASE))
    def a_reply_is_postponed(self, reply: Outgoing, seconds: int) -> None:
        later = self.clock + seconds
        self.run(self.storage.postpone_outgoing(reply.id, NOW + timedelta(seconds=later), "429"))
        self.settle(reply, ready_at=later)

    @invariant()
    def every_reply_is_accounted_for(self) -> None:
        turns = {(address, turn) for address, each in self.conversations.items() for turn in range(1, each.turn + 1, 2)}
        assert set(self.replies) == turns

    def settle(self, reply: Outgoing, **changes: Any) -> None:
        """A decision of the holder; one about a reply that is settled already changes nothing."""
        key = (reply.address, reply.turn)
        if self.replies[key].unsent:
            self.replies[key] = replace(self.replies[key], busy_until=0, leased=False, **changes)

    def heads(self) -> list[tuple[str, int]]:
        """The oldest unsent reply of each conversation."""
        unsent = [key for key, reply in self.replies.items() if reply.unsent]
        return [min(key for key in unsent if key[0] == address) for address in {address for address, _ in unsent}]

    def is_due(self, reply: Reply) -> bool:
        return reply.ready_at <= self.clock and (not reply.leased or reply.busy_until <= self.clock)


OutboxMachine.TestCase.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestOutboxModel = OutboxMachine.TestCase
