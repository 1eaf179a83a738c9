"""Changes to try out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from advisor.dialogue.nlu.durations import HorizonReading
from advisor.dialogue.nlu.lexicon import packaged
from advisor.dialogue.nlu.money import MoneyReading
from advisor.dialogue.nlu.slots import Context
from advisor.dialogue.nlu.what_if import find_what_if
from advisor.domain.reply import Option

TODAY = date(2026, 11, 20)


def test_an_amount_keeps_its_currency_and_says_what_it_was_read_from() -> None:
    change = find_what_if("what if I put in £200 more a month", Context(TODAY))[0]
    assert isinstance(change.value, MoneyReading)
    assert (change.what, change.how, change.value.currency, change.value.per) == (
        "monthly_amount",
        "add",
        "GBP",
        "month",
    )
    assert change.raw == "£200 more a month"


def test_a_known_birth_year_completes_an_age() -> None:
    change = find_what_if("if I retire at 60", Context(TODAY, birth_year=1980))[0]
    assert isinstance(change.value, HorizonReading)
    assert (change.how, change.value.years) == ("set", 14)


def test_years_more_are_added_and_years_earlier_taken_off() -> None:
    for text, how in (
        ("if I work 3 years longer", "add"),
        ("if I stop 3 years sooner", "subtract"),
        ("if it is 3 years", "set"),
        ("if I wait another year", "add"),
    ):
        change = find_what_if(text, Context(TODAY))[0]
        assert (change.what, change.how) == ("horizon", how), text


def test_classes_are_named_as_the_open_plan_offers_them() -> None:
    offered = {"exclusions": (Option("none", "Nothing"), Option("commodities", "Commodities"))}
    change = find_what_if("without oil", Context(TODAY, choices=offered))[0]
    assert (change.how, change.value) == ("exclude", ("commodities",))


def test_a_factor_of_risk_is_a_number() -> None:
    assert find_what_if("three times the risk", Context(TODAY))[0].value == Decimal(3)


@pytest.mark.parametrize("scenario", sorted(packaged("en", "slots.yaml")["scenarios"]))
def test_every_scenario_is_found_by_all_its_names(scenario: str) -> None:
    for name in packaged("en", "slots.yaml")["scenarios"][scenario]:
        found = find_what_if(f"what if {name} happens", Context(TODAY))
        assert [(change.what, change.how, change.value) for change in found] == [("scenario", "happen", scenario)], name


@pytest.mark.parametrize("text", ["what if I earn 5k a month", "what if", "", "what if you are wrong"])
def test_nothing_is_made_up(text: str) -> None:
    assert find_what_if(text, Context(TODAY)) == []
