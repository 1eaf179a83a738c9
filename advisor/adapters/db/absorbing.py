"""Making two users one: every row of the other is sealed anew under the survivor's key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    or_,
    select,
    update,
)

from advisor.adapters.db import chain
from advisor.adapters.db.account_tables import accounts
from advisor.adapters.db.audit import Audit
from advisor.adapters.db.identity_tables import links
from advisor.adapters.db.keys import AUDIT_KEY, OwnKeys
from advisor.adapters.db.ownership import OWNER, owned_tables, place_of, sealed_columns
from advisor.adapters.db.part import Owner, owner_of
from advisor.adapters.db.schema import conversations, identities, plans, sessions, timers, users
from advisor.domain.audit import absorbed, stored
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.plan import PlanStatus

_AT_ONCE = 20
# Whoever writes a turn holds its conversation before he looks at its user; the same order here, so that no two wait for each other.
_LOCK_CONVERSATIONS = (
    select(conversations.c.id)
    .where(conversations.c.user_id.in_(bindparam("both", expanding=True)))
    .order_by(conversations.c.id)
    .with_for_update()
)
_LOCK_USERS = (
    select(users.c.id, users.c.wrapped_key)
    .where(users.c.id.in_(bindparam("both", expanding=True)))
    .order_by(users.c.id)
    .with_for_update()
)
_HAVE_ACCOUNTS = select(accounts.c.user_id).where(accounts.c.user_id.in_(bindparam("both", expanding=True)))
_OWN_CONVERSATION = select(conversations.c.id).where(
    conversations.c.id == bindparam("conversation"), conversations.c.user_id == OWNER
)


class _Move:
    """How a table's rows get from one owner to another. Statements are built once: building takes longer than executing."""

    def __init__(self, table: Table, condition: ColumnElement[bool]) -> None:
        self.table = table
        self.keys = [column.name for column in table.primary_key.columns]
        self.sealed = sealed_columns(table)
        self.is_owned = "user_id" in table.c
        keys = [table.c[name] for name in self.keys]
        this = and_(*(column == bindparam(f"at_{column.name}") for column in keys))
        changed = [column.name for column in self.sealed] + (["user_id"] if self.is_owned else [])
        self.find = select(*keys).where(condition).with_for_update()
        self.read = select(*self.sealed).where(this)
        self.write = update(table).where(this).values({name: bindparam(f"new_{name}") for name in changed})


# Rows that name a conversation only go first: they are found by its owner, which the others change.
_MOVES = sorted(
    (move for move in (_Move(*owned) for owned in owned_tables()) if move.is_owned or move.sealed),
    key=lambda move: move.is_owned,
)


class Absorbing(Audit, OwnKeys):
    """Merges users."""

    async def absorb(self, user_id: str, other_id: str, conversation_id: str, at: datetime) -> None:
        """Make everything of another user this user's, in one transaction. Done twice, it changes nothing more.

        Rows are sealed anew under this user's key; addresses and sessions lead to this conversation; the other's conversations stay
        as history. Of two active plans without a goal this user's stays active. The audit chain tells of it, and tells every
        record that was as its link said once more, as this user's: one that was not stays unconfirmed.

        Raises:
            NotFound: if this user or the conversation does not exist.
            Conflict: if both have an account.
        """
        audit_key = await self.own_key(AUDIT_KEY)

        def work(connection: Connection) -> bytes | None:
            owner, other = _locked(connection, user_id, other_id, conversation_id)
            if other is None:
                return None
            told = [stored(record) for record in self.as_told(connection, other, owner.id)]
            for statement in _preparations(owner.id, other.id, conversation_id):
                connection.execute(statement).close()
            for move in _MOVES:
                self._move(connection, move, other, owner)
            connection.execute(delete(users).where(users.c.id == other.id)).close()
            chain.append_own(connection, audit_key, owner.id, absorbed(other.id), at)
            chain.append(connection, self._sealer, owner, told)
            return other.key

        destroyed = await self._database.write(work)
        if destroyed is not None:
            await self._database.purge(destroyed)

    def _move(self, connection: Connection, move: _Move, other: Owner, owner: Owner) -> None:
        """Give a table's rows to their new owner, few at a time: a document may weigh megabytes."""
        _drop_doubles(connection, move, other, owner)
        new_owner = {"new_user_id": owner.id} if move.is_owned else {}
        found = connection.execute(move.find, {"owner": other.id}).all()
        for start in range(0, len(found), _AT_ONCE):
            changes = []
            for key in found[start : start + _AT_ONCE]:
                this = {f"at_{name}": value for name, value in zip(move.keys, key, strict=True)}
                sealed = connection.execute(move.read, this).one() if move.sealed else ()
                changes.append(this | new_owner | self._resealed(move, sealed, other, owner))
            connection.execute(move.write, changes)

    def _resealed(self, move: _Move, sealed: Sequence[Any], other: Owner, owner: Owner) -> dict[str, Any]:
        changes = {}
        for column, ciphertext in zip(move.sealed, sealed, strict=True):
            if ciphertext is not None:
                plain = self._sealer.open_bytes(other.key, place_of(column), other.id, ciphertext)
                ciphertext = self._sealer.seal_bytes(owner.key, place_of(column), owner.id, plain)  # noqa: PLW2901
            changes[f"new_{column.name}"] = ciphertext
        return changes


def _locked(connection: Connection, user_id: str, other_id: str, conversation_id: str) -> tuple[Owner, Owner | None]:
    """Both users, held until the end of the transaction; no other if there is none (any more).

    Raises:
        NotFound: if the user or his conversation does not exist.
        Conflict: if both have an account.
    """
    both = {"both": sorted({user_id, other_id})}
    connection.execute(_LOCK_CONVERSATIONS, both).close()
    held = {row.id: Owner(row.id, row.wrapped_key) for row in connection.execute(_LOCK_USERS, both)}
    owner = owner_of(connection, user_id)
    if connection.execute(_OWN_CONVERSATION, {"conversation": conversation_id, "owner": user_id}).first() is None:
        raise NotFound("This conversation does not exist.")
    if user_id == other_id or other_id not in held:
        return owner, None
    if len(connection.execute(_HAVE_ACCOUNTS, both).all()) > 1:
        raise Conflict("Both have an account of their own.")
    return owner, held[other_id]


def _preparations(user_id: str, other_id: str, conversation_id: str) -> Iterator[Update | Delete]:
    """What is changed before the rows change hands."""
    theirs = select(conversations.c.id).where(conversations.c.user_id == other_id)
    # Nobody is there any more to be woken, or to be asked for a yes.
    yield delete(timers).where(timers.c.conversation_id.in_(theirs))
    yield delete(links).where(links.c.user_id == other_id)
    unused = and_(identities.c.user_id == user_id, identities.c.conversation_id.is_(None))
    yield (
        update(identities).where(or_(identities.c.user_id == other_id, unused)).values(conversation_id=conversation_id)
    )
    yield update(sessions).where(sessions.c.user_id == other_id).values(conversation_id=conversation_id)
    # A turn that is being written with the other's key finds its conversation moved on, and is begun again with the survivor's.
    yield (update(conversations).where(conversations.c.user_id == other_id).values(version=conversations.c.version + 1))
    # Goals keep their ids, so that only plans without one can meet: of two active ones the survivor's stays.
    kept = plans.alias("kept")
    mine = exists().where(kept.c.user_id == user_id, kept.c.status == PlanStatus.ACTIVE, kept.c.goal_id.is_(None))
    yield (
        update(plans)
        .where(plans.c.user_id == other_id, plans.c.status == PlanStatus.ACTIVE, plans.c.goal_id.is_(None), mine)
        .values(status=PlanStatus.SUPERSEDED)
    )


def _drop_doubles(connection: Connection, move: _Move, other: Owner, owner: Owner) -> None:
    """Remove the other's rows where this user has one of the same key: of a picture it is the same, of a kept answer his counts."""
    rest = [move.table.c[name] for name in move.keys if name != "user_id"]
    if not move.is_owned or not rest or len(rest) == len(move.keys):
        return
    mine = move.table.alias("mine")
    same = exists().where(mine.c.user_id == owner.id, *(mine.c[column.name] == column for column in rest))
    connection.execute(delete(move.table).where(move.table.c.user_id == other.id, same))
