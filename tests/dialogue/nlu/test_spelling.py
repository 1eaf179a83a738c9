"""Second spellings, abbreviations, and slips beside numbers."""

from __future__ import annotations

import pytest

from advisor.dialogue.nlu.lexer import lex
from advisor.dialogue.nlu.lexicon import lexicon
from advisor.dialogue.nlu.spelling import plainly, repaired, spellings


def mended(text: str, locale: str = "en") -> tuple[str, ...]:
    return repaired(lex(text), lexicon(locale).spelling).words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("two thosand", ("two", "thousand")),
        ("10 yeras", ("10", "years")),
        ("3000 dollers", ("3000", "dollars")),
        ("5 precent", ("5", "percent")),
        ("200 a mounth", ("200", "a", "month")),
        ("5,000-ish dollars", ("5,000", "dollars")),
        ("5kish", ("5", "k")),
        ("thirtyish", ("thirtyish",)),
        ("sep. 2029", ("sep", "2029")),
    ],
)
def test_slips_and_dots_beside_numbers_are_mended(text: str, words: tuple[str, ...]) -> None:
    assert mended(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "there 5 mouths",
        "found 500",
        "200 a night",
        "7 weeds",
        "I decided 3 times",
        "gold bullion 5",
        "the fourth 2",
        "a thosand",
    ],
)
def test_ordinary_words_and_words_far_from_numbers_stay(text: str) -> None:
    assert mended(text) == lex(text).words


def test_a_message_without_anything_to_mend_is_the_same_object() -> None:
    lexed = lex("I have 20k and can save 300 a month")
    assert repaired(lexed, lexicon("en").spelling) is lexed


def test_what_was_said_keeps_its_place() -> None:
    lexed = repaired(lex("about 5,000-ish dollars"), lexicon("en").spelling)
    assert lexed.raw(1, 3) == "5,000-ish dollars"


def test_letters_with_two_spellings() -> None:
    assert plainly("fünfhundertdreißig") == "fuenfhundertdreissig"
    assert set(spellings("größe")) == {"größe", "groeße", "grösse", "groesse"}
    assert spellings("plain") == ("plain",)
