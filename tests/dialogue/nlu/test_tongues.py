"""Languages by their names."""

from __future__ import annotations

import pytest

from advisor.dialogue.nlu.intents import recognise
from advisor.dialogue.nlu.tongues import tongue


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("German", "de"),
        ("Deutsch", "de"),
        ("auf", None),
        ("de", "de"),
        ("español", "es"),
        ("Klingon", None),
        ("русский", "ru"),
        ("ja", None),  # a code as well, but a word first
        ("it", None),
        ("hi", None),
    ],
)
def test_a_language_is_known_by_what_people_call_it(said: str, code: str | None) -> None:
    assert tongue(said) == code


@pytest.mark.parametrize(("locale", "said"), [("en", "de"), ("de", "en"), ("de", "ja"), ("en", "hi"), ("de", "da")])
def test_a_code_by_itself_wishes_for_no_language(locale: str, said: str) -> None:
    found = recognise(said, locale)
    assert found is None or found.intent != "language"


@pytest.mark.parametrize(
    ("locale", "said"), [("en", "/language de"), ("de", "auf en"), ("en", "German"), ("de", "Englisch bitte")]
)
def test_a_language_is_wished_for_by_name_or_with_a_word_for_it(locale: str, said: str) -> None:
    found = recognise(said, locale)
    assert found is not None
    assert found.intent == "language"
