"""The tables. Columns named `body`, `state`, `payload`, `seal` and `sealed` hold ciphertext; see docs/decisions/encryption.md."""

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

# Importing the other tables enters them into the same catalogue, which migrations and tests read here.
from advisor.adapters.db import account_tables, record_tables
from advisor.adapters.db.columns import RowNumber, UtcDateTime, metadata, owner_column
from advisor.adapters.db.market import tables as market_tables

__all__ = ["SCHEMA_REVISION", "account_tables", "market_tables", "metadata", "record_tables"]

# Written by the newest migration; revisions are numbers that sort as text, so that an older program can tell a newer schema.
SCHEMA_REVISION = "0003"


users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

identities = Table(
    "identities",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    owner_column(index=True),
    Column("reachable", Boolean, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    owner_column(index=True),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("turn", Integer, nullable=False),
    # In clear beside the ciphertext, so that an operator can count the dialogues that still stand on an old flow.
    Column("flow_version", Integer),
    Column("state", LargeBinary, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    ForeignKeyConstraint(["channel", "address"], ["identities.channel", "identities.address"], ondelete="CASCADE"),
    UniqueConstraint("channel", "address"),
)

turns = Table(
    "turns",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("author", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# `scope` keeps one visitor's message ids apart from another's where a channel's ids are not unique by themselves.
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
    UniqueConstraint("channel", "external_id", "scope"),
)
Index("ix_inbox_reply", inbox.c.conversation_id, inbox.c.external_id)
# The few rows still to be worked on have small indexes of their own. The planner takes such an index only where a statement
# writes the same condition out: a status passed as a parameter would not do.
_WAITING = text("status = 'waiting'")
Index("ix_inbox_waiting", inbox.c.channel, inbox.c.id, sqlite_where=_WAITING, postgresql_where=_WAITING)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("progress", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("uncertain", Boolean, nullable=False),
    Column("not_before", UtcDateTime),
    Column("lease_until", UtcDateTime),
    Column("reason", Text),
    ForeignKeyConstraint(["conversation_id", "turn"], ["turns.conversation_id", "turns.number"], ondelete="CASCADE"),
    UniqueConstraint("conversation_id", "turn"),
)
_UNSENT = text("status IN ('pending', 'sending')")
Index("ix_outbox_unsent", outbox.c.channel, outbox.c.created_at, sqlite_where=_UNSENT, postgresql_where=_UNSENT)
Index("ix_outbox_line", outbox.c.conversation_id, outbox.c.turn, sqlite_where=_UNSENT, postgresql_where=_UNSENT)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    owner_column(index=True),
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", UtcDateTime, nullable=False),
)

# Market data is nobody's secret: snapshots stay readable, and one snapshot serves every plan computed from it.
snapshots = Table(
    "snapshots",
    metadata,
    Column("data_hash", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

plans = Table(
    "plans",
    metadata,
    Column("id", Text, primary_key=True),
    owner_column(),
    Column("status", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("data_hash", Text, ForeignKey("snapshots.data_hash"), nullable=False),
    Column("code_version", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    # No reference to `goals`: a plan stays for the record when its goal is deleted.
    Column("goal_id", Text),
)
Index("ix_plans_newest", plans.c.user_id, plans.c.created_at, plans.c.id)
# One plan of a goal is active, and one of those made without a goal: to an index two absent goals would be different ones.
_ACTIVE = text("status = 'active' AND goal_id IS NULL")
_ACTIVE_FOR_GOAL = text("status = 'active' AND goal_id IS NOT NULL")
Index("uq_plans_active", plans.c.user_id, unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE)
Index(
    "uq_plans_active_goal",
    plans.c.user_id,
    plans.c.goal_id,
    unique=True,
    sqlite_where=_ACTIVE_FOR_GOAL,
    postgresql_where=_ACTIVE_FOR_GOAL,
)

charts = Table(
    "charts",
    metadata,
    owner_column(primary_key=True),
    Column("id", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

notes = Table(
    "notes",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# One row for each fire of a job that somebody took: the primary key decides who.
job_fires = Table(
    "job_fires",
    metadata,
    Column("job", Text, primary_key=True),
    Column("fire_time", UtcDateTime, primary_key=True),
    Column("claimed_at", UtcDateTime, nullable=False),
)
