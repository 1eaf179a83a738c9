"""German as data: word order, articles and names, where one table of words has to do what English does otherwise."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.dialogue.nlu.corrections import find_slots
from advisor.dialogue.nlu.goal_words import goal_words
from advisor.dialogue.nlu.intents import recognise
from advisor.dialogue.nlu.slots import ADMITTED_ONLY, Context, named_slot, only_tries, says_nothing_yet
from advisor.dialogue.nlu.what_if import find_what_if

TODAY = date(2026, 11, 20)


def context(asked: str | None = None) -> Context:
    return Context(TODAY, asked, "de-DE", admits=ADMITTED_ONLY)


@pytest.mark.parametrize(
    ("said", "slot"),
    [
        ("meine Sparrate", "monthly_amount"),
        ("den Notgroschen", "emergency_fund"),
        ("Verlustgrenze", "loss_limit"),
        ("Rolf", None),
    ],
)
def test_a_question_is_known_by_its_name_with_an_article(said: str, slot: str | None) -> None:
    assert named_slot(said, "de") == slot


@pytest.mark.parametrize("said", ["wenn Öl auf 40 Dollar fällt", "wenn die Zinsen auf 5 % steigen"])
def test_a_level_before_the_verb_is_no_change(said: str) -> None:
    assert find_what_if(said, context()) == []


@pytest.mark.parametrize("said", ["ein Haus kaufen", "Ich will ein Auto", "eine Reise"])
def test_an_article_is_no_amount(said: str) -> None:
    assert [item.slot for item in find_slots(said, context("initial_amount")) if item.slot != "goal"] == []


def test_a_what_if_may_have_its_comma_or_not() -> None:
    assert only_tries("was ist, wenn ich warte", "de")
    assert only_tries("was ist wenn ich warte", "de")
    assert says_nothing_yet("was wäre, wenn?", "de")


def test_a_goal_is_found_without_the_words_around_it() -> None:
    words = goal_words("de")
    assert words.bare("mein Ziel Weltreise bitte") == "Weltreise"
    assert words.bare("dieses").casefold() in words.this
    assert words.to.split("Auto in Wohnmobil") == ["Auto", "Wohnmobil"]


@given(st.text(max_size=120))
def test_no_text_is_too_strange(text: str) -> None:
    recognise(text, "de")
    find_slots(text, context("horizon"))
    find_what_if(text, context())
