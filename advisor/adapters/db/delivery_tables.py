"""Tables of what is received, sent, woken and handed to a person. Columns named `body`, `payload` and `seal` hold ciphertext."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from advisor.adapters.db.columns import RowNumber, UtcDateTime, conversation_column, metadata, owner_column

# `scope` keeps one visitor's message ids apart from another's where a channel's ids are not unique by themselves, and the
# occurrences of one conversation apart from another's. `attempts` grows by one with every lease and is its fencing token.
inbox = Table(
    "inbox",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("channel", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("payload", LargeBinary),
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE")),
    Column("turn", Integer),
    Column("seal", LargeBinary),
    Column("lease_until", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    UniqueConstraint("channel", "external_id", "scope"),
)
Index("ix_inbox_reply", inbox.c.conversation_id, inbox.c.external_id)
# The few rows still to be worked on have small indexes of their own. The planner takes such an index only where a statement
# writes the same condition out: a status passed as a parameter would not do.
_WAITING = text("status = 'waiting'")
Index("ix_inbox_waiting", inbox.c.channel, inbox.c.id, sqlite_where=_WAITING, postgresql_where=_WAITING)
Index("ix_inbox_line", inbox.c.channel, inbox.c.address, inbox.c.id, sqlite_where=_WAITING, postgresql_where=_WAITING)

# One row for each recipient of a turn. `number` is the order in which rows were written, and so the order within an address.
outbox = Table(
    "outbox",
    metadata,
    Column("number", RowNumber, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("unprompted", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("progress", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("uncertain", Boolean, nullable=False),
    Column("not_before", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("reason", Text),
    ForeignKeyConstraint(["conversation_id", "turn"], ["turns.conversation_id", "turns.number"], ondelete="CASCADE"),
    UniqueConstraint("id"),
)
_UNSENT = text("status IN ('pending', 'sending')")
_DEAD = text("status = 'dead'")
Index("ix_outbox_turn", outbox.c.conversation_id, outbox.c.turn)
Index(
    "ix_outbox_unsent",
    outbox.c.channel,
    outbox.c.unprompted,
    outbox.c.number,
    sqlite_where=_UNSENT,
    postgresql_where=_UNSENT,
)
Index(
    "ix_outbox_line",
    outbox.c.channel,
    outbox.c.address,
    outbox.c.number,
    sqlite_where=_UNSENT,
    postgresql_where=_UNSENT,
)
Index("ix_outbox_dead", outbox.c.created_at, sqlite_where=_DEAD, postgresql_where=_DEAD)

# Parts that may have arrived without our knowing: one row for each crash or broken connection.
unknown_sends = Table(
    "unknown_sends",
    metadata,
    Column("outgoing_id", Text, ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, primary_key=True, index=True),
    Column("reason", Text, nullable=False),
)

timers = Table(
    "timers",
    metadata,
    conversation_column(primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("due", UtcDateTime, nullable=False, index=True),
    Column("lease_until", UtcDateTime),
    Column("fence", Integer, nullable=False),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("id", Text, primary_key=True),
    owner_column(index=True),
    conversation_column(index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("reason", Text),
)
_PENDING = text("status = 'pending'")
Index("ix_handoffs_pending", handoffs.c.at, sqlite_where=_PENDING, postgresql_where=_PENDING)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Text, primary_key=True),
    owner_column(index=True),
    conversation_column(index=True),
    Column("turn", Integer, nullable=False),
    # In clear, so that an operator can take the average of what investors thought of the replies.
    Column("score", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
