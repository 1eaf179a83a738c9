"""The market tables join a database that is in use, and an operator can read them."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

import migrations
from advisor.adapters.db.migrate import migrate
from advisor.adapters.db.postgres import postgres_engine
from advisor.adapters.db.sqlite import sqlite_engine
from advisor.adapters.db.storage import open_storage
from advisor.adapters.db.url import parse_url
from advisor.adapters.vault import Vault
from advisor.domain.errors import StorageError
from tests.adapters.db.bars_made import arrival, bars, record


def to_first_revision(connection: Connection) -> None:
    """The database as the release before left it, with a row of its own."""
    config = Config()
    assert migrations.__file__ is not None
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")
    connection.execute(text("INSERT INTO notes (key, value) VALUES ('old', 'kept')"))


def old_note(connection: Connection) -> str | None:
    value: str | None = connection.execute(text("SELECT value FROM notes WHERE key = 'old'")).scalar()
    return value


def view_of_days(connection: Connection) -> list[tuple[str, str, str, float | None]]:
    rows = connection.execute(text("SELECT source, symbol, day, close FROM daily_prices ORDER BY day"))
    return [(row.source, row.symbol, str(row.day), row.close) for row in rows]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of either kind without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/advisor.db"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
async def old_url(bare_url: str) -> str:
    """A database of the release before, in use."""
    url = parse_url(bare_url)
    if url.kind == "sqlite":
        engine = sqlite_engine(url.path)
        with engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            to_first_revision(connection)
        engine.dispose()
        return bare_url
    asynchronous = postgres_engine(url.dsn)
    async with asynchronous.begin() as connection_:
        await connection_.run_sync(to_first_revision)
    await asynchronous.dispose()
    return bare_url


async def test_an_older_database_is_upgraded_in_place_with_its_data(old_url: str, vault: Vault) -> None:
    with pytest.raises(StorageError, match="smartinvest migrate"):
        await open_storage(old_url, vault)
    assert await migrate(old_url)
    storage = await open_storage(old_url, vault)
    try:
        assert await storage._database.read(old_note) == "kept"
        assert await storage.history_store.save([arrival(bars(record()))]) == 5
    finally:
        await storage.close()
    assert not await migrate(old_url)


async def test_an_operator_reads_days_as_dates(old_url: str, vault: Vault) -> None:
    await migrate(old_url)
    storage = await open_storage(old_url, vault)
    try:
        saved = bars(record(), "1969-12-30", 4)
        saved.close[3] = float("nan")
        await storage.history_store.save([arrival(saved)])
        read = await storage._database.read(view_of_days)
    finally:
        await storage.close()
    days = ["1969-12-30", "1969-12-31", "1970-01-01", "1970-01-02"]
    assert read == [
        ("yahoo", "AAA", day, close) for day, close in zip(days, [100.375, 101.375, 102.375, None], strict=True)
    ]


@pytest.mark.postgres
async def test_postgres_gives_the_view_real_dates(postgres_url: str) -> None:
    connection = await asyncpg.connect(parse_url(postgres_url).dsn)
    try:
        kinds = await connection.fetch(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'daily_prices'"
        )
    finally:
        await connection.close()
    told = {row["column_name"]: row["data_type"] for row in kinds}
    assert (told["day"], told["fetched_at"]) == ("date", "timestamp with time zone")
