"""Tables of accounts: who may sign in, the tokens they hold, attempts counted against guessing, answers kept for repeats."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Double, LargeBinary, Table, Text

from advisor.adapters.db.columns import UtcDateTime, metadata, owner_column

# `email_key` is a keyed hash: whoever holds the table alone cannot try addresses against it.
accounts = Table(
    "accounts",
    metadata,
    owner_column(primary_key=True),
    Column("email_key", Text, nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# A family is one sign-in with all the tokens that followed from it. A used token stays until it expires: so its reuse is seen.
refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", Text, primary_key=True),
    owner_column(index=True),
    Column("family", Text, nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

# Leaky buckets: `spent` attempts at the moment `at`, leaking away since. `known` marks an address that signed in before.
throttles = Table(
    "throttles",
    metadata,
    Column("key", Text, primary_key=True),
    Column("spent", Double, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("known", Boolean, nullable=False),
)

# What a write answered, kept for the repeat under the same Idempotency-Key.
kept_answers = Table(
    "kept_answers",
    metadata,
    owner_column(primary_key=True),
    Column("key", Text, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)
