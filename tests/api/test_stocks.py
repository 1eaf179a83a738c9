"""Prices over HTTP: what a body holds, how it is refused, and that no token is needed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio

from advisor.services.instruments import InstrumentService
from tests.bazaar import LAST, RECORDS, Bazaar

pytestmark = pytest.mark.asyncio(loop_scope="module")
STOCK = "/api/v1/stocks/"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bazaar(client: httpx.AsyncClient) -> AsyncIterator[Bazaar]:
    """The application over the made-up market, which can be closed."""
    container = client._transport.app.state.container  # type: ignore[attr-defined]
    real, market = container.instruments, Bazaar()
    object.__setattr__(container, "instruments", InstrumentService(market))
    yield market
    object.__setattr__(container, "instruments", real)


@contextmanager
def closed(market: Bazaar) -> Iterator[None]:
    market.down = True
    yield
    market.down = False


async def body(client: httpx.AsyncClient, path: str, status: int = 200) -> Any:
    answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return answer.json() if status == 200 else answer.json()["error"]


async def test_the_sample_is_served_and_said_to_be_a_rehearsal(client: httpx.AsyncClient) -> None:
    found = await body(client, STOCK + "aapl?period=5y&interval=1mo")
    assert (found["symbol"], found["name"], found["kind"], found["currency"]) == ("AAPL", "Apple", "stock", "USD")
    assert (found["source"], found["as_of"], found["rehearsal"]) == ("sample", "2016-07-01", True)
    assert found["total_return"] is True
    assert 60 <= len(found["bars"]) <= 62
    assert found["bars"][-1]["date"] == "2016-07-01"
    assert found["bars"][-1]["open"] is None
    assert found["bars"][-1]["volume"] is None


async def test_levels_that_nobody_paid_are_said_to_be_that(client: httpx.AsyncClient) -> None:
    for symbol, rescaled in (("AAPL", True), ("EFA", True), ("WTI", False), ("SP500", False)):
        assert (await body(client, STOCK + symbol))["rescaled"] is rescaled
    assert "end of 2022" in (await body(client, STOCK + "AAPL"))["notes"][0]


async def test_nineteen_features_with_their_meaning_as_known_on_a_day(client: httpx.AsyncClient) -> None:
    found = await body(client, STOCK + "aapl/features?as_of=2010-05-02")
    assert (found["symbol"], found["day"], found["source"], found["rehearsal"]) == (
        "AAPL",
        "2010-04-30",
        "sample",
        True,
    )
    named = {item["name"]: item for item in found["features"]}
    assert len(named) == 19
    assert 0 <= named["rsi"]["value"] <= 100
    assert named["drawdown"]["value"] <= 0
    assert named["price_earnings"]["value"] is None
    assert named["volatility"]["unit"] == "fraction_per_year"
    assert all(item["meaning"].endswith(".") for item in named.values())
    assert "No statements" in found["notes"][-1]
    assert (await body(client, STOCK + "NOPE1/features", 404))["code"] == "unknown_symbol"
    assert (await body(client, STOCK + "AAPL/features?as_of=1950-01-01", 422))["code"] == "not_enough_history"


async def test_a_batch_that_no_answer_could_hold_is_refused(client: httpx.AsyncClient) -> None:
    symbols = [item["symbol"] for item in (await body(client, "/api/v1/instruments?limit=50"))["instruments"]]
    for interval, status in (("1d", 422), ("1mo", 200)):
        asked = {"symbols": symbols, "period": "max", "interval": interval}
        answer = await client.post(STOCK + "batch", json=asked)
        assert answer.status_code == status
        if status == 422:
            assert answer.json()["error"]["field"] == "symbols"


@pytest.mark.parametrize(
    ("query", "first", "count"),
    [
        ("", "2023-06-28", 263),
        ("?period=1d", "2024-06-28", 1),
        ("?period=5d", "2024-06-24", 5),
        ("?period=ytd", "2024-01-01", 130),
        ("?period=max&interval=3mo", "2014-03-31", 42),
        ("?period=1mo&interval=1wk", "2024-05-31", 5),
    ],
)
async def test_periods_and_intervals(
    client: httpx.AsyncClient, bazaar: Bazaar, query: str, first: str, count: int
) -> None:
    found = await body(client, f"{STOCK}BAC{query}")
    assert (found["bars"][0]["date"], len(found["bars"])) == (first, count)
    assert found["bars"][-1]["date"] == LAST.isoformat()


async def test_a_body_holds_figures_actions_findings_and_where_they_come_from(
    client: httpx.AsyncClient, bazaar: Bazaar
) -> None:
    found = await body(client, STOCK + "SBIN.NS?period=5y")
    figures = found["summary"]
    assert figures["return"] > figures["price_return"] > 0
    assert figures["low_52w"] < found["bars"][-1]["close"] < figures["high_52w"]
    assert figures["max_drawdown"] < 0 < figures["volatility_per_year"]
    assert figures["start"] == "2019-06-28"
    assert [item["date"][:4] for item in found["actions"]] == ["2020", "2021", "2022", "2023", "2024"]
    assert found["findings"][0]["kind"] == "stale_run"
    assert (found["title"], found["exchange"], found["rehearsal"]) == ("The bazaar", "XNSE", False)
    assert (await body(client, STOCK + "SBIN.NS?period=1y"))["findings"] == []


async def test_a_day_in_the_past_shows_nothing_later(client: httpx.AsyncClient, bazaar: Bazaar) -> None:
    found = await body(client, STOCK + "BAC?as_of=2020-05-02&period=1mo")
    assert (found["as_of"], found["bars"][-1]["date"]) == ("2020-05-02", "2020-05-01")
    assert (await body(client, STOCK + "BAC?as_of=2099-01-01"))["as_of"] == LAST.isoformat()
    refused = await body(client, STOCK + "BAC?as_of=2001-01-01", 422)
    assert refused["code"] == "not_enough_history"


async def test_where_prices_begin_late_there_is_no_return_over_all_of_the_period(
    client: httpx.AsyncClient, bazaar: Bazaar
) -> None:
    found = await body(client, STOCK + "YOUNG?period=2y")
    assert found["summary"]["return"] is None
    assert found["summary"]["start"] is None
    assert "2024-03-01" in found["notes"][-1]
    assert (await body(client, STOCK + "YOUNG?period=max"))["notes"] == []


@pytest.mark.parametrize("symbol", ["%5ENSEI", "^NSEI", "EURUSD=X", "EURUSD%3DX", "M%26M.NS", "INFY.NS", "GC=F"])
async def test_symbols_with_signs_work_encoded_or_not(client: httpx.AsyncClient, bazaar: Bazaar, symbol: str) -> None:
    found = await body(client, STOCK + symbol)
    assert found["symbol"] == httpx.URL(f"http://x/{symbol}").path.removeprefix("/")


async def test_an_unknown_symbol_is_not_found_with_names_like_it(client: httpx.AsyncClient, bazaar: Bazaar) -> None:
    refused = await body(client, STOCK + "TATAMOTER.NS", 404)
    assert refused["code"] == "unknown_symbol"
    assert refused["details"]["suggestions"][0] == {"symbol": "TATAMOTORS.NS", "name": "Tata Motors Limited"}


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("period=7y", "period", "'10y'"),
        ("interval=2wk", "interval", "'1wk'"),
        ("interval=5m", "interval", "There are daily prices only"),
        ("interval=1h", "interval", "1d, 1wk, 1mo, 3mo"),
        ("as_of=yesterday", "as_of", "date"),
    ],
)
async def test_a_wrong_query_names_the_field_and_what_is_allowed(
    client: httpx.AsyncClient, query: str, field: str, words: str
) -> None:
    refused = await body(client, f"{STOCK}AAPL?{query}", 422)
    assert (refused["code"], refused["field"]) == ("invalid_input", field)
    assert words in refused["message"]


@pytest.mark.parametrize("symbol", ["%00", "a%20b", "x" * 33, "<b>"])
async def test_what_cannot_be_a_symbol_is_refused(client: httpx.AsyncClient, symbol: str) -> None:
    assert (await body(client, STOCK + symbol, 422))["field"] == "symbol"


async def test_a_source_that_is_down_is_said_to_be_down(client: httpx.AsyncClient, bazaar: Bazaar) -> None:
    with closed(bazaar):
        for path in (STOCK + "BAC", "/api/v1/instruments?q=bank", "/api/v1/instruments"):
            assert (await body(client, path, 503))["code"] == "source_unavailable"
        answer = await client.post(STOCK + "batch", json={"symbols": ["BAC"]})
        assert answer.status_code == 503


async def test_a_batch_gives_each_symbol_its_own_outcome_once(client: httpx.AsyncClient, bazaar: Bazaar) -> None:
    asked = {"symbols": ["BAC", "NOPE", "bac", "^NSEI"], "period": "1mo", "interval": "1wk"}
    answer = await client.post(STOCK + "batch", json=asked)
    assert answer.status_code == 200
    found = answer.json()
    assert list(found["stocks"]) == ["BAC", "^NSEI"]
    assert found["errors"] == {"NOPE": {"code": "unknown_symbol", "message": "The bazaar does not hold NOPE."}}
    assert found["stocks"]["BAC"] == await body(client, STOCK + "BAC?period=1mo&interval=1wk")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"symbols": []}, "symbols"),
        ({"symbols": ["A"] * 51}, "symbols"),
        ({"symbols": ["BAC"], "interval": "15m"}, "interval"),
        ({"symbols": ["BAC"], "period": "9y"}, "period"),
        ({"symbols": ["a b"]}, "symbols.0"),
        ({}, "symbols"),
    ],
)
async def test_a_wrong_batch_is_refused(client: httpx.AsyncClient, asked: dict[str, Any], field: str) -> None:
    answer = await client.post(STOCK + "batch", json=asked)
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == field


async def test_instruments_are_found_by_name_isin_and_slip(client: httpx.AsyncClient, bazaar: Bazaar) -> None:
    for said in ("reliance", "INE002A01018", "relianse industries"):
        (first, *_) = (await body(client, f"/api/v1/instruments?q={said}"))["instruments"]
        assert first == {
            "symbol": "RELIANCE.NS",
            "name": "Reliance Industries Limited",
            "kind": "stock",
            "currency": "INR",
            "exchange": "XNSE",
            "isin": "INE002A01018",
            "sector": "",
            "asset_class": "",
            "source": "bazaar",
        }
    assert (await body(client, "/api/v1/instruments?q=zzzzzzzz"))["instruments"] == []
    assert len((await body(client, "/api/v1/instruments?q=bank&limit=2"))["instruments"]) == 2


async def test_without_a_text_there_are_the_listings(client: httpx.AsyncClient, bazaar: Bazaar) -> None:
    found = (await body(client, "/api/v1/instruments?limit=50"))["instruments"]
    assert [item["symbol"] for item in found] == [record.symbol for record in RECORDS]
    assert {item["kind"] for item in found} >= {"stock", "index", "commodity"}


@pytest.mark.parametrize("limit", [0, 51])
async def test_a_wrong_limit_is_refused(client: httpx.AsyncClient, limit: int) -> None:
    assert (await body(client, f"/api/v1/instruments?limit={limit}", 422))["field"] == "limit"
