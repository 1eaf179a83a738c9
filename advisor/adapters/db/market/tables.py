"""The tables of market data. Nothing here is personal, so nothing is sealed.

`day` columns count days from 1 January 1970 (negative before it): both drivers and numpy take them as they are, which the millions
of rows need. The view `daily_prices` shows them as dates. NULL is unknown.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from advisor.adapters.db.columns import RowNumber, UtcDateTime, metadata


def _instrument() -> Column[int]:
    return Column("instrument_id", Integer, ForeignKey("instruments.id", ondelete="CASCADE"), primary_key=True)


# `rows`, `first_day` and `last_day` repeat what `prices` holds, written in the same transaction: nobody has to count millions.
instruments = Table(
    "instruments",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("exchange", Text, nullable=False),
    Column("isin", Text, nullable=False),
    Column("sector", Text, nullable=False),
    Column("asset_class", Text, nullable=False),
    Column("total_return", Boolean, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("first_day", Date),
    Column("last_day", Date),
    Column("asked_through", Date),
    Column("outcome", Text, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
    Column("fetched_at", UtcDateTime),
    UniqueConstraint("source", "symbol"),
)

# No foreign key: PostgreSQL would look the instrument up once for each of a million rows. The store writes prices only while it
# holds the instrument's row, and never deletes an instrument. `fetched_at` (seconds since 1970, UTC) is when the row last changed.
prices = Table(
    "prices",
    metadata,
    Column("instrument_id", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("open", Double),
    Column("high", Double),
    Column("low", Double),
    Column("close", Double),
    Column("adj_close", Double),
    Column("volume", Double),
    Column("fetched_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Two dividends may share a day: `position` tells them apart and keeps their order.
corporate_actions = Table(
    "corporate_actions",
    metadata,
    _instrument(),
    Column("day", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("value", Double, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    _instrument(),
    Column("position", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("treatment", Text, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("count", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    Column("factor", Double),
)

# One number a source, raised by every save that changed something: whoever caches compares it.
market_revisions = Table(
    "market_revisions",
    metadata,
    Column("source", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
)

# Vintages: rows are added and never changed. Of a day the row with the greatest `number` is the newest.
macro = Table(
    "macro",
    metadata,
    Column("series", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("value", Double),
    Column("known_from", Integer, nullable=False),
    Column("estimated", Boolean, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)

# Statement figures as they were reported: rows are added and never changed. `known_from` is the day of publication, or of the
# fetch where the source does not tell.
facts = Table(
    "facts",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("months", Integer, nullable=False),
    Column("value", Double),
    Column("currency", Text, nullable=False),
    Column("known_from", Date, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
)
Index("ix_facts_period", facts.c.source, facts.c.symbol, facts.c.item, facts.c.period_end, facts.c.months)
