"""Utterances that have to be understood whatever else changes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from advisor.dialogue.nlu.durations import find_horizon
from advisor.dialogue.nlu.money import find_money

TODAY = date(2026, 11, 20)
EVERYWHERE = ("en", "en-US", "en-GB", "en-IN", "de", "de-DE", "de-AT", "de-CH", "fr-FR", "ru-RU")
ENGLISH = ("en", "en-US", "en-GB", "en-IN", "en-AU")


@pytest.mark.parametrize("locale", EVERYWHERE)
@pytest.mark.parametrize(
    ("text", "amount", "currency", "per"),
    [
        ("5k", "5000", None, "once"),
        ("£3m", "3000000", "GBP", "once"),
        ("10 lakh", "1000000", None, "once"),
        ("1 crore", "10000000", None, "once"),
        ("1.000,50 €", "1000.50", "EUR", "once"),
        ("€1,000.50", "1000.50", "EUR", "once"),
        ("CHF 1'000.50", "1000.50", "CHF", "once"),
        ("по 5 тысяч в месяц", "5000", None, "month"),
        ("2 Millionen Euro", "2000000", "EUR", "once"),
        ("10万円", "100000", "JPY", "once"),
        ("₹1,50,000", "150000", "INR", "once"),
    ],
)
def test_forms_that_mean_one_thing_are_read_in_every_locale(
    text: str, amount: str, currency: str | None, per: str, locale: str
) -> None:
    readings = find_money(text, locale)
    assert [(reading.amount, reading.currency, reading.per) for reading in readings] == [
        (Decimal(amount), currency, per)
    ]


@pytest.mark.parametrize("locale", ENGLISH)
@pytest.mark.parametrize(
    ("text", "amount", "low", "high"),
    [
        ("20 grand", "20000", None, None),
        ("half a million", "500000", None, None),
        ("between 5 and 10 thousand", "7500", "5000", "10000"),
    ],
)
def test_english_amounts(text: str, amount: str, low: str | None, high: str | None, locale: str) -> None:
    [reading] = find_money(text, locale)
    ends = tuple(None if end is None else Decimal(end) for end in (low, high))
    assert (reading.amount, reading.low, reading.high) == (Decimal(amount), *ends)


@pytest.mark.parametrize("locale", ENGLISH)
@pytest.mark.parametrize(
    ("text", "years", "until"),
    [
        ("5-7 yrs", 6, date(2032, 11, 20)),
        ("by the time I'm 60, I'm 34", 26, date(2052, 11, 20)),
        ("next March", None, date(2027, 3, 1)),
        ("a decade", 10, date(2036, 11, 20)),
    ],
)
def test_english_horizons(text: str, years: float | None, until: date, locale: str) -> None:
    reading = find_horizon(text, TODAY, locale=locale)
    assert reading is not None
    assert reading.until == until
    assert years is None or reading.years == years


@pytest.mark.parametrize("locale", ["en", "de-DE", "fr-FR"])
def test_a_date_of_the_standard_is_read_in_every_locale(locale: str) -> None:
    reading = find_horizon("2031-06-01", TODAY, locale=locale)
    assert reading is not None
    assert reading.until == date(2031, 6, 1)


def test_words_of_another_language_that_may_mean_something_else_are_left_alone() -> None:
    assert find_money("zwanzig", "en") == []
    assert find_money("twenty", "de") == []
    assert find_horizon("nächsten März", TODAY, locale="en", asked=True) is None
