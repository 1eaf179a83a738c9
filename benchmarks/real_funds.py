"""The real US funds of the shared data as the product sees them: csv source, store, universe, and rates as known on a day.

Prices are daily ones to the end of 2014. Bill and ten-year yields are those of the Treasury's daily par curve, put where an
operator puts macro series; core consumer prices, on which expected inflation rests, are those that the product embeds.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from advisor.adapters.db.migrate import migrate
from advisor.adapters.db.storage import open_storage
from advisor.adapters.market.stored.levels import COMPUTED_CASH, earning
from advisor.adapters.system.offload import LocalOffload
from advisor.adapters.vault import Vault
from advisor.config import Settings
from advisor.container.market import Sources, open_sources
from advisor.domain.alignment import align
from advisor.domain.market import Dates, Floats
from advisor.ports.history import HistoryStore
from advisor.ports.market import MarketData

LAST = date(2014, 12, 31)
FUNDS = Path("etf/us_etf_ohlcv_daily.csv.gz")
CURVE = Path("bonds/us_treasury_par_yield_curve_daily.csv")
PRICES = Path("macro/fred_bundle_raw.csv.gz")
_YIELDS = {"us_bill_3m": "3 mo", "us_10y": "10 yr"}
_BILL = "us_bill_3m"
_CONSUMER_PRICES = "CPIAUCSL"


class Standing:
    """A clock that stands still after the end of all that is embedded: what was known when, the series' own days tell."""

    def now(self) -> datetime:
        """One moment, for the same bytes on every run."""
        return datetime(2017, 1, 2, 22, tzinfo=UTC)


@dataclass(frozen=True)
class Levels:
    """Total-return levels (T, n) on `dates` (T,), NaN before a column's first day; only to judge plans by, never to make them."""

    dates: Dates
    symbols: tuple[str, ...]
    levels: Floats


@dataclass(frozen=True)
class RealFunds:
    """The market of the funds, and the store behind it."""

    market: MarketData
    store: HistoryStore
    last: date

    async def levels(self, symbols: Sequence[str]) -> Levels:
        """What these symbols were worth, to the last day there is; computed cash earns the bill known the day before."""
        funds = [symbol for symbol in symbols if symbol != COMPUTED_CASH]
        found = {symbol: await self.market.series(symbol, self.last) for symbol in funds}
        panel = align({symbol: (item.dates, item.levels) for symbol, item in found.items()})
        columns = dict(panel.columns)
        if COMPUTED_CASH in symbols:
            bill = await self.store.observations(_BILL, self.last)
            assert bill is not None
            columns[COMPUTED_CASH] = earning(panel.dates, bill.known_from, bill.values / 100)
        return Levels(panel.dates, tuple(symbols), np.column_stack([columns[symbol] for symbol in symbols]))


@asynccontextmanager
async def real_funds(data: Path, folder: Path, last: date = LAST) -> AsyncIterator[RealFunds]:
    """The market of the shared folder `data` with nothing after `last` in any file; `folder` is an empty one to work in."""
    prices, macro = folder / "prices", folder / "macro"
    _write_prices(data / FUNDS, prices, last)
    _write_yields(data / CURVE, macro, last)
    url = f"sqlite:///{folder}/advisor.db"
    await migrate(url)
    storage = await open_storage(url, Vault(["A" * 43 + "="]))
    offload = LocalOffload(threads=1)
    settings = Settings(data_dir=folder, market_data="csv", csv_dir=prices, macro_dir=macro)
    sources = open_sources(settings, storage.history_store, offload, Standing())
    try:
        await _ingest(sources)
        yield RealFunds(sources.market, storage.history_store, last)
    finally:
        await sources.close()
        await offload.close()
        await storage.close()


async def _ingest(sources: Sources) -> None:
    """What `smartinvest ingest` does, without FRED: series of the folder, what is embedded of others, and all prices."""
    came = await sources.macro.run(tuple(_YIELDS))
    assert not came.failures, came.failures
    await sources.seed()
    for feed in sources.feeds:
        report = await feed.ingest.run(await feed.symbols())
        assert not report.failures, report.failures


def consumer_prices(data: Path) -> dict[np.datetime64, float]:
    """The consumer price index (all items, seasonally adjusted) by month, as it stands today: to judge by, never to plan with."""
    with gzip.open(data / PRICES, "rt") as lines:
        rows = [row for row in csv.DictReader(lines) if row["series"] == _CONSUMER_PRICES and row["value"]]
    return {np.datetime64(row["date"], "M"): float(row["value"]) for row in rows}


def _write_prices(source: Path, folder: Path, last: date) -> None:
    folder.mkdir()
    with gzip.open(source, "rt") as lines, (folder / "us_etf_ohlcv_daily.csv").open("w") as out:
        out.write(next(lines))
        out.writelines(line for line in lines if line[:10] <= last.isoformat())


def _write_yields(source: Path, folder: Path, last: date) -> None:
    folder.mkdir()
    with source.open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["date"] <= last.isoformat()]
    for series, tenor in _YIELDS.items():
        values = [f"{row['date']},{row[tenor]}" for row in rows if row[tenor]]
        (folder / f"{series}.csv").write_text("\n".join(["date,value", *values]) + "\n")
