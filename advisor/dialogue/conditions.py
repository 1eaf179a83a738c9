"""The conditions a flow's data may name: pure functions of the state."""

from __future__ import annotations

from collections.abc import Callable

from advisor.dialogue.state import State
from advisor.domain.investor import GoalKind


def currency_open(state: State) -> bool:
    """No currency is settled yet, or it was settled by asking."""
    return state.currency is None or "currency" in state.slots


def takes_risk(state: State) -> bool:
    """Money for emergencies stays in cash, so nothing about risk needs to be asked."""
    return bool(state.value("goal") != GoalKind.EMERGENCY)


CONDITIONS: dict[str, Callable[[State], bool]] = {"currency_open": currency_open, "takes_risk": takes_risk}
