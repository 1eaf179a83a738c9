"""What the words beside an amount or a time make of it."""

from __future__ import annotations

from datetime import date

import pytest

from advisor.dialogue.nlu.corrections import find_slots
from advisor.dialogue.nlu.durations import HorizonReading
from advisor.dialogue.nlu.slots import ADMITTED_ONLY, Context

TODAY = date(2026, 11, 20)
SETTLED = frozenset({"goal", "horizon", "initial_amount"})


def slots(text: str, asked: str | None = None, settled: frozenset[str] = SETTLED) -> list[str]:
    return [item.slot for item in find_slots(text, Context(TODAY, asked, settled=settled))]


@pytest.mark.parametrize("text", ["2 months left", "2 months", "I have to live on 2 months of savings", "20 years"])
def test_a_bare_length_does_not_replace_the_time_told_before(text: str) -> None:
    assert slots(text) == []
    assert slots(text, "target_amount") == []


@pytest.mark.parametrize("text", ["make it 2 years", "I need it in 2 years", "my time horizon is 2 years", "by 2040"])
def test_a_time_that_is_named_corrected_or_a_date_does(text: str) -> None:
    assert slots(text) == ["horizon"]


def test_a_bare_length_is_the_time_while_it_is_open_or_asked() -> None:
    assert slots("20 years", "goal", frozenset()) == ["horizon"]
    assert slots("20 years", "horizon") == ["horizon"]


def test_a_length_beside_an_amount_is_the_time() -> None:
    assert slots("10000 for 20 years", "initial_amount") == ["initial_amount", "horizon"]


def test_months_told_with_the_income_are_the_cushion() -> None:
    assert slots("2 months left", "income_stability") == ["emergency_fund"]
    assert slots("10 years", "income_stability") == []


@pytest.mark.parametrize(("age", "years"), [(67, 12), (60, 5)])
def test_a_small_figure_behind_a_pension_is_an_age(age: int, years: int) -> None:
    context = Context(TODAY, birth_year=1971, admits=ADMITTED_ONLY, settled=SETTLED)
    found = {item.slot: item for item in find_slots(f"my pension is 1500 a month from {age}", context)}
    start = found["pension_from"].value
    assert isinstance(start, HorizonReading)
    assert (set(found), start.years, found["pension_from"].raw) == (
        {"pension_monthly", "pension_from"},
        years,
        str(age),
    )


def test_a_larger_one_is_no_age() -> None:
    context = Context(TODAY, birth_year=1971, admits=ADMITTED_ONLY, settled=SETTLED)
    assert "pension_from" not in [item.slot for item in find_slots("my pension is 1500 a month from 670", context)]
