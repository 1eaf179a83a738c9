"""How fast the stored market gives a plan's snapshot, beside pandas reading and aligning the same closes from the same table.

The funds, proxies and rates of the universe in dollars over ten years, as seeded random walks. `cold` is the first snapshot of a
new market over an open database: what is due is looked up (nothing is), the whole universe is read, its places are filled and it is
aligned. `another day` is another as-of date of the same state, `cached` the same day again.

    .venv/bin/python -m benchmarks.bench_stored_market
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from advisor.adapters.db.migrate import migrate
from advisor.adapters.db.storage import open_storage
from advisor.adapters.market.stored.book import InstrumentBook
from advisor.adapters.market.stored.market import StoredMarket
from advisor.adapters.market.stored.source import Source
from advisor.adapters.market.universes.loader import load_universe
from advisor.adapters.vault import Vault
from advisor.domain.bars import Bars, InstrumentKind, InstrumentRecord
from advisor.ports.history import Arrival

UNIVERSE = load_universe("us_etf_usd")
LAST = date(2024, 6, 14)
NOW = datetime(2024, 6, 14, 22, tzinfo=UTC)
YEARS = 10
PANDAS = """SELECT i.symbol, p.* FROM prices p JOIN instruments i ON i.id = p.instrument_id"""


class Clock:
    """Stands still."""

    def now(self) -> datetime:
        """The moment of the measurement."""
        return NOW


class Fresh:
    """The refresher where nothing is due, and the provider that is never asked."""

    name = "yahoo"

    async def refresh(self, symbols: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002  the port's
        """Nothing failed."""
        return {}

    async def ping(self) -> None:
        """It answers."""

    async def close(self) -> None:
        """Nothing is held."""


def symbols() -> list[str]:
    """Funds, their proxies and the rates."""
    funds = [item.symbol for item in UNIVERSE.instruments]
    proxies = [slot.proxy.symbol for slot in UNIVERSE.slots if slot.proxy]
    return list(dict.fromkeys([*funds, *proxies, "^IRX", "^TNX"]))


def arrival(symbol: str, seed: int) -> Arrival:
    """Ten years of a random walk; of a rate, near 4 %."""
    days = np.arange(np.datetime64(LAST) - 365 * YEARS - 2, np.datetime64(LAST) + 1)
    days = days[np.is_busday(days)]
    walk = np.exp(np.cumsum(np.random.default_rng(seed).normal(0.0002, 0.008, len(days))))
    levels = np.full(len(days), 4.0) if symbol.startswith("^") else 50 * walk
    record = InstrumentRecord("yahoo", symbol, symbol, InstrumentKind.ETF, "USD", "XNYS")
    columns: dict[str, Any] = dict.fromkeys(("open", "high", "low", "close", "adj_close"), levels)
    bars = Bars(record, days, **columns, volume=np.full(len(days), 1e6), fetched_at=NOW)
    return Arrival(record, bars, LAST, whole=True)


async def best(call: Callable[[], Awaitable[Any]], times: int) -> float:
    """The shortest of so many calls, in milliseconds."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        await call()
        taken.append(1e3 * (time.perf_counter() - started))
    return min(taken)


async def measure(url: str) -> dict[str, float]:
    """All figures on one database, in milliseconds."""
    await migrate(url)
    storage = await open_storage(url, Vault(["A" * 43 + "="]))
    store, fresh, clock = storage.history_store, Fresh(), Clock()
    await store.save([arrival(symbol, seed) for seed, symbol in enumerate(symbols())])
    source = Source("yahoo", "Yahoo Finance", live=True, universes=(UNIVERSE,))

    def market() -> StoredMarket:
        return StoredMarket(source, store, fresh, InstrumentBook(fresh, store, (UNIVERSE,)), clock)  # type: ignore[arg-type]

    warm = market()
    taken = await warm.snapshot("USD", LAST)
    past = iter(LAST - timedelta(days=back) for back in range(7, 700, 7))  # Fridays, each a day of its own
    figures = {
        "instruments": float(len(symbols())),
        "days": float(len(taken.dates)),
        "cold": await best(lambda: market().snapshot("USD", LAST), 10),
        "another day": await best(lambda: warm.snapshot("USD", next(past)), 20),
        "cached": await best(lambda: warm.snapshot("USD", LAST), 1000),
        "bars of one": await best(lambda: warm.history("VTI", LAST), 20),
    }
    await storage.close()
    return figures


def by_pandas(url: str) -> float:
    """Reading the same closes with pandas and aligning them with a pivot and a fill: the best of five, in milliseconds."""
    import pandas as pd
    from sqlalchemy import create_engine

    engine = create_engine(url)
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        table = pd.read_sql(PANDAS, engine)
        wide = table.pivot_table(index="day", columns="symbol", values="adj_close").ffill(limit=5)
        taken.append(1e3 * (time.perf_counter() - started))
        assert wide.shape[1] == len(symbols())
    engine.dispose()
    return min(taken)


def main() -> None:
    """Print the figures and write var/bench/stored_market.json."""
    with tempfile.TemporaryDirectory(prefix="bench-stored-") as directory:
        url = f"sqlite:///{directory}/advisor.db"
        figures = asyncio.run(measure(url))
        figures["pandas"] = by_pandas(url)
    print(
        f"{figures['instruments']:.0f} instruments, {figures['days']:,.0f} days, SQLite, milliseconds, best of several"
    )
    print(
        f"  cold, from the store {figures['cold']:8.1f}   reach 100; pandas reads and aligns in {figures['pandas']:.1f}"
    )
    print(f"  another day          {figures['another day']:8.1f}")
    print(f"  cached               {figures['cached']:8.3f}   reach 1")
    print(f"  bars of one          {figures['bars of one']:8.1f}")
    out = Path("var/bench/stored_market.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
