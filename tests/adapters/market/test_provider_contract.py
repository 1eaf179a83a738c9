"""What every provider of market data holds.

To put another one under the suite, write a function that opens it and one line in PROVIDERS.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from advisor.adapters.market.alphavantage.pace import Pace
from advisor.adapters.market.alphavantage.provider import AlphaVantageProvider
from advisor.adapters.market.files.provider import CsvProvider
from advisor.adapters.market.sample.provider import SampleProvider
from advisor.adapters.market.yahoo.provider import YahooProvider
from advisor.domain.bars import COLUMNS, FACT_ITEMS, Bars, InstrumentKind
from advisor.domain.errors import (
    MarketDataError,
    NotEnoughHistory,
    NotOffered,
    RateLimited,
    SourceUnavailable,
    UnknownSymbol,
)
from advisor.ports.provider import Provider
from tests.adapters.market.conftest import HandClock, PoolOffload, cache_dir
from tests.alphavantage_server import AlphaVantageServer, daily_adjusted, statements
from tests.yahoo_server import YahooServer, random_walk, sessions

GARBAGE = ["", "../../etc", "A B", "X" * 50]
LONG_AGO, FAR_AWAY = date(1900, 1, 1), date(2100, 1, 1)
CONTRACT_ERRORS = (SourceUnavailable, RateLimited, UnknownSymbol, NotEnoughHistory, NotOffered)


@dataclass(frozen=True)
class Surroundings:
    """What a provider may be opened with: a clock at the evening of 14 June 2024, a helper process, a local Yahoo, a folder."""

    clock: HandClock
    offload: PoolOffload
    yahoo: YahooServer
    cache_dir: Path
    folder: Path


@dataclass(frozen=True)
class Case:
    """How a provider is opened, and what it has there.

    `symbol` is an instrument with `name` in its name and bars from `first` on; `last` is its last completed session.
    `broken` opens the same source out of reach, None for one that is part of the program.
    """

    opened: Callable[[Surroundings], AbstractAsyncContextManager[Provider]]
    symbol: str
    name: str
    first: date
    last: date
    broken: Callable[[Surroundings], AbstractAsyncContextManager[Provider]] | None
    quotes: bool
    statements: bool


@asynccontextmanager
async def yahoo(around: Surroundings) -> AsyncIterator[Provider]:
    around.yahoo.figures["VTI"] = {
        "annualTotalRevenue": [("2023-12-31", "12M", 5e9)],
        "quarterlyStockholdersEquity": [("2024-03-31", "3M", 7e9)],
    }
    made = YahooProvider(around.offload, around.clock, cache_dir=around.cache_dir, base_url=around.yahoo.url)
    yield made
    await made.close()


@asynccontextmanager
async def yahoo_out_of_reach(around: Surroundings) -> AsyncIterator[Provider]:
    # Port 9 (discard) is closed.
    made = YahooProvider(around.offload, around.clock, cache_dir=around.cache_dir, base_url="http://127.0.0.1:9")
    yield made
    await made.close()


@asynccontextmanager
async def alphavantage(around: Surroundings) -> AsyncIterator[Provider]:
    days = [str(day) for day in sessions("2018-01-02", "2024-06-14")]
    closes = dict(zip(days, random_walk(1, len(days)).tolist(), strict=True))
    with AlphaVantageServer() as remote:
        remote.names = [("IBM", "International Business Machines", "USD")]
        remote.bodies[("TIME_SERIES_DAILY_ADJUSTED", "IBM")] = daily_adjusted(
            "IBM", closes, {day: close / 2 for day, close in closes.items()}, dividends={days[9]: 0.5}
        )
        told = {"05. price": "169.21", "07. latest trading day": days[-1], "08. previous close": "169.12"}
        remote.bodies[("GLOBAL_QUOTE", "IBM")] = {"Global Quote": told}
        remote.bodies[("OVERVIEW", "IBM")] = {"Symbol": "IBM", "Name": "International Business Machines"}
        report = {"fiscalDateEnding": "2023-12-31", "reportedCurrency": "USD", "totalRevenue": "61860000000"}
        for function in ("INCOME_STATEMENT", "BALANCE_SHEET", "CASH_FLOW"):
            remote.bodies[(function, "IBM")] = statements("IBM", [report], [])
        made = alphavantage_at(remote.url, around.clock)
        # Names cost a request each: they are known of what was searched for.
        await made.search("IBM")
        yield made
        await made.close()


def alphavantage_at(url: str, clock: HandClock) -> AlphaVantageProvider:
    pace = Pace(clock, per_minute=None, per_day=None, gap_seconds=0)
    return AlphaVantageProvider("local-key-4711", clock, base_url=url, pace=pace)


@asynccontextmanager
async def alphavantage_out_of_reach(around: Surroundings) -> AsyncIterator[Provider]:
    made = alphavantage_at("http://127.0.0.1:9", around.clock)
    yield made
    await made.close()


@asynccontextmanager
async def files(around: Surroundings) -> AsyncIterator[Provider]:
    days = sessions("2018-01-02", "2024-06-14")
    closes = random_walk(1, len(days)).tolist()
    rows = "".join(f"{day},KO,Coca-Cola,{close!r}\n" for day, close in zip(days, closes, strict=True))
    (around.folder / "many.csv").write_text("date,ticker,name,close\n" + rows)
    made = CsvProvider(around.folder, around.offload, around.clock)
    yield made
    await made.close()


@asynccontextmanager
async def files_out_of_reach(around: Surroundings) -> AsyncIterator[Provider]:
    made = CsvProvider(around.folder / "nowhere", around.offload, around.clock)
    yield made
    await made.close()


@asynccontextmanager
async def sample(around: Surroundings) -> AsyncIterator[Provider]:
    made = SampleProvider()
    yield made
    await made.close()


PROVIDERS: dict[str, Case] = {
    "csv": Case(
        files,
        "KO",
        "Coca-Cola",
        date(2018, 1, 2),
        date(2024, 6, 14),
        files_out_of_reach,
        quotes=True,
        statements=False,
    ),
    "sample": Case(sample, "AAPL", "Apple", date(1996, 1, 2), date(2016, 7, 1), None, quotes=True, statements=False),
    "alphavantage": Case(
        alphavantage,
        "IBM",
        "International Business Machines",
        date(2018, 1, 2),
        date(2024, 6, 14),
        alphavantage_out_of_reach,
        quotes=True,
        statements=True,
    ),
    "yahoo": Case(
        yahoo,
        "VTI",
        "VTI test fund",
        date(2018, 1, 2),
        date(2024, 6, 14),
        yahoo_out_of_reach,
        quotes=True,
        statements=True,
    ),
}


@pytest.fixture(params=PROVIDERS)
def case(request: pytest.FixtureRequest) -> Case:
    return PROVIDERS[request.param]


@pytest.fixture
def around(
    clock: HandClock,
    pool: ProcessPoolExecutor,
    server: YahooServer,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Surroundings:
    return Surroundings(clock, PoolOffload(pool), server, cache_dir(tmp_path_factory), tmp_path)


@pytest.fixture
async def provider(case: Case, around: Surroundings) -> AsyncIterator[Provider]:
    async with case.opened(around) as opened:
        yield opened


async def bars_of(provider: Provider, symbol: str, start: date, end: date) -> Bars:
    outcome = (await provider.history([symbol], start, end))[symbol]
    assert isinstance(outcome, Bars), outcome
    return outcome


# --- history --------------------------------------------------------------------------------------------------------------
async def test_every_symbol_asked_for_has_an_outcome(provider: Provider, case: Case) -> None:
    symbols = [case.symbol, "NOSUCH", *GARBAGE]
    found = await provider.history(symbols, case.first, case.last)
    assert set(found) == set(symbols)
    assert isinstance(found[case.symbol], Bars)
    assert all(isinstance(found[symbol], UnknownSymbol) for symbol in symbols[1:])


async def test_a_symbol_asked_for_twice_has_one_outcome(provider: Provider, case: Case) -> None:
    found = await provider.history([case.symbol, case.symbol], case.first, case.last)
    assert list(found) == [case.symbol]
    assert isinstance(found[case.symbol], Bars)


async def test_an_empty_batch_has_no_outcomes(provider: Provider, case: Case) -> None:
    assert dict(await provider.history([], case.first, case.last)) == {}


async def test_days_ascend_within_the_span_and_end_with_the_last_completed_session(
    provider: Provider, case: Case
) -> None:
    bars = await bars_of(provider, case.symbol, LONG_AGO, FAR_AWAY)
    assert (bars.dates[0].item(), bars.dates[-1].item()) == (case.first, case.last)
    assert np.all(np.diff(bars.dates) > np.timedelta64(0, "D"))
    assert bars.dates.dtype == np.dtype("datetime64[D]")


async def test_both_ends_of_the_span_are_included(provider: Provider, case: Case) -> None:
    whole = await bars_of(provider, case.symbol, LONG_AGO, FAR_AWAY)
    first, last = whole.dates[len(whole) // 2], whole.dates[len(whole) // 2 + 3]
    part = await bars_of(provider, case.symbol, first.item(), last.item())
    np.testing.assert_array_equal(part.dates, whole.dates[len(whole) // 2 : len(whole) // 2 + 4])
    np.testing.assert_allclose(part.close, whole.close[len(whole) // 2 : len(whole) // 2 + 4])
    assert (await bars_of(provider, case.symbol, first.item(), first.item())).dates.tolist() == [first.item()]


async def test_numbers_are_known_or_nan_and_never_zero(provider: Provider, case: Case) -> None:
    bars = await bars_of(provider, case.symbol, LONG_AGO, FAR_AWAY)
    for name in COLUMNS:
        values = getattr(bars, name)
        assert values.dtype == np.float64
        assert values.shape == bars.dates.shape
        assert not np.isinf(values).any()
        if name != "volume":
            assert not np.any(values <= 0), name
    assert np.isfinite(bars.close[[0, -1]]).all()
    assert np.isnan(bars.volume).all() or np.nanmax(bars.volume) > 0, "no volume at all is unknown"


async def test_adjusted_closes_end_at_the_last_close(provider: Provider, case: Case) -> None:
    bars = await bars_of(provider, case.symbol, LONG_AGO, FAR_AWAY)
    assert bars.adj_close[-1] == pytest.approx(bars.close[-1], rel=1e-12)
    if not bars.total_return:
        np.testing.assert_array_equal(bars.adj_close, bars.close)


async def test_actions_ascend_and_mean_something(provider: Provider, case: Case) -> None:
    bars = await bars_of(provider, case.symbol, LONG_AGO, FAR_AWAY)
    days = [item.day for item in bars.actions]
    assert days == sorted(days)
    assert all(item.kind in ("split", "dividend") and item.value > 0 for item in bars.actions)


async def test_an_instrument_is_described_in_our_words(provider: Provider, case: Case) -> None:
    bars = await bars_of(provider, case.symbol, LONG_AGO, FAR_AWAY)
    record = bars.record
    assert (record.source, record.symbol) == (provider.name, case.symbol)
    assert case.name in record.name
    assert isinstance(record.kind, InstrumentKind)
    assert re.fullmatch(r"[A-Z]{3}|", record.currency)
    assert bars.fetched_at.utcoffset() == timedelta(0)


async def test_where_the_end_lies_before_the_start_there_is_no_history(provider: Provider, case: Case) -> None:
    found = await provider.history([case.symbol], case.last, case.first)
    assert isinstance(found[case.symbol], NotEnoughHistory)


async def test_before_the_first_day_there_is_no_history(provider: Provider, case: Case) -> None:
    found = await provider.history([case.symbol], LONG_AGO, case.first - timedelta(days=1))
    assert isinstance(found[case.symbol], NotEnoughHistory)


async def test_after_the_last_day_there_is_no_history(provider: Provider, case: Case) -> None:
    found = await provider.history([case.symbol], case.last + timedelta(days=1), FAR_AWAY)
    assert isinstance(found[case.symbol], NotEnoughHistory)


async def test_a_batch_of_the_stated_size_is_served(provider: Provider, case: Case) -> None:
    assert 1 <= provider.batch <= 1000
    symbols = [case.symbol, *(f"NOSUCH{number}" for number in range(min(provider.batch, 20) - 1))]
    found = await provider.history(symbols, case.first, case.last)
    assert [symbol for symbol, outcome in found.items() if isinstance(outcome, Bars)] == [case.symbol]


# --- other questions --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("symbol", ["NOSUCH", *GARBAGE])
async def test_a_quote_of_the_unknown_is_an_unknown_symbol(provider: Provider, case: Case, symbol: str) -> None:
    with pytest.raises(UnknownSymbol if case.quotes else (UnknownSymbol, NotOffered)):
        await provider.quote(symbol)


async def test_a_quote_is_a_price_with_its_time_or_is_not_offered(provider: Provider, case: Case) -> None:
    if not case.quotes:
        with pytest.raises(NotOffered):
            await provider.quote(case.symbol)
        return
    quote = await provider.quote(case.symbol)
    assert quote.price > 0
    assert quote.at.utcoffset() == timedelta(0)
    assert quote.record.symbol == case.symbol
    assert quote.previous_close is None or quote.previous_close > 0


async def test_search_finds_by_symbol_and_by_name_in_any_case(provider: Provider, case: Case) -> None:
    for text in (case.symbol, case.symbol.lower(), case.name, case.name.upper()):
        found = await provider.search(text)
        assert case.symbol in [item.symbol for item in found], text
        assert all(item.source == provider.name and item.name for item in found)


@pytest.mark.parametrize("text", ["", "   ", "qqzzqqzz"])
async def test_search_finds_nothing_where_nothing_is_like_it(provider: Provider, text: str) -> None:
    assert tuple(await provider.search(text)) == ()


async def test_search_keeps_to_its_limit(provider: Provider, case: Case) -> None:
    assert len(await provider.search(case.symbol, limit=1)) == 1


async def test_facts_are_statement_figures_or_are_not_offered(provider: Provider, case: Case) -> None:
    if not case.statements:
        with pytest.raises(NotOffered):
            await provider.facts(case.symbol)
        return
    facts = await provider.facts(case.symbol)
    assert facts
    for fact in facts:
        assert fact.item in FACT_ITEMS
        assert np.isfinite(fact.value)
        assert fact.months in range(13)
        assert fact.reported is None or fact.reported > fact.period_end
        assert re.fullmatch(r"[A-Z]{3}|", fact.currency)


@pytest.mark.parametrize("symbol", ["NOSUCH", *GARBAGE])
async def test_facts_of_the_unknown_are_an_unknown_symbol(provider: Provider, case: Case, symbol: str) -> None:
    with pytest.raises(UnknownSymbol if case.statements else (UnknownSymbol, NotOffered)):
        await provider.facts(symbol)


async def test_it_answers_a_ping(provider: Provider) -> None:
    await provider.ping()


async def test_closing_twice_does_no_harm(provider: Provider) -> None:
    await provider.close()
    await provider.close()


# --- out of reach -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("case", [name for name, case in PROVIDERS.items() if case.broken], indirect=True)
async def test_out_of_reach_every_question_fails_and_none_is_answered_with_nothing(
    case: Case, around: Surroundings
) -> None:
    assert case.broken is not None
    async with case.broken(around) as broken:
        for ask in (
            lambda: broken.history([case.symbol], case.first, case.last),
            lambda: broken.search(case.symbol),
            broken.ping,
            *((lambda: broken.quote(case.symbol),) if case.quotes else ()),
            *((lambda: broken.facts(case.symbol),) if case.statements else ()),
        ):
            with pytest.raises(SourceUnavailable) as failed:
                await ask()
            assert_safe(failed.value)


async def test_errors_are_ours_with_a_sentence_for_people(provider: Provider, case: Case) -> None:
    found = await provider.history(["NOSUCH", *GARBAGE], case.first, case.last)
    for outcome in found.values():
        assert isinstance(outcome, CONTRACT_ERRORS)
        assert_safe(outcome)


def assert_safe(error: MarketDataError) -> None:
    """A sentence without an address, a path or the vendor's class names."""
    assert error.message.endswith(".")
    assert not re.search(r"https?:|/tmp|Traceback|Error\b|Exception", error.message)
    assert len(error.message) < 200
