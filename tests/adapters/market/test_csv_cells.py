"""Numbers and days as people write them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.adapters.market.files.dates import DateOrder, read_days
from advisor.adapters.market.files.names import field_of, is_date_name, symbol_of_file
from advisor.adapters.market.files.numbers import Decimal, Reading, read_number, read_ratio
from tests.adapters.market.csv_tables import DATES, Style


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1,234.50", ".", 1234.5),
        ("1.234,50", ",", 1234.5),
        ("$1,234.50", ".", 1234.5),
        ("€ 12,5", ",", 12.5),
        ("12.5 USD", ".", 12.5),
        ("(3.1)", ".", -3.1),
        ("1.2M", ".", 1.2e6),
        ("97,86K", ",", 97860),
        ("1 234,5", ",", 1234.5),
        ("1'234.5", ".", 1234.5),
        ("12,34,567.8", ".", 1234567.8),
        ("1.5e-3", ".", 0.0015),
        ("4.5%", ".", 4.5),
        (".5", ".", 0.5),
    ],
)
def test_numbers_are_read_as_they_are_meant(text: str, decimal: Decimal, value: float) -> None:
    assert read_number(text, decimal)[0] == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("12,34", Reading.OTHER),
        ("1,234", Reading.EITHER),
        ("1.234.567", Reading.OTHER),
        ("0.123", Reading.SURE),
        ("12", Reading.NUMBER),
        ("1,2,3", Reading.TEXT),
        ("1_000", Reading.TEXT),
        ("0x10", Reading.TEXT),
        ("halted", Reading.TEXT),
        (" n/a ", Reading.MISSING),
        ("NULL", Reading.MISSING),
        (".", Reading.MISSING),
    ],
)
def test_what_a_cell_says_of_its_way_of_writing_is_known(text: str, reading: Reading) -> None:
    assert read_number(text, ".")[1] is reading


@given(value=st.integers(-(10**9), 10**9), decimal=st.sampled_from([".", ","]), grouped=st.booleans())
def test_what_is_written_is_read_back(value: int, decimal: Decimal, grouped: bool) -> None:
    number = value / 10_000
    assert read_number(Style(decimal=decimal, grouped=grouped).number(number), decimal)[0] == number


@given(text=st.text(max_size=30), decimal=st.sampled_from([".", ","]))
def test_no_text_is_too_strange_for_a_number(text: str, decimal: Decimal) -> None:
    value, reading = read_number(text, decimal)
    assert not np.isinf(value)
    assert np.isnan(value) or reading in (Reading.NUMBER, Reading.SURE, Reading.EITHER)


@pytest.mark.parametrize(("text", "ratio"), [("4:1", 4.0), ("1/10", 0.1), ("3 for 2", 1.5), ("2-for-1", 2.0)])
def test_ratios_of_splits_are_new_shares_per_old_one(text: str, ratio: float) -> None:
    assert read_ratio(text) == pytest.approx(ratio)


@given(
    days=st.lists(st.dates(date(1970, 1, 1), date(2069, 12, 31)), min_size=1, max_size=20),
    way=st.sampled_from(sorted(DATES)),
)
def test_days_written_in_any_way_are_read_back(days: list[date], way: str) -> None:
    days = [*days, date(2014, 12, 31)]  # a day over 12 decides
    np.testing.assert_array_equal(read_days([DATES[way](day) for day in days]).days, np.array(days, "M8[D]"))


@pytest.mark.parametrize(
    "text",
    ["31. Dezember 2014", "Wed Dec 31 2014", "31-Dez-14", "December 31, 2014 16:00", "2014/12/31", "Wed, 31 Dec 2014"],
)
def test_days_with_names_are_read(text: str) -> None:
    assert read_days([text]).days[0] == np.datetime64("2014-12-31")


@pytest.mark.parametrize(
    "text", ["2014-13-01", "20141232", "hello", "12.5", "1234", "3014-01-01", "0001-01-01", "31/31/2014"]
)
def test_what_is_no_day_is_not_read_as_one(text: str) -> None:
    assert np.isnat(read_days([text]).days[0])


def test_one_day_over_twelve_decides_for_the_whole_column() -> None:
    found = read_days(["01/02/2014", "01/31/2014"])
    assert found.order is DateOrder.MONTH_FIRST
    assert not found.undecided
    np.testing.assert_array_equal(found.days, np.array(["2014-01-02", "2014-01-31"], "M8[D]"))


def test_a_column_that_contradicts_itself_says_where() -> None:
    assert read_days(["13/01/2014", "01/02/2014", "01/14/2014"]).against == "01/14/2014"


def test_an_undecided_column_is_read_so_that_its_days_lie_close_together() -> None:
    found = read_days(["01/02/2014", "02/02/2014", "03/02/2014"])
    assert (found.order, found.undecided) == (DateOrder.DAY_FIRST, True)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Adj Close", "adj_close"),
        ("Adj. Close*", "adj_close"),
        ("5. adjusted close", "adj_close"),
        ("Close/Last", "close"),
        ("PX_LAST", "close"),
        ("Schlußkurs", "close"),
        ("Eröffnung", "open"),
        ("Vol.", "volume"),
        ("Stock Splits", "splits"),
        ("AAPL", ""),
    ],
)
def test_headers_mean_fields(header: str, field: str) -> None:
    assert field_of(header) == field


@pytest.mark.parametrize("header", ["Date", "Datum", "timestamp", "Trade Date", "DATE ", "observation_date"])
def test_headers_mean_dates(header: str) -> None:
    assert is_date_name(header)


@pytest.mark.parametrize(
    ("file", "symbol"),
    [
        ("RELIANCE.NS.csv.gz", "RELIANCE.NS"),
        ("AAPL Historical Data (1).csv", "AAPL"),
        ("aapl_daily.tsv", "AAPL"),
        ("brk-b.csv", "BRK-B"),
    ],
)
def test_a_file_of_one_symbol_is_named_for_it(file: str, symbol: str) -> None:
    assert symbol_of_file(file) == symbol
