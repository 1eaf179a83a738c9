"""Real files, read as pandas reads them."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from advisor.adapters.market.files.provider import CsvProvider
from advisor.domain.bars import Bars
from tests.adapters.market.conftest import HandClock, PoolOffload

EVER = (date(1900, 1, 1), date(2100, 1, 1))


@pytest.fixture
async def provider(
    shared_data: Path, tmp_path: Path, pool: ProcessPoolExecutor, clock: HandClock
) -> AsyncIterator[CsvProvider]:
    for name in (
        "stocks/india_nse_ohlcv_2000_2014.csv.gz",
        "etf/us_etf_ohlcv_daily.csv.gz",
        "stocks/pyportfolioopt_stock_prices.csv",
    ):
        shutil.copy(shared_data / name, tmp_path)
    found = CsvProvider(tmp_path, PoolOffload(pool), clock)
    yield found
    await found.close()


@pytest.mark.parametrize("name", ["stocks/india_nse_ohlcv_2000_2014.csv.gz", "etf/us_etf_ohlcv_daily.csv.gz"])
async def test_every_bar_of_a_long_file_is_the_one_pandas_reads(
    provider: CsvProvider, shared_data: Path, name: str
) -> None:
    parts = dict(list(pd.read_csv(shared_data / name).groupby("ticker")))
    found = await provider.history(list(parts), *EVER)
    for symbol, part in parts.items():
        bars = found[symbol]
        assert isinstance(bars, Bars)
        np.testing.assert_array_equal(bars.dates, part.date.to_numpy("datetime64[D]"))
        for field in ("open", "high", "low", "close", "volume"):
            np.testing.assert_array_equal(getattr(bars, field), part[field].to_numpy(float))
        scale = bars.adj_close / part.adj_close.to_numpy(float)
        np.testing.assert_allclose(scale[np.isfinite(scale)], scale[np.isfinite(scale)][-1])
        assert bars.adj_close[np.isfinite(bars.adj_close)][-1] == pytest.approx(bars.close[np.isfinite(bars.close)][-1])


async def test_every_price_of_a_wide_file_is_the_one_pandas_reads(provider: CsvProvider, shared_data: Path) -> None:
    table = pd.read_csv(shared_data / "stocks/pyportfolioopt_stock_prices.csv", index_col="date")
    for symbol, bars in (await provider.history(list(table), *EVER)).items():
        assert isinstance(bars, Bars)
        known = table[symbol].dropna()
        np.testing.assert_array_equal(bars.dates, known.index.to_numpy("datetime64[D]"))
        np.testing.assert_array_equal(bars.adj_close, known.to_numpy())
