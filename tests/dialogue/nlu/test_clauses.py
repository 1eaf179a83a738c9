"""Clauses about a part of the money, or about there being none."""

from __future__ import annotations

import pytest

from advisor.dialogue.nlu.clauses import nothing_at_first, without_parts
from advisor.dialogue.nlu.utterance import utterance


@pytest.mark.parametrize(
    ("locale", "said", "rest"),
    [
        ("en", "20k but I need 5k of it next year", "20k "),
        ("en", "20k, 5k of that is my wife's, for 10 years", "20k, for 10 years"),
        ("de", "20k, aber 5k davon brauche ich nächstes Jahr", "20k, "),
        ("en", "20k", None),
        ("en", "half of it", None),
        ("en", "5k of it", None),
    ],
)
def test_a_part_of_an_amount_is_left_out(locale: str, said: str, rest: str | None) -> None:
    assert without_parts(said, locale) == rest


@pytest.mark.parametrize(
    ("locale", "said", "none"),
    [
        ("en", "nothing yet, but 300 a month", True),
        ("de", "noch nichts, aber 300 im Monat", True),
        ("en", "20k, but 300 a month", False),
        ("en", "300 a month", False),
        ("en", "well, 300 a month", False),
    ],
)
def test_nothing_is_heard_before_what_there_is(locale: str, said: str, none: bool) -> None:
    assert (nothing_at_first(utterance(said, locale)) is not None) is none
