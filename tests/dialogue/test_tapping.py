"""Buttons: of the open question, of a system question, always good ones, and old ones, which fill nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from advisor.dialogue import commands as c
from advisor.dialogue.engine import Step, step
from advisor.dialogue.state import State
from advisor.dialogue.understand import understand
from advisor.domain.message import Inbound
from tests.dialogue.test_engine import FLOW, fill, filled, keys, planned

TODAY = date(2026, 1, 15)


def tap(state: State, *choice: str, seen: int | None) -> tuple[c.Command, ...]:
    return understand(Inbound("1", choice=choice, seen_turn=seen), state, FLOW, TODAY)


def tapped(state: State, *choice: str, seen: int | None) -> Step:
    return step(state, tap(state, *choice, seen=seen), FLOW)


def numbered(until: str) -> State:
    """As `filled`, with turns counted as a dialogue counts them: each question is open since the turn that asked it."""
    state = replace(filled("goal"), turn=1, since=1)
    while state.asking != until:
        asked = str(state.asking)
        state = fill(state, asked).state
        state = replace(state, turn=state.turn + 2, since=state.turn + 2)
    return state


def test_a_button_of_the_open_question_counts_also_after_a_digression() -> None:
    state = numbered("income_stability")
    later = replace(step(state, [c.Why()], FLOW).state, turn=state.turn + 2)
    assert tap(later, "steady", seen=state.turn) == (c.Fill("income_stability", "steady", "steady"),)


def test_an_old_button_never_fills_the_slot_of_another_question() -> None:
    state = numbered("risk_3")
    for choice in ("hold", "steady", "half", "nonsense"):
        done = tapped(state, choice, seen=3)
        assert done.state.slots == state.slots
        assert done.state.asking == "risk_3"


def test_an_old_button_offers_to_change_the_answer_to_its_question() -> None:
    state = numbered("risk_3")
    seen = state.slots["income_stability"].turn
    offered = tapped(state, "variable", seen=seen)
    assert offered.state.frame is not None
    assert offered.state.frame.values == {"slot": "income_stability", "value": "variable", "raw": "variable"}
    assert step(offered.state, [c.Reply("change_answer", "yes")], FLOW).state.value("income_stability") == "variable"
    kept = step(offered.state, [c.Reply("change_answer", "no")], FLOW)
    assert keys(kept) == ["frames.unchanged"]
    assert kept.state.slots == state.slots
    assert step(offered.state, [c.Reply("change_answer", "yes")], FLOW).state.asking == "risk_3"


def test_an_old_button_with_the_answer_that_was_given_says_so() -> None:
    state = numbered("risk_3")
    assert keys(tapped(state, "steady", seen=state.slots["income_stability"].turn)) == ["stale.same"]


def test_an_old_button_of_a_plan_brings_none_into_use() -> None:
    state = replace(planned(), turn=41, since=41)
    for choice in ("loss_1", "loss_2"):
        assert keys(tapped(state, choice, seen=39)) == ["stale_button"]
    assert tapped(state, "yes", seen=39).state.slots == state.slots


def test_an_old_yes_is_none_for_a_newer_question() -> None:
    state = replace(numbered("debt"), turn=21, since=19)
    state = replace(step(state, [c.Erase()], FLOW).state, turn=23, framed=23)
    assert tap(state, "yes", seen=21) == (c.Talk("stale_button"),)
    assert tap(state, "yes", seen=23) == (c.Reply("confirm_erase", "yes"),)


def test_a_button_of_the_question_below_a_system_question_still_answers_it() -> None:
    state = numbered("income_stability")
    state = replace(step(state, [c.Erase()], FLOW).state, turn=state.turn + 2, framed=state.turn + 2)
    assert tap(state, "steady", seen=state.since) == (c.Fill("income_stability", "steady", "steady"),)


@pytest.mark.parametrize("word", ["skip", "back"])
def test_an_old_skip_does_not_skip_what_is_open_now(word: str) -> None:
    state = numbered("debt")
    assert understand(Inbound("1", text=word, seen_turn=state.since - 2), state, FLOW, TODAY) == (
        c.Talk("stale_button"),
    )
    assert understand(Inbound("1", text=word, seen_turn=state.since), state, FLOW, TODAY) != (c.Talk("stale_button"),)
    assert understand(Inbound("1", text=word), state, FLOW, TODAY) != (c.Talk("stale_button"),)


def test_buttons_that_are_always_good_never_grow_old() -> None:
    assert tap(planned(), "costs", seen=1) == (c.Show("costs"),)
    assert tap(planned(), "goal_1", seen=1) == (c.GoalOrder("switch", ("1",)),)


def test_several_answers_of_an_old_question_can_be_meant() -> None:
    state = replace(numbered("confirm_summary"))
    offered = tapped(state, "gold", "commodity", seen=state.slots["exclusions"].turn).state
    assert offered.frame is not None
    assert offered.frame.values["value"] == ["gold", "commodity"]
