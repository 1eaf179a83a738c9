"""The Yahoo provider through the real client against a local server.

Recorded answers (../shared/data/yahoo) are served where there are some. There is none of a long history, of other exchanges than
New York, Copenhagen and London, nor of most failures: those bodies are made up in the recorded form by tests/yahoo_server.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import multiprocessing
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from advisor.adapters.market.yahoo.provider import YahooProvider
from advisor.domain.bars import Bars, InstrumentKind
from advisor.domain.errors import (
    MarketDataError,
    NotEnoughHistory,
    RateLimited,
    SmartInvestError,
    SourceUnavailable,
    UnknownSymbol,
)
from tests.adapters.market.conftest import HandClock, PoolOffload, cache_dir
from tests.yahoo_server import Answer, Recordings, YahooServer, error_body, random_walk, sessions
from tests.yahoo_server.bodies import daily

FIRST, LAST = date(2018, 1, 2), date(2024, 6, 14)
RECORDED_ON = datetime(2025, 2, 26, 12, tzinfo=UTC)
PAGE = Answer(200, b"<!DOCTYPE html><html><body>Oops</body></html>", "text/html")
BROKEN = Answer(503, b"<html>Service Unavailable</html>", "text/html")
LIMITED = Answer(429, b"Too Many Requests", "text/plain")


class Helper(PoolOffload):
    """The offload, counting the calls of the helper process."""

    calls = 0

    async def process(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        return await super().process(function, *args, **kwargs)


@pytest.fixture
def helper(pool: ProcessPoolExecutor) -> Helper:
    return Helper(pool)


@pytest.fixture
async def provider(
    helper: Helper, clock: HandClock, server: YahooServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[YahooProvider]:
    made = YahooProvider(helper, clock, cache_dir=cache_dir(tmp_path_factory), base_url=server.url, burst=10_000)
    yield made
    await made.close()


@pytest.fixture
def recorded(server: YahooServer, shared_data: Path, clock: HandClock) -> Recordings:
    """The server answers with the recordings, on the day after the last of them was made."""
    server.recordings = Recordings(shared_data / "yahoo")
    clock.present = RECORDED_ON
    return server.recordings


def prices(outcome: Bars | MarketDataError) -> Bars:
    assert isinstance(outcome, Bars), outcome
    return outcome


# --- recorded -------------------------------------------------------------------------------------------------------------
async def test_recorded_charts_come_through_with_their_prices_and_names(
    provider: YahooProvider, recorded: Recordings
) -> None:
    symbols = recorded.subjects("chart")
    assert len(symbols) == 9
    found = await provider.history(symbols, date(1900, 1, 1), date(2025, 12, 31))
    for symbol in symbols:
        bars = prices(found[symbol])
        _, body = recorded.find("chart", symbol, {"period1": "-2208988800"}) or (0, None)
        sent = body["chart"]["result"][0]
        assert len(bars) == len(sent["timestamp"])
        np.testing.assert_allclose(bars.close, np.array(sent["indicators"]["quote"][0]["close"], float), rtol=1e-12)
        assert bars.record.name == sent["meta"]["longName"]
        assert bars.record.currency == sent["meta"]["currency"]
        assert bars.adj_close[-1] == bars.close[-1]


@pytest.mark.parametrize(
    "case",
    [
        ("AAPL", InstrumentKind.STOCK, "XNAS", "USD"),
        ("QQQ", InstrumentKind.ETF, "XNAS", "USD"),
        ("EURUSD=X", InstrumentKind.CURRENCY, "24/5", "USD"),
        ("ORSTED.CO", InstrumentKind.STOCK, "XCSE", "DKK"),
        ("AFRAF", InstrumentKind.STOCK, "XNYS", "USD"),
        ("0P0000XTS7", InstrumentKind.FUND, "XNYS", "USD"),
    ],
)
async def test_a_recorded_instrument_is_described_in_our_words(
    provider: YahooProvider, recorded: Recordings, case: tuple[str, InstrumentKind, str, str]
) -> None:
    symbol, kind, exchange, currency = case
    bars = prices((await provider.history([symbol], date(1900, 1, 1), date.max))[symbol])
    assert (bars.record.kind, bars.record.exchange, bars.record.currency) == (kind, exchange, currency)
    assert bars.total_return == (kind is not InstrumentKind.CURRENCY)
    assert np.isnan(bars.volume).all() == (symbol in ("EURUSD=X", "AFRAF", "0P0000XTS7")), "no volume is not zero"


async def test_the_recorded_split_and_dividend_of_a_share_are_its_actions(
    provider: YahooProvider, recorded: Recordings
) -> None:
    bars = prices((await provider.history(["AAPL"], date(2020, 8, 31), date(2020, 11, 7)))["AAPL"])
    assert [(item.day, item.kind, item.value) for item in bars.actions] == [
        (date(2020, 8, 31), "split", 4.0),
        (date(2020, 11, 6), "dividend", 0.205),
    ]
    assert (bars.dates[0], bars.dates[-1]) == (np.datetime64("2020-08-31"), np.datetime64("2020-11-06"))
    # Before the dividend the adjusted close lies below the close by about the dividend.
    assert bars.close[-2] - bars.adj_close[-2] == pytest.approx(0.205, rel=0.01)


@pytest.mark.parametrize(
    "case",
    [
        ("AAPL", 244.6, 241.53, "USD", "2025-02-14T21:00:00"),
        ("LDO.MI", 33.38, 31.68, "EUR", "2025-02-17T10:39:51"),
        ("EURUSD=X", 1.0489877, 1.0495383, "USD", "2025-02-17T10:54:43"),
        ("^VXAPL", 23.77, 24.28, "USD", "2025-02-14T21:02:02"),
    ],
)
async def test_recorded_quotes_are_prices_with_their_time(
    provider: YahooProvider, recorded: Recordings, case: tuple[str, float, float, str, str]
) -> None:
    symbol, price, previous, currency, at = case
    quote = await provider.quote(symbol.lower())
    assert (quote.price, quote.previous_close, quote.record.currency) == (price, previous, currency)
    assert quote.at == datetime.fromisoformat(at).replace(tzinfo=UTC)


async def test_a_recorded_quote_in_pence_is_in_pounds(
    provider: YahooProvider, server: YahooServer, recorded: Recordings
) -> None:
    _, body = recorded.named("2021_quote-marketState-REGULAR.fake.json")
    server.data[("quote", "OCDO.L")] = Answer.of(body)
    quote = await provider.quote("OCDO.L")
    assert quote.record.currency == "GBP"
    assert quote.price == pytest.approx(body["quoteResponse"]["result"][0]["regularMarketPrice"] / 100)


@pytest.mark.parametrize("symbol", ["SIMP", "SI", "APS.AX", "BRKS", "AAPL220121C00025000"])
async def test_a_recorded_quote_of_nothing_is_an_unknown_symbol(
    provider: YahooProvider, recorded: Recordings, symbol: str
) -> None:
    with pytest.raises(UnknownSymbol, match=symbol):
        await provider.quote(symbol)


@pytest.mark.parametrize(
    "case",
    [
        ("AAPL", "AAPL", "Apple Inc.", InstrumentKind.STOCK),
        ("Bayerische Motoren Werke AG", "BMW.DE", "Bayerische Motoren Werke", InstrumentKind.STOCK),
        ("BJ0CDD2", "MNTN.L", "The Schiehallion Fund Limited", InstrumentKind.STOCK),
        ("EURUSD=X", "EURUSD=X", "EUR/USD", InstrumentKind.CURRENCY),
        ("^VXAPL", "^VXAPL", "CBOE EQUITY VIXON APPLE", InstrumentKind.INDEX),
    ],
)
async def test_a_recorded_search_finds_by_symbol_name_and_code_and_shows_no_options(
    provider: YahooProvider, recorded: Recordings, case: tuple[str, str, str, InstrumentKind]
) -> None:
    text, symbol, name, kind = case
    found = await provider.search(text)
    first = found[0]
    assert (first.symbol, first.kind) == (symbol, kind)
    assert first.name.startswith(name)
    assert all(len(item.symbol) < 15 for item in found), "an option's symbol is longer"
    assert len(await provider.search(text, 1)) == 1


async def test_a_recorded_search_result_without_symbols_holds_none(
    provider: YahooProvider, server: YahooServer, recorded: Recordings
) -> None:
    server.data[("search", "AAPL")] = Answer.of(recorded.named("2025_search-badResult.fake.json")[1])
    assert await provider.search("AAPL") == ()


async def test_recorded_statements_are_facts(provider: YahooProvider, recorded: Recordings) -> None:
    facts = {(item.item, item.period_end.year): item for item in await provider.facts("AAPL")}
    revenue = facts["revenue", 2022]
    assert (revenue.value, revenue.months, revenue.currency, revenue.reported) == (394_328_000_000, 12, "USD", None)
    assert revenue.period_end == date(2022, 9, 30)
    assert facts["capital_expenditure", 2022].value == 10_708_000_000
    assert facts["eps_diluted", 2022].value == 6.11
    assert (facts["shares", 2022].value, facts["shares", 2022].currency) == (15_943_425_000, "")
    assert facts["total_assets", 2022].months == 0
    assert {item for item, _ in facts} >= {"equity", "total_debt", "cash", "operating_cash_flow", "gross_profit"}


async def test_recorded_statements_of_a_fund_are_empty(provider: YahooProvider, recorded: Recordings) -> None:
    assert await provider.facts("QQQ") == ()


async def test_statements_of_what_does_not_exist_are_an_unknown_symbol(provider: YahooProvider) -> None:
    with pytest.raises(UnknownSymbol, match="NOSUCH"):
        await provider.facts("NOSUCH")


@pytest.mark.parametrize("symbol", ["AAPL", "QQQ"])
async def test_a_recorded_summary_is_read_by_the_client_through_our_session(
    helper: Helper, server: YahooServer, recorded: Recordings, tmp_path: Path, symbol: str
) -> None:
    """Nothing of ours needs quoteSummary yet; that the session lets it through is what the others rest on as well."""
    info = await helper.process(summary_of, server.url, str(tmp_path), symbol)
    _, body = recorded.find("summary", symbol, {}) or (0, None)
    assert info["longName"] == body["quoteSummary"]["result"][0]["quoteType"]["longName"]


def summary_of(base_url: str, folder: str, symbol: str) -> dict[str, Any]:
    """In the helper: yfinance's own reading of a summary, on our session."""
    import yfinance

    from advisor.adapters.market.yahoo.session import Call, open_session

    yfinance.set_tz_cache_location(folder)
    session: Any = open_session(base_url)
    session.call = Call(20.0)
    return dict(yfinance.Ticker(symbol, session=session).info)


@pytest.mark.parametrize("name", ["quoteSummary_401_crumb", "quoteSummary_401_feature"])
async def test_where_a_quote_is_refused_the_days_chart_tells_the_price(
    provider: YahooProvider, server: YahooServer, recorded: Recordings, name: str
) -> None:
    status, body = recorded.reported(name)
    server.data[("quote", "QQQ")] = Answer.of(body, status)
    quote = await provider.quote("QQQ")
    _, chart = recorded.find("chart", "QQQ", {}) or (0, None)
    assert quote.price == chart["chart"]["result"][0]["meta"]["regularMarketPrice"]


async def test_the_reported_errors_are_told_apart(
    provider: YahooProvider, server: YahooServer, recorded: Recordings
) -> None:
    status, body = recorded.reported("chart_404")
    server.answers["GONE"] = Answer.of(body, status)
    server.answers["LOST"] = Answer.of(recorded.named("misc_pageWithUnknownError.json")[1], 404)
    server.answers["ODD"] = Answer.of(recorded.named("misc_weirdJsonResult.fake.json")[1])
    server.answers["NODAYS"] = Answer.of(recorded.named("2025_chart-notimestamp-weird-quote.fake.json")[1])
    symbols = ("GONE", "LOST", "ODD", "NODAYS", "QQQ")
    found = await provider.history(symbols, date(2020, 1, 1), date(2020, 1, 3))
    kinds = [type(found[symbol]) for symbol in symbols]
    assert kinds == [UnknownSymbol, SourceUnavailable, SourceUnavailable, NotEnoughHistory, Bars]
    status, text = recorded.reported("rate_limited_429")
    server.answers["BUSY"] = Answer.of(text, status)
    with pytest.raises(RateLimited):
        await provider.history(["BUSY"], date(2020, 1, 1), date(2020, 1, 3))


# --- batches and failures ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (PAGE, SourceUnavailable),
        (BROKEN, SourceUnavailable),
        (Answer.of({"chart": {"result": [{}], "error": None}}), SourceUnavailable),
        (Answer(200, b'{"chart": {"result": [{"meta": {"curr'), SourceUnavailable),
        (Answer(200, b'{"chart": {"result": [{"meta"', missing=500), SourceUnavailable),
        (Answer.of(daily("BAD", ["2024-06-13"], [5.0], currency="Doubloon")), SourceUnavailable),
        (Answer.of(error_body("Bad Request", "Data doesn't exist for startDate"), 400), NotEnoughHistory),
        (Answer.of(daily("BAD", [], [])), NotEnoughHistory),
        (Answer.of(daily("BAD", ["2024-06-13"], [None])), NotEnoughHistory),
        (Answer.of(error_body("Not Found", "No data found, symbol may be delisted"), 404), UnknownSymbol),
        (Answer(404, b"<html>not here</html>", "text/html"), SourceUnavailable),
    ],
    ids=[
        "page",
        "503",
        "no description",
        "cut JSON",
        "cut body",
        "unit",
        "400",
        "no rows",
        "no price",
        "404",
        "404 page",
    ],
)
async def test_one_bad_answer_is_one_symbols_outcome(
    provider: YahooProvider, server: YahooServer, answer: Answer, error: type[MarketDataError]
) -> None:
    server.answers["BAD"] = answer
    found = await provider.history(["VTI", "BAD", "TLT"], FIRST, LAST)
    assert list(found) == ["VTI", "BAD", "TLT"]
    assert type(found["BAD"]) is error
    assert len(prices(found["VTI"])) == len(prices(found["TLT"])) == len(sessions("2018-01-02", "2024-06-14"))


async def test_a_refused_quote_falls_back_on_the_chart_and_a_refused_chart_on_nothing(
    provider: YahooProvider, server: YahooServer
) -> None:
    refused = Answer.of({"finance": {"result": None, "error": {"code": "Unauthorized", "description": "X"}}}, 401)
    server.data[("quote", "VTI")] = refused
    assert (await provider.quote("VTI")).price == 100.0
    server.answers["VTI"] = refused
    with pytest.raises(SourceUnavailable) as failed:
        await provider.quote("VTI")
    assert failed.value.details == {"reason": "turned away"}


async def test_a_page_is_told_from_broken_data(provider: YahooProvider, server: YahooServer) -> None:
    server.answers |= {"PAGE": PAGE, "CUT": Answer(200, b'{"chart": {"result"')}
    found = await provider.history(["PAGE", "CUT", "VTI"], FIRST, LAST)
    reasons = [outcome.details["reason"] for outcome in found.values() if isinstance(outcome, SourceUnavailable)]
    assert reasons == ["a page instead of data", "a body that is no data"]


async def test_an_outage_is_forgotten_once_it_is_over(provider: YahooProvider, server: YahooServer) -> None:
    """yfinance keeps answers for the life of its process; ours must not."""
    assert await provider.search("NEWONE") == ()
    server.charts["NEWONE"] = daily("NEWONE", ["2024-06-13"], [5.0])
    assert len(await provider.search("NEWONE")) == 1


async def test_if_all_fail_the_failure_is_raised(provider: YahooProvider, server: YahooServer) -> None:
    server.every = BROKEN
    with pytest.raises(SourceUnavailable) as failed:
        await provider.history(["VTI", "TLT"], FIRST, LAST)
    assert failed.value.details == {"VTI": "error 503", "TLT": "error 503"}
    for ask in (provider.quote("VTI"), provider.search("VTI"), provider.facts("VTI"), provider.ping()):
        with pytest.raises(SourceUnavailable):
            await ask


async def test_after_a_429_with_a_time_nothing_is_asked_until_then(
    provider: YahooProvider, server: YahooServer, clock: HandClock
) -> None:
    server.every = Answer(429, b"Too Many Requests", "text/plain", headers=(("Retry-After", "90"),))
    symbols = [f"S{number}" for number in range(30)]
    with pytest.raises(RateLimited) as limited:
        await provider.history(symbols, FIRST, LAST)
    assert len(server.requests) == 1, "the first answer counts for all thirty"
    assert limited.value.details["retry_after"] <= 90
    server.every = None
    clock.present += timedelta(seconds=89)
    for ask in (provider.history(["VTI"], FIRST, LAST), provider.quote("VTI"), provider.search("VTI"), provider.ping()):
        with pytest.raises(RateLimited):
            await ask
    assert len(server.requests) == 1
    clock.present += timedelta(seconds=2)
    assert len(prices((await provider.history(["VTI"], FIRST, LAST))["VTI"]))


async def test_a_429_without_a_time_is_asked_once_more_and_then_left_alone_longer_each_time(
    provider: YahooProvider, server: YahooServer, clock: HandClock
) -> None:
    server.every = LIMITED
    for minutes in (1, 2, 4):
        before = len(server.requests)
        with pytest.raises(RateLimited):
            await provider.history(["VTI", "TLT", "GLD"], FIRST, LAST)
        assert len(server.requests) - before == 2, "once more with a fresh cookie, the others not at all"
        clock.present += timedelta(minutes=minutes, seconds=-1)
        with pytest.raises(RateLimited):
            await provider.ping()
        assert len(server.requests) - before == 2
        clock.present += timedelta(seconds=2)
    server.every = None
    await provider.ping()
    server.every = LIMITED
    with pytest.raises(RateLimited):
        await provider.ping()
    with pytest.raises(RateLimited) as limited:
        await provider.ping()
    assert limited.value.details["retry_after"] == 60, "it begins anew after there was data"


async def test_a_429_in_the_middle_keeps_what_came_before(provider: YahooProvider, server: YahooServer) -> None:
    server.answers["SHY"] = Answer(429, b"Too Many Requests", "text/plain", headers=(("Retry-After", "60"),))
    symbols = ["VTI", "VEA", "VWO", "IEF", "TLT", "TIP", "SHY", "LQD", "GLD", "DBC", "VNQ", "BIL", "^TNX"]
    found = await provider.history(symbols, FIRST, LAST)
    assert all(isinstance(found[symbol], Bars) for symbol in symbols[:6])
    assert isinstance(found["SHY"], RateLimited)
    assert all(isinstance(found[symbol], Bars | RateLimited) for symbol in symbols)
    assert isinstance(found["^TNX"], RateLimited)
    assert "^TNX" not in server.asked


async def test_a_source_out_of_reach_is_unavailable_and_not_asked_batch_after_batch(
    helper: Helper, clock: HandClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # Port 9 (discard) is closed.
    dead = YahooProvider(helper, clock, cache_dir=cache_dir(tmp_path_factory), base_url="http://127.0.0.1:9")
    with pytest.raises(SourceUnavailable, match="did not answer"):
        await dead.history([f"S{number}" for number in range(50)], FIRST, LAST)
    assert helper.calls == 1
    with pytest.raises(SourceUnavailable):
        await dead.ping()


async def test_a_source_that_never_answers_is_given_up_in_time(
    helper: Helper, clock: HandClock, server: YahooServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server.every = Answer(release=threading.Event())
    slow = YahooProvider(
        helper, clock, cache_dir=cache_dir(tmp_path_factory), base_url=server.url, fetch_seconds=1.0, ping_seconds=0.3
    )
    with pytest.raises(SourceUnavailable):
        await slow.ping()
    with pytest.raises(SourceUnavailable):
        await slow.history(["VTI"] + [f"S{number}" for number in range(30)], FIRST, LAST)
    assert helper.calls == 2


async def test_a_helper_that_dies_is_a_source_that_does_not_answer(clock: HandClock, tmp_path: Path) -> None:
    class Dying(PoolOffload):
        def __init__(self) -> None:
            """It has no process."""

        async def process(self, function: Any, *args: Any, **kwargs: Any) -> Any:
            raise SmartInvestError("The calculation stopped before it was done. Please try again.")

    with pytest.raises(SourceUnavailable):
        await YahooProvider(Dying(), clock, cache_dir=tmp_path).history(["VTI"], FIRST, LAST)


async def test_symbols_with_signs_reach_the_server_as_they_are(provider: YahooProvider, server: YahooServer) -> None:
    symbols = ["M&M.NS", "^TNX", "EURUSD=X", "BRK-B", "CL=F"]
    for symbol in symbols:
        server.charts[symbol] = daily(symbol, ["2024-06-13"], [5.0])
    found = await provider.history([f" {symbol.lower()}" for symbol in symbols], FIRST, LAST)
    assert sorted(server.requests) == sorted(("chart", symbol) for symbol in symbols)
    assert [prices(bars).record.symbol for bars in found.values()] == symbols
    for symbol in symbols:
        assert (await provider.quote(symbol)).record.symbol == symbol


@pytest.mark.slow
async def test_a_blocked_cookie_host_does_not_stop_the_prices(
    clock: HandClock, server: YahooServer, tmp_path: Path
) -> None:
    server.elsewhere = Answer(release=threading.Event())
    # A process of its own: the client keeps a cookie once it has one.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:
        made = YahooProvider(
            PoolOffload(fresh), clock, cache_dir=tmp_path / "new", base_url=server.url, fetch_seconds=12
        )
        found = await made.history(["VTI", "TLT", "GLD"], FIRST, LAST)
        assert all(isinstance(outcome, Bars) for outcome in found.values())
        in_vain = len(server.others)
        assert in_vain, "the cookie was asked for"
        assert (await made.quote("VTI")).price > 0
        assert len(server.others) == in_vain, "and is not asked for again in the next call"


# --- spans ------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("days", [1, 5, 31, 92, 183, 366, 731, 1827, 3653, 46_000])
async def test_any_span_up_to_all_there_is_can_be_asked_for(provider: YahooProvider, days: int) -> None:
    start = max(LAST - timedelta(days=days), date(1900, 1, 1))
    bars = prices((await provider.history(["VTI"], start, LAST))["VTI"])
    assert bars.dates[-1] == np.datetime64(LAST)
    assert bars.dates[0] == sessions(str(max(start, FIRST)), str(LAST))[0]


async def test_a_history_from_before_1970_to_the_end_of_time_is_whole(
    provider: YahooProvider, server: YahooServer
) -> None:
    days = sessions("1962-01-02", "2024-06-14")  # no recording is that long
    server.charts["KO"] = daily("KO", days, random_walk(5, len(days)), splits={"1968-06-03": (2, 1)})
    bars = prices((await provider.history(["KO"], date(1900, 1, 1), date.max))["KO"])
    assert len(bars) == len(days)
    assert bars.actions[0].day == date(1968, 6, 3)


# --- raw answers, pace, memory -----------------------------------------------------------------------------------------------
async def test_raw_answers_are_kept_as_they_came_if_wanted(
    helper: Helper, clock: HandClock, server: YahooServer, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kept = YahooProvider(
        helper, clock, cache_dir=cache_dir(tmp_path_factory), base_url=server.url, raw_dir=tmp_path / "raw"
    )
    await kept.history(["VTI", "^TNX"], FIRST, LAST)
    await kept.quote("VTI")
    await kept.search("../VTI test/fund")
    await kept.facts("VTI")
    folder = tmp_path / "raw/yahoo/2024-06-14"
    assert sorted(path.name for path in folder.iterdir()) == [
        "..%2FVTI%20test%2Ffund.search.json.gz",
        "VTI.chart.json.gz",
        "VTI.quote.json.gz",
        "VTI.statements.json.gz",
        "^TNX.chart.json.gz",
    ]
    assert [path for path in tmp_path.rglob("*") if path.is_file() and folder not in path.parents] == []
    body = json.loads(gzip.decompress((folder / "^TNX.chart.json.gz").read_bytes()))
    assert body["chart"]["result"][0]["meta"]["symbol"] == "^TNX"


async def test_a_folder_that_cannot_be_written_changes_nothing_else(
    helper: Helper, clock: HandClock, server: YahooServer, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (tmp_path / "raw").write_text("a file where a folder should be")
    kept = YahooProvider(
        helper, clock, cache_dir=cache_dir(tmp_path_factory), base_url=server.url, raw_dir=tmp_path / "raw"
    )
    assert len(prices((await kept.history(["VTI"], FIRST, LAST))["VTI"])) > 1000


async def test_one_request_is_made_per_symbol(provider: YahooProvider, server: YahooServer) -> None:
    symbols = ["VTI", "VEA", "VWO", "SHY", "IEF", "TLT", "TIP", "LQD"]
    await provider.history(symbols, FIRST, LAST)
    assert sorted(server.requests) == sorted(("chart", symbol) for symbol in symbols)


async def test_a_session_under_way_is_not_shown_and_one_that_is_over_is(
    provider: YahooProvider, server: YahooServer, clock: HandClock
) -> None:
    clock.present = datetime(2024, 6, 14, 9, tzinfo=UTC)  # Tokyo has closed, London is open, New York still sleeps
    days = sessions("2024-06-10", "2024-06-14")
    for symbol, zone in (("7203.T", "Asia/Tokyo"), ("BP.L", "Europe/London"), ("KO", "America/New_York")):
        server.charts[symbol] = daily(symbol, days, [100.0] * 5, zone=zone)
    found = await provider.history(["7203.T", "BP.L", "KO"], FIRST, LAST)
    assert [prices(bars).dates[-1] for bars in found.values()] == [
        np.datetime64("2024-06-14"),
        np.datetime64("2024-06-13"),
        np.datetime64("2024-06-13"),
    ]


@pytest.mark.slow
async def test_fifty_symbols_over_twenty_years_leave_room_for_other_work_and_little_memory(
    provider: YahooProvider, helper: Helper, server: YahooServer
) -> None:
    days = sessions("2004-06-14", "2024-06-14")  # no recording is that long
    body = daily("X", days, random_walk(5, len(days)))
    symbols = [f"X{number}" for number in range(50)]
    server.charts |= dict.fromkeys(symbols, body)
    await provider.ping()
    before = await helper.process(resident_megabytes)
    task = asyncio.create_task(provider.history(symbols, date(2004, 6, 14), LAST))
    waits = []
    while not task.done():
        began = asyncio.get_running_loop().time()
        await helper.process(resident_megabytes)
        waits.append(asyncio.get_running_loop().time() - began)
    assert len(task.result()) == 50
    assert all(len(prices(bars)) == len(days) for bars in task.result().values())
    after = await helper.process(resident_megabytes)
    print(f"\nlongest wait for the helper {max(waits):.2f} s, memory {before:.0f} -> {after:.0f} MB")
    assert len(waits) > 5, "other work gets in between"
    assert after - before < 150


def resident_megabytes() -> float:
    """Of the process it runs in."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
