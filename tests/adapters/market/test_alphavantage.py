"""Alpha Vantage by the real client over a local server.

Recorded bodies (../shared/data/alphavantage) serve quotes, search, overview and errors. There is no recording of daily prices,
exchange rates, splits or statements: those bodies are synthetic, in the documented form.
"""

from __future__ import annotations

import gzip
import json
import logging
import threading
import traceback
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from advisor.adapters.market.alphavantage.pace import Pace
from advisor.adapters.market.alphavantage.provider import AlphaVantageProvider
from advisor.domain.bars import Bars, InstrumentKind
from advisor.domain.errors import MarketDataError, NotEnoughHistory, RateLimited, SourceUnavailable, UnknownSymbol
from tests.adapters.market.conftest import HandClock
from tests.alphavantage_server import AlphaVantageServer, Answer, daily, daily_adjusted, fx_daily, splits, statements

NOW = datetime(2024, 6, 14, 22, tzinfo=UTC)
START, END = date(2023, 1, 2), date(2024, 6, 14)
ALL_DAYS = [str(day) for day in np.arange("2023-01-02", "2024-06-15", dtype="datetime64[D]") if np.is_busday(day)]
CLOSES = {day: 100.0 + i for i, day in enumerate(ALL_DAYS)}
PREMIUM = {
    "Information": "Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to any of the premium plans."
}
PREMIUM_SIZE = {
    "Information": "Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium feature for the "
    "TIME_SERIES_DAILY endpoint. You may subscribe to instantly unlock all premium features"
}
BURST = {
    "Information": "Please consider spreading out your free API requests more sparingly (1 request per second). "
    "You may subscribe to lift the free key rate limit (25 requests per day) and instantly unlock all premium endpoints"
}
INCOME = {
    "fiscalDateEnding": "2023-12-31",
    "reportedCurrency": "USD",
    "totalRevenue": "61860000000",
    "netIncome": "None",
}
BALANCE = {
    "fiscalDateEnding": "2023-12-31",
    "reportedCurrency": "USD",
    "totalAssets": "135241000000",
    "commonStockSharesOutstanding": "915013646",
}
CASH = {
    "fiscalDateEnding": "2024-03-31",
    "reportedCurrency": "USD",
    "operatingCashflow": "4168000000",
    "capitalExpenditures": "361000000",
}


def key_quoting_limit(key: str) -> dict[str, str]:
    return {
        "Information": f"We have detected your API key as {key} and our standard API rate limit is 25 requests per day."
    }


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def remote() -> Iterator[AlphaVantageServer]:
    with AlphaVantageServer() as running:
        running.bodies[("TIME_SERIES_DAILY_ADJUSTED", "IBM")] = daily_adjusted("IBM", CLOSES, CLOSES)
        running.bodies[("TIME_SERIES_DAILY", "IBM")] = daily("IBM", CLOSES)
        running.bodies[("SPLITS", "IBM")] = splits("IBM", [("1999-05-27", 2.0)])
        running.bodies[("FX_DAILY", "EURUSD")] = fx_daily("EUR", "USD", CLOSES)
        yield running


@pytest.fixture
async def provider(remote: AlphaVantageServer, clock: HandClock, tmp_path: Path) -> AsyncIterator[AlphaVantageProvider]:
    made = make(remote, clock, raw_dir=tmp_path / "raw")
    yield made
    await made.close()


def make(remote: AlphaVantageServer, clock: HandClock, **options: Any) -> AlphaVantageProvider:
    """A provider that need not wait, and does not."""
    pace = options.pop("pace", None) or Pace(clock, per_minute=None, per_day=None, gap_seconds=0, wait_seconds=0)
    return AlphaVantageProvider(
        options.pop("key", remote.key), clock, base_url=remote.url, pace=pace, seconds=5, **options
    )


async def only(provider: AlphaVantageProvider, symbol: str, start: date = START, end: date = END) -> Bars:
    found = (await provider.history([symbol], start, end))[symbol]
    assert isinstance(found, Bars), found
    return found


def recorded(shared_data: Path, name: str) -> Any:
    return json.loads((shared_data / "alphavantage" / name).read_text())


# --- history -----------------------------------------------------------------------------------------------------------------
async def test_adjusted_daily_bars_come_for_the_span(
    remote: AlphaVantageServer, provider: AlphaVantageProvider
) -> None:
    found = await only(provider, "IBM", date(2023, 2, 1), date(2024, 5, 31))
    assert (str(found.dates[0]), str(found.dates[-1])) == ("2023-02-01", "2024-05-31")
    assert (found.record.symbol, found.record.currency, found.record.exchange) == ("IBM", "USD", "XNYS")
    assert found.total_return
    assert found.fetched_at == NOW
    assert remote.asked == [{"function": "TIME_SERIES_DAILY_ADJUSTED", "symbol": "IBM", "outputsize": "full"}]


async def test_a_short_span_asks_for_the_short_form(remote: AlphaVantageServer, provider: AlphaVantageProvider) -> None:
    found = await only(provider, "IBM", date(2024, 6, 3))
    assert len(found) == 10
    assert remote.asked[0]["outputsize"] == "compact"


async def test_a_free_key_gets_plain_prices_adjusted_for_splits(
    remote: AlphaVantageServer, provider: AlphaVantageProvider, clock: HandClock
) -> None:
    remote.answers = {"TIME_SERIES_DAILY_ADJUSTED": PREMIUM, "TIME_SERIES_DAILY full": PREMIUM_SIZE}
    remote.bodies[("TIME_SERIES_DAILY", "IBM")] = daily(
        "IBM", {day: CLOSES[day] * (2 if day < "2024-06-03" else 1) for day in ALL_DAYS}
    )
    remote.bodies[("SPLITS", "IBM")] = splits("IBM", [("2024-06-03", 2.0)])
    found = await only(provider, "IBM")
    np.testing.assert_allclose(found.close, [CLOSES[day] for day in ALL_DAYS[-100:]])
    assert not found.total_return
    assert [(item.kind, item.value) for item in found.actions] == [("split", 2.0)]
    assert remote.functions == ["TIME_SERIES_DAILY_ADJUSTED", "TIME_SERIES_DAILY", "TIME_SERIES_DAILY", "SPLITS"]
    # What was refused is not asked for again today, and is tomorrow.
    remote.asked.clear()
    await only(provider, "IBM")
    assert remote.functions == ["TIME_SERIES_DAILY", "SPLITS"]
    clock.present += timedelta(days=1, seconds=1)
    await only(provider, "IBM")
    assert "TIME_SERIES_DAILY_ADJUSTED" in remote.functions


async def test_a_span_before_the_last_hundred_sessions_of_a_free_key_says_why_it_is_empty(
    remote: AlphaVantageServer, provider: AlphaVantageProvider
) -> None:
    remote.answers = {"TIME_SERIES_DAILY_ADJUSTED": PREMIUM, "TIME_SERIES_DAILY full": PREMIUM_SIZE}
    outcome = (await provider.history(["IBM"], START, date(2023, 6, 1)))["IBM"]
    assert isinstance(outcome, NotEnoughHistory)
    assert "100 trading days" in outcome.message


async def test_exchange_rates_are_written_as_pairs(remote: AlphaVantageServer, provider: AlphaVantageProvider) -> None:
    found = await only(provider, "EURUSD=X")
    assert (found.record.kind, found.record.currency) == (InstrumentKind.CURRENCY, "USD")
    assert str(found.dates[-1]) == "2024-06-13", "the day of a currency ends with the UTC day"
    assert {"from_symbol": "EUR", "to_symbol": "USD"}.items() <= remote.asked[0].items()


async def test_a_share_in_pence_comes_in_pounds_and_its_currency_is_asked_for_once(
    remote: AlphaVantageServer, provider: AlphaVantageProvider
) -> None:
    match = {"1. symbol": "TSCO.LON", "2. name": "Tesco PLC", "3. type": "Equity", "8. currency": "GBX"}
    remote.bodies[("SYMBOL_SEARCH", "TSCO.LON")] = {"bestMatches": [match]}
    remote.bodies[("TIME_SERIES_DAILY_ADJUSTED", "TSCO.LON")] = daily_adjusted("TSCO.LON", CLOSES, CLOSES)
    for _ in range(2):
        found = await only(provider, "TSCO.LON")
        assert (found.record.currency, found.record.name) == ("GBP", "Tesco PLC")
        assert found.close[0] == pytest.approx(1.0)
    assert remote.functions.count("SYMBOL_SEARCH") == 1


async def test_a_currency_that_search_does_not_know_stays_unknown(
    remote: AlphaVantageServer, provider: AlphaVantageProvider
) -> None:
    remote.bodies[("SYMBOL_SEARCH", "RELIANCE.BSE")] = {"bestMatches": []}
    remote.bodies[("TIME_SERIES_DAILY_ADJUSTED", "RELIANCE.BSE")] = daily_adjusted("RELIANCE.BSE", CLOSES, CLOSES)
    found = await only(provider, "reliance.bse".upper())
    assert (found.record.currency, found.record.exchange) == ("", "XBOM")


async def test_every_symbol_of_a_batch_has_its_own_outcome(provider: AlphaVantageProvider) -> None:
    found = await provider.history(["NOSUCH", "IBM", "../../etc", "IBM"], START, END)
    assert {symbol: type(outcome) for symbol, outcome in found.items()} == {
        "NOSUCH": UnknownSymbol,
        "IBM": Bars,
        "../../etc": UnknownSymbol,
    }
    assert await provider.history([], START, END) == {}


async def test_a_span_without_completed_days_has_no_history(
    provider: AlphaVantageProvider, remote: AlphaVantageServer
) -> None:
    for start, end in ((END, START), (date(2024, 6, 15), date(2024, 7, 1))):
        outcome = (await provider.history(["IBM"], start, end))["IBM"]
        assert isinstance(outcome, NotEnoughHistory)
    assert remote.asked == []


async def test_todays_bar_waits_for_the_close(
    remote: AlphaVantageServer, provider: AlphaVantageProvider, clock: HandClock
) -> None:
    clock.present = datetime(2024, 6, 14, 19, tzinfo=UTC)  # three in the afternoon in New York
    assert str((await only(provider, "IBM")).dates[-1]) == "2024-06-13"


# --- limits and errors -------------------------------------------------------------------------------------------------------
async def test_a_used_up_key_stops_the_batch_and_keeps_what_came(remote: AlphaVantageServer, clock: HandClock) -> None:
    provider = make(remote, clock, pace=Pace(clock, per_minute=None, per_day=1, gap_seconds=0))
    found = await provider.history(["IBM", "MSFT", "..", "KO"], START, END)
    assert isinstance(found["IBM"], Bars)
    assert isinstance(found["MSFT"], RateLimited)
    assert isinstance(found["KO"], RateLimited)
    assert isinstance(found[".."], UnknownSymbol)
    with pytest.raises(RateLimited) as refused:
        await provider.history(["MSFT"], START, END)
    assert refused.value.details["retry_at"] == (NOW + timedelta(days=1)).isoformat()
    assert len(remote.asked) == 1
    await provider.close()


@pytest.mark.parametrize(
    ("kind", "pause"),
    [("rate_limit_note_5pm_500pd", timedelta(minutes=1)), ("rate_limit_information_25pd", timedelta(hours=1))],
)
async def test_recorded_refusals_with_status_200_close_the_door_for_a_while(
    remote: AlphaVantageServer, provider: AlphaVantageProvider, shared_data: Path, kind: str, pause: timedelta
) -> None:
    remote.every = recorded(shared_data, "errors_http200.json")[kind]
    for _ in range(2):
        with pytest.raises(RateLimited) as refused:
            await provider.quote("IBM")
        assert refused.value.details["retry_at"] == (NOW + pause).isoformat()
    assert len(remote.asked) == 1


async def test_a_recorded_invalid_call_is_an_unknown_symbol(
    remote: AlphaVantageServer, provider: AlphaVantageProvider, shared_data: Path
) -> None:
    remote.every = recorded(shared_data, "errors_http200.json")["invalid_call"]
    with pytest.raises(UnknownSymbol, match="IBM"):
        await provider.quote("IBM")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (BURST, RateLimited),
        ({"Error Message": "This API function () does not exist."}, SourceUnavailable),
        ({"Information": "The **demo** API key is for demo purposes only."}, SourceUnavailable),
        ({"Note": "Something new."}, SourceUnavailable),
        ({}, SourceUnavailable),
        ([], SourceUnavailable),
        (Answer(429, headers=(("Retry-After", "120"),)), RateLimited),
        (Answer(503, b"busy"), SourceUnavailable),
        (Answer(302, headers=(("Location", "http://127.0.0.1:9/"),)), SourceUnavailable),
        (Answer(200, b"<html>Maintenance</html>", "text/html"), SourceUnavailable),
        (Answer(200, b'{"Meta Data": {}, "Time Series (Daily)": {"2024-06-13"', missing=500), SourceUnavailable),
        (Answer(200, b"\xff\xfe\x00"), SourceUnavailable),
    ],
)
async def test_answers_that_are_no_data_are_failures(
    remote: AlphaVantageServer, provider: AlphaVantageProvider, body: Any, error: type[MarketDataError]
) -> None:
    remote.every = body
    for ask in (provider.quote("IBM"), provider.search("IBM")):
        with pytest.raises(SourceUnavailable):
            await ask
    remote.every = body
    again = make(remote, HandClock(NOW))
    with pytest.raises(error) as raised:
        await again.quote("IBM")
    assert type(raised.value) is error
    await again.close()


async def test_a_wrong_key_is_said_to_be_one_and_concerns_all(remote: AlphaVantageServer, clock: HandClock) -> None:
    provider = make(remote, clock, key="wrong-key-0815")
    with pytest.raises(SourceUnavailable, match="key") as refused:
        await provider.history(["IBM", "KO"], START, END)
    assert refused.value.field == "ALPHAVANTAGE_KEY"
    await provider.close()


async def test_a_dead_host_and_a_silent_one_are_failures(remote: AlphaVantageServer, clock: HandClock) -> None:
    remote.every = Answer(release=threading.Event())
    pace = Pace(clock, per_minute=None, per_day=None, gap_seconds=0)
    for url, seconds in (("http://127.0.0.1:9", 5.0), (remote.url, 0.3)):
        provider = AlphaVantageProvider(remote.key, clock, base_url=url, pace=pace, seconds=seconds)
        with pytest.raises(SourceUnavailable, match="in time"):
            await provider.history(["IBM"], START, END)
        await provider.close()


async def test_the_key_is_in_no_log_line_no_error_and_no_file(
    remote: AlphaVantageServer, clock: HandClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    provider = make(remote, clock, raw_dir=tmp_path)
    remote.bodies[("TIME_SERIES_DAILY_ADJUSTED", "IBM")]["Meta Data"]["note"] = f"asked with {remote.key}"
    told: list[str] = []
    await only(provider, "IBM")
    dead = AlphaVantageProvider(remote.key, clock, base_url="http://127.0.0.1:9")
    remote.answers["GLOBAL_QUOTE"] = key_quoting_limit(remote.key)
    for asked in (dead, provider):
        with pytest.raises(SourceUnavailable) as raised:
            await asked.quote("IBM")
        told += [*traceback.format_exception(raised.value), repr(raised.value.details)]
        await asked.close()
    assert "function=TIME_SERIES_DAILY_ADJUSTED" in caplog.text, "the client's own log line is there"
    kept = [gzip.decompress(path.read_bytes()).decode() for path in tmp_path.rglob("*.gz")]
    assert any("asked with ***" in text for text in kept)
    for text in (*told, caplog.text, *kept, repr(provider)):
        assert remote.key not in text


async def test_bodies_are_kept_by_source_day_symbol_and_function(
    provider: AlphaVantageProvider, tmp_path: Path
) -> None:
    await only(provider, "EURUSD=X")
    (kept,) = (tmp_path / "raw").rglob("*.gz")
    assert kept.relative_to(tmp_path / "raw").as_posix() == "alphavantage/2024-06-14/EURUSD=X.fx_daily.json.gz"
    assert "Time Series FX (Daily)" in json.loads(gzip.decompress(kept.read_bytes()))


async def test_a_folder_that_cannot_be_written_does_not_lose_the_answer(
    remote: AlphaVantageServer, clock: HandClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    provider = make(remote, clock, raw_dir=tmp_path / "file")
    assert len(await only(provider, "IBM")) > 300
    assert "could not be kept" in caplog.text
    await provider.close()


# --- quotes, search, statements ----------------------------------------------------------------------------------------------
async def test_a_recorded_quote(remote: AlphaVantageServer, provider: AlphaVantageProvider, shared_data: Path) -> None:
    remote.bodies[("GLOBAL_QUOTE", "MSFT")] = recorded(shared_data, "global_quote.json")
    quote = await provider.quote("MSFT")
    assert (quote.price, quote.previous_close, quote.record.currency) == (112.13, 112.79, "USD")
    assert quote.at == datetime(2018, 10, 5, 20, tzinfo=UTC)


async def test_a_quote_of_a_session_under_way_is_of_now(
    remote: AlphaVantageServer, provider: AlphaVantageProvider, clock: HandClock
) -> None:
    clock.present = datetime(2024, 6, 14, 15, tzinfo=UTC)
    told = {
        "01. symbol": "IBM",
        "05. price": "169.21",
        "07. latest trading day": "2024-06-14",
        "08. previous close": "None",
    }
    remote.bodies[("GLOBAL_QUOTE", "IBM")] = {"Global Quote": told}
    quote = await provider.quote("IBM")
    assert (quote.at, quote.previous_close) == (clock.present, None)


async def test_an_empty_quote_is_an_unknown_symbol(provider: AlphaVantageProvider) -> None:
    with pytest.raises(UnknownSymbol, match="NOSUCH"):
        await provider.quote("NOSUCH")


async def test_an_exchange_rate_as_a_quote(remote: AlphaVantageServer, provider: AlphaVantageProvider) -> None:
    told = {"5. Exchange Rate": "1.07010000", "6. Last Refreshed": "2024-06-14 21:55:02", "7. Time Zone": "UTC"}
    remote.bodies[("CURRENCY_EXCHANGE_RATE", "EURUSD")] = {"Realtime Currency Exchange Rate": told}
    quote = await provider.quote("EURUSD=X")
    assert (quote.price, quote.at) == (1.0701, datetime(2024, 6, 14, 21, 55, 2, tzinfo=UTC))


async def test_a_recorded_search(remote: AlphaVantageServer, provider: AlphaVantageProvider, shared_data: Path) -> None:
    remote.bodies[("SYMBOL_SEARCH", "BA")] = recorded(shared_data, "symbol_search.json")
    found = await provider.search(" BA ", 4)
    assert [item.symbol for item in found] == ["BA", "BABA", "BSVN", "6190.HKG"]
    assert (found[0].name, found[0].kind, found[0].currency) == ("The Boeing Company", InstrumentKind.STOCK, "USD")
    assert (found[3].currency, found[3].exchange) == ("HKD", "XHKG")
    assert await provider.search("  ") == ()
    assert len(remote.asked) == 1


async def test_nothing_found_is_empty(provider: AlphaVantageProvider) -> None:
    assert await provider.search("zzzz") == ()


async def test_facts_of_a_recorded_overview_and_of_statements(
    remote: AlphaVantageServer, provider: AlphaVantageProvider, shared_data: Path
) -> None:
    remote.bodies[("OVERVIEW", "IBM")] = recorded(shared_data, "mock_company_overview.json")
    remote.bodies[("INCOME_STATEMENT", "IBM")] = statements("IBM", [INCOME], [INCOME])
    remote.bodies[("BALANCE_SHEET", "IBM")] = statements("IBM", [BALANCE], [BALANCE])
    remote.bodies[("CASH_FLOW", "IBM")] = statements("IBM", [], [CASH])
    found = {
        (fact.item, str(fact.period_end), fact.months): (fact.value, fact.currency)
        for fact in await provider.facts("IBM")
    }
    assert found == {
        ("eps_diluted", "2020-06-30", 12): (8.811, "USD"),
        ("revenue", "2023-12-31", 12): (61860000000.0, "USD"),
        ("revenue", "2023-12-31", 3): (61860000000.0, "USD"),
        ("total_assets", "2023-12-31", 0): (135241000000.0, "USD"),
        ("shares", "2023-12-31", 0): (915013646.0, ""),
        ("operating_cash_flow", "2024-03-31", 3): (4168000000.0, "USD"),
        ("capital_expenditure", "2024-03-31", 3): (361000000.0, "USD"),
    }
    assert all(fact.reported is None for fact in await provider.facts("IBM"))
    record = (await only(provider, "IBM")).record
    assert (record.name, record.sector, record.kind) == (
        "International Business Machines Corporation",
        "Technology",
        InstrumentKind.STOCK,
    )


async def test_what_files_no_statements_has_no_facts_and_what_does_not_exist_is_unknown(
    remote: AlphaVantageServer, provider: AlphaVantageProvider
) -> None:
    remote.names = [("SPY", "SPDR S&P 500 ETF Trust", "USD")]
    for _ in range(2):
        assert await provider.facts("SPY") == ()
    assert await provider.facts("EURUSD=X") == ()
    assert remote.functions == ["OVERVIEW", "SYMBOL_SEARCH", "OVERVIEW"]
    with pytest.raises(UnknownSymbol, match="NOSUCH"):
        await provider.facts("NOSUCH")


async def test_an_overview_never_changes_the_currency_of_prices(
    remote: AlphaVantageServer, provider: AlphaVantageProvider
) -> None:
    remote.bodies[("OVERVIEW", "TSCO.LON")] = {"Symbol": "TSCO.LON", "Name": "Tesco", "Currency": "GBP"}
    for function in ("INCOME_STATEMENT", "BALANCE_SHEET", "CASH_FLOW"):
        remote.bodies[(function, "TSCO.LON")] = statements("TSCO.LON", [], [])
    remote.bodies[("SYMBOL_SEARCH", "TSCO.LON")] = {"bestMatches": [{"1. symbol": "TSCO.LON", "8. currency": "GBX"}]}
    remote.bodies[("TIME_SERIES_DAILY_ADJUSTED", "TSCO.LON")] = daily_adjusted("TSCO.LON", CLOSES, CLOSES)
    for _ in range(2):
        assert await provider.facts("TSCO.LON") == ()
        assert (await only(provider, "TSCO.LON")).close[0] == pytest.approx(1.0)


async def test_a_ping_spends_a_request_only_when_nothing_answered_for_an_hour(
    remote: AlphaVantageServer, provider: AlphaVantageProvider, clock: HandClock
) -> None:
    remote.bodies[("SYMBOL_SEARCH", "IBM")] = {"bestMatches": []}
    for _ in range(3):
        await provider.ping()
    assert len(remote.asked) == 1
    clock.present += timedelta(hours=1, seconds=1)
    remote.every = Answer(503)
    with pytest.raises(SourceUnavailable):
        await provider.ping()
