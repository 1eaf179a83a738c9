"""From slots to the investor's answers, with defaults where nothing was said. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from advisor.dialogue import filling
from advisor.dialogue.commands import Change
from advisor.dialogue.flows import Flow, SlotStep
from advisor.dialogue.later_life import LATER_LIFE
from advisor.dialogue.retreat import applies
from advisor.dialogue.risk_form import contradiction, left_out, scale_answers
from advisor.dialogue.state import Answered, State
from advisor.domain.investor import Answers, GoalKind
from advisor.profiling import RISK_SLOTS, SCALE_SLOTS, withdraw


def listed(state: State, flow: Flow) -> list[tuple[str, Any, bool]]:
    """Every applicable answer given so far, in the flow's order: (slot, value, whether it is our default)."""
    return [
        (part.slot, state.slots[part.slot].value, state.slots[part.slot].defaulted)
        for part in flow.slots()
        if part.slot in state.slots and part.slot not in flow.confirmations and applies(part, state)
    ]


def to_answers(state: State, flow: Flow) -> Answers:
    """The answers as a plan takes them; what was not asked or was skipped has its default, and is named in `defaulted`."""
    values: dict[str, Any] = {}
    defaulted: list[str] = []
    for part in flow.slots():
        given = state.slots.get(part.slot)
        used = given if given is not None and applies(part, state) else None
        values[part.slot] = used.value if used else filling.default(part, state)
        if used is None or used.defaulted:
            defaulted.append(part.slot)
    full, unasked = scale_answers(state), left_out(state)
    unsaid = {*flow.confirmations, *unasked, "settle_contradiction", *(() if full else SCALE_SLOTS)}
    initial, monthly = _amount(values["initial_amount"]) or Decimal(0), _amount(values["monthly_amount"]) or Decimal(0)
    answers = Answers(
        goal=GoalKind(values["goal"] or GoalKind.GROWTH),
        horizon_years=float(values["horizon"]["years"]) if values["horizon"] else 10.0,
        currency=state.currency or state.served[0],
        initial_amount=initial,
        monthly_amount=monthly,
        target_amount=_amount(values["target_amount"]),
        wanted_return=values["wanted_return"],
        debt_rate=float(values["debt"]),
        emergency_fund_months=float(values["emergency_fund"]),
        income_stability=values["income_stability"],
        share_of_savings=values["share_of_savings"],
        early_need=values["early_need"],
        loss_limit=values["loss_limit"],
        risk=tuple("" if slot in defaulted else values[slot] for slot in RISK_SLOTS),
        experience=values["experience"],
        exclusions=tuple(item for item in values["exclusions"] if item != "none"),
        defaulted=tuple(slot for slot in defaulted if slot not in unsaid and _is_asked(flow.slot(slot), state)),
        not_asked=unasked,
        full_scale=full,
        **_later_life(values),
    )
    return _once_settled(answers, state)


def _once_settled(answers: Answers, state: State) -> Answers:
    """Without the answer that the investor took back, where two disagreed and still do."""
    settled = state.value("settle_contradiction")
    if not settled or settled["way"] == "leave" or tuple(settled["pair"]) != contradiction(state):
        return answers
    return withdraw(answers, settled["pair"][1 if settled["way"] == "keep_first" else 0])


def changed(state: State, changes: list[Change]) -> tuple[State, float]:
    """The state under a what-if, and by how much the risk is scaled (1 = not)."""
    risk = 1.0
    for change in changes:
        if change.slot == "risk":
            risk *= float(change.value)
            continue
        for fill in filling.as_fill(change, state):
            answer = state.slots.get(fill.slot)
            value = (
                fill.value | {"currency": state.currency}
                if isinstance(fill.value, dict) and "amount" in fill.value
                else fill.value
            )
            turn = answer.turn if answer else state.turn
            state = state.with_answer(fill.slot, Answered(value, fill.raw, turn))
    return state, risk


def _is_asked(part: SlotStep, state: State) -> bool:
    """Whether a default is worth naming: where a condition keeps the question from this investor, no default was taken."""
    return part.slot not in LATER_LIFE or applies(part, state)


def _later_life(values: dict[str, Any]) -> dict[str, Any]:
    """What only some plans need; None where it was not said."""
    amounts = ("income_wanted", "pension_monthly", "debt_amount", "monthly_spending")
    times = {"pension_from_years": _years(values["pension_from"]), "spending_years": _years(values["spending_years"])}
    return {slot: _amount(values[slot]) for slot in amounts} | times | _age(values)


def _age(values: dict[str, Any]) -> dict[str, Any]:
    """The year of birth, said for itself or with the time, and the age at the date: as it was said, else by the calendar.

    By the investor's calendar, because the prices may be older than today. Born in the middle of a year on average.
    """
    horizon = values["horizon"] or {}
    said = values["birth_year"] if values["birth_year"] is not None else horizon.get("born")
    if said is None:
        return {}
    found: dict[str, Any] = {"birth_year": int(said)}
    if values["birth_year"] is None and "age" in horizon:
        return found | {"retirement_age": float(horizon["age"])}
    if not horizon.get("until") and {"age", "born"} <= horizon.keys():  # stored before the day was kept
        return found | {"retirement_age": float(horizon["born"] + horizon["age"] - said)}
    if not horizon.get("until"):
        return found
    until = date.fromisoformat(horizon["until"])
    return found | {"retirement_age": round(until.year + (until.month - 1) / 12 - said - 0.5, 2)}


def _years(value: dict[str, Any] | None) -> float | None:
    return float(value["years"]) if value else None


def _amount(value: dict[str, Any] | None) -> Decimal | None:
    return Decimal(value["amount"]) if value else None
