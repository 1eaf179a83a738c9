"""What a feature says of a day never changes with what happens later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.analysis.features.fundamental import fundamental
from advisor.analysis.features.registry import Features
from advisor.analysis.features.statements import PublicationLag
from advisor.analysis.features.technical import technical
from advisor.domain.bars import Bars, Fact
from tests.analysis.features.stated import Traded, traded, without

COUNT = 420
ROUNDING = 1e-9
"""Restating multiplies the past by a factor, each product rounded to 1e-16; features take differences that are 1e-4 as large."""


@st.composite
def lives(draw: st.DrawFn) -> Traded:
    """An instrument with up to three splits and six dividends on different days."""
    rows = draw(st.lists(st.integers(1, COUNT - 1), unique=True, max_size=9))
    ratios = st.sampled_from((2.0, 3.0, 1.5, 7.0, 0.1, 1 / 30))
    splits = {row: draw(ratios) for row in rows[:3]}
    dividends = {row: draw(st.floats(0.001, 0.2)) for row in rows[3:]}
    return traded(draw(st.integers(0, 2**32 - 1)), COUNT, splits, dividends)


@st.composite
def gappy(draw: st.DrawFn, bars: Bars) -> Bars:
    """The bars with some days or columns unknown."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    names = draw(st.sets(st.sampled_from(("open", "high", "low", "volume")), max_size=2))
    closed = np.flatnonzero(random.random(len(bars)) < draw(st.sampled_from((0.0, 0.02, 0.3))))
    partly = np.flatnonzero(random.random(len(bars)) < 0.1)
    everything = ("open", "high", "low", "close", "adj_close", "volume")
    return without(without(bars, partly, *names), closed, *everything)


def same(one: Features, other: Features, rounding: float = 0.0) -> None:
    assert one.names == other.names
    if rounding:
        np.testing.assert_allclose(one.values, other.values, rtol=rounding, atol=rounding)
    else:
        assert np.array_equal(one.values, other.values, equal_nan=True)


def first(features: Features, count: int) -> Features:
    return replace(features, dates=features.dates[:count], values=features.values[:count])


@settings(max_examples=60)
@given(st.data(), lives(), st.integers(1, COUNT))
def test_technical_features_of_a_prefix_are_the_prefix_of_the_features_bit_for_bit(
    data: st.DataObject, life: Traded, count: int
) -> None:
    bars = data.draw(gappy(life.stated()))
    same(technical(bars.between(None, life.day(count - 1))), first(technical(bars), count))


@settings(max_examples=60)
@given(st.data(), lives(), st.integers(0, COUNT - 1))
def test_technical_features_are_the_same_however_often_the_past_was_restated(
    data: st.DataObject, life: Traded, row: int
) -> None:
    today = life.stated()
    then = technical(life.stated(row))
    same(then, first(technical(today), row + 1), ROUNDING)
    same(then, technical(today.as_seen_on(life.day(row))), ROUNDING)
    suspended = data.draw(gappy(today))
    same(technical(suspended.as_seen_on(life.day(row))), first(technical(suspended), row + 1), ROUNDING)


@given(lives(), st.sampled_from((2.0**-40, 2.0**-3, 2.0, 2.0**60)))
def test_technical_features_have_no_scale_bit_for_bit_where_scaling_is_exact(life: Traded, unit: float) -> None:
    bars = life.stated()
    prices = {name: getattr(bars, name) * unit for name in ("open", "high", "low", "close", "adj_close")}
    same(technical(replace(bars, volume=bars.volume * unit, **prices)), technical(bars))


ITEMS = ("net_income", "equity", "shares", "total_liabilities", "total_assets")
QUARTER_ENDS = [
    date(year, month, day) for year in range(2008, 2012) for month, day in ((3, 31), (6, 30), (9, 30), (12, 31))
]


@st.composite
def statements(draw: st.DrawFn) -> list[Fact]:
    """Figures of random periods, some restated, some without a day of publication, in any order."""
    facts = []
    for _ in range(draw(st.integers(0, 40))):
        item = draw(st.sampled_from(ITEMS))
        end = draw(st.sampled_from(QUARTER_ENDS))
        months = draw(st.sampled_from((3, 12))) if item == "net_income" else 0
        delay = draw(st.one_of(st.none(), st.integers(0, 500)))
        reported = None if delay is None else end + timedelta(days=delay)
        facts.append(Fact(item, end, draw(st.floats(-50, 1000)), months, reported, draw(st.sampled_from(("USD", "")))))
    return facts


@settings(max_examples=80)
@given(lives(), statements(), st.integers(0, COUNT - 1), st.booleans())
def test_fundamental_features_know_nothing_that_was_published_later_and_no_later_split_or_dividend(
    life: Traded, facts: list[Fact], row: int, assumed: bool
) -> None:
    lag = PublicationLag() if assumed else None
    day = life.day(row)
    waits = {0: 90, 3: 45, 12: 90}
    then = [
        fact
        for fact in facts
        if (fact.reported or (fact.period_end + timedelta(days=waits[fact.months]) if lag else date.max)) <= day
    ]
    everything = first(fundamental(life.stated(), facts, lag=lag), row + 1)
    same(fundamental(life.stated(row), then, lag=lag), everything, ROUNDING)
    same(fundamental(life.stated().as_seen_on(day), facts, lag=lag), everything, ROUNDING)
