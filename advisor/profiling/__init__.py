"""How much risk suits an investor: questions as data, willingness, capacity, and the ceiling made of both. Pure."""

from advisor.profiling.adaptive import is_settled, reach
from advisor.profiling.budget import cvar_budget, equity_cap, risk_word
from advisor.profiling.capacity import Capacity, capacity, effective_horizon
from advisor.profiling.contradictions import contradictions, to_settle, withdraw
from advisor.profiling.full_scale import FullScale, full_scale, full_willingness
from advisor.profiling.questions import RISK_SLOTS, SCALE_SLOTS, ChoiceQuestion, load
from advisor.profiling.suitability import assess, with_budget
from advisor.profiling.willingness import Willingness, willingness

__all__ = [
    "RISK_SLOTS",
    "SCALE_SLOTS",
    "Capacity",
    "ChoiceQuestion",
    "FullScale",
    "Willingness",
    "assess",
    "capacity",
    "contradictions",
    "cvar_budget",
    "effective_horizon",
    "equity_cap",
    "full_scale",
    "full_willingness",
    "is_settled",
    "load",
    "reach",
    "risk_word",
    "to_settle",
    "willingness",
    "with_budget",
    "withdraw",
]
