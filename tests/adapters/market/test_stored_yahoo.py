"""Plans from Yahoo's prices by way of the store: the real client against a local server, the real store on SQLite.

No recording is as long as the histories a plan needs: what is served here are seeded random walks in the recorded shape, made by
tests/yahoo_server. The recorded answers are in test_stored_series.py.
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

from advisor.adapters.db.storage import SqlStorage
from advisor.adapters.market.auto import AutoMarket
from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.market.yahoo.provider import YahooProvider
from advisor.domain.errors import MarketDataError, RateLimited, SourceUnavailable, StalePrices
from advisor.domain.market import AssetClass
from tests.adapters.market.conftest import FUNDS, HandClock, PoolOffload, cache_dir
from tests.stored_markets import Stored, stored_over
from tests.yahoo_server import Answer, YahooServer, chart, error_body, random_walk, sessions

pytestmark = pytest.mark.slow  # yfinance in a process of its own, each time

LAST = date(2024, 6, 14)
LIMITED = Answer(429, b"Too Many Requests", "text/plain")
PAGE = Answer(200, b"<!DOCTYPE html><html><body>Oops</body></html>", "text/html")
UNKNOWN = Answer.of(error_body("Not Found", "No data found, symbol may be delisted"), 404)
BROKEN = Answer(503, b"<html>Service Unavailable</html>", "text/html")
UNREACHABLE = "http://127.0.0.1:9"  # discard: closed


def notes_on(symbol: str, notes: tuple[str, ...]) -> list[str]:
    return [note for note in notes if note.startswith(f"{symbol} ")]


def closing(days: int) -> timedelta:
    """A clock moved by so many days, and by the ten minutes for which a source is left alone."""
    return timedelta(days=days, minutes=11)


async def test_a_snapshot_holds_the_adjusted_closes_of_every_fund(yahoo: Stored, server: YahooServer) -> None:
    snapshot = await yahoo.market.snapshot("USD", LAST)
    assert snapshot.symbols == FUNDS
    for column, symbol in enumerate(FUNDS):
        sent = server.charts[symbol]["chart"]["result"][0]["indicators"]
        adjusted = np.array(sent["adjclose"][0]["adjclose"])
        # The last level is the price of the last day, which the server puts 10 % above the adjusted close.
        np.testing.assert_allclose(snapshot.levels[:, column], adjusted * 1.1, rtol=1e-9)
    assert snapshot.provenance.title == "Yahoo Finance: daily prices to 14 June 2024"
    assert not snapshot.provenance.rehearsal


async def test_rates_come_from_the_quotes_of_the_day(yahoo: Stored) -> None:
    rates = (await yahoo.market.snapshot("USD", LAST)).rates
    assert rates.ten_year == pytest.approx(0.0425)
    # A 13-week bill at a discount of 5.25 % costs 98.672917 and earns 1.344932 % in 91 days, 5.39451 % in 365.
    assert rates.bill == pytest.approx(0.0539451, abs=1e-7)


async def test_many_callers_at_once_cause_one_fetch_a_session(
    yahoo: Stored, server: YahooServer, clock: HandClock
) -> None:
    await asyncio.gather(*(yahoo.market.snapshot("USD", LAST) for _ in range(20)), yahoo.market.market_date())
    assert len(server.asked) == len(set(server.asked)), "each symbol once"
    clock.present += timedelta(hours=12)
    await yahoo.market.snapshot("USD", LAST)
    assert server.asked.count("VTI") == 1, "the next session has not closed yet"
    clock.present += timedelta(days=3)
    await yahoo.market.snapshot("USD", LAST)
    assert server.asked.count("VTI") == 2


async def test_a_session_still_open_is_not_shown(yahoo: Stored, clock: HandClock) -> None:
    clock.present = datetime(2024, 6, 14, 18, tzinfo=UTC)  # two in the afternoon in New York
    assert await yahoo.market.market_date() == date(2024, 6, 13)
    assert (await yahoo.market.series("VTI", LAST)).provenance.last == date(2024, 6, 13)


async def test_old_prices_are_a_rehearsal_and_no_reason_to_refuse_a_look_back(yahoo: Stored) -> None:
    assert (await yahoo.market.snapshot("USD", date(2022, 3, 1))).provenance.rehearsal


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (UNKNOWN, "has neither it nor"),
        (LIMITED, "did not answer for it"),
        (PAGE, "did not answer for it"),
        (BROKEN, "did not answer for it"),
        (Answer.of(error_body("Bad Request", "Data doesn't exist"), 400), "has neither it nor"),
        (Answer.of({"somethingWeird": True}), "did not answer for it"),
        (Answer.of(chart("GLD", sessions("2024-01-01", "2024-01-01")[:0], np.empty(0))), "has neither it nor"),
    ],
    ids=["unknown", "limited", "page", "server error", "bad request", "weird", "no rows"],
)
async def test_one_missing_class_is_left_out_with_its_reason(
    yahoo: Stored, server: YahooServer, answer: Answer, words: str
) -> None:
    server.answers["GLD"] = answer
    snapshot = await yahoo.market.snapshot("USD", LAST)
    assert "GLD" not in snapshot.symbols
    assert {"VTI", "IEF", "BIL"} <= set(snapshot.symbols)
    (note,) = notes_on("GLD", snapshot.provenance.notes)
    assert words in note
    assert not any("stored prices up to" in note for note in snapshot.provenance.notes), "what is there is fresh"


async def test_a_fund_quoted_in_another_currency_is_left_out(yahoo: Stored, server: YahooServer) -> None:
    days = sessions("2018-01-02", "2024-06-14")
    server.charts["GLD"] = chart("GLD", days, random_walk(1, len(days)), currency="CAD")
    snapshot = await yahoo.market.snapshot("USD", LAST)
    assert AssetClass.GOLD not in {item.asset_class for item in snapshot.instruments}
    (note,) = notes_on("GLD", snapshot.provenance.notes)
    assert "GLD: its prices are in CAD, not in USD." in note


async def test_what_a_source_does_not_have_is_left_out_as_long_as_shares_a_bond_and_cash_are_there(
    yahoo: Stored, server: YahooServer
) -> None:
    for symbol in set(FUNDS) - {"VTI", "SHY", "BIL"}:
        server.answers[symbol] = UNKNOWN
    snapshot = await yahoo.market.snapshot("USD", LAST)
    assert snapshot.symbols == ("VTI", "SHY", "BIL")
    assert len(snapshot.provenance.notes) >= 9


@pytest.mark.parametrize(("missing", "enough"), [(4, True), (5, False)])
async def test_a_source_cut_off_in_its_first_fetch_makes_no_plan_of_the_few_funds_that_came(
    yahoo: Stored, server: YahooServer, missing: int, enough: bool
) -> None:
    lost = FUNDS[5 : 5 + missing]
    server.answers = dict.fromkeys(lost, BROKEN)
    if enough:
        assert set((await yahoo.market.snapshot("USD", LAST)).symbols) == set(FUNDS) - set(lost)
        return
    with pytest.raises(SourceUnavailable, match="has given 7 of the 12 funds") as refused:
        await yahoo.market.snapshot("USD", LAST)
    assert refused.value.details["missing"] == list(lost)


@pytest.mark.parametrize(
    ("answer", "error"), [(LIMITED, RateLimited), (BROKEN, SourceUnavailable), (PAGE, SourceUnavailable)]
)
async def test_with_nothing_stored_and_no_answer_there_is_no_plan(
    yahoo: Stored, server: YahooServer, answer: Answer, error: type[MarketDataError]
) -> None:
    server.every = answer
    with pytest.raises(error) as failed:
        await yahoo.market.snapshot("USD", LAST)
    assert type(failed.value) is error
    assert "VTI" in failed.value.details


async def test_without_a_fund_of_cash_it_is_computed_from_the_short_rate(yahoo: Stored, server: YahooServer) -> None:
    server.answers["BIL"] = BROKEN
    snapshot = await yahoo.market.snapshot("USD", LAST)
    cash = next(item for item in snapshot.instruments if item.asset_class is AssetClass.CASH)
    assert not cash.tradable
    assert any("cash is computed from the short interest rate" in note for note in snapshot.provenance.notes)


async def test_a_short_hole_is_filled_and_a_long_one_leaves_the_days_before_it_out(
    yahoo: Stored, server: YahooServer
) -> None:
    days = sessions("2018-01-02", "2024-06-14")
    holes = random_walk(3, len(days))
    holes[500:505] = np.nan
    server.charts["VNQ"] = chart("VNQ", days, holes)
    old, new = random_walk(4, len(days)), random_walk(5, len(days))
    old[500:506] = new[1600:1606] = np.nan
    server.charts["DBC"], server.charts["TIP"] = chart("DBC", days, old), chart("TIP", days, new)
    snapshot = await yahoo.market.snapshot("USD", LAST)
    assert {"VNQ", "DBC"} <= set(snapshot.symbols)
    assert np.isfinite(snapshot.levels[:, snapshot.symbols.index("VNQ")]).all()
    assert any(note.startswith("DBC counts from") for note in snapshot.provenance.notes)
    assert "TIP" not in snapshot.symbols
    assert any("TIP: its prices have a gap after" in note for note in snapshot.provenance.notes)


async def test_an_impossible_interest_rate_is_not_used_and_what_is_used_instead_is_said(
    yahoo: Stored, server: YahooServer
) -> None:
    days = sessions("2018-01-02", "2024-06-14")
    server.charts["^TNX"] = chart("^TNX", days, np.full(len(days), 42.5) / 1.1, kind="INDEX")
    snapshot = await yahoo.market.snapshot("USD", LAST)
    assert snapshot.rates.ten_year == pytest.approx(0.042)
    notes = snapshot.provenance.notes
    assert "A ten-year interest rate of 42.5% cannot be right and is not used." in notes
    assert any(note.startswith("An assumption of 4.2% a year") for note in notes)


async def test_a_rate_nobody_quotes_any_more_is_no_rate_of_today(yahoo: Stored, server: YahooServer) -> None:
    days = sessions("2018-01-02", "2024-05-31")
    server.charts["^IRX"] = chart("^IRX", days, np.full(len(days), 5.0), kind="INDEX")
    snapshot = await yahoo.market.snapshot("USD", LAST)
    assert any("what BIL earned over the twelve months before" in note for note in snapshot.provenance.notes)


async def test_stored_prices_stand_in_and_say_so_until_the_source_answers_again(
    yahoo: Stored, server: YahooServer, clock: HandClock
) -> None:
    fresh = await yahoo.market.snapshot("USD", LAST)
    clock.present += timedelta(days=3)
    server.every = LIMITED
    stale = await yahoo.market.snapshot("USD", date(2024, 6, 17))
    np.testing.assert_array_equal(stale.levels, fresh.levels)
    assert stale.provenance.notes[0] == (
        "Yahoo Finance asked us to come back later. These are the stored prices up to 14 June 2024."
    )
    asked = len(server.asked)
    clock.present += timedelta(minutes=2)
    await yahoo.market.snapshot("USD", date(2024, 6, 17))
    assert len(server.asked) == asked, "it is left alone for ten minutes"
    server.every = None
    clock.present += timedelta(minutes=20)
    assert (await yahoo.market.snapshot("USD", date(2024, 6, 17))).digest == fresh.digest
    assert len(server.asked) > asked


async def test_a_source_that_hangs_does_not_hold_back_what_is_stored(
    yahoo: Stored,
    server: YahooServer,
    clock: HandClock,
    pool: ProcessPoolExecutor,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    fresh = await yahoo.market.snapshot("USD", LAST)
    provider = YahooProvider(
        PoolOffload(pool), clock, cache_dir=cache_dir(tmp_path_factory), base_url=server.url, fetch_seconds=2
    )
    impatient = stored_over(provider, yahoo.store, PoolOffload(pool), clock, patience_seconds=0.2)
    clock.present += timedelta(days=3)
    server.every = Answer(release=threading.Event())
    await impatient.market.ping()
    stale = await impatient.market.snapshot("USD", date(2024, 6, 17))
    np.testing.assert_array_equal(stale.levels, fresh.levels)
    assert stale.provenance.notes[0].startswith("Yahoo Finance did not answer in time.")
    shown = await impatient.market.history("VTI", date(2024, 6, 17))
    assert shown.provenance.notes == (
        "Yahoo Finance did not answer in time. These are the stored prices up to 14 June 2024.",
    )
    await impatient.market.close()


async def test_advice_goes_on_for_the_operators_limit_and_is_refused_beyond_it(
    yahoo: Stored, server: YahooServer, clock: HandClock
) -> None:
    await yahoo.market.snapshot("USD", LAST)
    server.every = BROKEN
    clock.present += closing(7)
    week = await yahoo.market.snapshot("USD", await yahoo.market.market_date())
    assert week.provenance.notes[0] == ("Yahoo Finance did not answer. These are the stored prices up to 14 June 2024.")
    clock.present = datetime(2024, 7, 15, 22, tzinfo=UTC)  # 31 days
    with pytest.raises(StalePrices) as refused:
        await yahoo.market.snapshot("USD", await yahoo.market.market_date())
    assert refused.value.message == (
        "The newest stored prices are of 14 June 2024, 31 days ago. That is too old for advice. Yahoo Finance did not answer."
    )
    assert refused.value.details == {"last": "2024-06-14", "days": 31, "limit": 30}
    assert (await yahoo.market.snapshot("USD", date(2024, 6, 13))).provenance.last == date(2024, 6, 13), "a look back"
    assert (await yahoo.market.series("VTI", date(2024, 7, 15))).provenance.last == LAST, (
        "a price is shown with its day"
    )


async def test_a_fresh_rate_does_not_make_old_prices_of_funds_young(
    yahoo: Stored, server: YahooServer, clock: HandClock
) -> None:
    await yahoo.market.snapshot("USD", LAST)
    days = sessions("2018-01-02", "2024-08-01")
    for symbol in ("^IRX", "^TNX"):
        server.charts[symbol] = chart(symbol, days, np.full(len(days), 4.0), kind="INDEX")
    for symbol in FUNDS:
        server.answers[symbol] = BROKEN
    clock.present = datetime(2024, 8, 1, 22, tzinfo=UTC)
    with pytest.raises(StalePrices, match="48 days ago"):
        await yahoo.market.snapshot("USD", await yahoo.market.market_date())


async def test_in_auto_a_refusal_for_age_falls_to_the_next_source_with_the_reason_on_record(
    yahoo: Stored, server: YahooServer, clock: HandClock
) -> None:
    market = AutoMarket([yahoo.market, SampleMarket()], clock, decide_seconds=30, answer_seconds=30)
    assert (await market.snapshot("USD", LAST)).provenance.source == "yahoo"
    server.every = BROKEN
    clock.present = datetime(2024, 7, 15, 22, tzinfo=UTC)
    fallen = await market.snapshot("USD", await market.market_date())
    assert fallen.provenance.source == "sample"
    assert fallen.provenance.rehearsal
    assert fallen.provenance.notes[0] == (
        "Yahoo Finance has only prices that are too old for this, so these numbers come from the sample."
    )
    assert [attempt.source for attempt in fallen.provenance.attempts] == ["yahoo", "sample"]
    assert "31 days ago" in fallen.provenance.attempts[0].outcome
    assert (await market.series("VTI", LAST)).provenance.source == "yahoo", "old prices may still be shown"


async def test_without_any_younger_source_auto_says_how_old_the_prices_are(
    yahoo: Stored, server: YahooServer, clock: HandClock
) -> None:
    market = AutoMarket([yahoo.market], clock, decide_seconds=30, answer_seconds=30)
    await market.snapshot("USD", LAST)
    server.every = BROKEN
    clock.present = datetime(2024, 7, 15, 22, tzinfo=UTC)
    with pytest.raises(StalePrices):
        await market.snapshot("USD", LAST)


async def test_a_source_out_of_reach_is_unavailable(
    pool: ProcessPoolExecutor, clock: HandClock, sqlite_storage: SqlStorage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    offload = PoolOffload(pool)
    provider = YahooProvider(offload, clock, cache_dir=cache_dir(tmp_path_factory), base_url=UNREACHABLE)
    market = stored_over(provider, sqlite_storage.history_store, offload, clock).market
    with pytest.raises(SourceUnavailable, match="did not answer"):
        await market.ping()
    with pytest.raises(SourceUnavailable, match="did not answer"):
        await market.snapshot("USD", LAST)
    await market.close()


async def test_a_caller_who_gives_up_does_not_stop_the_fetch_for_the_others(yahoo: Stored) -> None:
    impatient = asyncio.create_task(yahoo.market.snapshot("USD", LAST))
    patient = asyncio.create_task(yahoo.market.snapshot("USD", LAST))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).symbols == FUNDS
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_a_helper_that_dies_is_a_source_that_does_not_answer(
    pool: ProcessPoolExecutor, clock: HandClock, server: YahooServer, sqlite_storage: SqlStorage, tmp_path: Path
) -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as doomed:
        with pytest.raises(BrokenExecutor):
            await PoolOffload(doomed).process(os._exit, 1)
        provider = YahooProvider(PoolOffload(doomed), clock, cache_dir=tmp_path, base_url=server.url)
        # The calendars' helper lives: which process dies is chance.
        market = stored_over(provider, sqlite_storage.history_store, PoolOffload(pool), clock).market
        with pytest.raises(SourceUnavailable):
            await market.snapshot("USD", LAST)
        await market.close()
