"""What belongs to a goal and what to the person, kept apart as JSON, and both together as the answers a plan is made from."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Answers, GoalKind

Json = dict[str, Any]

GOAL_FIELDS = (
    "goal",
    "horizon_years",
    "currency",
    "initial_amount",
    "monthly_amount",
    "target_amount",
    "wanted_return",
    "income_wanted",
    "pension_monthly",
    "pension_from_years",
    "spending_years",
    "retirement_age",
    "essential",
)
"""Fields of `Answers` that belong to one goal."""

PERSON_SLOTS: Mapping[str, tuple[str, ...]] = {
    "debt_rate": ("debt",),
    "debt_amount": (),
    "emergency_fund_months": ("emergency_fund",),
    "monthly_spending": (),
    "income_stability": ("income_stability",),
    "share_of_savings": ("share_of_savings",),
    "early_need": ("early_need",),
    "loss_limit": ("loss_limit",),
    "risk": ("risk_1", "risk_2", "risk_3", "risk_4", "risk_5"),
    "full_scale": tuple(f"scale_{number}" for number in range(1, 14)),
    "experience": ("experience",),
    "exclusions": ("exclusions",),
    "birth_year": (),
}
"""Fields of `Answers` that belong to the person, each with the slots of the dialogue that fill it."""

_MONEY = frozenset(
    {
        "initial_amount",
        "monthly_amount",
        "target_amount",
        "income_wanted",
        "pension_monthly",
        "debt_amount",
        "monthly_spending",
    }
)
_FORMS = ("risk", "full_scale")
"""Lists with a place for each slot, "" where it was skipped. Of the two forms the full one counts where it has an answer."""
_LISTS = frozenset({*_FORMS, "exclusions"})
_DAYS_A_YEAR = 365.25
_SHORTEST_YEARS = 1 / 12


def together(goal: Json, person: Json) -> Answers:
    """Both as answers. What is absent has the default of `Answers`; `defaulted` names the person's slots that were not answered.

    Money is a string in the goal's currency; a person's money carries its own ({"amount", "currency"}).

    Raises:
        InvalidInput: if a person's money is in another currency than the goal's.
    """
    said = {name: goal[name] for name in GOAL_FIELDS if goal.get(name) is not None}
    said |= {name: person[name] for name in PERSON_SLOTS if _is_said(person, name)}
    values = {name: _read(name, value, str(goal["currency"])) for name, value in said.items()}
    return Answers(**values, defaulted=unanswered(person))


def unanswered(person: Json) -> tuple[str, ...]:
    """Slots of the dialogue about the person that have no answer here, in their order; of the form about risk that counts."""
    found: list[str] = []
    unused = "risk" if _is_said(person, "full_scale") else "full_scale"
    for name, slots in PERSON_SLOTS.items():
        if name == unused:
            continue
        if name in _FORMS:
            given = list(person.get(name) or ())
            found += [slot for place, slot in enumerate(slots) if place >= len(given) or not given[place]]
        elif person.get(name) is None:
            found += slots
    return tuple(found)


def changed_slots(before: Json, after: Json) -> tuple[str, ...]:
    """Slots of the dialogue whose answers differ between two answers of one person."""
    return tuple(slot for slot, value in _by_slot(before).items() if value != _by_slot(after)[slot])


def person_of(answers: Json) -> Json:
    """What belongs to the person in answers as a plan keeps them; what was defaulted is left out."""
    defaulted = set(answers.get("defaulted", ()))
    kept = {
        name: answers[name]
        for name, slots in PERSON_SLOTS.items()
        if _is_said(answers, name) and not (slots and set(slots) <= defaulted)
    }
    for name in _MONEY & kept.keys():
        kept[name] = {"amount": kept[name], "currency": answers["currency"]}
    if "risk" in kept:
        slots = PERSON_SLOTS["risk"]
        kept["risk"] = ["" if slots[i] in defaulted else value for i, value in enumerate(kept["risk"])]
    return kept


def years_until(day: date, today: date) -> float:
    """Years from today to a day; one month where it is nearer or past, the shortest time that can be planned for."""
    months = (day.year - today.year) * 12 + day.month - today.month
    if _months_after(today, months) > day:
        months -= 1
    return max(_SHORTEST_YEARS, months / 12 + (day - _months_after(today, months)).days / _DAYS_A_YEAR)


def day_after(today: date, years: float) -> date:
    """The day some years from today: whole months on the same day of the month, the rest in days. Inverse of `years_until`."""
    months = math.floor(years * 12 + 1e-9)
    return _months_after(today, months) + timedelta(days=round((years - months / 12) * _DAYS_A_YEAR))


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _is_said(answers: Json, name: str) -> bool:
    value = answers.get(name)
    return any(value) if name in _FORMS and value is not None else value is not None


def _by_slot(person: Json) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, slots in PERSON_SLOTS.items():
        if name in _FORMS:
            given = list(person.get(name) or ())
            values |= {slot: given[place] if place < len(given) else "" for place, slot in enumerate(slots)}
        else:
            values |= {slot: person.get(name, _default(name)) for slot in slots}
    return values


def _default(name: str) -> Any:
    default = next(field.default for field in fields(Answers) if field.name == name)
    return None if default is MISSING else default


def _read(name: str, value: Any, currency: str) -> Any:
    if name == "goal":
        return GoalKind(value)
    if name in _LISTS:
        return tuple(value)
    if name not in _MONEY:
        return value
    if isinstance(value, dict):
        if value["currency"] != currency:
            raise InvalidInput(
                f"This amount is in {value['currency']}, and the goal is in {currency}. Please give both in one currency.",
                field=name,
            )
        value = value["amount"]
    return Decimal(value)
