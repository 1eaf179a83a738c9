"""What was not, or not certainly, delivered: for the operator, who can have it tried again."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    bindparam,
    literal,
    literal_column,
    null,
    select,
    union_all,
    update,
)

from advisor.adapters.db.columns import UtcDateTime
from advisor.adapters.db.part import StoragePart
from advisor.adapters.db.schema import outbox, unknown_sends
from advisor.domain.delivery import Recipient, Undelivered
from advisor.domain.message import Channel

_since = bindparam("since", type_=UtcDateTime())
_LATEST = datetime.max.replace(tzinfo=UTC)
# Written out instead of passed as parameters, so that the partial indexes serve.
_DEAD_NOW: ColumnElement[str] = literal_column("'dead'")
_UNSENT: tuple[ColumnElement[str], ...] = (literal_column("'pending'"), literal_column("'sending'"))
_PLACE = (outbox.c.id, outbox.c.channel, outbox.c.address)
_UNKNOWN = (
    select(
        *_PLACE,
        unknown_sends.c.part,
        unknown_sends.c.at,
        literal("unknown").label("status"),
        unknown_sends.c.reason,
    )
    .join_from(unknown_sends, outbox, outbox.c.id == unknown_sends.c.outgoing_id)
    .where(unknown_sends.c.at >= _since)
)
_WRITTEN = (*_PLACE, (outbox.c.progress + 1).label("part"), outbox.c.created_at.label("at"))
_DEAD = select(*_WRITTEN, literal("dead").label("status"), outbox.c.reason).where(
    outbox.c.status == _DEAD_NOW, outbox.c.created_at >= _since
)
_WAITING = select(*_WRITTEN, literal("waiting").label("status"), outbox.c.reason).where(
    outbox.c.status.in_(_UNSENT),
    outbox.c.created_at >= _since,
    outbox.c.created_at < bindparam("overdue", type_=UtcDateTime()),
)
_ALL = union_all(_UNKNOWN, _DEAD, _WAITING).subquery()
_LIST = select(_ALL).order_by(_ALL.c.at.desc(), _ALL.c.id, _ALL.c.part).limit(bindparam("limit"))
_REVIVE = (
    update(outbox)
    .where(outbox.c.id == bindparam("outgoing"), outbox.c.status == _DEAD_NOW)
    .values(status="pending", not_before=null(), lease_until=null(), reason=null())
)


class DeliveryLog(StoragePart):
    """Lists what did not arrive, or may not have, and revives what was given up."""

    async def undelivered(self, since: datetime, limit: int, *, overdue: datetime | None = None) -> list[Undelivered]:
        """What was not, or not certainly, delivered since then, newest first.

        An unknown send has the moment when it became so, the others have that of their turn. What is unsent counts if its turn is
        older than `overdue`, all of it where that is None.
        """
        what = {"since": since, "limit": limit, "overdue": overdue or _LATEST}

        def work(connection: Connection) -> list[Undelivered]:
            return [_entry(row) for row in connection.execute(_LIST, what).mappings()]

        return await self._database.read(work)

    async def revive_outgoing(self, outgoing_id: str) -> bool:
        """Have another try at something that was given up; False if it was not."""
        what = {"outgoing": outgoing_id}
        return await self._database.write(lambda connection: connection.execute(_REVIVE, what).rowcount == 1)


def _entry(row: RowMapping) -> Undelivered:
    return Undelivered(
        row["id"],
        Recipient(Channel(row["channel"]), row["address"]),
        row["part"],
        row["at"],
        row["status"],
        row["reason"] or "",
    )
