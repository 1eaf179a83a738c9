"""The outbox: turns on their way to addresses that have to be pushed to, a row for each of them.

A row is `pending`, `sending` (leased), `sent` or `dead`. Its content is the turn it belongs to, so nothing is stored twice.
`attempts` grows by one with every lease and so serves as the fencing token: a sender whose lease was taken over holds an older one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    Select,
    Update,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)

from advisor.adapters.db.columns import UtcDateTime
from advisor.adapters.db.database import Database, insert_into
from advisor.adapters.db.history import turn_body
from advisor.adapters.db.part import StoragePart, checked_key
from advisor.adapters.db.schema import conversations, identities, outbox, turns, unknown_sends, users
from advisor.adapters.db.sealing import Sealer
from advisor.adapters.db.url import Kind
from advisor.domain.delivery import Recipient
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.message import Channel, Outgoing, Turn

# Written out instead of passed as parameters, so that the partial indexes serve.
_UNSENT: tuple[ColumnElement[str], ...] = (literal_column("'pending'"), literal_column("'sending'"))
_CRASHED = "a crash came while it was sent"

_now = bindparam("now", type_=UtcDateTime())
_same = outbox.alias("same")
_FREE = and_(
    outbox.c.channel == bindparam("of_channel"),
    outbox.c.status.in_(_UNSENT),
    or_(outbox.c.status == "pending", outbox.c.lease_until <= _now),
)
_BURY_UNREACHABLE = (
    update(outbox)
    .where(
        outbox.c.id.in_(
            select(outbox.c.id)
            .join(
                identities,
                and_(identities.c.channel == outbox.c.channel, identities.c.address == outbox.c.address),
            )
            .where(_FREE, identities.c.reachable.is_(False))
            .with_for_update(of=outbox, skip_locked=True)
        )
    )
    .values(status="dead", lease_until=None, reason="unreachable")
)
# Head of line: a turn is due only if no earlier one to its address is unsent, whether waiting, leased or postponed.
_DUE = (
    select(outbox, turns.c.body, users.c.id.label("owner"), users.c.wrapped_key)
    .join_from(outbox, conversations, conversations.c.id == outbox.c.conversation_id)
    .join(turns, and_(turns.c.conversation_id == outbox.c.conversation_id, turns.c.number == outbox.c.turn))
    .join(users, users.c.id == conversations.c.user_id)
    .where(
        _FREE,
        or_(outbox.c.not_before.is_(None), outbox.c.not_before <= _now),
        outbox.c.number
        == select(func.min(_same.c.number))
        .where(_same.c.channel == outbox.c.channel, _same.c.address == outbox.c.address, _same.c.status.in_(_UNSENT))
        .scalar_subquery(),
    )
    .order_by(outbox.c.number)
    .limit(bindparam("limit"))
    .with_for_update(of=outbox, skip_locked=True)
)
_DUE_REPLIES = _DUE.where(outbox.c.unprompted.is_(False))
_DUE_UNPROMPTED = _DUE.where(outbox.c.unprompted.is_(True))
_LEASE = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        status="sending",
        attempts=outbox.c.attempts + 1,
        lease_until=bindparam("until", type_=UtcDateTime()),
        uncertain=or_(outbox.c.uncertain, outbox.c.status == "sending"),
    )
)

_this = outbox.c.id == bindparam("outgoing")
_fence = bindparam("fence", type_=Integer())
# A process that holds no lease of the row (an operator's command) decides only over what nobody is sending.
_may_decide = or_(outbox.c.attempts == _fence, and_(_fence.is_(None), outbox.c.status == literal_column("'pending'")))
_PART_SENT = (
    update(outbox)
    .where(_this)
    .values(
        progress=case((outbox.c.progress < bindparam("part"), bindparam("part")), else_=outbox.c.progress),
        uncertain=and_(outbox.c.uncertain, outbox.c.attempts != func.coalesce(_fence, outbox.c.attempts)),
    )
    .returning(outbox.c.attempts)
)
_FINISH = update(outbox).where(_this).values(status="sent", lease_until=None, uncertain=False)
_POSTPONE = (
    update(outbox)
    .where(_this, _may_decide, outbox.c.status.in_(_UNSENT))
    .values(
        status="pending",
        lease_until=None,
        not_before=bindparam("later", type_=UtcDateTime()),
        reason=bindparam("because"),
    )
    .returning(outbox.c.progress)
)
_BURY = (
    update(outbox)
    .where(_this, _may_decide, outbox.c.status.in_(_UNSENT))
    .values(status="dead", lease_until=None, reason=bindparam("because"))
)
_REACHABLE = (
    update(identities)
    .where(identities.c.channel == bindparam("of_channel"), identities.c.address == bindparam("at_address"))
    .values(reachable=bindparam("can_be_reached"))
)


class OutboxWriter:
    """Puts turns into the outbox inside somebody's transaction."""

    def __init__(self, kind: Kind) -> None:
        # An id that is there already is the same turn to the same address.
        self._new = insert_into(kind, outbox).on_conflict_do_nothing(index_elements=[outbox.c.id])

    def write(
        self,
        connection: Connection,
        conversation_id: str,
        turn: Turn,
        to: Iterable[Recipient],
        *,
        unprompted: bool = False,
    ) -> None:
        """Enter a turn for each recipient, once; due at once.

        Raises:
            InvalidInput: for an address that is no ordinary text.
        """
        rows = [
            {
                "id": f"{conversation_id}:{turn.number}:{number}",
                "conversation_id": conversation_id,
                "turn": turn.number,
                "channel": recipient.channel,
                "address": checked_key(recipient.address, "address"),
                "unprompted": unprompted,
                "status": "pending",
                "created_at": turn.at,
                "progress": 0,
                "attempts": 0,
                "uncertain": False,
            }
            for number, recipient in enumerate(dict.fromkeys(to), 1)
        ]
        if rows:
            connection.execute(self._new, rows)


class Outbox(StoragePart):
    """Hands out replies under leases and notes what became of them.

    Facts and decisions are told apart. That the channel accepted something is a fact: it is kept whoever reports it, and progress
    never falls. To postpone or to bury is a decision: it counts only from the holder of the newest lease.
    """

    def __init__(self, database: Database, sealer: Sealer) -> None:
        super().__init__(database, sealer)
        self._fences: dict[str, int] = {}  # of the rows this process claimed last and has not settled
        self._new_unknown = insert_into(database.kind, unknown_sends).on_conflict_do_nothing()

    async def claim_outgoing(
        self, channel: Channel, now: datetime, lease_seconds: float, limit: int, *, unprompted: int | None = None
    ) -> list[Outgoing]:
        """Take what is due, replies before what nobody waits for: of one address only the oldest unsent is handed out.

        One whose lease ran out is handed out again with `uncertain` set, and listed as unknown; it stays uncertain until a part of
        it is known to have been accepted. What goes to addresses that cannot be reached is buried.
        """
        until = now + timedelta(seconds=lease_seconds)

        def due(connection: Connection, statement: Select[Any], most: int) -> list[RowMapping]:
            what = {"of_channel": channel, "now": now, "limit": most}
            return list(connection.execute(statement, what).mappings()) if most > 0 else []

        def work(connection: Connection) -> list[Outgoing]:
            connection.execute(_BURY_UNREACHABLE, {"of_channel": channel, "now": now})
            rows = due(connection, _DUE_REPLIES, limit)
            left = limit - len(rows)
            rows += due(connection, _DUE_UNPROMPTED, left if unprompted is None else min(left, unprompted))
            if rows:
                connection.execute(_LEASE, {"ids": [row["id"] for row in rows], "until": until})
            crashed = [row for row in rows if row["status"] == "sending"]
            for row in crashed:
                self._list_unknown(connection, row["id"], row["progress"], now, _CRASHED)
            return [self._outgoing(row) for row in rows]

        claimed = await self._database.write(work)
        self._fences.update({item.id: item.attempts for item in claimed})
        return claimed

    async def part_sent(self, outgoing_id: str, progress: int) -> None:
        """Note that the channel accepted parts up to `progress`.

        Raises:
            Conflict: if another sender has taken the reply over meanwhile; the progress is noted, and sending must stop.
            NotFound: if there is no such reply.
        """
        fence = self._fences.get(outgoing_id)
        parameters = {"outgoing": outgoing_id, "part": progress, "fence": fence}
        newest = await self._database.write(lambda connection: connection.execute(_PART_SENT, parameters).scalar())
        if newest is None:
            raise NotFound("There is no such reply.")
        if fence is not None and newest != fence:
            raise Conflict("Another sender has taken this reply over.")

    async def finish_outgoing(self, outgoing_id: str) -> None:
        """The whole reply was accepted."""
        await self._settle(_FINISH, outgoing_id)

    async def postpone_outgoing(
        self, outgoing_id: str, not_before: datetime, reason: str, *, unknown_at: datetime | None = None
    ) -> None:
        """Try again later. `unknown_at`: the connection broke then, and the part under way may have arrived; it is listed so."""
        parameters = {
            "outgoing": outgoing_id,
            "later": not_before,
            "because": reason,
            "fence": self._fences.get(outgoing_id),
        }

        def work(connection: Connection) -> None:
            progress = connection.execute(_POSTPONE, parameters).scalar()
            if unknown_at is not None and progress is not None:
                self._list_unknown(connection, outgoing_id, progress, unknown_at, reason)

        await self._database.write(work)
        self._fences.pop(outgoing_id, None)

    async def bury_outgoing(self, outgoing_id: str, reason: str) -> bool:
        """Never try again (a blocked bot, a message that cannot be sent); kept with its reason.

        False if that is not ours to decide: it is not unsent, or somebody else is sending it.
        """
        fence = self._fences.get(outgoing_id)
        return await self._settle(_BURY, outgoing_id, because=reason, fence=fence) == 1

    async def set_reachable(self, channel: Channel, address: str, *, reachable: bool) -> None:
        """Note that somebody blocked or unblocked us; nothing is pushed to an unreachable address."""
        parameters = {
            "of_channel": channel,
            "at_address": checked_key(address, "address"),
            "can_be_reached": reachable,
        }
        await self._database.write(lambda connection: connection.execute(_REACHABLE, parameters).close())

    async def _settle(self, statement: Update, outgoing_id: str, **values: Any) -> int:
        parameters = {"outgoing": outgoing_id, **values}
        changed = await self._database.write(lambda connection: connection.execute(statement, parameters).rowcount)
        self._fences.pop(outgoing_id, None)
        return changed

    def _list_unknown(self, connection: Connection, outgoing_id: str, progress: int, at: datetime, reason: str) -> None:
        row = {"outgoing_id": outgoing_id, "part": progress + 1, "at": at, "reason": reason}
        connection.execute(self._new_unknown, row)

    def _outgoing(self, row: RowMapping) -> Outgoing:
        body = turn_body(self._sealer, row)
        return Outgoing(
            id=row["id"],
            conversation_id=row["conversation_id"],
            address=row["address"],
            turn=row["turn"],
            blocks=body.get("blocks", ()),
            expects=body.get("expects"),
            progress=row["progress"],
            attempts=row["attempts"] + 1,
            uncertain=row["uncertain"] or row["status"] == "sending",
            unprompted=row["unprompted"],
        )
