"""Choosing a source: within its time, on record, and never with nothing in hand."""

from __future__ import annotations

import asyncio
import time
from datetime import date, timedelta

import pytest

from advisor.adapters.market.auto import AutoMarket
from advisor.adapters.market.sample.market import SampleMarket
from advisor.domain.bars import InstrumentRecord
from advisor.domain.errors import (
    CurrencyNotServed,
    MarketDataError,
    NotEnoughHistory,
    RateLimited,
    SourceUnavailable,
    StalePrices,
    UnknownSymbol,
)
from advisor.domain.market import Attempt, MarketSnapshot, Series
from tests.adapters.market.conftest import FUNDS, HandClock
from tests.stored_markets import Stored
from tests.yahoo_server import Answer, YahooServer

LAST = date(2016, 7, 1)
BROKEN = Answer(503, b"<html>Service Unavailable</html>", "text/html")


class Scripted(SampleMarket):
    """A source of the sample's data under another name that can be made silent, failing, or slow to answer."""

    name = "yahoo"

    def __init__(self) -> None:
        super().__init__()
        self.speaks = asyncio.Event()
        self.speaks.set()
        self.ping_fault: MarketDataError | None = None
        self.data_fault: MarketDataError | None = None
        self.data_ready = asyncio.Event()
        self.data_ready.set()
        self.pings = 0
        self.closed = False

    async def ping(self) -> None:
        self.pings += 1
        await self.speaks.wait()
        if self.ping_fault:
            raise self.ping_fault

    async def snapshot(self, currency: str, as_of: date) -> MarketSnapshot:
        await self._data()
        return await super().snapshot(currency, as_of)

    async def series(self, symbol: str, as_of: date) -> Series:
        await self._data()
        return await super().series(symbol, as_of)

    async def search(self, text: str, limit: int = 10, *, outside: bool = True) -> tuple[InstrumentRecord, ...]:
        await self._data()
        return await super().search(text, limit)

    async def close(self) -> None:
        self.closed = True
        await super().close()

    async def _data(self) -> None:
        await self.data_ready.wait()
        if self.data_fault:
            raise self.data_fault


def chooser(first: Scripted, clock: HandClock, *, decide: float = 0.05, answer: float = 5.0) -> AutoMarket:
    return AutoMarket([first, SampleMarket()], clock, decide_seconds=decide, answer_seconds=answer)


async def attempts(market: AutoMarket) -> tuple[tuple[str, str], ...]:
    tried = (await market.snapshot("USD", LAST)).provenance.attempts
    return tuple((attempt.source, attempt.outcome) for attempt in tried)


async def test_the_first_source_is_used_while_it_answers(clock: HandClock) -> None:
    first = Scripted()
    market = chooser(first, clock, decide=5)
    snapshot = await market.snapshot("USD", LAST)
    assert snapshot.provenance.attempts == (Attempt("yahoo", "ok"),)
    assert not any("so these numbers come from" in note for note in snapshot.provenance.notes)
    await market.snapshot("USD", LAST)
    assert first.pings == 1, "a source that proved itself is not asked for a sign of life again"


async def test_a_silent_source_costs_no_more_than_the_time_to_decide(clock: HandClock) -> None:
    first = Scripted()
    first.speaks.clear()
    market = chooser(first, clock, decide=0.2)
    started = time.monotonic()
    snapshot = await market.snapshot("USD", LAST)
    assert 0.2 <= time.monotonic() - started < 3
    assert snapshot.provenance.attempts == (Attempt("yahoo", "no answer within 0.2 seconds"), Attempt("sample", "ok"))
    assert snapshot.provenance.notes[0] == "Yahoo Finance did not answer, so these numbers come from the sample."
    await market.close()


async def test_a_failed_source_is_left_alone_for_ten_minutes_and_then_used_again(clock: HandClock) -> None:
    first = Scripted()
    first.ping_fault = SourceUnavailable("Yahoo Finance did not answer.")
    market = chooser(first, clock, decide=5)
    for _ in range(3):
        assert await attempts(market) == (("yahoo", "Yahoo Finance did not answer."), ("sample", "ok"))
    assert first.pings == 1
    first.ping_fault = None
    clock.present += timedelta(minutes=9, seconds=59)
    assert (await attempts(market))[-1] == ("sample", "ok")
    clock.present += timedelta(seconds=1)
    assert await attempts(market) == (("yahoo", "ok"),)


async def test_a_late_sign_of_life_counts_at_once(clock: HandClock) -> None:
    first = Scripted()
    first.speaks.clear()
    market = chooser(first, clock)
    assert (await attempts(market))[-1] == ("sample", "ok")
    first.speaks.set()
    await asyncio.sleep(0)  # one turn of the loop: the waiting ping returns
    assert await attempts(market) == (("yahoo", "ok"),)
    assert first.pings == 1


async def test_a_late_failure_changes_nothing(clock: HandClock) -> None:
    first = Scripted()
    first.speaks.clear()
    first.ping_fault = SourceUnavailable("Yahoo Finance did not answer.")
    market = chooser(first, clock)
    await market.snapshot("USD", LAST)
    first.speaks.set()
    await asyncio.sleep(0)
    assert await attempts(market) == (("yahoo", "Yahoo Finance did not answer."), ("sample", "ok"))


async def test_a_failure_after_the_sign_of_life_falls_back_too(clock: HandClock) -> None:
    first = Scripted()
    first.data_fault = RateLimited("Yahoo Finance asked us to come back later.")
    market = chooser(first, clock, decide=5)
    snapshot = await market.snapshot("USD", LAST)
    assert snapshot.provenance.source == "sample"
    assert (
        snapshot.provenance.notes[0]
        == "Yahoo Finance asked us to come back later, so these numbers come from the sample."
    )
    first.data_fault = None
    assert (await attempts(market))[0] == ("yahoo", "Yahoo Finance asked us to come back later.")
    clock.present += timedelta(minutes=10)
    assert await attempts(market) == (("yahoo", "ok"),)


async def test_data_that_never_come_fall_back_too(clock: HandClock) -> None:
    first = Scripted()
    first.data_ready.clear()
    market = chooser(first, clock, decide=5, answer=0.1)
    assert await attempts(market) == (("yahoo", "no answer within 0.1 seconds"), ("sample", "ok"))


async def test_a_series_falls_back_as_a_snapshot_does(clock: HandClock) -> None:
    first = Scripted()
    first.data_fault = SourceUnavailable("Yahoo Finance did not answer.")
    series = await chooser(first, clock, decide=5).series("AAPL", LAST)
    assert series.provenance.source == "sample"
    assert [attempt.source for attempt in series.provenance.attempts] == ["yahoo", "sample"]


async def test_bars_fall_back_as_a_snapshot_does(clock: HandClock) -> None:
    first = Scripted()
    first.data_fault = SourceUnavailable("Yahoo Finance did not answer.")
    found = await chooser(first, clock, decide=5).history("AAPL", LAST)
    assert found.bars.record.source == found.provenance.source == "sample"
    assert [attempt.source for attempt in found.provenance.attempts] == ["yahoo", "sample"]
    assert found.provenance.notes[0] == "Yahoo Finance did not answer, so these numbers come from the sample."


async def test_an_unknown_symbol_has_no_bars_from_another_source_either(clock: HandClock) -> None:
    first = Scripted()
    first.data_fault = UnknownSymbol("no such")
    with pytest.raises(UnknownSymbol):
        await chooser(first, clock, decide=5).history("AAPL", LAST)


async def test_names_are_those_of_the_source_in_use(clock: HandClock) -> None:
    first = Scripted()
    market = chooser(first, clock, decide=5)
    assert [record.symbol for record in await market.search("aple")] == ["AAPL"]
    first.data_fault = SourceUnavailable("Gone.")
    assert [record.symbol for record in await market.search("microsft", limit=1)] == ["MSFT"]
    assert await attempts(market) == (("yahoo", "Gone."), ("sample", "ok"))


@pytest.mark.parametrize(
    "answer", [UnknownSymbol("no such"), NotEnoughHistory("too short"), CurrencyNotServed("not so")]
)
async def test_an_answer_is_not_a_failure(clock: HandClock, answer: MarketDataError) -> None:
    first = Scripted()
    first.data_fault = answer
    market = chooser(first, clock, decide=5)
    with pytest.raises(type(answer)):
        await market.series("AAPL", LAST)
    first.data_fault = None
    assert await attempts(market) == (("yahoo", "ok"),)


async def test_too_little_history_for_a_plan_asks_the_next_source_and_says_so(clock: HandClock) -> None:
    first = Scripted()
    first.data_fault = NotEnoughHistory("Prices begin on 3 May 2024.")
    snapshot = await chooser(first, clock, decide=5).snapshot("USD", LAST)
    assert snapshot.provenance.attempts[0] == Attempt("yahoo", "Prices begin on 3 May 2024.")
    assert snapshot.provenance.notes[0].startswith("Yahoo Finance has too little history for this, so")


async def test_prices_too_old_for_a_plan_ask_the_next_source_and_leave_the_source_in_use_for_all_else(
    clock: HandClock,
) -> None:
    first = Scripted()
    first.data_fault = StalePrices("The newest stored prices are of 3 May 2016, 60 days ago.")
    market = chooser(first, clock, decide=5)
    snapshot = await market.snapshot("USD", LAST)
    assert snapshot.provenance.attempts[0] == Attempt(
        "yahoo", "The newest stored prices are of 3 May 2016, 60 days ago."
    )
    assert snapshot.provenance.notes[0] == (
        "Yahoo Finance has only prices that are too old for this, so these numbers come from the sample."
    )
    first.data_fault = None
    assert await attempts(market) == (("yahoo", "ok"),)
    assert first.pings == 1


async def test_too_little_history_everywhere_is_said_as_such(clock: HandClock) -> None:
    with pytest.raises(NotEnoughHistory):
        await chooser(Scripted(), clock, decide=5).snapshot("USD", date(1989, 1, 1))


async def test_if_every_source_fails_all_reasons_are_named(clock: HandClock) -> None:
    first, second = Scripted(), Scripted()
    first.ping_fault = RateLimited("Later.")
    second.ping_fault = SourceUnavailable("Gone.")
    with pytest.raises(SourceUnavailable) as failed:
        await AutoMarket([first, second], clock, decide_seconds=5).market_date()
    assert failed.value.details["attempts"] == ["yahoo: Later.", "yahoo: Gone."]


async def test_which_source_was_tried_does_not_change_the_digest_but_the_fallback_note_does(clock: HandClock) -> None:
    first = Scripted()
    market = chooser(first, clock, decide=5)
    direct = await SampleMarket().snapshot("USD", LAST)
    assert (await market.snapshot("USD", LAST)).digest == direct.digest
    first.data_fault = SourceUnavailable("one reason")
    fallen = await market.snapshot("USD", LAST)
    clock.present += timedelta(minutes=10)
    first.data_fault = SourceUnavailable("another reason")
    assert (await market.snapshot("USD", LAST)).digest == fallen.digest != direct.digest


async def test_many_callers_share_one_sign_of_life(clock: HandClock) -> None:
    first = Scripted()
    market = chooser(first, clock, decide=5)
    await asyncio.gather(*(market.snapshot("USD", LAST) for _ in range(10)))
    assert first.pings == 1


async def test_closing_ends_what_is_under_way_and_closes_the_sources(clock: HandClock) -> None:
    first = Scripted()
    first.speaks.clear()
    market = chooser(first, clock)
    await market.snapshot("USD", LAST)
    await market.close()
    assert first.closed
    assert len(asyncio.all_tasks()) == 1


def test_no_sources_at_all_are_refused(clock: HandClock) -> None:
    with pytest.raises(ValueError, match="at least one"):
        AutoMarket([], clock)


@pytest.mark.slow
async def test_the_real_yahoo_breaking_in_the_middle_falls_back_and_recovers(
    yahoo: Stored, server: YahooServer, clock: HandClock
) -> None:
    market = AutoMarket([yahoo.market, SampleMarket()], clock, decide_seconds=30, answer_seconds=30)
    server.answers = {
        symbol: BROKEN for symbol in FUNDS if symbol != "VTI"
    }  # the sign of life works, the plan's data do not
    fallen = await market.snapshot("USD", date(2024, 6, 14))
    assert fallen.provenance.source == "sample"
    assert fallen.provenance.rehearsal
    server.answers = {}
    clock.present += timedelta(minutes=10)
    assert (await market.snapshot("USD", date(2024, 6, 14))).provenance.source == "yahoo"
