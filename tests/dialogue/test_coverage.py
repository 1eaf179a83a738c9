"""The coverage of (place x command) is whole, and its report counts what it says."""

from __future__ import annotations

from collections import Counter, defaultdict

from advisor.dialogue.frames import definitions
from tests.dialogue.coverage import NOTHING, by_walk, report
from tests.dialogue.places import FLOW, kinds


def test_every_command_came_at_every_question_and_every_system_question() -> None:
    walked = by_walk()
    names = {kind.__name__ for kind in kinds()}
    for place in (*(part.slot for part in FLOW.slots()), *(f"frame {name}" for name in definitions()), NOTHING):
        assert set(walked[place]) == names, place


def test_the_report_names_what_the_transcripts_leave_out() -> None:
    talked = defaultdict(Counter, {"goal": Counter(Fill=3, Why=1)})
    text = report(by_walk(), talked)
    assert "| goal | " in text
    assert "| 2 | Fill 3, Why 1 |" in text
    assert "places they never reach: horizon" in text
    assert "commands they never use: Skip" in text
