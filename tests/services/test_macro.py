"""Macro series brought up to date: which source is asked, from when on, and what is kept of what they say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from advisor.adapters.db.storage import SqlStorage
from advisor.domain.bars import Observations
from advisor.domain.errors import MarketDataError, NotOffered, RateLimited, SourceUnavailable
from advisor.ports.history import HistoryStore
from advisor.services.macro import FIRST_DAY, MacroService
from tests.databases import database_url, open_another, postgres_server, postgres_url, sqlite_url, storage, vault
from tests.world import HandClock, at

__all__ = ["database_url", "open_another", "postgres_server", "postgres_url", "sqlite_url", "storage", "vault"]

SERIES = "us_core_cpi"


class Office:
    """A source of monthly figures from `first` to `last`, at 100 and one more each month, known a month after they begin."""

    def __init__(self, name: str, clock: HandClock, first: str = "2000-01", last: str = "2024-04") -> None:
        self.name = name
        self.has = {SERIES, "us_10y", "vix"}
        self.fault: MarketDataError | None = None
        self.asked: list[tuple[str, date]] = []
        self.closed = False
        self.values: dict[str, float] = {}
        self._clock = clock
        self._months = np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 1).astype("datetime64[D]")

    async def observations(self, series: str, start: date) -> Observations:
        self.asked.append((series, start))
        if self.fault:
            raise self.fault
        if series not in self.has:
            raise NotOffered(f"{self.name} does not have {series}.")
        days = self._months[self._months >= np.datetime64(start)]
        values = np.array([self.values.get(str(day)[:7], 100.0 + int(day.astype("M8[M]").astype(int))) for day in days])
        known: Any = days + np.timedelta64(31, "D")
        return Observations(series, self.name, days, values, known, estimated=True, fetched_at=self._clock.now())

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def clock() -> HandClock:
    return HandClock(at("2024-06-14"))


@pytest.fixture
def store(storage: SqlStorage) -> HistoryStore:
    return storage.history_store


async def known(store: HistoryStore, on: str = "2024-06-14") -> Observations:
    found = await store.observations(SERIES, date.fromisoformat(on))
    assert found is not None
    return found


async def test_the_first_source_that_has_a_series_gives_it(store: HistoryStore, clock: HandClock) -> None:
    own, public = Office("files", clock), Office("fred", clock)
    own.has = {"vix"}
    report = await MacroService([own, public], store, clock).run([SERIES, "vix"])
    assert sorted(report.rows) == [SERIES, "vix"]
    assert not report.failures
    assert not report.away
    assert [series for series, _ in public.asked] == [SERIES]
    assert (await known(store)).source == "fred"


async def test_a_source_that_is_away_is_asked_once_and_said(store: HistoryStore, clock: HandClock) -> None:
    public = Office("fred", clock)
    public.fault = RateLimited("Later.")
    report = await MacroService([public], store, clock).run([SERIES, "vix", "us_10y"])
    assert len(public.asked) == 1
    assert sorted(report.failures) == ["us_10y", SERIES, "vix"]
    assert report.away == {"fred": public.fault}


async def test_what_nobody_has_is_said_to_be_so(store: HistoryStore, clock: HandClock) -> None:
    public = Office("fred", clock)
    public.has = set()
    report = await MacroService([public], store, clock, Office("sample", clock)).run(["unheard_of"])
    assert isinstance(report.failures["unheard_of"], NotOffered)
    assert not report.away


async def test_a_seed_fills_what_is_empty_and_asks_nobody(store: HistoryStore, clock: HandClock) -> None:
    public, embedded = Office("fred", clock), Office("sample", clock, last="2016-06")
    service = MacroService([public], store, clock, embedded)
    for _ in range(2):
        await service.seed([SERIES])
    assert not public.asked
    assert len(embedded.asked) == 1
    assert (await known(store)).source == "sample"
    await MacroService([public], store, clock).seed([SERIES])


async def test_a_seed_does_not_shorten_the_history_of_the_source_that_comes_after_it(
    store: HistoryStore, clock: HandClock
) -> None:
    public, embedded = Office("fred", clock), Office("sample", clock, last="2016-06")
    service = MacroService([public], store, clock, embedded)
    await service.seed([SERIES])
    await service.run([SERIES])
    found = await known(store)
    assert public.asked == [(SERIES, FIRST_DAY)]
    assert (found.source, found.days[0], found.days[-1]) == (
        "fred",
        np.datetime64("2000-01-01"),
        np.datetime64("2024-04-01"),
    )


async def test_what_is_embedded_never_replaces_what_a_source_gave(store: HistoryStore, clock: HandClock) -> None:
    public, embedded = Office("fred", clock), Office("sample", clock, last="2016-06")
    service = MacroService([public], store, clock, embedded)
    await service.run([SERIES])
    public.fault = SourceUnavailable("FRED did not answer.")
    clock.present += timedelta(days=1)
    report = await service.run([SERIES])
    assert report.failures == {SERIES: public.fault}
    found = await known(store)
    assert (found.source, found.days[-1]) == ("fred", np.datetime64("2024-04-01"))


async def test_a_source_that_is_away_at_first_leaves_what_is_embedded_and_is_on_record(
    store: HistoryStore, clock: HandClock
) -> None:
    public, embedded = Office("fred", clock), Office("sample", clock, last="2016-06")
    public.fault = SourceUnavailable("FRED did not answer.")
    report = await MacroService([public], store, clock, embedded).run([SERIES])
    assert report.rows[SERIES] > 0
    assert report.away == {"fred": public.fault}


async def test_a_later_run_asks_for_what_may_have_been_revised_and_keeps_both_figures(
    store: HistoryStore, clock: HandClock
) -> None:
    public = Office("fred", clock)
    service = MacroService([public], store, clock)
    await service.run([SERIES])
    first = await known(store)
    public.values["2024-03"] = 999.0
    clock.present += timedelta(days=10)
    report = await service.run([SERIES])
    assert report.rows == {SERIES: 1}
    assert public.asked[1] == (SERIES, date(2022, 1, 22)), "800 days before the last month"
    assert (await known(store, "2024-06-24")).values[-2] == 999.0
    np.testing.assert_array_equal((await known(store, "2024-06-23")).values, first.values)


async def test_closing_closes_every_source(store: HistoryStore, clock: HandClock) -> None:
    offices = [Office(name, clock) for name in ("files", "fred", "sample")]
    service = MacroService(offices[:2], store, clock, offices[2])
    await service.run([SERIES])
    await service.close()
    assert all(office.closed for office in offices)
