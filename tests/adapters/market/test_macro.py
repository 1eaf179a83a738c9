"""The catalogue of macro series: well formed, and nothing known before it is published."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.adapters.market.macro.catalogue import find, load_macro, observed
from advisor.domain.errors import NotOffered, SourceUnavailable

SERIES = st.sampled_from(sorted(load_macro()))
DAYS = st.dates(date(1950, 1, 1), date(2090, 12, 31))


def one(day: date) -> np.ndarray:
    return np.array([day], "datetime64[D]")


def period_end(series: str, day: date) -> date:
    if find(series).frequency == "daily":
        return day
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


@given(series=SERIES, day=DAYS)
def test_nothing_is_known_before_its_period_is_over(series: str, day: date) -> None:
    known = find(series).known_from(one(day))[0].astype(date)
    assert period_end(series, day) < known <= period_end(series, day) + timedelta(days=70)


@given(series=SERIES, day=DAYS, later=st.integers(1, 4000))
def test_a_later_period_is_never_known_earlier(series: str, day: date, later: int) -> None:
    days = np.array([day, day + timedelta(days=later)], "datetime64[D]")
    first, second = find(series).known_from(days)
    assert first <= second


@given(series=SERIES, day=DAYS)
def test_values_are_dated_by_the_first_day_of_their_period(series: str, day: date) -> None:
    period = find(series).periods(one(day))[0].astype(date)
    assert period == (day.replace(day=1) if find(series).frequency == "monthly" else day)
    assert find(series).known_from(one(day)) == find(series).known_from(one(period))


@given(series=SERIES, days=st.sets(st.dates(date(1990, 1, 1), date(2030, 1, 1)), max_size=40), today=DAYS)
def test_observations_are_known_between_their_period_and_their_fetch(series: str, days: set[date], today: date) -> None:
    past = [day for day in days if day <= today]
    given_days = np.array(sorted(past, reverse=True), "datetime64[D]")
    fetched = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    found = observed(find(series), "x", given_days, np.full(len(past), 2.0), fetched, whose="X")
    assert np.all(np.diff(found.days) > np.timedelta64(0, "D"))
    assert np.all(found.known_from >= found.days)
    assert np.all(found.known_from <= np.datetime64(today))
    assert found.estimated
    later = found.known_from < np.datetime64(today)
    np.testing.assert_array_equal(found.known_from[later], find(series).known_from(found.days)[later])


@pytest.mark.parametrize(
    ("series", "period", "known"),
    [
        ("us_cpi", "2014-09-01", "2014-10-24"),  # it came on 22 October 2014
        ("us_10y", "2014-12-31", "2015-01-01"),
        ("us_10y", "2014-12-26", "2014-12-29"),  # a Friday's yield is out on Monday
        ("us_10y_monthly", "2014-11-01", "2014-12-01"),  # the month ended on a Sunday
        ("us_epu_daily", "2014-12-26", "2014-12-27"),
        ("in_10y", "2026-05-01", "2026-06-20"),  # it came on 15 June 2026
        ("china_epu", "2025-02-01", "2025-04-14"),  # it came on 10 March 2025
    ],
)
def test_usual_days_of_publication(series: str, period: str, known: str) -> None:
    assert find(series).known_from(np.array([period], "datetime64[D]"))[0] == np.datetime64(known)


def test_every_series_says_what_it_is_and_where_to_get_it() -> None:
    catalogue = load_macro()
    for name, series in catalogue.items():
        assert series.id == name
        assert series.name
        assert series.country.isupper()
        assert series.unit in ("percent", "index", "usd")
        assert series.frequency in ("daily", "monthly")
        assert series.fred == series.fred.upper() != ""
    assert {
        "vix",
        "us_bill_3m",
        "us_10y",
        "us_cpi",
        "us_core_cpi",
        "us_baa",
        "us_aaa",
        "us_epu_daily",
        "us_epu_monthly",
    } <= (catalogue.keys())
    assert {
        "global_epu",
        "china_epu",
        "india_epu",
        "europe_epu",
        "eur_short_rate",
        "de_10y",
        "in_bill_3m",
        "in_10y",
    } <= (catalogue.keys())
    assert catalogue["us_bill_3m"].yahoo_quoted == "discount"


def test_a_series_that_is_not_ours_is_not_offered() -> None:
    with pytest.raises(NotOffered, match="moon_phase"):
        find("moon_phase")


def test_two_values_of_one_period_are_refused_unless_they_agree() -> None:
    days = np.array(["2014-11-01", "2014-11-30"], "datetime64[D]")
    now = datetime(2015, 1, 1, tzinfo=UTC)
    agreed = observed(find("us_cpi"), "x", days, np.array([236.0, 236.0]), now, whose="X")
    assert agreed.days.tolist() == [date(2014, 11, 1)]
    with pytest.raises(SourceUnavailable, match="two values"):
        observed(find("us_cpi"), "x", days, np.array([236.0, 237.0]), now, whose="X")


def test_values_of_days_to_come_are_refused() -> None:
    with pytest.raises(SourceUnavailable, match="still to come"):
        observed(find("vix"), "x", one(date(2030, 1, 1)), np.array([20.0]), datetime(2025, 1, 1, tzinfo=UTC), whose="X")
