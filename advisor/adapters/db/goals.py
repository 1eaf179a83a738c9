"""Goals: changed by whoever read their latest version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, select, update

from advisor.adapters.db import chain
from advisor.adapters.db.database import Database, insert_into
from advisor.adapters.db.part import Owner, StoragePart, owner_of
from advisor.adapters.db.record_tables import goals
from advisor.adapters.db.schema import plans, users
from advisor.adapters.db.sealing import Sealer
from advisor.adapters.db.url import Kind
from advisor.domain.audit import AuditEvent, Happening, stored
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.plan import PlanStatus
from advisor.domain.records import Goal, GoalStatus

_BODY = "goals|body"
_SEALED = ("name", "kind", "priority", "essential", "answers")

_GOALS = (
    select(goals, users.c.wrapped_key)
    .join_from(goals, users, users.c.id == goals.c.user_id)
    .where(goals.c.user_id == bindparam("user"))
)
_GOAL = _GOALS.where(goals.c.id == bindparam("goal"))
_own_goal = (goals.c.user_id == bindparam("owner")) & (goals.c.id == bindparam("goal"))
_CHANGE = update(goals).where(_own_goal, goals.c.version == bindparam("expected"))
_DELETE = delete(goals).where(_own_goal)
_SUPERSEDE = (
    update(plans)
    .where(
        plans.c.user_id == bindparam("owner"), plans.c.goal_id == bindparam("goal"), plans.c.status == PlanStatus.ACTIVE
    )
    .values(status=PlanStatus.SUPERSEDED)
)


class GoalWriter:
    """Writes goals inside somebody's transaction, and returns what the audit chain is to tell of it."""

    def __init__(self, kind: Kind, sealer: Sealer) -> None:
        self._sealer = sealer
        self._new = insert_into(kind, goals).on_conflict_do_nothing().returning(goals.c.id)

    def write(self, connection: Connection, owner: Owner, changed: Sequence[Goal]) -> list[Happening]:
        """Write goals, each with the version after the one that was read (1 for a new one).

        Raises:
            Conflict: if one has been changed or deleted meanwhile, or is there already.
            NotFound: for another user's.
        """
        for goal in changed:
            if goal.user_id != owner.id:
                raise NotFound("A goal can be stored for its owner only.")
            if not self._write(connection, owner, goal):
                raise Conflict("This goal has been changed meanwhile. Please read it again.")
        return [stored(goal) for goal in changed]

    def _write(self, connection: Connection, owner: Owner, goal: Goal) -> bool:
        columns: dict[str, Any] = {
            "status": goal.status,
            "version": goal.version,
            "body": self._sealer.seal(owner.key, _BODY, owner.id, {name: getattr(goal, name) for name in _SEALED}),
        }
        if goal.version == 1:
            row = columns | {"id": goal.id, "user_id": owner.id, "created_at": goal.created_at}
            return connection.execute(self._new, row).first() is not None
        which = {"owner": owner.id, "goal": goal.id, "expected": goal.version - 1}
        return connection.execute(_CHANGE, which | columns).rowcount == 1


class Goals(StoragePart):
    """Reads and writes goals; another user's read as absent."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        super().__init__(database, sealer)
        self._goal_writer = GoalWriter(database.kind, sealer)

    async def goals(self, user_id: str) -> list[Goal]:
        """The user's goals: by priority, then the older first."""

        def work(connection: Connection) -> list[Goal]:
            return [self._read_goal(row) for row in connection.execute(_GOALS, {"user": user_id}).mappings()]

        return sorted(await self._database.read(work), key=lambda goal: (goal.priority, goal.created_at, goal.id))

    async def goal(self, user_id: str, goal_id: str) -> Goal | None:
        """One of the user's goals."""

        def work(connection: Connection) -> Goal | None:
            row = connection.execute(_GOAL, {"user": user_id, "goal": goal_id}).mappings().first()
            return None if row is None else self._read_goal(row)

        return await self._database.read(work)

    async def save_goal(self, goal: Goal, expected_version: int) -> None:
        """Store a goal; `expected_version` is the version that was read, 0 for a new one.

        Raises:
            Conflict: if it has been changed or deleted meanwhile, or is there already; nothing is written.
            NotFound: if its user does not exist.
        """
        saved = replace(goal, version=expected_version + 1)

        def work(connection: Connection) -> None:
            owner = owner_of(connection, saved.user_id)
            chain.append(connection, self._sealer, owner, self._goal_writer.write(connection, owner, [saved]))

        await self._database.write(work)

    async def delete_goal(self, user_id: str, goal_id: str) -> bool:
        """Delete a goal. Its plans stay for the record, the active one as superseded. False if it is not the user's."""
        which = {"owner": user_id, "goal": goal_id}

        def work(connection: Connection) -> bool:
            if connection.execute(_DELETE, which).rowcount != 1:
                return False
            connection.execute(_SUPERSEDE, which)
            gone = Happening(AuditEvent.GOAL_DELETED, goal_id, {"id": goal_id})
            chain.append(connection, self._sealer, owner_of(connection, user_id), [gone])
            return True

        return await self._database.write(work)

    def _read_goal(self, row: RowMapping) -> Goal:
        body = self._sealer.open(row["wrapped_key"], _BODY, row["user_id"], row["body"])
        return Goal(
            id=row["id"],
            user_id=row["user_id"],
            status=GoalStatus(row["status"]),
            created_at=row["created_at"],
            version=row["version"],
            **body,
        )
