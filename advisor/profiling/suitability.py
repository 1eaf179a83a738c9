"""From answers to a risk profile: the ceiling, what it allows, and whether to invest at all yet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Answers, GoalKind, Reason, RiskProfile
from advisor.profiling.capacity import capacity, effective_horizon
from advisor.profiling.willingness import Willingness, willingness

_CAP_YEARS = (2.0, 5.0, 10.0, 15.0, 20.0)
_CAP_SHARES = (0.0, 0.30, 0.60, 0.80, 0.90)
_LEAST_LOSS, _MOST_LOSS = 0.02, 0.35
_WORDS = ((20.0, "cautious"), (50.0, "balanced"), (80.0, "growth"))
_STARTER_BUFFER_MONTHS = 1.0
# Nobody earns this much on money that may hardly fall in a year: the two wishes exclude each other.
_HARDLY_ANY_LOSS, _HIGH_WISH = 0.03, 0.08


def equity_cap(horizon_years: float) -> float:
    """Largest share of equities (fraction): linear between (2 years, 0), (5, 30 %), (10, 60 %), (15, 80 %), (20, 90 %).

    `horizon_years` is the time until the money is spent on average (`effective_horizon`).
    """
    return float(np.interp(horizon_years, _CAP_YEARS, _CAP_SHARES))


def cvar_budget(score: float) -> float:
    """Largest 1-year 95 % CVaR (loss as a fraction): linear from 2 % at a score of 0 to 35 % at 100."""
    return _LEAST_LOSS + (_MOST_LOSS - _LEAST_LOSS) * min(100.0, max(0.0, score)) / 100


def risk_word(score: float) -> str:
    """Catalogue word of a score: cautious below 20, balanced below 50, growth below 80, bold from there."""
    return next((word for bound, word in _WORDS if score < bound), "bold")


def assess(answers: Answers, plan_return: float) -> RiskProfile:
    """The risk profile of complete answers. Deterministic: the same answers give the same profile.

    The ceiling is the lower of willingness and capacity; a wanted return or target never raises it. A stated loss limit
    lowers the loss budget, and with it the word. `plan_return` (fraction per year) is what the plan would be expected to
    earn: debt dearer than that goes first, because paying it off earns its rate for sure while investing earns the plan's
    return at best on average. It is passed in, so that the comparison uses the figure the investor is shown.

    Raises:
        InvalidInput: for unknown options or impossible numbers; `field` names the slot.
    """
    if answers.loss_limit is not None and not 0 <= answers.loss_limit <= 1:
        raise InvalidInput("A loss lies between 0 and 100 %.", field="loss_limit")
    wish = willingness(answers.risk, answers.defaulted, answers.loss_limit)
    room = capacity(answers)
    ceiling = min(wish.score, room.score)
    budget, limit_reasons = _budget(ceiling, answers.loss_limit)
    years = effective_horizon(answers.goal, answers.horizon_years)
    save_first, save_reasons = _save_first(answers, plan_return)
    return RiskProfile(
        willingness=wish.score,
        willingness_low=wish.low,
        willingness_high=wish.high,
        capacity=room.score,
        ceiling=ceiling,
        word=risk_word(min(ceiling, _score_of(budget)) if limit_reasons else ceiling),
        cvar_budget=budget,
        equity_cap=equity_cap(years),
        save_first=save_first,
        reasons=(_ceiling_reason(wish, room.score), *limit_reasons, *save_reasons, *wish.reasons, *room.reasons),
        contradictions=wish.contradictions + _wish_conflict(answers),
    )


def with_budget(profile: RiskProfile, budget: float, reason: Reason) -> RiskProfile:
    """The profile with a smaller loss budget, the word that fits it, and the reason put beside the other limits."""
    limits = 1 + sum(
        item.key.startswith("budget.") for item in profile.reasons
    )  # after the ceiling and what was stated
    return replace(
        profile,
        cvar_budget=budget,
        word=risk_word(min(profile.ceiling, _score_of(budget))),
        reasons=(*profile.reasons[:limits], reason, *profile.reasons[limits:]),
    )


def _ceiling_reason(wish: Willingness, room: float) -> Reason:
    """Which of the two binds, and by how many points it lies below the other."""
    bound_by = "willingness" if wish.score <= room else "capacity"
    values: dict[str, float | str] = {"willingness": wish.score, "capacity": room}
    return Reason(f"ceiling.{bound_by}", values, -abs(wish.score - room))


def _budget(ceiling: float, loss_limit: float | None) -> tuple[float, tuple[Reason, ...]]:
    budget = cvar_budget(ceiling)
    if loss_limit is None or loss_limit >= budget:
        return budget, ()
    return loss_limit, (Reason("budget.loss_limit", {"limit": loss_limit, "budget": budget}, loss_limit - budget),)


def _score_of(budget: float) -> float:
    """Inverse of `cvar_budget`; 0 for budgets below its range."""
    return max(0.0, (budget - _LEAST_LOSS) / (_MOST_LOSS - _LEAST_LOSS) * 100)


def _save_first(answers: Answers, plan_return: float) -> tuple[str | None, tuple[Reason, ...]]:
    """Why investing should wait; the first that holds counts, all are recorded."""
    found: dict[str, dict[str, float | str]] = {}
    if answers.goal is GoalKind.EMERGENCY:
        found["emergency"] = {}
    if answers.emergency_fund_months < _STARTER_BUFFER_MONTHS:
        found["buffer"] = {"months": answers.emergency_fund_months}
    if answers.debt_rate > plan_return:
        found["debt"] = {"rate": answers.debt_rate, "plan_return": plan_return}
    return next(iter(found), None), tuple(Reason(f"save_first.{key}", values) for key, values in found.items())


def _wish_conflict(answers: Answers) -> tuple[tuple[str, str], ...]:
    limit, wanted = answers.loss_limit, answers.wanted_return
    if limit is None or wanted is None or limit > _HARDLY_ANY_LOSS or wanted < _HIGH_WISH:
        return ()
    return (("loss_limit", "wanted_return"),)
