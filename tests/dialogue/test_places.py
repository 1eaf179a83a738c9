"""Every command at every place of every flow: nothing raises, nothing is lost, one question at most."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.dialogue import asking
from advisor.dialogue import commands as c
from advisor.dialogue.engine import Step, step
from advisor.dialogue.frames import MOST_FRAMES, definition, definitions, is_minded
from advisor.dialogue.state import State
from tests.dialogue.places import FLOW, as_computed, kinds, places, samples

PLACES = places()
# What says or does something and gives no answer.
DIGRESSIONS: tuple[c.Command, ...] = (
    c.Talk("talk.small_talk"),
    c.Talk("talk.is_it_a_scam"),
    c.Why(),
    c.Repeat(),
    c.Wait(),
    c.Cancel(),
    c.Export(),
    c.Sessions(),
    c.Link(),
    c.Unlink(),
    c.Wake(),
    c.Quiet(),
    c.EndSession(),
    c.Resume(),
    c.SwitchLanguage("de"),
    c.SwitchLanguage("klingon"),
    c.Show("costs"),
    c.Show("price", "AAPL"),
    c.WhatIf(),
    c.Handoff("my plan"),
    c.Erase(),
    c.Rate(4),
    c.Happened("silence"),
    c.Happened("from_a_later_version"),
)
PASSING = (c.Talk, c.Why, c.Repeat, c.SwitchLanguage, c.Wake, c.Quiet)
GIVES_ANSWERS = (
    *(
        c.Fill,
        c.Skip,
        c.Undo,
        c.Restart,
        c.Back,
        c.Reopen,
        c.ApplyWhatIf,
        c.Reply,
        c.Partial,
        c.LifeChange,
        c.GoalOrder,
    ),
    *(c.Show, c.Resume),  # a plan may be asked to come into use, and another goal taken up
)


def check(state: State) -> None:
    """What holds of every state."""
    assert State.from_json(json.loads(json.dumps(state.to_json()))) == state
    assert len(state.frames) <= MOST_FRAMES
    assert len({frame.name for frame in state.frames}) == len(state.frames)
    expected = asking.expects(state, FLOW)
    assert bool(asking.words(state, FLOW)) == (expected is not None)
    if expected is None:
        return
    assert 1 <= expected.step <= expected.steps
    assert expected.options or expected.kind not in ("choice", "confirm", "multichoice")
    assert expected.slot in (state.asking, state.frame.name if state.frame else None)


def at(name: str, command: c.Command) -> Step:
    return step(PLACES[name], [command], FLOW)


def test_there_is_a_place_for_every_question_of_the_flow_and_for_every_system_question() -> None:
    assert {part.slot for part in FLOW.slots()} <= PLACES.keys()
    assert {f"frame {name}" for name in definitions()} <= PLACES.keys()


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_a_command_can_come_at_every_place(kind: type) -> None:
    for name, state in PLACES.items():
        for command in samples(kind):
            done = step(state, [command], FLOW)
            check(as_computed(done.state))
            if not isinstance(command, GIVES_ANSWERS):
                assert done.state.slots == state.slots, (name, command)


@pytest.mark.parametrize("command", DIGRESSIONS, ids=repr)
def test_a_digression_leaves_the_open_question_and_half_an_answer_to_it(command: c.Command) -> None:
    for name, state in PLACES.items():
        after = step(state, [command], FLOW).state
        assert after.asking == state.asking, name
        assert after.pending == state.pending, name
        assert after.tries == state.tries, name
        kept = {frame.name for frame in state.frames if is_minded(frame) or isinstance(command, PASSING)}
        expected_frames = {frame.name for frame in after.frames}
        if isinstance(command, c.SwitchLanguage):
            kept -= {"language"}  # which is its answer
        if isinstance(command, c.Cancel):
            kept = set()  # it is what is cancelled
        if not (isinstance(command, c.Why) and any(definition(frame).passing for frame in state.frames)):
            assert kept <= expected_frames, name


def test_what_is_no_answer_to_a_system_question_counts_no_tries() -> None:
    state = PLACES["frame confirm_erase, question open"]
    for _ in range(5):
        state = step(state, [c.Unreadable("unreadable.choice")], FLOW).state
    assert state.tries == 0


_any: st.SearchStrategy[Any] = st.sampled_from([command for kind in kinds() for command in samples(kind)])


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(PLACES)), st.lists(st.lists(_any, min_size=1, max_size=3), max_size=25))
def test_no_talk_from_any_place_breaks_anything(place: str, talk: list[list[c.Command]]) -> None:
    state = PLACES[place]
    for said in talk:
        state = as_computed(step(state, said, FLOW).state)
        state = replace(state, turn=state.turn + 2)
        check(state)
        if state.asking is not None:
            assert state.asking not in state.slots
