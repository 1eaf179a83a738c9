"""The inbox: messages made durable before they are acknowledged."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, literal_column, select, update

from advisor.adapters.db.database import Database, insert_into
from advisor.adapters.db.part import StoragePart, checked_key
from advisor.adapters.db.schema import inbox
from advisor.adapters.db.sealing import Sealer
from advisor.domain.message import Channel, Received

_is_waiting = inbox.c.status == literal_column("'waiting'")  # written out, so that the partial index serves
_WAITING = (
    select(inbox.c.external_id, inbox.c.address, inbox.c.payload)
    .where(inbox.c.channel == bindparam("channel"), _is_waiting)
    .order_by(inbox.c.id)
    .limit(bindparam("limit"))
)
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

    async def waiting(self, channel: Channel, limit: int) -> list[Received]:
        """Received and not yet handled messages, oldest first."""

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
