"""What a locale writes is read back as what was written: money, percentages, years and dates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.dialogue.nlu.durations import find_horizon
from advisor.dialogue.nlu.money import find_money
from advisor.dialogue.nlu.percent import find_percents
from advisor.domain.money import minor_digits

TODAY = date(2026, 11, 20)
LOCALES = st.sampled_from(("en_US", "en_GB", "en_IN", "en_CA", "de_DE", "de_AT", "de_CH"))
CURRENCIES = st.sampled_from(("USD", "EUR", "GBP", "CHF", "JPY", "INR", "SEK", "CAD", "AUD", "PLN"))


@settings(deadline=None)
@given(st.decimals(0, 10**9, places=2), CURRENCIES, LOCALES)
def test_money_comes_back(amount: Decimal, currency: str, locale: str) -> None:
    shown = amount.quantize(Decimal(1).scaleb(-minor_digits(currency)))
    written = format_currency(shown, currency, locale=locale)
    assert [(item.amount, item.currency) for item in find_money(written, locale)] == [(shown, currency)], written


@settings(deadline=None)
@given(st.decimals(0, 10**7, places=2), st.sampled_from(("EUR", "GBP", "CHF", "USD")), LOCALES)
def test_money_with_the_currencys_name_comes_back(amount: Decimal, currency: str, locale: str) -> None:
    written = format_currency(amount, currency, locale=locale, format_type="name")
    assert [(item.amount, item.currency) for item in find_money(written, locale)] == [(amount, currency)], written


@settings(deadline=None)
@given(st.decimals(-100, 1000, places=2), LOCALES)
def test_percentages_come_back(value: Decimal, locale: str) -> None:
    written = format_percent(value / 100, format="#,##0.00 %", locale=locale)
    assert [item.value for item in find_percents(written, locale)] == [value], written


@settings(deadline=None)
@given(st.integers(1, 80), st.sampled_from(("long", "short")), LOCALES)
def test_years_come_back(years: int, length: str, locale: str) -> None:
    written = format_unit(years, "duration-year", length=length, locale=locale)  # type: ignore[arg-type]  # a literal
    reading = find_horizon(written, TODAY, locale=locale)
    assert reading is not None, written
    assert reading.years == years


@settings(deadline=None)
@given(st.integers(1, 900), LOCALES)
def test_months_come_back(months: int, locale: str) -> None:
    written = f"{format_decimal(months, locale=locale)} {format_unit(2, 'duration-month', locale=locale).split()[-1]}"
    reading = find_horizon(written, TODAY, locale=locale)
    assert reading is not None, written
    assert reading.years is not None
    assert abs(reading.years - months / 12) < 1e-9


@settings(deadline=None)
@given(
    st.dates(date(2026, 11, 21), date(2080, 12, 31)),
    st.sampled_from(("medium", "long", "full", "d MMMM yyyy", "yyyy-MM-dd")),
    st.sampled_from(("en_US", "en_GB", "en_IN", "de_DE", "de_AT", "de_CH")),
)
def test_dates_come_back(day: date, form: str, locale: str) -> None:
    written = format_date(day, form, locale=locale)
    reading = find_horizon(written, TODAY, locale=locale)
    assert reading is not None, written
    assert reading.until == day, written


@settings(deadline=None)
@given(st.dates(date(2026, 12, 1), date(2080, 12, 31)), st.sampled_from(("en_US", "en_GB", "de_DE", "de_AT")))
def test_months_with_their_year_come_back(day: date, locale: str) -> None:
    written = format_date(day, "MMMM yyyy", locale=locale)
    reading = find_horizon(written, TODAY, locale=locale)
    assert reading is not None, written
    assert reading.until == day.replace(day=1), written
