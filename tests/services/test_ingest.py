"""Ingestion on both databases, from a source whose truth is known (tests/world.py)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from advisor.adapters.db.storage import SqlStorage
from advisor.adapters.system.offload import LocalOffload
from advisor.domain.bars import COLUMNS, Bars, FindingKind, Treatment
from advisor.domain.errors import NotEnoughHistory, NotOffered, RateLimited, SourceUnavailable, UnknownSymbol
from advisor.ports.history import HistoryStore
from advisor.services.ingest import FIRST_DAY, IngestService, Progress
from tests.databases import database_url, open_another, postgres_server, postgres_url, sqlite_url, storage, vault
from tests.world import HandClock, Truth, Weekdays, WorldProvider, at, walk

__all__ = ["database_url", "open_another", "postgres_server", "postgres_url", "sqlite_url", "storage", "vault"]

FIRST, LAST = "2020-01-02", "2024-12-31"
NAMES = tuple("ABCDE")
AWAY = SourceUnavailable("The source did not answer.")

Maker = Callable[..., IngestService]


@pytest.fixture
def clock() -> HandClock:
    return HandClock(at("2024-06-14"))


@pytest.fixture
def source(clock: HandClock) -> WorldProvider:
    return WorldProvider({name: walk(seed, FIRST, LAST) for seed, name in enumerate(NAMES)}, clock)


@pytest.fixture
def store(storage: SqlStorage) -> HistoryStore:
    return storage.history_store


@pytest.fixture
async def service(source: WorldProvider, store: HistoryStore, clock: HandClock) -> AsyncIterator[Maker]:
    offload = LocalOffload()

    def make(**others: Any) -> IngestService:
        return IngestService(source, others.pop("store", store), Weekdays(), offload, clock, **others)

    yield make
    await offload.close()


async def stored(store: HistoryStore, symbol: str = "A") -> Bars:
    found = await store.bars("yahoo", symbol)
    assert found is not None
    return found


def as_stated(source: WorldProvider, clock: HandClock, on: str, symbol: str = "A") -> Bars:
    return source.truths[symbol].stated(symbol, "yahoo", date.fromisoformat(on), clock.now())


def assert_prices(found: Bars, expected: Bars, rtol: float = 0.0) -> None:
    np.testing.assert_array_equal(found.dates, expected.dates)
    for name in COLUMNS:
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=rtol, err_msg=name)
    assert [(item.day, item.kind) for item in found.actions] == [(item.day, item.kind) for item in expected.actions]


# --- what is due ----------------------------------------------------------------------------------------------------------
async def test_the_first_run_brings_everything_and_the_next_asks_nobody(
    service: Maker, source: WorldProvider, store: HistoryStore, clock: HandClock
) -> None:
    report = await service().run(NAMES)
    assert (report.asked, report.fresh, report.failures) == (5, 0, {})
    assert report.rows == sum([len(await stored(store, name)) for name in NAMES])
    assert_prices(await stored(store), as_stated(source, clock, "2024-06-14"))
    source.asked.clear()
    again = await service().run(NAMES)
    assert (again.asked, again.fresh, again.rows, source.asked) == (0, 5, 0, [])


async def test_an_increment_asks_for_the_new_days_and_two_weeks_to_compare(
    service: Maker, source: WorldProvider, store: HistoryStore, clock: HandClock
) -> None:
    await service().run(["A"])
    source.asked.clear()
    clock.present = at("2024-06-20")
    report = await service().run(["A"])
    assert source.asked == [("A", date(2024, 5, 30), date(2024, 6, 20))]
    assert report.rows == 4
    assert_prices(await stored(store), as_stated(source, clock, "2024-06-20"))


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (datetime(2024, 6, 15, 3, tzinfo=UTC), False),  # midnight has passed, no session
        (datetime(2024, 6, 16, 22, tzinfo=UTC), False),  # a Sunday
        (datetime(2024, 6, 17, 20, tzinfo=UTC), False),  # Monday in New York, not over
        (datetime(2024, 6, 17, 22, tzinfo=UTC), True),
    ],
    ids=["past midnight", "weekend", "open", "closed"],
)
async def test_it_is_due_again_when_the_next_session_is_over_and_not_before(
    service: Maker, source: WorldProvider, clock: HandClock, moment: datetime, due: bool
) -> None:
    await service().run(["A"])
    source.asked.clear()
    clock.present = moment
    await service().run(["A"])
    assert bool(source.asked) is due


async def test_the_last_completed_session_comes_even_where_nobody_knew_the_exchange_before(
    service: Maker, store: HistoryStore
) -> None:
    await service().run(["A"])
    assert (await stored(store)).dates[-1] == np.datetime64("2024-06-14")
    assert (await store.coverage("yahoo"))["A"].asked_through == date(2024, 6, 14)


async def test_a_symbol_nobody_knows_is_asked_for_once_a_session(
    service: Maker, source: WorldProvider, clock: HandClock
) -> None:
    report = await service().run(["NOSUCH"])
    assert isinstance(report.failures["NOSUCH"], UnknownSymbol)
    await service().run(["NOSUCH"])
    assert len(source.asked) == 1
    clock.present = at("2024-06-18")
    await service().run(["NOSUCH"])
    assert len(source.asked) == 2


async def test_a_folder_is_read_again_when_it_changed_and_is_then_all_there_is(
    service: Maker, source: WorldProvider, store: HistoryStore, clock: HandClock
) -> None:
    changed = at("2024-06-10")

    async def modified() -> datetime:
        return changed

    folder = service(modified=modified)
    await folder.run(["A"])
    clock.present = at("2024-06-20")
    await folder.run(["A"])
    assert len(source.asked) == 1, "days pass, the files are the same"
    changed = at("2024-06-21")
    clock.present = at("2024-06-22")
    source.reaches = date(2023, 1, 2)
    await folder.run(["A"])
    assert (await stored(store)).dates[0] == np.datetime64("2023-01-02"), "what its owner took out is gone"


# --- a past that changes --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("action", ["split", "dividend"])
async def test_a_restated_past_is_fetched_whole_and_kept_on_the_new_scale(
    service: Maker, source: WorldProvider, store: HistoryStore, clock: HandClock, action: str
) -> None:
    truth = source.truths["A"]
    day = date(2024, 6, 18)
    if action == "split":
        truth.splits[day] = 4.0
        truth.raw[truth.days >= np.datetime64(day)] /= 4
    else:
        truth.dividends[day] = 0.4
    await service().run(["A"])
    clock.present = at("2024-06-20")
    source.asked.clear()
    await service().run(["A"])
    assert [start for _, start, _ in source.asked] == [date(2024, 5, 30), FIRST_DAY]
    assert_prices(await stored(store), as_stated(source, clock, "2024-06-20"))


async def test_a_source_with_a_short_history_never_destroys_the_long_one(
    service: Maker, source: WorldProvider, store: HistoryStore, clock: HandClock
) -> None:
    truth = source.truths["A"]
    truth.splits[date(2024, 6, 18)] = 2.0
    truth.raw[truth.days >= np.datetime64("2024-06-18")] /= 2
    await service().run(["A"])
    clock.present = at("2024-06-20")
    source.reaches = date(2024, 3, 1)
    await service().run(["A"])
    assert_prices(await stored(store), as_stated(source, clock, "2024-06-20"), rtol=1e-12)
    await service().run(["A"], whole=True)
    assert_prices(await stored(store), as_stated(source, clock, "2024-06-20"), rtol=1e-12)


async def test_prices_that_share_no_day_with_the_stored_ones_do_not_replace_them(
    service: Maker, source: WorldProvider, store: HistoryStore, clock: HandClock
) -> None:
    await service().run(["A"])
    before = await stored(store)
    clock.present = at("2024-12-31")
    source.reaches = date(2024, 9, 2)
    report = await service().run(["A"])
    assert isinstance(report.failures["A"], NotEnoughHistory)
    assert "shares no day" in report.failures["A"].message
    assert_prices(await stored(store), before)


async def test_a_source_that_stops_giving_dividends_does_not_replace_prices_with_them(
    service: Maker, source: WorldProvider, store: HistoryStore, clock: HandClock
) -> None:
    await service().run(["A"])
    before = await stored(store)
    clock.present = at("2024-06-20")
    source.changes = {"total_return": False}
    for whole in (False, True):
        report = await service().run(["A"], whole=whole)
        assert isinstance(report.failures.get("A"), NotOffered) or not report.asked
        assert_prices(await stored(store), before)


async def test_everything_is_asked_for_again_where_that_is_wished(
    service: Maker, source: WorldProvider, store: HistoryStore, clock: HandClock
) -> None:
    await service().run(["A"])
    truth = source.truths["A"]
    truth.raw[5] *= 1.01  # a correction far back, which no increment shows
    clock.present = at("2024-06-20")
    await service().run(["A"])
    assert (await stored(store)).close[5] != pytest.approx(truth.raw[5])
    await service().run(["A"], whole=True)
    assert_prices(await stored(store), as_stated(source, clock, "2024-06-20"))


async def test_a_day_the_source_left_out_this_time_stays(
    service: Maker, source: WorldProvider, store: HistoryStore, clock: HandClock
) -> None:
    await service().run(["A"])
    truth = source.truths["A"]
    gone = truth.days == np.datetime64("2024-06-12")
    source.truths["A"] = Truth(truth.days[~gone], truth.raw[~gone])
    clock.present = at("2024-06-20")
    await service().run(["A"])
    assert np.datetime64("2024-06-12") in (await stored(store)).dates


async def test_a_day_found_wrong_only_when_the_next_one_came_does_not_stay(
    service: Maker, source: WorldProvider, store: HistoryStore, clock: HandClock
) -> None:
    truth = source.truths["A"]
    truth.raw[truth.days == np.datetime64("2024-06-14")] *= 2
    await service().run(["A"])
    assert (await stored(store)).dates[-1] == np.datetime64("2024-06-14"), "on its day nothing tells that it is wrong"
    clock.present = at("2024-06-28")
    await service().run(["A"])
    found = await stored(store)
    (refused,) = [item for item in (await store.findings("yahoo"))["A"] if item.treatment is Treatment.REFUSED]
    assert (refused.first, refused.last) == (date(2024, 6, 14), date(2024, 6, 14))
    assert np.datetime64("2024-06-14") not in found.dates
    assert found.dates[-1] == np.datetime64("2024-06-28")


async def test_what_was_repaired_stays_on_record_through_later_runs(
    service: Maker, source: WorldProvider, store: HistoryStore, clock: HandClock
) -> None:
    truth = source.truths["A"]
    truth.raw[truth.days < np.datetime64("2022-03-01")] *= 100  # another unit, never said
    await service().run(["A"])
    repaired = [item for item in (await store.findings("yahoo"))["A"] if item.treatment is Treatment.REPAIRED]
    assert [item.kind for item in repaired] == [FindingKind.SCALE_BREAK]
    wrong = truth.days == np.datetime64("2024-06-17")
    truth.raw[wrong] *= 10
    for day in ("2024-06-17", "2024-06-28"):
        clock.present = at(day)
        await service().run(["A"])
    assert set(repaired) <= set((await store.findings("yahoo"))["A"])


# --- failures -------------------------------------------------------------------------------------------------------------
async def test_half_of_a_batch_may_fail_and_the_other_half_is_stored(
    service: Maker, source: WorldProvider, store: HistoryStore
) -> None:
    source.faults = {"B": AWAY, "C": RateLimited("Later.")}
    report = await service().run([*NAMES, "NOSUCH"])
    assert sorted(report.failures) == ["B", "C", "NOSUCH"]
    assert sorted(name for name, item in (await store.coverage("yahoo")).items() if item.last) == ["A", "D", "E"]
    source.faults = {}
    source.asked.clear()
    assert (await service().run([*NAMES, "NOSUCH"])).failures == {}
    assert sorted(symbol for symbol, _, _ in source.asked) == ["B", "C"], "it goes on where it stopped"


async def test_a_source_that_is_away_is_left_alone_for_ten_minutes_by_those_who_ask(
    service: Maker, source: WorldProvider, clock: HandClock
) -> None:
    refresher = service()
    source.faults = {"": AWAY}
    for _ in range(3):
        assert await refresher.refresh(["A"]) == {"A": AWAY}
    assert len(source.asked) == 1
    clock.present += timedelta(minutes=10)
    source.faults = {}
    assert await refresher.refresh(["A"]) == {}


async def test_a_source_that_does_not_answer_twice_in_a_row_is_not_asked_for_the_rest(
    service: Maker, source: WorldProvider
) -> None:
    source.batch = 1
    source.faults = {"": RateLimited("Later.")}
    report = await service().run(NAMES)
    assert len(source.asked) == 2
    assert sorted(report.failures) == sorted(NAMES)
    assert (report.asked, report.rows) == (5, 0)


async def test_a_source_that_is_away_when_the_past_has_to_be_fetched_again_is_in_the_report_and_harms_no_other(
    service: Maker, source: WorldProvider, store: HistoryStore, clock: HandClock
) -> None:
    await service().run(NAMES)
    before = await stored(store)
    source.truths["A"].dividends[date(2024, 6, 18)] = 0.5
    clock.present = at("2024-06-20")
    history = source.history

    async def whole_is_too_much(symbols: Any, start: date, end: date) -> Any:
        if start == FIRST_DAY:
            raise RateLimited("Later.")
        return await history(symbols, start, end)

    source.history = whole_is_too_much  # type: ignore[method-assign]  # this source has a bad day
    report = await service().run(NAMES)
    assert {symbol: type(fault) for symbol, fault in report.failures.items()} == {"A": RateLimited}
    assert_prices(await stored(store), before)
    assert (await stored(store, "B")).dates[-1] == np.datetime64("2024-06-20")


# --- several at once ------------------------------------------------------------------------------------------------------
async def test_many_who_ask_at_once_cause_one_fetch(service: Maker, source: WorldProvider) -> None:
    refresher = service()
    await asyncio.gather(*(refresher.refresh(["A", "B"]) for _ in range(10)), refresher.refresh(["B", "C"]))
    assert sorted(symbol for symbol, _, _ in source.asked) == ["A", "B", "C"]


async def test_one_who_gives_up_does_not_stop_the_fetch_of_the_others(service: Maker, store: HistoryStore) -> None:
    refresher = service()
    impatient, patient = (asyncio.create_task(refresher.refresh(["A"])) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == {}
    assert len(await stored(store)) > 0


async def test_two_services_at_once_leave_the_same_rows_as_one(
    service: Maker, source: WorldProvider, store: HistoryStore, clock: HandClock, open_another: Any
) -> None:
    other = (await open_another()).history_store
    await asyncio.gather(service().run(NAMES), service(store=other).run(NAMES[::-1]))
    for day in ("2024-06-18", "2024-06-25"):
        source.truths["B"].dividends[date.fromisoformat(day)] = 0.3
        clock.present = at(day)
        await asyncio.gather(service().run(NAMES), service(store=other).run(NAMES))
    for name in NAMES:
        assert_prices(await stored(store, name), as_stated(source, clock, "2024-06-25", name))


async def test_progress_counts_what_is_done_of_what_was_due(service: Maker, source: WorldProvider) -> None:
    source.batch = 2
    steps: list[Progress] = []
    await service().run(NAMES, on_progress=steps.append)
    assert [(step.done, step.total) for step in steps] == [(2, 5), (4, 5), (5, 5)]
    assert all(later.rows > earlier.rows for earlier, later in pairwise(steps))


async def test_what_our_universes_know_completes_what_a_source_says(
    service: Maker, source: WorldProvider, store: HistoryStore
) -> None:
    plain = source.truths["A"].stated("A", "yahoo", date(2024, 6, 14), at("2024-06-14")).record
    known = replace(plain, name="Our name", isin="US0378331005", asset_class="us_equity", currency="EUR")
    await service(known=lambda symbol: known if symbol == "A" else None).run(["A", "B"])
    record = (await stored(store)).record
    assert (record.name, record.isin, record.asset_class) == ("Our name", "US0378331005", "us_equity")
    assert record.currency == "USD", "of its own prices the source knows more"
    assert (await stored(store, "B")).record.name == "B fund"
