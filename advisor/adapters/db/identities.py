"""Who somebody is on which channel, and where he is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, select, update

from advisor.adapters.db.account_tables import accounts, refresh_tokens
from advisor.adapters.db.columns import UtcDateTime
from advisor.adapters.db.schema import identities, outbox, sessions, users
from advisor.adapters.db.tokens import Tokens
from advisor.domain.identity import Identity, SignIn
from advisor.domain.message import Channel

_now = bindparam("now", type_=UtcDateTime())
_his: BindParameter[str] = bindparam("user")
_IDENTITIES = (
    select(identities).where(identities.c.user_id == _his).order_by(identities.c.channel, identities.c.address)
)
_CHATS = select(sessions.c.id, sessions.c.created_at, sessions.c.expires_at).where(
    sessions.c.user_id == _his, sessions.c.expires_at > _now
)
_FAMILIES = (
    select(
        refresh_tokens.c.family.label("id"),
        func.min(refresh_tokens.c.created_at).label("created_at"),
        func.max(refresh_tokens.c.expires_at).label("expires_at"),
    )
    .where(refresh_tokens.c.user_id == _his, refresh_tokens.c.revoked_at.is_(None))
    .group_by(refresh_tokens.c.family)
    .having(func.max(refresh_tokens.c.expires_at) > _now)
)
_END_SESSION = delete(sessions).where(sessions.c.token_hash == bindparam("token_hash"))
_END_CHAT = delete(sessions).where(sessions.c.user_id == _his, sessions.c.id == bindparam("session"))

_LOCK_USER = select(users.c.id).where(users.c.id == _his).with_for_update(key_share=True)
_HAS_ACCOUNT = select(accounts.c.user_id).where(accounts.c.user_id == _his)
_this_address = (identities.c.channel == bindparam("on_channel")) & (identities.c.address == bindparam("at_address"))
_UNLINK = delete(identities).where(_this_address, identities.c.user_id == _his)
# What was not sent yet is meant for whoever is no longer there.
_BURY = (
    update(outbox)
    .where(
        outbox.c.channel == bindparam("on_channel"),
        outbox.c.address == bindparam("at_address"),
        outbox.c.status.in_(["pending", "sending"]),
    )
    .values(status="dead", lease_until=None, reason="unlinked")
)


class Identities(Tokens):
    """Addresses, chat sessions and sign-ins of a user; another's read as absent."""

    async def identities(self, user_id: str) -> list[Identity]:
        """The addresses a user is known under."""
        return await self._database.read(lambda connection: _identities(connection, user_id))

    async def sign_ins(self, user_id: str, now: datetime) -> list[SignIn]:
        """Where the user is signed in now, newest first."""
        which = {"user": user_id, "now": now}

        def work(connection: Connection) -> list[SignIn]:
            chats = [_chat(row) for row in connection.execute(_CHATS, which)]
            signed = connection.execute(_FAMILIES, which)
            return chats + [SignIn(row.id, "account", row.created_at, row.expires_at) for row in signed]

        found = await self._database.read(work)
        return sorted(found, key=lambda sign_in: (sign_in.created_at, sign_in.id), reverse=True)

    async def end_sign_in(self, user_id: str, sign_in_id: str, at: datetime) -> bool:
        """End one of the user's sessions or sign-ins; False if it is not his or has ended."""
        which = {"user": user_id, "session": sign_in_id}
        ended = await self._database.write(lambda connection: connection.execute(_END_CHAT, which).rowcount)
        return ended > 0 or await self.revoke_family(user_id, sign_in_id, at)

    async def end_session(self, token_hash: str) -> bool:
        """End the chat session of a token; False if there is none."""
        which = {"token_hash": token_hash}
        return await self._database.write(lambda connection: connection.execute(_END_SESSION, which).rowcount > 0)

    async def unlink(self, user_id: str, identity: Identity) -> bool:
        """Take an address away from a user: what is said there next begins anew. What was not sent there yet is buried.

        With a web address goes the chat session that was opened with it. False if the address is not his, or is his last one, or is
        the last one on the web of somebody with an account, who would sign in to nothing.
        """
        which = {"user": user_id, "on_channel": identity.channel, "at_address": identity.address}

        def work(connection: Connection) -> bool:
            connection.execute(_LOCK_USER, {"user": user_id}).close()
            held = _identities(connection, user_id)
            if not _may_go(identity, held, has_account=_has_account(connection, user_id)):
                return False
            connection.execute(_UNLINK, which).close()
            connection.execute(_BURY, {"on_channel": identity.channel, "at_address": identity.address}).close()
            if identity.channel is Channel.WEB:
                connection.execute(_END_CHAT, {"user": user_id, "session": identity.address}).close()
            return True

        return await self._database.write(work)


def _may_go(wanted: Identity, held: list[Identity], *, has_account: bool) -> bool:
    others = [item for item in held if (item.channel, item.address) != (wanted.channel, wanted.address)]
    stays_on_the_web = wanted.channel is not Channel.WEB or any(item.channel is Channel.WEB for item in others)
    return len(others) < len(held) and bool(others) and (stays_on_the_web or not has_account)


def _has_account(connection: Connection, user_id: str) -> bool:
    return connection.execute(_HAS_ACCOUNT, {"user": user_id}).first() is not None


def _identities(connection: Connection, user_id: str) -> list[Identity]:
    rows = connection.execute(_IDENTITIES, {"user": user_id})
    return [
        Identity(Channel(row.channel), row.address, row.user_id, row.conversation_id, row.reachable) for row in rows
    ]


def _chat(row: Any) -> SignIn:
    # Of a session that is older than the column its end is known, and that it was not opened later than that.
    return SignIn(row.id, "chat", row.created_at or row.expires_at, row.expires_at)
