"""Which questions about risk are asked: those that can matter, all thirteen on demand, and one more where two answers disagree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.dialogue import asking, risk_form
from advisor.dialogue import commands as c
from advisor.dialogue.answers import listed, to_answers
from advisor.dialogue.effects import Do, Say
from advisor.dialogue.engine import Step, step
from advisor.dialogue.state import State
from advisor.dialogue.understand import understand
from advisor.domain.message import Inbound
from advisor.profiling import RISK_SLOTS, SCALE_SLOTS, assess, load
from tests.dialogue.test_engine import FLOW, fill, filled, keys, planned, start

FALL = {"drawdown": 0.25, "rise": None}
TORN = {"risk_1": "enjoys", "risk_3": "sell_all"}
MATTERS: dict[str, Any] = {"horizon": {"years": 40.0, "said": "40 years"}, "emergency_fund": 12, "loss_limit": 0.9}


LESS_ROOM: dict[str, Any] = {"horizon": {"years": 10.0, "said": "10 years"}, "emergency_fund": 4, "loss_limit": 0.2}


def until(slot: str, **changes: Any) -> State:
    """A dialogue of somebody with much room for risk, answered as said until this question is open."""
    state, wanted = start(), MATTERS | changes
    for _ in range(40):
        if state.asking == slot or state.asking is None:
            break
        state = fill(
            state, state.asking, wanted.get(state.asking, "leave" if state.asking == "settle_contradiction" else None)
        ).state
    assert state.asking == slot
    return state


def scaled(state: State) -> Step:
    """All thirteen questions answered with their first option."""
    done = step(state, [c.Show("full_scale")], FLOW)
    for slot in SCALE_SLOTS:
        assert done.state.asking == slot
        done = fill(done.state, slot, load()[slot].ids[0])
    return done


def test_questions_that_cannot_matter_are_left_out_and_that_is_said() -> None:
    state = until("risk_4", **LESS_ROOM)
    done = fill(state, "risk_4", "wide_swing")
    assert done.state.asking == "experience"
    assert Say("risk_settled") in done.effects
    answers = to_answers(done.state, FLOW)
    assert answers.not_asked == ("risk_5",)
    assert "risk_5" not in answers.defaulted


def test_a_goal_so_near_that_nothing_may_be_risked_asks_none_of_them() -> None:
    state = until("loss_limit", horizon={"years": 1.0, "said": "a year"})
    done = step(state, [c.Skip()], FLOW)
    assert done.state.asking == "experience"
    assert to_answers(done.state, FLOW).not_asked == RISK_SLOTS


def test_with_more_time_a_question_left_out_is_asked_after_all() -> None:
    state = until("confirm_summary", **LESS_ROOM)
    assert "risk_5" not in state.slots
    longer = step(state, [c.Fill("horizon", {"years": 40.0, "said": "40 years"}, "40 years")], FLOW).state
    longer = fill(longer, "loss_limit", 0.9).state
    assert longer.asking == "risk_5"
    assert fill(longer, "risk_5", "one_in_four").state.asking == "confirm_summary"


def test_an_answer_already_given_is_kept_though_it_would_not_be_asked_now() -> None:
    state = until("confirm_summary")
    assert state.value("risk_5") == "one_in_four"
    nearer = step(state, [c.Fill("horizon", {"years": 6.0, "said": "6 years"}, "6 years")], FLOW).state
    assert to_answers(nearer, FLOW).risk[4] == "one_in_four"
    assert to_answers(nearer, FLOW).not_asked == ()


def test_the_step_counter_never_goes_back_and_never_beyond_its_end() -> None:
    for years in (1.0, 6.0, 40.0):
        state, last = start(), 0
        while state.asking not in (None, "confirm_summary"):
            expected = asking.expects(state, FLOW)
            assert expected is not None
            assert last < expected.step <= expected.steps
            last = expected.step
            slot = str(state.asking)
            state = fill(state, slot, (MATTERS | {"horizon": {"years": years, "said": ""}}).get(slot)).state


def test_a_state_stored_with_a_question_that_is_left_out_now_can_still_be_shown() -> None:
    state = replace(until("experience", horizon={"years": 1.0, "said": ""}), asking="risk_3")
    expected = asking.expects(state, FLOW)
    assert expected is not None
    assert expected.slot == "risk_3"


def test_all_thirteen_replace_the_short_form_and_give_its_result() -> None:
    state = until("confirm_summary")
    done = scaled(state)
    assert done.state.asking == "confirm_summary"
    assert Do("summary") in done.effects
    assert "reasons.willingness.full_scale.low" in keys(done)
    answers = to_answers(done.state, FLOW)
    assert len(answers.full_scale) == 13
    assert answers.not_asked == ()
    assert {slot for slot, _, _ in listed(done.state, FLOW)}.isdisjoint(RISK_SLOTS)
    assert any(r.key.startswith("willingness.full_scale.") for r in assess(answers, 0.05).reasons)
    assert assess(answers, 0.05).willingness != assess(to_answers(state, FLOW), 0.05).willingness


def test_all_thirteen_asked_after_a_plan_make_a_new_plan() -> None:
    done = scaled(planned())
    assert Do("plan") in done.effects
    assert done.state.asking == "confirm_bad_year"


def test_the_short_form_counts_until_all_thirteen_are_there_and_again_when_they_are_left() -> None:
    state = step(until("confirm_summary"), [c.Show("full_scale")], FLOW).state
    half = fill(state, "scale_1", "dares").state
    assert to_answers(half, FLOW).full_scale == ()
    back = step(half, [c.Show("short_form")], FLOW)
    assert back.state.asking == "confirm_summary"
    assert to_answers(back.state, FLOW).risk == to_answers(until("confirm_summary"), FLOW).risk
    again = step(back.state, [c.Show("full_scale")], FLOW).state
    assert again.asking == "scale_2"


def test_all_thirteen_take_back_skip_why_and_digressions_like_any_question() -> None:
    state = step(until("confirm_summary"), [c.Show("full_scale")], FLOW).state
    state = step(state, [c.Skip()], FLOW).state
    assert state.slots["scale_1"].defaulted
    for command in (c.Why(), c.Talk("talk.greeting"), c.Repeat()):
        assert step(state, [command], FLOW).state.asking == "scale_2"
    assert step(state, [c.Back()], FLOW).state.asking == "scale_1"


def test_all_thirteen_asked_for_again_are_asked_anew_and_a_safety_net_needs_none() -> None:
    done = scaled(until("confirm_summary")).state
    assert step(done, [c.Show("full_scale")], FLOW).state.asking == "scale_1"
    safe = step(fill(start(), "goal", "emergency").state, [c.Show("full_scale")], FLOW)
    assert keys(safe) == ["full_scale.no_risk"]
    assert not risk_form.is_full(safe.state)


def test_two_answers_that_disagree_are_asked_about_once_with_three_ways() -> None:
    state = until("settle_contradiction", **TORN)
    expected = asking.expects(state, FLOW)
    assert expected is not None
    assert [option.id for option in expected.options] == ["keep_first", "keep_second", "leave"]
    assert expected.skippable
    said = asking.words(state, FLOW)
    assert "Likes to take chances" in said
    assert "Sell them all" in said
    ways: list[c.Command] = [c.Fill("settle_contradiction", way, "") for way in ("keep_first", "keep_second", "leave")]
    for command in (c.Skip(), *ways):
        assert step(state, [command], FLOW).state.asking == "confirm_summary"


@pytest.mark.parametrize(("way", "withdrawn"), [("keep_first", "risk_3"), ("keep_second", "risk_1"), ("leave", None)])
def test_the_answer_not_kept_counts_as_not_given(way: str, withdrawn: str | None) -> None:
    settled = fill(until("settle_contradiction", **TORN), "settle_contradiction", way).state
    answers = to_answers(settled, FLOW)
    assert answers.withdrawn == ((withdrawn,) if withdrawn else ())
    assert bool(assess(answers, 0.05).contradictions) == (withdrawn is None)


def test_a_correction_of_either_answer_opens_the_matter_again() -> None:
    settled = fill(until("settle_contradiction", **TORN), "settle_contradiction", "keep_first").state
    agreeing = fill(settled, "risk_3", "hold").state
    assert agreeing.asking == "confirm_summary"
    assert to_answers(agreeing, FLOW).withdrawn == ()
    assert fill(agreeing, "risk_3", "sell_all").state.asking == "settle_contradiction"


def test_without_a_contradiction_nobody_is_asked_to_settle_one() -> None:
    assert "settle_contradiction" not in until("confirm_summary").slots


def test_a_wish_edited_in_a_fall_is_flagged_and_undo_keeps_the_former_one() -> None:
    state = replace(planned(), facts=planned().facts | {"market": FALL})
    edited = fill(state, "risk_1", "avoids")
    assert Say("profile.edited_in_drawdown", {"share": "25%"}) in edited.effects
    undone = step(edited.state, [c.Undo()], FLOW)
    assert undone.state.value("risk_1") == "weighs"
    assert not any(risk_form.is_caution(effect) for effect in undone.effects)


def test_a_wish_reopened_by_name_in_a_fall_is_flagged_too() -> None:
    state = replace(planned(), facts=planned().facts | {"market": FALL})
    opened = step(state, [c.Reopen("risk_1")], FLOW).state
    assert opened.asking == "risk_1"
    edited = fill(opened, "risk_1", "avoids")
    assert any(risk_form.is_caution(effect) for effect in edited.effects)
    assert step(edited.state, [c.Undo()], FLOW).state.value("risk_1") == "weighs"


def test_other_edits_and_calm_markets_are_not_flagged() -> None:
    falling = replace(planned(), facts=planned().facts | {"market": FALL})
    assert not any(
        risk_form.is_caution(e) for e in fill(falling, "monthly_amount", {"amount": "300", "currency": None}).effects
    )
    assert not any(risk_form.is_caution(e) for e in fill(planned(), "risk_1", "avoids").effects)
    assert not any(
        risk_form.is_caution(e)
        for e in fill(replace(filled("risk_2"), facts={"market": FALL}), "risk_1", "avoids").effects
    )


def test_the_market_of_a_plan_is_that_of_the_deeper_fall() -> None:
    growth = {"plan": [1.0, 1.1, 1.08], "sixty_forty": [1.0, 1.2, 0.9], "equal_weight": [1.0, 2.0, 0.1]}
    assert risk_form.market_of_plan({"history": {"growth": growth}})["drawdown"] == pytest.approx(0.25)


_pick = st.integers(0, 3)


@settings(max_examples=60, deadline=None)
@given(st.lists(_pick, min_size=30, max_size=30), st.floats(0.2, 45), st.booleans(), st.booleans())
def test_whoever_picks_any_option_or_skips_gets_to_the_summary(
    picks: list[int], years: float, full: bool, skips: bool
) -> None:
    state = fill(start(), "goal", "growth").state
    state = fill(state, "horizon", {"years": years, "said": ""}).state
    if full:
        state = step(state, [c.Show("full_scale")], FLOW).state
    for pick in [*picks, *picks]:
        if state.asking == "confirm_summary":
            break
        expected = asking.expects(state, FLOW)
        assert expected is not None
        if not expected.options or (skips and pick == 0):
            state = step(state, [c.Skip()], FLOW).state
            continue
        chosen = expected.options[pick % len(expected.options)].id
        value = [chosen] if expected.kind == "multichoice" else chosen
        state = step(state, [c.Fill(expected.slot, value, "")], FLOW).state
        assess(to_answers(state, FLOW), 0.05)
    assert state.asking == "confirm_summary"


@pytest.mark.parametrize("text", ["both", "keep both", "leave it"])
def test_both_may_stand_where_answers_contradict(text: str) -> None:
    state = until("settle_contradiction", **TORN)
    commands = understand(Inbound("1", text=text), state, FLOW, date(2026, 11, 20))
    assert step(state, commands, FLOW).state.value("settle_contradiction")["way"] == "leave"
