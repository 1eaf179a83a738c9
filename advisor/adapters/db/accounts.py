"""Accounts: e-mail and password hash sealed under their user's key, found by a keyed hash of the e-mail."""

from __future__ import annotations

import hmac
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from advisor.adapters.db import chain
from advisor.adapters.db.account_tables import accounts, refresh_tokens
from advisor.adapters.db.database import Database, insert_into
from advisor.adapters.db.keys import EMAIL_KEY, OwnKeys
from advisor.adapters.db.part import Owner, checked_key, owner_of
from advisor.adapters.db.schema import identities, sessions, users
from advisor.adapters.db.sealing import Sealer
from advisor.adapters.db.tokens import token_row
from advisor.domain.account import Account, RefreshToken
from advisor.domain.audit import AuditEvent, Happening
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.message import Channel

_BODY = "accounts|body"

_ACCOUNTS = select(accounts, users.c.wrapped_key).join_from(accounts, users, users.c.id == accounts.c.user_id)
_BY_USER = _ACCOUNTS.where(accounts.c.user_id == bindparam("user"))
_BY_EMAIL = _ACCOUNTS.where(accounts.c.email_key == bindparam("email_key"))
_REHASH = update(accounts).where(accounts.c.user_id == bindparam("user"))
_ADDRESS = (
    select(identities.c.address)
    .where(identities.c.user_id == bindparam("user"), identities.c.channel == Channel.WEB)
    # One that leads to a conversation goes before one that was given to an account and never used.
    .order_by(identities.c.conversation_id.is_(None), identities.c.address)
    .limit(1)
)
_ROTATE = (
    update(sessions)
    .where(sessions.c.token_hash == bindparam("before"), sessions.c.user_id == bindparam("of_user"))
    .values(token_hash=bindparam("after"))
)


class Accounts(OwnKeys):
    """Makes and finds accounts."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        super().__init__(database, sealer)
        self._new_account = insert_into(database.kind, accounts).on_conflict_do_nothing().returning(accounts.c.user_id)

    async def add_account(
        self, account: Account, first: RefreshToken, address: str, *, rotated: tuple[str, str] | None = None
    ) -> None:
        """Store an account with its first refresh token. Where its user does not exist he is made, with `address` on the web.

        `rotated` are the hashes of the token of the user's chat session and of the one that takes its place from now on.

        Raises:
            NotFound: if the session has ended, or is not this user's; nothing is written.
            Conflict: if the e-mail address or the user has an account already; nothing is written.
        """
        email_key = await self._key_of(account.email)

        def work(connection: Connection) -> None:
            owner = self._user(connection, account, checked_key(address, "address"))
            row = {"user_id": owner.id, "email_key": email_key, "created_at": account.created_at}
            if connection.execute(self._new_account, row | self._sealed(owner, account)).first() is None:
                raise Conflict("There is an account with this e-mail address already. Please sign in.", field="email")
            connection.execute(insert(refresh_tokens), token_row(first))
            if rotated is not None:
                _rotate(connection, owner, *rotated)
            registered = Happening(AuditEvent.ACCOUNT_REGISTERED, owner.id, {"family": first.family})
            chain.append(connection, self._sealer, owner, [registered])

        await self._database.write(work)

    async def account(self, user_id: str) -> Account | None:
        """The account of a user."""
        return await self._database.read(lambda connection: self._account(connection, _BY_USER, {"user": user_id}))

    async def account_of(self, email: str) -> Account | None:
        """The account of an e-mail address in its normal form."""
        which = {"email_key": await self._key_of(email)}
        return await self._database.read(lambda connection: self._account(connection, _BY_EMAIL, which))

    async def set_password_hash(self, user_id: str, password_hash: str) -> None:
        """Replace the stored hash, when hashing has become dearer since it was made.

        Raises:
            NotFound: if the user has no account (any more).
        """

        def work(connection: Connection) -> None:
            account = self._account(connection, _BY_USER, {"user": user_id})
            if account is None:
                raise NotFound("There is no such account.")
            changed = Account(user_id, account.email, password_hash, account.created_at)
            connection.execute(_REHASH, {"user": user_id} | self._sealed(owner_of(connection, user_id), changed))

        await self._database.write(work)

    async def web_address(self, user_id: str) -> str | None:
        """The address under which the user's conversation on the web is opened; None if he has none."""
        return await self._database.read(lambda connection: connection.execute(_ADDRESS, {"user": user_id}).scalar())

    def _user(self, connection: Connection, account: Account, address: str) -> Owner:
        """The account's user, made if he is not there."""
        try:
            return owner_of(connection, account.user_id)
        except NotFound:
            made = Owner(account.user_id, self._sealer.new_key())
        connection.execute(insert(users), {"id": made.id, "wrapped_key": made.key, "created_at": account.created_at})
        identity = {"channel": Channel.WEB, "address": address, "user_id": made.id, "reachable": True}
        connection.execute(insert(identities), identity)
        return made

    def _sealed(self, owner: Owner, account: Account) -> dict[str, bytes]:
        body = {"email": account.email, "password_hash": account.password_hash}
        return {"body": self._sealer.seal(owner.key, _BODY, owner.id, body)}

    def _account(self, connection: Connection, statement: Any, which: dict[str, Any]) -> Account | None:
        row = connection.execute(statement, which).mappings().first()
        if row is None:
            return None
        body = self._sealer.open(row["wrapped_key"], _BODY, row["user_id"], row["body"])
        return Account(row["user_id"], body["email"], body["password_hash"], row["created_at"])

    async def _key_of(self, email: str) -> str:
        """What an address is found by."""
        return hmac.digest(await self.own_key(EMAIL_KEY), email.encode(), "sha256").hex()


def _rotate(connection: Connection, owner: Owner, before: str, after: str) -> None:
    """Give the owner's session another token.

    Raises:
        NotFound: if it has ended, or is not his.
    """
    which = {"before": before, "after": after, "of_user": owner.id}
    if connection.execute(_ROTATE, which).rowcount != 1:
        raise NotFound("This session has ended.")
