"""All that is stored of a user, opened: for his export."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Column, ColumnElement, Connection, Table, Text, cast, false, or_, select, tuple_

from advisor.adapters.db.account_tables import accounts, refresh_tokens
from advisor.adapters.db.identity_tables import links
from advisor.adapters.db.ownership import OWNER, notes_of, owned_tables, place_of, sealed_columns
from advisor.adapters.db.part import Owner, StoragePart
from advisor.adapters.db.record_tables import audit, documents
from advisor.adapters.db.schema import identities, inbox, notes, sessions, users
from advisor.domain.audit import AuditEvent

LEFT_OUT: Mapping[Column[Any], str] = {
    users.c.wrapped_key: "a key",
    accounts.c.email_key: "a keyed hash, by which the account is found",
    inbox.c.seal: "the hash of a message that stands in the turns",
    sessions.c.token_hash: "whoever has a token need not be told its hash, and nobody else may",
    refresh_tokens.c.token_hash: "as of sessions",
    links.c.code_hash: "as of sessions",
}
"""Columns that are not in an export, and why."""
_SECRETS = {accounts.name: ("password_hash",)}

_OWNER = select(users).where(users.c.id == OWNER).with_for_update(read=True)
_ADDRESSES = select(identities.c.channel, identities.c.address).where(identities.c.user_id == OWNER)


class Everything(StoragePart):
    """Collects a user's rows from all tables."""

    async def everything(self, user_id: str) -> dict[str, list[dict[str, Any]]]:
        """All that is stored of a user, opened: by table, rows as JSON values; nothing for somebody unknown.

        What was sealed stands beside what was not; a file's bytes are `content` in base64. Keys and hashes of tokens are left out.

        Raises:
            UnreadableData: if something of it cannot be decrypted.
        """

        def work(connection: Connection) -> tuple[Owner, dict[Table, list[dict[str, Any]]]] | None:
            found = connection.execute(_OWNER, {"owner": user_id}).first()
            if found is None:
                return None
            owner = Owner(found.id, found.wrapped_key)
            return owner, {
                table: _rows(connection, table, mine, user_id) for table, mine in _wanted(connection, user_id)
            }

        # Where work writes, so that all of it is read at one moment.
        raw = await self._database.write(work)
        if raw is None:
            return {}
        owner, tables = raw
        return await asyncio.to_thread(self._opened, owner, tables)

    def _opened(self, owner: Owner, tables: dict[Table, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
        return {
            table.name: [self._row(owner, table, row) for row in rows]
            for table, rows in sorted(tables.items(), key=lambda item: item[0].name)
        }

    def _row(self, owner: Owner, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        opened: dict[str, Any] = {}
        sealed = sealed_columns(table) if table is not users else []
        for column in table.columns:
            value = row[column.name]
            if column in LEFT_OUT:
                continue
            if column in sealed and value is not None:
                opened |= self._unsealed(owner, column, value)
            elif column is inbox.c.payload and value is not None:
                opened[column.name] = self._sealer.open_unowned(value)
            else:
                opened[column.name] = value.isoformat() if isinstance(value, datetime) else value
        for name in _SECRETS.get(table.name, ()):
            opened.pop(name, None)
        return opened

    def _unsealed(self, owner: Owner, column: Column[Any], ciphertext: bytes) -> dict[str, Any]:
        plain = self._sealer.open_bytes(owner.key, place_of(column), owner.id, ciphertext)
        if column is documents.c.sealed:
            return {"content": b64encode(plain).decode("ascii")}
        value = json.loads(plain)
        return value if column.name == "body" else {column.name: value}


def _wanted(connection: Connection, user_id: str) -> list[tuple[Table, ColumnElement[bool]]]:
    """Each table that has something of a user, with the condition for it."""
    addresses = [tuple(row) for row in connection.execute(_ADDRESSES, {"owner": user_id})]
    there = tuple_(inbox.c.channel, inbox.c.address).in_(addresses)
    wanted = [(table, or_(condition, there) if table is inbox else condition) for table, condition in owned_tables()]
    told = audit.c.actor.in_(select(_persons().c.id))
    noted = or_(false(), *(notes_of(channel, address) for channel, address in addresses))
    return [(users, users.c.id == OWNER), (audit, told), (notes, noted), *wanted]


def _persons() -> CTE:
    """The user and everybody who became part of him, of whom the chain still speaks by their own ids."""
    persons = select(cast(OWNER, Text).label("id")).cte("persons", recursive=True)
    merged = select(audit.c.subject).join(persons, audit.c.actor == persons.c.id)
    return persons.union(merged.where(audit.c.event == AuditEvent.USER_ABSORBED))


def _rows(connection: Connection, table: Table, condition: ColumnElement[bool], user_id: str) -> list[dict[str, Any]]:
    statement = select(table).where(condition).order_by(*table.primary_key.columns)
    return [dict(row) for row in connection.execute(statement, {"owner": user_id}).mappings()]
