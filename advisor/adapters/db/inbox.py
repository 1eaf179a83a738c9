"""The inbox: messages made durable before they are acknowledged, and handed out under leases, each address in order.

`attempts` grows by one with every lease and so serves as the fencing token: a worker whose lease was taken over holds an older one.
What a worker does after it lost its lease changes nothing: a turn's commit finds the message handled or the conversation moved on.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    Update,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)

from advisor.adapters.db.columns import UtcDateTime
from advisor.adapters.db.database import Database, insert_into
from advisor.adapters.db.part import StoragePart, checked_key
from advisor.adapters.db.schema import inbox
from advisor.adapters.db.sealing import Sealer
from advisor.domain.message import Channel, Received

_REMEMBERED = 10_000
_NEAR = 128
_LARGEST = 2**63 - 1

_waits: ColumnElement[str] = literal_column("'waiting'")  # written out, so that the partial indexes serve
_is_waiting = inbox.c.status == _waits
_now = bindparam("now", type_=UtcDateTime())
_WAITING = (
    select(inbox.c.external_id, inbox.c.address, inbox.c.payload)
    .where(inbox.c.channel == bindparam("channel"), _is_waiting)
    .order_by(inbox.c.id)
    .limit(bindparam("limit"))
)
_FREE = (
    inbox.c.channel == bindparam("of_channel"),
    _is_waiting,
    or_(inbox.c.lease_until.is_(None), inbox.c.lease_until <= _now),
)
_HEADS = (
    select(inbox.c.id, inbox.c.external_id, inbox.c.address, inbox.c.payload, inbox.c.attempts)
    .where(*_FREE)
    .order_by(inbox.c.id)
    .limit(bindparam("limit"))
    .with_for_update(of=inbox, skip_locked=True)
)
# Of each address the oldest only, and only if nobody holds it: what comes after waits until that one is handled. Asked as one
# look into the index for each row in turn; as "none is earlier" PostgreSQL would compare all that wait with each other.
_same, _nearest = inbox.alias("same"), inbox.alias("nearest")
_OLDEST_OF_ADDRESS = (
    select(func.min(_same.c.id))
    .where(_same.c.channel == inbox.c.channel, _same.c.address == inbox.c.address, _same.c.status == _waits)
    .scalar_subquery()
)
_LAST_NEAR = (
    select(_nearest.c.id)
    .where(_nearest.c.channel == bindparam("of_channel"), _nearest.c.status == _waits)
    .order_by(_nearest.c.id)
    .offset(_NEAR - 1)
    .limit(1)
    .scalar_subquery()
)
_NEAR_HEADS = _HEADS.where(inbox.c.id <= func.coalesce(_LAST_NEAR, _LARGEST), inbox.c.id == _OLDEST_OF_ADDRESS)


def _lanes() -> CTE:
    """The oldest waiting message of each address, found by stepping along the index from address to address."""
    first, later = inbox.alias("first"), inbox.alias("later")
    begin = (
        select(first.c.address, first.c.id)
        .where(first.c.channel == bindparam("of_channel"), first.c.status == _waits)
        .order_by(first.c.address, first.c.id)
        .limit(1)
        .subquery()
    )
    lanes = select(begin.c.address, begin.c.id).cte("lanes", recursive=True)
    following = (
        select(later.c.address, later.c.id)
        .where(later.c.channel == bindparam("of_channel"), later.c.status == _waits, later.c.address > lanes.c.address)
        .order_by(later.c.address, later.c.id)
        .limit(1)
    )
    step = (following.with_only_columns(column).scalar_subquery() for column in (later.c.address, later.c.id))
    return lanes.union_all(select(*step).where(lanes.c.address.is_not(None)))


_FAR_HEADS = _HEADS.where(inbox.c.id.in_(select(_lanes().c.id)))
_LEASE = (
    update(inbox)
    .where(inbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(lease_until=bindparam("until", type_=UtcDateTime()), attempts=inbox.c.attempts + 1)
)
_still_ours = and_(inbox.c.id == bindparam("row"), inbox.c.attempts == bindparam("fence", type_=Integer()), _is_waiting)
_RELEASE = update(inbox).where(_still_ours).values(lease_until=None)
_RENEW = update(inbox).where(_still_ours).values(lease_until=bindparam("until", type_=UtcDateTime()))
_DISCARD = (
    update(inbox)
    .where(
        inbox.c.channel == bindparam("from_channel"),
        inbox.c.external_id == bindparam("known_as"),
        _is_waiting,
    )
    .values(status="discarded", payload=None)
)


def inbox_scope(channel: Channel, address: str) -> str:
    """What a message's id is unique within: Telegram numbers updates for the whole bot, elsewhere each address picks its own."""
    return "" if channel is Channel.TELEGRAM else address


class Inbox(StoragePart):
    """Receives messages and hands out those that wait."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        super().__init__(database, sealer)
        self._receive = insert_into(database.kind, inbox).on_conflict_do_nothing().returning(inbox.c.id)
        # Rows this process claimed lately, by channel and message id: of each address the row and the fence of its lease.
        self._held: OrderedDict[tuple[Channel, str], dict[str, tuple[int, int]]] = OrderedDict()

    async def receive(self, items: list[Received]) -> int:
        """Make messages durable; those already known are left out. Returns how many were new.

        Raises:
            InvalidInput: for an id or address that is no ordinary text; then none is kept.
        """
        if not items:
            return 0
        at = datetime.now(UTC)  # for the operator's eyes only: order comes from the row's number
        rows = [
            {
                "channel": item.channel,
                "scope": inbox_scope(item.channel, item.address),
                "external_id": checked_key(item.external_id, "message id"),
                "address": checked_key(item.address, "address"),
                "status": "waiting",
                "received_at": at,
                "payload": self._sealer.seal_unowned(item.payload),
            }
            for item in items
        ]
        return await self._database.write(lambda connection: len(connection.execute(self._receive, rows).all()))

    async def claim_received(self, channel: Channel, now: datetime, lease_seconds: float, limit: int) -> list[Received]:
        """Take waiting messages, the oldest of each address, of at most `limit` addresses that nobody else works on.

        An address stays ours until the lease runs out, the message is handled or discarded, or it is released.
        """
        until = now + timedelta(seconds=lease_seconds)

        def taken(connection: Connection, statement: Select[Any], most: int) -> list[Row[Any]]:
            heads = connection.execute(statement, {"of_channel": channel, "now": now, "limit": most}).all()
            if heads:
                connection.execute(_LEASE, {"ids": [row.id for row in heads], "until": until})
            return list(heads)

        def work(connection: Connection) -> list[Row[Any]]:
            heads = taken(connection, _NEAR_HEADS, limit)
            # A chat that floods us lies before the others with more than we look through.
            return heads if len(heads) == limit else heads + taken(connection, _FAR_HEADS, limit - len(heads))

        heads = await self._database.write(work)
        for row in heads:
            self._held.setdefault((channel, row.external_id), {})[row.address] = (row.id, row.attempts + 1)
        while len(self._held) > _REMEMBERED:  # far more than are under way at once: what falls out was handled
            self._held.popitem(last=False)
        return [
            Received(channel, row.external_id, row.address, self._sealer.open_unowned(row.payload)) for row in heads
        ]

    async def renew_received(
        self, channel: Channel, external_ids: list[str], now: datetime, lease_seconds: float
    ) -> None:
        """Hold claimed messages for longer; those that were handled or taken over meanwhile are left as they are."""
        await self._to_held(_RENEW, channel, external_ids, until=now + timedelta(seconds=lease_seconds))

    async def release_received(self, channel: Channel, external_ids: list[str]) -> None:
        """Give claimed messages back unhandled, for others to take at once; those taken over meanwhile are theirs."""
        await self._to_held(_RELEASE, channel, external_ids)
        for external_id in external_ids:
            self._held.pop((channel, external_id), None)

    async def waiting(self, channel: Channel, limit: int) -> list[Received]:
        """Received and not yet handled messages, oldest first, whoever holds them: for an operator who looks."""

        def work(connection: Connection) -> list[Received]:
            rows = connection.execute(_WAITING, {"channel": channel, "limit": limit})
            return [
                Received(channel, row.external_id, row.address, self._sealer.open_unowned(row.payload)) for row in rows
            ]

        return await self._database.read(work)

    async def discard(self, channel: Channel, external_id: str) -> None:
        """Mark a received message as handled though it changed no dialogue (a tap on nothing, an edit, a blocked bot)."""
        parameters = {"from_channel": channel, "known_as": checked_key(external_id, "message id")}
        await self._database.write(lambda connection: connection.execute(_DISCARD, parameters).close())
        self._held.pop((channel, external_id), None)

    async def _to_held(self, statement: Update, channel: Channel, external_ids: list[str], **values: Any) -> None:
        held = [claim for id_ in external_ids for claim in self._held.get((channel, id_), {}).values()]
        rows = [{"row": row, "fence": fence, **values} for row, fence in held]
        if rows:
            await self._database.write(lambda connection: connection.execute(statement, rows).close())
