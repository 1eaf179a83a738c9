"""Tables of what is kept of an investor beside conversations and plans, and of the audit chain."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from advisor.adapters.db.columns import UtcDateTime, metadata, owner_column

goals = Table(
    "goals",
    metadata,
    Column("id", Text, primary_key=True),
    owner_column(index=True),
    # In clear, so that a scan over everybody can leave out those who paused.
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

profiles = Table(
    "profiles",
    metadata,
    Column("id", Text, primary_key=True),
    owner_column(),
    Column("created_at", UtcDateTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
Index("ix_profiles_newest", profiles.c.user_id, profiles.c.created_at, profiles.c.id)

computations = Table(
    "computations",
    metadata,
    Column("id", Text, primary_key=True),
    owner_column(),
    Column("kind", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # Null where a computation used no prices.
    Column("data_hash", Text, ForeignKey("snapshots.data_hash")),
    Column("code_version", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
Index("ix_computations_newest", computations.c.user_id, computations.c.created_at, computations.c.id)

documents = Table(
    "documents",
    metadata,
    owner_column(primary_key=True),
    Column("id", Text, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# Nothing here refers to a user's row: the chain stays whole when somebody is erased.
audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("event", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
Index("ix_audit_subject", audit.c.subject)

# One row. Whoever appends to the chain holds it until his transaction ends, so that no two links get the same number.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)
