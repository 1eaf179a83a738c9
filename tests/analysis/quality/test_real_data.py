"""What is found in real files: nothing in a clean one, the known faults in the others."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from advisor.adapters.market.calendars import load
from advisor.analysis.quality import Checked, check, survivorship
from advisor.analysis.quality.rule import as_date
from advisor.domain.bars import Bars, CorporateAction, FindingKind, InstrumentKind, Treatment
from advisor.domain.market import Dates
from tests.analysis.quality.walks import FETCHED, record

Columns = ("open", "high", "low", "close", "adj_close", "volume")


def read(path: Path, kind: InstrumentKind) -> dict[str, Bars]:
    """Bars by symbol; adjusted closes set to end on the last close, as a provider does."""
    rows: dict[str, list[list[str]]] = defaultdict(list)
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            rows[row["ticker"]].append([row["date"], *(row[name] or "nan" for name in Columns)])
    return {symbol: bars_of(symbol, table, kind) for symbol, table in rows.items()}


def bars_of(symbol: str, table: list[list[str]], kind: InstrumentKind) -> Bars:
    values = np.array([row[1:] for row in table], float).T
    columns = dict(zip(Columns, values, strict=True))
    known = np.isfinite(columns["adj_close"])
    columns["adj_close"] *= columns["close"][known][-1] / columns["adj_close"][known][-1]
    days = np.array([row[0] for row in table], "datetime64[D]")
    return Bars(record(kind, symbol), days, fetched_at=FETCHED, **columns)


def sessions(exchange: str) -> Dates:
    calendar = load(exchange, date(1990, 1, 1), date(2015, 1, 15))
    assert calendar is not None
    return calendar.days


@pytest.fixture(scope="module")
def funds(shared_data: Path) -> dict[str, Bars]:
    return read(shared_data / "etf" / "us_etf_ohlcv_daily.csv.gz", InstrumentKind.ETF)


@pytest.fixture(scope="module")
def india(shared_data: Path) -> dict[str, Bars]:
    return read(shared_data / "stocks" / "india_nse_ohlcv_2000_2014.csv.gz", InstrumentKind.STOCK)


@pytest.fixture(scope="module")
def checked(india: dict[str, Bars]) -> Mapping[str, Checked]:
    days = sessions("XBOM")
    return {symbol: check(bars, days) for symbol, bars in india.items()}


def test_twenty_years_of_american_funds_raise_no_alarm(funds: dict[str, Bars]) -> None:
    days = sessions("XNYS")
    assert {symbol: found for symbol, bars in funds.items() if (found := check(bars, days).findings)} == {}


@pytest.mark.parametrize(
    ("symbol", "factor"), [("NIFTYBEES.NS", 0.1), ("GOLDBEES.NS", 0.01), ("BANKBEES.NS", 0.1), ("KOTAKGOLD.NS", 0.1)]
)
def test_indian_funds_of_before_2012_are_brought_to_the_later_scale(
    checked: Mapping[str, Checked], symbol: str, factor: float
) -> None:
    repairs = [item for item in checked[symbol].findings if item.treatment is Treatment.REPAIRED]
    assert [item.factor for item in repairs] == [pytest.approx(factor)]
    assert np.abs(np.diff(np.log(checked[symbol].bars.close))).max() < 0.25


def test_the_phantom_sessions_of_india_are_refused_and_its_special_sessions_kept(
    checked: Mapping[str, Checked],
) -> None:
    for day in ("2008-11-27", "2009-04-30", "2009-10-13"):
        assert not any(np.datetime64(day) in item.bars.dates for item in checked.values()), day
    for day in ("2004-01-01", "2013-11-14"):
        assert any(np.datetime64(day) in item.bars.dates for item in checked.values()), day


def test_single_days_on_another_scale_are_refused(checked: Mapping[str, Checked]) -> None:
    spikes = {
        (symbol, str(found.first))
        for symbol, item in checked.items()
        for found in item.findings
        if found.kind is FindingKind.SCALE_BREAK and found.treatment is Treatment.REFUSED
    }
    assert spikes == {("BAJFINANCE.NS", "2009-05-18"), ("CIPLA.NS", "2004-05-11"), ("LT.NS", "2006-09-27")}


def test_a_price_that_stood_still_for_a_year_is_not_stored(checked: Mapping[str, Checked]) -> None:
    assert str(checked["HDFC.NS"].bars.dates[-1]) == "2013-12-11"


def test_the_list_is_one_of_survivors(india: dict[str, Bars]) -> None:
    spans = [(as_date(bars.dates[0]), as_date(bars.dates[-1])) for bars in india.values()]
    assert survivorship(spans) is not None


# Splits that are known from elsewhere; the panel lists none.
SPLITS = {
    "KO": ("2012-08-13", 2.0),
    "AAPL": ("2014-06-09", 7.0),
    "CAT": ("2005-07-14", 2.0),
    "MA": ("2014-01-22", 10.0),
}


@pytest.mark.slow
@pytest.mark.parametrize("symbol", SPLITS)
def test_the_old_american_panel_is_silent_until_its_splits_are_known(shared_data: Path, symbol: str) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs pyarrow to read the panel of American shares")
    path = shared_data / "stocks" / "us_sp500_ohlcv_2000_2018.parquet"
    table = parquet.read_table(path, filters=[("ticker", "==", symbol)]).sort_by("date").to_pydict()
    rows = [[str(day), *map(str, values)] for day, *values in zip(table["date"], *map(table.get, Columns), strict=True)]
    bars, calendar = bars_of(symbol, rows, InstrumentKind.STOCK), sessions("XNYS")
    assert check(bars, calendar).findings == ()
    day, ratio = SPLITS[symbol]
    listed = replace(bars, actions=(CorporateAction(date.fromisoformat(day), "split", ratio),))
    (finding,) = check(listed, calendar).findings
    assert "old shares" in finding.detail
