"""The tables. Columns named `body`, `state`, `payload`, `seal` and `sealed` hold ciphertext; see docs/decisions/encryption.md."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

# Importing the other tables enters them into the same catalogue, which migrations and tests read here.
from advisor.adapters.db import account_tables, identity_tables, record_tables
from advisor.adapters.db.columns import UtcDateTime, metadata, owner_column
from advisor.adapters.db.delivery_tables import feedback, handoffs, inbox, outbox, timers, unknown_sends
from advisor.adapters.db.market import tables as market_tables

__all__ = [
    "SCHEMA_REVISION",
    "account_tables",
    "feedback",
    "handoffs",
    "identity_tables",
    "inbox",
    "market_tables",
    "metadata",
    "outbox",
    "record_tables",
    "timers",
    "unknown_sends",
]

# Written by the newest migration; revisions are numbers that sort as text, so that an older program can tell a newer schema.
SCHEMA_REVISION = "0004"


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
    # Where the address leads; none yet for an account that never talked. Not a reference, which would go round in a circle with
    # those to the user: a conversation ends with its user only, and his identities with it.
    Column("conversation_id", Text, index=True),
)

# `channel` and `address` are where it was opened. Which addresses lead to it now is in `identities`.
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

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    owner_column(index=True),
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", UtcDateTime, nullable=False),
    # Unknown of those that are older than this column.
    Column("created_at", UtcDateTime),
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
