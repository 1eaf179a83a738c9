"""Cleaning."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.dialogue.nlu.lexer import lex
from advisor.dialogue.nlu.text import SCANNED, clean, fold


@pytest.mark.parametrize(
    ("raw", "uniform"),
    [
        ("  10\u00a0\t years \n", "10 years"),
        ("5\u200b000\u0000", "5000"),
        ("\u202e\u2066$5k\u2069", "$5k"),
        ("５０００", "5000"),
        ("٣٠٠ ३०० ৩০০", "300 300 300"),
        ("I\u2019m \u201c34\u201d", 'I\'m "34"'),
        ("5\u20137 yrs \u2212 2", "5-7 yrs - 2"),
        ("2½ years", "2 1/2 years"),
        ("1️⃣", "1"),
        ("👍🏽", "👍"),
        ("1\u202f234,5", "1 234,5"),
    ],
)
def test_clean_writes_everything_in_one_way(raw: str, uniform: str) -> None:
    assert clean(raw) == uniform


@settings(deadline=None)
@given(st.text())
def test_clean_is_idempotent(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_clean_leaves_no_control_character_and_no_double_space(text: str) -> None:
    cleaned = clean(text)
    assert "\x00" not in cleaned
    assert "  " not in cleaned
    assert cleaned == cleaned.strip()


def test_clean_scans_only_the_beginning_of_a_long_message() -> None:
    assert len(clean("ab " * 10_000)) <= SCANNED
    assert len(clean("\ufdfa" * 10_000)) <= SCANNED


@settings(deadline=None)
@given(st.text())
def test_folding_keeps_every_position(text: str) -> None:
    assert len(fold(text)) == len(text)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_tokens_ascend_and_cover_everything_but_spaces(text: str) -> None:
    lexed = lex(text)
    ends = [0, *(token.end for token in lexed.tokens)]
    gaps = [lexed.text[end : token.start] for end, token in zip(ends, lexed.tokens, strict=False)]
    assert all(gap.strip() == "" for gap in gaps)
