"""The databases against the fake, which is the model: whatever is saved in whatever order, both say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.adapters.db.storage import SqlStorage
from advisor.domain.bars import (
    COLUMNS,
    Bars,
    CorporateAction,
    Fact,
    Finding,
    FindingKind,
    InstrumentKind,
    InstrumentRecord,
    Observations,
    Treatment,
)
from advisor.ports.history import Arrival
from tests.adapters.db.bars_made import FETCHED, assert_same_bars
from tests.history_fake import MemoryHistory

SYMBOLS = ("A", "B'", "Ç")
FIRST = date(1969, 12, 25)
SPAN = 16
_sources = count()

# One database serves all examples of a test: each takes a source of its own.
examples = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
days = st.integers(0, SPAN).map(lambda number: FIRST + timedelta(days=number))
prices = st.sampled_from([float("nan"), -1.5, 0.0, 0.1, 100.25, 1e9])
records = st.builds(
    InstrumentRecord,
    source=st.just(""),
    symbol=st.sampled_from(SYMBOLS),
    name=st.sampled_from(["", "Name", "Other"]),
    kind=st.sampled_from([InstrumentKind.OTHER, InstrumentKind.ETF, InstrumentKind.STOCK]),
    currency=st.sampled_from(["", "USD"]),
)
actions = st.builds(
    CorporateAction, day=days, kind=st.sampled_from(["split", "dividend"]), value=st.sampled_from([0.5, 2.0])
)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    first, last = sorted((draw(days), draw(days)))
    kind, treatment = draw(st.sampled_from(FindingKind)), draw(st.sampled_from(Treatment))
    return Finding(
        kind, treatment, first, last, 1, draw(st.sampled_from(["One.", "Two."])), draw(st.none() | st.just(0.1))
    )


@st.composite
def arrivals(draw: st.DrawFn) -> Arrival:
    record, through = draw(records), draw(days)
    if draw(st.integers(0, 4)) == 0:
        return Arrival(record, None, through, "rate_limited", whole=draw(st.booleans()))
    dates = np.array(sorted(draw(st.sets(days, max_size=6))), "datetime64[D]")
    rows = draw(st.lists(st.lists(prices, min_size=6, max_size=6), min_size=len(dates), max_size=len(dates)))
    table = np.array(rows).reshape(len(dates), 6)
    bars = Bars(
        record=record,
        dates=dates,
        **{name: table[:, place] for place, name in enumerate(COLUMNS)},
        fetched_at=FETCHED + timedelta(seconds=draw(st.integers(0, 9))),
        actions=tuple(draw(st.lists(actions, max_size=3))),
        total_return=draw(st.booleans()),
    )
    found = tuple(draw(st.lists(findings(), max_size=2)))
    return Arrival(record, bars, through, "ok", found, draw(st.booleans()))


def of_source(arrival: Arrival, source: str) -> Arrival:
    record = replace(arrival.record, source=source)
    return replace(arrival, record=record, bars=arrival.bars and replace(arrival.bars, record=record))


async def assert_same_prices(store: Any, model: MemoryHistory, source: str, first: date, last: date) -> None:
    assert await store.coverage(source) == await model.coverage(source)
    assert await store.findings(source) == await model.findings(source)
    assert await store.actions(source, SYMBOLS) == await model.actions(source, SYMBOLS)
    assert await store.revision(source) == await model.revision(source)
    closes, expected = [await each.closes(source, SYMBOLS, first, last) for each in (store, model)]
    assert set(closes) == set(expected)
    for symbol in closes:
        for name in ("days", "close", "adj_close"):
            np.testing.assert_array_equal(getattr(closes[symbol], name), getattr(expected[symbol], name))
    for symbol in SYMBOLS:
        read, wanted = await store.bars(source, symbol), await model.bars(source, symbol)
        assert (read is None) == (wanted is None)
        if wanted is not None:
            assert_same_bars(read, wanted)


@pytest.mark.slow
@examples
@given(saves=st.lists(st.lists(arrivals(), max_size=4), min_size=1, max_size=5), window=st.tuples(days, days))
async def test_prices_are_what_the_model_says(
    storage: SqlStorage, saves: Sequence[Sequence[Arrival]], window: tuple[date, date]
) -> None:
    source = f"source {next(_sources)}"
    moment = datetime(2024, 6, 15, tzinfo=UTC)
    store, model = type(storage.history_store)(storage._database, lambda: moment), MemoryHistory(lambda: moment)
    for save in saves:
        coming = [of_source(arrival, source) for arrival in save]
        assert await store.save(coming) == await model.save(coming)
        await assert_same_prices(store, model, source, *window)
    for save in [[of_source(arrival, source) for arrival in saves[-1][-1:]]]:
        revision = await store.revision(source)
        assert await store.save(save) == 0, "the last arrival again"
        assert await store.revision(source) == revision


vintages = st.tuples(days, st.sampled_from([float("nan"), 1.0, 2.0, 3.0]), st.integers(0, 12))
fetches = st.tuples(st.integers(0, 30), st.booleans(), st.lists(vintages, max_size=6))


def observations(series: str, fetch: tuple[int, bool, list[tuple[date, float, int]]]) -> Observations:
    """A fetch so many days after `FIRST`; each period is known so many days after it."""
    after, estimated, rows = fetch
    return Observations(
        series,
        "fred",
        np.array([day for day, _, _ in rows], "datetime64[D]"),
        np.array([value for _, value, _ in rows], float),
        np.array([day + timedelta(days=lag) for day, _, lag in rows], "datetime64[D]"),
        estimated,
        datetime(FIRST.year, FIRST.month, FIRST.day, 12, tzinfo=UTC) + timedelta(days=after),
    )


def readable(found: Observations | None) -> dict[date, tuple[str, date]]:
    """Value and day of knowledge by period; values as text, in which unknown equals unknown."""
    if found is None:
        return {}
    columns = (found.days.tolist(), found.values.tolist(), found.known_from.tolist())
    return {day: (str(value), known) for day, value, known in zip(*columns, strict=True)}


@pytest.mark.slow
@examples
@given(history=st.lists(fetches, min_size=1, max_size=6))
async def test_series_are_what_the_model_says_and_the_same_again_adds_nothing(
    storage: SqlStorage, history: list[tuple[int, bool, list[tuple[date, float, int]]]]
) -> None:
    series, store, model = f"series {next(_sources)}", storage.history_store, MemoryHistory()
    for fetch in history:
        came = observations(series, fetch)
        assert await store.save_observations(came) == await model.save_observations(came)
        assert await store.save_observations(came) == 0
        for number in range(0, SPAN + 45, 4):
            as_of = FIRST + timedelta(days=number)
            read, wanted = await store.observations(series, as_of), await model.observations(series, as_of)
            assert readable(read) == readable(wanted)
            assert read is None or wanted is None or read.estimated == wanted.estimated
            assert read is None or all(known <= as_of for _, known in readable(read).values())


@pytest.mark.slow
@examples
@given(before=st.lists(fetches, min_size=1, max_size=3), later=fetches)
async def test_no_fetch_changes_what_was_known_of_a_stored_period_before_it(
    storage: SqlStorage,
    before: list[tuple[int, bool, list[tuple[date, float, int]]]],
    later: tuple[int, bool, list[tuple[date, float, int]]],
) -> None:
    series, store = f"series {next(_sources)}", storage.history_store
    for fetch in sorted(before, key=lambda each: each[0]):
        await store.save_observations(observations(series, fetch))
    fetched = max(later[0], *(fetch[0] for fetch in before))
    stored = readable(await store.observations(series, date.max))
    views = [FIRST + timedelta(days=number) for number in range(0, fetched, 3)]
    seen = [readable(await store.observations(series, day)) for day in views]
    await store.save_observations(observations(series, (fetched, True, later[2])))
    for day, knew in zip(views, seen, strict=True):
        knows = readable(await store.observations(series, day))
        assert {period: word for period, word in knows.items() if period in stored} == knew


facts = st.builds(
    Fact,
    item=st.sampled_from(["revenue", "total_debt", "cash"]),
    period_end=st.sampled_from([date(1969, 12, 31), date(1970, 12, 31)]),
    value=st.sampled_from([-1.0, 0.0, 5.5]),
    months=st.sampled_from([0, 12]),
    reported=st.none() | days,
    currency=st.sampled_from(["", "USD"]),
)


@pytest.mark.slow
@examples
@given(history=st.lists(st.tuples(st.integers(0, 30), st.lists(facts, max_size=6)), min_size=1, max_size=5))
async def test_statements_are_what_the_model_says_and_the_same_again_adds_nothing(
    storage: SqlStorage, history: list[tuple[int, list[Fact]]]
) -> None:
    source, store, model = f"source {next(_sources)}", storage.history_store, MemoryHistory()
    for after, came in history:
        at = datetime(FIRST.year, FIRST.month, FIRST.day, 12, tzinfo=UTC) + timedelta(days=after)
        assert await store.save_facts(source, "A", came, at) == await model.save_facts(source, "A", came, at)
        assert await store.save_facts(source, "A", came, at) == 0
        for number in range(0, 32, 3):
            as_of = FIRST + timedelta(days=number)
            read = await store.facts(source, "A", as_of)
            assert read == await model.facts(source, "A", as_of)
            assert all(fact.reported is not None and fact.reported <= as_of for fact in read)
