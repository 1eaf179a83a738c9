"""Numbers written as one word."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.dialogue.nlu.compounds import compound
from advisor.dialogue.nlu.lexicon import lexicon
from advisor.dialogue.nlu.numbers import find_numbers

ONES = (
    "",
    "ein",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
)
ONES += ("vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn")
TENS = ("", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")


def in_german(number: int, joiner: str = "") -> str:
    """A number below a million as one German word."""
    if number < 20:
        return "eins" if number == 1 else ONES[number]
    if number < 100:
        one = ONES[number % 10]
        return f"{one}und{TENS[number // 10]}" if one else TENS[number // 10]
    for size, name in ((1000, "tausend"), (100, "hundert")):
        if number >= size:
            head = in_german(number // size).removesuffix("s") if number // size == 1 else in_german(number // size)
            rest = in_german(number % size, joiner) if number % size else ""
            return f"{head}{name}{joiner if rest else ''}{rest}"
    raise AssertionError(number)


@settings(deadline=None)
@given(st.integers(1, 999_999), st.sampled_from(["", "und"]), st.booleans())
def test_german_numbers_come_back(number: int, joiner: str, plain: bool) -> None:
    word = in_german(number, joiner)
    if plain:
        for letter, second in (("ß", "ss"), ("ü", "ue"), ("ö", "oe")):
            word = word.replace(letter, second)
    assert [found.value for found in find_numbers(word, "de-DE")] == [number], word


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("anderthalb", "1.5"),
        ("zweieinhalb", "2.5"),
        ("zweieinhalbtausend", "2500"),
        ("eine Viertelmillion", "250000"),
        ("anderthalb Millionen", "1500000"),
        ("zwanzigtausend fünfhundert", "20500"),
        ("zweihundert fünfzig", "250"),
        ("drei Komma sieben fünf", "3.75"),
        ("zwölfhundert", "1200"),
    ],
)
def test_german_numbers_of_more_than_one_kind(text: str, value: str) -> None:
    assert [found.value for found in find_numbers(text, "de-DE")] == [Decimal(value)]


@pytest.mark.parametrize("word", ["hundertwasser", "tausendundwas", "undzwanzig", "einhalb", "zweizwei", "und", ""])
def test_what_only_looks_like_a_number_is_none(word: str) -> None:
    assert compound(word, lexicon("de").numbers.compounds) is None


@pytest.mark.parametrize(("word", "value"), [("twentyfive", 25), ("fivehundred", 500), ("twothousand", 2000)])
def test_english_numbers_without_their_space(word: str, value: int) -> None:
    assert [found.value for found in find_numbers(word)] == [value]
