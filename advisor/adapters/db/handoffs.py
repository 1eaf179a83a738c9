"""What investors say to the operator: wishes to talk to a person, on their way to him, and what they thought of replies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, RowMapping, and_, bindparam, literal_column, or_, select, update

from advisor.adapters.db.columns import UtcDateTime
from advisor.adapters.db.database import Database, insert_into
from advisor.adapters.db.part import Owner, StoragePart, owner_of
from advisor.adapters.db.schema import conversations, feedback, handoffs, users
from advisor.adapters.db.sealing import Sealer
from advisor.adapters.db.url import Kind
from advisor.domain.delivery import Feedback, Handoff
from advisor.domain.errors import NotFound

_HANDOFF, _FEEDBACK = "handoffs|body", "feedback|body"

_now = bindparam("now", type_=UtcDateTime())
_is_pending = handoffs.c.status == literal_column("'pending'")  # written out, so that the partial index serves
_DUE = (
    select(handoffs, users.c.wrapped_key)
    .join_from(handoffs, users, users.c.id == handoffs.c.user_id)
    .where(
        _is_pending,
        or_(handoffs.c.not_before.is_(None), handoffs.c.not_before <= _now),
        or_(handoffs.c.lease_until.is_(None), handoffs.c.lease_until <= _now),
    )
    .order_by(handoffs.c.at, handoffs.c.id)
    .limit(bindparam("limit"))
)
_TAKE = _DUE.with_for_update(of=handoffs, skip_locked=True)
_LEASE = (
    update(handoffs)
    .where(handoffs.c.id.in_(bindparam("ids", expanding=True)))
    .values(attempts=handoffs.c.attempts + 1, lease_until=bindparam("until", type_=UtcDateTime()))
)
_HELD_BY = select(conversations.c.id).where(
    conversations.c.id == bindparam("conversation"), conversations.c.user_id == bindparam("user")
)
_this = and_(handoffs.c.id == bindparam("handoff"), _is_pending)
# That the operator was told is a fact, whoever says so; to try again or to give up is a decision of the newest holder.
_TOLD = update(handoffs).where(_this).values(status="told", lease_until=None, reason=bindparam("because"))
_decides = and_(_this, handoffs.c.attempts == bindparam("fence", type_=Integer()))
_LATER = (
    update(handoffs)
    .where(_decides)
    .values(lease_until=None, not_before=bindparam("later", type_=UtcDateTime()), reason=bindparam("because"))
)
_NEVER = update(handoffs).where(_decides).values(status="dead", lease_until=None, reason=bindparam("because"))


class HandoffWriter:
    """Writes hand-offs and feedback inside somebody's transaction."""

    def __init__(self, kind: Kind, sealer: Sealer) -> None:
        self._sealer = sealer
        self._new_handoff = insert_into(kind, handoffs).on_conflict_do_nothing(index_elements=[handoffs.c.id])
        self._new_feedback = insert_into(kind, feedback).on_conflict_do_nothing(index_elements=[feedback.c.id])

    def handoffs(self, connection: Connection, owner: Owner, wishes: Sequence[Handoff]) -> None:
        """Queue wishes to talk to a person, each id once.

        Raises:
            NotFound: for another user's.
        """
        rows = [
            {
                "id": wish.id,
                "user_id": owner.own(wish.user_id),
                "conversation_id": wish.conversation_id,
                "at": wish.at,
                "body": self._sealer.seal(owner.key, _HANDOFF, owner.id, {"topic": wish.topic}),
                "status": "pending",
                "attempts": 0,
            }
            for wish in wishes
        ]
        if rows:
            connection.execute(self._new_handoff, rows)

    def feedback(self, connection: Connection, owner: Owner, opinions: Sequence[Feedback]) -> None:
        """Keep what was thought of replies, each id once.

        Raises:
            NotFound: for another user's.
        """
        rows = [
            {
                "id": opinion.id,
                "user_id": owner.own(opinion.user_id),
                "conversation_id": opinion.conversation_id,
                "turn": opinion.turn,
                "score": opinion.score,
                "at": opinion.at,
                "body": self._sealer.seal(owner.key, _FEEDBACK, owner.id, {"comment": opinion.comment}),
            }
            for opinion in opinions
        ]
        if rows:
            connection.execute(self._new_feedback, rows)


class Handoffs(StoragePart):
    """Hands out wishes that the operator has not been told of, under leases; keeps feedback that comes outside of the talk."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        super().__init__(database, sealer)
        self._operator = HandoffWriter(database.kind, sealer)
        self._handoff_fences: dict[str, int] = {}  # of those this process claimed last and has not settled

    async def claim_handoffs(self, now: datetime, lease_seconds: float, limit: int) -> list[Handoff]:
        """Take wishes to talk to a person that the operator has not been told of, oldest first."""
        what = {"now": now, "limit": limit}
        # Most looks find nothing: they ask a reader, and keep no writer waiting.
        if await self._database.read(lambda connection: connection.execute(_DUE, what).first()) is None:
            return []
        until = now + timedelta(seconds=lease_seconds)

        def work(connection: Connection) -> list[Handoff]:
            due = connection.execute(_TAKE, what).mappings().all()
            if due:
                connection.execute(_LEASE, {"ids": [row["id"] for row in due], "until": until})
            return [self._handoff(row) for row in due]

        claimed = await self._database.write(work)
        self._handoff_fences.update({wish.id: wish.attempts for wish in claimed})
        return claimed

    async def settle_handoff(self, handoff_id: str, *, told: bool, not_before: datetime | None, reason: str) -> None:
        """The operator was told; or not yet, and when to try again (None: never)."""
        what: dict[str, Any] = {"handoff": handoff_id, "because": reason}
        statement = _TOLD
        if not told:
            what["fence"] = self._handoff_fences.get(handoff_id, -1)
            statement = _NEVER if not_before is None else _LATER
            if not_before is not None:
                what["later"] = not_before
        await self._database.write(lambda connection: connection.execute(statement, what).close())
        self._handoff_fences.pop(handoff_id, None)

    async def add_feedback(self, feedback: Feedback) -> None:
        """Keep what somebody thought of a reply, where it was not said in the talk itself; one that is there stays as it is.

        Raises:
            NotFound: if its user does not exist, or the conversation is not his.
        """
        where = {"conversation": feedback.conversation_id, "user": feedback.user_id}

        def work(connection: Connection) -> None:
            if connection.execute(_HELD_BY, where).first() is None:
                raise NotFound("This conversation does not exist.")
            self._operator.feedback(connection, owner_of(connection, feedback.user_id), [feedback])

        await self._database.write(work)

    def _handoff(self, row: RowMapping) -> Handoff:
        body = self._sealer.open(row["wrapped_key"], _HANDOFF, row["user_id"], row["body"])
        return Handoff(row["id"], row["user_id"], row["conversation_id"], row["at"], body["topic"], row["attempts"] + 1)
