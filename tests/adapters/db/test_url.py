"""Addresses of databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.adapters.db.url import parse_url
from advisor.domain.errors import SettingsError


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+aiosqlite", "sqlite+pysqlite", "SQLite"])
def test_three_slashes_are_relative_and_four_absolute(scheme: str) -> None:
    assert parse_url(f"{scheme}:///var/advisor.db").path == Path("var/advisor.db")
    assert parse_url(f"{scheme}:////srv/a%20b.db?timeout=1").path == Path("/srv/a b.db")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
@pytest.mark.parametrize(
    "location",
    ["user:p%40ss@host:5432/advisor?sslmode=require", "postgres:@/advisor?host=/tmp/socket", "one:1,two:2/advisor"],
)
def test_every_form_of_a_postgres_address_becomes_a_libpq_one(scheme: str, location: str) -> None:
    url = parse_url(f" {scheme}://{location}\n")
    assert (url.kind, url.dsn) == ("postgresql", f"postgresql://{location}")


@pytest.mark.parametrize(
    "url", ["", "advisor.db", "mysql://host/db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://host/file"]
)
def test_an_address_we_cannot_use_is_a_settings_error_that_names_the_setting(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        parse_url(url)


def test_the_password_is_not_in_the_error() -> None:
    with pytest.raises(SettingsError) as caught:
        parse_url("mysql://user:hunter2@host/db")
    assert "hunter2" not in str(caught.value)
