"""PostgreSQL finds what a save needs by the key, also before the table was ever analysed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from advisor.adapters.db.market import postgres_rows
from advisor.adapters.db.url import parse_url

pytestmark = pytest.mark.postgres

INSTRUMENTS, DAYS = 300, 500


@pytest.fixture
async def filled(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A table as an ingest has just left it."""
    connection = await asyncpg.connect(parse_url(postgres_url).dsn)
    await connection.execute(
        "INSERT INTO prices (instrument_id, day, close, fetched_at)"
        " SELECT i, d, 1.5, 0 FROM generate_series(1, $1::int) i, generate_series(1, $2::int) d",
        INSTRUMENTS,
        DAYS,
    )
    # As dear as a disk that has to seek, so that a small table shows what a large one does: there reading all of it looks cheap.
    await connection.execute("SET random_page_cost = 40")
    yield connection
    await connection.close()


async def plan(connection: asyncpg.Connection, statement: str, *arguments: object) -> str:
    return "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {statement}", *arguments))


async def check_plans(connection: asyncpg.Connection) -> None:
    ids = list(range(1, INSTRUMENTS + 1))
    first, last = DAYS - 11, DAYS
    reading = await plan(connection, postgres_rows._STORED, ids, [first] * len(ids), [last] * len(ids))
    deleting = await plan(connection, postgres_rows._DELETE, 7, list(range(first, last + 1)))
    for each in (reading, deleting):
        assert "pk_prices" in each
        assert "Seq Scan" not in each


async def test_a_daily_top_up_does_not_read_the_whole_table(filled: asyncpg.Connection) -> None:
    await check_plans(filled)
    await filled.execute("ANALYZE prices")
    await check_plans(filled)
