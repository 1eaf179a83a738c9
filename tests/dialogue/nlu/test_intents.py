"""Intents and the patterns they are written in."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain

import pytest

from advisor.dialogue.nlu.intents import intent_table, recognise
from advisor.dialogue.nlu.lexicon import LANGUAGES
from advisor.dialogue.nlu.packaged import packaged
from advisor.dialogue.nlu.templates import expand


def test_a_pattern_stands_for_all_its_sentences() -> None:
    assert set(expand("[please] (go|step) back {term}")) == {
        ("please", "go", "back", "{term"),
        ("please", "step", "back", "{term"),
        ("go", "back", "{term"),
        ("step", "back", "{term"),
    }


def test_a_group_may_hold_groups() -> None:
    assert set(expand("[ich (will|möchte)|wir wollen] sparen")) == {
        ("ich", "will", "sparen"),
        ("ich", "möchte", "sparen"),
        ("wir", "wollen", "sparen"),
        ("sparen",),
    }


@pytest.mark.parametrize("pattern", ["(one|two", "[one)", "one]", "a | b"])
def test_brackets_that_do_not_match_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"do not match|stands for 0"):
        list(expand(pattern))


def test_a_pattern_that_stands_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="stands for 0 sentences"):
        list(expand(""))


@pytest.mark.parametrize("name", LANGUAGES)
def test_no_sentence_stands_for_two_intents(name: str) -> None:
    seen: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for intent, patterns in packaged(name, "intents.yaml")["intents"].items():
        for words in chain.from_iterable(map(expand, patterns)):
            seen[words].add(intent)
    assert {" ".join(words): intents for words, intents in seen.items() if len(intents) > 1} == {}


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_pattern_without_an_argument_is_recognised_as_its_intent(name: str) -> None:
    wrong = [
        (phrase, intent)
        for phrase, intent in intent_table(name).phrases.items()
        if (found := recognise(phrase, name)) is None or found.intent != intent
    ]
    assert wrong == []


@pytest.mark.parametrize("text", ["Hello, why do you ask?", "ok why do you ask please", "WHY DO YOU ASK???"])
def test_greetings_politeness_and_punctuation_do_not_matter(text: str) -> None:
    found = recognise(text)
    assert found is not None
    assert found.intent == "why"


def test_an_argument_is_given_as_it_was_written() -> None:
    found = recognise("What will BRK.B do next month?")
    assert found is not None
    assert found.arguments == {"symbol": "BRK.B"}


def test_a_slip_scores_less_than_the_pattern() -> None:
    found = recognise("compare strategys")
    assert found is not None
    assert (found.intent, found.score < 1) == ("compare", True)


def test_an_unknown_command_is_named() -> None:
    found = recognise("/moon now")
    assert found is not None
    assert (found.intent, found.arguments) == ("unknown_command", {"name": "moon"})


def test_a_locale_without_words_of_its_own_falls_back_to_english() -> None:
    found = recognise("help", "xx-YY")
    assert found is not None
    assert found.intent == "help"


@pytest.mark.parametrize(
    ("text", "locale", "arguments"),
    [
        ("that was helpful", "en", {"verdict": "good"}),
        ("five stars", "en", {"score": "5"}),
        ("in German", "en", {"language": "German"}),
        ("end session 2", "en", {"number": "2"}),
        ("4 von 5", "de", {"score": "4"}),
        ("Sitzung 2 beenden", "de", {"number": "2"}),
    ],
)
def test_what_an_intent_carries_along(text: str, locale: str, arguments: dict[str, str]) -> None:
    found = recognise(text, locale)
    assert found is not None
    assert found.arguments == arguments


@pytest.mark.parametrize("text", ["in euros", "in a hurry", "link it up", "session of parliament"])
def test_what_only_looks_like_an_argument_is_none(text: str) -> None:
    found = recognise(text)
    assert found is None or found.intent not in ("language", "link", "sessions")


@pytest.mark.parametrize(
    ("text", "intent"),
    [("Zeig mir doch bitte mal meinen Plan", "show_plan"), ("Ist das denn überhaupt sicher?", "is_it_safe")],
)
def test_words_that_change_nothing_may_stand_anywhere(text: str, intent: str) -> None:
    found = recognise(text, "de")
    assert found is not None
    assert found.intent == intent
