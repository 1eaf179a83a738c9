"""Days that repeat, have no price, or had no session; bars that contradict themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analysis.quality import check
from advisor.domain.bars import Bars, Finding, FindingKind, InstrumentKind, Treatment
from tests.analysis.quality.walks import PRICES, pick, plain, walk, weekdays

KEPT, REPAIRED, REFUSED = Treatment.KEPT, Treatment.REPAIRED, Treatment.REFUSED
SMOOTH = list(np.linspace(100, 110, 60))


def found(bars: Bars, kind: FindingKind, *, calendar: bool = True) -> list[Finding]:
    return [item for item in check(bars, weekdays() if calendar else None).findings if item.kind is kind]


def with_value(bars: Bars, column: str, at: int, value: float) -> Bars:
    changed = getattr(bars, column).copy()
    changed[at] = value
    return replace(bars, **{column: changed})


@given(st.lists(st.integers(0, 59), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_of_repeated_days_the_last_bar_is_kept_and_the_order_is_mended(
    repeated: list[int], random: st.DataObject
) -> None:
    bars = plain(SMOOTH)
    earlier = pick(bars, np.array(repeated))
    earlier = replace(earlier, close=earlier.close * 1.001)
    columns = {name: np.r_[getattr(earlier, name), getattr(bars, name)] for name in (*PRICES, "adj_close", "volume")}
    both = replace(bars, dates=np.r_[earlier.dates, bars.dates], **columns)
    checked = check(both, weekdays())
    assert np.array_equal(checked.bars.dates, bars.dates)
    assert np.array_equal(checked.bars.close, bars.close)
    (finding,) = [item for item in checked.findings if item.kind is FindingKind.DUPLICATE_DATE]
    assert (finding.treatment, finding.count) == (REFUSED, len(repeated))


@pytest.mark.parametrize("value", [np.nan, 0.0, np.inf])
def test_a_day_without_a_price_is_not_stored(value: float) -> None:
    checked = check(with_value(plain(SMOOTH), "close", 30, value), weekdays())
    assert len(checked.bars) == 59
    assert [(item.kind, item.treatment) for item in checked.findings] == [
        (FindingKind.MISSING_PRICE, REFUSED),
        (FindingKind.GAP, KEPT),
    ]


def test_a_zero_open_becomes_unknown_and_the_day_stays() -> None:
    checked = check(with_value(plain(SMOOTH), "open", 30, 0.0), weekdays())
    assert len(checked.bars) == 60
    assert np.isnan(checked.bars.open[30])
    assert not checked.findings


@pytest.mark.parametrize(
    ("kind", "treatment", "days"),
    [
        (InstrumentKind.COMMODITY, KEPT, 60),
        (InstrumentKind.RATE, KEPT, 60),
        (InstrumentKind.STOCK, REFUSED, 59),
        (InstrumentKind.ETF, REFUSED, 59),
    ],
)
def test_negative_prices_are_true_for_futures_and_rates_only(
    kind: InstrumentKind, treatment: Treatment, days: int
) -> None:
    bars = plain(SMOOTH, kind)
    for column, value in (("low", -40.32), ("close", -37.63), ("adj_close", -37.63)):
        bars = with_value(bars, column, 30, value)
    checked = check(bars, weekdays())
    assert [item.treatment for item in checked.findings if item.kind is FindingKind.NEGATIVE_PRICE] == [treatment]
    assert len(checked.bars) == days


def test_a_rate_of_zero_is_a_rate() -> None:
    bars = plain(SMOOTH, InstrumentKind.RATE)
    for column in (*PRICES, "adj_close"):
        bars = with_value(bars, column, 30, 0.0)
    checked = check(bars, weekdays())
    assert len(checked.bars) == 60
    assert not checked.findings


def test_a_bar_without_trade_on_a_closed_day_is_refused_and_a_traded_one_kept() -> None:
    bars = plain(SMOOTH)
    closed = np.delete(weekdays(), [20, 40])
    for column in ("high", "low"):
        bars = with_value(bars, column, 20, float(bars.close[20]))
    bars = with_value(bars, "volume", 20, 0.0)
    checked = check(bars, closed)
    seen = {(item.treatment, str(item.first)) for item in checked.findings if item.kind is FindingKind.PHANTOM_SESSION}
    assert seen == {(REFUSED, str(bars.dates[20])), (KEPT, str(bars.dates[40]))}
    assert bars.dates[20] not in checked.bars.dates
    assert bars.dates[40] in checked.bars.dates


def test_days_outside_the_span_of_the_calendar_are_not_judged() -> None:
    bars = plain(SMOOTH)
    assert not check(bars, weekdays()[20:40]).findings


def test_another_exchanges_calendar_refuses_nothing_but_is_noticed() -> None:
    bars = walk(1)
    bars = replace(bars, volume=np.zeros(len(bars)))
    wrong = weekdays()[np.arange(len(weekdays())) % 8 != 0]
    checked = check(bars, wrong)
    phantoms = [item for item in checked.findings if item.kind is FindingKind.PHANTOM_SESSION]
    assert [item.treatment for item in phantoms] == [KEPT]
    assert len(checked.bars) == len(bars)


def test_without_a_calendar_a_weekend_bar_is_refused_but_not_where_weekends_are_traded() -> None:
    days = np.arange(np.datetime64("2020-01-06"), np.datetime64("2020-05-04"))
    bars = plain(list(np.linspace(100, 110, len(days))))
    bars = replace(bars, dates=days, volume=np.zeros(len(days)), high=bars.close.copy(), low=bars.close.copy())
    one_sunday = pick(bars, np.flatnonzero(np.is_busday(days) | (days == np.datetime64("2020-02-02"))))
    assert [str(item.first) for item in found(one_sunday, FindingKind.PHANTOM_SESSION, calendar=False)] == [
        "2020-02-02"
    ]
    assert not found(bars, FindingKind.PHANTOM_SESSION, calendar=False)
    crypto = replace(one_sunday, record=replace(bars.record, kind=InstrumentKind.CRYPTO))
    assert not found(crypto, FindingKind.PHANTOM_SESSION, calendar=False)


def test_high_and_low_that_changed_places_are_exchanged() -> None:
    bars = plain(SMOOTH)
    upside_down = with_value(with_value(bars, "high", 30, float(bars.low[30])), "low", 30, float(bars.high[30]))
    checked = check(upside_down, weekdays())
    assert np.array_equal(checked.bars.high, bars.high)
    assert np.array_equal(checked.bars.low, bars.low)
    assert [(item.kind, item.treatment) for item in checked.findings] == [(FindingKind.IMPOSSIBLE_BAR, REPAIRED)]


def test_a_close_a_little_outside_widens_the_range_and_is_never_changed() -> None:
    bars = plain(SMOOTH)
    odd = with_value(bars, "high", 30, float(bars.close[30]) * 0.997)
    checked = check(odd, weekdays())
    assert checked.bars.high[30] == bars.close[30]
    assert np.array_equal(checked.bars.close, bars.close)


def test_a_close_far_outside_its_day_is_refused() -> None:
    bars = with_value(plain(SMOOTH), "close", 30, 1.05)
    checked = check(bars, weekdays())
    assert (FindingKind.IMPOSSIBLE_BAR, REFUSED) in {(item.kind, item.treatment) for item in checked.findings}
    assert bars.dates[30] not in checked.bars.dates


@given(st.integers(0, 999), st.data())
def test_whatever_comes_bars_leave_in_order_with_prices_and_enclosing_ranges(seed: int, data: st.DataObject) -> None:
    bars = walk(seed, 200)
    for column in (*PRICES, "adj_close", "volume"):
        for at in data.draw(st.lists(st.integers(0, 199), max_size=4)):
            bars = with_value(bars, column, at, data.draw(st.sampled_from([np.nan, 0.0, -1.0, 1e9, 1e-9, np.inf])))
    left = check(pick(bars, np.array(data.draw(st.permutations(range(200))))), weekdays()).bars
    assert (np.diff(left.dates) > np.timedelta64(0, "D")).all()
    assert (left.close > 0).all()
    assert (left.adj_close > 0).all()
    known = ~np.isnan(left.high) & ~np.isnan(left.low)
    assert (left.high[known] >= left.low[known] * (1 - 1e-3)).all()
    assert (left.close[known] <= left.high[known] * 1.001).all()
    assert np.isin(left.dates, bars.dates).all()  # nothing is ever filled in


def test_nothing_comes_of_nothing() -> None:
    assert not check(pick(plain(SMOOTH), np.array([], int)), weekdays()).findings
    assert not check(pick(plain(SMOOTH), np.array([0])), None).findings
