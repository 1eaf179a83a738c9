"""Questions that only some plans need: asked of an income, volunteered of a retirement, and of a debt once a plan misses them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.dialogue import asking
from advisor.dialogue import commands as c
from advisor.dialogue.answers import changed, to_answers
from advisor.dialogue.effects import Do, Say
from advisor.dialogue.engine import Step, step
from advisor.dialogue.later_life import LATER_LIFE, admitted
from advisor.dialogue.state import Answered, State
from advisor.dialogue.understand import understand
from advisor.domain.message import Inbound
from tests.dialogue.test_engine import ANSWERS, BAD_YEAR, FLOW, fill, filled, start

TODAY = date(2026, 11, 20)


def say(text: str, state: State) -> Step:
    return step(state, understand(Inbound("1", text=text), state, FLOW, TODAY), FLOW)


def talk(state: State, *texts: str) -> State:
    for text in texts:
        state = say(text, state).state
    return state


def asked_of(goal: str) -> list[str]:
    state, asked = start(), []
    while state.asking not in (None, "confirm_summary"):
        slot = str(state.asking)
        asked.append(slot)
        state = (
            fill(state, slot, goal if slot == "goal" else ANSWERS.get(slot)).state if slot in ANSWERS else skip(state)
        )
    return asked


def skip(state: State) -> State:
    return step(state, [c.Skip()], FLOW).state


def paid_out(goal: str = "income") -> State:
    return talk(start(), goal, "10 years", "100k", "500")


def indebted(**missing: Any) -> State:
    """A plan was shown whose debt comes first, without its amount."""
    state = filled("debt")
    state = step(state, [c.Fill("debt", 0.19, "19 %")], FLOW).state
    while state.asking != "confirm_bad_year":
        state = fill(state, str(state.asking), ANSWERS[str(state.asking)]).state
    return replace(
        state, facts={"plan_id": "p1", "active": False, "bad_year": BAD_YEAR, "missing": ["debt_amount"]} | missing
    )


def test_an_income_is_asked_what_a_life_needs_and_no_amount_to_reach() -> None:
    asked = asked_of("income")
    assert asked[2:8] == [
        "initial_amount",
        "monthly_amount",
        "income_wanted",
        "pension_monthly",
        "birth_year",
        "wanted_return",
    ]
    assert "target_amount" not in asked


@pytest.mark.parametrize("goal", ["retirement", "home", "growth"])
def test_all_others_are_asked_as_ever(goal: str) -> None:
    assert LATER_LIFE.isdisjoint(asked_of(goal))


def test_who_told_an_age_with_the_time_is_not_asked_for_it() -> None:
    state = talk(start(), "regular income", "when I'm 70, I'm 61", "100k", "500", "2000", "none")
    assert state.asking == "wanted_return"
    assert to_answers(state, FLOW).retirement_age == 70.0


def test_how_long_may_be_said_instead_of_an_age() -> None:
    state = talk(paid_out(), "2000", "none")
    assert state.asking == "birth_year"
    state = talk(state, "20 years")
    assert state.asking == "wanted_return"
    answers = to_answers(state, FLOW)
    assert (answers.spending_years, answers.birth_year) == (20.0, None)


def test_what_is_volunteered_of_a_retirement_counts() -> None:
    state = talk(
        paid_out("retirement"), "my pension is 1,200 a month from 2040", "I want 3,000 a month", "I was born in 1970"
    )
    answers = to_answers(state, FLOW)
    assert (answers.pension_monthly, answers.income_wanted, answers.birth_year) == (1200, 3000, 1970)
    assert answers.pension_from_years == 14.0
    assert answers.monthly_amount == 500
    assert state.asking == "target_amount"


def test_of_a_house_the_same_words_say_nothing() -> None:
    state = talk(paid_out("a house"), "my pension is 1,200 a month")
    assert LATER_LIFE.isdisjoint(state.slots)
    assert (
        to_answers(replace(state, slots=state.slots | {"birth_year": Answered(1970.0, "", 0)}), FLOW).birth_year is None
    )


def test_the_age_at_the_date_goes_by_the_calendar_and_moves_with_the_date() -> None:
    state = talk(paid_out("retirement"), "I was born in 1970")
    assert to_answers(state, FLOW).retirement_age == pytest.approx(2036 + 10 / 12 - 1970.5, abs=0.01)
    later, _ = changed(state, [c.Change("horizon", "add", 3)])
    assert to_answers(later, FLOW).retirement_age == pytest.approx(2039 + 10 / 12 - 1970.5, abs=0.1)
    assert to_answers(talk(state, "make it 12 years"), FLOW).retirement_age == pytest.approx(2038.83 - 1970.5, abs=0.01)


def test_a_year_of_birth_told_with_the_time_outlives_another_time() -> None:
    state = talk(start(), "retirement", "at 65, I'm 46", "make it 12 years")
    answers = to_answers(state, FLOW)
    assert (answers.horizon_years, answers.birth_year) == (12.0, 1980)
    assert answers.retirement_age == pytest.approx(58.3, abs=0.1)


def test_an_age_told_after_the_time_is_counted_from_the_investors_day() -> None:
    state = talk(start(), "retirement", "at 67", "I am 60")
    assert state.value("horizon")["until"] == "2033-11-20"
    assert to_answers(state, FLOW).retirement_age == 67
    sooner, _ = changed(state, [c.Change("horizon", "set", 5)])
    assert to_answers(sooner, FLOW).retirement_age == pytest.approx(65.3, abs=0.1)
    born_before = replace(state, slots=state.slots | {"birth_year": Answered(1965.0, "", 0)})
    assert to_answers(born_before, FLOW).retirement_age == pytest.approx(68.3, abs=0.1)


def test_an_age_stored_without_the_day_still_moves_with_the_year_of_birth() -> None:
    state = talk(start(), "retirement", "at 67", "I am 60")
    stored = state.value("horizon") | {"until": None}
    slots = state.slots | {"horizon": Answered(stored, "", 0), "birth_year": Answered(1965.0, "", 0)}
    assert to_answers(replace(state, slots=slots), FLOW).retirement_age == 68


def test_an_income_may_begin_at_once_and_a_purchase_not() -> None:
    begun = say("now", talk(start(), "regular income"))
    assert begun.state.value("horizon")["years"] == pytest.approx(1 / 12)
    assert Say("starts_at_once") in begun.effects
    assert say("now", talk(start(), "a house")).state.asking == "horizon"


def test_a_pension_by_age_needs_the_age() -> None:
    state = talk(paid_out(), "2000")
    done = say("1200 from age 67", state)
    assert Say("pension_needs_years") in done.effects
    assert done.state.asking == "birth_year"
    assert talk(done.state, "1965", "the pension starts at 67").value("pension_from")["years"] == 6.0


def test_the_amount_of_a_debt_is_asked_once_the_plan_has_been_seen() -> None:
    state = indebted()
    seen = fill(state, "confirm_bad_year", "loss_2").state
    assert seen.asking == "debt_amount"
    told = fill(seen, "debt_amount", {"amount": "6000", "currency": None})
    assert Do("plan") in told.effects
    assert told.state.asking == "confirm_bad_year"
    assert to_answers(told.state, FLOW).debt_amount == 6000


def test_to_skip_it_leaves_the_plan_as_it_is() -> None:
    seen = fill(indebted(), "confirm_bad_year", "loss_2").state
    done = step(seen, [c.Skip()], FLOW)
    assert done.effects == (Do("default_taken", "debt_amount"),)
    assert done.state.asking is None


def test_one_more_plan_serves_both_amounts() -> None:
    both = indebted(missing=["debt_amount", "monthly_spending"])
    first = fill(both, "debt_amount", {"amount": "6000", "currency": None})
    assert Do("plan") not in first.effects
    assert first.state.asking == "monthly_spending"
    assert Do("plan") in fill(first.state, "monthly_spending", {"amount": "1500", "currency": None}).effects


def test_nothing_is_asked_where_nothing_is_missing() -> None:
    assert fill(indebted(missing=[]), "confirm_bad_year", "loss_2").state.asking is None


def test_another_rate_is_another_debt() -> None:
    state = talk(indebted(), "I owe 6,000 at 19 %")
    assert state.value("debt_amount")["amount"] == "6000"
    assert "debt_amount" not in talk(state, "my debt is at 8%").slots
    assert talk(state, "I owe 4,000 at 8 %").value("debt_amount")["amount"] == "4000"


def test_what_was_skipped_is_told_in_whole_sentences() -> None:
    state = paid_out()
    while state.asking != "wanted_return":
        assert "If you skip: " in asking.words(state, FLOW)
        state = skip(state)
    assert to_answers(state, FLOW).income_wanted is None
    assert {"income_wanted", "pension_monthly", "birth_year"} <= set(to_answers(state, FLOW).defaulted)


@given(st.sampled_from([None, *("income", "retirement", "home", "emergency")]), st.sampled_from([None, 0.0, 0.2]))
def test_only_these_questions_are_admitted_or_the_open_one(goal: str | None, debt: float | None) -> None:
    given_ = {"goal": goal, "debt": debt}
    state = State(slots={slot: Answered(value, "", 0) for slot, value in given_.items() if value is not None})
    assert admitted(state, "horizon") <= LATER_LIFE | {"horizon"}
    assert ("debt_amount" in admitted(state, None)) == bool(debt)
    assert ("birth_year" in admitted(state, None)) == (goal in ("income", "retirement"))


@pytest.mark.parametrize("text", ["I paid off half of my debt", "I paid off 3000 of my debt", "paid off some of it"])
def test_after_a_part_payment_the_rest_of_the_debt_is_asked(text: str) -> None:
    state = fill(indebted(active=True), "debt_amount", {"amount": "9000", "currency": None}).state
    done = say(text, state).state
    assert done.value("debt") == 0.19
    assert done.asking == "debt_amount"


def test_a_debt_is_gone_only_where_one_is_named() -> None:
    idle = replace(indebted(active=True), asking=None)
    assert say("I paid off my debt", idle).state.value("debt") == 0.0
    for text in ("I paid off my car", "my loan is not paid off"):
        assert say(text, idle).state.value("debt") == 0.19


def test_what_is_still_owed_is_no_amount_now() -> None:
    state = fill(indebted(), "debt_amount", {"amount": "9000", "currency": None}).state
    state = talk(state, "my debt is now 4000")
    assert (state.value("debt_amount")["amount"], state.value("initial_amount")["amount"]) == ("4000", "10000")


def test_a_target_can_be_taken_out_after_the_plan() -> None:
    state = talk(indebted(), "remove the target")
    assert state.slots["target_amount"].value is None


def test_no_pension_answers_its_own_question() -> None:
    state = talk(paid_out(), "2000", "no pension")
    assert state.slots["pension_monthly"].value is None
    assert state.asking == "birth_year"


def test_a_bare_loss_limit_is_said_back() -> None:
    assert Do("understood", "loss_limit") in say("4", filled("loss_limit")).effects
