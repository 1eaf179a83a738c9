"""Restated pasts, surviving lists, and findings in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.analysis.quality import describe, restated, survivorship
from advisor.domain.bars import Bars, Closes, Finding, FindingKind, Treatment
from tests.analysis.quality.walks import walk, weekdays

DAY = date(2020, 1, 2)


def stored(bars: Bars, decimals: int) -> Closes:
    return Closes(bars.dates, np.round(bars.close, decimals), np.round(bars.adj_close, decimals))


def overlap(seed: int, days: int) -> Bars:
    return walk(seed, 200).between(None, walk(seed, 200).dates[days - 1].astype(date))


@given(st.integers(0, 500), st.integers(1, 30), st.sampled_from([2, 4, 6]), st.sampled_from([2, 4, 6]))
@settings(deadline=None)
def test_rounding_is_no_restatement(seed: int, days: int, before: int, after: int) -> None:
    bars = overlap(seed, days)
    fresh = replace(bars, close=np.round(bars.close, after), adj_close=np.round(bars.adj_close, after))
    assert not restated(stored(bars, before), fresh)


@given(st.integers(0, 500), st.integers(5, 30), st.sampled_from([2, 6]), st.sampled_from([2.0, 1.5, 1.25, 0.1, 1.02]))
@settings(deadline=None)
def test_a_split_since_restates(seed: int, days: int, decimals: int, split: float) -> None:
    bars = overlap(seed, days)
    fresh = replace(bars, close=bars.close / split, adj_close=bars.adj_close / split)
    assert restated(stored(bars, decimals), fresh)


@given(st.integers(0, 500), st.integers(10, 30), st.floats(0.001, 0.2))
@settings(deadline=None)
def test_a_dividend_since_restates_the_adjusted_close_alone(seed: int, days: int, share: float) -> None:
    bars = overlap(seed, days)
    assert restated(stored(bars, 2), replace(bars, adj_close=bars.adj_close * (1 - share)))
    assert restated(stored(bars, 6), replace(bars, adj_close=bars.adj_close * (1 - share / 20)))


def test_one_corrected_day_is_no_restatement_but_half_of_them_are() -> None:
    bars = overlap(3, 10)
    one, half = bars.close.copy(), bars.close.copy()
    one[4] *= 1.01
    half[:5] *= 1.01
    assert not restated(stored(bars, 2), replace(bars, close=one))
    assert restated(stored(bars, 2), replace(bars, close=half))


def test_no_overlap_says_nothing() -> None:
    bars = overlap(3, 10)
    assert not restated(Closes(), bars)
    assert not restated(Closes(bars.dates - 400, bars.close / 2, bars.close / 2), bars)


def universe(count: int, leavers: int) -> list[tuple[date, date]]:
    first, left, last = (weekdays(2500)[at].item() for at in (0, 1200, -1))
    return [(first, left)] * leavers + [(first, last)] * (count - leavers)


@pytest.mark.parametrize(
    ("count", "leavers", "found"), [(100, 0, True), (100, 3, True), (100, 25, False), (5, 0, False)]
)
def test_a_list_on_which_hardly_anybody_left_is_a_list_of_survivors(count: int, leavers: int, found: bool) -> None:
    finding = survivorship(universe(count, leavers))
    assert (finding is not None) is found
    if finding is not None:
        assert (finding.kind, finding.count) == (FindingKind.SURVIVORSHIP, count)
        assert f"only {leavers} of {count}" in finding.detail


def test_an_empty_list_says_nothing() -> None:
    assert survivorship([]) is None


@pytest.mark.parametrize("kind", FindingKind)
@pytest.mark.parametrize("treatment", Treatment)
def test_every_finding_has_a_sentence(kind: FindingKind, treatment: Treatment) -> None:
    sentence = describe(Finding(kind, treatment, DAY, DAY, 1, "why"))
    assert sentence.startswith(sentence[0].upper())
    assert "2020-01-02 (1 " in sentence
    assert sentence.endswith(".")
    assert "_" not in sentence


def test_a_repair_names_its_factor_and_its_span() -> None:
    finding = Finding(
        FindingKind.SCALE_BREAK, Treatment.REPAIRED, date(2008, 1, 1), date(2012, 2, 21), 995, "why", 0.01
    )
    assert describe(finding) == (
        "Prices on another scale, 2008-01-01 to 2012-02-21 (995 days): why; repaired, prices multiplied by 0.01."
    )
