"""Stored bars and what comes after them as one history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analysis.quality import continues, joined, longest, mends_past
from advisor.domain.bars import COLUMNS, Bars, CorporateAction
from advisor.domain.errors import NotEnoughHistory
from tests.analysis.quality.walks import walk

WHOLE = walk(3, 300)
DAYS = [day.item() for day in WHOLE.dates]


def rescaled(bars: Bars, factor: float) -> Bars:
    """The bars after a split of 1/factor new shares for one."""
    prices = {name: getattr(bars, name) * factor for name in ("open", "high", "low", "close", "adj_close")}
    return replace(bars, volume=bars.volume / factor, **prices)


def without(bars: Bars, day: date) -> Bars:
    """The bars but for one day."""
    kept = bars.dates != np.datetime64(day)
    return replace(bars, dates=bars.dates[kept], **{name: getattr(bars, name)[kept] for name in COLUMNS})


def assert_same(one: Bars, other: Bars, rtol: float = 0.0) -> None:
    np.testing.assert_array_equal(one.dates, other.dates)
    for name in COLUMNS:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=rtol, err_msg=name)


@given(cut=st.integers(1, 299), overlap=st.integers(1, 60))
def test_a_history_cut_in_two_with_any_overlap_joins_to_itself(cut: int, overlap: int) -> None:
    stored, fresh = WHOLE.between(None, DAYS[cut]), WHOLE.between(DAYS[max(0, cut - overlap + 1)], None)
    assert continues(stored, fresh)
    assert_same(joined(stored, fresh), WHOLE)
    assert not mends_past(stored, WHOLE, WHOLE, DAYS[cut])


def test_of_a_day_that_both_have_the_fresh_one_counts_and_one_that_did_not_come_again_stays() -> None:
    fresh = without(rescaled(WHOLE.between(DAYS[280], None), 1.5), DAYS[290])
    found = joined(WHOLE, fresh)
    assert len(found) == len(WHOLE)
    np.testing.assert_allclose(found.close[280:290], WHOLE.close[280:290] * 1.5)
    assert found.close[290] == WHOLE.close[290]


def test_actions_of_days_that_came_again_come_from_what_came() -> None:
    old, gone, new = (CorporateAction(DAYS[at], "dividend", 0.1 * at) for at in (10, 285, 295))
    found = joined(replace(WHOLE, actions=(old, gone)), replace(WHOLE.between(DAYS[280], None), actions=(new,)))
    assert found.actions == (old, new)


@given(start=st.integers(10, 290), factor=st.sampled_from((0.25, 0.5, 3.0, 10.0)))
def test_a_shorter_restated_history_leads_with_the_stored_days_on_its_scale(start: int, factor: float) -> None:
    restated = rescaled(WHOLE, factor)
    assert not continues(WHOLE, restated.between(DAYS[start], None))
    assert_same(longest(WHOLE, restated.between(DAYS[start], None)), restated, rtol=1e-12)
    assert longest(WHOLE, restated) is restated


def test_what_shares_no_day_with_the_stored_bars_neither_continues_nor_replaces_them() -> None:
    stored, later = WHOLE.between(None, DAYS[100]), WHOLE.between(DAYS[200], None)
    assert not continues(stored, later)
    with pytest.raises(NotEnoughHistory, match="shares no day"):
        longest(stored, later)


def test_a_stored_day_that_the_check_refuses_or_a_price_it_mends_has_to_be_written() -> None:
    first = DAYS[280]
    assert mends_past(WHOLE, WHOLE, without(WHOLE, DAYS[285]), first)
    assert mends_past(WHOLE, WHOLE, rescaled(WHOLE, 2.0), first)
    later = joined(WHOLE.between(None, first - timedelta(days=1)), rescaled(WHOLE.between(first, None), 2.0))
    assert not mends_past(WHOLE, WHOLE, later, first), "what came is written anyway"
