"""Refresh tokens: each good for one use; a second use ends all that came from the same sign-in."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from advisor.adapters.db import chain
from advisor.adapters.db.account_tables import refresh_tokens
from advisor.adapters.db.part import StoragePart, owner_of
from advisor.adapters.db.schema import users
from advisor.domain.account import RefreshToken, Rotation
from advisor.domain.audit import AuditEvent, Happening

_TOKEN = select(refresh_tokens).where(refresh_tokens.c.token_hash == bindparam("which"))
_ALIVE = (
    select(refresh_tokens.c.user_id)
    .where(
        refresh_tokens.c.family == bindparam("family"),
        refresh_tokens.c.revoked_at.is_(None),
        refresh_tokens.c.expires_at > bindparam("now", type_=refresh_tokens.c.expires_at.type),
    )
    .limit(1)
)
# Rotations and revocations of one user go one after the other: a token stored while its family is revoked would live on.
_LOCK_USER = select(users.c.id).where(users.c.id == bindparam("user")).with_for_update(key_share=True)
_USE = update(refresh_tokens).where(refresh_tokens.c.token_hash == bindparam("which"))
_REVOKE = update(refresh_tokens).where(
    refresh_tokens.c.user_id == bindparam("of_user"),
    refresh_tokens.c.family == bindparam("of_family"),
    refresh_tokens.c.revoked_at.is_(None),
)


def token_row(token: RefreshToken) -> dict[str, Any]:
    """A fresh token as a row of `refresh_tokens`."""
    return asdict(token) | {"used_at": None, "revoked_at": None}


class Tokens(StoragePart):
    """Stores, rotates and revokes refresh tokens; only their hashes are here."""

    async def add_refresh_token(self, token: RefreshToken) -> None:
        """Store the first token of a new family: somebody signed in.

        Raises:
            NotFound: if its user does not exist.
        """

        def work(connection: Connection) -> None:
            owner = owner_of(connection, token.user_id)
            connection.execute(insert(refresh_tokens), token_row(token))
            signed_in = Happening(AuditEvent.ACCOUNT_SIGNED_IN, token.user_id, {"family": token.family})
            chain.append(connection, self._sealer, owner, [signed_in])

        await self._database.write(work)

    async def rotate_refresh_token(
        self, token_hash: str, successor_hash: str, now: datetime, expires_at: datetime
    ) -> tuple[Rotation, RefreshToken | None]:
        """Use up a token and store its successor, which comes with the outcome where there is one.

        A token that was used before revokes its family. Of two calls at once with the same token one sees it as used.
        """

        def work(connection: Connection) -> tuple[Rotation, RefreshToken | None]:
            row = _held(connection, token_hash)
            if row is None or row.revoked_at is not None or row.expires_at <= now:
                return Rotation.UNKNOWN, None
            if row.used_at is not None:
                self._revoke(connection, row.user_id, row.family, now, AuditEvent.ACCOUNT_TOKEN_REUSED)
                return Rotation.REUSED, None
            connection.execute(_USE, {"which": token_hash, "used_at": now})
            successor = RefreshToken(successor_hash, row.family, row.user_id, now, expires_at)
            connection.execute(insert(refresh_tokens), token_row(successor))
            return Rotation.ROTATED, successor

        return await self._database.write(work)

    async def revoke_refresh_token(self, token_hash: str, at: datetime) -> bool:
        """End the family of a token; False if there was nothing to end."""

        def work(connection: Connection) -> bool:
            row = _held(connection, token_hash)
            if row is None:
                return False
            return self._revoke(connection, row.user_id, row.family, at, AuditEvent.ACCOUNT_SIGNED_OUT)

        return await self._database.write(work)

    async def revoke_family(self, user_id: str, family: str, at: datetime) -> bool:
        """End a sign-in of this user's; False if there was nothing to end."""

        def work(connection: Connection) -> bool:
            connection.execute(_LOCK_USER, {"user": user_id}).close()
            return self._revoke(connection, user_id, family, at, AuditEvent.ACCOUNT_SIGNED_OUT)

        return await self._database.write(work)

    async def signed_in(self, family: str, now: datetime) -> str | None:
        """Whose family this is: the user's id if it is neither revoked nor expired, else None."""
        which = {"family": family, "now": now}
        return await self._database.read(lambda connection: connection.execute(_ALIVE, which).scalar())

    def _revoke(self, connection: Connection, user_id: str, family: str, at: datetime, event: AuditEvent) -> bool:
        which = {"of_user": user_id, "of_family": family, "revoked_at": at}
        ended = connection.execute(_REVOKE, which).rowcount > 0
        if ended:
            happening = Happening(event, user_id, {"family": family})
            chain.append(connection, self._sealer, owner_of(connection, user_id), [happening])
        return ended


def _held(connection: Connection, token_hash: str) -> Row[Any] | None:
    """A token's row as it stands while its user is locked."""
    row = connection.execute(_TOKEN, {"which": token_hash}).first()
    if row is None:
        return None
    connection.execute(_LOCK_USER, {"user": row.user_id}).close()
    return connection.execute(_TOKEN, {"which": token_hash}).first()
