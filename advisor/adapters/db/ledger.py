"""The jobs' ledger: who runs which fire, and the removal of what serves nobody any more."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, delete

from advisor.adapters.db.account_tables import kept_answers, refresh_tokens, throttles
from advisor.adapters.db.database import Database, insert_into
from advisor.adapters.db.part import StoragePart
from advisor.adapters.db.schema import inbox, job_fires, outbox, sessions
from advisor.adapters.db.sealing import Sealer

_STALE = (
    delete(sessions).where(sessions.c.expires_at < bindparam("now")),
    delete(inbox).where(inbox.c.status == "discarded", inbox.c.received_at < bindparam("before")),
    delete(outbox).where(outbox.c.status.in_(["sent", "dead"]), outbox.c.created_at < bindparam("before")),
    delete(job_fires).where(job_fires.c.fire_time < bindparam("before")),
    delete(refresh_tokens).where(refresh_tokens.c.expires_at < bindparam("now")),
    delete(throttles).where(throttles.c.at < bindparam("before")),
    delete(kept_answers).where(kept_answers.c.created_at < bindparam("before")),
)


class Ledger(StoragePart):
    """Fires claimed by a unique row, so that they run once under any number of schedulers."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        super().__init__(database, sealer)
        self._claim = insert_into(database.kind, job_fires).on_conflict_do_nothing().returning(job_fires.c.job)

    async def claim_fire(self, job: str, fire_time: datetime) -> bool:
        """Whether this process is the one to run this fire of this job."""
        row = {"job": job, "fire_time": fire_time, "claimed_at": datetime.now(UTC)}
        return await self._database.write(
            lambda connection: connection.execute(self._claim, row).scalar_one_or_none() is not None
        )

    async def prune(self, before: datetime, now: datetime) -> int:
        """Delete what serves nobody any more; returns how many rows."""

        def work(connection: Connection) -> int:
            known = {"before": before, "now": now}
            return sum(connection.execute(statement, known).rowcount for statement in _STALE)

        return await self._database.write(work)
