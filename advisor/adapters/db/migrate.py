"""Brings a database's schema up to date. Safe when several processes start at once, quick when there is nothing to do."""

from __future__ import annotations

import asyncio
import importlib.util
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.adapters.db.url import DatabaseUrl, parse_url
from advisor.domain.errors import StorageError

if TYPE_CHECKING:  # SQLAlchemy and alembic take most of a second to import; a start with nothing to do needs neither
    from sqlalchemy import Connection

_READ_REVISION = "SELECT version_num FROM alembic_version"
_LOCK_KEY = 0x534D415254  # "SMART": any number that nobody else locks


def newest_revision() -> str:
    """The revision this program wants: the last file in migrations/versions, whose names begin with it."""
    return max(file.name.partition("_")[0] for file in (_scripts() / "versions").glob("[0-9]*.py"))


async def migrate(url: str) -> bool:
    """Create or upgrade the schema; True if there was something to do. A newer schema is left as it is.

    Raises:
        SettingsError: for an unusable address.
        StorageError: if the database does not answer or a migration fails; then nothing was changed.
    """
    database = parse_url(url)
    try:
        revision = await _revision(database)
        if revision is not None and revision >= newest_revision():
            return False
        await _upgrade(database)
    except Exception as error:
        raise StorageError(f"The database cannot be migrated ({type(error).__name__}: {error}).") from error
    return True


async def _revision(database: DatabaseUrl) -> str | None:
    """The schema's revision, None for an empty database. Asks the driver itself."""
    if database.kind == "sqlite":
        return await asyncio.to_thread(_sqlite_revision, database.path)
    import asyncpg  # noqa: PLC0415  needed for PostgreSQL only

    connection = await asyncpg.connect(database.dsn, timeout=10)
    try:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return None
        revision: str | None = await connection.fetchval(_READ_REVISION)
        return revision
    finally:
        await connection.close()


def _sqlite_revision(path: Path) -> str | None:
    if not path.exists():
        return None
    connection = sqlite3.connect(path, timeout=30)
    try:
        row = connection.execute(_READ_REVISION).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return None
    else:
        return None if row is None else str(row[0])
    finally:
        connection.close()


async def _upgrade(database: DatabaseUrl) -> None:
    """Run the missing migrations in one transaction, under a lock that makes a second process wait and then find them done."""
    if database.kind == "sqlite":
        await asyncio.to_thread(_upgrade_sqlite, database.path)
        return
    from sqlalchemy import text  # noqa: PLC0415  see above

    from advisor.adapters.db.postgres import postgres_engine  # noqa: PLC0415

    engine = postgres_engine(database.dsn)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
            await connection.run_sync(_run_migrations)
    finally:
        await engine.dispose()


def _upgrade_sqlite(path: Path) -> None:
    from advisor.adapters.db.sqlite import sqlite_engine  # noqa: PLC0415  see above

    path.parent.mkdir(parents=True, exist_ok=True)
    engine = sqlite_engine(path)
    try:
        with engine.begin() as connection:
            # Where a migration copies a table, dropping the old one would delete what refers to it. Not in a transaction.
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            _run_migrations(connection)
            if (dangling := connection.exec_driver_sql("PRAGMA foreign_key_check").first()) is not None:
                raise StorageError(f"A row of {dangling[0]} refers to one of {dangling[2]} that is not there.")
    finally:
        engine.dispose()


def _run_migrations(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  see above
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _scripts() -> Path:
    """Where the migrations lie, wherever the program is started from."""
    spec = importlib.util.find_spec("migrations")
    if spec is None or spec.origin is None:
        raise StorageError("The package `migrations` is not installed.")
    return Path(spec.origin).parent
