"""Inbox, outbox, timers and hand-offs in memory: a part of `tests.storage_fake`."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from advisor.domain.delivery import Feedback, Handoff, Recipient, Timer, Undelivered
from advisor.domain.errors import NotFound
from advisor.domain.message import Channel, Conversation, Outgoing, Received, Turn
from advisor.ports.storage import TurnCommit

_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass
class OutboxRow:
    """A turn on its way: pending, sending (leased), sent or dead."""

    outgoing: Outgoing
    channel: Channel
    created_at: datetime
    status: str = "pending"
    not_before: datetime | None = None
    lease_until: datetime | None = None
    reason: str = ""


@dataclass
class InboxRow:
    """A received message: waiting, handled or discarded."""

    received: Received
    status: str = "waiting"
    lease_until: datetime | None = None
    attempts: int = 0


@dataclass
class TimerRow:
    """A timer with the end of its lease."""

    timer: Timer
    lease_until: datetime | None = None


@dataclass
class HandoffRow:
    """A wish to talk to a person: pending, told or dead."""

    handoff: Handoff
    status: str = "pending"
    not_before: datetime | None = None
    lease_until: datetime | None = None
    reason: str = ""


class MemoryDelivery:
    """Rows are open to tests as `inbox`, `outbox`, `unknown_sends`, `timers`, `handoffs`, `feedback` and `unreachable`."""

    def __init__(self) -> None:
        super().__init__()
        self.conversations: dict[str, Conversation] = {}
        self.inbox: dict[tuple[Channel, str, str], InboxRow] = {}
        self.outbox: dict[str, OutboxRow] = {}
        self.unknown_sends: dict[tuple[str, int, datetime], str] = {}
        self.timers: dict[tuple[str, str], TimerRow] = {}
        self.handoffs: dict[str, HandoffRow] = {}
        self.feedback: dict[str, Feedback] = {}
        self.unreachable: set[tuple[Channel, str]] = set()

    # --- inbox -------------------------------------------------------------------------------------------------------
    async def receive(self, items: list[Received]) -> int:
        new = 0
        for item in items:
            key = inbox_key(item.channel, item.address, item.external_id)
            if key not in self.inbox:
                self.inbox[key] = InboxRow(replace(item, payload=copied(item.payload)))
                new += 1
        return new

    async def waiting(self, channel: Channel, limit: int) -> list[Received]:
        return [row.received for row in self._waiting(channel)][:limit]

    async def claim_received(self, channel: Channel, now: datetime, lease_seconds: float, limit: int) -> list[Received]:
        claimed: list[Received] = []
        seen: set[str] = set()
        for row in self._waiting(channel):
            if row.received.address not in seen and _is_free(row.lease_until, now) and len(claimed) < limit:
                row.lease_until, row.attempts = now + timedelta(seconds=lease_seconds), row.attempts + 1
                claimed.append(replace(row.received, payload=copied(row.received.payload)))
            seen.add(row.received.address)
        return claimed

    async def renew_received(
        self, channel: Channel, external_ids: list[str], now: datetime, lease_seconds: float
    ) -> None:
        for row in self._waiting(channel):
            if row.received.external_id in external_ids and row.lease_until is not None:
                row.lease_until = now + timedelta(seconds=lease_seconds)

    async def release_received(self, channel: Channel, external_ids: list[str]) -> None:
        for row in self._waiting(channel):
            if row.received.external_id in external_ids:
                row.lease_until = None

    async def discard(self, channel: Channel, external_id: str) -> None:
        for row in self._waiting(channel):
            if row.received.external_id == external_id:
                row.status = "discarded"

    def mark_handled(self, origin: Recipient, external_id: str) -> None:
        """A message of this address was handled in a commit."""
        row = self.inbox.get(inbox_key(origin.channel, origin.address, external_id))
        if row is not None and row.status == "waiting":
            row.status = "handled"

    # --- outbox ------------------------------------------------------------------------------------------------------
    def push(self, conversation_id: str, turn: Turn, to: tuple[Recipient, ...], *, unprompted: bool = False) -> None:
        """Put an advisor's turn into the outbox, once for each recipient."""
        for number, recipient in enumerate(dict.fromkeys(to), 1):
            row_id = f"{conversation_id}:{turn.number}:{number}"
            outgoing = Outgoing(
                row_id,
                conversation_id,
                recipient.address,
                turn.number,
                turn.blocks or (),
                turn.expects,
                0,
                0,
                unprompted=unprompted,
            )
            self.outbox.setdefault(row_id, OutboxRow(outgoing, recipient.channel, turn.at))

    async def claim_outgoing(
        self, channel: Channel, now: datetime, lease_seconds: float, limit: int, *, unprompted: int | None = None
    ) -> list[Outgoing]:
        heads = list(self._heads(channel, now))
        replies = [row for row in heads if not row.outgoing.unprompted][:limit]
        left = limit - len(replies)
        most = left if unprompted is None else min(left, unprompted)
        pushes = [row for row in heads if row.outgoing.unprompted][:most]
        for row in (*replies, *pushes):
            crashed = row.status == "sending"
            if crashed:
                part = (row.outgoing.id, row.outgoing.progress + 1, now)
                self.unknown_sends[part] = "a crash came while it was sent"
            row.outgoing = replace(
                row.outgoing, attempts=row.outgoing.attempts + 1, uncertain=row.outgoing.uncertain or crashed
            )
            row.status, row.lease_until = "sending", now + timedelta(seconds=lease_seconds)
        return [row.outgoing for row in (*replies, *pushes)]

    async def part_sent(self, outgoing_id: str, progress: int) -> None:
        row = self._row(outgoing_id)
        row.outgoing = replace(row.outgoing, progress=max(row.outgoing.progress, progress), uncertain=False)

    async def finish_outgoing(self, outgoing_id: str) -> None:
        self._row(outgoing_id).status = "sent"

    async def postpone_outgoing(
        self, outgoing_id: str, not_before: datetime, reason: str, *, unknown_at: datetime | None = None
    ) -> None:
        row = self._row(outgoing_id)
        row.status, row.not_before, row.reason, row.lease_until = "pending", not_before, reason, None
        if unknown_at is not None:
            self.unknown_sends[outgoing_id, row.outgoing.progress + 1, unknown_at] = reason

    async def bury_outgoing(self, outgoing_id: str, reason: str) -> bool:
        row = self._row(outgoing_id)
        unsent = row.status in ("pending", "sending")
        if unsent:
            row.status, row.reason = "dead", reason
        return unsent

    async def revive_outgoing(self, outgoing_id: str) -> bool:
        row = self.outbox.get(outgoing_id)
        if row is None or row.status != "dead":
            return False
        row.status, row.not_before, row.reason = "pending", None, ""
        return True

    async def undelivered(self, since: datetime, limit: int, *, overdue: datetime | None = None) -> list[Undelivered]:
        found = [
            Undelivered(outgoing_id, self._place(outgoing_id), part, at, "unknown", reason)
            for (outgoing_id, part, at), reason in self.unknown_sends.items()
        ]
        for row in self.outbox.values():
            waits = row.status in ("pending", "sending") and row.created_at < (overdue or _LATEST)
            if row.status == "dead" or waits:
                part, place = row.outgoing.progress + 1, self._place(row.outgoing.id)
                status: Any = "dead" if row.status == "dead" else "waiting"
                found.append(Undelivered(row.outgoing.id, place, part, row.created_at, status, row.reason))
        found = sorted(found, key=lambda entry: (entry.outgoing_id, entry.part))
        return sorted((e for e in found if e.at >= since), key=lambda entry: entry.at, reverse=True)[:limit]

    async def set_reachable(self, channel: Channel, address: str, *, reachable: bool) -> None:
        if reachable:
            self.unreachable.discard((channel, address))
        else:
            self.unreachable.add((channel, address))

    # --- timers and hand-offs ------------------------------------------------------------------------------------------
    async def claim_timers(self, now: datetime, lease_seconds: float, limit: int) -> list[Timer]:
        due = [row for row in self.timers.values() if row.timer.due <= now and _is_free(row.lease_until, now)]
        due = sorted(due, key=lambda row: (row.timer.due, row.timer.conversation_id, row.timer.kind))[:limit]
        for row in due:
            row.timer = replace(row.timer, fence=row.timer.fence + 1)
            row.lease_until = now + timedelta(seconds=lease_seconds)
        return [row.timer for row in due]

    async def settle_timer(self, timer: Timer) -> None:
        row = self.timers.get((timer.conversation_id, timer.kind))
        if row is not None and row.timer == timer:
            del self.timers[timer.conversation_id, timer.kind]

    async def claim_handoffs(self, now: datetime, lease_seconds: float, limit: int) -> list[Handoff]:
        due = [
            row
            for row in self.handoffs.values()
            if row.status == "pending" and _is_free(row.lease_until, now) and _is_free(row.not_before, now)
        ]
        due = sorted(due, key=lambda row: (row.handoff.at, row.handoff.id))[:limit]
        for row in due:
            row.handoff = replace(row.handoff, attempts=row.handoff.attempts + 1)
            row.lease_until = now + timedelta(seconds=lease_seconds)
        return [row.handoff for row in due]

    async def settle_handoff(self, handoff_id: str, *, told: bool, not_before: datetime | None, reason: str) -> None:
        row = self.handoffs[handoff_id]
        row.status = "told" if told else "pending" if not_before is not None else "dead"
        row.lease_until, row.not_before, row.reason = None, not_before, reason

    async def add_feedback(self, feedback: Feedback) -> None:
        conversation = self.conversations.get(feedback.conversation_id)
        if conversation is None or conversation.user_id != feedback.user_id:
            raise NotFound("This conversation does not exist.")
        self.feedback.setdefault(feedback.id, feedback)

    def write_consequences(self, commit: TurnCommit) -> None:
        """What is to be sent, woken and told to the operator after a turn."""
        conversation_id = commit.conversation.id
        self.push(conversation_id, commit.answered, commit.to, unprompted=commit.unprompted)
        for kind, due in commit.timers.items():
            before = self.timers.pop((conversation_id, kind), None)
            if due is not None:
                fence = before.timer.fence + 1 if before else 0
                self.timers[conversation_id, kind] = TimerRow(Timer(conversation_id, kind, due, fence))
        for wish in commit.handoffs:
            self.handoffs.setdefault(wish.id, HandoffRow(wish))
        for opinion in commit.feedback:
            self.feedback.setdefault(opinion.id, opinion)

    def _waiting(self, channel: Channel) -> list[InboxRow]:
        return [r for r in self.inbox.values() if r.status == "waiting" and r.received.channel is channel]

    def _heads(self, channel: Channel, now: datetime) -> Iterator[OutboxRow]:
        """The oldest unsent row of each address that is free and due; those that cannot be reached are buried."""
        seen: set[str] = set()
        for row in self.outbox.values():
            if row.channel is not channel or row.status not in ("pending", "sending"):
                continue
            free = row.status == "pending" or _is_free(row.lease_until, now)
            if free and (channel, row.outgoing.address) in self.unreachable:
                row.status, row.reason = "dead", "unreachable"
                continue
            if row.outgoing.address not in seen and free and _is_free(row.not_before, now):
                yield row
            seen.add(row.outgoing.address)

    def _place(self, outgoing_id: str) -> Recipient:
        row = self._row(outgoing_id)
        return Recipient(row.channel, row.outgoing.address)

    def _row(self, outgoing_id: str) -> OutboxRow:
        if outgoing_id not in self.outbox:
            raise NotFound("There is no such reply.")
        return self.outbox[outgoing_id]


def inbox_key(channel: Channel, address: str, external_id: str) -> tuple[Channel, str, str]:
    """Telegram numbers its updates for the whole bot; elsewhere each address picks its own ids."""
    return (channel, "" if channel is Channel.TELEGRAM else address, external_id)


def copied(value: dict[str, Any]) -> dict[str, Any]:
    """As it comes back from a database: a copy of its own, which JSON can hold."""
    json.dumps(value)
    return copy.deepcopy(value)


def _is_free(moment: datetime | None, now: datetime) -> bool:
    return moment is None or moment <= now
