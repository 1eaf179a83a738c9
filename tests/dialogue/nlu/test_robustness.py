"""Nothing that can be typed raises, and nothing takes long."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.dialogue.nlu.corrections import find_slots
from advisor.dialogue.nlu.durations import find_horizon
from advisor.dialogue.nlu.intents import recognise
from advisor.dialogue.nlu.money import find_money
from advisor.dialogue.nlu.numbers import find_numbers
from advisor.dialogue.nlu.percent import find_percents
from advisor.dialogue.nlu.slots import CHOICE_SLOTS, MONEY_SLOTS, PERCENT_SLOTS, TIME_SLOTS, Context
from advisor.dialogue.nlu.what_if import find_what_if
from advisor.dialogue.nlu.yesno import read_yes_no
from tests.dialogue.nlu.exactness import OPTIONS, UTTERANCES, cases

TODAY = date(2026, 11, 20)
NUMERIC = MONEY_SLOTS | PERCENT_SLOTS | TIME_SLOTS
ASKED = [None, "currency", "loss_limit", "confirm_summary", "confirm_bad_year", *sorted(NUMERIC | CHOICE_SLOTS)]
SAID = sorted({word for case in [*cases(), *cases(UTTERANCES.with_name("unseen.yaml"))] for word in case.said.split()})
# Words of real messages in any order reach far more of the grammars than arbitrary characters do.
SHUFFLED = st.lists(
    st.sampled_from([*SAID, "-", "/", "%", "$", "1e99", "0/0", "31/02/2030", "99999999999999999999"]), max_size=14
).map(" ".join)
TEXTS = st.one_of(st.text(max_size=120), SHUFFLED)


def read_all(text: str, asked: str | None, locale: str) -> None:
    context = Context(TODAY, asked, locale, options=OPTIONS.get(asked or "", ()))
    find_slots(text, context)
    find_what_if(text, context)
    recognise(text, locale)
    read_yes_no(text, locale)
    find_money(text, locale)
    find_numbers(text, locale)
    find_percents(text, locale, bare=True)
    find_horizon(text, TODAY, None, locale, asked=asked == "horizon")


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.sampled_from(ASKED), st.sampled_from(["en", "en-US", "de_DE", "hi-IN", "ar-EG", "zz", "", "💥"]))
def test_no_text_raises(text: str, asked: str | None, locale: str) -> None:
    read_all(text, asked, locale)


@settings(deadline=None)
@given(SHUFFLED, st.sampled_from(ASKED))
def test_the_same_text_is_always_read_the_same(text: str, asked: str | None) -> None:
    context = Context(TODAY, asked, options=OPTIONS.get(asked or "", ()))
    assert find_slots(text, context) == find_slots(text, context)
    assert find_what_if(text, context) == find_what_if(text, context)


ADVERSARIAL = {
    "numbers": "1 " * 8_192,
    "digits": "9" * 16_384,
    "groups": "1,111" * 3_276,
    "dots": "1.1" * 5_461,
    "number words": "one hundred and " * 1_024,
    "dashes": "-" * 16_384,
    "ranges": "5k-" * 5_461,
    "accents": "a" + "\u0301\u0327" * 8_191,
    "ligatures": "\ufdfa" * 16_384,
    "amounts": "$5 a month and " * 1_092,
    "dates": "april 1 " * 2_048,
    "apostrophes": "a'" * 8_192,
    "halves": "half a " * 2_340,
    "years": "a year and " * 1_489,
    "cues": "my goal is " * 1_489,
    "exclusions": "exclude gold " * 1_260,
    "questions": "what if " * 2_048,
    "brackets": "((((" * 4_096,
}


@pytest.mark.parametrize("name", sorted(ADVERSARIAL))
def test_sixteen_kibibytes_of_anything_take_under_50_ms_of_processor_time(name: str) -> None:
    text = ADVERSARIAL[name]
    context = Context(TODAY, "initial_amount")
    recognise("warm"), find_slots("warm", context), find_what_if("warm", context)
    best = float("inf")
    for _ in range(3):
        start = time.thread_time()
        recognise(text), find_slots(text, context), find_what_if(text, context)
        best = min(best, time.thread_time() - start)
    assert best < 0.050
