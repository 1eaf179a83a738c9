"""The storage port in memory, for tests of what lies above it. What it holds outlives whoever uses it, as a database would."""

from __future__ import annotations

import copy
import json
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from advisor.domain.audit import AuditEvent, stored
from advisor.domain.chart import ChartSpec
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.message import Channel, Conversation, Outgoing, Received, Turn
from advisor.domain.plan import Plan, PlanStatus
from advisor.ports.storage import ChatSession, StoredReply, TurnCommit
from tests.accounts_fake import MemoryAccounts
from tests.records_fake import MemoryRecords


@dataclass
class OutboxRow:
    """A reply on its way: pending, sending (leased), sent or dead."""

    outgoing: Outgoing
    channel: Channel
    status: str = "pending"
    not_before: datetime | None = None
    lease_until: datetime | None = None
    reason: str = ""


@dataclass
class InboxRow:
    """A received message: waiting, handled or discarded."""

    received: Received
    status: str = "waiting"


class MemoryStorage(MemoryRecords, MemoryAccounts):
    """Implements `advisor.ports.storage.Storage`. Rows are open to tests as `inbox`, `outbox`, `notes`, `turns`."""

    def __init__(self) -> None:
        super().__init__()
        self.conversations: dict[str, Conversation] = {}
        self.turns: dict[str, list[Turn]] = {}
        self.replies: dict[tuple[str, str], StoredReply] = {}
        self.sessions: dict[str, ChatSession] = {}
        self.inbox: dict[tuple[Channel, str, str], InboxRow] = {}
        self.outbox: dict[str, OutboxRow] = {}
        self.unreachable: set[tuple[Channel, str]] = set()
        self.notes: dict[str, str] = {}
        self.owned_plans: dict[str, list[Plan]] = {}
        self.charts: dict[tuple[str, str], ChartSpec] = {}

    # --- conversations ---------------------------------------------------------------------------------------------
    async def open_conversation(
        self, channel: Channel, address: str, state: dict[str, Any], greeting: Turn, *, push: bool
    ) -> Conversation:
        known = await self.find_conversation(channel, address)
        if known is not None:
            return known
        user_id = self.users_on_the_web.get(address, "") if channel is Channel.WEB else ""
        made = Conversation(
            uuid.uuid4().hex, user_id or uuid.uuid4().hex, channel, address, 1, greeting.number, _copied(state)
        )
        self.users.add(made.user_id)
        if channel is Channel.WEB:
            self.users_on_the_web[address] = made.user_id
        self.conversations[made.id] = made
        self.turns[made.id] = [greeting]
        if push:
            self._push(made, greeting)
        return made

    async def find_conversation(self, channel: Channel, address: str) -> Conversation | None:
        found = (c for c in self.conversations.values() if (c.channel, c.address) == (channel, address))
        return next(found, None)

    async def conversation(self, conversation_id: str) -> Conversation | None:
        return self.conversations.get(conversation_id)

    async def stored_reply(self, conversation_id: str, external_id: str) -> StoredReply | None:
        return self.replies.get((conversation_id, external_id))

    async def commit_turn(self, commit: TurnCommit) -> Conversation:
        before = commit.conversation
        current = self.conversations[before.id]
        if current.version != before.version or (before.id, commit.external_id) in self.replies:
            raise Conflict("The conversation has moved on.")
        self._refuse_foreign(current.user_id, commit)
        await self.refuse_stale(current.user_id, commit.goals, {plan.goal_id for plan in commit.plans})
        after = replace(current, version=current.version + 1, turn=commit.answered.number, state=_copied(commit.state))
        self.conversations[before.id] = after
        self.turns[before.id] += [commit.asked, commit.answered]
        self.replies[before.id, commit.external_id] = StoredReply(commit.content_hash, commit.answered)
        self._mark(after.channel, after.address, commit.external_id, "handled")
        self.charts |= {(after.user_id, key): spec for key, spec in commit.charts.items()}
        for data_hash, content in commit.snapshots.items():
            self.snapshots.setdefault(data_hash, content)
        for goal in commit.goals:
            self.keep(after.user_id, goal)
        for plan in commit.plans:
            self._keep_plan(plan)
        if commit.activate_plan is not None:
            await self.activate_plan(after.user_id, commit.activate_plan)
        for record in (*commit.profiles, *commit.computations):
            self.keep(after.user_id, record)
        for document in commit.documents:
            await self.save_document(after.user_id, document)
        if commit.push:
            self._push(after, commit.answered)
        return after

    async def history(self, conversation_id: str, after: int, limit: int) -> list[Turn]:
        turns = sorted(self.turns.get(conversation_id, []), key=lambda turn: turn.number)
        return [turn for turn in turns if turn.number > after][:limit]

    # --- web sessions ----------------------------------------------------------------------------------------------
    async def add_session(self, session: ChatSession, token_hash: str) -> None:
        self.sessions[token_hash] = session

    async def session(self, token_hash: str, now: datetime) -> ChatSession | None:
        found = self.sessions.get(token_hash)
        return found if found is not None and found.expires_at > now else None

    # --- inbox and outbox ------------------------------------------------------------------------------------------
    async def receive(self, items: list[Received]) -> int:
        new = 0
        for item in items:
            key = _inbox_key(item.channel, item.address, item.external_id)
            if key not in self.inbox:
                self.inbox[key] = InboxRow(replace(item, payload=_copied(item.payload)))
                new += 1
        return new

    async def waiting(self, channel: Channel, limit: int) -> list[Received]:
        rows = [row.received for row in self.inbox.values() if row.status == "waiting"]
        return [received for received in rows if received.channel is channel][:limit]

    async def discard(self, channel: Channel, external_id: str) -> None:
        self._mark(channel, None, external_id, "discarded")

    async def claim_outgoing(self, channel: Channel, now: datetime, lease_seconds: float, limit: int) -> list[Outgoing]:
        claimed: list[Outgoing] = []
        unsent = [
            row for row in self.outbox.values() if row.channel is channel and row.status in ("pending", "sending")
        ]
        blocked: set[str] = set()
        for row in sorted(unsent, key=lambda row: row.outgoing.turn):
            conversation_id = row.outgoing.conversation_id
            lapsed = row.status == "sending" and row.lease_until is not None and row.lease_until <= now
            free = row.status == "pending" or lapsed
            if free and (channel, row.outgoing.address) in self.unreachable:
                row.status, row.reason = "dead", "unreachable"
                continue
            due = free and (row.not_before is None or row.not_before <= now)
            if conversation_id not in blocked and due and len(claimed) < limit:
                row.outgoing = replace(
                    row.outgoing, attempts=row.outgoing.attempts + 1, uncertain=row.outgoing.uncertain or lapsed
                )
                row.status, row.lease_until = "sending", now + timedelta(seconds=lease_seconds)
                claimed.append(row.outgoing)
            blocked.add(conversation_id)
        return claimed

    async def part_sent(self, outgoing_id: str, progress: int) -> None:
        row = self._row(outgoing_id)
        row.outgoing = replace(row.outgoing, progress=max(row.outgoing.progress, progress), uncertain=False)

    async def finish_outgoing(self, outgoing_id: str) -> None:
        self._row(outgoing_id).status = "sent"

    async def postpone_outgoing(self, outgoing_id: str, not_before: datetime, reason: str) -> None:
        row = self._row(outgoing_id)
        row.status, row.not_before, row.reason, row.lease_until = "pending", not_before, reason, None

    async def bury_outgoing(self, outgoing_id: str, reason: str) -> None:
        row = self._row(outgoing_id)
        row.status, row.reason = "dead", reason

    async def set_reachable(self, channel: Channel, address: str, *, reachable: bool) -> None:
        if reachable:
            self.unreachable.discard((channel, address))
        else:
            self.unreachable.add((channel, address))

    async def note(self, key: str) -> str | None:
        return self.notes.get(key)

    async def set_note(self, key: str, value: str) -> None:
        self.notes[key] = value

    # --- plans, snapshots, pictures ----------------------------------------------------------------------------------
    async def plan(self, user_id: str, plan_id: str) -> Plan | None:
        return next((plan for plan in self.owned_plans.get(user_id, []) if plan.id == plan_id), None)

    async def plans(self, user_id: str, before: str | None, limit: int) -> list[Plan]:
        newest = list(reversed(self.owned_plans.get(user_id, [])))
        if before is not None:
            ids = [plan.id for plan in newest]
            newest = newest[ids.index(before) + 1 :] if before in ids else []
        return newest[:limit]

    async def save_plan(self, plan: Plan, snapshot: bytes, *, activate: bool = False) -> None:
        self.require_user(plan.user_id)
        if plan.goal_id is not None and await self.goal(plan.user_id, plan.goal_id) is None:
            raise NotFound("This goal does not exist.")
        if any(known.id == plan.id for owned in self.owned_plans.values() for known in owned):
            raise Conflict("There is a plan of this id already.")
        self.snapshots.setdefault(plan.data_hash, snapshot)
        self._keep_plan(plan)
        if activate:
            await self.activate_plan(plan.user_id, plan.id)

    async def activate_plan(self, user_id: str, plan_id: str) -> Plan | None:
        plans = self.owned_plans.get(user_id, [])
        wanted = await self.plan(user_id, plan_id)
        if wanted is None:
            return None
        for index, plan in enumerate(plans):
            if plan.id == plan_id:
                plans[index] = replace(plan, status=PlanStatus.ACTIVE)
            elif plan.status is PlanStatus.ACTIVE and plan.goal_id == wanted.goal_id:
                plans[index] = replace(plan, status=PlanStatus.SUPERSEDED)
        self.tell(user_id, AuditEvent.PLAN_ACTIVATED, plan_id)
        return await self.plan(user_id, plan_id)

    async def delete_goal(self, user_id: str, goal_id: str) -> bool:
        if not await super().delete_goal(user_id, goal_id):
            return False
        plans = self.owned_plans.get(user_id, [])
        for index, plan in enumerate(plans):
            if plan.goal_id == goal_id and plan.status is PlanStatus.ACTIVE:
                plans[index] = replace(plan, status=PlanStatus.SUPERSEDED)
        return True

    async def snapshot(self, data_hash: str) -> bytes | None:
        return self.snapshots.get(data_hash)

    async def chart(self, user_id: str, chart_id: str) -> ChartSpec | None:
        return self.charts.get((user_id, chart_id))

    async def ping(self) -> None:
        """Always there."""

    async def close(self) -> None:
        """Nothing to close."""

    def _keep_plan(self, plan: Plan) -> None:
        self.owned_plans.setdefault(plan.user_id, []).append(plan)
        self.append(plan.user_id, stored(plan))

    def _refuse_foreign(self, user_id: str, commit: TurnCommit) -> None:
        """What a database refuses before anything is written."""
        for record in (*commit.goals, *commit.plans, *commit.profiles, *commit.computations):
            if record.user_id != user_id:
                raise NotFound("A record can be stored for its owner only.")
        for computation in commit.computations:
            if computation.data_hash and computation.data_hash not in self.snapshots | commit.snapshots:
                raise NotFound("The prices of this computation are not stored.")

    def _push(self, conversation: Conversation, turn: Turn) -> None:
        """Put an advisor's turn into the outbox."""
        row_id = f"{conversation.id}:{turn.number}"
        outgoing = Outgoing(
            row_id, conversation.id, conversation.address, turn.number, turn.blocks or (), turn.expects, 0, 0
        )
        self.outbox[row_id] = OutboxRow(outgoing, conversation.channel)

    def _row(self, outgoing_id: str) -> OutboxRow:
        if outgoing_id not in self.outbox:
            raise NotFound("There is no such reply.")
        return self.outbox[outgoing_id]

    def _mark(self, channel: Channel, address: str | None, external_id: str, status: str) -> None:
        for row in self.inbox.values():
            received = row.received
            same = (received.channel, received.external_id) == (channel, external_id)
            if same and row.status == "waiting" and address in (None, received.address):
                row.status = status


def _inbox_key(channel: Channel, address: str, external_id: str) -> tuple[Channel, str, str]:
    """Telegram numbers its updates for the whole bot; elsewhere each address picks its own ids."""
    return (channel, "" if channel is Channel.TELEGRAM else address, external_id)


def _copied(value: dict[str, Any]) -> dict[str, Any]:
    """As it comes back from a database: a copy of its own, which JSON can hold."""
    json.dumps(value)
    return copy.deepcopy(value)
