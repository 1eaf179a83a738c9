from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analysis.periods import (
    Interval,
    Period,
    bounds,
    resample,
    within,
)
from advisor.domain.bars import COLUMNS, Bars
from advisor.domain.errors import NotEnoughHistory
from tests.analysis.features.stated import FETCHED, RECORD

FRIDAY = np.array(["2015-02-27", "2015-03-25", "2015-03-26", "2015-03-27", "2015-03-30", "2015-03-31"], "datetime64[D]")


@pytest.mark.parametrize(
    ("period", "first"),
    [
        ("1d", "2015-03-31"),
        ("5d", "2015-03-25"),
        ("1mo", "2015-02-28"),
        ("3mo", "2014-12-31"),
        ("6mo", "2014-09-30"),
        ("1y", "2014-03-31"),
        ("2y", "2013-03-31"),
        ("5y", "2010-03-31"),
        ("10y", "2005-03-31"),
        ("ytd", "2015-01-01"),
        ("2w", "2015-03-17"),
        ("40mo", "2011-11-30"),
        ("3d", "2015-03-27"),
        ("2014-05-06", "2014-05-06"),
        ("max", ""),
    ],
)
def test_a_period_goes_back_from_the_last_bar(period: str, first: str) -> None:
    assert bounds(FRIDAY, period).first == (date.fromisoformat(first) if first else None)


def test_every_period_of_the_contract_is_there() -> None:
    assert " ".join(Period) == "1d 5d 1mo 3mo 6mo 1y 2y 5y 10y ytd max"
    assert " ".join(Interval) == "1d 1wk 1mo 3mo"


def test_a_year_before_a_29th_of_february_is_the_28th() -> None:
    assert bounds(np.array(["2016-02-29"], "datetime64[D]"), "1y").first == date(2015, 2, 28)


def test_sessions_are_counted_only_as_far_as_there_are_any() -> None:
    assert bounds(FRIDAY[-2:], "5d").first == date(2015, 3, 30)


@pytest.mark.parametrize(
    ("period", "base"), [("1d", "2015-03-30"), ("ytd", "2014-12-31"), ("1mo", "2015-02-28"), ("max", "")]
)
def test_a_change_is_measured_from_the_close_before_the_sessions_or_on_the_same_day_of_the_calendar(
    period: str, base: str
) -> None:
    assert bounds(FRIDAY, period).base == (date.fromisoformat(base) if base else None)


def test_no_dates_have_no_period() -> None:
    with pytest.raises(NotEnoughHistory):
        bounds(FRIDAY[:0], Period.MAX)


@st.composite
def histories(draw: st.DrawFn) -> Bars:
    """Bars on some days of two years, each column unknown on some days."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    days = np.arange(np.datetime64("2013-11-20"), np.datetime64("2015-12-10"))
    days = days[random.random(len(days)) < draw(st.sampled_from((0.02, 0.3, 0.7, 1.0)))]
    unknown = draw(st.sampled_from((0.0, 0.2, 0.9)))
    columns = {name: np.floor(random.uniform(1, 1000, len(days))) for name in COLUMNS}
    for name in COLUMNS:
        columns[name][random.random(len(days)) < unknown] = np.nan
    return Bars(record=RECORD, dates=days, fetched_at=FETCHED, **columns)


intervals = st.sampled_from((Interval.WEEK, Interval.MONTH, Interval.QUARTER))
HOW = {"open": "first", "high": "max", "low": "min", "close": "last", "adj_close": "last"}


@given(histories(), intervals)
def test_resampled_bars_are_those_of_pandas(bars: Bars, interval: Interval) -> None:
    rule = {Interval.WEEK: "W-SUN", Interval.MONTH: "ME", Interval.QUARTER: "QE"}[interval]
    table = pd.DataFrame({name: getattr(bars, name) for name in COLUMNS}, index=pd.DatetimeIndex(bars.dates))
    groups = table.resample(rule)
    present = groups.size() > 0
    ours = resample(bars, interval)
    for name, how in HOW.items():
        np.testing.assert_array_equal(getattr(ours, name), getattr(groups[name], how)()[present].to_numpy())
    np.testing.assert_array_equal(ours.volume, groups["volume"].sum(min_count=1)[present].to_numpy())
    labels = table.index.to_series().resample(rule).last()[present]
    assert np.array_equal(ours.dates, labels.to_numpy().astype("datetime64[D]"))


@given(histories(), intervals)
def test_resampling_twice_is_resampling_once_and_months_make_quarters(bars: Bars, interval: Interval) -> None:
    _same(resample(resample(bars, interval), interval), resample(bars, interval))
    _same(resample(resample(bars, Interval.MONTH), Interval.QUARTER), resample(bars, Interval.QUARTER))
    assert resample(bars, Interval.DAY) is bars


@given(histories(), intervals, st.floats(0, 1))
def test_bars_of_whole_periods_do_not_change_when_days_are_added(bars: Bars, interval: Interval, share: float) -> None:
    early = replace(
        bars, dates=bars.dates[: (n := int(share * len(bars)))], **{c: getattr(bars, c)[:n] for c in COLUMNS}
    )
    before, after = resample(early, interval), resample(bars, interval)
    if len(before):
        assert before.dates[-1] == early.dates[-1]
        _same(_but_last(before), replace(_head(after, len(before) - 1)))


@given(histories(), st.sampled_from(list(Period)))
def test_the_bars_of_a_period_end_with_the_last_and_begin_no_earlier_than_its_first_day(
    bars: Bars, period: Period
) -> None:
    if not len(bars):
        return
    part, first = within(bars, period), np.datetime64(bounds(bars.dates, period).first or date.min)
    assert part.dates[-1] == bars.dates[-1]
    assert np.array_equal(part.dates, bars.dates[bars.dates >= first])
    if period is Period.FIVE_DAYS:
        assert len(part) == min(5, len(bars))


def _head(bars: Bars, count: int) -> Bars:
    return replace(bars, dates=bars.dates[:count], **{name: getattr(bars, name)[:count] for name in COLUMNS})


def _but_last(bars: Bars) -> Bars:
    return _head(bars, len(bars) - 1)


def _same(one: Bars, other: Bars) -> None:
    assert np.array_equal(one.dates, other.dates)
    for name in COLUMNS:
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
