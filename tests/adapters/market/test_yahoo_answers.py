"""Reading Yahoo's quotes, search results and statements, and the tables behind them."""

from __future__ import annotations

from datetime import date
from typing import Any

import exchange_calendars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.adapters.market.yahoo.answers import (
    FACT_TYPES,
    NeverHeard,
    read_chart_quote,
    read_facts,
    read_quote,
    read_search,
)
from advisor.adapters.market.yahoo.bars import NoPrices, NotUnderstood
from advisor.adapters.market.yahoo.codes import codes, symbol_of
from advisor.domain.bars import FACT_ITEMS, InstrumentKind
from tests.yahoo_server.bodies import statements

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def quote_body(**fields: Any) -> dict[str, Any]:
    known = {"symbol": "X", "quoteType": "EQUITY", "regularMarketPrice": 5.0, "regularMarketTime": 1_700_000_000}
    return {"quoteResponse": {"result": [known | fields], "error": None}}


@given(body=JSON)
def test_whatever_json_comes_is_a_quote_or_a_named_failure(body: Any) -> None:
    for wrapped in (
        body,
        {"quoteResponse": {"result": body}},
        {"quoteResponse": {"result": [body]}},
        {"chart": {"result": [body]}},
    ):
        for read in (read_quote, read_chart_quote):
            with pytest.raises((NeverHeard, NoPrices, NotUnderstood)):
                read("X", wrapped)


@given(body=JSON)
def test_whatever_json_comes_holds_statements_or_is_a_named_failure(body: Any) -> None:
    assert (
        read_facts({"timeseries": {"result": [body, {"annualTotalRevenue": body}, {"annualTotalRevenue": [body]}]}})
        == ()
    )
    with pytest.raises(NotUnderstood):
        read_facts({"timeseries": body if not isinstance(body, dict) or "result" not in body else None})


@given(price=JSON, stamp=JSON)
def test_a_quote_needs_a_price_and_a_possible_time(price: Any, stamp: Any) -> None:
    try:
        quote = read_quote("X", quote_body(regularMarketPrice=price, regularMarketTime=stamp))
    except (NoPrices, NotUnderstood):
        return
    assert quote.price == price
    assert quote.at.utcoffset() is not None


def test_a_quote_without_yesterdays_close_says_so() -> None:
    assert read_quote("X", quote_body()).previous_close is None
    assert read_quote("X", quote_body(regularMarketPreviousClose=4.0, currency="ILA")).previous_close == 0.04


def test_a_quote_in_an_unknown_unit_means_nothing() -> None:
    with pytest.raises(NotUnderstood):
        read_quote("X", quote_body(currency="shells"))


def test_search_results_come_once_each_in_their_order_without_options_and_strangers() -> None:
    quotes = [
        {"symbol": "B", "quoteType": "EQUITY", "exchange": "LSE", "shortname": "Bee", "sector": "Energy"},
        {"symbol": "A", "quoteType": "ETF", "exchange": "NSI", "longname": " Ay "},
        {"symbol": "B", "quoteType": "EQUITY"},
        {"symbol": "C251219C00120000", "quoteType": "OPTION"},
        {"symbol": "../../etc", "quoteType": "EQUITY"},
        {"name": "A private company", "isYahooFinance": False},
        "text",
    ]
    found = read_search(quotes, 10)
    assert [(item.symbol, item.name, item.exchange, item.sector) for item in found] == [
        ("B", "Bee", "XLON", "Energy"),
        ("A", "Ay", "XBOM", ""),
    ]
    assert all(item.source == "yahoo" and item.currency == "" for item in found)
    assert len(read_search(quotes, 1)) == 1


def test_facts_have_their_span_their_currency_and_no_day_of_publication() -> None:
    figures = {
        "annualTotalRevenue": [("2023-12-31", "12M", 100.0)],
        "quarterlyTotalRevenue": [("2023-12-31", "3M", 30.0), ("2023-09-30", "3M", 25.0)],
        "annualCapitalExpenditure": [("2023-12-31", "12M", -7.0)],
        "annualTotalAssets": [("2023-12-31", "12M", 900.0)],
        "quarterlyTotalAssets": [("2023-12-31", "3M", 900.0)],
        "annualOrdinarySharesNumber": [("2023-12-31", "12M", 50.0)],
        "quarterlyNetIncome": [("2023-12-31", "TTM", 3.0)],
    }
    body = statements(FACT_TYPES, figures, currency="INR")
    undated = {"asOfDate": "soon", "periodType": "3M", "currencyCode": "INR", "reportedValue": {"raw": 3.0}}
    body["timeseries"]["result"].append({"quarterlyNetIncome": [undated]})
    facts = read_facts(body)
    assert [(item.item, item.period_end, item.months, item.value, item.currency) for item in facts] == [
        ("revenue", date(2023, 9, 30), 3, 25.0, "INR"),
        ("capital_expenditure", date(2023, 12, 31), 12, 7.0, "INR"),
        ("revenue", date(2023, 12, 31), 3, 30.0, "INR"),
        ("revenue", date(2023, 12, 31), 12, 100.0, "INR"),
        ("shares", date(2023, 12, 31), 0, 50.0, ""),
        ("total_assets", date(2023, 12, 31), 0, 900.0, "INR"),
    ]
    assert {item.reported for item in facts} == {None}


def test_every_figure_we_have_a_word_for_is_asked_for() -> None:
    everything = {kind: [("2023-12-31", "12M", 1.0)] for kind in FACT_TYPES if kind.startswith("annual")}
    assert {item.item for item in read_facts(statements(FACT_TYPES, everything))} == set(FACT_ITEMS)


def test_every_exchange_has_a_calendar_that_exists() -> None:
    assert set(codes().exchanges.values()) <= set(exchange_calendars.get_calendar_names())
    assert {"NMS", "NYQ", "PCX", "NSI", "BSE", "GER", "MIL", "PAR", "LSE", "AMS", "SHH", "SHZ", "TOR", "JPX"} <= set(
        codes().exchanges
    )


def test_every_kind_is_one_of_ours() -> None:
    assert set(codes().kinds.values()) <= set(InstrumentKind)
    assert codes().kind("X", "SOMETHING NEW") is InstrumentKind.OTHER


@pytest.mark.parametrize(
    "symbol",
    ["AAPL", "BRK-B", "^GSPC", "EURUSD=X", "CL=F", "M&M.NS", "0P0000XTS7.F", "005930.KS", "BTC-USD", "DX-Y.NYB"],
)
def test_symbols_of_all_kinds_are_taken_in_any_case(symbol: str) -> None:
    assert symbol_of(f" {symbol.lower()} ") == symbol


@given(text=st.text(max_size=60))
def test_what_passes_for_a_symbol_is_short_and_cannot_leave_its_place_in_an_address(text: str) -> None:
    symbol = symbol_of(text)
    if symbol is not None:
        assert symbol == symbol.upper()
        assert 0 < len(symbol) <= 25
        assert not set(symbol) & set("/\\?#% \n\x00")
        assert not symbol.startswith(".")
