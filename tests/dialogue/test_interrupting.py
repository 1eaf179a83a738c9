"""Something in the middle of something else: it is finished or left, and we are back without asking again what was answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from advisor.dialogue import asking
from advisor.dialogue import commands as c
from advisor.dialogue.engine import Step, step
from advisor.dialogue.state import State
from advisor.dialogue.understand import understand
from advisor.domain.message import Inbound
from tests.dialogue.places import BAD_YEAR
from tests.dialogue.test_engine import FLOW, fill, filled, keys, planned

TODAY = date(2026, 1, 15)


def told(state: State, text: str) -> Step:
    return step(state, understand(Inbound("1", text=text), state, FLOW, TODAY), FLOW)


def slot(state: State) -> str | None:
    expected = asking.expects(state, FLOW)
    return expected.slot if expected else None


def skipped_to_the_end(state: State) -> State:
    for _ in range(40):
        if state.asking == "confirm_bad_year":
            break
        if state.asking == "initial_amount":
            state = fill(state, "initial_amount", {"amount": "500", "currency": None}).state
        else:
            state = step(state, [c.Skip()], FLOW).state
    return state.with_facts(plan_id="p2", goal_id="g2", active=False, bad_year=BAD_YEAR)


def interrupted() -> State:
    """Retirement, begun while a question about the home was open."""
    state = told(filled("debt"), "new goal").state
    for name, value in (("goal", "retirement"), ("horizon", {"years": 25.0, "said": "25 years"})):
        state = fill(state, name, value).state
    return state


def test_a_finished_plan_in_use_is_followed_by_three_suggestions_at_most() -> None:
    done = fill(planned(), "confirm_bad_year", "loss_2").state
    expected = asking.expects(done, FLOW)
    assert expected is not None
    assert expected.slot == "anything_else"
    assert [option.id for option in expected.options] == ["shopping_list", "what_if", "goal_new", "none"]
    assert keys(told(done, "Shopping list")) == ["shopping_list"]
    assert keys(told(done, "no")) == ["session.goodbye_all_done"]
    assert slot(told(done, "new goal").state) == "goal"


def test_a_plan_that_is_set_aside_suggests_to_look_at_it_again() -> None:
    done = step(planned(), [c.Skip()], FLOW).state
    assert done.frame is not None
    assert done.frame.values["suggestions"] == ["activate", "what_if", "plan_why"]
    assert slot(step(done, [c.Reply("anything_else", "activate")], FLOW).state) == "confirm_bad_year"


def test_why_after_a_plan_is_about_the_plan() -> None:
    done = fill(planned(), "confirm_bad_year", "loss_2").state
    assert keys(told(done, "why?")) == ["plan_why"]


def test_one_goal_that_was_left_is_offered_when_the_other_is_done() -> None:
    done = fill(skipped_to_the_end(interrupted()), "confirm_bad_year", "loss_2").state
    assert slot(done) == "resume"
    back = told(done, "yes").state
    assert back.asking == "early_need"  # the debt was told meanwhile
    assert filled("debt").slots.items() <= back.slots.items()
    later = told(done, "no")
    assert keys(later) == ["frames.left_for_later"]
    assert told(later.state, "continue").state.asking == "early_need"


def test_several_that_were_left_are_listed_with_none_of_them() -> None:
    state = told(interrupted(), "new goal").state
    state = fill(fill(state, "goal", "education").state, "horizon", {"years": 9.0, "said": "9 years"}).state
    listed = told(state, "continue").state
    expected = asking.expects(listed, FLOW)
    assert expected is not None
    assert [option.id for option in expected.options] == ["goal_3", "goal_1", "goal_2", "none"]
    assert told(listed, "a home").state.asking == "debt"
    assert told(listed, "education").state.goal == "3"
    assert told(listed, "none").state.asking == listed.asking
    done = fill(skipped_to_the_end(state), "confirm_bad_year", "loss_2").state
    assert slot(done) == "resume_which"
    assert told(done, "2").state.goal == "2"


def test_a_goal_on_hold_is_not_brought_up_again() -> None:
    state = told(interrupted(), "pause the home").state
    done = fill(skipped_to_the_end(state), "confirm_bad_year", "loss_2").state
    assert slot(done) == "anything_else"


def test_half_an_answer_is_still_there_after_another_goal() -> None:
    half = step(filled("debt"), [c.Partial("horizon", "age", {"age": 65})], FLOW).state
    assert half.asking == "horizon"
    away = told(half, "new goal").state
    back = told(fill(away, "goal", "education").state, "switch to the home").state
    assert (back.asking, back.pending) == ("horizon", half.pending)
    assert fill(back, "horizon", {"years": 30.0, "said": "65"}).state.asking == "debt"


def test_with_one_thing_open_continue_just_goes_on() -> None:
    assert keys(told(filled("debt"), "continue")) == ["resumed"]
    assert keys(told(replace(planned(), asking=None).without(), "continue"))


def test_after_all_thirteen_questions_we_are_back_at_the_one_before() -> None:
    state = step(filled("confirm_summary"), [c.Show("full_scale")], FLOW).state
    assert state.asking == "scale_1"
    while state.asking and state.asking.startswith("scale_"):
        last = step(state, [c.Skip()], FLOW)
        state = last.state
    assert state.asking == "confirm_summary"
    assert "frames.back" in keys(last)


def test_a_new_goal_keeps_what_is_known_of_the_person() -> None:
    state = interrupted()
    assert "emergency_fund" not in state.slots
    known = fill(
        fill(told(fill(filled("debt"), "debt", 0).state, "new goal").state, "goal", "education").state, "horizon"
    ).state
    assert known.value("debt") == 0
