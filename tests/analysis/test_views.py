"""The part of a history that is asked for: where it begins, where it ends, and what it is measured from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.analysis.changes import view
from advisor.domain.bars import PriceHistory
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.market import Provenance
from tests.bazaar import FIRST, LAST, RECORDS, bars_of

BARS = bars_of(RECORDS[0])
HISTORY = PriceHistory(BARS, Provenance("bazaar", "The bazaar", FIRST, LAST, rehearsal=False))


@pytest.mark.parametrize(
    ("span", "base", "last"),
    [
        ("1d", date(2024, 6, 27), LAST),
        ("3d", date(2024, 6, 25), LAST),
        ("2w", date(2024, 6, 14), LAST),
        ("1mo", date(2024, 5, 28), LAST),
        ("18mo", date(2022, 12, 28), LAST),
        ("1y", date(2023, 6, 28), LAST),
        ("3y", date(2021, 6, 28), LAST),
        ("ytd", date(2023, 12, 29), LAST),
        ("2020-01-01", date(2019, 12, 31), LAST),
        ("2020-01-01/2020-12-31", date(2019, 12, 31), date(2020, 12, 31)),
        ("max", FIRST, LAST),
        ("30y", FIRST, LAST),
        ("999y", FIRST, LAST),
        ("2000-01-01", FIRST, LAST),
    ],
)
def test_a_span_is_measured_from_the_last_close_before_it(span: str, base: date, last: date) -> None:
    seen = view(HISTORY, span)
    assert (seen.bars.dates[0].item(), seen.bars.dates[-1].item()) == (base, last)
    assert seen.change.change == pytest.approx(seen.bars.close[-1] / seen.bars.close[0] - 1)
    assert seen.change.end == last
    assert seen.reaches == (base > FIRST or span == "max")


def test_the_52_weeks_are_those_to_the_end_of_the_span() -> None:
    year = view(HISTORY, "2020-01-01/2020-12-31").year
    kept = (BARS.dates > np.datetime64("2020-01-02")) & (BARS.dates <= np.datetime64("2020-12-31"))
    assert (year.high, year.low) == (BARS.high[kept].max(), BARS.low[kept].min())


@pytest.mark.parametrize("span", ["2030-01-01", "2010-01-01/2010-12-31"])
def test_a_time_without_prices_is_refused(span: str) -> None:
    with pytest.raises(NotEnoughHistory):
        view(HISTORY, span)


@pytest.mark.parametrize("span", ["", "5", "0y", "5parsecs", "2020-13-01", "2020-12-31/2020-01-01", "a/b", "1y/2y"])
def test_what_is_no_span_is_refused(span: str) -> None:
    with pytest.raises(InvalidInput, match="5 years"):
        view(HISTORY, span)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(0, len(BARS) - 1), max_size=400),
    st.sampled_from(["1d", "1mo", "5y", "max", "40mo", "2016-05-01"]),
)
def test_days_without_a_close_are_no_days(unknown: list[int], span: str) -> None:
    close = BARS.close.copy()
    close[unknown] = np.nan
    seen = view(replace(HISTORY, bars=replace(BARS, close=close)), span)
    assert np.isfinite(seen.bars.close).all()
    assert not set(seen.bars.dates) & set(BARS.dates[unknown])
