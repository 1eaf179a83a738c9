"""The conditions a flow's data may name: pure functions of the state."""

from __future__ import annotations

from collections.abc import Callable

from advisor.dialogue import later_life, risk_form
from advisor.dialogue.state import State


def currency_open(state: State) -> bool:
    """No currency is settled yet, or it was settled by asking."""
    return state.currency is None or "currency" in state.slots


def answers_contradict(state: State) -> bool:
    """Two answers disagree, so that one more question is needed."""
    return risk_form.contradiction(state) is not None


CONDITIONS: dict[str, Callable[[State], bool]] = {
    "currency_open": currency_open,
    "takes_risk": risk_form.takes_risk,
    "short_form": risk_form.is_short,
    "full_form": risk_form.is_full,
    "risk_settled": risk_form.settled,
    "answers_contradict": answers_contradict,
    "is_spent": later_life.is_spent,
    "pays_income": later_life.pays_income,
    "retires": later_life.retires,
    "length_known": later_life.length_known,
    "has_pension": later_life.has_pension,
    "on_demand": later_life.on_demand,
    "owes": later_life.owes,
    "debt_amount_settled": later_life.debt_amount_settled,
    "spending_settled": later_life.spending_settled,
}
