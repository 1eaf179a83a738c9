"""What was known when, of macro series and statements: one suite over the fake, SQLite and PostgreSQL."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime

import numpy as np
import pytest

from advisor.adapters.db.storage import SqlStorage
from advisor.domain.bars import Fact, Observations
from advisor.domain.errors import InvalidInput
from advisor.ports.history import HistoryStore
from tests.history_fake import MemoryHistory


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def history(request: pytest.FixtureRequest) -> HistoryStore:
    if request.param == "memory":
        return MemoryHistory()
    storage: SqlStorage = request.getfixturevalue(f"{request.param}_storage")
    return storage.history_store


def on(day: str) -> datetime:
    """A moment of a day."""
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)


def cpi(fetched: str, *rows: tuple[str, float, str], estimated: bool = True, source: str = "fred") -> Observations:
    """Consumer prices as fetched on a day: period, value, known from."""
    days, values, known = zip(*rows, strict=True) if rows else ((), (), ())
    return Observations(
        "cpi",
        source,
        np.array(days, "datetime64[D]"),
        np.array(values, float),
        np.array(known, "datetime64[D]"),
        estimated,
        on(fetched),
    )


async def known(history: HistoryStore, day: str) -> list[tuple[str, float, str]]:
    found = await history.observations("cpi", date.fromisoformat(day))
    if found is None:
        return []
    columns = (found.days.astype(str).tolist(), found.values.tolist(), found.known_from.astype(str).tolist())
    return list(zip(*columns, strict=True))


JANUARY, FEBRUARY = ("2024-01-01", 300.0, "2024-02-15"), ("2024-02-01", 301.5, "2024-03-15")


async def test_a_series_is_seen_as_it_was_known_on_a_day(history: HistoryStore) -> None:
    assert await history.save_observations(cpi("2024-04-01", JANUARY, FEBRUARY)) == 2
    assert await known(history, "2024-02-14") == []
    assert await known(history, "2024-02-15") == [JANUARY]
    assert await known(history, "2024-03-15") == [JANUARY, FEBRUARY]
    found = await history.observations("cpi", date(2024, 4, 1))
    assert found is not None
    assert (found.series, found.source, found.estimated, found.fetched_at) == ("cpi", "fred", True, on("2024-04-01"))
    assert await history.observations("vix", date(2024, 4, 1)) is None


async def test_the_same_again_adds_nothing(history: HistoryStore) -> None:
    await history.save_observations(cpi("2024-04-01", JANUARY, FEBRUARY))
    assert await history.save_observations(cpi("2024-04-02", JANUARY, FEBRUARY)) == 0
    found = await history.observations("cpi", date(2024, 5, 1))
    assert found is not None
    assert found.fetched_at == on("2024-04-01")


async def test_another_value_is_a_revision_known_from_its_fetch_on(history: HistoryStore) -> None:
    await history.save_observations(cpi("2024-03-20", JANUARY, FEBRUARY))
    revised = ("2024-01-01", 300.7, "2024-02-15")
    assert await history.save_observations(cpi("2024-04-20", revised, FEBRUARY)) == 1
    assert await known(history, "2024-04-19") == [JANUARY, FEBRUARY]
    assert await known(history, "2024-04-20") == [("2024-01-01", 300.7, "2024-04-20"), FEBRUARY]
    # And back again: a third vintage, though the first said the same.
    assert await history.save_observations(cpi("2024-05-20", JANUARY)) == 1
    assert await known(history, "2024-05-19") == [("2024-01-01", 300.7, "2024-04-20"), FEBRUARY]
    assert await known(history, "2024-05-20") == [("2024-01-01", 300.0, "2024-05-20"), FEBRUARY]


async def test_an_estimated_date_does_not_date_a_revision(history: HistoryStore) -> None:
    await history.save_observations(cpi("2024-06-01", JANUARY))
    await history.save_observations(cpi("2024-06-20", ("2024-01-01", 300.7, "2024-03-01")))
    assert await known(history, "2024-06-19") == [JANUARY]
    assert await known(history, "2024-06-20") == [("2024-01-01", 300.7, "2024-06-20")]


async def test_vintages_that_the_source_dates_keep_their_dates(history: HistoryStore) -> None:
    second = ("2024-01-01", 300.4, "2024-03-15")
    assert await history.save_observations(cpi("2024-06-01", second, JANUARY, estimated=False)) == 2
    assert await known(history, "2024-03-14") == [JANUARY]
    assert await known(history, "2024-03-15") == [second]
    third = ("2024-01-01", 300.2, "2024-05-15")
    assert await history.save_observations(cpi("2024-06-02", JANUARY, second, third, estimated=False)) == 1
    assert await known(history, "2024-05-15") == [third]
    assert await history.save_observations(cpi("2024-06-03", JANUARY, second, third, estimated=False)) == 0
    found = await history.observations("cpi", date(2024, 6, 3))
    assert found is not None
    assert not found.estimated


async def test_a_withdrawn_value_is_unknown_from_then_on(history: HistoryStore) -> None:
    await history.save_observations(cpi("2024-03-20", JANUARY))
    gone = ("2024-01-01", math.nan, "2024-02-15")
    assert await history.save_observations(cpi("2024-04-20", gone)) == 1
    assert await history.save_observations(cpi("2024-04-21", gone)) == 0
    assert math.isnan((await known(history, "2024-04-20"))[0][1])


async def test_of_two_sources_of_a_series_one_is_shown(history: HistoryStore) -> None:
    await history.save_observations(cpi("2024-03-20", JANUARY, FEBRUARY))
    other = ("2024-01-01", 29.0, "2024-02-20")
    await history.save_observations(cpi("2024-03-21", other, source="alphavantage"))
    assert await known(history, "2024-06-01") == [other]
    assert await known(history, "2024-02-19") == [JANUARY], "the other source knew nothing yet"


async def test_periods_before_1970_and_an_empty_answer(history: HistoryStore) -> None:
    old = ("1947-01-01", 21.48, "1947-02-15")
    assert await history.save_observations(cpi("2024-03-20", old)) == 1
    assert await history.save_observations(cpi("2024-03-21")) == 0
    assert await known(history, "1950-01-01") == [old]


def revenue(value: float, reported: str | None, period: str = "2023-12-31", currency: str = "USD") -> Fact:
    day = None if reported is None else date.fromisoformat(reported)
    return Fact("revenue", date.fromisoformat(period), value, 12, day, currency)


async def test_facts_are_seen_as_they_were_reported(history: HistoryStore) -> None:
    original, restated = revenue(100.0, "2024-02-01"), revenue(90.0, "2025-02-01")
    older = revenue(80.0, "2023-02-01", "2022-12-31")
    assert await history.save_facts("yahoo", "AAA", [restated, original, older], on("2025-03-01")) == 3
    assert await history.facts("yahoo", "AAA", date(2023, 1, 31)) == ()
    assert await history.facts("yahoo", "AAA", date(2024, 2, 1)) == (older, original)
    assert await history.facts("yahoo", "AAA", date(2025, 2, 1)) == (older, restated)
    assert await history.facts("yahoo", "BBB", date(2025, 2, 1)) == ()
    assert await history.facts("csv", "AAA", date(2025, 2, 1)) == ()
    assert await history.save_facts("yahoo", "AAA", [restated, original, older], on("2025-03-02")) == 0


async def test_a_fact_without_a_date_counts_from_its_fetch(history: HistoryStore) -> None:
    assert await history.save_facts("yahoo", "AAA", [revenue(100.0, None)], on("2024-03-01")) == 1
    assert await history.save_facts("yahoo", "AAA", [revenue(100.0, None)], on("2024-04-01")) == 0
    assert await history.facts("yahoo", "AAA", date(2024, 2, 29)) == ()
    assert await history.facts("yahoo", "AAA", date(2024, 3, 1)) == (revenue(100.0, "2024-03-01"),)
    assert await history.save_facts("yahoo", "AAA", [revenue(95.0, None)], on("2024-05-01")) == 1
    assert await history.facts("yahoo", "AAA", date(2024, 4, 30)) == (revenue(100.0, "2024-03-01"),)
    assert await history.facts("yahoo", "AAA", date(2024, 5, 1)) == (revenue(95.0, "2024-05-01"),)


async def test_a_silent_correction_does_not_change_what_was_known_before(history: HistoryStore) -> None:
    await history.save_facts("yahoo", "AAA", [revenue(100.0, "2024-02-01")], on("2024-03-01"))
    await history.save_facts("yahoo", "AAA", [revenue(70.0, "2024-02-01")], on("2024-06-01"))
    assert await history.facts("yahoo", "AAA", date(2024, 5, 31)) == (revenue(100.0, "2024-02-01"),)
    assert await history.facts("yahoo", "AAA", date(2024, 6, 1)) == (revenue(70.0, "2024-06-01"),)


async def test_facts_of_other_spans_items_and_currencies_are_others(history: HistoryStore) -> None:
    end = date(2023, 12, 31)
    facts = (
        Fact("net_income", end, 1.0, 12, date(2024, 2, 1), "USD"),
        Fact("revenue", end, 25.0, 3, date(2024, 2, 1), "USD"),
        Fact("revenue", end, 100.0, 12, date(2024, 2, 1), "USD"),
        Fact("shares", end, math.inf, 0, date(2024, 2, 1)),
    )
    assert await history.save_facts("yahoo", "AAA", facts, on("2024-03-01")) == 4
    assert await history.facts("yahoo", "AAA", date(2024, 3, 1)) == facts
    assert await history.save_facts("yahoo", "AAA", [revenue(100.0, None, currency="EUR")], on("2024-04-01")) == 1
    assert revenue(100.0, "2024-04-01", currency="EUR") in await history.facts("yahoo", "AAA", date(2024, 4, 1))


async def test_names_that_cannot_be_stored_are_refused(storage: SqlStorage) -> None:
    store = storage.history_store
    with pytest.raises(InvalidInput):
        await store.save_observations(cpi("2024-04-01", JANUARY, source="nul\0"))
    with pytest.raises(InvalidInput):
        await store.save_facts("yahoo", "AAA", [revenue(1.0, None, currency="\ud800")], on("2024-03-01"))
