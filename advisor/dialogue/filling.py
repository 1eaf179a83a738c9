"""Whether a value may fill a slot: limits, currencies, the bad-year check. Pure, and never raises on odd values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from advisor.dialogue.commands import Change, Fill
from advisor.dialogue.effects import Do, Effect, Say
from advisor.dialogue.flows import SlotStep
from advisor.dialogue.risk_form import contradiction
from advisor.dialogue.state import State
from advisor.replies.answers import span
from advisor.replies.format import money
from advisor.replies.questionnaire import question

# A typed bad-year amount counts as understood within a quarter of the computed one: the point is the size, not the cents.
BAD_YEAR_TOLERANCE = Decimal("0.25")
# What somebody may have or not: "none" is an answer there, and not a skip.
WISHES = frozenset({"target_amount", "wanted_return", "income_wanted", "pension_monthly", "spending_years"})
NO_WISH = "none"
_OWN_BOUNDS = frozenset({"wanted_return", "birth_year"})
_AMOUNTS = frozenset({"initial_amount", "monthly_amount", "target_amount", "income_wanted", "pension_monthly"})
_DAYS_A_YEAR = 365.25
# What may become of two answers that disagree.
WAYS = ("keep_first", "keep_second", "leave")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The value to store, the state with what it settles, and what to say about it."""

    value: Any
    state: State
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Why not, as a wording key. `state` is set where the refusal itself leaves a trace (half an answer kept)."""

    key: str
    values: dict[str, str] = field(default_factory=dict)
    state: State | None = None


def check(part: SlotStep, fill: Fill, state: State) -> Accepted | Refused:
    """Whether `fill` may answer `part`."""
    if fill.value in (None, NO_WISH) and part.slot in WISHES:
        return Accepted(None, state)
    match part.kind:
        case "money":
            return _money(part, fill, state)
        case "percent" | "number":
            return _number(part, fill, state)
        case "duration":
            return _duration(part, fill, state)
    return _choice(part, fill, state)


def _choice(part: SlotStep, fill: Fill, state: State) -> Accepted | Refused:
    match part.slot:
        case "currency":
            return _currency(fill, state)
        case "confirm_summary":
            return Accepted("yes", state) if fill.value == "yes" else Refused("say_what_to_change")
        case "confirm_bad_year":
            return _bad_year(fill, state)
        case "settle_contradiction":
            return _settling(fill, state)
    known = {option.id for option in question(state.locale, part.slot).options}
    wished = fill.value if isinstance(fill.value, list) else [fill.value]
    if not wished or not all(isinstance(item, str) and item in known for item in wished):
        return Refused("not_an_option", {"raw": fill.raw})
    return Accepted(_without_contradicting_none(wished) if part.kind == "multichoice" else wished[0], state)


def default(part: SlotStep, state: State) -> Any:
    """The value a skip stands for, in the slot's form."""
    if part.slot == "currency":
        return state.served[0]
    if part.slot == "settle_contradiction":
        return _way(part.default, state)
    if part.kind == "money" and part.default is not None:
        amount = part.default
        initial = state.value("initial_amount")
        if part.default_when_nothing is not None and initial and Decimal(initial["amount"]) == 0:
            amount = part.default_when_nothing
        return {"amount": str(amount), "currency": state.currency}
    if part.default is None and part.options is None and part.kind in ("choice", "multichoice"):
        chosen = question(state.locale, part.slot).default
        return [chosen] if part.kind == "multichoice" else chosen
    return part.default


def as_fill(change: Change, state: State) -> Iterator[Fill]:
    """A what-if's change as an answer, where it maps to one (a changed appetite for risk does not)."""
    before = state.value(change.slot)
    if change.slot == "exclusions":
        if not isinstance(change.value, list | tuple):
            return
        named = [item for item in (before or []) if item != "none" and item not in change.value]
        yield Fill("exclusions", [*named, *(change.value if change.operation == "add" else [])] or ["none"], "")
        return
    value = _decimal(change.value)
    if value is None:
        return
    if change.slot in _AMOUNTS:
        amount = combine(Decimal(before["amount"]) if before else Decimal(0), change.operation, value)
        yield Fill(change.slot, {"amount": str(amount), "currency": None}, str(amount))
    elif change.slot == "horizon":
        years = float(combine(Decimal(str(before["years"] if before else 0)), change.operation, value))
        said = str(span(state.locale, years))
        yield Fill("horizon", {"years": years, "said": said} | _moved(before, years), said)
    elif change.slot == "pension_from":
        years = float(combine(Decimal(str((before or {}).get("years", 0))), change.operation, value))
        said = str(span(state.locale, years))
        yield Fill("pension_from", {"years": years, "said": said}, said)
    elif change.slot in ("loss_limit", "wanted_return", "debt"):
        share = float(combine(Decimal(str(before or 0)), change.operation, value))
        yield Fill(change.slot, share, str(share))


def combine(held: Decimal, operation: str, value: Decimal) -> Decimal:
    """A number after a change."""
    return {"set": value, "add": held + value, "times": held * value}.get(operation, held)


def _money(part: SlotStep, fill: Fill, state: State) -> Accepted | Refused:
    amount = _decimal(fill.value.get("amount") if isinstance(fill.value, dict) else None)
    if amount is None:
        return Refused("unreadable.money", {"raw": fill.raw})
    if 0 < amount < 1:
        return Refused(f"unreadable.{part.slot}", {"raw": fill.raw})  # "half": a share of something, not money
    said = fill.value.get("currency")
    if said and said != state.currency:
        settled = _other_currency(part, said, amount, state)
        if isinstance(settled, Refused):
            return settled
        state, effects = settled.state, settled.effects
    else:
        effects = ()
    bounds = _bounds(part, float(amount))
    if bounds:
        return bounds
    initial = state.value("initial_amount")
    if part.slot == "monthly_amount" and amount == 0 and initial and Decimal(initial["amount"]) == 0:
        return Refused("nothing_to_invest")
    return Accepted({"amount": str(amount), "currency": state.currency}, state, effects)


def _other_currency(part: SlotStep, said: str, amount: Decimal, state: State) -> Accepted | Refused:
    """A currency said with an amount settles an open one; a different one later is questioned."""
    if state.currency is None:
        if said not in state.served:
            return Refused("currency_not_served", _served(state, said), replace(state, wished_currency=said))
        return Accepted(None, replace(state, currency=said), (Say("currency_settled", {"currency": said}),))
    pending = {"kind": "currency", "slot": part.slot, "amount": str(amount), "currency": said}
    return Refused("currency_differs", {"said": said, "settled": state.currency}, replace(state, pending=pending))


def _currency(fill: Fill, state: State) -> Accepted | Refused:
    if fill.value not in state.served:
        return Refused(
            "currency_not_served", _served(state, str(fill.value)), replace(state, wished_currency=str(fill.value))
        )
    return Accepted(fill.value, replace(state, currency=fill.value))


def _served(state: State, wished: str) -> dict[str, str]:
    return {"wished": wished, "served": ", ".join(state.served)}


def _number(part: SlotStep, fill: Fill, state: State) -> Accepted | Refused:
    value = _decimal(fill.value)
    if value is None:
        return Refused(f"unreadable.{part.slot}", {"raw": fill.raw})
    return _bounds(part, float(value)) or Accepted(float(value), state)


def _duration(part: SlotStep, fill: Fill, state: State) -> Accepted | Refused:
    years = _decimal(fill.value.get("years") if isinstance(fill.value, dict) else None)
    if years is None:
        return Refused(f"unreadable.{part.slot}", {"raw": fill.raw})
    known = _birth(state.value("horizon")) if part.slot == "horizon" else {}
    return _bounds(part, float(years)) or Accepted(known | fill.value | {"years": float(years)}, state)


def _moved(horizon: dict[str, Any] | None, years: float) -> dict[str, Any]:
    """What is known of a time besides its length, for another length: the day in the calendar, and the year of birth."""
    if not horizon or not horizon.get("until"):
        return _birth(horizon)
    days = round((years - float(horizon["years"])) * _DAYS_A_YEAR)
    day = date.fromisoformat(horizon["until"]).toordinal() + days
    return _birth(horizon) | {"until": date.fromordinal(min(max(day, 1), date.max.toordinal())).isoformat()}


def _birth(horizon: dict[str, Any] | None) -> dict[str, Any]:
    """The year of birth that was told with a time; another time does not change it."""
    return {"born": horizon["born"]} if horizon and "born" in horizon else {}


def _bounds(part: SlotStep, value: float) -> Refused | None:
    if value < 0:
        return Refused("too_low.negative" if part.kind != "duration" else "too_low.past")
    if part.min is not None and value < part.min:
        return Refused(f"too_low.{part.slot}")
    if part.max is not None and value > part.max:
        return Refused(f"too_high.{part.slot if part.slot in _OWN_BOUNDS else part.kind}")
    return None


def _bad_year(fill: Fill, state: State) -> Accepted | Refused:
    asked = state.facts.get("bad_year")
    if not asked:
        return Refused("no_plan_yet")
    right = Decimal(asked["amount"])
    if isinstance(fill.value, dict):
        said = _decimal(fill.value.get("amount"))
        if said is None or fill.value.get("currency") not in (None, state.currency):
            return Refused("bad_year_money")
        understood = abs(abs(said) - right) <= BAD_YEAR_TOLERANCE * right
    elif fill.value in [option["id"] for option in asked["options"]]:
        understood = fill.value == asked["right"]
    else:
        return Refused("bad_year_money")
    if not understood:
        currency = asked.get("currency") or state.currency or state.served[0]
        return Refused("bad_year_wrong", {"amount": money(state.locale, asked["amount"], currency)})
    facts = state.facts | {"active": True}
    return Accepted(fill.value, replace(state, facts=facts), (Do("activate"),))


def _settling(fill: Fill, state: State) -> Accepted | Refused:
    return (
        Accepted(_way(fill.value, state), state) if fill.value in WAYS else Refused("not_an_option", {"raw": fill.raw})
    )


def _way(way: str, state: State) -> dict[str, Any]:
    """How a contradiction was settled, and between which two answers."""
    return {"way": way, "pair": list(contradiction(state) or ())}


def _without_contradicting_none(wished: list[str]) -> list[str]:
    named = list(dict.fromkeys(item for item in wished if item != "none"))
    return named or ["none"]


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
