"""Answers by choosing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.dialogue.nlu.choices import MOST_CANDIDATES, match_options
from advisor.domain.reply import Option
from tests.dialogue.nlu.exactness import OPTIONS


@pytest.mark.parametrize("slot", sorted(OPTIONS))
def test_every_option_is_found_by_id_label_and_number(slot: str) -> None:
    for number, option in enumerate(OPTIONS[slot], start=1):
        for text in (option.id, option.label, str(number), f"{number}.", f"option {number}", option.label.upper()):
            match = match_options(text, OPTIONS[slot], slot=slot, multiple=slot == "exclusions")
            assert match is not None, text
            assert match.ids == (option.id,), text


def test_a_slip_of_the_finger_is_forgiven_but_not_between_likes() -> None:
    twins = (Option("x", "Growing"), Option("y", "Crowing"))
    match = match_options("rowing", twins)
    assert match is not None
    assert (match.ids, set(match.candidates)) == ((), {"x", "y"})
    assert match_options("blossoming", twins) is None


def test_amounts_that_look_alike_are_not_mixed_up() -> None:
    assert match_options("$3,800", OPTIONS["confirm_bad_year"]) is None


def test_a_word_with_not_before_it_is_not_chosen() -> None:
    assert match_options("not retirement", OPTIONS["goal"], slot="goal") is None
    match = match_options("not gold", OPTIONS["exclusions"], slot="exclusions", multiple=True)
    assert match is not None
    assert match.ids == ("gold",)


def test_ambiguity_gives_at_most_three_candidates() -> None:
    match = match_options("a house, a car, school or my pension", OPTIONS["goal"], slot="goal")
    assert match is not None
    assert match.ids == ()
    assert len(match.candidates) == MOST_CANDIDATES


def test_a_number_beyond_the_options_names_none() -> None:
    assert match_options("9", OPTIONS["goal"], slot="goal") is None
    assert match_options("0", OPTIONS["goal"], slot="goal") is None


@settings(deadline=None)
@given(st.text(max_size=80), st.sampled_from(sorted(OPTIONS)), st.booleans())
def test_only_options_that_were_offered_are_ever_named(text: str, slot: str, multiple: bool) -> None:
    match = match_options(text, OPTIONS[slot], slot=slot, multiple=multiple)
    if match is not None:
        offered = {option.id for option in OPTIONS[slot]}
        assert offered.issuperset((*match.ids, *match.candidates))
        assert bool(match.ids) != bool(match.candidates)
        assert multiple or len(match.ids) <= 1
