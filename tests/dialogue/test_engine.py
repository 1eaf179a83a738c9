"""The engine: order of questions, corrections, digressions, and that nothing makes it raise."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.dialogue import asking
from advisor.dialogue import commands as c
from advisor.dialogue.effects import Do, Say
from advisor.dialogue.engine import Step, advance, step
from advisor.dialogue.flows import SlotStep, load
from advisor.dialogue.retreat import applies
from advisor.dialogue.state import State

FLOW = load("first_plan")
BAD_YEAR = {
    "amount": "1700",
    "label": "$1,700",
    "right": "loss_2",
    "options": [{"id": f"loss_{n}", "label": f"${a}", "amount": a} for n, a in ((1, "600"), (2, "1700"), (3, "3900"))],
}
ANSWERS: dict[str, Any] = {
    "goal": "home",
    "horizon": {"years": 10.0, "said": "10 years"},
    "initial_amount": {"amount": "10000", "currency": None},
    "monthly_amount": {"amount": "250", "currency": None},
    "target_amount": {"amount": "60000", "currency": None},
    "wanted_return": 0.04,
    "debt": 0,
    "emergency_fund": 4,
    "income_stability": "steady",
    "share_of_savings": "half",
    "early_need": "unlikely",
    "loss_limit": 0.2,
    "risk_1": "weighs",
    "risk_2": "as_planned",
    "risk_3": "hold",
    "risk_4": "wide_swing",
    "risk_5": "one_in_four",
    "experience": "some",
    "exclusions": ["gold"],
    "confirm_summary": "yes",
}
ORDER = list(ANSWERS)


def start(**fields: Any) -> State:
    return advance(State(locale="en-US", currency="USD", **fields), FLOW).state


def fill(state: State, slot: str, value: Any = None) -> Step:
    return step(state, [c.Fill(slot, ANSWERS[slot] if value is None else value, "said")], FLOW)


def filled(until: str) -> State:
    """A dialogue in which everything before `until` was answered, so that `until` is the open question."""
    state = start()
    for slot in ORDER:
        if state.asking == until:
            break
        state = fill(state, slot).state
    assert state.asking == until
    return state


def planned() -> State:
    state = filled("confirm_bad_year")
    return replace(state, facts={"plan_id": "p1", "active": False, "bad_year": BAD_YEAR})


def keys(done: Step) -> list[str]:
    return [effect.key if isinstance(effect, Say) else effect.what for effect in done.effects]


def test_asks_the_slots_of_the_contract_in_their_order() -> None:
    everything_matters = {"horizon": {"years": 40.0, "said": "40 years"}, "loss_limit": 0.9, "emergency_fund": 12}
    state, asked = start(), []
    while state.asking in ANSWERS:
        asked.append(state.asking)
        state = fill(state, state.asking, everything_matters.get(state.asking)).state
    assert asked == ORDER
    assert state.asking == "confirm_bad_year"


def test_a_rough_picture_comes_after_the_monthly_amount_and_only_once() -> None:
    done = fill(filled("monthly_amount"), "monthly_amount")
    assert Do("rough_picture") in done.effects
    corrected = step(done.state, [c.Fill("monthly_amount", {"amount": "300", "currency": None}, "300")], FLOW)
    assert Do("rough_picture") not in corrected.effects


def test_the_currency_is_asked_only_when_nothing_settled_it() -> None:
    open_state = advance(State(locale="en", served=("USD",)), FLOW).state
    open_state = fill(fill(open_state, "goal").state, "horizon").state
    assert open_state.asking == "currency"
    assert step(open_state, [c.Fill("currency", "USD", "dollars")], FLOW).state.asking == "initial_amount"


def test_a_currency_said_with_an_amount_settles_it_and_is_echoed() -> None:
    state = advance(State(locale="en", served=("USD", "EUR")), FLOW).state
    done = step(state, [c.Fill("initial_amount", {"amount": "5000", "currency": "EUR"}, "€5000")], FLOW)
    assert done.state.currency == "EUR"
    assert "currency_settled" in keys(done)
    after = fill(fill(done.state, "goal").state, "horizon").state
    assert after.asking == "monthly_amount"


def test_a_later_different_currency_is_questioned_and_not_taken() -> None:
    done = step(
        filled("initial_amount"), [c.Fill("initial_amount", {"amount": "5000", "currency": "EUR"}, "€5000")], FLOW
    )
    assert "currency_differs" in keys(done)
    assert done.state.asking == "initial_amount"
    assert "initial_amount" not in done.state.slots
    expected = asking.expects(done.state, FLOW)
    assert expected is not None
    assert [option.id for option in expected.options] == ["as_settled", "retype"]


def test_a_currency_without_prices_is_said_and_nothing_is_stored() -> None:
    state = advance(State(locale="en", served=("USD",)), FLOW).state
    done = step(state, [c.Fill("initial_amount", {"amount": "5000", "currency": "GBP"}, "£5000")], FLOW)
    assert "currency_not_served" in keys(done)
    assert done.state.currency is None
    assert "initial_amount" not in done.state.slots


def test_nothing_now_and_nothing_monthly_is_refused_and_its_default_is_not_nothing() -> None:
    state = fill(filled("initial_amount"), "initial_amount", {"amount": "0", "currency": None}).state
    refused = fill(state, "monthly_amount", {"amount": "0", "currency": None})
    assert "nothing_to_invest" in keys(refused)
    assert refused.state.asking == "monthly_amount"
    assert step(state, [c.Skip()], FLOW).state.value("monthly_amount")["amount"] == "100"


def test_everything_but_goal_and_horizon_can_be_skipped() -> None:
    state = start()
    for slot in ("goal", "horizon"):
        refused = step(state, [c.Skip()], FLOW)
        assert refused.state.asking == slot
        assert Do("needed", slot) in refused.effects
        state = fill(state, slot).state
    for _ in range(40):
        if state.asking is None:
            break
        state = step(replace(state, facts={"bad_year": BAD_YEAR}), [c.Skip()], FLOW).state
    assert state.asking is None
    assert all(answer.defaulted for slot, answer in state.slots.items() if slot not in ("goal", "horizon"))


def test_a_correction_in_the_middle_keeps_the_place_and_says_what_changed() -> None:
    state = filled("debt")
    done = step(state, [c.Fill("horizon", {"years": 15.0, "said": "15 years"}, "make it 15 years")], FLOW)
    assert done.state.asking == "debt"
    assert done.state.value("horizon")["years"] == 15.0
    assert Do("corrected", "horizon", before=ANSWERS["horizon"]) in done.effects


def test_a_correction_at_the_summary_shows_the_summary_again() -> None:
    done = fill(filled("confirm_summary"), "horizon", {"years": 15.0, "said": "15 years"})
    assert Do("summary") in done.effects
    assert done.state.asking == "confirm_summary"


def test_a_correction_after_the_plan_makes_a_new_plan_at_once() -> None:
    done = fill(planned(), "horizon", {"years": 15.0, "said": "15 years"})
    assert Do("plan") in done.effects
    assert Do("summary") not in done.effects
    assert done.state.asking == "confirm_bad_year"


def test_a_change_of_currency_asks_for_the_amounts_again() -> None:
    state = advance(State(locale="en", served=("USD", "EUR")), FLOW).state
    for slot, value in (("goal", "home"), ("horizon", ANSWERS["horizon"]), ("currency", "USD")):
        state = fill(state, slot, value).state
    state = fill(fill(state, "initial_amount").state, "monthly_amount").state
    done = fill(state, "currency", "EUR")
    assert done.state.currency == "EUR"
    assert done.state.asking == "initial_amount"


def test_back_asks_the_previous_question_again_and_at_the_start_says_so() -> None:
    state = filled("monthly_amount")
    assert step(state, [c.Back()], FLOW).state.asking == "initial_amount"
    assert "first_question" in keys(step(start(), [c.Back()], FLOW))


def test_back_through_the_whole_flow_reaches_the_first_question() -> None:
    state = planned()
    for _ in range(len(ORDER) + 1):
        state = step(state, [c.Back()], FLOW).state
    assert state.asking == "goal"
    assert not state.slots


def test_a_digression_leaves_the_question_open() -> None:
    state = filled("debt")
    for command in (c.Why(), c.Talk("talk.is_it_a_scam"), c.Repeat(), c.Show("plan_why"), c.WhatIf()):
        assert step(state, [command], FLOW).state.asking == "debt"


def test_stop_keeps_the_answers_and_any_answer_goes_on() -> None:
    paused = step(filled("debt"), [c.Cancel()], FLOW)
    assert asking.expects(paused.state, FLOW) is None
    assert paused.state.value("goal") == "home"
    assert fill(paused.state, "debt").state.asking == "emergency_fund"
    assert step(paused.state, [c.Resume()], FLOW).state.asking == "debt"


def test_restart_puts_the_answers_aside_and_undo_brings_them_back() -> None:
    before = filled("debt")
    fresh = step(before, [c.Restart()], FLOW).state
    assert fresh.asking == "goal"
    assert not fresh.slots
    back = step(fresh, [c.Undo()], FLOW).state
    assert back.slots == before.slots
    assert back.asking == "debt"


def test_money_for_emergencies_is_not_asked_about_risk() -> None:
    state = fill(start(), "goal", "emergency").state
    asked = {part.slot for part in FLOW.slots() if applies(part, state)}
    assert asked.isdisjoint({"risk_1", "risk_5", "loss_limit", "wanted_return", "exclusions", "experience"})


def test_a_plain_yes_does_not_activate_a_plan() -> None:
    done = fill(planned(), "confirm_bad_year", "yes")
    assert Do("activate") not in done.effects
    assert done.state.asking == "confirm_bad_year"


def test_the_right_amount_activates_typed_or_tapped() -> None:
    for value in ("loss_2", {"amount": "1700", "currency": None}, {"amount": "-1500", "currency": "USD"}):
        done = fill(planned(), "confirm_bad_year", value)
        assert Do("activate") in done.effects
        assert done.state.asking is None


def test_a_wrong_amount_is_explained_and_asked_again() -> None:
    for value in ("loss_1", {"amount": "600", "currency": None}):
        done = fill(planned(), "confirm_bad_year", value)
        assert Do("activate") not in done.effects
        assert Say("bad_year_wrong", {"amount": "$1,700"}) in done.effects
        assert done.state.asking == "confirm_bad_year"


def test_a_plan_set_aside_can_be_taken_up_again() -> None:
    aside = step(planned(), [c.Skip()], FLOW).state
    assert aside.asking is None
    assert step(aside, [c.Show("activate")], FLOW).state.asking == "confirm_bad_year"


def test_a_what_if_can_be_taken_over() -> None:
    asked = step(planned(), [c.WhatIf((c.Change("monthly_amount", "add", 200),))], FLOW)
    assert Do("what_if") in asked.effects
    assert asked.state.value("monthly_amount")["amount"] == "250"
    taken = step(asked.state, [c.ApplyWhatIf()], FLOW)
    assert taken.state.value("monthly_amount")["amount"] == "450"
    assert Do("plan") in taken.effects


def test_limits_are_held_with_a_reason() -> None:
    cases = {
        ("initial_amount", "-5"): "too_low.negative",
        ("initial_amount", "1e30"): "too_high.money",
        ("target_amount", "0"): "too_low.target_amount",
        ("initial_amount", "NaN"): "unreadable.money",
    }
    for (slot, amount), key in cases.items():
        done = fill(filled(slot), slot, {"amount": amount, "currency": None})
        assert key in keys(done)
        assert done.state.asking == slot
    assert "too_low.past" in keys(fill(filled("horizon"), "horizon", {"years": -1.0}))
    assert "too_high.duration" in keys(fill(filled("horizon"), "horizon", {"years": 500.0}))


def test_every_slot_has_a_question_a_reason_and_an_example_or_options() -> None:
    for part in FLOW.slots():
        state = replace(planned(), asking=part.slot)
        assert asking.words(state, FLOW)
        assert asking.why(part, state)
        expected = asking.expects(replace(state, currency=None), FLOW)
        assert expected is not None
        assert expected.options or expected.example
        assert not part.required or part.slot in ("goal", "horizon")


_junk = st.one_of(
    st.none(),
    st.text(max_size=5),
    st.floats(),
    st.integers(),
    st.lists(st.text(max_size=3), max_size=3),
    st.dictionaries(
        st.sampled_from(["amount", "currency", "years"]), st.one_of(st.text(max_size=4), st.floats(), st.none())
    ),
)
_slots = st.sampled_from([part.slot for part in FLOW.slots()] + ["nonsense"])
_commands: st.SearchStrategy[c.Command] = st.one_of(
    _slots.flatmap(lambda slot: st.sampled_from([ANSWERS.get(slot, "loss_2")]).map(lambda v: c.Fill(slot, v, "x"))),
    st.builds(c.Fill, _slots, _junk, st.text(max_size=5)),
    st.sampled_from([c.Skip(), c.Back(), c.Why(), c.Repeat(), c.Cancel(), c.Resume(), c.Restart(), c.Undo(), c.ApplyWhatIf()]),
    st.builds(c.Talk, st.just("talk.greeting")),
    st.builds(c.Show, st.sampled_from(["plan_why", "activate", "costs", "price"]), st.text(max_size=3), st.just("5y")),
    st.builds(c.Tentative, st.just(c.Show("price", "INFY")), st.just((c.Skip(), c.Tentative(c.Show("price"), (c.Back(),))))),
    st.builds(c.WhatIf, st.tuples(st.builds(c.Change, _slots, st.sampled_from(["set", "add", "times"]), st.integers(-5, 5)))),
    st.builds(c.Unreadable, st.just("unreadable.empty")),
    st.builds(c.Ambiguous, st.tuples(st.text(max_size=3))),
    st.builds(c.Partial, st.just("horizon"), st.just("age"), st.integers(0, 120)),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(_commands, max_size=40), st.booleans())
def test_no_sequence_of_commands_makes_it_raise_and_the_state_survives_storage(
    commands: list[c.Command], known: bool
) -> None:
    state = start() if known else advance(State(served=("USD", "EUR")), FLOW).state
    for command in commands:
        state = step(state, [command], FLOW).state
        if "confirm_summary" in state.slots and "bad_year" not in state.facts:
            state = replace(state, facts=state.facts | {"plan_id": "p", "bad_year": BAD_YEAR})
        assert State.from_json(json.loads(json.dumps(state.to_json()))) == state
        asking.words(state, FLOW)
        expected = asking.expects(state, FLOW)
        assert expected is None or 1 <= expected.step <= expected.steps
        if state.asking is not None:
            part = FLOW.slot(state.asking)
            assert isinstance(part, SlotStep)
            assert state.asking not in state.slots
