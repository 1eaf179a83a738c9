"""Two dialogues of one person become one: nothing that was said is lost, and no amount changes its currency."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from advisor.dialogue import commands as c
from advisor.dialogue import engine, goal_orders, goals
from advisor.dialogue.flows import load
from advisor.dialogue.frames import Frame
from advisor.dialogue.merging import merge
from advisor.dialogue.state import Answered, State

FLOW = load("first_plan")


def state(goal: str | None = None, *, plan: str = "", in_use: bool = False, **answers: Any) -> State:
    made = State(served=("USD", "EUR"), currency="USD")
    for slot, value in ({"goal": goal} if goal else {}).items() | answers.items():
        made = made.with_answer(slot, Answered(value, str(value), 1))
    facts: dict[str, Any] = {"plan_id": plan, goals.GOAL_ID: f"goal-of-{plan}"} if plan else {}
    facts |= {"in_use": plan} if in_use else {}
    return replace(made, facts=facts, done=("rough_picture", "summary", "plan") if plan else ())


def kinds(it: State) -> list[str | None]:
    return [goals.kind(it, key) for key in goals.book(it)]


def test_a_plan_in_use_counts_more_than_a_plan_and_that_more_than_many_answers() -> None:
    used = state("home", plan="a", in_use=True)
    planned = state("car", plan="b")
    answered = state("study", horizon=5, initial_amount=1000, monthly_amount=10, debt=0)
    for here, there in ((used, planned), (planned, used), (used, answered), (answered, used)):
        assert goals.kind(merge(here, there, FLOW).state, "1") == "home"
    for here, there in ((planned, answered), (answered, planned)):
        assert goals.kind(merge(here, there, FLOW).state, "1") == "car"


def test_more_answers_count_more_than_few_and_then_the_later_one() -> None:
    few, many = state("home"), state("car", horizon=5)
    assert goals.kind(merge(few, many, FLOW).state, "1") == "car"
    early = replace(state("home"), seen="2026-01-01T00:00:00+00:00")
    late = replace(state("car"), seen="2026-02-01T00:00:00+00:00")
    assert [goals.kind(merge(*pair, FLOW).state, "1") for pair in ((early, late), (late, early))] == ["car", "car"]


def test_the_other_s_goals_come_after_ours_with_their_plans_and_answers() -> None:
    merged = merge(state("home", plan="a", in_use=True), state("car", plan="b", horizon=3), FLOW)
    assert merged.added == ("2",)
    assert kinds(merged.state) == ["home", "car"]
    assert goals.fact(merged.state, "2", "plan_id") == "b"
    there = goals.turn_to(merged.state, "2", FLOW)
    assert (there.value("horizon"), there.facts["plan_id"], there.value("goal")) == (3, "b", "car")
    assert [goals.book(merged.state)[key].rank for key in ("1", "2")] == [1, 2]


def test_a_goal_that_was_only_begun_and_says_nothing_new_is_not_doubled() -> None:
    merged = merge(state("home", horizon=10, initial_amount=500), state("home", horizon=10), FLOW)
    assert (merged.added, kinds(merged.state)) == ((), ["home"])
    other = merge(state("home", horizon=10, initial_amount=500), state("home", horizon=20), FLOW)
    assert kinds(other.state) == ["home", "home"]


def test_somebody_who_said_nothing_yet_adds_nothing() -> None:
    ours = state("home", horizon=10)
    merged = merge(State(served=("USD",)), ours, FLOW)
    assert (merged.added, kinds(merged.state)) == ((), ["home"])
    assert merged.state.slots == ours.slots


def test_what_only_the_other_side_knows_of_the_person_is_not_asked_again() -> None:
    here = replace(state("home", horizon=10, initial_amount=5000), asking="monthly_amount")
    there = state("car", debt=0.05, experience="some")
    merged = merge(here, there, FLOW).state
    assert (merged.value("debt"), merged.value("experience")) == (0.05, "some")
    assert merged.asking == "monthly_amount"


def test_the_open_question_stays_open_though_the_other_side_answered_it() -> None:
    here = replace(state("home", horizon=10, initial_amount=5000, monthly_amount=50), asking="debt")
    assert merge(here, state("car", debt=0.05), FLOW).state.value("debt") is None


def test_a_plan_that_is_made_keeps_exactly_the_answers_it_was_made_of() -> None:
    here = state("home", plan="a", debt=0)
    merged = merge(here, state("car", experience="some"), FLOW).state
    assert merged.slots == here.slots


def test_amounts_in_another_currency_are_asked_again_and_never_taken_over() -> None:
    here = state("home", plan="a", in_use=True, initial_amount=1000)
    euro = replace(state("car", plan="b", horizon=3, initial_amount=7000, debt_amount=300), currency="EUR")
    merged = merge(here, euro, FLOW)
    assert merged.recounted
    there = goals.turn_to(merged.state, merged.added[0], FLOW)
    assert (there.value("initial_amount"), there.value("debt_amount"), there.value("horizon")) == (None, None, 3)
    assert there.currency == "USD"
    assert "plan" not in there.done
    assert engine.advance(there, FLOW).state.asking == "initial_amount"


def test_language_turn_and_silence_are_those_of_the_side_where_it_goes_on() -> None:
    here = replace(state("home"), locale="en-GB", timezone="Europe/London", turn=9)
    there = replace(state("car", plan="b"), locale="de-DE", turn=40, facts={"plan_id": "b", "quiet": True})
    merged = merge(here, there, FLOW).state
    assert (merged.locale, merged.timezone, merged.turn, merged.facts["quiet"]) == ("en-GB", "Europe/London", 9, True)


def test_the_question_about_the_link_is_gone_and_others_stay() -> None:
    frames = (Frame("satisfaction"), Frame("link_confirm", {"code_hash": "x"}))
    merged = merge(replace(state("home", plan="a"), frames=frames), state("car"), FLOW).state
    assert [frame.name for frame in merged.frames] == ["satisfaction"]


def test_names_stay_different() -> None:
    ours, _ = goal_orders.carry_out(state("home", plan="a"), c.GoalOrder("rename", ("1",), "Nest"), FLOW)
    theirs, _ = goal_orders.carry_out(state("home", plan="b"), c.GoalOrder("rename", ("1",), "nest"), FLOW)
    merged = merge(ours, theirs, FLOW)
    assert sorted(goals.title(merged.state, key) for key in goals.book(merged.state)) == ["Nest", "nest (2)"]


GOALS = st.sampled_from([None, "home", "car", "study"])
PLANS = st.sampled_from(["", "p1", "p2"])


@st.composite
def states(draw: st.DrawFn) -> State:
    plan = draw(PLANS)
    slots = draw(st.dictionaries(st.sampled_from(["horizon", "debt", "initial_amount", "experience"]), st.just(5)))
    made = state(
        draw(GOALS) or ("home" if plan else None), plan=plan, in_use=bool(plan) and draw(st.booleans()), **slots
    )
    made = replace(made, currency=draw(st.sampled_from(["USD", "EUR", None])), turn=draw(st.integers(1, 50)))
    return goals.begin(made) if plan and draw(st.booleans()) else made


@given(states(), states())
def test_nothing_planned_is_lost_and_merging_again_adds_nothing(here: State, there: State) -> None:
    merged = merge(here, there, FLOW).state
    before = {goals.fact(it, key, "plan_id") for it in (here, there) for key in goals.book(it)} - {None}
    found = [goals.fact(merged, key, "plan_id") for key in goals.book(merged)]
    assert before <= set(found)
    assert State.from_json(merged.to_json()) == merged
    ranks = [goals.book(merged)[key].rank for key in goals.listed(merged)]
    assert len(set(ranks)) == len(ranks)
    again = merge(merged, there, FLOW)
    assert goals.book(again.state).keys() == goals.book(merged).keys()
    engine.advance(merged, FLOW)
