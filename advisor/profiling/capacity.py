"""How much risk the investor can bear, whatever he or she would like.

The horizon sets what is possible; every other part takes a share of that away:

    capacity = base(horizon) x (1 - sum of weight x (1 - score))

Time is a factor and not one part among many because a full purse does not make a one-year goal fit for shares. Weights and
lines are judgement in the spirit of FINRA Rule 2111 (the factors) and FCA's 2018 review (capacity for loss and experience
were what advisers skipped); docs/risk-profile.md gives the reason for each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Answers, GoalKind, Reason
from advisor.profiling.questions import score

_BASE_YEARS = (0.0, 2.0, 5.0, 10.0, 15.0, 20.0)
_BASE_POINTS = (0.0, 10.0, 40.0, 70.0, 90.0, 100.0)
_FULL_BUFFER_MONTHS = 6.0
_CHEAP_DEBT, _RUINOUS_DEBT = 0.03, 0.15
_WEIGHTS = {
    "emergency_fund": 0.20,
    "early_need": 0.20,
    "income_stability": 0.15,
    "share_of_savings": 0.15,
    "debt": 0.10,
    "experience": 0.10,
}
# Life expectancy at 65 is about 20 years (advisor/analysis/longevity.py), so the mean payment of an income, or of living from
# savings in retirement, falls 10 years after the first one.
_HALF_OF_PAYOUT_YEARS = 10.0
_PAID_OUT = frozenset({GoalKind.INCOME, GoalKind.RETIREMENT})


@dataclass(frozen=True, slots=True)
class Capacity:
    """`score` in points of 0-100; the reasons' effects sum to score - 100."""

    score: float
    reasons: tuple[Reason, ...]


def effective_horizon(goal: GoalKind, years: float) -> float:
    """Years until the money is spent on average: incomes and retirements are paid out over 20 years, others at their date."""
    return years + (_HALF_OF_PAYOUT_YEARS if goal in _PAID_OUT else 0.0)


def capacity(answers: Answers) -> Capacity:
    """Capacity for risk in points of 0-100, with what each part took away.

    Continuous and never falling in horizon and buffer; never rising in the debt's rate.

    Raises:
        InvalidInput: for a negative or non-finite horizon, buffer or rate, or an unknown option; `field` names the slot.
    """
    years = effective_horizon(answers.goal, _amount(answers.horizon_years, "horizon"))
    base = float(np.interp(years, _BASE_YEARS, _BASE_POINTS))
    parts = _parts(answers)
    effects = {slot: -base * weight * (1 - parts[slot][1]) for slot, weight in _WEIGHTS.items()}
    horizon = "capacity.payout" if answers.goal in _PAID_OUT else "capacity.horizon"
    reasons = [Reason(horizon, {"years": years}, base - 100)]
    reasons += [Reason(f"capacity.{slot}", {"answer": parts[slot][0]}, effect) for slot, effect in effects.items()]
    return Capacity(max(0.0, base + sum(effects.values())), tuple(reasons))


def _parts(answers: Answers) -> dict[str, tuple[float | str, float]]:
    """(answer, score 0..1) of everything but the horizon."""
    months = _amount(answers.emergency_fund_months, "emergency_fund")
    rate = _amount(answers.debt_rate, "debt")
    burden = (rate - _CHEAP_DEBT) / (_RUINOUS_DEBT - _CHEAP_DEBT)
    return {
        "emergency_fund": (months, min(1.0, months / _FULL_BUFFER_MONTHS)),
        "debt": (rate, 1 - min(1.0, max(0.0, burden))),
        "early_need": (answers.early_need, score("early_need", answers.early_need)),
        "income_stability": (answers.income_stability, score("income_stability", answers.income_stability)),
        "share_of_savings": (answers.share_of_savings, score("share_of_savings", answers.share_of_savings)),
        "experience": (answers.experience, score("experience", answers.experience)),
    }


def _amount(value: float, slot: str) -> float:
    if not 0 <= value < float("inf"):
        raise InvalidInput("This must be a number that is not below zero.", field=slot)
    return value
