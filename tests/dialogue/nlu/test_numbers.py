"""Numbers in digits and in words."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.dialogue.nlu.lexicon import lexicon
from advisor.dialogue.nlu.numbers import find_numbers

LOCALES = ("en_US", "en_GB", "en_IN", "de_DE", "de_CH", "fr_FR", "es_ES", "sv_SE", "pt_BR", "hi_IN", "ja_JP", "pl_PL")


def values(text: str, locale: str = "en") -> list[Decimal]:
    return [number.value for number in find_numbers(text, locale)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("five thousand", 5_000),
        ("twenty-one trillion", 21 * 10**12),
        ("three hundred and thirty one", 331),
        ("six crore and two hundred", 60_000_200),
        ("two point five million", 2_500_000),
        ("half a dozen", 6),
        ("1.3e6", 1_300_000),
        ("minus fifty", -50),
        ("- 5", 5),
        ("12,34,567", 1_234_567),
        ("1.234.567,89", Decimal("1234567.89")),
        ("nine hundred ninety-nine", 999),
    ],
)
def test_a_number_is_read(text: str, value: Decimal | int | None) -> None:
    assert values(text) == ([] if value is None else [value])


def test_numbers_that_only_stand_together_stay_apart() -> None:
    assert values("between one hundred and two hundred") == [100, 200]
    assert values("20 thousand and 300 a month") == [20_000, 300]
    assert values("22,24,26") == [22, 24, 26]


@settings(deadline=None)
@given(st.integers(0, 10**15), st.sampled_from(LOCALES))
def test_whole_numbers_come_back_from_every_locales_format(number: int, locale: str) -> None:
    assert values(format_decimal(number, locale=locale), locale) == [number]


@settings(deadline=None)
@given(st.decimals(0, 10**9, places=2), st.sampled_from(LOCALES))
def test_decimals_come_back_from_every_locales_format(number: Decimal, locale: str) -> None:
    assert values(format_decimal(number, format="#,##0.00", locale=locale), locale) == [number]


UNITS = tuple(lexicon("en").numbers.units)[:1] + tuple(
    word for word, value in lexicon("en").numbers.units.items() if value
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def in_words(number: int, *, british: bool) -> str:
    if number < 20:
        return UNITS[number]
    if number < 100:
        return TENS[number // 10] + (f"-{UNITS[number % 10]}" if number % 10 else "")
    for size, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            joiner = " and " if british and rest < 100 else " "
            return f"{in_words(number // size, british=british)} {name}" + (
                joiner + in_words(rest, british=british) if rest else ""
            )
    raise AssertionError(number)


@settings(deadline=None)
@given(st.integers(0, 10**12 - 1), st.booleans())
def test_numbers_in_words_come_back(number: int, british: bool) -> None:
    assert values(in_words(number, british=british)) == [number]
