"""From answers and a market snapshot to a plan's result: one pure computation, the same for proposing, what-if and replay.

    snapshot -> moments -> frontier (given) -> profile -> choice -> glide path -> projection -> comparison, costs, reasons

The result holds every figure that is ever said about the plan, as JSON values, so that replies compute nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

import numpy as np
from scipy.optimize import brentq

from advisor.analysis.costs import mix_costs
from advisor.analysis.history import joint_monthly_returns, mix_history, monthly_inflation
from advisor.analysis.projection import Market, fan, levers, required_return, simulate
from advisor.domain.investor import Answers, GoalKind, Reason, RiskProfile
from advisor.domain.market import Floats, MarketSnapshot
from advisor.optimizer.choose import Choice, choose
from advisor.optimizer.glide import GlideStep, glide_path
from advisor.profiling import assess, equity_cap, with_budget
from advisor.services.plan.amounts import (
    bad_year,
    costs_json,
    first_purchase,
    holdings_json,
    is_cash,
    stake_of,
    worse_loss,
)
from advisor.services.plan.basis import RESULT_FORMAT, Basis, Json, reason_json
from advisor.services.plan.beside import comparison, frontier_plot, history, mixes_of

SEED = 20260101
"""One seed for all plans: the same inputs give the same bytes, and two plans differ by their inputs alone."""

_UNTIL_DONE = frozenset({"debt", "buffer"})
_DATED = frozenset({GoalKind.RETIREMENT, GoalKind.HOME, GoalKind.EDUCATION, GoalKind.PURCHASE})
_MOST_SHARES = 0.95
_BUDGET_STEP = 1e-4  # how closely a loss budget is searched: a hundredth of a point


def compute(answers: Answers, basis: Basis, risk_scale: float = 1.0) -> Json:
    """The plan's result. `risk_scale` multiplies the loss budget and, upwards, the cap on shares: for what-ifs only.

    Raises:
        InvalidInput: for answers that make no sense.
        NotEnoughHistory: if the market's history is too short to project from.
    """
    profile = _profile(answers, basis, risk_scale)
    choice = choose(basis.solution.frontier, basis.moments, profile, answers.wanted_return)
    invested = choose(basis.solution.frontier, basis.moments, replace(profile, save_first=None), answers.wanted_return)
    steps = _steps(answers, basis, profile, risk_scale)
    mixes = mixes_of(choice, basis)
    past = {name: mix_history(basis.snapshot, weights) for name, weights in mixes.items()}
    stake, monthly_stake = stake_of(answers)
    context = {
        "format": RESULT_FORMAT,
        "currency": answers.currency,
        "goal": answers.goal.value,
        "horizon_years": answers.horizon_years,
        "save_first": profile.save_first,
        "debt_rate": answers.debt_rate,
        "investing_return": invested.expected_return,
        "later": _groups(invested.weights, basis) if profile.save_first in _UNTIL_DONE else None,
        "source": _source(basis.snapshot),
        "profile": _profile_json(profile),
        "stake": str(stake),
        "amount_is_monthly": monthly_stake,
    }
    beside = {
        "comparison": comparison(mixes, past, basis, stake),
        "frontier": frontier_plot(mixes, basis),
        "history": history(past),
        "costs": costs_json(choice, basis, answers, stake),
        "bad_year": bad_year(choice, past["plan"], stake, basis),
    }
    reasons = (*profile.reasons, *choice.reasons, *basis.moments.notes)
    recorded = {
        "reasons": [reason_json(item) for item in reasons],
        "solvers_tried": [asdict(item) for item in basis.solution.tried],
        "moments": {
            "version": basis.moments.version,
            "first": basis.moments.first.isoformat(),
            "weeks": basis.moments.weeks,
        },
    }
    return context | _mix(choice, basis, answers) | _projection(answers, basis, choice, steps) | beside | recorded


def _mix(choice: Choice, basis: Basis, answers: Answers) -> Json:
    return {
        "holdings": holdings_json(choice, basis, first_purchase(answers)),
        "weights": choice.weights,
        "expected_return": choice.expected_return,
        "volatility": choice.volatility,
        "cvar": choice.cvar,
        "capped_by": choice.capped_by,
        "binding": list(choice.binding),
    }


def _profile(answers: Answers, basis: Basis, risk_scale: float) -> RiskProfile:
    """The profile, with debt compared to what the plan for this profile would be expected to earn."""
    free_of_debt = replace(assess(answers, plan_return=float("inf")), save_first=None)
    limit = _limit_on_record(free_of_debt, basis, answers.loss_limit)
    free_of_debt = with_budget(free_of_debt, *limit) if limit else free_of_debt
    earned = choose(basis.solution.frontier, basis.moments, free_of_debt, answers.wanted_return).expected_return
    profile = assess(answers, plan_return=earned)
    profile = with_budget(profile, *limit) if limit else profile
    if risk_scale == 1.0:
        return profile
    cap = _scaled_cap(profile.equity_cap, risk_scale)
    return replace(profile, cvar_budget=profile.cvar_budget * risk_scale, equity_cap=cap)


def _limit_on_record(profile: RiskProfile, basis: Basis, loss_limit: float | None) -> tuple[float, Reason] | None:
    """The largest loss budget whose bad year, as it is told, keeps a stated limit, and why; None where the budget does so already.

    The budget bounds the estimate alone. A bad year is told as the worse of that and the record, and that is what was promised.
    """
    if loss_limit is None:
        return None

    def told(budget: float) -> float:
        choice = choose(basis.solution.frontier, basis.moments, replace(profile, cvar_budget=budget))
        worst = mix_history(basis.snapshot, choice.weights).worst_year
        return worse_loss(choice.cvar, worst, cash_alone=is_cash(choice.weights, basis))

    first = told(profile.cvar_budget)
    if first <= loss_limit:
        return None
    # Below what cash itself is estimated to lose (a gain, where bills pay well) all is cash, and nothing is calmer than that.
    budget = -max(0.0, basis.moments.bill) - _BUDGET_STEP
    if told(budget) <= loss_limit:
        budget = brentq(lambda tried: told(tried) - loss_limit, budget, profile.cvar_budget, xtol=_BUDGET_STEP)
        budget -= _BUDGET_STEP  # to the careful side of what the search leaves open
    reason = Reason("budget.worst_year", {"limit": loss_limit, "worst": first}, budget - profile.cvar_budget)
    return float(budget), reason


def _scaled_cap(cap: float, risk_scale: float) -> float:
    return min(max(cap, _MOST_SHARES), cap * max(1.0, risk_scale))


def _groups(weights: Mapping[str, float], basis: Basis) -> dict[str, float]:
    """Shares of the broad kinds in a mix."""
    shares: dict[str, float] = {}
    for item in basis.snapshot.instruments:
        if weights.get(item.symbol, 0.0) > 0:
            group = item.asset_class.group.value
            shares[group] = round(shares.get(group, 0.0) + weights[item.symbol], 4)
    return shares


def _steps(answers: Answers, basis: Basis, profile: RiskProfile, risk_scale: float) -> tuple[GlideStep, ...]:
    """One mix per year where the goal has a date; else the same mix throughout."""
    if answers.goal not in _DATED or profile.save_first is not None:
        return ()
    return glide_path(
        basis.solution.frontier,
        basis.moments,
        profile,
        answers.horizon_years,
        cap_at=lambda left: _scaled_cap(equity_cap(left), risk_scale),
        wanted_return=answers.wanted_return,
    )


def _projection(answers: Answers, basis: Basis, choice: Choice, steps: tuple[GlideStep, ...]) -> Json:
    choices = [step.choice for step in steps] or [choice]
    ends, returns = joint_monthly_returns(basis.snapshot, np.stack([_columns(item.weights, basis) for item in choices]))
    rates = basis.snapshot.rates
    market = Market(
        returns=returns,
        means=np.array([item.expected_return for item in choices]),
        expected_inflation=rates.inflation,
        inflation=monthly_inflation(basis.snapshot, ends),
        fee=mix_costs(choice.weights, basis.snapshot.instruments).yearly or 0.0,
    )
    start, monthly = float(answers.initial_amount), float(answers.monthly_amount)
    target = None if answers.target_amount is None else float(answers.target_amount)
    futures = simulate(market, answers.horizon_years, seed=SEED)
    drawn = fan(futures, start=start, monthly=monthly, target=target)
    projection = {
        "years": list(drawn.years),
        "bands": {name: list(values) for name, values in drawn.bands.items()},
        "paid_in": list(drawn.paid_in),
        "target": target,
        "chance": drawn.chance,
        "chance_low": drawn.chance_low,
        "chance_high": drawn.chance_high,
        "paths": len(futures.shifts),
        "inflation": rates.inflation,
        "inflation_note": rates.inflation_note,
    } | _reach(market, answers)
    glide = [
        {
            "year": step.year,
            "equity_cap": step.equity_cap,
            "equity": _groups(step.choice.weights, basis).get("equity", 0.0),
            "weights": step.choice.weights,
        }
        for step in steps
    ]
    return {"projection": projection, "glide": glide}


def _reach(market: Market, answers: Answers) -> Json:
    """What would bring the target nearer, and what it asks of the money; nothing without a target."""
    if answers.target_amount is None:
        return {"levers": None, "required_real_return": None}
    start, monthly, years = float(answers.initial_amount), float(answers.monthly_amount), answers.horizon_years
    target = float(answers.target_amount)
    found = levers(market, start=start, monthly=monthly, years=years, target=target, seed=SEED)
    return {"levers": asdict(found), "required_real_return": required_return(start, monthly, years, target)}


def _columns(weights: dict[str, float], basis: Basis) -> Floats:
    return np.array([weights.get(symbol, 0.0) for symbol in basis.snapshot.symbols])


def _source(snapshot: MarketSnapshot) -> Json:
    provenance = snapshot.provenance
    fallbacks = max(0, len(provenance.attempts) - 1)
    return {
        "name": provenance.source,
        "title": provenance.title,
        "last": provenance.last.isoformat(),
        "rehearsal": provenance.rehearsal,
        "fallback_notes": list(provenance.notes[:fallbacks]),
        "notes": list(provenance.notes[fallbacks:]),
        "bill": snapshot.rates.bill,
        "ten_year": snapshot.rates.ten_year,
    }


def _profile_json(profile: RiskProfile) -> Json:
    fields = asdict(profile)
    fields.pop("reasons")
    return fields | {"contradictions": [list(pair) for pair in profile.contradictions]}
