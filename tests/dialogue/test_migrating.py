"""Dialogues stored by an earlier version go on under this one, and those of a later version lose nothing here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from advisor.dialogue import asking
from advisor.dialogue import commands as c
from advisor.dialogue.effects import Do
from advisor.dialogue.engine import step
from advisor.dialogue.flows import Flow, SlotStep
from advisor.dialogue.migrating import FLOW_VERSION, migrated
from advisor.dialogue.settling import settled
from advisor.dialogue.state import State
from tests.dialogue.test_engine import FLOW, filled, keys

STORED: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("states_v1.json").read_text("utf-8"))


def without(*slots: str) -> Flow:
    """The flow as a version that does not ask these."""
    return replace(
        FLOW, steps=tuple(part for part in FLOW.steps if not (isinstance(part, SlotStep) and part.slot in slots))
    )


def renamed(before: str, now: str) -> Flow:
    """The flow as a version that calls a question otherwise: `before` was its name, and `now` is."""
    steps = tuple(replace(p, slot=now) if isinstance(p, SlotStep) and p.slot == before else p for p in FLOW.steps)
    return replace(FLOW, steps=steps, renamed={before: now})


@pytest.mark.parametrize("name", sorted(STORED))
def test_a_stored_dialogue_of_the_first_version_goes_on_where_it_was(name: str) -> None:
    state, said = settled(State.from_json(STORED[name]), FLOW)
    assert said == ()
    assert state.flow_version == FLOW_VERSION
    assert state.asking == STORED[name]["asking"]
    assert state.pending == STORED[name]["pending"]
    assert {slot: answer.value for slot, answer in state.slots.items()} == {
        slot: answer["value"] for slot, answer in STORED[name]["slots"].items()
    }
    assert asking.words(state, FLOW)
    assert asking.expects(state, FLOW) is not None
    assert State.from_json(json.loads(json.dumps(state.to_json()))) == state


def test_the_bad_year_of_the_first_version_is_asked_in_amounts_of_the_language_of_now() -> None:
    state = replace(State.from_json(STORED["bad_year"]), locale="de-DE")
    expected = asking.expects(state, FLOW)
    assert expected is not None
    assert [option.label.replace("\xa0", " ") for option in expected.options] == ["600 $", "1.700 $", "3.900 $"]
    assert Do("activate") in step(state, [c.Fill("confirm_bad_year", "loss_2", "")], FLOW).effects


def test_an_old_button_stays_old_after_the_migration() -> None:
    assert State.from_json(STORED["bad_year"]).since == STORED["bad_year"]["turn"]


def test_half_an_answer_of_the_first_version_is_completed() -> None:
    state = State.from_json(STORED["half_an_age"])
    done = step(state, [c.Fill("horizon", {"years": 30.0, "said": "65"}, "35")], FLOW).state
    assert done.value("horizon")["years"] == 30.0
    assert done.pending is None


def test_the_goals_of_the_first_version_keep_their_plans() -> None:
    state = State.from_json(STORED["two_goals"])
    back = step(state, [c.GoalOrder("switch", ("1",))], FLOW).state
    assert back.facts["plan_id"] == "p1"
    assert "label" not in back.facts["bad_year"]


def test_a_question_that_is_gone_is_not_asked_and_that_is_said_once() -> None:
    state = filled("debt")
    flow = without("debt")
    changed, said = settled(state, flow)
    assert [effect.key for effect in said if not isinstance(effect, Do)] == ["frames.questions_changed"]
    assert changed.asking == "emergency_fund"
    assert changed.slots == state.slots
    assert settled(changed, flow) == (changed, ())


def test_half_an_answer_to_a_question_that_is_gone_goes_with_it() -> None:
    half = step(
        filled("initial_amount"), [c.Fill("initial_amount", {"amount": "5", "currency": "EUR"}, "5")], FLOW
    ).state
    assert half.pending is not None
    changed, _ = settled(half, without("initial_amount"))
    assert (changed.pending, changed.asking) == (None, "monthly_amount")


def test_a_renamed_question_stays_open_and_answered_under_its_new_name() -> None:
    state = filled("debt")
    open_one, said = settled(state, renamed("debt", "loans"))
    assert (open_one.asking, said) == ("loans", ())
    answered, _ = settled(step(state, [c.Fill("debt", 0.0, "none")], FLOW).state, renamed("debt", "loans"))
    assert answered.value("loans") == 0
    assert "debt" not in answered.slots
    assert answered.order[-1] == "loans"


def test_a_renamed_question_takes_its_half_answer_and_the_goals_along() -> None:
    euros = c.Fill("initial_amount", {"amount": "5", "currency": "EUR"}, "5")
    half, _ = settled(step(filled("initial_amount"), [euros], FLOW).state, renamed("initial_amount", "money_now"))
    assert half.pending is not None
    assert half.pending["slot"] == "money_now"
    two, _ = settled(State.from_json(STORED["two_goals"]), renamed("initial_amount", "money_now"))
    assert "money_now" in two.goals["1"].slots


def test_answers_to_questions_that_are_gone_are_kept_and_count_for_nothing() -> None:
    state = step(filled("debt"), [c.Fill("debt", 0.0, "none")], FLOW).state
    changed, said = settled(state, without("debt"))
    assert (changed, said) == (state, ())
    assert keys(step(changed, [c.Fill("debt", 0.1, "10 %")], without("debt"))) == ["cannot_use"]


def test_a_state_of_a_later_version_is_written_back_with_all_that_is_in_it() -> None:
    raw = filled("debt").to_json() | {"flow_version": 99, "mood": {"of": "tomorrow"}}
    raw["slots"]["goal"] = raw["slots"]["goal"] | {"confidence": 0.5}
    raw["goals"] = {"1": {"name": "x", "colour": "red"}}
    state = State.from_json(json.loads(json.dumps(raw)))
    after = step(state, [c.Fill("debt", 0.0, "none")], FLOW).state.to_json()
    assert after["flow_version"] == 99
    assert after["mood"] == {"of": "tomorrow"}
    assert after["slots"]["goal"]["confidence"] == 0.5
    assert after["goals"]["1"]["colour"] == "red"
    assert after["slots"]["debt"]["value"] == 0


def test_nothing_is_refused() -> None:
    for raw in ({}, {"flow_version": 1}, {"flow_version": 1, "facts": {"bad_year": None}, "goals": {"1": {}}}):
        assert State.from_json(raw).flow_version == FLOW_VERSION
    assert migrated(STORED["bad_year"]) == migrated(migrated(STORED["bad_year"]))
