from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analysis.features.macro import macro
from advisor.analysis.features.registry import macro_pair
from advisor.domain.bars import Observations
from advisor.domain.errors import InvalidInput

DAYS = np.arange(np.datetime64("2014-01-01"), np.datetime64("2014-07-01"))


def series(*rows: tuple[str, float, str]) -> Observations:
    """Rows of period, value and day of publication."""
    days, values, known = zip(*rows, strict=True) if rows else ((), (), ())
    return Observations(
        "cpi",
        "test",
        np.array(days, "datetime64[D]"),
        np.array(values, np.float64),
        np.array(known, "datetime64[D]"),
        estimated=False,
        fetched_at=datetime(2014, 7, 1, tzinfo=UTC),
    )


def at(features: np.ndarray, day: str) -> float:
    return float(features[int((np.datetime64(day) - DAYS[0]).astype(int))])


PRICES = series(
    ("2013-12-01", 100.0, "2014-01-16"),
    ("2014-01-01", 101.0, "2014-02-20"),
    ("2013-12-01", 100.4, "2014-02-20"),
    ("2014-02-01", 103.0, "2014-03-18"),
    ("2014-01-01", 101.5, "2014-03-25"),
)


def test_a_figure_counts_from_its_publication_and_not_from_its_period() -> None:
    features = macro(DAYS, {"cpi": PRICES})
    value, change = features.column("cpi"), features.column("cpi_change")
    assert np.isnan(at(value, "2014-01-15"))
    assert (at(value, "2014-01-16"), at(value, "2014-02-19")) == (100.0, 100.0)
    assert np.isnan(at(change, "2014-02-19"))
    assert at(value, "2014-02-20") == 101.0
    assert at(change, "2014-02-20") == pytest.approx(0.6)


def test_a_revision_counts_from_its_own_day_in_the_change_as_well() -> None:
    features = macro(DAYS, {"cpi": PRICES})
    assert at(features.column("cpi_change"), "2014-03-24") == pytest.approx(2.0)
    assert at(features.column("cpi_change"), "2014-03-25") == pytest.approx(1.5)
    assert at(features.column("cpi"), "2014-03-25") == 103.0


def test_a_series_that_is_no_longer_published_becomes_unknown() -> None:
    value = macro(DAYS, {"cpi": series(("2014-01-01", 5.0, "2014-01-02"))}, stale_after=60).column("cpi")
    assert at(value, "2014-03-02") == 5.0
    assert np.isnan(at(value, "2014-03-03"))


def test_an_unknown_figure_leaves_the_last_known_one() -> None:
    gap = series(("2014-01-01", 5.0, "2014-01-02"), ("2014-02-01", np.nan, "2014-02-02"))
    assert at(macro(DAYS, {"rate": gap}).column("rate"), "2014-02-03") == 5.0


def test_several_series_stand_side_by_side_and_none_gives_no_columns() -> None:
    features = macro(DAYS, {"cpi": PRICES, "none": series()})
    assert features.names == ("cpi", "cpi_change", "none", "none_change")
    assert np.isnan(features.column("none")).all()
    assert macro(DAYS, {}).values.shape == (len(DAYS), 0)
    assert [item.name for item in macro_pair("cpi", "Consumer prices")] == ["cpi", "cpi_change"]


def test_days_out_of_order_and_uneven_series_are_refused() -> None:
    with pytest.raises(InvalidInput):
        macro(DAYS[::-1], {"cpi": PRICES})
    with pytest.raises(InvalidInput):
        macro(
            DAYS,
            {"cpi": Observations("cpi", "x", DAYS, np.ones(3), DAYS, estimated=False, fetched_at=PRICES.fetched_at)},
        )


rows = st.lists(st.tuples(st.integers(0, 12), st.integers(-5, 5), st.integers(0, 150)), max_size=25)


def built(items: list[tuple[int, int, int]]) -> Observations:
    month = np.datetime64("2013-06")
    return series(
        *(
            (str((month + period).astype("datetime64[D]")), float(value), str(DAYS[0] + delay))
            for period, value, delay in items
        )
    )


@given(rows, st.integers(0, len(DAYS) - 1))
def test_a_value_is_made_of_what_was_published_by_then_and_of_nothing_else(
    items: list[tuple[int, int, int]], day: int
) -> None:
    everything = macro(DAYS, {"x": built(items)})
    by_then = [item for item in items if item[2] <= day]
    assert np.array_equal(
        macro(DAYS[: day + 1], {"x": built(by_then)}).values, everything.values[: day + 1], equal_nan=True
    )
    known: dict[int, float] = {}
    for period, value, _ in sorted(by_then, key=lambda item: item[2]):
        known[period] = float(value)
    newest = sorted(known)
    expected = [
        known[newest[-1]] if newest else np.nan,
        known[newest[-1]] - known[newest[-2]] if newest[1:] else np.nan,
    ]
    assert np.array_equal(everything.values[day], expected, equal_nan=True)
