"""Several goals in one state: what stays, what each keeps for itself, which words mean which goal."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.dialogue import asking, goals
from advisor.dialogue import commands as c
from advisor.dialogue.effects import Do, Say
from advisor.dialogue.engine import Step, advance, step
from advisor.dialogue.state import KeptGoal, State
from advisor.dialogue.understand import understand
from advisor.domain.message import Inbound
from tests.dialogue.test_engine import BAD_YEAR, FLOW, fill, filled, keys, planned, start

TODAY = date(2026, 11, 20)


def said(state: State, text: str) -> tuple[c.Command, ...]:
    return understand(Inbound("1", text=text), state, FLOW, TODAY)


def told(state: State, text: str) -> Step:
    return step(state, said(state, text), FLOW)


def two() -> State:
    """A home with a plan, and retirement with a plan that is worked on."""
    state = told(planned(), "new goal").state
    for slot, value in (("goal", "retirement"), ("horizon", {"years": 25.0, "said": "25 years"})):
        state = fill(state, slot, value).state
    while state.asking not in (None, "confirm_bad_year"):
        state = step(
            state,
            [
                c.Fill("initial_amount", {"amount": "500", "currency": None}, "500")
                if state.asking == "initial_amount"
                else c.Skip()
            ],
            FLOW,
        ).state
    return replace(state, facts=state.facts | {"plan_id": "p2", "active": False, "bad_year": BAD_YEAR})


def test_a_second_goal_asks_nothing_that_belongs_to_the_person() -> None:
    state, asked = told(planned(), "new goal").state, []
    while state.asking not in (None, "confirm_summary"):
        asked.append(state.asking)
        state = fill(state, state.asking).state
    assert asked[:5] == ["goal", "horizon", "initial_amount", "monthly_amount", "target_amount"]
    assert not goals.PERSON & set(asked)
    assert state.value("debt") == 0


def test_what_is_said_with_a_new_goal_is_taken_along() -> None:
    commands = said(planned(), "I also want to save for a car in 5 years")
    assert commands[0] == c.GoalOrder("new")
    assert [item.slot for item in commands[1:] if isinstance(item, c.Fill)] == ["goal", "horizon"]
    assert step(planned(), commands, FLOW).state.asking == "initial_amount"


def test_another_goal_interrupts_the_first_one_which_stays_where_it_is() -> None:
    state = filled("debt")
    done = told(state, "another goal")
    assert keys(done) == ["goals.begun", "goals.left"]
    assert done.state.asking == "goal"
    back = step(done.state, [c.GoalOrder("switch", ("1",))], FLOW).state
    assert back.slots == state.slots
    assert back.asking == "debt"


def test_before_the_first_goal_is_named_there_is_no_other() -> None:
    done = step(start(), [c.GoalOrder("new")], FLOW)
    assert keys(done) == ["goals.finish_first"]
    assert done.state == start()


def test_the_first_goal_is_no_second_one() -> None:
    state = start()
    done = told(state, "I also want to save for a house")
    assert done.state.value("goal") == "home"
    assert done.state.goals == {}


def test_each_goal_comes_back_as_it_was_left() -> None:
    first = planned()
    there = told(two(), "switch to the house")
    assert there.state.slots == first.slots
    assert there.state.facts["plan_id"] == "p1"
    assert Do("show_plan") in there.effects
    back = told(there.state, "go to retirement").state
    assert back.slots == two().slots
    assert back.facts["plan_id"] == "p2"
    assert back.value("horizon")["years"] == 25.0


def test_a_changed_answer_about_the_person_makes_the_plans_of_other_goals_anew() -> None:
    changed = step(two(), [c.Fill("emergency_fund", 1.0, "1 month")], FLOW).state
    there = told(changed, "switch to the house")
    assert keys(there)[0] == "goals.switched_anew"
    assert there.state.asking == "confirm_summary"
    assert there.state.value("emergency_fund") == 1.0
    assert "plan" not in there.state.done


def test_an_answer_about_one_goal_leaves_the_other_alone() -> None:
    changed = step(two(), [c.Fill("horizon", {"years": 30.0, "said": "30 years"}, "30 years")], FLOW).state
    there = told(changed, "switch to the house").state
    assert there.value("horizon")["years"] == 10.0
    assert "plan" in there.done


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("the house", ("1",)), ("retirement goal now, please", ("2",)),
        ("my house goal", ("1",)), ("a home", ("1",)), ("Retirement", ("2",)), ("this goal", ("2",)),
        ("it", ("2",)), ("goal 1", ("1",)), ("the second goal", ("2",)), ("goal 7", ()), ("euros", ()), ("the moon", ()),
        ("monthly", ()), ("b", ()),
    ],
)  # fmt: skip
def test_words_mean_a_goal_or_none(words: str, found: tuple[str, ...]) -> None:
    assert goals.meant(words, two()) == found


@pytest.mark.parametrize(
    "text", ["switch to euros", "drop it", "pause", "close it", "switch to monthly", "go back to the debt"]
)
def test_what_only_looks_like_an_order_is_none(text: str) -> None:
    assert not [item for item in said(two(), text) if isinstance(item, c.GoalOrder)]


def test_with_one_goal_there_is_none_to_switch_to() -> None:
    assert not [item for item in said(planned(), "switch to the house") if isinstance(item, c.GoalOrder)]


def test_two_goals_of_one_kind_have_two_names_and_are_asked_about() -> None:
    state = fill(told(two(), "new goal").state, "goal", "home").state
    assert [goals.title(state, key) for key in ("1", "2", "3")] == ["A home", "Retirement", "A home (2)"]
    done = told(state, "pause the house")
    expected = asking.expects(done.state, FLOW)
    assert expected is not None
    assert [option.label for option in expected.options][:2] == ["A home", "A home (2)"]
    assert keys(told(done.state, "2"))[0] == "goals.now_paused"
    assert done.state.without_frame() == state
    assert told(state, "pause the house (2)").state.frame == done.state.frame
    assert keys(told(state, "close goal 3"))[0] == "goals.now_closed"


@pytest.mark.parametrize(
    ("text", "key", "effect"),
    [
        ("pause the house", "goals.now_paused", Do("goal_status", "1")),
        ("close the house goal", "goals.now_closed", Do("goal_status", "1")),
        ("rename the house to Our place", "goals.renamed", Do("goal_name", "1")),
        ("make retirement first", "goals.ranked", Do("goal_rank", "2")),
    ],
)
def test_an_order_is_told_and_kept_and_undone(text: str, key: str, effect: Do) -> None:
    before = two()
    done = told(before, text)
    assert keys(done)[0] == key
    assert effect in done.effects
    assert goals.book(done.state) != goals.book(before)
    undone = told(done.state, "undo")
    assert keys(undone)[0] == "goals.undone"
    assert effect in undone.effects
    assert goals.book(undone.state) == goals.book(before)
    assert keys(told(undone.state, "undo")) == ["nothing_to_undo"]


def test_closing_the_goal_at_hand_turns_to_another_and_undo_returns() -> None:
    done = told(two(), "close this goal")
    assert done.state.value("goal") == "home"
    assert goals.listed(done.state) == ("1",)
    undone = told(done.state, "undo").state
    assert undone.value("goal") == "retirement"
    assert goals.listed(undone) == ("1", "2")


def test_a_closed_goal_is_not_asked_about() -> None:
    done = told(filled("confirm_summary"), "close this goal")
    assert done.state.asking is None
    assert told(done.state, "reopen this goal").state.asking == "confirm_summary"


def test_a_name_is_readable_and_not_another_goals() -> None:
    assert keys(told(two(), "rename the house to Retirement")) == ["goals.name_taken"]
    assert keys(told(two(), f"rename this goal to {'x' * 81}")) == ["goals.no_name"]
    assert goals.title(told(two(), "rename it to Old age").state, "2") == "Old age"


def test_a_restart_begins_this_goal_anew_and_keeps_the_others() -> None:
    state = replace(two(), facts=two().facts | {"goal_id": "g2"})
    after = told(state, "restart").state
    assert after.asking == "goal"
    assert after.facts["goal_id"] == "g2"
    assert told(fill(after, "goal", "growth").state, "switch to the house").state.facts["plan_id"] == "p1"


def test_a_state_with_several_goals_survives_storage() -> None:
    state = told(two(), "pause the house").state
    assert State.from_json(json.loads(json.dumps(state.to_json()))) == state


def test_a_state_from_before_there_were_goals_reads_as_one_goal() -> None:
    raw = planned().to_json()
    del raw["goal"], raw["goals"]
    state = State.from_json(raw)
    assert goals.book(state) == {"1": KeptGoal()}
    assert goals.title(state, "1") == "A home"


def test_a_goal_of_which_nothing_was_said_is_gone_once_it_is_left() -> None:
    begun = told(planned(), "new goal").state
    assert set(goals.book(begun)) == {"1", "2"}
    assert set(goals.book(told(begun, "switch to the house").state)) == {"1"}


def test_there_is_an_end_to_goals() -> None:
    many = {str(key): KeptGoal(rank=key) for key in range(1, 51)}
    assert keys(told(replace(planned(), goals=many), "new goal")) == ["goals.too_many"]


_KEYS = st.lists(st.sampled_from(["1", "2", "3", "9"]), max_size=2).map(tuple)
_ORDERS = st.builds(
    c.GoalOrder,
    st.sampled_from(["new", "switch", "pause", "close", "resume", "rename", "first"]),
    _KEYS,
    st.text(max_size=5),
)
_OTHERS: st.SearchStrategy[Any] = st.sampled_from(
    [
        c.Undo(),
        c.Back(),
        c.Restart(),
        c.Skip(),
        c.Fill("goal", "home", "home"),
        c.LifeChange("debt", "life.debt_free", 0.0),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(_ORDERS, _OTHERS), max_size=12))
def test_no_sequence_of_orders_raises_or_loses_a_goal(commands: list[c.Command]) -> None:
    state = two()
    for command in commands:
        before, begun = set(goals.book(state)), state.goal
        said = not goals.PERSON.issuperset(state.slots) or bool(state.facts.get("plan_id")) or state.done
        state = step(state, [command], FLOW).state
        assert before - ({begun} if not said else set()) <= set(goals.book(state))
        assert state.goal in goals.book(state)
        assert advance(state, FLOW).state.asking == state.asking
        json.dumps(state.to_json())


def test_of_many_goals_that_may_be_meant_the_names_are_listed() -> None:
    many = {str(key): KeptGoal(name=f"Trip {key}", rank=key) for key in range(1, 6)}
    done = step(replace(planned(), goals=many), [c.GoalOrder("pause", tuple(many))], FLOW)
    assert keys(done) == ["goals.which"]
    assert done.effects[0] == Say("goals.which", {"names": ", ".join(f'"Trip {key}"' for key in many)})
