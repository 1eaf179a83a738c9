"""The one commit of a message."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from advisor.adapters.db import chain
from advisor.adapters.db.conversations import state_columns
from advisor.adapters.db.database import Database, insert_into
from advisor.adapters.db.goals import GoalWriter
from advisor.adapters.db.handoffs import HandoffWriter
from advisor.adapters.db.history import read_turn, turn_row
from advisor.adapters.db.inbox import inbox_scope
from advisor.adapters.db.outbox import OutboxWriter
from advisor.adapters.db.part import Owner, StoragePart, checked_key
from advisor.adapters.db.plans import PlanWriter
from advisor.adapters.db.records import RecordWriter
from advisor.adapters.db.schema import conversations, inbox, turns, users
from advisor.adapters.db.sealing import Sealer
from advisor.adapters.db.timers import TimerWriter
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.message import Conversation
from advisor.ports.storage import StoredReply, TurnCommit

_SEAL = "inbox|seal"

_KEY = (
    select(users.c.id, users.c.wrapped_key)
    .join_from(conversations, users, users.c.id == conversations.c.user_id)
    .where(conversations.c.id == bindparam("conversation"))
)
_SWAP = (
    update(conversations)
    .where(conversations.c.id == bindparam("conversation"), conversations.c.version == bindparam("expected"))
    .values(version=bindparam("expected") + 1)
)
_REPLY = (
    select(
        inbox.c.seal,
        turns.c.number,
        turns.c.author,
        turns.c.at,
        turns.c.body,
        users.c.id.label("owner"),
        users.c.wrapped_key,
    )
    .join_from(conversations, users, users.c.id == conversations.c.user_id)
    .join(inbox, inbox.c.conversation_id == conversations.c.id)
    .join(turns, (turns.c.conversation_id == conversations.c.id) & (turns.c.number == inbox.c.turn))
    .where(conversations.c.id == bindparam("conversation"), inbox.c.external_id == bindparam("external_id"))
)


class Turns(StoragePart):
    """Writes whole turns."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        super().__init__(database, sealer)
        kind = database.kind
        self._of_turn = (GoalWriter(kind, sealer), PlanWriter(kind, sealer), RecordWriter(kind, sealer))
        self._after_turn = (OutboxWriter(kind), TimerWriter(kind), HandoffWriter(kind, sealer))
        arrived = insert_into(database.kind, inbox)
        now = arrived.excluded
        # One statement marks a message made durable before, or enters one that comes with its turn; it touches nothing where
        # the message was handled meanwhile. The payload has served: what was said is in the turn, under its owner's key.
        self._handle = arrived.on_conflict_do_update(
            index_elements=[inbox.c.channel, inbox.c.scope, inbox.c.external_id],
            set_={
                "status": "handled",
                "payload": None,
                "conversation_id": now.conversation_id,
                "turn": now.turn,
                "seal": now.seal,
            },
            where=inbox.c.status == "waiting",
        ).returning(inbox.c.id)

    async def stored_reply(self, conversation_id: str, external_id: str) -> StoredReply | None:
        """The reply a message already got, None if it has not been handled.

        Raises:
            InvalidInput: for an id that is no ordinary text.
        """
        parameters = {"conversation": conversation_id, "external_id": checked_key(external_id, "client_id")}

        def work(connection: Connection) -> StoredReply | None:
            row = connection.execute(_REPLY, parameters).mappings().first()
            if row is None:
                return None
            content_hash = self._sealer.open(row["wrapped_key"], _SEAL, row["owner"], row["seal"])
            return StoredReply(content_hash, read_turn(self._sealer, row))

        return await self._database.read(work)

    async def commit_turn(self, commit: TurnCommit) -> Conversation:
        """Write a whole turn in one transaction and mark its inbox row, if any, as handled.

        Raises:
            Conflict: if the conversation's version has moved on, the message was handled or a goal was changed meanwhile; nothing
                is written.
            NotFound: if the conversation, or the plan to activate, does not exist (any more); nothing is written.
            InvalidInput: for an external id that is no ordinary text.
        """
        checked_key(commit.external_id, "client_id")
        await self._database.write(lambda connection: self._write(connection, commit))
        was = commit.conversation
        return replace(was, version=was.version + 1, turn=commit.answered.number, state=commit.state)

    def _write(self, connection: Connection, commit: TurnCommit) -> None:
        conversation = commit.conversation
        found = connection.execute(_KEY, {"conversation": conversation.id}).first()
        if found is None:
            raise NotFound("This conversation does not exist.")
        user_id, key = found.id, found.wrapped_key
        self._swap(connection, commit, user_id, key)
        self._mark_handled(connection, commit, user_id, key)
        said = [turn for turn in (commit.asked, commit.answered) if turn is not None]
        entries = [turn_row(self._sealer, key, user_id, conversation.id, turn) for turn in said]
        connection.execute(insert(turns), entries)
        owner = Owner(user_id, key)
        self._write_results(connection, owner, commit)
        self._write_consequences(connection, owner, commit)

    def _write_consequences(self, connection: Connection, owner: Owner, commit: TurnCommit) -> None:
        """What is to be sent, woken and told to the operator after the turn."""
        outgoing, timers, operator = self._after_turn
        outgoing.write(connection, commit.conversation.id, commit.answered, commit.to, unprompted=commit.unprompted)
        timers.write(connection, commit.conversation.id, commit.timers)
        operator.handoffs(connection, owner, commit.handoffs)
        operator.feedback(connection, owner, commit.feedback)

    def _write_results(self, connection: Connection, owner: Owner, commit: TurnCommit) -> None:
        goals, plans, records = self._of_turn
        happenings = goals.write(connection, owner, commit.goals)
        happenings += plans.write(connection, owner, commit)
        happenings += records.profiles(connection, owner, commit.profiles)
        happenings += records.computations(connection, owner, commit.computations)
        happenings += records.documents(connection, owner, commit.documents)
        chain.append(connection, self._sealer, owner, happenings)

    def _swap(self, connection: Connection, commit: TurnCommit, user_id: str, key: bytes) -> None:
        """Compare-and-swap: the version that was read must still be there."""
        conversation = commit.conversation
        parameters: dict[str, Any] = {
            "conversation": conversation.id,
            "expected": conversation.version,
            "turn": commit.answered.number,
            "updated_at": commit.answered.at,
        }
        swapped = connection.execute(_SWAP, parameters | state_columns(self._sealer, key, user_id, commit.state))
        if swapped.rowcount != 1:
            raise Conflict("This conversation has moved on.")

    def _mark_handled(self, connection: Connection, commit: TurnCommit, user_id: str, key: bytes) -> None:
        conversation = commit.conversation
        row = {
            **_received_at(commit),
            "external_id": commit.external_id,
            "status": "handled",
            "received_at": (commit.asked or commit.answered).at,
            "conversation_id": conversation.id,
            "turn": commit.answered.number,
            # A bare hash of a short answer is as good as the answer to whoever tries all short answers.
            "seal": self._sealer.seal(key, _SEAL, user_id, commit.content_hash),
        }
        if connection.execute(self._handle, row).first() is None:
            raise Conflict("This message was handled already.")


def _received_at(commit: TurnCommit) -> dict[str, str]:
    """The inbox row that is handled: the one at the message's origin, else one that comes with its turn.

    Such a one is known within its conversation only. Otherwise whoever picks his ids himself, on the web, could pick those that
    Telegram will number its updates by, of somebody else's chat.
    """
    was, origin = commit.conversation, commit.origin
    if origin is None:
        return {"channel": was.channel, "scope": was.id, "address": was.address}
    scope = inbox_scope(origin.channel, origin.address)
    return {"channel": origin.channel, "scope": scope, "address": origin.address}
