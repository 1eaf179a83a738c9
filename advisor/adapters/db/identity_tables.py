"""Tables of who somebody is beside his addresses: offers to link two channels, and what he agreed to."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Table, Text

from advisor.adapters.db.columns import RowNumber, UtcDateTime, metadata, owner_column

# The code itself is nowhere: whoever reads this table cannot hand one in.
links = Table(
    "links",
    metadata,
    Column("code_hash", Text, primary_key=True),
    owner_column(index=True),
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("joining", Text, ForeignKey("conversations.id", ondelete="CASCADE")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

# Rows are added and never changed: the newest of a kind is what holds. `wording` names the text that was shown.
consents = Table(
    "consents",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    owner_column(index=True),
    Column("kind", Text, nullable=False),
    Column("given", Boolean, nullable=False),
    Column("wording", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
