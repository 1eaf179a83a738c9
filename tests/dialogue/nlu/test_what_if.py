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


LIVES_ON_IT = Context(TODAY, admits=frozenset({"income_wanted", "pension_monthly", "pension_from"}))


@pytest.mark.parametrize(
    ("text", "how", "amount"),
    [
        ("what if I take out 300 more a month", "add", 300),
        ("what if I withdraw 200 less a month", "subtract", 200),
        ("what if I take out 2500 a month", "set", 2500),
        ("how long will it last if I take 3000 a month", "set", 3000),
        ("what if I want 3500 a month", "set", 3500),
        ("what if I take 500 more a month", "add", 500),
        ("and if I only need 1700 a month?", "set", 1700),
        ("what if I spend 300 less a month", "subtract", 300),
    ],
)
def test_what_is_taken_out_a_month_is_the_income_of_those_who_live_on_it(text: str, how: str, amount: int) -> None:
    (change,) = find_what_if(text, LIVES_ON_IT)
    assert isinstance(change.value, MoneyReading)
    assert (change.what, change.how, change.value.amount) == ("income_wanted", how, Decimal(amount))


@pytest.mark.parametrize("text", ["what if I save 300 a month", "what if I need to save 300 a month", "if 300 a month"])
def test_what_is_set_aside_stays_saving_for_them(text: str) -> None:
    (change,) = find_what_if(text, LIVES_ON_IT)
    assert (change.what, change.how) == ("monthly_amount", "set")


def test_the_time_behind_a_pension_is_its_own() -> None:
    found = find_what_if("what if I get a pension of 900 from 2040", LIVES_ON_IT)
    assert [(change.what, change.how) for change in found] == [("pension_monthly", "set"), ("pension_from", "set")]
    found = find_what_if("what if I get a pension of 900 and retire in 2040", LIVES_ON_IT)
    assert [change.what for change in found] == ["pension_monthly", "horizon"]


def test_a_sum_taken_out_at_once_is_no_income() -> None:
    (change,) = find_what_if("what if I take out 10000 now", LIVES_ON_IT)
    assert (change.what, change.how) == ("initial_amount", "subtract")
