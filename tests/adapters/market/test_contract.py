"""What every source of market data holds: the sample, stored ones (Yahoo, Alpha Vantage, a folder), the chooser and a replay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.adapters.market.alphavantage.pace import Pace
from advisor.adapters.market.alphavantage.provider import AlphaVantageProvider
from advisor.adapters.market.auto import AutoMarket
from advisor.adapters.market.files.folder import modified
from advisor.adapters.market.files.provider import CsvProvider
from advisor.adapters.market.replay import ReplayMarket
from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.market.universes.loader import load_universe
from advisor.adapters.market.yahoo.provider import YahooProvider
from advisor.domain.errors import CurrencyNotServed, NotEnoughHistory, UnknownSymbol
from advisor.domain.market import AssetClass
from advisor.ports.market import MarketData
from tests.adapters.market.conftest import FUNDS, HandClock, PoolOffload
from tests.alphavantage_server import AlphaVantageServer, daily_adjusted
from tests.stored_markets import Stored, stored_over
from tests.yahoo_server.charts import NEW_YORK, Body

# The source is read-only and the same for every drawn date.
SAME_SOURCE = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
# Yahoo's walks are six years long, the sample 26.
DAYS_BACK = st.one_of(st.integers(0, 2000), st.integers(0, 9000))
FAR_FUTURE = date(2100, 1, 1)
SLOW = pytest.mark.slow  # yfinance in a process of its own, each time


@dataclass(frozen=True)
class Workshop:
    """What sources are made of: each gets the same walks from its own server or folder."""

    yahoo: Stored
    remote: AlphaVantageServer
    folder: Path
    offload: PoolOffload
    clock: HandClock

    def sample(self) -> MarketData:
        return SampleMarket()

    def stored_yahoo(self) -> MarketData:
        return self.yahoo.market

    def stored_alphavantage(self) -> MarketData:
        pace = Pace(self.clock, per_minute=None, per_day=None, gap_seconds=0, wait_seconds=0)
        provider = AlphaVantageProvider(self.remote.key, self.clock, base_url=self.remote.url, pace=pace)
        return stored_over(provider, self.yahoo.store, self.offload, self.clock).market

    def stored_folder(self) -> MarketData:
        provider = CsvProvider(self.folder, self.offload, self.clock)
        made = stored_over(
            provider,
            self.yahoo.store,
            self.offload,
            self.clock,
            folder=provider.symbols,
            modified=partial(asyncio.to_thread, modified, self.folder),
        )
        return made.market

    def auto(self) -> MarketData:
        # Port 9 (discard) is closed: the first choice is out of reach.
        dead = YahooProvider(
            self.offload, self.clock, cache_dir=self.folder.parent / "yahoo", base_url="http://127.0.0.1:9"
        )
        first = stored_over(dead, self.yahoo.store, self.offload, self.clock).market
        return AutoMarket([first, SampleMarket()], self.clock)

    def replay(self) -> MarketData:
        return ReplayMarket(self.yahoo.market, lambda: date(2023, 5, 17))


@pytest.fixture
def workshop(
    yahoo: Stored, remote: AlphaVantageServer, walks: dict[str, Body], pool: ProcessPoolExecutor, tmp_path: Path
) -> Workshop:
    folder = tmp_path / "prices"
    folder.mkdir()
    (folder / "funds.csv").write_text(wide_table(walks))
    return Workshop(yahoo, remote, folder, PoolOffload(pool), HandClock())


@pytest.fixture
def remote(walks: dict[str, Body]) -> Iterator[AlphaVantageServer]:
    """Alpha Vantage with the same walks; it has neither of the rates."""
    with AlphaVantageServer() as running:
        for symbol in FUNDS:
            days, levels = adjusted(walks[symbol])
            prices = dict(zip(days, levels, strict=True))
            running.bodies[("TIME_SERIES_DAILY_ADJUSTED", symbol)] = daily_adjusted(symbol, prices, prices)
        yield running


SOURCES: dict[str, Callable[[Workshop], MarketData]] = {
    "sample": Workshop.sample,
    "stored yahoo": Workshop.stored_yahoo,
    "stored alphavantage": Workshop.stored_alphavantage,
    "stored folder": Workshop.stored_folder,
    "auto": Workshop.auto,
    "replay": Workshop.replay,
}


@pytest.fixture(params=[pytest.param(name, marks=[] if name == "sample" else SLOW) for name in SOURCES])
async def market(request: pytest.FixtureRequest, workshop: Workshop) -> AsyncIterator[MarketData]:
    source = SOURCES[request.param](workshop)
    yield source
    await source.close()


def adjusted(body: Body) -> tuple[list[str], list[float]]:
    """Days and adjusted closes of a chart."""
    result = body["chart"]["result"][0]
    days = [f"{datetime.fromtimestamp(stamp, NEW_YORK):%Y-%m-%d}" for stamp in result["timestamp"]]
    return days, result["indicators"]["adjclose"][0]["adjclose"]


def wide_table(walks: dict[str, Body]) -> str:
    """A column of adjusted closes for each fund."""
    days = adjusted(walks["VTI"])[0]
    columns = [adjusted(walks[symbol])[1] for symbol in FUNDS]
    rows = (",".join([day, *map(repr, row)]) for day, *row in zip(days, *columns, strict=True))
    return "\n".join([",".join(["Date", *FUNDS]), *rows])


@SAME_SOURCE
@given(back=DAYS_BACK)
async def test_a_snapshot_knows_nothing_after_its_day(market: MarketData, back: int) -> None:
    as_of = await market.market_date() - timedelta(days=back)
    try:
        snapshot = await market.snapshot("USD", as_of)
    except NotEnoughHistory:
        return
    assert snapshot.dates[-1] <= np.datetime64(as_of)
    assert snapshot.rates.as_of <= as_of
    assert snapshot.provenance.last <= as_of
    assert np.all(snapshot.price_index_months < np.datetime64(as_of, "M"))
    whole = await market.snapshot("USD", FAR_FUTURE)
    known = whole.dates <= np.datetime64(as_of)
    for column, symbol in enumerate(snapshot.symbols):
        then, later = (
            snapshot.levels[:, column],
            whole.levels[known, whole.symbols.index(symbol)][-len(snapshot.dates) :],
        )
        # Each source has its scale: some end at the price of the last day. What counts is the course.
        np.testing.assert_allclose(then / then[-1], later / later[-1], rtol=1e-12)


@SAME_SOURCE
@given(back=DAYS_BACK)
async def test_a_snapshot_is_well_formed_on_any_day(market: MarketData, back: int) -> None:
    as_of = await market.market_date() - timedelta(days=back)
    try:
        snapshot = await market.snapshot("USD", as_of)
    except NotEnoughHistory:
        return
    assert np.all(np.diff(snapshot.dates) > np.timedelta64(0, "D"))
    known = np.isfinite(snapshot.levels)
    assert np.all(snapshot.levels[known] > 0)
    assert np.array_equal(known, np.logical_or.accumulate(known, axis=0)), "NaN only before the first day"
    assert known[-1].all()
    classes = [item.asset_class for item in snapshot.instruments]
    assert classes.count(AssetClass.CASH) == 1
    assert len(set(classes)) == len(classes) == snapshot.levels.shape[1]
    assert snapshot.dates[-1] - snapshot.dates[0] >= np.timedelta64(365, "D")
    assert -0.02 < snapshot.rates.bill < 0.2
    assert 0 < snapshot.rates.ten_year < 0.2
    assert 0 < snapshot.rates.inflation < 0.1


@SAME_SOURCE
@given(back=DAYS_BACK)
async def test_a_series_knows_nothing_after_its_day_and_is_positive(market: MarketData, back: int) -> None:
    as_of = await market.market_date() - timedelta(days=back)
    symbol = (await market.snapshot("USD", FAR_FUTURE)).symbols[0]
    try:
        series = await market.series(symbol, as_of)
    except NotEnoughHistory:
        return
    assert series.dates[-1] <= np.datetime64(as_of)
    assert np.all(np.diff(series.dates) > np.timedelta64(0, "D"))
    assert np.all(np.isfinite(series.levels))
    assert np.all(series.levels > 0)
    assert series.total_return
    assert series.currency == "USD"
    assert series.provenance.last == series.dates[-1].astype(date)


async def test_provenance_says_source_span_and_title(market: MarketData) -> None:
    snapshot = await market.snapshot("USD", await market.market_date())
    source = snapshot.provenance
    assert source.source in ("sample", "yahoo", "alphavantage", "csv")
    assert source.first == snapshot.dates[0].astype(date)
    assert source.last == snapshot.dates[-1].astype(date)
    assert str(source.last.year) in source.title
    assert snapshot.rates.source == source.source
    assert snapshot.rates.inflation_note


async def test_the_digest_is_the_same_each_time_and_differs_by_day(market: MarketData) -> None:
    today = await market.market_date()
    first, again = await market.snapshot("USD", today), await market.snapshot("USD", today)
    assert first.digest == again.digest
    assert (await market.snapshot("USD", today - timedelta(days=30))).digest != first.digest


async def test_the_benchmark_of_a_currency_is_priced_in_it_or_lacks_prices(market: MarketData) -> None:
    symbol = await market.benchmark("USD")
    assert symbol in {load_universe(name).benchmark for name in ("sample_usd", "us_etf_usd")}
    try:
        index = await market.series(symbol, await market.market_date())
    except UnknownSymbol:
        assert market.name != "sample"
    else:
        assert index.currency == "USD"
    assert await market.benchmark("XXX") == ""


async def test_an_unknown_symbol_is_said_to_be_unknown(market: MarketData) -> None:
    with pytest.raises(UnknownSymbol, match="NOSUCH"):
        await market.series("NOSUCH", await market.market_date())


async def test_a_symbol_that_cannot_be_one_is_unknown(market: MarketData) -> None:
    last = await market.market_date()
    for symbol in ("", "../../etc", "A B", "x" * 50, "AAPL?range=max"):
        with pytest.raises(UnknownSymbol):
            await market.series(symbol, last)


async def test_an_unserved_currency_is_refused_with_the_served_ones_named(market: MarketData) -> None:
    assert await market.currencies() == ("USD",)
    with pytest.raises(CurrencyNotServed, match="USD") as refused:
        await market.snapshot("EUR", await market.market_date())
    assert refused.value.details["served"] == ["USD"]


async def test_a_day_before_all_prices_has_too_little_history(market: MarketData) -> None:
    with pytest.raises(NotEnoughHistory):
        await market.snapshot("USD", date(1980, 1, 1))


async def test_costs_are_stated_or_unknown_but_never_zero(market: MarketData) -> None:
    snapshot = await market.snapshot("USD", await market.market_date())
    for item in snapshot.instruments:
        assert item.expense_ratio is None or 0 < item.expense_ratio < 0.02
        assert item.spread is None or item.spread > 0


async def test_what_is_listed_has_a_name_each_and_holds_the_plans_instruments(market: MarketData) -> None:
    listed = await market.listings()
    symbols = [item.symbol for item in listed]
    assert len(set(symbols)) == len(symbols)
    assert all(item.name for item in listed)
    assert set((await market.snapshot("USD", FAR_FUTURE)).symbols) <= set(symbols)
    assert any(item.example for item in listed)


async def test_it_answers_a_ping(market: MarketData) -> None:
    await market.ping()
