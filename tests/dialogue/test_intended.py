"""Questions in the midst of a dialogue: answered from the catalogue, the open question stays."""

from __future__ import annotations

import pytest

from advisor.dialogue import commands as c
from advisor.dialogue.effects import Say
from advisor.dialogue.engine import step
from tests.dialogue.test_engine import FLOW, filled, planned
from tests.dialogue.test_understand import said


@pytest.mark.parametrize(
    "asked", ["goal", "initial_amount", "horizon", "debt", "loss_limit", "risk_3", "confirm_summary"]
)
@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("what is a bond?", "glossary.bond"),
        ("can I lose everything?", "faq.lose_everything"),
        ("they want my seed phrase", "faq.scam_secrets"),
        ("someone promised me 20% a month", "faq.scam_promise"),
        ("is 1% a year a lot for a fund?", "faq.fair_fee"),
        ("what happens to my money if the market crashes?", "faq.crash"),
    ],
)
def test_a_question_is_answered_at_any_moment_and_the_open_one_stays(text: str, key: str, asked: str) -> None:
    state = filled(asked)
    assert said(text, state) == (c.Talk(key),)
    done = step(state, [c.Talk(key)], FLOW)
    assert done.effects[0] == Say(key)
    assert done.state.asking == asked
    assert done.state.tries == state.tries


def test_a_near_tie_is_asked_back_with_the_titles() -> None:
    (command,) = said("why do I need bonds at all?", filled("goal"))
    assert isinstance(command, c.Clarify)
    assert ("Why bonds?", (c.Talk("faq.why_bonds"),)) in command.options
    assert 2 <= len(command.options) <= 3


def test_a_word_without_an_entry_may_be_a_name_and_else_is_said_to_be_unknown() -> None:
    (command,) = said("what is toyota?", filled("goal"))
    assert command == c.Tentative(c.Show("price", "toyota"), (c.Talk("talk.glossary_unknown"),))


def test_a_word_by_itself_may_be_a_name_before_it_is_explained() -> None:
    (command,) = said("gold", planned())
    assert isinstance(command, c.Tentative)
    assert command.show == c.Show("price", "gold")


@pytest.mark.parametrize("text", ["10000", "ten years", "a house", "about half", "no debts"])
def test_an_answer_is_no_question(text: str) -> None:
    for asked in ("goal", "initial_amount", "horizon", "share_of_savings", "debt"):
        assert not {command.key for command in said(text, filled(asked)) if isinstance(command, c.Talk)} & {
            "talk.out_of_scope",
            "talk.glossary_unknown",
        }
