"""What has nothing to do with us is told so; what is only hard to read is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from advisor.dialogue import commands as c
from advisor.dialogue.scope import is_about_else, is_out_of_scope, subjects_of
from advisor.dialogue.understand import understand
from advisor.domain.message import Inbound
from tests.dialogue.test_engine import FLOW, filled
from tests.dialogue.test_understand import TODAY

OUT = c.Talk("talk.out_of_scope")
SETTLED = (c.Talk, c.Unreadable, c.Ambiguous, c.Unsure, c.Clarify, c.Tentative, c.Repeat, c.Why)


@pytest.mark.parametrize(
    "text",
    [
        "what's the weather tomorrow", "tell me a joke", "book me a flight to Rome", "how do I fix a python error",
        "who won the world cup", "I have a headache what should I take", "can I sue my landlord", "how many planets are there",
        "is red lobster busy at 6pm", "play some music", "what is the capital of Pakistan's neighbour",
    ],
)  # fmt: skip
def test_other_subjects_are_out_of_scope(text: str) -> None:
    assert is_out_of_scope(text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "Wie wird das Wetter morgen",
        "Erzähl mir einen Witz",
        "Wie binde ich eine Krawatte",
        "Wie viele Kalorien hat ein Ei",
    ],
)
def test_other_subjects_are_out_of_scope_in_german(text: str) -> None:
    assert is_out_of_scope(text, "de")


@pytest.mark.parametrize(
    "text",
    [
        "how much tax do I pay", "what is my income", "how do I move my 401k", "can I lose money", "is my bank safe", "10 years",
        "a house", "500 a month", "I don't know", "asdf", "blue", "purple monkey dishwasher", "thanks a lot", "you are wrong",
        "what did you say", "are you a robot", "what can I ask you",
    ],
)  # fmt: skip
def test_our_subject_talk_and_what_is_only_unreadable_are_not(text: str) -> None:
    assert not is_out_of_scope(text, "en")


@pytest.mark.parametrize(
    "text",
    ["what is 7 x 7", "what is 4 + 7", "how busy is it at 6 at the diner", "what size wipers does this car take"],
)
def test_a_figure_or_a_name_in_a_question_about_something_else_is_no_answer(text: str) -> None:
    assert is_about_else(text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "is 10 years ok",
        "how about a car",
        "what about a trip",
        "can I do 500 a month",
        "a wedding?",
        "would 2030 be fine",
        "5 + 5 years",
    ],
)
def test_an_answer_put_as_a_question_stays_an_answer(text: str) -> None:
    assert not is_about_else(text, "en")


@pytest.mark.parametrize("asked", ["goal", "initial_amount", "horizon"])
@pytest.mark.parametrize(
    "text", ["is red lobster busy at 6pm", "how fast does an airplane travel", "can you tell me what 30% off 279 is"]
)
def test_talk_about_something_else_fills_nothing(text: str, asked: str) -> None:
    assert understand(Inbound("1", text=text), filled(asked), FLOW, TODAY) == (OUT,)


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_word_belongs_to_two_subjects(language: str) -> None:
    subjects = subjects_of(language)
    assert not subjects.ours & subjects.others
    assert len(subjects.others) > 80


def test_published_talk_out_of_every_scope_leads_to_no_wrong_command(shared_data: Path) -> None:
    rows = json.loads((shared_data / "nlu" / "clinc150_finance_dialog_oos.json").read_text("utf-8"))
    texts = [row["text"] for row in rows if row["intent"] == "oos"]
    assert len(texts) == 100
    for asked in ("goal", "initial_amount", "horizon"):
        state = filled(asked)
        said = {text: understand(Inbound("1", text=text), state, FLOW, TODAY) for text in texts}
        wrong = [text for text, commands in said.items() if not all(isinstance(item, SETTLED) for item in commands)]
        assert len(wrong) <= 4, (asked, wrong)
    assert sum(is_out_of_scope(text, "en") for text in texts) >= 75


def test_published_talk_about_money_is_rarely_told_out_of_scope(shared_data: Path) -> None:
    rows = json.loads((shared_data / "nlu" / "clinc150_finance_dialog_oos.json").read_text("utf-8"))
    texts = [
        row["text"]
        for row in rows
        if row["intent"] in ("income", "taxes", "interest_rate", "rollover_401k", "payday", "balance")
    ]
    assert sum(is_out_of_scope(text, "en") for text in texts) <= 0.03 * len(texts)


@pytest.mark.parametrize(
    ("name", "language"), [("unseen_values_en", "en"), ("unseen_values_de", "de"), ("utterances", "en")]
)
def test_answers_that_people_gave_are_not_told_out_of_scope(name: str, language: str) -> None:
    rows = yaml.safe_load((Path(__file__).parent / "nlu" / f"{name}.yaml").read_text("utf-8"))
    groups = {group: rows[group] for group in rows if group not in ("today", "out_of_scope", "intents")}
    said = [str(row[-2]) for group in groups.values() for row in group]
    assert len(said) > 150
    assert not [text for text in said if is_about_else(text, language)]


@given(st.text(max_size=200), st.sampled_from(["en", "de", "xx"]))
def test_no_text_breaks_it(text: str, locale: str) -> None:
    assert is_out_of_scope(text, locale) in (True, False)
    assert not is_about_else(text, locale) or text
