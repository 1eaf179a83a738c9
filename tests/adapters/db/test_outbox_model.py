"""The outbox against a model of it: whatever is done in whatever order, no reply is lost, handed out twice or out of order."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from advisor.adapters.db.migrate import migrate
from advisor.adapters.db.storage import open_storage
from advisor.adapters.vault import Vault, generate_key
from advisor.domain.delivery import Recipient
from advisor.domain.message import Channel, Conversation, Outgoing
from tests.adapters.db.builders import NOW, happened, opened, turn_commit

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
    """What the model knows of a row. `busy_until` is the end of its lease, `ready_at` the earliest to send it, in seconds."""

    address: str
    unprompted: bool = False
    status: str = "unsent"
    ready_at: int = 0
    busy_until: int = 0
    progress: int = 0
    attempts: int = 0
    uncertain: bool = False
    leased: bool = False


class OutboxMachine(RuleBasedStateMachine):
    """Two conversations that speak to two addresses, one sender at a time, a clock that only moves forward."""

    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.directory = tempfile.TemporaryDirectory(prefix="si-outbox-")
        self.clock = 0
        self.replies: dict[str, Reply] = {}  # by id, in the order of writing
        self.unknown: set[tuple[str, int, int]] = set()
        self.conversations: dict[str, Conversation] = {}

    def run(self, action: Coroutine[Any, Any, R]) -> R:
        return self.runner.run(action)

    def now(self, later: int = 0) -> datetime:
        return NOW + timedelta(seconds=self.clock + later)

    @initialize()
    def start(self) -> None:
        file = Path(self.directory.name) / "advisor.db"
        file.write_bytes(migrated_file())
        self.storage = self.run(open_storage(f"sqlite:///{file}", Vault([generate_key()])))
        for address in ("a", "b"):
            conversation = self.run(opened(self.storage, Channel.TELEGRAM, address, push=True))
            self.conversations[address] = conversation
            self.replies[f"{conversation.id}:1:1"] = Reply(address)

    def teardown(self) -> None:
        if hasattr(self, "storage"):
            self.run(self.storage.close())
        self.runner.close()
        self.directory.cleanup()

    @rule(address=st.sampled_from("ab"), to=st.lists(st.sampled_from("ab"), max_size=3), unprompted=st.booleans())
    def a_turn_is_committed(self, address: str, to: list[str], unprompted: bool) -> None:
        before = self.conversations[address]
        recipients = tuple(Recipient(Channel.TELEGRAM, each) for each in to)
        commit = (happened if unprompted else turn_commit)(before, f"{address}{before.version}", to=recipients)
        after = self.conversations[address] = self.run(self.storage.commit_turn(commit))
        for number, each in enumerate(dict.fromkeys(to), 1):
            self.replies[f"{after.id}:{after.turn}:{number}"] = Reply(each, unprompted)

    @rule(seconds=st.integers(1, 2 * LEASE))
    def time_passes(self, seconds: int) -> None:
        self.clock += seconds

    @rule(target=held, limit=st.integers(1, 3), unprompted=st.none() | st.integers(0, 2))
    def due_replies_are_claimed(self, limit: int, unprompted: int | None) -> Any:
        claim = self.storage.claim_outgoing(Channel.TELEGRAM, self.now(), LEASE, limit, unprompted=unprompted)
        claimed = self.run(claim)
        due = [key for key in self.heads() if self.is_due(self.replies[key])]
        prompted = [key for key in due if not self.replies[key].unprompted][:limit]
        most = limit - len(prompted) if unprompted is None else min(limit - len(prompted), unprompted)
        others = [key for key in due if self.replies[key].unprompted][:most]
        assert [reply.id for reply in claimed] == prompted + others
        for reply in claimed:
            known = self.replies[reply.id]
            if known.leased:
                self.unknown.add((reply.id, known.progress + 1, self.clock))
            known = self.replies[reply.id] = replace(
                known,
                attempts=known.attempts + 1,
                uncertain=known.uncertain or known.leased,
                busy_until=self.clock + LEASE,
                leased=True,
            )
            told = (reply.address, reply.unprompted, reply.progress, reply.attempts, reply.uncertain)
            assert told == (known.address, known.unprompted, known.progress, known.attempts, known.uncertain)
        return multiple(*claimed)

    @rule(reply=held, parts=st.integers(1, 3))
    def parts_are_accepted(self, reply: Outgoing, parts: int) -> None:
        self.run(self.storage.part_sent(reply.id, parts))
        known = self.replies[reply.id]
        self.replies[reply.id] = replace(known, progress=max(known.progress, parts), uncertain=False)

    @rule(reply=consumes(held))
    def a_reply_is_finished(self, reply: Outgoing) -> None:
        self.run(self.storage.finish_outgoing(reply.id))
        self.replies[reply.id] = replace(self.replies[reply.id], status="sent", leased=False, uncertain=False)

    @rule(reply=consumes(held))
    def a_reply_is_buried(self, reply: Outgoing) -> None:
        self.run(self.storage.bury_outgoing(reply.id, "too long"))
        self.settle(reply, status="dead")

    @rule(key=st.integers(0, 99))
    def a_reply_is_revived(self, key: int) -> None:
        outgoing_id = list(self.replies)[key % len(self.replies)]
        known = self.replies[outgoing_id]
        assert self.run(self.storage.revive_outgoing(outgoing_id)) == (known.status == "dead")
        if known.status == "dead":
            self.replies[outgoing_id] = replace(known, status="unsent", ready_at=0, leased=False)

    @rule(reply=consumes(held), seconds=st.integers(0, LEASE), broken=st.booleans())
    def a_reply_is_postponed(self, reply: Outgoing, seconds: int, broken: bool) -> None:
        unknown_at = self.now() if broken else None
        self.run(self.storage.postpone_outgoing(reply.id, self.now(seconds), "429", unknown_at=unknown_at))
        known = self.replies[reply.id]
        if broken and known.status == "unsent":
            self.unknown.add((reply.id, known.progress + 1, self.clock))
        self.settle(reply, ready_at=self.clock + seconds)

    @invariant()
    def everything_that_did_not_arrive_is_listed(self) -> None:
        if not hasattr(self, "storage"):
            return
        entries = self.run(self.storage.undelivered(NOW - timedelta(days=1), 10_000))
        unknown = {(e.outgoing_id, e.part, int((e.at - NOW).total_seconds())) for e in entries if e.status == "unknown"}
        assert unknown == self.unknown
        listed = {(entry.outgoing_id, entry.status) for entry in entries if entry.status != "unknown"}
        names = {"unsent": "waiting", "dead": "dead"}
        assert listed == {(key, names[reply.status]) for key, reply in self.replies.items() if reply.status in names}

    def settle(self, reply: Outgoing, **changes: Any) -> None:
        """A decision of the holder; one about a reply that is settled already changes nothing."""
        known = self.replies[reply.id]
        if known.status == "unsent":
            self.replies[reply.id] = replace(known, busy_until=0, leased=False, **changes)

    def heads(self) -> list[str]:
        """The oldest unsent reply of each address, in the order of writing."""
        first: dict[str, str] = {}
        for key, reply in self.replies.items():
            if reply.status == "unsent":
                first.setdefault(reply.address, key)
        return [key for key in self.replies if key in first.values()]

    def is_due(self, reply: Reply) -> bool:
        return reply.ready_at <= self.clock and (not reply.leased or reply.busy_until <= self.clock)


OutboxMachine.TestCase.settings = settings(
    max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestOutboxModel = pytest.mark.slow(OutboxMachine.TestCase)
