"""Prices that stood still, and sessions without a bar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.analysis.quality import check
from advisor.domain.bars import Bars, FindingKind, InstrumentKind, Treatment
from tests.analysis.quality.walks import PRICES, pick, walk, weekdays


def still(bars: Bars, start: int, length: int, *, volume: float = 0.0) -> Bars:
    """Bars in which the close before `start` is repeated without a range."""
    days = slice(start, start + length)
    columns = {name: getattr(bars, name).copy() for name in (*PRICES, "adj_close", "volume")}
    for name in (*PRICES, "adj_close"):
        columns[name][days] = bars.close[start - 1]
    columns["volume"][days] = volume
    return replace(bars, **columns)


def stale(bars: Bars) -> list[tuple[Treatment, int]]:
    found = check(bars, weekdays()).findings
    return [(item.treatment, item.count) for item in found if item.kind is FindingKind.STALE_RUN]


@given(st.integers(1, 99), st.integers(100, 800), st.integers(1, 60), st.sampled_from([0.0, np.nan]))
@settings(deadline=None)
def test_idle_runs_are_noted_from_five_days_and_refused_from_twenty(
    seed: int, start: int, length: int, volume: float
) -> None:
    run = length + 1  # with the day whose close was repeated
    expected = [] if run < 5 else [(Treatment.KEPT, run)] if run < 20 else [(Treatment.REFUSED, length)]
    assert stale(still(walk(seed), start, length, volume=volume)) == expected


def test_equal_closes_that_were_traded_are_true() -> None:
    bars = walk(3)
    close = bars.close.copy()
    close[500:530] = close[499]
    high, low = np.fmax(bars.high, close), np.fmin(bars.low, close)
    traded = replace(bars, close=close, adj_close=close.copy(), high=high, low=low)
    assert stale(traded) == []


@pytest.mark.parametrize("kind", [InstrumentKind.CURRENCY, InstrumentKind.FUND, InstrumentKind.RATE])
def test_a_pegged_currency_may_stand_still_for_long(kind: InstrumentKind) -> None:
    assert stale(still(walk(3, kind=kind), 500, 60)) == [(Treatment.KEPT, 61)]


def test_without_any_volumes_long_runs_are_noted_only() -> None:
    bars = still(walk(3), 500, 60)
    assert stale(replace(bars, volume=np.zeros(len(bars)))) == [(Treatment.KEPT, 61)]


@given(st.sets(st.integers(1, 998), max_size=60))
@settings(deadline=None)
def test_every_missing_session_is_counted_once_and_none_is_filled(absent: set[int]) -> None:
    bars = pick(walk(3), np.setdiff1d(np.arange(1000), list(absent)))
    checked = check(bars, weekdays())
    gaps = [item for item in checked.findings if item.kind is FindingKind.GAP]
    assert sum(item.count for item in gaps) == len(absent)
    assert np.array_equal(checked.bars.dates, bars.dates)
    assert all(item.treatment is Treatment.KEPT for item in gaps)


def test_long_gaps_stand_by_themselves_and_short_ones_name_the_longest() -> None:
    absent = np.r_[100:103, 200, 300:310, 400:406]
    found = check(pick(walk(3), np.setdiff1d(np.arange(1000), absent)), weekdays()).findings
    assert [item.count for item in found] == [4, 10, 6]
    assert "longest of 3" in found[0].detail


def test_days_that_were_refused_are_missing_from_what_is_stored() -> None:
    bars = walk(3)
    close = bars.close.copy()
    close[500] = np.nan
    found = check(replace(bars, close=close), weekdays()).findings
    assert [(item.kind, item.count) for item in found] == [(FindingKind.MISSING_PRICE, 1), (FindingKind.GAP, 1)]


def test_without_a_calendar_a_golden_week_is_no_gap_but_three_weeks_are() -> None:
    bars = walk(3)
    assert not check(pick(bars, np.delete(np.arange(1000), np.r_[500:508])), None).findings
    (finding,) = check(pick(bars, np.delete(np.arange(1000), np.r_[500:515])), None).findings
    assert (finding.kind, finding.count) == (FindingKind.GAP, 15)
