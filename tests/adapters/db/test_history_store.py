"""The history store's promises about prices, actions and findings: one suite over the fake, SQLite and PostgreSQL."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import numpy as np
import pytest

from advisor.adapters.db.market.store import SqlHistoryStore
from advisor.adapters.db.postgres import PostgresDatabase
from advisor.adapters.db.storage import SqlStorage
from advisor.adapters.db.url import parse_url
from advisor.domain.bars import Finding, FindingKind, InstrumentKind, InstrumentRecord, Treatment
from advisor.domain.errors import InvalidInput
from advisor.ports.history import Arrival, HistoryStore
from tests.adapters.db.bars_made import FETCHED, arrival, assert_same_bars, bars, dividend, record, split
from tests.history_fake import MemoryHistory

NOW = datetime(2024, 6, 15, 6, 0, tzinfo=UTC)


def database_of(storage: SqlStorage) -> Any:
    return storage._database


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def history(request: pytest.FixtureRequest) -> HistoryStore:
    if request.param == "memory":
        return MemoryHistory(now=lambda: NOW)
    storage: SqlStorage = request.getfixturevalue(f"{request.param}_storage")
    return SqlHistoryStore(database_of(storage), now=lambda: NOW)


def finding(first: str, last: str, kind: FindingKind = FindingKind.GAP, **others: Any) -> Finding:
    known = {"treatment": Treatment.KEPT, "count": 2, "detail": "Two sessions are missing.", "factor": None} | others
    return Finding(kind, first=date.fromisoformat(first), last=date.fromisoformat(last), **known)


async def test_what_was_saved_is_read_back_bit_for_bit(history: HistoryStore) -> None:
    saved = bars(
        record(isin="US0000000000", sector="Energy", asset_class="us_equity"), actions=(dividend("2024-01-02"),)
    )
    saved.close[:] = [0.1 + 0.2, 1e-300, 1.7976931348623157e308, 123456.78901234567, 3.0]
    assert await history.save([arrival(saved)]) == 5
    assert_same_bars(await history.bars("yahoo", "AAA"), saved)


async def test_unknown_values_stay_unknown_in_every_column(history: HistoryStore) -> None:
    saved = bars(record(), count=8)
    for place, name in enumerate(("open", "high", "low", "close", "adj_close", "volume")):
        getattr(saved, name)[place] = math.nan
        getattr(saved, name)[7] = math.nan
    await history.save([arrival(saved)])
    assert_same_bars(await history.bars("yahoo", "AAA"), saved)
    closes = (await history.closes("yahoo", ["AAA"], date(2024, 1, 1), date(2024, 1, 31)))["AAA"]
    np.testing.assert_array_equal(closes.close, saved.close)
    np.testing.assert_array_equal(closes.adj_close, saved.adj_close)


async def test_days_before_1970_and_prices_below_zero_are_days_and_prices(history: HistoryStore) -> None:
    saved = bars(record(), "1969-12-29", 6, level=-3.0, actions=(split("1969-12-30"), dividend("1970-01-02")))
    await history.save([arrival(saved)])
    assert_same_bars(await history.bars("yahoo", "AAA"), saved)
    closes = (await history.closes("yahoo", ["AAA"], date(1969, 12, 31), date(1970, 1, 1)))["AAA"]
    assert closes.days.tolist() == [date(1969, 12, 31), date(1970, 1, 1)]
    coverage = (await history.coverage("yahoo", ["AAA"]))["AAA"]
    assert (coverage.first, coverage.last) == (date(1969, 12, 29), date(1970, 1, 3))


async def test_coverage_says_what_is_there_and_what_was_asked(history: HistoryStore) -> None:
    await history.save([arrival(bars(record()), asked_through=date(2024, 2, 1)), arrival(bars(record("BBB"), count=2))])
    found = await history.coverage("yahoo")
    assert set(found) == {"AAA", "BBB"}
    aaa = found["AAA"]
    assert (aaa.record, aaa.rows, aaa.first, aaa.last) == (record(), 5, date(2024, 1, 1), date(2024, 1, 5))
    assert (aaa.asked_through, aaa.outcome, aaa.fetched_at) == (date(2024, 2, 1), "ok", FETCHED)
    assert aaa.checked_at == FETCHED
    assert set(await history.coverage("yahoo", ["BBB", "ZZZ"])) == {"BBB"}
    assert await history.coverage("csv") == {}


async def test_the_days_that_came_overwrite_the_same_days_and_others_stay(history: HistoryStore) -> None:
    await history.save([arrival(bars(record()))])
    later = bars(record(), "2024-01-04", 4, level=200.0)
    assert await history.save([arrival(later)]) == 4
    read = await history.bars("yahoo", "AAA")
    assert read is not None
    assert read.dates.tolist() == [date(2024, 1, day) for day in range(1, 8)]
    assert read.open.tolist() == [100.0, 101.0, 102.0, 200.0, 201.0, 202.0, 203.0]
    assert (await history.coverage("yahoo"))["AAA"].rows == 7


async def test_days_between_and_before_the_stored_ones_join_them(history: HistoryStore) -> None:
    await history.save([arrival(bars(record(), "2024-01-01", 2)), arrival(bars(record(), "2024-01-08", 2))])
    assert await history.save([arrival(bars(record(), "2023-12-30", 12))]) == 12
    coverage = (await history.coverage("yahoo"))["AAA"]
    assert (coverage.rows, coverage.first, coverage.last) == (12, date(2023, 12, 30), date(2024, 1, 10))
    read = await history.bars("yahoo", "AAA")
    assert read is not None
    assert read.open.tolist() == [100.0 + day for day in range(12)]


async def test_only_rows_that_differ_are_counted_and_the_same_again_changes_nothing(history: HistoryStore) -> None:
    saved = bars(record(), actions=(dividend("2024-01-02"),))
    saved.volume[1] = math.nan
    coming = arrival(saved, findings=(finding("2024-01-01", "2024-01-02"),))
    assert await history.save([coming]) == 5
    revision = await history.revision("yahoo")
    assert await history.save([coming]) == 0
    assert await history.revision("yahoo") == revision
    assert_same_bars(await history.bars("yahoo", "AAA"), saved)
    other = bars(record(), actions=(dividend("2024-01-02"),))
    assert await history.save([arrival(other)]) == 1, "the volume that was unknown is known now"
    assert await history.revision("yahoo") > revision


async def test_a_whole_arrival_replaces_all_bars_actions_and_findings(history: HistoryStore) -> None:
    old = bars(record(), count=10, actions=(dividend("2024-01-02"), dividend("2024-03-01")))
    await history.save([arrival(old, findings=(finding("2020-01-01", "2020-01-02"),))])
    new = bars(record(), "2024-01-03", 4, level=25.0, actions=(split("2024-01-04"),), total_return=False)
    kept = finding("2024-01-03", "2024-01-03", FindingKind.STALE_RUN)
    assert await history.save([arrival(new, whole=True, findings=(kept,))]) == 4
    assert_same_bars(await history.bars("yahoo", "AAA"), new)
    assert await history.findings("yahoo") == {"AAA": (kept,)}
    coverage = (await history.coverage("yahoo"))["AAA"]
    assert (coverage.rows, coverage.first, coverage.last) == (4, date(2024, 1, 3), date(2024, 1, 6))
    assert coverage.asked_through == date(2024, 1, 6), "what was asked before is gone with what came then"


async def test_a_whole_arrival_without_days_leaves_none(history: HistoryStore) -> None:
    await history.save([arrival(bars(record()))])
    revision = await history.revision("yahoo")
    assert await history.save([arrival(bars(record(), count=0), whole=True)]) == 0
    assert await history.bars("yahoo", "AAA") is None
    assert await history.revision("yahoo") > revision, "rows went"
    coverage = (await history.coverage("yahoo"))["AAA"]
    assert (coverage.rows, coverage.first, coverage.last) == (0, None, None)


async def test_an_answer_without_days_is_remembered_and_leaves_the_rest(history: HistoryStore) -> None:
    before = bars(record())
    await history.save([arrival(before)])
    assert await history.save([arrival(bars(record(), count=0), asked_through=date(2024, 1, 7))]) == 0
    assert_same_bars(await history.bars("yahoo", "AAA"), before)
    assert (await history.coverage("yahoo"))["AAA"].asked_through == date(2024, 1, 7)


async def test_an_ask_in_vain_changes_only_what_is_known_of_the_asking(history: HistoryStore) -> None:
    saved = bars(record(), actions=(dividend("2024-01-02"),))
    await history.save([arrival(saved, findings=(finding("2024-01-01", "2024-01-02"),))])
    revision = await history.revision("yahoo")
    in_vain = Arrival(record(name="Another Name"), None, date(2024, 6, 14), "rate_limited", whole=True)
    assert await history.save([in_vain, Arrival(record("NEW"), None, date(2024, 6, 14), "unknown_symbol")]) == 0
    assert_same_bars(await history.bars("yahoo", "AAA"), saved)
    assert set(await history.findings("yahoo")) == {"AAA"}
    found = await history.coverage("yahoo")
    assert (found["AAA"].outcome, found["AAA"].asked_through, found["AAA"].rows) == (
        "rate_limited",
        date(2024, 6, 14),
        5,
    )
    assert (found["AAA"].checked_at, found["AAA"].fetched_at, found["AAA"].record) == (NOW, FETCHED, record())
    assert (found["NEW"].outcome, found["NEW"].rows, found["NEW"].fetched_at) == ("unknown_symbol", 0, None)
    assert await history.bars("yahoo", "NEW") is None
    assert await history.revision("yahoo") == revision


async def test_a_look_back_does_not_forget_how_far_was_asked(history: HistoryStore) -> None:
    await history.save([arrival(bars(record()), asked_through=date(2024, 6, 14))])
    await history.save([arrival(bars(record(), "2020-01-01"), asked_through=date(2020, 12, 31))])
    assert (await history.coverage("yahoo"))["AAA"].asked_through == date(2024, 6, 14)


async def test_a_record_is_updated_with_what_is_not_empty(history: HistoryStore) -> None:
    await history.save([arrival(bars(record(isin="US0000000000")))])
    revision = await history.revision("yahoo")
    sparse = InstrumentRecord("yahoo", "AAA", "", InstrumentKind.OTHER, sector="Energy")
    await history.save([arrival(bars(sparse))])
    assert (await history.coverage("yahoo"))["AAA"].record == record(isin="US0000000000", sector="Energy")
    assert await history.revision("yahoo") > revision


async def test_prices_of_two_sources_never_mix(history: HistoryStore) -> None:
    mine, other = bars(record()), bars(record(source="csv"), level=7.0)
    await history.save([arrival(mine), arrival(other)])
    assert_same_bars(await history.bars("yahoo", "AAA"), mine)
    assert_same_bars(await history.bars("csv", "AAA"), other)
    assert await history.bars("alphavantage", "AAA") is None
    revision = await history.revision("csv")
    await history.save([arrival(bars(record(), level=8.0))])
    assert await history.revision("csv") == revision
    assert await history.revision("alphavantage") == 0


async def test_closes_of_many_instruments_are_those_between_the_days(history: HistoryStore) -> None:
    await history.save([arrival(bars(record("AAA"))), arrival(bars(record("BBB"), "2024-01-03", 9, level=7.0))])
    await history.save([arrival(bars(record("OLD"), "2020-01-01"))])
    # Interleaved in the table: AAA's last days are written after BBB's.
    await history.save([arrival(bars(record("AAA"), "2024-01-06", 3, level=500.0))])
    found = await history.closes("yahoo", ["BBB", "OLD", "ZZZ", "AAA", "AAA"], date(2024, 1, 4), date(2024, 1, 7))
    assert set(found) == {"AAA", "BBB"}
    assert found["AAA"].days.tolist() == [date(2024, 1, day) for day in (4, 5, 6, 7)]
    assert found["AAA"].close.tolist() == [103.375, 104.375, 500.375, 501.375]
    assert found["BBB"].adj_close.tolist() == [8.5, 9.5, 10.5, 11.5]
    assert await history.closes("yahoo", [], date(2024, 1, 4), date(2024, 1, 7)) == {}
    assert await history.closes("yahoo", ["AAA"], date(2025, 1, 4), date(2024, 1, 7)) == {}


@pytest.mark.postgres
async def test_the_order_of_the_rows_on_the_disk_does_not_matter(
    postgres_url: str, postgres_storage: SqlStorage
) -> None:
    store = postgres_storage.history_store
    await store.save([arrival(bars(record("AAA"), "2024-01-06", 3)), arrival(bars(record("BBB")))])
    await store.save([arrival(bars(record("AAA"), level=50.0))])
    connection = await asyncpg.connect(parse_url(postgres_url).dsn)
    try:  # whoever connects from now on reads the table from end to end
        name = await connection.fetchval("SELECT current_database()")
        for setting in ("enable_indexscan", "enable_bitmapscan"):
            await connection.execute(f"ALTER DATABASE {name} SET {setting} = off")
    finally:
        await connection.close()
    another = PostgresDatabase(parse_url(postgres_url).dsn)
    try:
        for reader in (store, SqlHistoryStore(another)):
            found = await reader.closes("yahoo", ["AAA", "BBB"], date(2024, 1, 1), date(2024, 1, 31))
            assert found["AAA"].days.tolist() == [date(2024, 1, day) for day in range(1, 9)]
            assert found["AAA"].close.tolist() == [50.375 + day for day in range(5)] + [100.375, 101.375, 102.375]
            assert len(found["BBB"].days) == 5
    finally:
        await another.close()


async def test_actions_of_days_that_came_are_replaced_and_two_of_one_day_keep_their_order(
    history: HistoryStore,
) -> None:
    first = (dividend("2024-01-02", 0.5), dividend("2024-01-02", 2.0), split("2024-01-02"), dividend("2023-12-01"))
    await history.save([arrival(bars(record(), actions=first)), arrival(bars(record("BBB")))])
    assert await history.actions("yahoo", ["AAA", "BBB"]) == {"AAA": (first[3], *first[:3])}
    await history.save([arrival(bars(record(), "2024-01-02", 2, actions=(dividend("2024-01-03"),)))])
    assert (await history.actions("yahoo", ["AAA"]))["AAA"] == (first[3], dividend("2024-01-03"))


async def test_what_was_kept_is_found_anew_and_records_of_repairs_and_refusals_stay(history: HistoryStore) -> None:
    kept = finding("2023-12-01", "2023-12-31")
    repaired = finding("2023-06-01", "2024-01-04", FindingKind.SCALE_BREAK, treatment=Treatment.REPAIRED, factor=0.1)
    refused = finding("2023-12-29", "2024-01-07", FindingKind.PHANTOM_SESSION, treatment=Treatment.REFUSED)
    within = finding("2024-01-05", "2024-01-05", FindingKind.MISSING_PRICE, treatment=Treatment.REFUSED)
    await history.save([arrival(bars(record()), findings=(kept, repaired, refused, within))])
    assert await history.findings("yahoo", ["AAA"]) == {"AAA": (repaired, kept, refused, within)}
    news = finding("2023-12-01", "2024-01-05", FindingKind.STALE_RUN, detail="It's “the same” price – twice.")
    again = finding("2024-01-06", "2024-01-06", FindingKind.PHANTOM_SESSION, treatment=Treatment.REFUSED)
    beyond = finding("2024-03-01", "2024-03-01", FindingKind.PHANTOM_SESSION, treatment=Treatment.REFUSED)
    for _ in range(2):  # days that were refused come again with each overlap, and are still one finding
        await history.save([arrival(bars(record(), "2024-01-04", 3), findings=(news, again, beyond))])
        assert await history.findings("yahoo") == {"AAA": (repaired, news, refused, beyond)}
    assert await history.findings("yahoo", ["BBB"]) == {}


@pytest.mark.parametrize(
    "symbol", ["O'NEIL", '"; DROP TABLE prices; --', "株式.T", "%_\\", "a" * 255, "^GSPC", "$1", ":id"]
)
async def test_a_symbol_is_plain_data(history: HistoryStore, symbol: str) -> None:
    saved = bars(record(symbol), actions=(dividend("2024-01-02"),))
    await history.save([arrival(saved), arrival(bars(record("AAA")))])
    assert_same_bars(await history.bars("yahoo", symbol), saved)
    assert set(await history.closes("yahoo", [symbol], date(2024, 1, 1), date(2024, 1, 2))) == {symbol}
    assert set(await history.actions("yahoo", [symbol])) == {symbol}
    assert set(await history.coverage("yahoo", [symbol])) == {symbol}


async def test_an_instrument_that_comes_twice_in_one_save_ends_as_the_later_says(history: HistoryStore) -> None:
    first, second = bars(record()), bars(record(), "2024-01-05", 2, level=9.0)
    assert await history.save([arrival(first), arrival(bars(record("BBB"))), arrival(second)]) == 12
    read = await history.bars("yahoo", "AAA")
    assert read is not None
    assert read.open.tolist() == [100.0, 101.0, 102.0, 103.0, 9.0, 10.0]


async def test_saving_nothing_is_nothing(history: HistoryStore) -> None:
    assert await history.save([]) == 0
    assert await history.revision("yahoo") == 0


class TestRefusals:
    """What a database cannot hold is refused before anything of the call is written."""

    @pytest.fixture
    def store(self, storage: SqlStorage) -> HistoryStore:
        return storage.history_store

    @pytest.mark.parametrize("symbol", ["a" * 256, "nul\0", "half \ud800"])
    async def test_names_that_cannot_be_stored(self, store: HistoryStore, symbol: str) -> None:
        with pytest.raises(InvalidInput):
            await store.save([arrival(bars(record("GOOD"))), arrival(bars(record(symbol)))])
        with pytest.raises(InvalidInput):
            await store.bars("yahoo", symbol)
        assert await store.coverage("yahoo") == {}

    async def test_text_with_nul(self, store: HistoryStore) -> None:
        with pytest.raises(InvalidInput, match="AAA"):
            await store.save([arrival(bars(record(name="nul\0")))])

    async def test_days_out_of_order_or_twice(self, store: HistoryStore) -> None:
        for days in (["2024-01-02", "2024-01-01"], ["2024-01-01", "2024-01-01"], ["2024-01-01", "NaT"]):
            with pytest.raises(InvalidInput, match="not in order"):
                await store.save(
                    [
                        arrival(
                            bars(record(), count=2, dates=np.array(days, "datetime64[D]")),
                            asked_through=date(2024, 1, 2),
                        )
                    ]
                )

    async def test_columns_of_different_length(self, store: HistoryStore) -> None:
        with pytest.raises(InvalidInput):
            await store.save([arrival(bars(record(), volume=np.ones(3)))])

    async def test_a_dividend_that_is_no_number(self, store: HistoryStore) -> None:
        with pytest.raises(InvalidInput, match="dividend"):
            await store.save([arrival(bars(record(), actions=(dividend("2024-01-02", math.nan),)))])
