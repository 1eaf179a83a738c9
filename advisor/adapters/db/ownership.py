"""Which rows are whose, and which of their columns are sealed: read from the tables themselves, so that none can be forgotten.

A table's rows are a user's if they name him, or one of his conversations, or a row that is his. All other tables are listed with
the reason why nothing in them is anybody's.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, Column, ColumnElement, LargeBinary, Table, and_, bindparam, not_, select

from advisor.adapters.db.schema import conversations, inbox, metadata, notes

OWNER: BindParameter[str] = bindparam("owner")
"""Whose rows are meant."""

_MARKET = "market data, the same for everybody"

NOBODYS = {
    "users": "the user himself, with his key; `everything` names him apart",
    "audit": "our ids and keyed digests; `everything` lists the links of a user apart",
    "audit_head": "number and hash of the chain's last link",
    "notes": "the program's own values; those the bot keeps of a chat are found by its address",
    "throttles": "attempts under keyed hashes, which nobody can turn back; gone 30 days after the last",
    "job_fires": "when which job ran",
    "snapshots": "prices that plans were computed from; they name nobody",
    **dict.fromkeys(
        (
            "instruments",
            "prices",
            "corporate_actions",
            "findings",
            "market_revisions",
            "macro",
            "facts",
        ),
        _MARKET,
    ),
}
"""Tables without an owner, and why."""


def rows_of(table: Table) -> ColumnElement[bool] | None:
    """The condition for a user's rows (parameter `owner`); None for a table that is nobody's."""
    if "user_id" in table.c:
        return table.c.user_id == OWNER
    if "conversation_id" in table.c:
        return table.c.conversation_id.in_(select(conversations.c.id).where(conversations.c.user_id == OWNER))
    for reference in table.foreign_keys:
        of_parent = rows_of(reference.column.table)
        if of_parent is not None:
            return reference.parent.in_(select(reference.column).where(of_parent))
    return None


def owned_tables() -> list[tuple[Table, ColumnElement[bool]]]:
    """Tables with rows of users and the condition for one user's, each after those it refers to."""
    found = ((table, rows_of(table)) for table in metadata.sorted_tables)
    return [(table, condition) for table, condition in found if condition is not None]


def sealed_columns(table: Table) -> list[Column[Any]]:
    """The columns of a user's table that are sealed under his key. A message that waits is nobody's yet and sealed otherwise."""
    return [
        column for column in table.columns if isinstance(column.type, LargeBinary) and column is not inbox.c.payload
    ]


def place_of(column: Column[Any]) -> str:
    """The place that a sealed column's ciphertext is bound to."""
    return f"{column.table.name}|{column.name}"


def notes_of(channel: str, address: str) -> ColumnElement[bool]:
    """The condition for the notes a channel keeps about an address: their keys begin with the one and end with the other."""
    key = notes.c.key
    # These end with the number of a bot.
    of_bots = not_(key.startswith(f"{channel}:offset:") | key.startswith(f"{channel}:profile:"))
    return and_(key.startswith(f"{channel}:", autoescape=True), key.endswith(f":{address}", autoescape=True), of_bots)
