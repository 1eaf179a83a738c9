"""Yes, no, or neither."""

from __future__ import annotations

import pytest

from advisor.dialogue.nlu.yesno import read_yes_no


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("that is quite true", "yes"),
        ("I'd have to say no", "no"),
        ("that isn't right", "no"),
        ("no, that isn't correct", "no"),
        ("that is not wrong", "yes"),
        ("I'm really not sure", "unsure"),
        ("yes no", None),
        ("yes but not now", None),
        ("are you good", None),
        ("no debt", None),
        ("yes, 22% on my credit card", None),
        ("", None),
        ("...", None),
    ],
)
def test_words_for_and_against_are_weighed_only_if_nothing_else_is_said(text: str, answer: str | None) -> None:
    assert read_yes_no(text) == answer
