"""What every table is made of: the catalogue they stand in, and the column types both databases share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, ForeignKey, Integer, MetaData, Text, TypeDecorator

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. PostgreSQL keeps it with its zone; SQLite as fixed-width text, so that text order is time order."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database; a time without a zone is a mistake of the caller.

        Raises:
            ValueError: for a time without a zone.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  SQLAlchemy calls it so
    ) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only in a column of exactly the type INTEGER.
RowNumber = BigInteger().with_variant(Integer, "sqlite")


def owner_column(**options: Any) -> Column[Any]:
    """Whose row it is; it goes with its owner."""
    return Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, **options)


def conversation_column(**options: Any) -> Column[Any]:
    """Which conversation it belongs to; it goes with it."""
    return Column(
        "conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, **options
    )
