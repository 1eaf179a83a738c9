"""From answers and a market snapshot to a plan's result: one pure computation, the same for proposing, what-if and replay.

    snapshot -> moments -> frontier (given) -> profile -> choice -> glide path -> projection -> comparison, costs, reasons

The result holds every figure that is ever said about the plan, as JSON values, so that replies compute nothing.
"""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np

from advisor.analysis.costs import mix_costs
from advisor.analysis.history import joint_monthly_returns, mix_history, monthly_inflation
from advisor.analysis.projection import Levers, Market, fan, levers, required_return, simulate
from advisor.domain.investor import Answers, GoalKind, RiskProfile
from advisor.domain.market import Floats, MarketSnapshot
from advisor.optimizer.choose import Choice, choose
from advisor.optimizer.glide import GlideStep, glide_path
from advisor.profiling import assess, equity_cap
from advisor.services.plan.amounts import bad_year, costs_json, first_purchase, holdings_json, stake_of
from advisor.services.plan.basis import Basis, Json, reason_json
from advisor.services.plan.beside import comparison, frontier_plot, history, mixes_of

SEED = 20260101
"""One seed for all plans: the same inputs give the same bytes, and two plans differ by their inputs alone."""

_DATED = frozenset({GoalKind.RETIREMENT, GoalKind.HOME, GoalKind.EDUCATION, GoalKind.PURCHASE})
_MOST_SHARES = 0.95


def compute(answers: Answers, basis: Basis, risk_scale: float = 1.0) -> Json:
    """The plan's result. `risk_scale` multiplies the loss budget and, upwards, the cap on shares: for what-ifs only.

    Raises:
        InvalidInput: for answers that make no sense.
        NotEnoughHistory: if the market's history is too short to project from.
    """
    profile = _profile(answers, basis, risk_scale)
    choice = choose(basis.solution.frontier, basis.moments, profile, answers.wanted_return)
    invested = choose(basis.solution.frontier, basis.moments, replace(profile, save_first=None), answers.wanted_return)
    steps = _steps(answers, basis, profile)
    mixes = mixes_of(choice, basis)
    past = {name: mix_history(basis.snapshot, weights) for name, weights in mixes.items()}
    stake, monthly_stake = stake_of(answers)
    context = {
        "currency": answers.currency,
        "goal": answers.goal.value,
        "horizon_years": answers.horizon_years,
        "save_first": profile.save_first,
        "debt_rate": answers.debt_rate,
        "investing_return": invested.expected_return,
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
        "bad_year": bad_year(choice, past["plan"], stake),
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
    earned = choose(basis.solution.frontier, basis.moments, free_of_debt, answers.wanted_return).expected_return
    profile = assess(answers, plan_return=earned)
    if risk_scale == 1.0:
        return profile
    cap = min(_MOST_SHARES, profile.equity_cap * max(1.0, risk_scale))
    return replace(profile, cvar_budget=profile.cvar_budget * risk_scale, equity_cap=cap)


def _steps(answers: Answers, basis: Basis, profile: RiskProfile) -> tuple[GlideStep, ...]:
    """One mix per year where the goal has a date; else the same mix throughout."""
    if answers.goal not in _DATED or profile.save_first is not None:
        return ()
    return glide_path(
        basis.solution.frontier,
        basis.moments,
        profile,
        answers.horizon_years,
        cap_at=equity_cap,
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
    found: Levers | None = None
    needed: float | None = None
    if target is not None:
        found = levers(market, start=start, monthly=monthly, years=answers.horizon_years, target=target, seed=SEED)
        needed = required_return(start, monthly, answers.horizon_years, target)
    projection = {
        "years": list(drawn.years),
        "bands": {name: list(values) for name, values in drawn.bands.items()},
        "paid_in": list(drawn.paid_in),
        "target": target,
        "chance": drawn.chance,
        "chance_low": drawn.chance_low,
        "chance_high": drawn.chance_high,
        "levers": asdict(found) if found else None,
        "required_real_return": needed,
        "paths": len(futures.shifts),
        "inflation": rates.inflation,
        "inflation_note": rates.inflation_note,
    }
    glide = [{"year": step.year, "equity_cap": step.equity_cap, "weights": step.choice.weights} for step in steps]
    return {"projection": projection, "glide": glide}


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
