"""Questions that only some plans need, on a life from savings and on a debt or a cushion: when they are asked and heard. Pure."""

from __future__ import annotations

from advisor.dialogue.state import State
from advisor.domain.investor import GoalKind

FOLLOW_UPS = ("debt_amount", "monthly_spending")
"""Asked once a plan has shown that they are missing; without them it stands, but has no dates."""

MISSING = "missing"
"""The fact that holds which of them the plan found missing."""

LATER_LIFE = frozenset(
    {"income_wanted", "pension_monthly", "pension_from", "spending_years", "birth_year", *FOLLOW_UPS}
)
"""All of these questions."""

_SPENT = frozenset({GoalKind.INCOME, GoalKind.RETIREMENT})
_OF_A_LIFE = LATER_LIFE - {*FOLLOW_UPS}
_FIRST_SAID = frozenset({"income_wanted", "pension_monthly"})


def is_spent(state: State) -> bool:
    """Whether the money is paid out over a life, not used on a day."""
    return state.value("goal") in _SPENT


def pays_income(state: State) -> bool:
    """Whether the goal is an income, which has no amount to reach."""
    return bool(state.value("goal") == GoalKind.INCOME)


def retires(state: State) -> bool:
    """Whether the goal is a retirement, where the years after work are spoken of on demand."""
    return bool(state.value("goal") == GoalKind.RETIREMENT)


def length_known(state: State) -> bool:
    """Whether it need not be asked how long the money must last: the age or the time is known, or it is only told on demand."""
    born = (state.value("horizon") or {}).get("born")
    return retires(state) or born is not None or state.value("spending_years") is not None


def has_pension(state: State) -> bool:
    """Whether a pension pays a part."""
    return is_spent(state) and state.value("pension_monthly") is not None


def on_demand(_state: State) -> bool:
    """A question nobody is asked; it is understood where it is volunteered."""
    return True


def owes(state: State) -> bool:
    """Whether there is a debt."""
    return bool(state.value("debt"))


def debt_amount_settled(state: State) -> bool:
    """Whether the plan can do without the amount of the debt, or has not been looked at yet."""
    return not _follows_up(state, "debt_amount")


def spending_settled(state: State) -> bool:
    """Whether the plan can do without what a month of spending costs, or has not been looked at yet."""
    return not _follows_up(state, "monthly_spending")


def admitted(state: State, asked: str | None) -> frozenset[str]:
    """The slots of these questions that a message may speak of now; elsewhere their words mean nothing."""
    goal = state.value("goal")
    found = set(_OF_A_LIFE if goal in _SPENT else _FIRST_SAID if goal is None else ())
    if asked == "debt" or owes(state):
        found.add("debt_amount")
    buffer = state.value("emergency_fund")
    if (buffer is not None and buffer < 1) or "monthly_spending" in state.facts.get(MISSING, ()):
        found.add("monthly_spending")
    return frozenset(found | ({asked} if asked else set()))


def _follows_up(state: State, slot: str) -> bool:
    """Once the plan's turn is over, or another of these was answered, so that one more plan serves all."""
    seen = "confirm_bad_year" in state.slots or any(name in state.slots for name in FOLLOW_UPS)
    return seen and slot in state.facts.get(MISSING, ())
