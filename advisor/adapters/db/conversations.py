"""Conversations and their users, and the web sessions that lead to them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from advisor.adapters.db.database import Database, insert_into
from advisor.adapters.db.history import turn_row
from advisor.adapters.db.outbox import OutboxWriter
from advisor.adapters.db.part import StoragePart, checked_key
from advisor.adapters.db.schema import conversations, identities, sessions, turns, users
from advisor.adapters.db.sealing import Sealer
from advisor.domain.delivery import Recipient
from advisor.domain.errors import Conflict
from advisor.domain.message import Channel, Conversation, Turn
from advisor.ports.identity_storage import ChatSession

_STATE = "conversations|state"

_CONVERSATION = select(conversations, users.c.wrapped_key).join_from(
    conversations, users, users.c.id == conversations.c.user_id
)
_BY_ID = _CONVERSATION.where(conversations.c.id == bindparam("id"))
_BY_ADDRESS = _CONVERSATION.join(identities, identities.c.conversation_id == conversations.c.id).where(
    identities.c.channel == bindparam("channel"), identities.c.address == bindparam("address")
)
_IDENTITY = (
    select(users.c.id, users.c.wrapped_key)
    .join_from(identities, users, users.c.id == identities.c.user_id)
    .where(identities.c.channel == bindparam("channel"), identities.c.address == bindparam("address"))
)
# Of several processes that open at once, one makes the address lead somewhere; the others wait for its commit and find it so.
_LEAD = (
    update(identities)
    .where(
        identities.c.channel == bindparam("of_channel"),
        identities.c.address == bindparam("at_address"),
        identities.c.conversation_id.is_(None),
    )
    .values(conversation_id=bindparam("opened"))
)
_SESSION = select(sessions).where(
    sessions.c.token_hash == bindparam("token_hash"),
    sessions.c.expires_at > bindparam("now", type_=sessions.c.expires_at.type),
)


def state_columns(sealer: Sealer, key: bytes, user_id: str, state: dict[str, Any]) -> dict[str, Any]:
    """The engine's state as the columns that hold it."""
    version = state.get("flow_version")
    return {
        "state": sealer.seal(key, _STATE, user_id, state),
        "flow_version": version if isinstance(version, int) else None,
    }


class Conversations(StoragePart):
    """Opens and finds conversations."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        super().__init__(database, sealer)
        self._claim_identity = (
            insert_into(database.kind, identities).on_conflict_do_nothing().returning(identities.c.address)
        )
        self._outbox = OutboxWriter(database.kind)

    async def open_conversation(
        self, channel: Channel, address: str, state: dict[str, Any], greeting: Turn, *, push: bool
    ) -> Conversation:
        """The conversation of this address; made with its user and first turn if there is none yet (once, however often called).

        Raises:
            InvalidInput: for an address that is no ordinary text.
            Conflict: if its owner gave it up at the same moment.
        """
        checked_key(address, "address")

        def work(connection: Connection) -> Conversation:
            found = self._one(connection, _BY_ADDRESS, {"channel": channel, "address": address})
            return found or self._open(connection, channel, address, state, greeting, push=push)

        return await self._database.write(work)

    async def find_conversation(self, channel: Channel, address: str) -> Conversation | None:
        """The conversation of a channel's address."""
        parameters = {"channel": channel, "address": checked_key(address, "address")}
        return await self._database.read(lambda connection: self._one(connection, _BY_ADDRESS, parameters))

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """A conversation by its id."""
        return await self._database.read(lambda connection: self._one(connection, _BY_ID, {"id": conversation_id}))

    async def add_session(self, session: ChatSession, token_hash: str) -> None:
        """Remember a session by the hash of its token."""
        row = asdict(session) | {"token_hash": token_hash, "created_at": datetime.now(UTC)}
        await self._database.write(lambda connection: connection.execute(insert(sessions), row).close())

    async def session(self, token_hash: str, now: datetime) -> ChatSession | None:
        """The session of a token, None if unknown or expired."""

        def work(connection: Connection) -> ChatSession | None:
            row = connection.execute(_SESSION, {"token_hash": token_hash, "now": now}).mappings().first()
            if row is None:
                return None
            return ChatSession(row["id"], row["user_id"], row["conversation_id"], row["expires_at"])

        return await self._database.read(work)

    def _one(self, connection: Connection, statement: Any, parameters: dict[str, Any]) -> Conversation | None:
        row = connection.execute(statement, parameters).mappings().first()
        if row is None:
            return None
        state = self._sealer.open(row["wrapped_key"], _STATE, row["user_id"], row["state"])
        channel = Channel(row["channel"])
        return Conversation(row["id"], row["user_id"], channel, row["address"], row["version"], row["turn"], state)

    def _open(
        self,
        connection: Connection,
        channel: Channel,
        address: str,
        state: dict[str, Any],
        greeting: Turn,
        *,
        push: bool,
    ) -> Conversation:
        user_id, key = self._owner(connection, channel, address, greeting.at)
        conversation_id = uuid4().hex
        lead = {"of_channel": channel, "at_address": address, "opened": conversation_id}
        if connection.execute(_LEAD, lead).rowcount == 1:
            row = {
                "id": conversation_id,
                "user_id": user_id,
                "channel": channel,
                "address": address,
                "version": 0,
                "turn": greeting.number,
                "updated_at": greeting.at,
            }
            connection.execute(insert(conversations), row | state_columns(self._sealer, key, user_id, state))
            connection.execute(insert(turns), turn_row(self._sealer, key, user_id, conversation_id, greeting))
            if push:
                self._outbox.write(connection, conversation_id, greeting, [Recipient(channel, address)])
        opened = self._one(connection, _BY_ADDRESS, {"channel": channel, "address": address})
        if opened is None:
            raise Conflict("This address was given up at the same moment. Please try again.")
        return opened

    def _owner(self, connection: Connection, channel: Channel, address: str, at: datetime) -> tuple[str, bytes]:
        """The user behind an address with his wrapped key; a new one if nobody used the address before."""
        where = {"channel": channel, "address": address}
        known = connection.execute(_IDENTITY, where).first()
        if known is None:
            user_id = uuid4().hex
            connection.execute(insert(users), {"id": user_id, "wrapped_key": self._sealer.new_key(), "created_at": at})
            identity = where | {"user_id": user_id, "reachable": True}
            if connection.execute(self._claim_identity, identity).first() is None:
                connection.execute(delete(users).where(users.c.id == user_id))
            known = connection.execute(_IDENTITY, where).first()
        if known is None:
            raise Conflict("This address was given up at the same moment. Please try again.")
        return known.id, known.wrapped_key
