"""Yahoo Finance through the real client against a local server.

No recording is as long as the histories a plan needs: what is served here are seeded random walks in the recorded shape, made by
tests/yahoo_server. The recorded answers are in test_yahoo_series.py.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import threading
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from advisor.adapters.market.yahoo.former import YahooMarket
from advisor.domain.errors import MarketDataError, NotEnoughHistory, RateLimited, SourceUnavailable
from advisor.domain.market import AssetClass
from tests.adapters.market.conftest import FUNDS, HandClock, PoolOffload, cache_dir
from tests.yahoo_server import Answer, YahooServer, chart, error_body, random_walk, sessions

pytestmark = pytest.mark.slow  # yfinance in a process of its own, each time

LAST = date(2024, 6, 14)
LIMITED = Answer(429, b"Too Many Requests", "text/plain")
PAGE = Answer(200, b"<!DOCTYPE html><html><body>Oops</body></html>", "text/html")
BROKEN = Answer(503, b"<html>Service Unavailable</html>", "text/html")


async def test_a_snapshot_holds_the_adjusted_closes_of_every_fund(yahoo: YahooMarket, server: YahooServer) -> None:
    snapshot = await yahoo.snapshot("USD", LAST)
    assert snapshot.symbols == FUNDS
    for column, symbol in enumerate(FUNDS):
        sent = server.charts[symbol]["chart"]["result"][0]["indicators"]["adjclose"][0]["adjclose"]
        np.testing.assert_allclose(snapshot.levels[:, column], sent, rtol=1e-12)
    assert snapshot.provenance.title == "Yahoo Finance: daily prices to 14 June 2024"
    assert not snapshot.provenance.rehearsal


async def test_rates_come_from_the_quotes_of_the_day(yahoo: YahooMarket) -> None:
    rates = (await yahoo.snapshot("USD", LAST)).rates
    assert rates.ten_year == pytest.approx(0.0425)
    # A 13-week bill at a discount of 5.25 % costs 98.672917 and earns 1.344932 % in 91 days, 5.39451 % in 365.
    assert rates.bill == pytest.approx(0.0539451, abs=1e-7)


async def test_many_callers_at_once_cause_one_fetch_a_day(
    yahoo: YahooMarket, server: YahooServer, clock: HandClock
) -> None:
    await asyncio.gather(*(yahoo.snapshot("USD", LAST) for _ in range(20)), yahoo.market_date())
    once = len(server.asked)
    assert once <= 2 * (len(FUNDS) + 2)  # at most a question for the time zone besides each history
    clock.present += timedelta(hours=12)
    await yahoo.snapshot("USD", LAST)
    assert len(server.asked) == once, "the next session has not closed yet"
    clock.present += timedelta(days=1)
    await yahoo.snapshot("USD", LAST)
    assert len(server.asked) > once


async def test_a_session_still_open_is_not_shown(yahoo: YahooMarket, clock: HandClock) -> None:
    clock.present = datetime(2024, 6, 14, 18, tzinfo=UTC)  # two in the afternoon in New York
    assert await yahoo.market_date() == date(2024, 6, 13)
    assert (await yahoo.series("VTI", LAST)).provenance.last == date(2024, 6, 13)


async def test_old_prices_are_a_rehearsal(yahoo: YahooMarket) -> None:
    assert (await yahoo.snapshot("USD", date(2022, 3, 1))).provenance.rehearsal


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer.of(error_body("Not Found", "No data found, symbol may be delisted"), 404), "does not know it"),
        (LIMITED, "come back later"),
        (PAGE, "did not answer for it"),
        (BROKEN, "did not answer for it"),
        (Answer.of(error_body("Bad Request", "Data doesn't exist"), 400), "has no prices"),
        (Answer.of({"somethingWeird": True}), "did not answer for it"),
        (Answer.of(chart("GLD", sessions("2024-01-01", "2024-01-01")[:0], np.empty(0))), "has no prices"),
    ],
    ids=["unknown", "limited", "page", "server error", "bad request", "weird", "no rows"],
)
async def test_one_missing_class_is_left_out_with_its_reason(
    yahoo: YahooMarket, server: YahooServer, answer: Answer, words: str
) -> None:
    server.answers["GLD"] = answer
    snapshot = await yahoo.snapshot("USD", LAST)
    assert snapshot.symbols == tuple(symbol for symbol in FUNDS if symbol != "GLD")
    assert [note for note in snapshot.provenance.notes if note.startswith("GLD ") and words in note], (
        snapshot.provenance
    )


async def test_a_fund_quoted_in_another_currency_is_left_out(yahoo: YahooMarket, server: YahooServer) -> None:
    days = sessions("2018-01-02", "2024-06-14")
    server.charts["GLD"] = chart("GLD", days, random_walk(1, len(days)), currency="CAD")
    snapshot = await yahoo.snapshot("USD", LAST)
    assert AssetClass.GOLD not in {item.asset_class for item in snapshot.instruments}
    assert any("quotes it in CAD" in note for note in snapshot.provenance.notes)


async def test_half_a_batch_is_enough_if_shares_a_bond_and_cash_are_there(
    yahoo: YahooMarket, server: YahooServer
) -> None:
    for symbol in set(FUNDS) - {"VTI", "SHY", "BIL"}:
        server.answers[symbol] = BROKEN
    snapshot = await yahoo.snapshot("USD", LAST)
    assert snapshot.symbols == ("VTI", "SHY", "BIL")
    assert len(snapshot.provenance.notes) >= 9


@pytest.mark.parametrize("symbol", ["VTI", "BIL", "^IRX", "^TNX"])
@pytest.mark.parametrize(
    ("answer", "error"), [(LIMITED, RateLimited), (BROKEN, SourceUnavailable), (PAGE, SourceUnavailable)]
)
async def test_without_shares_cash_or_rates_there_is_no_plan(
    yahoo: YahooMarket, server: YahooServer, symbol: str, answer: Answer, error: type[MarketDataError]
) -> None:
    server.answers[symbol] = answer
    with pytest.raises(error) as failed:
        await yahoo.snapshot("USD", LAST)
    assert type(failed.value) is error
    assert symbol in failed.value.details


async def test_a_short_hole_is_filled_and_a_long_one_leaves_the_fund_out(
    yahoo: YahooMarket, server: YahooServer
) -> None:
    days = sessions("2018-01-02", "2024-06-14")
    holes = random_walk(3, len(days))
    holes[500:505] = np.nan
    server.charts["VNQ"] = chart("VNQ", days, holes)
    gap = random_walk(4, len(days))
    gap[500:506] = np.nan
    server.charts["DBC"] = chart("DBC", days, gap)
    snapshot = await yahoo.snapshot("USD", LAST)
    assert "VNQ" in snapshot.symbols
    assert "DBC" not in snapshot.symbols
    assert any(note.startswith("DBC ") and "gap" in note for note in snapshot.provenance.notes)


async def test_an_impossible_interest_rate_is_refused(yahoo: YahooMarket, server: YahooServer) -> None:
    days = sessions("2018-01-02", "2024-06-14")
    server.charts["^TNX"] = chart("^TNX", days, np.full(len(days), 42.5), kind="INDEX")
    with pytest.raises(SourceUnavailable, match="impossible"):
        await yahoo.snapshot("USD", LAST)


async def test_a_rate_nobody_quotes_any_more_is_no_rate_of_today(yahoo: YahooMarket, server: YahooServer) -> None:
    days = sessions("2018-01-02", "2024-05-31")
    server.charts["^IRX"] = chart("^IRX", days, np.full(len(days), 5.0), kind="INDEX")
    with pytest.raises(NotEnoughHistory, match="interest rate"):
        await yahoo.snapshot("USD", LAST)


async def test_yesterdays_prices_stand_in_and_say_so_until_the_source_answers_again(
    yahoo: YahooMarket, server: YahooServer, clock: HandClock
) -> None:
    fresh = await yahoo.snapshot("USD", LAST)
    clock.present += timedelta(days=3)
    server.every = LIMITED
    stale = await yahoo.snapshot("USD", date(2024, 6, 17))
    np.testing.assert_array_equal(stale.levels, fresh.levels)
    assert stale.provenance.notes[-1] == (
        "Yahoo Finance asked us to come back later. These are the stored prices up to 14 June 2024."
    )
    asked = len(server.asked)
    await yahoo.snapshot("USD", date(2024, 6, 17))
    assert len(server.asked) == asked, "it is left alone for ten minutes"
    server.every = None
    clock.present += timedelta(minutes=11)
    assert (await yahoo.snapshot("USD", date(2024, 6, 17))).digest == fresh.digest


async def test_prices_of_last_week_stand_in_no_longer(
    yahoo: YahooMarket, server: YahooServer, clock: HandClock
) -> None:
    await yahoo.snapshot("USD", LAST)
    clock.present += timedelta(days=8)
    server.every = BROKEN
    with pytest.raises(SourceUnavailable):
        await yahoo.snapshot("USD", date(2024, 6, 21))


async def test_a_source_out_of_reach_is_unavailable(
    pool: ProcessPoolExecutor, clock: HandClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # Port 9 (discard) is closed.
    market = YahooMarket(PoolOffload(pool), clock, cache_dir=cache_dir(tmp_path_factory), base_url="http://127.0.0.1:9")
    with pytest.raises(SourceUnavailable, match="did not answer"):
        await market.ping()
    with pytest.raises(SourceUnavailable, match="did not answer"):
        await market.snapshot("USD", LAST)
    await market.close()


async def test_a_source_that_never_answers_is_given_up_in_time(
    pool: ProcessPoolExecutor, clock: HandClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with YahooServer() as server:
        server.every = Answer(release=threading.Event())
        market = YahooMarket(
            PoolOffload(pool), clock, cache_dir=cache_dir(tmp_path_factory), base_url=server.url, ping_seconds=0.3
        )
        with pytest.raises(SourceUnavailable):
            await market.ping()
        await market.close()


@pytest.mark.slow
async def test_a_blocked_cookie_host_does_not_stop_the_prices(
    clock: HandClock, server: YahooServer, tmp_path: Path
) -> None:
    server.elsewhere = Answer(release=threading.Event())
    # A process of its own: the client keeps a cookie once it has one.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:
        market = YahooMarket(
            PoolOffload(fresh), clock, cache_dir=tmp_path / "new", base_url=server.url, fetch_seconds=20
        )
        assert (await market.snapshot("USD", LAST)).symbols == FUNDS
        assert server.others, "the cookie was asked for in vain"
        await market.close()


async def test_a_caller_who_gives_up_does_not_stop_the_fetch_for_the_others(yahoo: YahooMarket) -> None:
    impatient = asyncio.create_task(yahoo.snapshot("USD", LAST))
    patient = asyncio.create_task(yahoo.snapshot("USD", LAST))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).symbols == FUNDS
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_a_helper_that_dies_is_a_source_that_does_not_answer(
    clock: HandClock, server: YahooServer, tmp_path: Path
) -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as doomed:
        with pytest.raises(BrokenExecutor):
            await PoolOffload(doomed).process(os._exit, 1)
        market = YahooMarket(PoolOffload(doomed), clock, cache_dir=tmp_path, base_url=server.url)
        with pytest.raises(SourceUnavailable):
            await market.snapshot("USD", LAST)
        await market.close()
