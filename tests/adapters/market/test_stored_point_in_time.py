"""Nothing later than its day is visible in the stored market, by any way.

Two stores are filled from one made-up market whose truth is known (tests/world.py): one at the end of its time, after splits,
dividends, repairs, revisions, births and deaths; one with what was known on a drawn day. Asked for that day they must say the same,
up to the rounding of a product of factors.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from advisor.adapters.db.migrate import migrate
from advisor.adapters.db.storage import open_storage
from advisor.adapters.market.replay import ReplayMarket
from advisor.adapters.market.stored.book import InstrumentBook
from advisor.adapters.market.stored.market import StoredMarket
from advisor.adapters.market.stored.source import Source
from advisor.adapters.system.offload import LocalOffload
from advisor.adapters.vault import Vault, generate_key
from advisor.analysis.features.technical import technical
from advisor.domain.bars import COLUMNS, Finding, InstrumentKind, Observations, PriceHistory, Treatment
from advisor.domain.errors import MarketDataError, NotEnoughHistory, UnknownSymbol
from advisor.ports.history import HistoryStore
from advisor.ports.market import MarketData
from advisor.services.ingest import IngestService
from tests.stored_markets import DOLLARS
from tests.world import HandClock, Truth, Weekdays, WorldProvider, at, walk

pytestmark = pytest.mark.slow

FIRST, LAST = date(2019, 1, 2), date(2022, 12, 30)
FUNDS = ("VTI", "VEA", "SHY", "IEF", "GLD", "BIL", "SPY")  # SPY stands in for VTI before VTI's first day
RATES = ("^IRX", "^TNX")
SHARE = "ACME"
ROUNDING = 1e-9
SAME_FOLDER = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Nobody:
    """The refresher's port where nothing is fetched any more."""

    async def refresh(self, symbols: Sequence[str]) -> dict[str, MarketDataError]:
        return {}

    async def ping(self) -> None: ...

    async def close(self) -> None: ...


@dataclass(frozen=True)
class Life:
    """A drawn market: truths by symbol, days on which everything is fetched, and consumer prices that are revised.

    `changed` is the day on which a share's prices came in another unit, if they did.
    """

    truths: dict[str, Truth]
    fetched: tuple[date, ...]
    seed: int
    changed: date | None


def days_between(first: date, last: date) -> st.SearchStrategy[date]:
    return st.dates(first, last).map(lambda day: day - timedelta(days=max(0, day.weekday() - 4)))


@st.composite
def lives(draw: st.DrawFn) -> Life:
    seed = draw(st.integers(0, 2**16))
    names = (*FUNDS, SHARE)
    truths = {name: walk(seed + number, str(FIRST), str(LAST)) for number, name in enumerate(names)}
    for name in draw(st.sets(st.sampled_from(names), max_size=3)):
        _split(truths[name], draw(days_between(FIRST + timedelta(30), LAST)), draw(st.sampled_from((2.0, 4.0, 0.1))))
    for name in draw(st.sets(st.sampled_from(names), max_size=4)):
        for day in draw(st.lists(days_between(FIRST + timedelta(30), LAST), max_size=3, unique=True)):
            truths[name].dividends[day] = 0.02 * float(truths[name].raw[truths[name].days < np.datetime64(day)][-1])
    for name in draw(st.sets(st.sampled_from(("VTI", "VEA", "GLD", SHARE)), max_size=2)):
        born, died = draw(days_between(FIRST, LAST)), draw(days_between(FIRST, LAST))
        alive = (truths[name].days >= np.datetime64(born)) & (truths[name].days <= np.datetime64(max(born, died)))
        truths[name] = replace(truths[name], days=truths[name].days[alive], raw=truths[name].raw[alive])
    changed = None
    if draw(st.booleans()):  # another unit up to a day, which nobody says
        share = truths[SHARE]
        share.splits.clear()
        changed = draw(days_between(FIRST + timedelta(200), LAST - timedelta(200)))
        share.raw[share.days < np.datetime64(changed)] *= 100
    for name in RATES:
        truths[name] = replace(walk(seed, str(FIRST), str(LAST)), kind=InstrumentKind.RATE)
        truths[name].raw[:] = truths[name].raw / 20
    fetched = draw(st.lists(days_between(FIRST + timedelta(60), LAST), max_size=3, unique=True))
    return Life(truths, tuple(sorted(fetched)), seed, changed)


def _split(truth: Truth, day: date, value: float) -> None:
    truth.splits[day] = value
    truth.raw[truth.days >= np.datetime64(day)] /= value


def consumer_prices(life: Life, on: date, fetched: HandClock) -> Observations:
    """Monthly prices, published 45 days after the month began and revised 400 days later, as far as known on a day."""
    months = np.arange(np.datetime64("2005-01", "M"), np.datetime64("2023-01", "M")).astype("datetime64[D]")
    values = 100 * np.cumprod(1 + np.random.default_rng(life.seed).normal(0.002, 0.001, len(months)))
    days = np.concatenate([months, months])
    known_from = np.concatenate([months + np.timedelta64(45, "D"), months + np.timedelta64(400, "D")])
    figures = np.concatenate([values, values * 1.003])
    order = np.lexsort((known_from, days))
    seen = known_from[order] <= np.datetime64(on)
    return Observations(
        "us_core_cpi",
        "fred",
        days[order][seen],
        figures[order][seen],
        known_from[order][seen],
        estimated=False,
        fetched_at=fetched.now(),
    )


async def fill_store(store: HistoryStore, life: Life, days: Sequence[date]) -> None:
    """Ingest on each of the days what was known by then."""
    offload, clock = LocalOffload(), HandClock(at("2019-01-02"))
    source = WorldProvider(life.truths, clock)
    service = IngestService(source, store, Weekdays(), offload, clock)
    try:
        for day in days:
            clock.present = at(str(day))
            await service.run(tuple(life.truths))
            await store.save_observations(consumer_prices(life, day, clock))
    finally:
        await offload.close()


def market_over(store: HistoryStore, clock: HandClock) -> StoredMarket:
    book = InstrumentBook(WorldProvider({}, clock), store, (DOLLARS,))
    source = Source("yahoo", "Yahoo Finance", live=True, universes=(DOLLARS,), max_age_days=100_000)
    return StoredMarket(source, store, Nobody(), book, clock)


async def answer(call: Any) -> Any:
    """What is answered, or the error. Of what does not exist yet nobody knows by then: both ways to say so are one."""
    try:
        return await call
    except MarketDataError as fault:
        return "nothing" if isinstance(fault, NotEnoughHistory | UnknownSymbol) else repr(fault)


def treated(history: PriceHistory) -> list[Finding]:
    """What was refused or repaired. A mere remark may need more history than there was, and bears the days it speaks of."""
    return [item for item in history.findings if item.treatment is not Treatment.KEPT]


def assert_same_bars(one: PriceHistory, other: PriceHistory) -> None:
    np.testing.assert_array_equal(one.bars.dates, other.bars.dates)
    for name in COLUMNS:
        np.testing.assert_allclose(getattr(one.bars, name), getattr(other.bars, name), rtol=ROUNDING, err_msg=name)
    assert one.bars.record == other.bars.record
    assert [(item.day, item.kind) for item in one.bars.actions] == [
        (item.day, item.kind) for item in other.bars.actions
    ]
    np.testing.assert_allclose(
        [item.value for item in one.bars.actions], [item.value for item in other.bars.actions], rtol=ROUNDING
    )
    assert treated(one) == treated(other)
    assert one.provenance == other.provenance
    np.testing.assert_allclose(technical(one.bars).values, technical(other.bars).values, rtol=1e-6, atol=1e-9)


async def assert_same(later: MarketData, then: MarketData, day: date) -> None:
    """Every way in: the market's date, plans, bars, series, features."""
    assert await answer(later.market_date(day)) == await answer(then.market_date(day))
    one, other = await answer(later.snapshot("USD", day)), await answer(then.snapshot("USD", day))
    assert isinstance(one, str) == isinstance(other, str), (one, other)
    if isinstance(one, str):
        assert one == other
    else:
        assert one.instruments == other.instruments
        np.testing.assert_array_equal(one.dates, other.dates)
        np.testing.assert_allclose(one.levels, other.levels, rtol=ROUNDING)
        np.testing.assert_array_equal(one.price_index, other.price_index)
        np.testing.assert_array_equal(one.price_index_months, other.price_index_months)
        assert (one.rates.bill, one.rates.ten_year, one.rates.inflation) == pytest.approx(
            (other.rates.bill, other.rates.ten_year, other.rates.inflation), rel=ROUNDING
        )
        assert replace(one.rates, bill=0, ten_year=0, inflation=0) == replace(
            other.rates, bill=0, ten_year=0, inflation=0
        )
        assert one.provenance.notes == other.provenance.notes
        assert one.provenance == other.provenance
    for symbol in (*FUNDS, SHARE, *RATES):
        bars, series = await answer(later.history(symbol, day)), await answer(later.series(symbol, day))
        past_bars, past_series = await answer(then.history(symbol, day)), await answer(then.series(symbol, day))
        if isinstance(bars, str):
            assert bars == past_bars == series == past_series
            continue
        assert_same_bars(bars, past_bars)
        np.testing.assert_array_equal(series.dates, past_series.dates)
        np.testing.assert_allclose(series.levels, past_series.levels, rtol=ROUNDING)


async def assert_replayed(replay: ReplayMarket, market: StoredMarket, day: date) -> None:
    """A replay says of any later day what the market says of the replay's."""
    assert await answer(replay.market_date(LAST)) == await answer(market.market_date(day))
    one, other = await answer(replay.snapshot("USD", date.max)), await answer(market.snapshot("USD", day))
    assert (one if isinstance(one, str) else one.levels.tobytes()) == (
        other if isinstance(other, str) else other.levels.tobytes()
    )
    for symbol in (*FUNDS, SHARE):
        bars, series = await answer(replay.history(symbol, date.max)), await answer(replay.series(symbol, date.max))
        past = await answer(market.history(symbol, day))
        if isinstance(past, str):
            assert bars == series == past
            continue
        assert bars.bars.dates.tobytes() == past.bars.dates.tobytes()
        assert bars.bars.adj_close.tobytes() == series.levels.tobytes() == past.bars.adj_close.tobytes()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy."""
    file = tmp_path_factory.mktemp("empty") / "advisor.db"
    asyncio.run(migrate(f"sqlite:///{file}"))
    return file


@SAME_FOLDER
@given(life=lives(), day=days_between(FIRST + timedelta(20), LAST), weekend=st.booleans())
async def test_a_store_that_holds_everything_says_of_a_day_what_one_that_ends_there_says(
    empty: Path, life: Life, day: date, weekend: bool
) -> None:
    # Prices in another unit are refused until they have held for a week: a price that is confirmed later is no look ahead.
    assume(life.changed is None or not timedelta() <= day - life.changed <= timedelta(days=7))
    asked = day + timedelta(days=2) if weekend and day.weekday() == 4 else day
    clock = HandClock(at("2023-01-01"))
    opened = []
    for name, days in (("later", (*life.fetched, LAST)), ("then", (day,))):
        file = empty.with_name(f"{name}.db")
        for old in empty.parent.glob(f"{name}.db*"):
            old.unlink()
        shutil.copy(empty, file)
        storage = await open_storage(f"sqlite:///{file}", Vault([generate_key()]))
        opened.append(storage)
        await fill_store(storage.history_store, life, sorted(set(days)))
    later, then = (market_over(storage.history_store, clock) for storage in opened)
    try:
        await assert_same(later, then, asked)
        await assert_replayed(ReplayMarket(later, lambda: asked), later, asked)
    finally:
        for storage in opened:
            await storage.close()
