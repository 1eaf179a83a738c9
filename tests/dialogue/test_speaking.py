"""Another language in the middle of a dialogue: words, options, labels and numbers follow; the place stays."""

from __future__ import annotations

from datetime import date

import pytest

from advisor.dialogue import asking
from advisor.dialogue import commands as c
from advisor.dialogue.effects import Say
from advisor.dialogue.engine import step
from advisor.dialogue.understand import understand
from advisor.domain.message import Inbound
from tests.dialogue.places import BAD_YEAR, start
from tests.dialogue.test_engine import FLOW, filled, keys, planned


@pytest.mark.parametrize(
    ("before", "wished", "after"),
    [
        ("en-US", "de", "de"),
        ("en", "de", "de"),
        ("en-AT", "de", "de-AT"),
        ("de-AT", "en", "en"),
        ("en-GB", "DE_ch", "de-CH"),
        ("en-US", "en-GB", "en-GB"),
    ],
)
def test_the_region_stays_where_the_language_is_spoken_there(before: str, wished: str, after: str) -> None:
    assert step(start(locale=before), [c.SwitchLanguage(wished)], FLOW).state.locale == after


def test_the_region_comes_back_with_the_language_it_belongs_to() -> None:
    there = step(start(), [c.SwitchLanguage("de")], FLOW).state
    assert step(there, [c.SwitchLanguage("en")], FLOW).state.locale == "en-US"


def test_the_next_words_options_and_amounts_are_in_the_new_language() -> None:
    state = planned().with_facts(bad_year=BAD_YEAR)
    english = asking.expects(state, FLOW)
    german_state = step(state, [c.SwitchLanguage("de")], FLOW).state
    german = asking.expects(german_state, FLOW)
    assert english is not None
    assert german is not None
    assert [option.label for option in english.options] == ["$600", "$1,700", "$3,900"]
    assert [option.label.replace("\xa0", " ") for option in german.options] == ["600 $", "1.700 $", "3.900 $"]
    assert asking.words(german_state, FLOW) != asking.words(state, FLOW)
    assert german_state.asking == state.asking
    wrong = step(german_state, [c.Fill("confirm_bad_year", "loss_1", "")], FLOW).effects
    assert [effect.values["amount"].replace("\xa0", " ") for effect in wrong if isinstance(effect, Say)] == ["1.700 $"]


def test_a_language_that_is_not_served_asks_for_one_that_is() -> None:
    done = step(filled("debt"), [c.SwitchLanguage("fr")], FLOW)
    assert done.effects == (Say("language.not_served", {"wished": "French"}),)
    expected = asking.expects(done.state, FLOW)
    assert expected is not None
    assert (expected.slot, [option.label for option in expected.options]) == ("language", ["Deutsch", "English"])
    for words in ("Deutsch", "german"):
        chosen = understand(Inbound("1", text=words), done.state, FLOW, date(2026, 1, 15))
        after = step(done.state, chosen, FLOW).state
        assert (after.locale, after.frame, after.asking) == ("de", None, "debt")


def test_no_language_named_asks_which_and_the_same_one_says_so() -> None:
    assert step(filled("debt"), [c.SwitchLanguage("")], FLOW).state.frame is not None
    assert keys(step(filled("debt"), [c.SwitchLanguage("en")], FLOW)) == ["language.already"]


@pytest.mark.parametrize(("locale", "words"), [("de", "Skip"), ("en-US", "Überspringen"), ("de", "Überspringen")])
def test_a_button_may_be_typed_in_the_language_of_an_earlier_message(locale: str, words: str) -> None:
    state = step(filled("debt"), [c.SwitchLanguage(locale)], FLOW).state
    assert understand(Inbound("1", text=words), state, FLOW, date(2026, 1, 15)) == (c.Skip(),)
