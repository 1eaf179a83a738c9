"""Timers: moments at which conversations are to be woken, as rows, so that they outlive every process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Integer, bindparam, delete, or_, select, update

from advisor.adapters.db.columns import UtcDateTime
from advisor.adapters.db.database import insert_into
from advisor.adapters.db.part import StoragePart
from advisor.adapters.db.schema import timers
from advisor.adapters.db.url import Kind
from advisor.domain.delivery import Timer

_now = bindparam("now", type_=UtcDateTime())
_DUE = (
    select(timers.c.conversation_id, timers.c.kind, timers.c.due, timers.c.fence)
    .where(timers.c.due <= _now, or_(timers.c.lease_until.is_(None), timers.c.lease_until <= _now))
    .order_by(timers.c.due, timers.c.conversation_id, timers.c.kind)
    .limit(bindparam("limit"))
)
_TAKE = _DUE.with_for_update(skip_locked=True)
_this = (timers.c.conversation_id == bindparam("of_conversation"), timers.c.kind == bindparam("of_kind"))
_LEASE = (
    update(timers).where(*_this).values(fence=timers.c.fence + 1, lease_until=bindparam("until", type_=UtcDateTime()))
)
_REMOVE = delete(timers).where(*_this)
# Set to another moment meanwhile it has another due; taken over by another worker, another fence.
_SETTLE = _REMOVE.where(
    timers.c.due == bindparam("was_due", type_=UtcDateTime()), timers.c.fence == bindparam("held", type_=Integer())
)


class TimerWriter:
    """Sets a conversation's timers inside somebody's transaction."""

    def __init__(self, kind: Kind) -> None:
        new = insert_into(kind, timers)
        # A timer that is set again while somebody works on it is a new one: it is free, and the other's fence is old.
        self._set = new.on_conflict_do_update(
            index_elements=[timers.c.conversation_id, timers.c.kind],
            set_={"due": new.excluded.due, "lease_until": None, "fence": timers.c.fence + 1},
        )

    def write(self, connection: Connection, conversation_id: str, wanted: Mapping[str, datetime | None]) -> None:
        """Set timers by kind; None takes one away."""
        gone = [{"of_conversation": conversation_id, "of_kind": kind} for kind, due in wanted.items() if due is None]
        if gone:
            connection.execute(_REMOVE, gone)
        rows = [
            {"conversation_id": conversation_id, "kind": kind, "due": due, "fence": 0}
            for kind, due in wanted.items()
            if due is not None
        ]
        if rows:
            connection.execute(self._set, rows)


class Timers(StoragePart):
    """Hands out timers that ran out, under leases."""

    async def claim_timers(self, now: datetime, lease_seconds: float, limit: int) -> list[Timer]:
        """Take timers that ran out, oldest first. One that is not settled comes again when the lease runs out."""
        what = {"now": now, "limit": limit}
        # Most looks find nothing: they ask a reader, and keep no writer waiting.
        if await self._database.read(lambda connection: connection.execute(_DUE, what).first()) is None:
            return []
        until = now + timedelta(seconds=lease_seconds)

        def work(connection: Connection) -> list[Timer]:
            due = connection.execute(_TAKE, what).all()
            if due:
                leases = [{"of_conversation": row.conversation_id, "of_kind": row.kind, "until": until} for row in due]
                connection.execute(_LEASE, leases)
            return [Timer(row.conversation_id, row.kind, row.due, row.fence + 1) for row in due]

        return await self._database.write(work)

    async def settle_timer(self, timer: Timer) -> None:
        """Remove a timer that has done its work, unless it has been set to another moment or taken over meanwhile."""
        what = {
            "of_conversation": timer.conversation_id,
            "of_kind": timer.kind,
            "was_due": timer.due,
            "held": timer.fence,
        }
        await self._database.write(lambda connection: connection.execute(_SETTLE, what).close())
