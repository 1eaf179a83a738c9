"""A percentage is written one way in each language, whether it stands in the catalogue or comes from a computation."""

from __future__ import annotations

import re

import pytest

from advisor.profiling import load
from advisor.replies.format import percent
from advisor.replies.translated import translated
from advisor.replies.wording import catalogue

# The sign with what stands before it, back to the figure.
_WRITTEN = re.compile(r"[\d}](\s*)%")
BEFORE = {"en": "", "de": "\N{NO-BREAK SPACE}"}
languages = pytest.mark.parametrize("language", sorted(BEFORE))


@languages
def test_the_catalogue_writes_percentages_as_computed_ones_are_written(language: str) -> None:
    computed = _WRITTEN.findall(percent(language, 0.125, 1))
    assert computed == [BEFORE[language]]
    other = {key: text for key, text in catalogue(language).items() if set(_WRITTEN.findall(text)) - set(computed)}
    assert not other


@languages
def test_so_do_the_questions_and_their_answers(language: str) -> None:
    for slot, asked in load(language).items():
        said = " ".join((asked.text, asked.why, *(f"{option.label} {option.hint}" for option in asked.options)))
        assert set(_WRITTEN.findall(said)) <= {BEFORE[language]}, slot


@languages
def test_a_note_of_an_older_plan_reads_as_one_of_today(language: str) -> None:
    older, now = (f"An assumption of 2{space}% a year, which the European Central Bank aims at." for space in (" ", ""))
    assert translated(older, language) == translated(now, language)
    assert set(_WRITTEN.findall(translated(older, language))) == {BEFORE[language]}
