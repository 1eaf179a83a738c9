"""Prices that come day by day are judged as those that come at once: nothing is mended or told twice, and no record is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from advisor.adapters.market.sample.provider import SampleProvider
from advisor.analysis.quality import check
from advisor.analysis.quality.rule import as_date
from advisor.domain.bars import COLUMNS, Bars, DailyLimit, Finding, FindingKind, Treatment
from advisor.domain.errors import MarketDataError
from advisor.domain.market import Dates
from advisor.services.ingest import IngestService
from tests.analysis.quality.walks import pick, scaled, walk, weekdays
from tests.history_fake import MemoryHistory

SYMBOL = "600519.SS"


class Past(SampleProvider):
    """Has one history, of which it gives what is asked for, always as it was written."""

    def __init__(self, whole: Bars) -> None:
        super().__init__()
        self.whole = replace(whole, record=replace(whole.record, symbol=SYMBOL))

    async def history(self, symbols: Sequence[str], start: date, end: date) -> Mapping[str, Bars | MarketDataError]:
        return dict.fromkeys(symbols, self.whole.between(start, end))


class Weekdays:
    """An exchange that is open on weekdays, until the day it is set to."""

    today = date(2015, 1, 1)

    async def sessions(self, exchange: str, first: date, last: date) -> Dates | None:
        days = weekdays(1100)
        return days[(days >= np.datetime64(first)) & (days <= np.datetime64(last))]

    async def last_completed_session(self, exchange: str, now: datetime) -> date:
        return self.today


class Here:
    """Runs everything where it stands."""

    async def thread(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    async def process(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    async def close(self) -> None:
        """Nothing is held."""


class Now:
    def now(self) -> datetime:
        return datetime(2026, 3, 2, 12, tzinfo=UTC)


async def ingested(whole: Bars, stops: Sequence[int], limits: tuple[DailyLimit, ...] = ()) -> MemoryHistory:
    """The store after a run on each of these days of the history (positions, ascending)."""
    store, exchange = MemoryHistory(), Weekdays()
    service = IngestService(Past(whole), store, exchange, Here(), Now(), daily_limits=lambda _: limits)
    for stop in stops:
        exchange.today = as_date(whole.dates[stop])
        report = await service.run([SYMBOL])
        assert not report.failures
    return store


async def held(store: MemoryHistory) -> tuple[Bars, tuple[Finding, ...]]:
    bars = await store.bars("sample", SYMBOL)
    assert bars is not None
    return bars, (await store.findings("sample")).get(SYMBOL, ())


def faulty(seed: int, at: int, factor: float) -> Bars:
    """A walk on another scale before a day, with a hole, a day without a price and a false tick."""
    bars = scaled(walk(seed), slice(0, at), factor, counted=False)
    close = bars.close.copy()
    close[700] = np.nan
    bars = scaled(replace(bars, close=close), slice(750, 752), 100.0, counted=False)
    return pick(bars, np.delete(np.arange(len(bars)), slice(720, 728)))


@pytest.mark.parametrize("seed", range(12))
async def test_steps_lead_to_the_same_store_as_one_leap(seed: int) -> None:
    random = np.random.default_rng(seed)
    at, factor = int(random.integers(300, 600)), float(random.choice([0.01, 10.0]))
    stops = random.integers(250, 990, int(random.integers(0, 9))).tolist()
    whole = faulty(seed, at, factor)
    bars, found = await held(await ingested(whole, [*sorted(set(stops)), 991]))
    at_once = check(whole, weekdays(1100))
    assert np.array_equal(bars.dates, at_once.bars.dates)
    for name in COLUMNS:
        assert np.allclose(getattr(bars, name), getattr(at_once.bars, name), rtol=1e-12, equal_nan=True), name
    kept = [item for item in found if item.treatment is Treatment.KEPT]
    assert sorted(kept, key=str) == sorted(
        (item for item in at_once.findings if item.treatment is Treatment.KEPT), key=str
    )
    assert mended(found) == mended(at_once.findings)


def mended(findings: Sequence[Finding]) -> list[tuple[FindingKind, date, date, float | None]]:
    return [
        (item.kind, item.first, item.last, item.factor) for item in findings if item.treatment is Treatment.REPAIRED
    ]


async def test_a_daily_run_tells_of_each_fault_once() -> None:
    _, found = await held(await ingested(faulty(3, 400, 10.0), [600, *range(690, 780)]))
    assert len({(item.kind, item.treatment, item.detail) for item in found}) == len(found)
    assert {FindingKind.SCALE_BREAK, FindingKind.MISSING_PRICE, FindingKind.GAP} <= {item.kind for item in found}
    spikes = [item for item in found if (item.kind, item.treatment) == (FindingKind.SCALE_BREAK, Treatment.REFUSED)]
    assert [item.count for item in spikes] == [2]


async def test_a_move_beyond_the_boards_limit_is_noted() -> None:
    calm = scaled(walk(3), slice(0, 500), 0.8, counted=False)
    store = await ingested(calm, [990], (DailyLimit(0.10),))
    _, found = await held(store)
    (finding,) = [item for item in found if item.kind is FindingKind.PRICE_LIMIT]
    assert finding.first <= as_date(calm.dates[500]) <= finding.last
