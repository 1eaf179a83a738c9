"""Removing a user with all that is his, and his key."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Delete, Update, and_, delete, func, select, update

from advisor.adapters.db import chain
from advisor.adapters.db.identity_tables import links
from advisor.adapters.db.keys import AUDIT_KEY, OwnKeys
from advisor.adapters.db.ownership import OWNER, notes_of, owned_tables, place_of
from advisor.adapters.db.part import Owner
from advisor.adapters.db.schema import charts, conversations, identities, inbox, notes, outbox, users
from advisor.domain.audit import erased
from advisor.domain.chart import ChartSpec
from advisor.domain.errors import UnreadableData

_log = logging.getLogger(__name__)
_DIGEST_LENGTH = 64  # of SHA-256 in hex

# In the order in which whoever writes a turn takes them, so that no two wait for each other.
_LOCK_CONVERSATIONS = select(conversations.c.id).where(conversations.c.user_id == OWNER).with_for_update()
_LOCK_USER = select(users.c.id, users.c.wrapped_key).where(users.c.id == OWNER).with_for_update()
_ADDRESSES = select(identities.c.channel, identities.c.address).where(identities.c.user_id == OWNER)
_CHARTS = select(charts.c.body).where(charts.c.user_id == OWNER)
# Those that refer to others go first, so that a row is still there when what hangs on it is looked for.
_DELETIONS = tuple(
    delete(table).where(condition) for table, condition in reversed(owned_tables()) if table is not inbox
)
# Of a message only its id stays, by which a channel's late repeat of it is told: it says nothing of who wrote it.
_EMPTY = {"status": "discarded", "address": "", "payload": None, "lease_until": None}


class _Address(NamedTuple):
    channel: str
    address: str


class Erasing(OwnKeys):
    """Erases users."""

    async def erase_user(self, user_id: str, at: datetime) -> bool:
        """Remove a user with all that is his, and his key, so that backups hold nothing readable; False if there is no such user.

        What the audit chain keeps of him are digests under the destroyed key, and a link that says that he was erased.
        """
        audit_key = await self.own_key(AUDIT_KEY)

        def work(connection: Connection) -> bytes | None:
            his = {"owner": user_id}
            connection.execute(_LOCK_CONVERSATIONS, his).close()
            row = connection.execute(_LOCK_USER, his).first()
            if row is None:
                return None
            owner = Owner(row.id, row.wrapped_key)
            addresses = [_Address(*found) for found in connection.execute(_ADDRESSES, his)]
            digests = self._pictures(connection, owner)
            for trace in _traces(user_id, addresses, digests):
                connection.execute(trace).close()
            for deletion in _DELETIONS:
                connection.execute(deletion, his).close()
            connection.execute(delete(users).where(users.c.id == OWNER), his).close()
            chain.append_own(connection, audit_key, user_id, erased(user_id), at)
            return owner.key

        destroyed = await self._database.write(work)
        if destroyed is None:
            return False
        # By this line an operator who had to put an older backup back knows whom to erase again.
        _log.info("erased user=%s", user_id)
        await self._database.purge(destroyed)
        return True

    def _pictures(self, connection: Connection, owner: Owner) -> list[str]:
        """The digests of a user's pictures, under which the bot keeps the name of Telegram's copy."""
        digests = []
        for row in connection.execute(_CHARTS, {"owner": owner.id}):
            try:
                body = self._sealer.open(owner.key, place_of(charts.c.body), owner.id, row.body)
            except UnreadableData:  # what cannot be read any more must not keep the rest from being removed
                _log.warning("a picture of user=%s cannot be read: Telegram's copy of it keeps its name", owner.id)
            else:
                digests.append(ChartSpec.from_json(body).digest())
        return digests


def _traces(user_id: str, addresses: list[_Address], digests: list[str]) -> Iterator[Update | Delete]:
    """What is found by something else than its owner: by his addresses, by his pictures, or in what others offered."""
    his = select(conversations.c.id).where(conversations.c.user_id == user_id)
    yield delete(links).where(links.c.joining.in_(his))
    # Where a channel's ids are not unique by themselves, the scope is an address or a conversation.
    yield delete(inbox).where(inbox.c.conversation_id.in_(his), inbox.c.scope != "")
    yield (
        update(inbox)
        .where(inbox.c.conversation_id.in_(his))
        .values(**_EMPTY, conversation_id=None, turn=None, seal=None)
    )
    for channel, address in addresses:
        there = and_(inbox.c.channel == channel, inbox.c.address == address)
        yield delete(inbox).where(there, inbox.c.scope != "")
        yield update(inbox).where(there).values(**_EMPTY)
        yield delete(outbox).where(outbox.c.channel == channel, outbox.c.address == address)
        yield delete(notes).where(notes_of(channel, address))
    # The name of a picture fetches it from Telegram.
    end_of_key = func.substr(notes.c.key, func.length(notes.c.key) - _DIGEST_LENGTH + 1)
    yield delete(notes).where(notes.c.key.startswith("telegram:photo:"), end_of_key.in_(digests))
