"""From answers to a risk profile: the ceiling, what it allows, and whether to invest at all yet."""

from __future__ import annotations

from dataclasses import replace

from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Answers, GoalKind, Reason, RiskProfile
from advisor.profiling.budget import cvar_budget, equity_cap, risk_word, score_of_budget
from advisor.profiling.capacity import capacity, effective_horizon
from advisor.profiling.contradictions import beside_the_wish, wish_of
from advisor.profiling.willingness import Willingness

_STARTER_BUFFER_MONTHS = 1.0


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
    wish = wish_of(answers)
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
        word=risk_word(min(ceiling, score_of_budget(budget)) if limit_reasons else ceiling),
        cvar_budget=budget,
        equity_cap=equity_cap(years),
        save_first=save_first,
        reasons=(
            _ceiling_reason(wish, room.score, answers),
            *limit_reasons,
            *save_reasons,
            *_settled(answers),
            *wish.reasons,
            *room.reasons,
        ),
        contradictions=wish.contradictions + beside_the_wish(answers),
    )


def with_budget(profile: RiskProfile, budget: float, reason: Reason) -> RiskProfile:
    """The profile with a smaller loss budget, the word that fits it, and the reason put beside the other limits."""
    limits = 1 + sum(
        item.key.startswith("budget.") for item in profile.reasons
    )  # after the ceiling and what was stated
    return replace(
        profile,
        cvar_budget=budget,
        word=risk_word(min(profile.ceiling, score_of_budget(budget))),
        reasons=(*profile.reasons[:limits], reason, *profile.reasons[limits:]),
    )


def _ceiling_reason(wish: Willingness, room: float, answers: Answers) -> Reason:
    """Which of the two binds, and by how many points it lies below the other; `bound` where questions were left out."""
    values: dict[str, float | str] = {"willingness": wish.score, "capacity": room}
    if wish.score > room:
        key = "ceiling.capacity"
    else:
        key = "ceiling.bound" if answers.not_asked and not answers.full_scale else "ceiling.willingness"
    return Reason(key, values, -abs(wish.score - room))


def _settled(answers: Answers) -> tuple[Reason, ...]:
    """Answers that the investor took back because they disagreed with another."""
    return tuple(Reason("willingness.withdrawn", {"first": slot}) for slot in answers.withdrawn)


def _budget(ceiling: float, loss_limit: float | None) -> tuple[float, tuple[Reason, ...]]:
    budget = cvar_budget(ceiling)
    if loss_limit is None or loss_limit >= budget:
        return budget, ()
    return loss_limit, (Reason("budget.loss_limit", {"limit": loss_limit, "budget": budget}, loss_limit - budget),)


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
