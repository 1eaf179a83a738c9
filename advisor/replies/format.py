"""Figures in the reader's locale. One place rounds, so that a figure reads the same wherever it stands."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent

from advisor.domain.money import minor_digits


@cache
def babel_locale(locale: str) -> Locale:
    """Babel's locale; English for one it does not know."""
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en")


def about(value: float | Decimal, digits: int = 3) -> Decimal:
    """Rounded half-even to that many significant digits: an estimate is not said to the cent."""
    number = Decimal(str(value))
    if number == 0:
        return Decimal(0)
    exponent = number.adjusted() - digits + 1
    return number.quantize(Decimal(1).scaleb(exponent), ROUND_HALF_EVEN) + 0


def roughly(value: float | Decimal, digits: int = 2) -> Decimal:
    """An estimated amount of money: three significant digits, in whole units; below 10 to the currency's smallest, of `digits`."""
    number = Decimal(str(value))
    if abs(number) >= 1000 or number == 0:
        return about(value)
    smallest = Decimal(1) if abs(number) >= 10 else Decimal(1).scaleb(-digits)
    # Rounded once: 40.503 by way of 40.5 would become 40.
    return number.quantize(max(smallest, Decimal(1).scaleb(number.adjusted() - 2)), ROUND_HALF_EVEN)


def money(locale: str, value: float | Decimal | str, currency: str) -> str:
    """An exact amount; decimals only where it has any."""
    amount = Decimal(str(value))
    whole = amount == amount.to_integral_value()
    pattern_digits = 0 if whole else minor_digits(currency)
    rounded = amount.quantize(Decimal(1).scaleb(-pattern_digits), ROUND_HALF_EVEN)
    return str(
        format_currency(
            rounded,
            currency,
            locale=babel_locale(locale),
            currency_digits=False,
            format=_pattern(locale, pattern_digits),
        )
    )


def estimate(locale: str, value: float | Decimal, currency: str) -> str:
    """An estimated amount: three significant digits, and no cents."""
    return money(locale, roughly(value, minor_digits(currency)), currency)


def percent(locale: str, fraction: float, digits: int = 0) -> str:
    """A fraction as a percentage with at most that many decimals."""
    rounded = round(fraction, digits + 2) + 0.0
    return str(format_percent(rounded, format=_percent_pattern(locale, digits), locale=babel_locale(locale)))


def number(locale: str, value: float, digits: int = 1) -> str:
    """A plain number with at most that many decimals."""
    return str(format_decimal(round(value, digits), locale=babel_locale(locale)))


def in_ten(chance: float) -> int:
    """A chance as "n in 10", from 0 to 10: the wording says "fewer than 1" and "more than 9" at the ends."""
    return min(max(round(chance * 10), 0), 10)


def day(locale: str, value: date | str) -> str:
    """A date in words: "1 July 2016"."""
    known = date.fromisoformat(value) if isinstance(value, str) else value
    return str(format_date(known, format="long", locale=babel_locale(locale)))


def month(locale: str, value: date | str) -> str:
    """A month in words, from a date or "2008-02": "February 2008"."""
    known = date.fromisoformat(f"{value}-01"[:10]) if isinstance(value, str) else value
    return str(format_skeleton("yMMMM", known, locale=babel_locale(locale)))


@cache
def _percent_pattern(locale: str, digits: int) -> str:
    """The locale's pattern of percentages with at most that many decimals; some write a space before the sign."""
    standard = babel_locale(locale).percent_formats[None].pattern
    return str(standard.replace("#,##0", "#,##0." + "#" * digits) if digits else standard)


@cache
def _pattern(locale: str, digits: int) -> str:
    """The locale's currency pattern with a fixed number of decimals."""
    standard = babel_locale(locale).currency_formats["standard"].pattern
    fraction = "." + "0" * digits if digits else ""
    head = ";".join(part.replace(".00", fraction) for part in standard.split(";"))
    return str(head)
