"""How much risk suits an investor: questions as data, willingness, capacity, and the ceiling made of both. Pure."""

from advisor.profiling.capacity import Capacity, capacity, effective_horizon
from advisor.profiling.questions import RISK_SLOTS, ChoiceQuestion, load
from advisor.profiling.suitability import assess, cvar_budget, equity_cap, risk_word, with_budget
from advisor.profiling.willingness import Willingness, willingness

__all__ = [
    "RISK_SLOTS",
    "Capacity",
    "ChoiceQuestion",
    "Willingness",
    "assess",
    "capacity",
    "cvar_budget",
    "effective_horizon",
    "equity_cap",
    "load",
    "risk_word",
    "willingness",
    "with_budget",
]
