"""Going back, undoing and reopening: what was answered is kept, and nothing but the question meant is asked again."""

from __future__ import annotations

from dataclasses import replace

from advisor.dialogue import asking
from advisor.dialogue import commands as c
from advisor.dialogue.effects import Do, Say
from advisor.dialogue.engine import step
from advisor.dialogue.state import TRIES_BEFORE_HELP, Answered
from tests.dialogue.test_engine import ANSWERS, FLOW, fill, filled, keys, planned, start

YEARS_15 = {"years": 15.0, "said": "15 years"}


def test_back_after_a_correction_goes_to_the_question_before_and_keeps_the_correction() -> None:
    state = fill(filled("debt"), "goal", "education").state
    done = step(state, [c.Back()], FLOW)
    assert done.state.asking == "wanted_return"
    assert done.state.value("goal") == "education"


def test_back_does_not_take_out_what_was_volunteered() -> None:
    state = fill(filled("target_amount"), "debt", 0.05).state
    done = step(state, [c.Back()], FLOW)
    assert done.state.asking == "monthly_amount"
    assert done.state.value("debt") == 0.05


def test_back_from_a_plan_in_use_goes_to_the_summary() -> None:
    active = replace(planned(), asking=None)
    active = fill(active, "confirm_bad_year", "loss_2").state
    assert active.asking is None
    done = step(active, [c.Back()], FLOW)
    assert done.state.asking == "confirm_summary"
    assert Do("summary") in done.effects


def test_undo_takes_back_every_correction_of_the_last_message() -> None:
    state = filled("debt")
    both = [c.Fill("horizon", YEARS_15, ""), c.Fill("monthly_amount", {"amount": "300", "currency": None}, "")]
    changed = step(state, both, FLOW).state
    assert changed.value("horizon")["years"] == 15.0
    undone = step(changed, [c.Undo()], FLOW)
    assert undone.state.value("horizon") == ANSWERS["horizon"]
    assert undone.state.value("monthly_amount")["amount"] == "250"
    assert undone.state.asking == "debt"
    assert "nothing_to_undo" in keys(step(undone.state, [c.Undo()], FLOW))


def test_undo_takes_back_the_last_change_also_where_it_replaced_a_default_or_nothing() -> None:
    state = planned()
    state = replace(state, slots=state.slots | {"exclusions": Answered([], "", 0, defaulted=True)}, turn=5)
    state = replace(fill(state, "horizon", YEARS_15).state, turn=6)
    changed = fill(state, "exclusions", ["gold"]).state
    undone = step(changed, [c.Undo()], FLOW)
    assert undone.state.value("exclusions") == []
    assert undone.state.slots["exclusions"].defaulted
    assert undone.state.value("horizon") == YEARS_15
    assert Do("corrected", "exclusions", before=["gold"]) in undone.effects


def test_undo_takes_out_what_was_volunteered() -> None:
    told = fill(replace(fill(filled("debt"), "horizon", YEARS_15).state, turn=4), "experience", "some").state
    undone = step(told, [c.Undo()], FLOW)
    assert "experience" not in undone.state.slots
    assert undone.state.value("horizon") == YEARS_15
    assert Do("taken_back", "experience", before="some") in undone.effects


def test_undo_after_a_restart_means_the_answers_put_aside() -> None:
    fresh = step(filled("debt"), [c.Restart()], FLOW).state
    undone = step(fill(fresh, "horizon", YEARS_15).state, [c.Undo()], FLOW)
    assert undone.state.value("horizon") == ANSWERS["horizon"]
    assert undone.state.value("debt") is None


def test_a_reopened_default_is_the_default_again_after_undo() -> None:
    state = step(filled("wanted_return"), [c.Skip()], FLOW).state
    reopened = step(state, [c.Reopen("wanted_return")], FLOW).state
    undone = step(reopened, [c.Undo()], FLOW)
    assert undone.state.slots["wanted_return"].defaulted
    assert undone.state.asking == "debt"


def test_an_old_plan_is_marked_while_newer_answers_wait() -> None:
    assert "plan.answers_wait" not in keys(step(planned(), [c.Show("show_plan")], FLOW))
    waiting = step(planned(), [c.Reopen("debt")], FLOW).state
    assert keys(step(waiting, [c.Show("show_plan")], FLOW)) == ["plan.answers_wait", "show_plan"]
    assert keys(step(waiting, [c.Show("price", "gold")], FLOW)) == ["price"]


def test_a_second_undo_returns_to_what_was_answered_after_the_restart() -> None:
    fresh = step(filled("debt"), [c.Restart()], FLOW).state
    fresh = fill(fresh, "goal", "growth").state
    back = step(fresh, [c.Undo()], FLOW).state
    assert back.value("goal") == ANSWERS["goal"]
    assert step(back, [c.Undo()], FLOW).state.value("goal") == "growth"


def test_a_question_can_be_reopened_by_its_name_and_the_place_is_kept() -> None:
    done = step(filled("risk_3"), [c.Reopen("income_stability")], FLOW)
    assert done.state.asking == "income_stability"
    assert fill(done.state, "income_stability", "variable").state.asking == "risk_3"


def test_the_same_answer_again_makes_no_new_plan() -> None:
    done = fill(planned(), "horizon", {"years": 10.0, "said": "a decade"})
    assert done.effects == (Do("noted", "horizon"),)
    assert done.state.asking == "confirm_bad_year"


def test_doubt_is_offered_a_skip_and_the_skip_is_said_once() -> None:
    done = step(filled("debt"), [c.Unsure()], FLOW)
    assert done.effects == (Do("skip_offered", "debt"),)
    assert "If you skip" not in asking.words(done.state, FLOW)
    assert step(done.state, [c.Skip()], FLOW).state.asking == "emergency_fund"
    assert Do("needed", "goal") in step(start(), [c.Unsure()], FLOW).effects


def test_the_third_unreadable_answer_lists_the_answers() -> None:
    state = filled("income_stability")
    for number in range(1, TRIES_BEFORE_HELP + 1):
        done = step(state, [c.Unreadable("unreadable.choice")], FLOW)
        assert (Do("more_help", "income_stability") in done.effects) is (number == TRIES_BEFORE_HELP)
        state = done.state
    assert "4. " in asking.more_help(FLOW.slot("income_stability"), state)


def test_half_an_answer_survives_another_fact() -> None:
    half = step(start(), [c.Partial("horizon", "age", {"age": 65})], FLOW).state
    done = fill(half, "initial_amount")
    assert done.state.pending == half.pending
    assert done.state.asking == "horizon"


def test_a_what_if_keeps_the_limits_of_answers() -> None:
    cases = {
        c.Change("horizon", "add", -40): "too_low.past",
        c.Change("monthly_amount", "set", 1e30): "too_high.money",
        c.Change("loss_limit", "set", 5): "too_high.percent",
    }
    for change, key in cases.items():
        done = step(planned(), [c.WhatIf((change,))], FLOW)
        assert keys(done) == [key]
        assert "what_if" not in done.state.facts


def test_the_shopping_list_is_asked_twice_for_each_plan() -> None:
    once = step(planned(), [c.Show("shopping_list")], FLOW)
    assert once.effects == (Do("shopping_list", ""),)
    assert step(once.state, [c.Show("shopping_list")], FLOW).effects == (Do("shopping_list", "again"),)
    other = replace(once.state, facts=once.state.facts | {"plan_id": "p2"})
    assert step(other, [c.Show("shopping_list")], FLOW).effects == (Do("shopping_list", ""),)


def test_no_target_is_an_answer_and_half_a_dollar_is_none() -> None:
    done = step(filled("target_amount"), [c.Fill("target_amount", None, "none", "default.target_amount")], FLOW)
    assert done.state.asking == "wanted_return"
    assert not done.state.slots["target_amount"].defaulted
    assert Say("default.target_amount") in done.effects
    assert "unreadable.initial_amount" in keys(fill(filled("initial_amount"), "initial_amount", {"amount": "0.5"}))


def test_a_plan_and_a_form_come_back_with_the_answers_that_a_restart_put_aside() -> None:
    form = step(filled("loss_limit"), [c.Show("full_scale")], FLOW).state
    for _ in range(3):
        form = step(form, [c.Skip()], FLOW).state
    used = replace(planned(), asking=None).with_facts(in_use="p1", active=True)
    used = used.with_answer("confirm_bad_year", Answered("loss_2", "", 3))
    for before in (form, used):
        anew = fill(step(before, [c.Restart()], FLOW).state, "goal", "education").state
        assert "plan_id" not in anew.facts
        back = step(anew, [c.Undo()], FLOW)
        assert back.state.asking == before.asking
        assert back.state.done == before.done
        assert [effect for effect in back.effects if isinstance(effect, Do)] == []
        again = step(back.state, [c.Undo()], FLOW).state
        assert (list(again.slots), again.value("goal"), again.asking) == (["goal"], "education", "horizon")
