"""Migrations: the schema they make, several processes at once, and a start with nothing to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from advisor.adapters.db.migrate import migrate, newest_revision
from advisor.adapters.db.postgres import postgres_engine
from advisor.adapters.db.schema import SCHEMA_REVISION, metadata
from advisor.adapters.db.sqlite import sqlite_engine
from advisor.adapters.db.storage import open_storage
from advisor.adapters.db.url import parse_url
from advisor.adapters.vault import Vault, generate_key
from advisor.domain.errors import SettingsError, StorageError
from advisor.domain.message import Channel, Received
from tests.adapters.db.builders import opened

REPOSITORY = Path(__file__).parents[3]
MIGRATE = (
    "import asyncio, sys; from advisor.adapters.db.migrate import migrate; print(asyncio.run(migrate(sys.argv[1])))"
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of either kind without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new directory/100 %/advisor.db"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


def index_conditions(connection: Connection) -> dict[str, str]:
    """The conditions of partial indexes, which alembic does not compare, in a form both databases share."""
    found = {}
    for table in metadata.tables:
        for index in inspect(connection).get_indexes(table):
            options = index.get("dialect_options", {})
            condition = options.get("sqlite_where", options.get("postgresql_where"))
            if condition is not None:
                found[str(index["name"])] = "".join(character for character in str(condition) if character.isalpha())
    return found


def differences(connection: Connection) -> list[object]:
    """What alembic finds between the database and the tables in the program."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


async def test_migrations_make_the_schema_of_the_program(empty_url: str) -> None:
    assert await migrate(empty_url)
    url = parse_url(empty_url)
    if url.kind == "sqlite":
        engine = sqlite_engine(url.path)
        with engine.begin() as connection:
            assert differences(connection) == []
            assert set(index_conditions(connection)) == {
                index.name for table in metadata.tables.values() for index in table.indexes if index.dialect_kwargs
            }
        engine.dispose()
        return
    asynchronous = postgres_engine(url.dsn)
    async with asynchronous.begin() as connection_:
        assert await connection_.run_sync(differences) == []
        assert set(await connection_.run_sync(index_conditions)) == {
            index.name for table in metadata.tables.values() for index in table.indexes if index.dialect_kwargs
        }
    await asynchronous.dispose()


async def test_a_second_run_finds_nothing_to_do(empty_url: str) -> None:
    assert await migrate(empty_url)
    assert not await migrate(empty_url)


def test_processes_that_start_at_once_migrate_once(empty_url: str) -> None:
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, empty_url], stdout=subprocess.PIPE, text=True, env=environment()
        )
        for _ in range(3)
    ]
    assert [process.communicate()[1] for process in starting] == [None] * 3
    assert [process.returncode for process in starting] == [0, 0, 0]


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(REPOSITORY)}


def test_it_does_not_matter_where_it_is_started_and_nothing_heavy_is_imported_for_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/advisor.db"
    command = MIGRATE + "; print('sqlalchemy' in sys.modules)"
    printed = [
        subprocess.run(
            [sys.executable, "-c", command, url],
            cwd=tmp_path,
            env=environment(),
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        for _ in range(2)
    ]
    assert printed == [["True", "True"], ["False", "False"]]


def test_the_program_knows_its_newest_revision() -> None:
    assert newest_revision() == SCHEMA_REVISION


async def test_a_database_without_tables_is_refused_with_the_command_that_helps(empty_url: str, vault: Vault) -> None:
    with pytest.raises(StorageError, match="smartinvest migrate"):
        await open_storage(empty_url.replace("new directory/100 %/", ""), vault)


async def test_an_older_schema_is_refused_and_a_newer_one_is_not(sqlite_url: str, vault: Vault) -> None:
    engine = sqlite_engine(parse_url(sqlite_url).path)
    for revision, fits in (("9999", True), ("0000", False)):
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
        if fits:
            await (await open_storage(sqlite_url, vault)).close()
            assert not await migrate(sqlite_url)
        else:
            with pytest.raises(StorageError, match="older version"):
                await open_storage(sqlite_url, vault)
    engine.dispose()


async def test_keys_that_are_not_this_databases_stop_the_start(database_url: str) -> None:
    old, new = generate_key(), generate_key()
    await (await open_storage(database_url, Vault([old]))).close()
    await (await open_storage(database_url, Vault([new, old]))).close()
    with pytest.raises(SettingsError, match="SECRET_KEYS"):
        await open_storage(database_url, Vault([new]))


async def test_after_rewrapping_the_old_key_can_be_taken_away_and_everything_is_still_readable(
    database_url: str,
) -> None:
    old, new = generate_key(), generate_key()
    storage = await open_storage(database_url, Vault([old]))
    conversations = [await opened(storage, address=str(i)) for i in range(3)]
    waiting = [Received(Channel.TELEGRAM, "1", "77", {"text": "hello"})]
    await storage.receive(waiting)
    await storage.close()
    storage = await open_storage(database_url, Vault([new, old]))
    assert await storage.rewrap_keys() == 3
    await storage.close()
    storage = await open_storage(database_url, Vault([new]))
    assert [await storage.conversation(each.id) for each in conversations] == conversations
    assert await storage.waiting(Channel.TELEGRAM, 10) == waiting
    await storage.close()


async def test_a_database_that_does_not_answer_is_an_error_of_ours(tmp_path: Path, vault: Vault) -> None:
    for url in (f"postgresql://nobody@/absent?host={tmp_path}", f"sqlite:///{tmp_path}/absent/advisor.db"):
        with pytest.raises(StorageError):
            await open_storage(url, vault)
    with pytest.raises(StorageError):
        await migrate(f"postgresql://nobody@/absent?host={tmp_path}")
    (tmp_path / "text.db").write_text("this is no database" * 100)
    with pytest.raises(StorageError):
        await migrate(f"sqlite:///{tmp_path}/text.db")
