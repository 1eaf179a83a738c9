"""The storage port in memory, for tests of what lies above it. What it holds outlives whoever uses it, as a database would."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from advisor.domain.audit import AuditEvent, stored
from advisor.domain.chart import ChartSpec
from advisor.domain.delivery import Recipient
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.message import Channel, Conversation, Turn
from advisor.domain.plan import Plan, PlanStatus
from advisor.ports.storage import StoredReply, TurnCommit
from tests.delivery_fake import copied
from tests.identity_fake import MemoryIdentities


class MemoryStorage(MemoryIdentities):
    """Implements `advisor.ports.storage.Storage`. Rows are open to tests as `notes`, `turns` and in its parts."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: dict[str, list[Turn]] = {}
        self.replies: dict[tuple[str, str], StoredReply] = {}
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
            uuid.uuid4().hex, user_id or uuid.uuid4().hex, channel, address, 1, greeting.number, copied(state)
        )
        self.users.add(made.user_id)
        if channel is Channel.WEB:
            self.users_on_the_web[address] = made.user_id
        self.conversations[made.id] = made
        self.turns[made.id] = [greeting]
        self.leads[channel, address] = made.id
        if push:
            self.push(made.id, greeting, (Recipient(channel, address),))
        return made

    async def find_conversation(self, channel: Channel, address: str) -> Conversation | None:
        return self.conversations.get(self.leads.get((channel, address), ""))

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
        after = replace(current, version=current.version + 1, turn=commit.answered.number, state=copied(commit.state))
        self.conversations[before.id] = after
        self.turns[before.id] += [turn for turn in (commit.asked, commit.answered) if turn is not None]
        self.replies[before.id, commit.external_id] = StoredReply(commit.content_hash, commit.answered)
        if commit.origin is not None:
            self.mark_handled(commit.origin, commit.external_id)
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
        self.write_consequences(commit)
        return after

    async def history(self, conversation_id: str, after: int, limit: int) -> list[Turn]:
        turns = sorted(self.turns.get(conversation_id, []), key=lambda turn: turn.number)
        return [turn for turn in turns if turn.number > after][:limit]

    # --- small values ------------------------------------------------------------------------------------------------
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
        for record in (
            *commit.goals,
            *commit.plans,
            *commit.profiles,
            *commit.computations,
            *commit.handoffs,
            *commit.feedback,
        ):
            if record.user_id != user_id:
                raise NotFound("A record can be stored for its owner only.")
        for computation in commit.computations:
            if computation.data_hash and computation.data_hash not in self.snapshots | commit.snapshots:
                raise NotFound("The prices of this computation are not stored.")
