"""The search of glossary and questions: what it finds, what it must leave alone, and how wrong letters are borne."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.dialogue.asked import asks, index_of, words_of
from advisor.dialogue.knowledge import Hit, Near, find, title
from advisor.dialogue.nlu.lexicon import packaged
from advisor.replies.wording import known, under

FOLDER = Path(__file__).with_name("knowledge")
LANGUAGES = ("en", "de")
# Right answers and false ones, of all in the file; what is wrong stands in docs/trust.md.
RIGHT = {"en": 191, "de": 186}
FALSE = {"en": 0, "de": 1}
languages = pytest.mark.parametrize("language", LANGUAGES)


def questions(language: str) -> Iterator[tuple[str, set[str]]]:
    """Every question with the keys that answer it; none where nothing may be answered."""
    raw: dict[str, Any] = yaml.safe_load((FOLDER / f"questions_{language}.yaml").read_text("utf-8"))
    for rows in raw.values():
        for text, wanted in rows:
            yield text, set() if wanted == "-" else set(wanted.split(" | "))


def key_of(found: Hit | Near | None) -> str:
    return found.key if isinstance(found, Hit) else ""


@languages
def test_questions_of_people_find_their_entry(language: str) -> None:
    answered = [(text, wanted) for text, wanted in questions(language) if wanted]
    wrong = [text for text, wanted in answered if key_of(find(text, language)) not in wanted]
    assert len(answered) >= 150
    assert len(answered) - len(wrong) >= RIGHT[language], wrong


@languages
def test_what_is_about_something_else_is_not_answered(language: str) -> None:
    others = [text for text, wanted in questions(language) if not wanted]
    false = [text for text in others if key_of(find(text, language))]
    assert len(others) >= 45
    assert len(false) <= FALSE[language], false


@languages
def test_no_question_is_answered_with_another_entry(language: str) -> None:
    mistaken = [
        text
        for text, wanted in questions(language)
        if wanted and (key := key_of(find(text, language))) and key not in wanted
    ]
    assert not mistaken


@languages
def test_every_way_of_asking_leads_to_its_entry_or_to_a_choice_that_holds_it(language: str) -> None:
    lost = []
    for key, ways in packaged(language, "asked.yaml")["entries"].items():
        for way in ways:
            found = find(str(way), language, asked=True)
            offered = (found.key,) if isinstance(found, Hit) else found.keys if isinstance(found, Near) else ()
            silent = index_of(language).grammar.silent | index_of(language).grammar.asks
            only_asks = silent.issuperset(str(way).lower().rstrip("?").split())
            if offered and key not in offered and not only_asks:
                lost.append((way, key, offered))
    assert not lost


@languages
def test_every_entry_has_ways_of_asking_and_every_way_an_entry(language: str) -> None:
    asked = set(packaged(language, "asked.yaml")["entries"])
    assert len(asked) > 60
    assert all(known(language, key) for key in asked)
    for group in ("glossary", "faq"):
        assert {f"{group}.{name}" for name in under(language, group)} <= asked


def test_both_languages_explain_the_same() -> None:
    entries = [set(packaged(language, "asked.yaml")["entries"]) for language in LANGUAGES]
    assert entries[0] == entries[1]


@pytest.mark.parametrize(
    ("text", "language", "key"),
    [
        ("volatilty", "en", "glossary.volatility"),
        ("what is diworsification", "en", "glossary.diversification"),
        ("inflaton?", "en", "glossary.inflation"),
        ("ETFs", "en", "glossary.etf"),
        ("robo advisors", "en", "glossary.robo_advisor"),
        ("Was sind Fondsgebühren?", "de", "glossary.expense_ratio"),
        ("Was ist eine Volatilitaet", "de", "glossary.volatility"),
        ("Diversifikazion", "de", "glossary.diversification"),
        ("Was sind Firmenanleihen", "de", "glossary.corporate_bond"),
    ],
)
def test_plurals_slips_and_compounds_are_borne(text: str, language: str, key: str) -> None:
    assert key_of(find(text, language)) == key


def test_a_compound_is_taken_apart_into_words_that_entries_have() -> None:
    index = index_of("de")
    assert "bankanleihe" not in index.weights
    said = [word.stem for word in words_of("Bankanleihe", index)]
    assert said == [index.grammar.stem("bank"), index.grammar.stem("anleihe")]


def test_of_two_that_are_as_near_neither_is_guessed() -> None:
    found = find("why do I need bonds at all", "en")
    assert isinstance(found, Near)
    assert 2 <= len(found.keys) <= 3
    assert "faq.why_bonds" in found.keys


def test_only_the_question_counts_of_a_longer_message() -> None:
    assert key_of(find("I have two kids and a dog. We live in Leeds. What is a bond?", "en")) == "glossary.bond"


def test_a_message_longer_than_a_question_is_not_searched() -> None:
    assert find("bond " + "elephant " * 60, "en") is None


def test_a_title_says_what_an_entry_is_about() -> None:
    assert title("faq.crash", "en") == "What if the market crashes?"
    with pytest.raises(KeyError):
        title("faq.nothing", "en")


@languages
def test_titles_tell_entries_apart(language: str) -> None:
    titles = list(index_of(language).titles.values())
    assert len(set(titles)) == len(titles)
    assert all(name[0].isupper() or name[0].isdigit() for name in titles)


@pytest.mark.parametrize(
    ("text", "language", "is_asked"),
    [
        ("what is a bond", "en", True),
        ("so what exactly are these", "en", True),
        ("is it safe", "en", True),
        ("a bond?", "en", True),
        ("we have a mortgage at 3.5%", "en", False),
        ("10 years", "en", False),
        ("Und wie geht das", "de", True),
        ("ein Haus", "de", False),
    ],
)
def test_a_question_is_told_by_its_form(text: str, language: str, is_asked: bool) -> None:
    assert asks(text, language) is is_asked


@given(st.text(max_size=200), st.sampled_from(LANGUAGES))
def test_no_text_breaks_the_search(text: str, language: str) -> None:
    found = find(text, language)
    if isinstance(found, Hit):
        assert 0 < found.score <= 1 + 1e-9
        assert known(language, found.key)
    elif found is not None:
        assert 1 <= len(found.keys) <= 3
    assert find(text, language) == found


@settings(max_examples=30)
@given(st.sampled_from(sorted(packaged("en", "asked.yaml")["entries"])), st.sampled_from(["", "?", "!", " please"]))
def test_signs_capitals_and_politeness_change_nothing(key: str, end: str) -> None:
    name = str(packaged("en", "asked.yaml")["entries"][key][0]).rstrip("?")
    assert find(name.upper() + end, "en", asked=True) == find(name, "en", asked=True)
