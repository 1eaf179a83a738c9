"""Reading the audit chain, and holding what is stored against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlalchemy import Connection, RowMapping, Table, bindparam, select

from advisor.adapters.db.goals import Goals
from advisor.adapters.db.keys import AUDIT_KEY, OwnKeys
from advisor.adapters.db.part import Owner, owner_of
from advisor.adapters.db.plans import Plans
from advisor.adapters.db.record_tables import audit, audit_head, computations, documents, goals, profiles
from advisor.adapters.db.records import Records
from advisor.adapters.db.schema import plans, users
from advisor.domain.audit import (
    OWN,
    STORED_BY,
    AuditEvent,
    Record,
    commitment,
    content_of,
    deleted_content,
    own_content,
)
from advisor.domain.errors import NotFound, StorageError
from advisor.domain.records import AuditEntry, Document

_LINKS = select(audit).where(audit.c.number > bindparam("after")).order_by(audit.c.number).limit(bindparam("limit"))
_OF_ACTOR = select(audit).where(audit.c.actor == bindparam("actor")).order_by(audit.c.number)
# Of what the chain tells of, goals alone change: held, they stay as their last link says.
_HOLD_GOALS = select(goals.c.id).where(goals.c.user_id == bindparam("owner")).with_for_update()
_HEAD = select(audit_head.c.number, audit_head.c.hash).where(audit_head.c.id == 1)


class Audit(Plans, Goals, Records, OwnKeys):
    """The chain beside all that its links tell of."""

    async def audit(self, after: int, limit: int) -> list[AuditEntry]:
        """Links with a number above `after`, ascending, as they are stored."""

        def work(connection: Connection) -> list[AuditEntry]:
            rows = connection.execute(_LINKS, {"after": after, "limit": limit}).mappings()
            return [AuditEntry(**row) for row in rows]

        return await self._database.read(work)

    async def audit_head(self) -> tuple[int, str]:
        """Number and hash of the last link, as noted beside the chain; (0, GENESIS) before the first.

        Raises:
            StorageError: if the note is gone.
        """
        row = await self._database.read(lambda connection: connection.execute(_HEAD).first())
        if row is None:
            raise StorageError("The audit chain has lost its head.")
        return row.number, row.hash

    async def stored_digest(self, event: AuditEvent, actor: str, subject: str) -> str | None:
        """The digest that the link of an event must bear: of what it stored, computed anew from what is there now; of a deletion or
        of a user's end, from who and what it is about. None if that cannot be told: the record or its owner is there no more.

        Raises:
            UnreadableData: if what is there cannot be decrypted.
        """
        if event in OWN:
            return commitment(await self.own_key(AUDIT_KEY), own_content(event, actor, subject))
        if event is AuditEvent.GOAL_DELETED:
            return await self._committed(actor, deleted_content(subject))
        record = await self._stored_by(event, actor, subject)
        return None if record is None else await self._committed(actor, content_of(record))

    def as_told(self, connection: Connection, owner: Owner, heir_id: str) -> Iterator[Record]:
        """A user's records that are as the chain says, each as its heir's."""
        connection.execute(_HOLD_GOALS, {"owner": owner.id}).close()
        links = connection.execute(_OF_ACTOR, {"actor": owner.id}).mappings()
        digests = {(row["event"], row["subject"]): row["digest"] for row in links}
        for record in self._records(connection, owner):
            digest = digests.get((STORED_BY[type(record)], record.id))
            if digest == self._sealer.commit(owner.key, content_of(record)):
                yield record if isinstance(record, Document) else replace(record, user_id=heir_id)

    def _records(self, connection: Connection, owner: Owner) -> Iterator[Record]:
        readers: dict[Table, Callable[[RowMapping], Record]] = {
            goals: self._read_goal,
            plans: self._read_plan,
            profiles: self._read_profile,
            computations: self._read_computation,
            documents: self._read_document,
        }
        for table, read in readers.items():
            statement = (
                select(table, users.c.wrapped_key)
                .join_from(table, users, users.c.id == table.c.user_id)
                .where(table.c.user_id == owner.id)
                .order_by(table.c.created_at, table.c.id)
            )
            for row in connection.execute(statement).mappings():
                yield read(row)

    async def _committed(self, user_id: str, content: object) -> str | None:
        try:
            owner = await self._database.read(lambda connection: owner_of(connection, user_id))
        except NotFound:
            return None
        return self._sealer.commit(owner.key, content)

    async def _stored_by(self, event: AuditEvent, actor: str, subject: str) -> Record | None:
        readers = {
            AuditEvent.PLAN_STORED: self.plan,
            AuditEvent.GOAL_SAVED: self.goal,
            AuditEvent.PROFILE_STORED: self.one_profile,
            AuditEvent.COMPUTATION_STORED: self.computation,
            AuditEvent.DOCUMENT_STORED: self.document,
        }
        reader = readers.get(event)
        record: Record | None = await reader(actor, subject) if reader else None
        return record
