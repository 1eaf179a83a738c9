"""Reading the audit chain, and holding what is stored against it."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from advisor.adapters.db.goals import Goals
from advisor.adapters.db.part import owner_of
from advisor.adapters.db.plans import Plans
from advisor.adapters.db.record_tables import audit, audit_head
from advisor.adapters.db.records import Records
from advisor.domain.audit import AuditEvent, Record, content_of
from advisor.domain.errors import NotFound, StorageError
from advisor.domain.records import AuditEntry

_LINKS = select(audit).where(audit.c.number > bindparam("after")).order_by(audit.c.number).limit(bindparam("limit"))
_HEAD = select(audit_head.c.number, audit_head.c.hash).where(audit_head.c.id == 1)


class Audit(Plans, Goals, Records):
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
        """The digest of what an event stored, computed anew from what is there now; None if it is there no more.

        Raises:
            UnreadableData: if what is there cannot be decrypted.
        """
        record = await self._stored_by(event, actor, subject)
        if record is None:
            return None
        try:
            owner = await self._database.read(lambda connection: owner_of(connection, actor))
        except NotFound:
            return None  # erased between the two reads
        return self._sealer.commit(owner.key, content_of(record))

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
