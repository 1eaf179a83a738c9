"""Databases as an earlier release left them: its schema, made by its migrations, with the rows that it would have written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, insert, select

import migrations
from advisor.adapters.db.postgres import postgres_engine
from advisor.adapters.db.sqlite import sqlite_engine
from advisor.adapters.db.url import parse_url

R = TypeVar("R")
Rows = dict[str, list[dict[str, Any]]]


async def in_the_database(url: str, work: Callable[[Connection], R]) -> R:
    """Run work on a database as no storage would, in a transaction."""
    address = parse_url(url)
    if address.kind == "sqlite":
        engine = sqlite_engine(address.path)
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")  # as migrating does
            result = work(connection)
        engine.dispose()
        return result
    asynchronous = postgres_engine(address.dsn)
    async with asynchronous.begin() as connection_:
        result = await connection_.run_sync(work)
    await asynchronous.dispose()
    return result


def upgrade_to(connection: Connection, revision: str) -> None:
    """Run migrations up to a revision."""
    config = Config()
    assert migrations.__file__ is not None
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def as_of(revision: str, current_url: str, older_url: str) -> None:
    """Make the empty database `older_url` one of an earlier revision, with the rows of a current one that fit into it."""

    def read(connection: Connection) -> Rows:
        known = MetaData()
        known.reflect(connection)
        return {
            name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for name, table in known.tables.items()
        }

    rows = await in_the_database(current_url, read)

    def write(connection: Connection) -> None:
        upgrade_to(connection, revision)
        then = MetaData()
        then.reflect(connection)
        for table in then.sorted_tables:
            if table.name == "alembic_version" or not rows.get(table.name):
                continue
            columns = table.columns.keys()
            connection.execute(table.delete())  # what the migrations themselves put there
            connection.execute(
                insert(table), [{name: row[name] for name in columns if name in row} for row in rows[table.name]]
            )

    await in_the_database(older_url, write)
