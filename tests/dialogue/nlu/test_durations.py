"""Horizons."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.dialogue.nlu.durations import LONGEST_YEARS, find_horizon, later

TODAY = date(2026, 11, 20)


@settings(deadline=None)
@given(st.integers(1, 80), st.sampled_from(["{} years", "{}y", "in {} yrs", "about {} years", "{}-year"]))
def test_years_come_back(years: int, form: str) -> None:
    reading = find_horizon(form.format(years), TODAY)
    assert reading is not None
    assert reading.years == years
    assert reading.until == TODAY.replace(year=TODAY.year + years)


@settings(deadline=None)
@given(st.integers(1, 900))
def test_months_come_back(months: int) -> None:
    reading = find_horizon(f"{months} months", TODAY)
    assert reading is not None
    assert reading.years == pytest.approx(months / 12)


@settings(deadline=None)
@given(
    st.dates(date(2026, 11, 21), date(2080, 12, 31)), st.sampled_from(["%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%d.%m.%Y"])
)
def test_dates_come_back(day: date, form: str) -> None:
    reading = find_horizon(day.strftime(form), TODAY, locale="en-GB")
    assert reading is not None
    assert reading.until == day


@settings(deadline=None)
@given(st.integers(18, 60), st.integers(1, 40))
def test_an_age_is_counted_from_the_age_now(now: int, years: int) -> None:
    reading = find_horizon(f"I'm {now} and want to retire at {now + years}", TODAY)
    assert reading is not None
    assert (reading.years, reading.age) == (years, now + years)


def test_numeric_dates_are_read_as_the_country_writes_them() -> None:
    for locale, day in (("en-US", date(2030, 1, 6)), ("en-GB", date(2030, 6, 1))):
        reading = find_horizon("1/6/2030", TODAY, locale=locale)
        assert reading is not None
        assert reading.until == day


def test_an_age_without_a_birth_year_says_what_is_missing() -> None:
    reading = find_horizon("until I retire at 67", TODAY)
    assert reading is not None
    assert (reading.needs, reading.age, reading.years, reading.until) == ("birth_year", 67, None, None)
    known = find_horizon("until I retire at 67", TODAY, birth_year=1980)
    assert known is not None
    assert known.years == 21


def test_another_persons_age_is_not_counted_from_the_investors_birth_year() -> None:
    reading = find_horizon("when my son turns 18", TODAY, birth_year=1980)
    assert reading is not None
    assert reading.needs == "current_age"


def test_a_birth_year_that_was_said_is_handed_on() -> None:
    reading = find_horizon("at 65, I was born in 1990", TODAY)
    assert reading is not None
    assert (reading.years, reading.birth_year) == (29, 1990)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("10 years ago", "past"),
        ("in 2010", "past"),
        ("1 June 2020", "past"),
        ("500 years", "too_far"),
        ("in 2290", "too_far"),
        ("9999999 years", "too_far"),
        ("-5 years", "past"),
    ],
)
def test_what_cannot_be_a_horizon_is_flagged(text: str, problem: str) -> None:
    reading = find_horizon(text, TODAY)
    assert reading is not None
    assert reading.problem == problem


def test_the_longest_horizon_is_no_problem() -> None:
    reading = find_horizon(f"{LONGEST_YEARS:.0f} years", TODAY)
    assert reading is not None
    assert reading.problem is None


def test_a_bare_number_counts_only_when_a_horizon_was_asked_for() -> None:
    assert find_horizon("10", TODAY) is None
    assert find_horizon("7%", TODAY, asked=True) is None
    asked = find_horizon("10", TODAY, asked=True)
    assert asked is not None
    assert asked.years == 10


def test_a_range_keeps_both_ends() -> None:
    reading = find_horizon("5-7 yrs", TODAY)
    assert reading is not None
    assert (reading.low, reading.high, reading.years) == (5, 7, 6)


def test_the_29th_of_february_moves_to_the_months_end() -> None:
    reading = find_horizon("1 year", date(2028, 2, 29))
    assert reading is not None
    assert reading.until == date(2029, 2, 28)


@settings(deadline=None)
@given(st.dates(), st.decimals(-(10**7), 10**7), st.decimals(-(10**7), 10**7))
def test_later_stays_within_the_calendar(day: date, months: Decimal, days: Decimal) -> None:
    assert date.min <= later(day, months, days) <= date.max
