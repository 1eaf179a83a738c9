"""Splits not applied, other scales, spikes: found where planted, silent on clean walks, and taken back exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from advisor.analysis.quality import check, take_back
from advisor.analysis.quality.rule import as_date
from advisor.domain.bars import Bars, CorporateAction, Finding, FindingKind, Treatment
from advisor.domain.errors import InvalidInput
from tests.analysis.quality.walks import PRICES, plain, scaled, walk, weekdays

SCALE = (FindingKind.UNADJUSTED_SPLIT, FindingKind.SCALE_BREAK)
COLUMNS = (*PRICES, "adj_close", "volume")
Plant = Callable[[Bars, int], Bars]


def at_the_break(bars: Bars, at: int) -> list[Finding]:
    """Findings on scale that name the day of the break or the one before it."""
    found = (item for item in check(bars, weekdays()).findings if item.kind in SCALE)
    return [item for item in found if as_date(bars.dates[at]) == item.first or as_date(bars.dates[at - 1]) == item.last]


def recall(factor: float, *, counted: bool, listed: bool = False, walks: int = 120) -> tuple[float, float]:
    """Shares of planted breaks that are found, and that are mended."""
    random = np.random.default_rng(7)
    found = mended = 0
    for seed in range(walks):
        at = int(random.integers(60, 940))
        bars = scaled(walk(seed), slice(0, at), factor, counted=counted)
        if listed:
            bars = replace(bars, actions=(CorporateAction(as_date(bars.dates[at]), "split", factor),))
        findings = at_the_break(bars, at)
        found += bool(findings)
        mended += any(item.treatment is Treatment.REPAIRED for item in findings)
    return found / walks, mended / walks


@pytest.mark.slow
def test_a_thousand_clean_walks_with_fat_tails_and_crashes_give_at_most_ten_alarms_and_no_repair() -> None:
    alarms = [item for seed in range(1000) if (item := check(walk(seed), weekdays()).findings)]
    assert len(alarms) <= 10
    assert {finding.treatment for found in alarms for finding in found} <= {Treatment.KEPT}


@pytest.mark.parametrize("factor", [2.0, 3.0, 1 / 10, 5.0, 20.0])
def test_unlisted_splits_are_found_nine_times_in_ten(factor: float) -> None:
    found, mended = recall(factor, counted=True)
    assert found >= 0.9
    assert mended >= 0.7


@pytest.mark.parametrize(("factor", "least"), [(1.25, 0.5), (1.5, 0.75)])
def test_small_unlisted_splits_are_found_more_often_than_not(factor: float, least: float) -> None:
    assert recall(factor, counted=True)[0] >= least


def test_five_for_four_is_never_mended_unless_it_is_listed() -> None:
    assert recall(1.25, counted=True)[1] == 0
    assert recall(1.25, counted=True, listed=True)[1] >= 0.8


@pytest.mark.parametrize("factor", [2.0, 3.0, 1.5, 1 / 10])
def test_listed_splits_that_were_not_applied_are_mended(factor: float) -> None:
    assert recall(factor, counted=True, listed=True)[1] >= 0.95


@pytest.mark.parametrize("factor", [100.0, 0.01, 10.0])
def test_prices_in_another_unit_are_mended(factor: float) -> None:
    assert recall(factor, counted=False)[1] >= 0.95


@given(st.integers(0, 400), st.integers(60, 900), st.sampled_from([2.0, 3.0, 10.0, 0.1, 100.0]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_mended_history_is_the_clean_one_and_can_be_taken_back(
    seed: int, at: int, factor: float, counted: bool
) -> None:
    clean = walk(seed)
    assume(not check(clean, weekdays()).findings)
    planted = scaled(clean, slice(0, at), factor, counted=counted)
    checked = check(planted, weekdays())
    repairs = [item for item in checked.findings if item.treatment is Treatment.REPAIRED and item.factor is not None]
    if len(repairs) == 1 and as_date(clean.dates[at - 1]) == repairs[0].last:
        assert np.allclose(checked.bars.close, clean.close, rtol=1e-12)
    restored = checked.bars
    for item in reversed(repairs):
        restored = take_back(restored, item)
    for name in COLUMNS:
        assert np.allclose(getattr(restored, name), getattr(planted, name), rtol=1e-12), name


def test_a_split_applied_twice_is_mended_by_its_list() -> None:
    clean = walk(3)
    planted = scaled(clean, slice(0, 500), 0.5, counted=True)
    planted = replace(planted, actions=(CorporateAction(as_date(clean.dates[500]), "split", 2.0),))
    checked = check(planted, weekdays())
    assert "applied twice" in checked.findings[0].detail
    assert np.allclose(checked.bars.close, clean.close)
    assert np.allclose(checked.bars.volume, clean.volume)


def test_a_listed_split_that_was_applied_is_no_finding() -> None:
    clean = walk(3)
    listed = replace(clean, actions=(CorporateAction(as_date(clean.dates[500]), "split", 2.0),))
    assert not check(listed, weekdays()).findings


def test_where_only_the_adjusted_close_knows_a_listed_split_it_is_left_as_it_is() -> None:
    clean = walk(3)
    raw = scaled(clean, slice(0, 500), 4.0, counted=True)
    raw = replace(
        raw, adj_close=clean.adj_close.copy(), actions=(CorporateAction(as_date(clean.dates[500]), "split", 4.0),)
    )
    checked = check(raw, weekdays())
    assert [item.kind for item in checked.findings] == [FindingKind.MIXED_ADJUSTMENT]
    for name in COLUMNS:
        assert np.allclose(getattr(checked.bars, name), getattr(clean, name)), name
        assert np.allclose(getattr(take_back(checked.bars, checked.findings[0]), name), getattr(raw, name)), name


def test_a_crash_on_news_is_not_a_split() -> None:
    """A half lost in a day, with ten times the volume, a wide range and excitement after it, as Lehman's peers in 2008."""
    random = np.random.default_rng(1)
    moves = random.normal(0, 0.02, 300)
    moves[150], moves[151:200] = np.log(0.5), random.normal(0, 0.07, 49)
    close = 40 * np.exp(np.cumsum(moves))
    bars = plain(list(close))
    bars = replace(
        bars, open=np.r_[close[0], close[:-1] * 0.98], high=np.fmax(close, np.r_[close[0], close[:-1]]) * 1.01
    )
    bars = replace(bars, low=close * 0.93, volume=np.where(np.arange(300) == 150, 1e7, 1e6))
    assert not [item for item in check(bars, weekdays()).findings if item.kind in SCALE]


def test_a_special_dividend_that_is_listed_is_not_a_split() -> None:
    clean = walk(3)
    paid = float(clean.close[499]) / 2 * 2  # half of what the price stands at on the old scale
    bars = replace(
        scaled(clean, slice(0, 500), 2.0, counted=False),
        adj_close=clean.adj_close.copy(),
        actions=(CorporateAction(as_date(clean.dates[500]), "dividend", paid),),
    )
    assert not [item for item in check(bars, weekdays()).findings if item.kind in SCALE]


@pytest.mark.parametrize("factor", [10.0, 100.0, 2.0, 0.01])
@pytest.mark.parametrize("length", [1, 2, 4])
def test_a_spike_of_a_few_days_is_refused_and_nothing_else(factor: float, length: int) -> None:
    clean = walk(3)
    checked = check(scaled(clean, slice(500, 500 + length), factor, counted=False), weekdays())
    finding, gap = checked.findings
    assert (gap.kind, gap.count) == (FindingKind.GAP, length)
    assert (finding.kind, finding.treatment, finding.count) == (FindingKind.SCALE_BREAK, Treatment.REFUSED, length)
    assert finding.first == as_date(clean.dates[500])
    assert np.array_equal(checked.bars.close, np.delete(clean.close, slice(500, 500 + length)))


@pytest.mark.parametrize("factor", [0.1, 2.0, 100.0])
def test_a_stretch_on_another_scale_is_mended_alone(factor: float) -> None:
    clean = walk(3)
    checked = check(scaled(clean, slice(400, 480), factor, counted=False), weekdays())
    (finding,) = checked.findings
    assert (finding.kind, finding.treatment, finding.count) == (FindingKind.SCALE_BREAK, Treatment.REPAIRED, 80)
    assert np.allclose(checked.bars.close, clean.close)
    assert finding.factor == pytest.approx(1 / factor)


@pytest.mark.parametrize("factor", [10.0, 0.01])
@pytest.mark.parametrize("held", [1, 4])
def test_a_new_scale_has_to_hold_for_five_sessions_before_the_past_is_brought_to_it(factor: float, held: int) -> None:
    """A false tick on the newest day would else rescale the whole history."""
    clean = walk(3)
    until = clean.between(None, as_date(clean.dates[600]))
    checked = check(scaled(until, slice(601 - held, 601), factor, counted=False), weekdays())
    (finding,) = checked.findings
    assert (finding.kind, finding.treatment, finding.count) == (FindingKind.SCALE_BREAK, Treatment.REFUSED, held)
    assert np.array_equal(checked.bars.close, clean.close[: 601 - held])


@pytest.mark.parametrize("factor", [10.0, 0.01])
def test_a_new_scale_that_held_for_five_sessions_is_the_scale(factor: float) -> None:
    clean = walk(3)
    until = clean.between(None, as_date(clean.dates[600]))
    checked = check(scaled(until, slice(596, 601), factor, counted=False), weekdays())
    (finding,) = checked.findings
    assert (finding.treatment, finding.count) == (Treatment.REPAIRED, 596)
    assert np.allclose(checked.bars.close, until.close * factor)


@given(
    st.integers(0, 400),
    st.integers(60, 900),
    st.integers(1, 60),
    st.sampled_from([0.01, 0.1, 0.5, 2.0, 3.0, 10.0, 100.0]),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_what_was_checked_is_found_the_same_by_another_check(
    seed: int, at: int, length: int, factor: float, counted: bool
) -> None:
    once = check(scaled(walk(seed), slice(at, at + length), factor, counted=counted), weekdays())
    twice = check(once.bars, weekdays())
    for name in ("dates", *COLUMNS):
        assert np.array_equal(getattr(twice.bars, name), getattr(once.bars, name)), name
    assert twice.findings == tuple(item for item in once.findings if item.treatment is Treatment.KEPT)


@pytest.mark.parametrize(
    ("weeks", "treatment"), [(0, Treatment.REPAIRED), (1, Treatment.REPAIRED), (4, Treatment.KEPT)]
)
def test_a_split_is_mended_across_a_holiday_and_not_across_a_hole(weeks: int, treatment: Treatment) -> None:
    """What fell while nobody looked may have fallen on any news."""
    planted = scaled(walk(3), slice(0, 500), 2.0, counted=True)
    days = planted.dates - np.where(np.arange(len(planted)) < 500, 7 * weeks, 0)
    (found,) = [item for item in check(replace(planted, dates=days), None).findings if item.kind in SCALE]
    assert found.treatment is treatment


def test_a_price_that_falls_to_a_tenth_in_a_lively_session_is_noted_and_kept() -> None:
    planted = scaled(walk(3), slice(0, 500), 10.0, counted=False)
    high = planted.high.copy()
    high[500] *= 3
    checked = check(replace(planted, high=high), weekdays())
    (found,) = checked.findings
    assert (found.treatment, found.first) == (Treatment.KEPT, as_date(planted.dates[500]))
    assert np.array_equal(checked.bars.close, planted.close)


@pytest.mark.parametrize("factor", [2.0, 0.5, 3.0])
def test_a_jump_back_within_a_year_that_is_no_clear_break_leaves_a_split_noted_only(factor: float) -> None:
    """One end of a stretch on a false scale falls on a lively day: to mend by the other end would spoil all that is before."""
    clean = walk(3)
    planted = scaled(clean, slice(400, 480), factor, counted=True)
    lively = planted.volume.copy()
    lively[480] *= 30
    checked = check(replace(planted, volume=lively), weekdays())
    assert [item.treatment for item in checked.findings if item.kind in SCALE] == [Treatment.KEPT]
    assert np.array_equal(checked.bars.close, planted.close)


def test_a_squeeze_that_doubles_and_halves_within_its_days_is_true() -> None:
    """As Volkswagen in October 2008: most of the move during the day, on a range far from ordinary."""
    close = np.array([100.0] * 50 + [180.0] + [100.0] * 50) * np.exp(np.random.default_rng(2).normal(0, 0.01, 101))
    bars = plain(list(close))
    opened = np.r_[close[0], close[:-1]]
    bars = replace(bars, open=opened, high=np.fmax(opened, close) * 1.05, low=np.fmin(opened, close) * 0.95)
    assert len(check(bars, weekdays()).bars) == 101


def test_only_a_repair_with_a_factor_can_be_taken_back() -> None:
    day = date(2020, 1, 2)
    finding = Finding(FindingKind.GAP, Treatment.KEPT, day, day, 1, "sessions in a row without a bar")
    with pytest.raises(InvalidInput, match="taken back"):
        take_back(walk(0), finding)
