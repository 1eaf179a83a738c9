"""System questions: what each asks, what its answers do, and what happens to it when something else is said."""

from __future__ import annotations

from datetime import date

import pytest

from advisor.dialogue import asking, encoding
from advisor.dialogue import commands as c
from advisor.dialogue.effects import Do, Say
from advisor.dialogue.engine import Step, step
from advisor.dialogue.flows import load
from advisor.dialogue.frames import Frame, definitions
from advisor.dialogue.state import State
from advisor.dialogue.understand import understand
from advisor.domain.message import Inbound
from advisor.replies.wording import catalogue, known, locales
from tests.dialogue.places import FRAME_VALUES, places, samples
from tests.dialogue.test_engine import FLOW, filled, keys, planned

TODAY = date(2026, 1, 15)
BONDS = c.Clarify(
    (("a bond", (c.Talk("glossary.bond"),)), ("my bonds", (c.Fill("horizon", {"years": 7.0}, "7 years, bonds"),)))
)


def told(state: State, text: str) -> Step:
    return step(state, understand(Inbound("1", text=text), state, FLOW, TODAY), FLOW)


def slot(state: State) -> str | None:
    expected = asking.expects(state, FLOW)
    return expected.slot if expected else None


def erasing() -> State:
    return step(filled("debt"), [c.Erase()], FLOW).state


@pytest.mark.parametrize("locale", locales())
def test_every_system_question_has_its_words_in_every_language(locale: str) -> None:
    for name, asked in definitions().items():
        assert known(locale, f"frames.ask.{name}"), name
        assert known(locale, f"frames.why.{name}"), name
        told = [action.say for actions in asked.answers.values() for action in actions if action.say]
        for key in (*told, *([asked.dropped] if asked.dropped else [])):
            assert key in catalogue(locale), key


def test_every_answer_that_can_be_given_does_something_known() -> None:
    everywhere = places()
    for name, asked in definitions().items():
        state = everywhere[f"frame {name}, question open"]
        expected = asking.expects(state, FLOW)
        assert expected is not None
        assert expected.skippable == bool(asked.skip)
        for answer in [option.id for option in expected.options] or ["some words"]:
            done = step(state, [c.Reply(name, answer)], FLOW)
            assert "not_an_option" not in keys(done), (name, answer)
            assert done.state.frame is None or done.state.frame.name != name, (name, answer)


def test_deleting_is_asked_once_and_only_a_yes_does_it() -> None:
    state = erasing()
    assert slot(state) == "confirm_erase"
    assert Do("erase") in told(state, "yes").effects
    for refusal in ("no", "cancel", "back", "skip", "stop"):
        done = told(state, refusal)
        assert keys(done) == ["frames.nothing_erased", "frames.back"]
        assert slot(done.state) == "debt"


def test_an_answer_to_the_question_below_is_taken_and_nothing_is_deleted() -> None:
    done = told(erasing(), "8 %")
    assert keys(done)[0] == "frames.nothing_erased"
    assert done.state.value("debt") == 0.08
    assert slot(done.state) == "emergency_fund"


def test_asked_to_delete_twice_it_asks_again_and_says_nothing_of_having_kept_it() -> None:
    done = step(erasing(), [c.Erase()], FLOW)
    assert keys(done) == []
    assert slot(done.state) == "confirm_erase"


@pytest.mark.parametrize("text", ["what is a bond?", "thanks", "why?", "repeat", "is this a scam"])
def test_small_talk_and_questions_leave_a_system_question_where_it_is(text: str) -> None:
    done = told(erasing(), text)
    assert slot(done.state) == "confirm_erase"
    assert "frames.nothing_erased" not in keys(done)


def test_a_yes_that_belongs_to_the_question_below_is_not_taken_for_a_system_question() -> None:
    state = step(
        filled("confirm_summary"), [c.Happened("link_asked", (("code_hash", "c" * 64), ("channel", "web")))], FLOW
    ).state
    assert slot(state) == "link_confirm"
    answered = step(state, [c.Fill("confirm_summary", "yes", "yes")], FLOW).state
    assert slot(answered) == "link_confirm"
    assert "confirm_summary" in answered.slots


def test_what_somebody_meant_is_asked_with_three_options_at_most_and_then_done() -> None:
    state = step(filled("debt"), [c.Clarify(tuple((f"reading {n}", (c.Skip(),)) for n in range(5)))], FLOW).state
    expected = asking.expects(state, FLOW)
    assert expected is not None
    assert [option.label for option in expected.options] == ["reading 0", "reading 1", "reading 2", "None of these"]
    meant = step(step(filled("debt"), [BONDS], FLOW).state, [c.Reply("clarify", "meant_2")], FLOW).state
    assert meant.value("horizon")["years"] == 7.0
    assert meant.slots["horizon"].raw == "7 years, bonds"
    assert slot(meant) == "debt"


def test_which_is_meant_can_be_said_by_number_by_words_or_not_at_all() -> None:
    state = step(filled("debt"), [BONDS], FLOW).state
    assert keys(told(state, "1")) == ["glossary.bond"]
    assert keys(told(state, "my bonds"))[0] == "corrected"
    for neither in ("none of these", "no"):
        assert keys(told(state, neither)) == ["frames.say_otherwise"]
        assert slot(told(state, neither).state) == "debt"
    assert told(state, "8 %").state.value("debt") == 0.08


def test_meanings_of_another_version_are_asked_for_in_other_words() -> None:
    for raw in ({"command": "Gone", "fields": {}}, {"command": "Fill", "fields": {"colour": "red"}}):
        frame = Frame("clarify", {"options": [{"label": "it", "commands": [raw]}]})
        done = step(filled("debt").with_frame(frame), [c.Reply("clarify", "meant_1")], FLOW)
        assert keys(done) == ["frames.say_otherwise"]


def test_commands_survive_the_state() -> None:
    for kind in samples_of_all():
        assert encoding.from_json(encoding.to_json(kind)) == kind


def samples_of_all() -> list[c.Command]:
    return [
        sample for kind in (c.Fill, c.GoalOrder, c.WhatIf, c.Clarify, c.Happened, c.Partial) for sample in samples(kind)
    ]


def test_a_plan_in_use_is_rated_once_by_number_or_in_words() -> None:
    done = step(
        planned().with_facts(in_use="p1").without("confirm_bad_year"), [c.Rate(None, "that was useless")], FLOW
    ).state
    assert slot(done) == "satisfaction"
    for words, score in (("4", "4"), ("four", "4"), ("5: very helpful", "5")):
        rated = told(done, words)
        assert Do("feedback", score, before="that was useless") in rated.effects
        assert rated.state.facts["rated"] == ["p1"]
    assert keys(told(done, "skip")) == ["frames.not_rated"]
    assert "frames.score_out_of_range" in keys(step(done, [c.Rate(7)], FLOW))


def test_after_the_goodbye_of_a_finished_plan_it_is_asked_once_how_it_was() -> None:
    state = planned().with_facts(in_use="p1").with_frame(Frame("anything_else", FRAME_VALUES["anything_else"]))
    first = told(state, "no, that is all")
    assert slot(first.state) == "satisfaction"
    again = step(
        told(first.state, "skip").state.with_frame(Frame("anything_else", FRAME_VALUES["anything_else"])),
        [c.Skip()],
        FLOW,
    )
    assert keys(again) == ["session.goodbye_all_done"]


def test_a_person_is_asked_for_with_a_topic_or_without() -> None:
    assert Do("handoff", "a mistake") in step(filled("debt"), [c.Handoff("a mistake")], FLOW).effects
    assert Do("handoff_wanted") in step(filled("debt"), [c.Handoff()], FLOW).effects
    asked = filled("debt").with_frame(Frame("handoff_topic"))
    assert Do("handoff", "my tax, 500 of it") in told(asked, "my tax, 500 of it").effects
    assert Do("handoff") in told(asked, "skip").effects
    assert keys(told(asked, "never mind"))[-1] == "frames.back"
    assert slot(told(asked, "my tax").state) == "debt"


def test_somebody_who_is_at_a_loss_is_offered_help_and_a_person() -> None:
    state = step(filled("debt"), [c.Talk("talk.frustrated")], FLOW).state
    assert slot(state) == "help_offered"
    assert keys(step(state, [c.Reply("help_offered", "help")], FLOW)) == ["talk.help"]
    assert Do("handoff_wanted") in step(state, [c.Reply("help_offered", "person")], FLOW).effects
    assert slot(step(state, [c.Reply("help_offered", "go_on")], FLOW).state) == "debt"


def test_an_answer_to_a_question_that_is_gone_says_so_and_does_nothing() -> None:
    done = step(filled("debt"), [c.Reply("confirm_erase", "yes")], FLOW)
    assert done == Step(filled("debt"), (Say("stale_button"),))
    assert keys(step(erasing(), [c.Reply("confirm_erase", "perhaps")], FLOW)) == ["not_an_option"]


def test_a_system_question_of_a_later_version_is_kept_and_not_asked() -> None:
    later = Frame("from_tomorrow", {"x": 1})
    state = State.from_json(filled("debt").with_frame(later).to_json())
    assert slot(state) == "debt"
    after = step(state, [c.Fill("debt", 0.0, "none"), c.Erase(), c.Reply("confirm_erase", "no")], FLOW).state
    assert after.frames == (later,)


def test_the_data_names_only_what_the_engine_can_do() -> None:
    assert load("first_plan").slot("goal").required
    for asked in definitions().values():
        assert asked.otherwise in ("stays", "drops")
        assert asked.answers.keys() - {"*"} <= {*asked.options, *([asked.skip] if asked.skip else [])}
