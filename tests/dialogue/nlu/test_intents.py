"""Intents and the patterns they are written in."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain

import pytest

from advisor.dialogue.nlu.intents import intent_table, recognise
from advisor.dialogue.nlu.lexicon import packaged
from advisor.dialogue.nlu.templates import expand


def test_a_pattern_stands_for_all_its_sentences() -> None:
    assert set(expand("[please] (go|step) back {term}")) == {
        ("please", "go", "back", "{term"),
        ("please", "step", "back", "{term"),
        ("go", "back", "{term"),
        ("step", "back", "{term"),
    }


def test_a_pattern_that_stands_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="stands for 0 sentences"):
        list(expand(""))


def test_no_sentence_stands_for_two_intents() -> None:
    seen: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for intent, patterns in packaged("en", "intents.yaml")["intents"].items():
        for words in chain.from_iterable(map(expand, patterns)):
            seen[words].add(intent)
    assert {" ".join(words): intents for words, intents in seen.items() if len(intents) > 1} == {}


def test_every_pattern_without_an_argument_is_recognised_as_its_intent() -> None:
    wrong = [
        (phrase, intent)
        for phrase, intent in intent_table("en").phrases.items()
        if (found := recognise(phrase)) is None or found.intent != intent
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
