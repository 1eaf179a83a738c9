"""Goals, profiles, computations, documents and the audit chain in memory: a part of `tests.storage_fake`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from advisor.domain.audit import (
    OWN,
    AuditEvent,
    Happening,
    Record,
    commitment,
    content_of,
    deleted_content,
    link,
    own_content,
    stored,
)
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.plan import Plan
from advisor.domain.records import GENESIS, AuditEntry, Computation, Document, Goal, ProfileRecord

OWN_KEY = b"the program's own"


class MemoryRecords:
    """Rows are open to tests as `links`, `records` (by kind, owner and id) and `users`."""

    def __init__(self) -> None:
        super().__init__()
        self.users: set[str] = set()
        self.records: dict[tuple[type[Any], str, str], Any] = {}
        self.links: list[AuditEntry] = []
        self.snapshots: dict[str, bytes] = {}

    # --- goals -------------------------------------------------------------------------------------------------------
    async def goals(self, user_id: str) -> list[Goal]:
        return sorted(self._all(Goal, user_id), key=lambda goal: (goal.priority, goal.created_at, goal.id))

    async def goal(self, user_id: str, goal_id: str) -> Goal | None:
        found: Goal | None = self.records.get((Goal, user_id, goal_id))
        return found

    async def save_goal(self, goal: Goal, expected_version: int) -> None:
        self.require_user(goal.user_id)
        before = await self.goal(goal.user_id, goal.id)
        taken = any(kind is Goal and key == goal.id for kind, _, key in self.records)
        if (before.version if before else 0) != expected_version or (before is None and taken):
            raise Conflict("This goal has been changed meanwhile. Please read it again.")
        self.keep(goal.user_id, replace(goal, version=expected_version + 1))

    async def refuse_stale(self, user_id: str, changed: Sequence[Goal], named: set[str | None]) -> None:
        """Raise for goals that were changed meanwhile, and where plans name goals that are not there."""
        known = {goal.id: goal.version for goal in await self.goals(user_id)}
        if any(known.get(goal.id, 0) != goal.version - 1 for goal in changed):
            raise Conflict("This goal has been changed meanwhile. Please read it again.")
        if named - {None} - known.keys() - {goal.id for goal in changed}:
            raise NotFound("This goal does not exist.")

    async def delete_goal(self, user_id: str, goal_id: str) -> bool:
        if self.records.pop((Goal, user_id, goal_id), None) is None:
            return False
        self.tell(user_id, AuditEvent.GOAL_DELETED, goal_id)
        return True

    # --- profiles, computations, documents ---------------------------------------------------------------------------
    async def profile(self, user_id: str) -> ProfileRecord | None:
        return next(iter(await self.profiles(user_id, 1)), None)

    async def profiles(self, user_id: str, limit: int) -> list[ProfileRecord]:
        newest = sorted(self._all(ProfileRecord, user_id), key=lambda record: (record.created_at, record.id))
        return newest[::-1][:limit]

    async def save_profile(self, record: ProfileRecord) -> None:
        self.require_user(record.user_id)
        self.keep(record.user_id, record)

    async def computations(self, user_id: str, kind: str, limit: int) -> list[Computation]:
        owned = [item for item in self._all(Computation, user_id) if item.kind == kind]
        return sorted(owned, key=lambda item: (item.created_at, item.id), reverse=True)[:limit]

    async def computation(self, user_id: str, computation_id: str) -> Computation | None:
        found: Computation | None = self.records.get((Computation, user_id, computation_id))
        return found

    async def save_computation(self, computation: Computation, snapshot: bytes | None) -> None:
        self.require_user(computation.user_id)
        if snapshot is not None and computation.data_hash:
            self.snapshots.setdefault(computation.data_hash, snapshot)
        if computation.data_hash and computation.data_hash not in self.snapshots:
            raise NotFound("The prices of this computation are not stored.")
        if any(kind is Computation and record_id == computation.id for kind, _, record_id in self.records):
            raise Conflict("There is a computation of this id already.")
        self.keep(computation.user_id, computation)

    async def document(self, user_id: str, document_id: str) -> Document | None:
        found: Document | None = self.records.get((Document, user_id, document_id))
        return found

    async def save_document(self, user_id: str, document: Document) -> None:
        self.require_user(user_id)
        if (Document, user_id, document.id) not in self.records:
            self.keep(user_id, document)

    # --- the audit chain -----------------------------------------------------------------------------------------------
    async def audit(self, after: int, limit: int) -> list[AuditEntry]:
        return [entry for entry in self.links if entry.number > after][:limit]

    async def audit_head(self) -> tuple[int, str]:
        return (self.links[-1].number, self.links[-1].hash) if self.links else (0, GENESIS)

    async def stored_digest(self, event: AuditEvent, actor: str, subject: str) -> str | None:
        if event in OWN:
            return commitment(OWN_KEY, own_content(event, actor, subject))
        if event is AuditEvent.GOAL_DELETED:
            return commitment(actor.encode(), deleted_content(subject)) if actor in self.users else None
        if event is AuditEvent.PLAN_STORED:
            record: Record | None = await self.plan(actor, subject)
        else:
            kinds: dict[AuditEvent, type[Any]] = {
                AuditEvent.GOAL_SAVED: Goal,
                AuditEvent.PROFILE_STORED: ProfileRecord,
                AuditEvent.COMPUTATION_STORED: Computation,
                AuditEvent.DOCUMENT_STORED: Document,
            }
            record = self.records.get((kinds.get(event, object), actor, subject))
        return None if record is None else commitment(actor.encode(), content_of(record))

    async def plan(self, user_id: str, plan_id: str) -> Plan | None:
        raise NotImplementedError

    def keep(self, user_id: str, record: Goal | ProfileRecord | Computation | Document) -> None:
        self.records[type(record), user_id, record.id] = record
        self.append(user_id, stored(record))

    def tell(self, user_id: str, event: AuditEvent, subject: str) -> None:
        self.append(user_id, Happening(event, subject, {"id": subject}))

    def append(self, user_id: str, happening: Happening) -> None:
        self._append(user_id, happening, commitment(user_id.encode(), happening.content), datetime.now(UTC))

    def append_own(self, user_id: str, happening: Happening, at: datetime) -> None:
        content = own_content(happening.event, user_id, happening.subject)
        self._append(user_id, happening, commitment(OWN_KEY, content), at)

    def _append(self, user_id: str, happening: Happening, digest: str, at: datetime) -> None:
        head = (self.links[-1].number, self.links[-1].hash) if self.links else (0, GENESIS)
        self.links.append(link(head, at, user_id, happening, digest))

    def require_user(self, user_id: str) -> None:
        if user_id not in self.users:
            raise NotFound("This user does not exist.")

    def _all(self, kind: type[Any], user_id: str) -> list[Any]:
        return [record for (of, owner, _), record in self.records.items() if (of, owner) == (kind, user_id)]
