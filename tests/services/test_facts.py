"""Statements into the store: who is asked for first, who is not asked at all, and what stops a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import pytest

from advisor.adapters.market.sample.provider import SampleProvider
from advisor.domain.bars import Fact
from advisor.domain.errors import MarketDataError, NotOffered, RateLimited, SourceUnavailable, UnknownSymbol
from advisor.services.facts import FactsService
from tests.history_fake import MemoryHistory

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class At:
    def now(self) -> datetime:
        return NOW


class Filings(SampleProvider):
    """Answers from a table, in the name of the sample."""

    def __init__(self, answers: Mapping[str, Sequence[Fact] | MarketDataError]) -> None:
        super().__init__()
        self.answers = answers
        self.asked: list[str] = []

    async def facts(self, symbol: str) -> tuple[Fact, ...]:
        self.asked.append(symbol)
        answer = self.answers[symbol]
        if isinstance(answer, MarketDataError):
            raise answer
        return tuple(answer)


def equity(end: str, value: float = 1.0) -> Fact:
    return Fact("equity", date.fromisoformat(end), value, 0, None, "USD")


async def held(store: MemoryHistory, **ends: str) -> MemoryHistory:
    for symbol, end in ends.items():
        await store.save_facts("sample", symbol, [equity(end)], NOW)
    return store


async def test_a_figure_without_its_day_of_publication_is_known_from_its_fetch_on() -> None:
    store = MemoryHistory()
    report = await FactsService(Filings({"A": [equity("2025-12-31")]}), store, At()).run(["A"])
    assert (report.asked, report.rows) == (1, 1)
    assert await store.facts("sample", "A", date(2026, 3, 1)) == ()
    (known,) = await store.facts("sample", "A", date(2026, 3, 2))
    assert known.reported == date(2026, 3, 2)


async def test_who_has_nothing_comes_first_then_the_oldest_and_who_cannot_have_reported_is_not_asked() -> None:
    store = await held(MemoryHistory(), OLD="2025-06-30", OLDER="2024-12-31", FRESH="2025-12-31")
    filings = Filings({name: [equity("2025-12-31")] for name in ("OLD", "OLDER", "FRESH", "NEW")})
    report = await FactsService(filings, store, At()).run(["FRESH", "OLD", "OLDER", "NEW", "OLD"])
    assert filings.asked == ["NEW", "OLDER", "OLD"]
    assert (report.asked, report.fresh, report.left, report.rows) == (3, 1, 0, 3)
    again = await FactsService(filings, store, At()).run(["FRESH", "OLD", "OLDER", "NEW"])
    assert (again.asked, again.fresh) == (0, 4)
    whole = await FactsService(filings, store, At()).run(["FRESH"], whole=True)
    assert (whole.asked, whole.rows) == (1, 0)


async def test_a_run_of_a_few_goes_on_with_the_next_ones_the_next_time() -> None:
    store, names = MemoryHistory(), ["A", "B", "C"]
    filings = Filings({name: [equity("2025-12-31")] for name in names})
    few = FactsService(filings, store, At(), at_most=2)
    assert (await few.run(names)).left == 1
    assert (await few.run(names)).left == 0
    assert filings.asked == names


@pytest.mark.parametrize("fault", [RateLimited("Enough."), SourceUnavailable("Away."), NotOffered("None.")])
async def test_a_source_that_does_not_answer_is_not_asked_for_the_rest(fault: MarketDataError) -> None:
    filings = Filings({"A": [equity("2025-12-31")], "B": fault, "C": []})
    report = await FactsService(filings, MemoryHistory(), At()).run(["A", "B", "C"])
    assert filings.asked == ["A", "B"]
    assert (report.asked, report.left, report.stopped) == (1, 2, fault)


async def test_one_unknown_company_does_not_stop_the_others_and_who_files_nothing_is_no_failure() -> None:
    filings = Filings({"A": UnknownSymbol("Never heard."), "B": [], "C": [equity("2025-12-31")]})
    seen: list[str] = []
    report = await FactsService(filings, MemoryHistory(), At()).run(["A", "B", "C"], on_progress=seen.append)
    assert (list(report.failures), report.asked, report.rows, seen) == (["A"], 3, 1, ["A", "B", "C"])
