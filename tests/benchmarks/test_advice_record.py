"""Plans on the real funds see nothing of the days after them, and the tables of their record can be made."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from benchmarks.advice_record import gathered, report
from benchmarks.told_plans import INVESTORS, quarter_ends
from benchmarks.what_came import Record

pytestmark = pytest.mark.slow

FIRST, DAY, LAST = date(2007, 9, 30), date(2008, 12, 31), date(2009, 12, 31)


@pytest.fixture(scope="module")
def record(shared_data: Path) -> Record:
    """The plans of two years and a quarter, on prices that end with them."""
    return asyncio.run(gathered(shared_data, list(quarter_ends(FIRST, LAST)), last=LAST))[0]


def test_a_plan_is_the_same_where_the_data_ends_on_its_day(record: Record, shared_data: Path) -> None:
    cut, without = asyncio.run(gathered(shared_data, [DAY], last=DAY))
    assert without == []
    (plan,) = cut.told
    whole = next(day for day in record.told if day.day == DAY)
    assert plan.symbols == whole.symbols
    assert plan.yardsticks == whole.yardsticks
    for name in INVESTORS:
        seen, known = plan.plans[name], whole.plans[name]
        assert seen.weights == known.weights
        assert (seen.word, seen.groups) == (known.word, known.groups)
        # Adjusted prices are on the scale of their last day: the same returns but for the last digits.
        figures = [(item.volatility, item.cvar, item.bad_year, item.expected_return) for item in (seen, known)]
        np.testing.assert_allclose(*figures, rtol=1e-9)
        np.testing.assert_allclose((seen.fan, seen.fan_before), (known.fan, known.fan_before), rtol=1e-5)


def test_the_real_plans_are_whole_and_in_their_order(record: Record) -> None:
    assert len(record.told) == len(list(quarter_ends(FIRST, LAST)))
    for day in record.told:
        risks = [day.plans[name].volatility for name in INVESTORS]
        assert risks == sorted(risks)
        for plan in day.plans.values():
            assert sum(plan.weights.values()) == pytest.approx(1.0)
            assert sum(plan.groups.values()) == pytest.approx(1.0)
            (low, high), (low_before, high_before) = plan.fan[-1], plan.fan_before[-1]
            assert low < low_before < high_before < high, "what nobody knows of the mean widens the fan of five years"


def test_the_fall_of_2008_is_in_the_record(record: Record) -> None:
    of_2008 = next(item for item in record.years_after("bold") if item.month == np.datetime64("2007-12"))
    assert of_2008.result < -0.3
    assert of_2008.exceeded
    assert of_2008.risk > of_2008.plan.volatility


def test_every_table_is_made(record: Record) -> None:
    said = "\n".join(report(record, [(date(2002, 9, 30), "There are too few prices.")]))
    for title in (
        "Plans told",
        "Tracks, 2007-10 to 2009-12",
        "Bad years",
        "Inside the 80 % fan",
        "With and without the fall",
    ):
        assert f"### {title}" in said
    assert "nan" not in said
    assert "- No plan on 30 September 2002. There are too few prices." in said
