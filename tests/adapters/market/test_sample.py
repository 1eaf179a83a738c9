"""The embedded sample: what it holds, what it says of itself, and how close it comes to real funds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from advisor.adapters.market.replay import ReplayMarket
from advisor.adapters.market.sample.market import SampleMarket
from advisor.domain.bars import InstrumentKind
from advisor.domain.errors import NotEnoughHistory
from advisor.domain.market import AssetClass, MarketSnapshot

LAST = date(2016, 7, 1)


async def whole() -> MarketSnapshot:
    return await SampleMarket().snapshot("USD", LAST)


async def test_the_market_date_is_the_last_day_of_the_sample() -> None:
    assert await SampleMarket().market_date() == LAST


async def test_a_replay_shows_nothing_after_its_today_whatever_is_asked() -> None:
    market = ReplayMarket(SampleMarket(), lambda: date(2009, 3, 8))  # a Sunday
    assert await market.market_date() == date(2009, 3, 6)
    assert (await market.snapshot("USD", LAST)).provenance.last == date(2009, 3, 6)
    assert (await market.series("AAPL", LAST)).dates[-1] == np.datetime64("2009-03-06")


async def test_a_replay_before_the_first_day_has_no_market_date() -> None:
    with pytest.raises(NotEnoughHistory, match="2 January 1990"):
        await ReplayMarket(SampleMarket(), lambda: date(1989, 12, 31)).market_date()


async def test_it_says_that_it_is_a_rehearsal_and_to_which_day() -> None:
    source = (await whole()).provenance
    assert source.title == "Sample data: real daily prices to 1 July 2016"
    assert source.rehearsal
    notes = " ".join(source.notes)
    assert "estimated" in notes
    assert "no gold" in notes
    assert "ahead" in notes
    earlier = await SampleMarket().snapshot("USD", date(2009, 3, 8))
    assert earlier.provenance.title == "Sample data: real daily prices to 6 March 2009"


async def test_foreign_shares_join_after_a_year_and_their_absence_is_noted() -> None:
    before = await SampleMarket().snapshot("USD", date(2008, 12, 31))
    assert not {"EFA", "EEM"} & set(before.symbols)
    assert any(note.startswith("EFA ") and "less than a year" in note for note in before.provenance.notes)
    after = await SampleMarket().snapshot("USD", date(2009, 1, 2))
    assert {"EFA", "EEM"} <= set(after.symbols)
    assert after.symbols == (await whole()).symbols


async def test_a_first_plan_needs_a_year_of_us_shares() -> None:
    with pytest.raises(NotEnoughHistory, match="30 January 1991"):
        await SampleMarket().snapshot("USD", date(1991, 1, 30))
    assert len((await SampleMarket().snapshot("USD", date(1991, 1, 31))).symbols) == 5


async def test_oil_is_an_indicator_and_never_held() -> None:
    assert "WTI" not in (await whole()).symbols
    oil = await SampleMarket().series("wti", LAST)
    assert not oil.total_return
    gulf_war = float(oil.levels[oil.dates == np.datetime64("1991-01-17")].item())
    assert gulf_war == pytest.approx(21.44, abs=0.2), "the day on which oil fell by a third is real"


@pytest.mark.parametrize(
    ("symbol", "first"),
    [
        ("AAPL", "1996-01-02"),
        ("XOM", "1996-01-02"),
        ("SP500", "1990-01-02"),
        ("NASDAQ", "1999-01-04"),
        ("VIX", "2014-01-03"),
    ],
)
async def test_series_begin_where_their_source_does(symbol: str, first: str) -> None:
    series = await SampleMarket().series(symbol, LAST)
    assert series.dates[0] == np.datetime64(first)
    assert series.dates[-1] == np.datetime64(LAST)


async def test_a_series_before_its_first_day_is_too_short_not_empty() -> None:
    with pytest.raises(NotEnoughHistory, match="AAPL"):
        await SampleMarket().series("AAPL", date(1995, 6, 1))


async def test_known_closes_are_there() -> None:
    market = SampleMarket()
    assert (await market.series("SP500", LAST)).levels[-1] == pytest.approx(2102.95)
    assert (await market.series("EFA", LAST)).levels[-1] == pytest.approx(55.82)
    assert (await market.series("US10Y", LAST)).levels[-1] == pytest.approx(1.46)


async def test_rates_are_those_of_the_day() -> None:
    rates = (await whole()).rates
    assert rates.bill == pytest.approx(0.0028)
    assert rates.ten_year == pytest.approx(0.0146)
    assert rates.inflation == pytest.approx(0.0186, abs=0.0005)


async def test_a_months_consumer_prices_are_known_only_after_their_publication() -> None:
    snapshot = await SampleMarket().snapshot("USD", date(2008, 9, 30))
    assert snapshot.price_index_months[-1] == np.datetime64("2008-07")
    assert len(snapshot.price_index) == len(snapshot.price_index_months)


async def test_shared_arrays_cannot_be_changed_by_a_reader() -> None:
    snapshot = await whole()
    with pytest.raises(ValueError, match="read-only"):
        snapshot.levels[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        snapshot.dates[0] = np.datetime64("2000-01-01")


async def test_bars_are_the_series_and_nothing_else_is_made_up() -> None:
    market = SampleMarket()
    found, series = await market.history("aapl", date(2008, 9, 14)), await market.series("AAPL", date(2008, 9, 14))
    assert found.provenance == series.provenance
    assert found.provenance.rehearsal
    np.testing.assert_array_equal(found.bars.dates, series.dates)
    np.testing.assert_array_equal(found.bars.close, series.levels)
    np.testing.assert_array_equal(found.bars.adj_close, series.levels)
    for column in (found.bars.open, found.bars.high, found.bars.low, found.bars.volume):
        assert np.isnan(column).all()
    assert found.bars.total_return
    assert not (await market.history("WTI", LAST)).bars.total_return


async def test_every_listed_name_is_found_and_says_what_it_is() -> None:
    market = SampleMarket()
    for listing in await market.listings():
        for text in (listing.symbol, listing.name, *listing.also):
            assert (await market.search(text))[0].symbol == listing.symbol, text
    kinds = {
        symbol: (await market.search(symbol))[0].kind for symbol in ("AAPL", "EFA", "SP500", "WTI", "US10Y", "CASH")
    }
    assert kinds == {
        "AAPL": InstrumentKind.STOCK,
        "EFA": InstrumentKind.ETF,
        "SP500": InstrumentKind.INDEX,
        "WTI": InstrumentKind.COMMODITY,
        "US10Y": InstrumentKind.RATE,
        "CASH": InstrumentKind.INDEX,
    }


@pytest.mark.parametrize(
    ("text", "symbol"), [("aple", "AAPL"), ("microsft", "MSFT"), ("oil", "WTI"), ("walmrt", "WMT")]
)
async def test_misspelt_and_other_names_are_found(text: str, symbol: str) -> None:
    assert (await SampleMarket().search(text))[0].symbol == symbol


async def test_what_is_not_in_the_sample_is_not_found() -> None:
    assert await SampleMarket().search("zimbabwe zinc") == ()


async def test_costs_of_computed_indices_are_unknown_and_estimates_are_named() -> None:
    for item in (await whole()).instruments:
        assert item.expense_ratio is None
        assert item.income_note
    foreign = {i.asset_class: i.income_note for i in (await whole()).instruments}
    assert "estimate of 3.0%" in foreign[AssetClass.DEVELOPED_EQUITY]
    assert "estimate of 2.0%" in foreign[AssetClass.EMERGING_EQUITY]


async def test_cash_never_loses() -> None:
    snapshot = await whole()
    assert np.all(np.diff(snapshot.levels[:, snapshot.cash_column]) >= 0)


async def test_closing_lets_go_and_a_later_call_reads_again() -> None:
    market = SampleMarket()
    first = await market.snapshot("USD", LAST)
    await market.close()
    assert (await market.snapshot("USD", LAST)).digest == first.digest


# Real funds hold a range of maturities and charge fees; reference figures: 0.985, 0.992, 0.995 and 0.998.
@pytest.mark.parametrize(
    ("symbol", "fund", "correlation", "gap"),
    [
        ("UST-2Y", "SHY", 0.98, 0.003),
        ("UST-8Y", "IEF", 0.99, 0.003),
        ("UST-25Y", "TLT", 0.99, 0.003),
        ("US-EQUITY", "VTI", 0.995, 0.003),
    ],
)
async def test_computed_series_move_with_the_real_fund(
    shared_data: Path, symbol: str, fund: str, correlation: float, gap: float
) -> None:
    table = pd.read_csv(shared_data / "etf/us_etf_ohlcv_daily.csv.gz", parse_dates=["date"])
    real = table[table.ticker == fund].set_index("date").adj_close
    ours = await SampleMarket().series(symbol, LAST)
    both = pd.concat(
        [pd.Series(ours.levels, pd.DatetimeIndex(ours.dates.astype("M8[us]"))), real], axis=1, join="inner"
    )
    monthly = both.resample("ME").last().pct_change().dropna()
    assert np.corrcoef(monthly.to_numpy().T)[0, 1] > correlation
    growth = (both.iloc[-1] / both.iloc[0]) ** (252 / len(both))
    assert abs(growth.iloc[0] - growth.iloc[1]) < gap
