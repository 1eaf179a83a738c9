"""Percentages."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_percent
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.dialogue.nlu.percent import find_percents


@settings(deadline=None)
@given(st.decimals(-1000, 1000, places=2), st.sampled_from(["en_US", "de_DE", "fr_FR", "sv_SE", "es_ES"]))
def test_a_percentage_comes_back_from_every_locales_format(percent: Decimal, locale: str) -> None:
    written = format_percent(percent / 100, format="#,##0.00%", locale=locale)
    assert [reading.value for reading in find_percents(written, locale)] == [percent]


def test_a_bare_number_counts_only_when_a_percentage_was_asked_for() -> None:
    assert find_percents("7") == []
    assert find_percents("7", bare=True)[0].marked is False


def test_an_unmarked_fraction_is_returned_as_said_and_flagged() -> None:
    reading = find_percents("0.07", bare=True)[0]
    assert (reading.value, reading.fraction) == (Decimal("0.07"), True)
    assert find_percents("0.07%", bare=True)[0].fraction is False


def test_times_and_ages_are_no_percentages() -> None:
    assert find_percents("10 years", bare=True) == []
    assert find_percents("when I'm 60", bare=True) == []
