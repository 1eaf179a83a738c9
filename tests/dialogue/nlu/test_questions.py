"""Questions to us, in which no number is an answer."""

from __future__ import annotations

import pytest

from advisor.dialogue.nlu.questions import asks_of_us


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "what does 8 in 10 mean"),
        ("en", "ok but what is 5%?"),
        ("en", "is now a good time to buy"),
        ("en", "how much is 300 a month in 10 years?"),
        ("de", "was heißt 8 von 10"),
        ("de", "ist jetzt ein guter Zeitpunkt"),
        ("de", "wie viel sind 300 im Monat in 10 Jahren?"),
    ],
)
def test_a_question_is_no_answer(locale: str, said: str) -> None:
    assert asks_of_us(said, locale)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "why not 300"),
        ("en", "how about 300?"),
        ("en", "what I can save is 300"),
        ("en", "what is 5%? I say 4%"),
        ("en", "300?"),
        ("en", "I know what is 5%"),
        ("de", "warum nicht 300"),
        ("de", "was ich sparen kann sind 300"),
        ("de", "was ist das? 300"),
    ],
)
def test_an_answer_put_as_a_question_stays_one(locale: str, said: str) -> None:
    assert not asks_of_us(said, locale)
