"""The databases, for every test of this folder."""

from tests.databases import (
    database_url,
    empty_postgres_url,
    open_another,
    postgres_server,
    postgres_storage,
    postgres_url,
    sqlite_storage,
    sqlite_url,
    storage,
    vault,
)

__all__ = [
    "database_url",
    "empty_postgres_url",
    "open_another",
    "postgres_server",
    "postgres_storage",
    "postgres_url",
    "sqlite_storage",
    "sqlite_url",
    "storage",
    "vault",
]
