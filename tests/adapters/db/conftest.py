"""The databases, for every test of this folder."""

from pathlib import Path

import pytest

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


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """A migrated database and an empty one of the same kind."""
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_url"), f"sqlite:///{tmp_path}/older.db"
    return request.getfixturevalue("postgres_url"), request.getfixturevalue("empty_postgres_url")
