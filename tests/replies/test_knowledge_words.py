"""Entries of the glossary and of the questions: short, plain, no promises, the same in every language; what trust has to say."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from advisor.replies.wording import catalogue, say, under
from tests.replies.reading import READERS, plain

LANGUAGES = ("en", "de")
MOST_WORDS = 60
HIGHEST_GRADE = {"en": 8.0, "de": 8.0}
LEARNED = {"de": {"faq.who_built"}}  # one compound too many in two dozen words
TRUST = ("who_are_you", "is_it_safe", "is_it_a_scam", "how_paid", "privacy")
PROMISES = {
    "en": r"\byou will (?:earn|gain|make|profit)|\bwill (?:rise|grow)\b|can(?:not|'t) lose|always (?:rise|grow|win)",
    "de": r"Sie werden (?:verdienen|gewinnen)|wird (?:steigen|wachsen)|kann nicht verlieren|steigt immer|beste Anlage",
}
languages = pytest.mark.parametrize("language", LANGUAGES)


def entries(language: str) -> Iterator[tuple[str, str]]:
    for group in ("glossary", "faq"):
        for name, text in under(language, group).items():
            yield f"{group}.{name}", text


@languages
def test_there_are_enough_and_each_is_short(language: str) -> None:
    found = dict(entries(language))
    assert len(found) >= 60
    long = {
        key: words
        for key, text in found.items()
        if (words := len(re.findall(r"[^\s–-]+\S*", plain(text)))) > MOST_WORDS
    }
    assert not long


@languages
def test_a_reader_of_grade_8_follows_every_entry(language: str) -> None:
    reader = READERS[language]
    learned = {
        key: round(grade, 1)
        for key, text in entries(language)
        if (grade := reader.grade(text)) > HIGHEST_GRADE[language]
    }
    assert set(learned) <= LEARNED.get(language, set()), learned


@languages
def test_answers_to_questions_use_no_word_of_the_trade(language: str) -> None:
    found = {
        key: hit.group()
        for key, text in entries(language)
        if key.startswith("faq.") and (hit := READERS[language].jargon.search(plain(text)))
    }
    assert not found


@languages
def test_nothing_is_promised_and_nobody_shouts(language: str) -> None:
    promised = {
        key: hit.group()
        for key, text in entries(language)
        if (hit := re.search(PROMISES[language], text, re.IGNORECASE))
    }
    assert not promised
    assert not [key for key, text in entries(language) if "!" in text]


def test_languages_have_the_same_entries_with_the_same_fields() -> None:
    english, german = dict(entries("en")), dict(entries("de"))
    assert list(english) == list(german)
    for key, text in english.items():
        fields = [sorted(set(re.findall(r"\{\w+\}", version))) for version in (text, german[key])]
        assert fields[0] == fields[1], key
        assert text.count("\n- ") == german[key].count("\n- "), key


@languages
def test_entries_name_only_what_the_host_fills_in(language: str) -> None:
    for key, _ in entries(language):
        assert say(language, key, operator="An operator", licence="unlicensed, educational", paid="by the operator")


@languages
def test_the_first_screen_says_who_runs_it_under_which_licence_how_it_is_paid_and_what_it_never_asks_for(
    language: str,
) -> None:
    greeting = say(
        language, "greeting", operator="Ann Example", licence="unlicensed, educational", paid="by nobody else"
    )
    for said in (
        "Ann Example",
        "unlicensed, educational",
        "by nobody else",
        "Codes" if language == "de" else "codes",
        "Wallet" if language == "de" else "wallet",
    ):
        assert said in greeting


@languages
def test_the_scam_answers_name_the_regulator_and_what_to_do(language: str) -> None:
    regulator, bank, nothing = {"en": ("regulator", "bank", "nothing"), "de": ("Aufsicht", "Bank", "nichts")}[language]
    told = dict(catalogue(language))
    assert regulator in told["talk.is_it_a_scam"]
    assert told["faq.scam_check"].count("\n- ") == 5
    assert nothing in told["faq.scam_check"]
    for key in ("scam_secrets", "scam_paid", "scam_screen", "scam_no_payout"):
        assert bank in told[f"faq.{key}"], key


@languages
def test_the_genuine_name_can_be_said(language: str) -> None:
    assert "@genuine_bot" in say(language, "trust.only_telegram", handle="genuine_bot")


@languages
def test_answers_about_trust_stay_plain(language: str) -> None:
    for key in TRUST:
        assert READERS[language].grade(under(language, "talk")[key]) <= 9, key
