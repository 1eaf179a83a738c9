"""Offers to make two channels one person's. Codes are known here by their hashes alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, or_, select, update

from advisor.adapters.db.columns import UtcDateTime
from advisor.adapters.db.identity_tables import links
from advisor.adapters.db.part import StoragePart
from advisor.adapters.db.schema import conversations
from advisor.domain.errors import NotFound
from advisor.domain.identity import Link

_now = bindparam("now", type_=UtcDateTime())
_by_code = links.c.code_hash == bindparam("code")
_LINK = select(links.c.code_hash, links.c.user_id, links.c.conversation_id, links.c.expires_at, links.c.joining)
_OFFERED = _LINK.where(_by_code, links.c.used_at.is_(None), links.c.expires_at > _now)
_JOINED = (
    _LINK.where(
        links.c.conversation_id == bindparam("conversation"), links.c.joining.is_not(None), links.c.expires_at > _now
    )
    .order_by(links.c.used_at.desc(), links.c.code_hash)
    .limit(1)
)
_OWNER_OF_CONVERSATION = select(conversations.c.user_id).where(conversations.c.id == bindparam("conversation"))
# One statement decides: of two who hand the same code in at once one wins. Whoever won may say it again, after a crash.
_JOIN = (
    update(links)
    .where(
        _by_code,
        links.c.expires_at > _now,
        or_(links.c.used_at.is_(None), links.c.joining == bindparam("by")),
        links.c.user_id != bindparam("joiner"),
    )
    .values(joining=bindparam("by"), used_at=_now)
)
_WITHDRAW = delete(links).where(links.c.conversation_id == bindparam("conversation"))
_SETTLE = delete(links).where(_by_code)


class Links(StoragePart):
    """Offers, joins and settles links."""

    async def offer_link(self, link: Link) -> None:
        """Keep a code's hash; older codes of the same conversation stop working.

        Raises:
            NotFound: if the conversation is not this user's.
        """
        row = {
            "code_hash": link.code_hash,
            "user_id": link.user_id,
            "conversation_id": link.conversation_id,
            "joining": link.joining,
            "created_at": datetime.now(UTC),  # for the operator's eyes only
            "expires_at": link.expires_at,
        }

        def work(connection: Connection) -> None:
            owner = connection.execute(_OWNER_OF_CONVERSATION, {"conversation": link.conversation_id}).scalar()
            if owner != link.user_id:
                raise NotFound("This conversation does not exist.")
            connection.execute(_WITHDRAW, {"conversation": link.conversation_id}).close()
            connection.execute(insert(links), row).close()

        await self._database.write(work)

    async def offered_link(self, code_hash: str, now: datetime) -> Link | None:
        """An offer that can still be handed in; None if its code is unknown, used or expired."""
        return await self._first(_OFFERED, {"code": code_hash, "now": now})

    async def join_link(self, code_hash: str, conversation_id: str, now: datetime) -> Link | None:
        """Hand a code in, once. None if it is unknown, used or expired, or belongs to the same user."""

        def work(connection: Connection) -> Link | None:
            joiner = connection.execute(_OWNER_OF_CONVERSATION, {"conversation": conversation_id}).scalar()
            which = {"code": code_hash, "by": conversation_id, "joiner": joiner, "now": now}
            if joiner is None or connection.execute(_JOIN, which).rowcount != 1:
                return None
            return _link(connection.execute(_LINK.where(_by_code), {"code": code_hash}).mappings().one())

        return await self._database.write(work)

    async def link_joined(self, conversation_id: str, now: datetime) -> Link | None:
        """The newest link offered in this conversation that was handed in elsewhere and is neither settled nor expired."""
        return await self._first(_JOINED, {"conversation": conversation_id, "now": now})

    async def settle_link(self, code_hash: str) -> None:
        """Forget a link: it was confirmed or refused."""
        await self._database.write(lambda connection: connection.execute(_SETTLE, {"code": code_hash}).close())

    async def _first(self, statement: Any, which: dict[str, Any]) -> Link | None:
        row = await self._database.read(lambda connection: connection.execute(statement, which).mappings().first())
        return None if row is None else _link(row)


def _link(row: RowMapping) -> Link:
    return Link(**row)
