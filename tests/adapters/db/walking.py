"""Walks over every table of the schema, so that a test notices one that was forgotten."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from advisor.adapters.db.schema import metadata
from advisor.adapters.db.storage import SqlStorage

Rows = dict[str, list[dict[str, Any]]]


async def all_rows(storage: SqlStorage) -> Rows:
    """Every row of every table."""

    def work(connection: Connection) -> Rows:
        return {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in metadata.sorted_tables
        }

    return await storage._database.read(work)


async def owned_counts(storage: SqlStorage, user_id: str) -> dict[str, int]:
    """How many rows of each table name a user, or a conversation of his."""

    def work(connection: Connection) -> dict[str, int]:
        conversations = metadata.tables["conversations"]
        his = select(conversations.c.id).where(conversations.c.user_id == user_id)
        found = {}
        for table in metadata.sorted_tables:
            if "user_id" in table.c:
                condition = table.c.user_id == user_id
            elif "conversation_id" in table.c:
                condition = table.c.conversation_id.in_(his)
            else:
                continue
            found[table.name] = connection.execute(
                select(func.count()).select_from(table).where(condition)
            ).scalar_one()
        return found

    return await storage._database.read(work)


def tables_naming(rows: Rows, word: str) -> set[str]:
    """The tables in which a word stands anywhere, in clear."""
    return {name for name, found in rows.items() for row in found for value in row.values() if word in _readable(value)}


def _readable(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
