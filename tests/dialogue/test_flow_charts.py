"""The drawn flows are those that the engine runs on."""

from __future__ import annotations

from advisor.dialogue.frames import definitions
from scripts.draw_flows import DOCUMENT, drawn
from tests.dialogue.places import FLOW


def test_the_charts_are_up_to_date() -> None:
    assert DOCUMENT.read_text("utf-8") == drawn(), "run: python scripts/draw_flows.py"


def test_every_question_and_every_system_question_is_in_them() -> None:
    text = drawn()
    for part in FLOW.slots():
        assert f"--> {part.slot}" in text
    for name in definitions():
        assert f"[*] --> {name}" in text
