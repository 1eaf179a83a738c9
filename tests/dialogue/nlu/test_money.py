"""Amounts of money."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import format_compact_currency, format_currency
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.dialogue.nlu.money import find_money
from advisor.dialogue.nlu.text import clean
from advisor.domain.money import minor_digits

LOCALES = ("en_US", "en_GB", "en_IN", "en_CA", "de_DE", "de_CH", "fr_FR", "es_ES", "it_IT", "pt_BR", "ja_JP", "pl_PL")
CURRENCIES = ("USD", "EUR", "GBP", "JPY", "INR", "CHF", "CAD", "AUD", "BRL", "KRW")


@settings(deadline=None)
@given(st.decimals(0, 10**9, places=2), st.sampled_from(CURRENCIES), st.sampled_from(LOCALES))
def test_an_amount_comes_back_from_every_locales_format(amount: Decimal, currency: str, locale: str) -> None:
    shown = amount.quantize(Decimal(1).scaleb(-minor_digits(currency)))
    written = format_currency(shown, currency, locale=locale)
    readings = find_money(written, locale)
    assert [(reading.amount, reading.currency) for reading in readings] == [(shown, currency)], written


@settings(deadline=None)
@given(st.integers(1, 999), st.sampled_from(["", "K", "M", "B"]), st.sampled_from(["USD", "EUR", "GBP"]))
def test_compact_formats_come_back(number: int, size: str, currency: str) -> None:
    scale = {"": 1, "K": 10**3, "M": 10**6, "B": 10**9}[size]
    written = format_compact_currency(number * scale, currency, locale="en_US")
    reading = find_money(written)[0]
    assert (reading.amount, reading.currency) == (Decimal(number * scale), currency)


@pytest.mark.parametrize(
    ("locale", "settled", "currency"),
    [
        ("en-US", None, "USD"),
        ("en-CA", None, "CAD"),
        ("en-AU", None, "AUD"),
        ("en", None, "USD"),
        ("en-US", "AUD", "AUD"),
        ("en-US", "EUR", "USD"),
    ],
)
def test_a_shared_sign_is_the_settled_currencys_else_the_locales(
    locale: str, settled: str | None, currency: str
) -> None:
    assert find_money("$500", locale, settled)[0].currency == currency


def test_crowns_are_those_of_the_country() -> None:
    assert find_money("500 kr", "nb-NO")[0].currency == "NOK"
    assert find_money("500 kr", "en", "DKK")[0].currency == "DKK"


@pytest.mark.parametrize(
    ("text", "monthly"),
    [
        ("100 a week", "434.52"),
        ("1200 a year", "100.00"),
        ("200 every two weeks", "434.52"),
        ("300 a quarter", "100.00"),
        ("50 a month", "50.00"),
    ],
)
def test_a_cadence_has_its_monthly_equivalent(text: str, monthly: str) -> None:
    assert find_money(text)[0].monthly == Decimal(monthly)


def test_a_single_amount_has_no_monthly_equivalent() -> None:
    assert find_money("5k")[0].monthly is None


def test_a_range_keeps_both_ends_and_its_midpoint() -> None:
    reading = find_money("between 5 and 10 thousand euros a month")[0]
    assert (reading.low, reading.high, reading.amount) == (Decimal(5_000), Decimal(10_000), Decimal(7_500))
    assert (reading.currency, reading.per) == ("EUR", "month")


def test_a_reading_says_what_it_was_read_from() -> None:
    text = "well, I have  about £4,500  saved"
    reading = find_money(text)[0]
    assert reading.raw == "£4,500"
    assert clean(text)[slice(*reading.span)] == reading.raw


def test_a_bare_number_is_told_from_a_sure_amount() -> None:
    assert not find_money("500")[0].marked
    assert find_money("$500")[0].marked
    assert find_money("5k")[0].marked


@pytest.mark.parametrize("text", ["KWD 1.250", "1.250 KWD"])
def test_three_decimals_are_decimals_where_the_currency_has_three(text: str) -> None:
    assert find_money(text)[0].amount == Decimal("1.250")


@pytest.mark.parametrize(
    "text", ["ALL 5 solutions are wrong", "try 5 times", "born in 1990", "I am 34 years old", "5 people", "option 2"]
)
def test_words_that_look_like_currencies_and_counts_are_no_money(text: str) -> None:
    assert all(reading.currency is None for reading in find_money(text))


def test_negative_and_absurd_amounts_are_returned_as_such() -> None:
    assert find_money("-$5")[0].amount == -5
    assert find_money("9" * 60)[0].amount == Decimal("9" * 60)
    assert find_money("1e15")[0].amount == Decimal("1e15")


def test_a_code_behind_says_which_dollar_it_is() -> None:
    assert [find_money(text)[0].currency for text in ("$200 CAD", "CAD 200", "200 CAD", "200$ US")] == [
        "CAD",
        "CAD",
        "CAD",
        "USD",
    ]


def test_cents_are_hundredths() -> None:
    assert find_money("50 cents")[0].amount == Decimal("0.5")


def test_a_percentage_and_an_amount_are_no_range() -> None:
    assert [reading.amount for reading in find_money("up 15 % to $400")] == [400]


def test_words_of_one_amount_are_not_used_for_the_next() -> None:
    assert [(reading.amount, reading.currency) for reading in find_money("50 dollars 40 euros")] == [
        (Decimal(50), "USD"),
        (Decimal(40), "EUR"),
    ]
