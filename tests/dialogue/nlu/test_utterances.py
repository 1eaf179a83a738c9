"""Every written-down utterance is read as its line says."""

from __future__ import annotations

import pytest

from tests.dialogue.nlu.exactness import UTTERANCES, Case, cases

ALL = [*cases(), *cases(UTTERANCES.with_name("unseen.yaml"))]


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case.group}: {case.asked} {case.said}")
def test_an_utterance_is_read_as_written_down(case: Case) -> None:
    assert case.actual == case.expected


def test_there_are_enough_utterances_to_mean_something() -> None:
    assert len(ALL) >= 600
    assert sum(case.group == "out_of_scope" for case in ALL) >= 60
