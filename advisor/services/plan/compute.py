"""From answers and a market snapshot to a plan's result: one pure computation, the same for proposing, what-if and replay.

    snapshot -> moments -> frontier (given) -> profile -> choice -> glide path -> projection -> comparison, costs, reasons

The result holds every figure that is ever said about the plan, as JSON values, so that replies compute nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from advisor.domain.investor import Answers, Reason, RiskProfile
from advisor.domain.market import MarketSnapshot
from advisor.optimizer.choose import Choice
from advisor.profiling.need import need
from advisor.services.plan.advise import Advice, Adviser
from advisor.services.plan.amounts import bad_year, costs_json, first_purchase, holdings_json, stake_of
from advisor.services.plan.basis import RESULT_FORMAT, Basis, Json, reason_json
from advisor.services.plan.beside import comparison, frontier_plot, histories, history, mixes_of
from advisor.services.plan.first_steps import first_steps
from advisor.services.plan.outlook import outlook

_UNTIL_DONE = frozenset({"debt", "buffer"})


def compute(answers: Answers, basis: Basis, risk_scale: float = 1.0) -> Json:
    """The plan's result. `risk_scale` multiplies the loss budget and, upwards, the cap on shares: for what-ifs only.

    Raises:
        InvalidInput: for answers that make no sense.
        NotEnoughHistory: if the market's history is too short to project from.
    """
    adviser = Adviser(basis, risk_scale)
    advice = adviser.advise(answers)
    choice = advice.choice
    past, mixes = histories(choice, basis), mixes_of(choice, basis)
    stake, _ = stake_of(answers)
    beside = {
        "comparison": comparison(mixes, past, basis, stake),
        "frontier": frontier_plot(mixes, basis),
        "history": history(past),
        "costs": costs_json(choice, basis, answers, stake),
        "bad_year": bad_year(choice, past["plan"], stake, basis),
    }
    ahead = outlook(answers, advice, adviser, basis)
    reasons = (*advice.profile.reasons, *choice.reasons, *_of_the_goal(ahead, advice, basis), *basis.moments.notes)
    recorded = {
        "reasons": [reason_json(item) for item in reasons],
        "solvers_tried": [asdict(item) for item in basis.solution.tried],
        "moments": _moments_json(basis),
    }
    return _context(answers, advice, basis) | _mix(choice, basis, answers) | ahead | beside | recorded


def _context(answers: Answers, advice: Advice, basis: Basis) -> Json:
    """What was asked, what comes before investing, and where the prices come from."""
    stake, monthly_stake = stake_of(answers)
    first, earned = advice.profile.save_first, advice.invested.expected_return
    return {
        "format": RESULT_FORMAT,
        "currency": answers.currency,
        "goal": answers.goal.value,
        "horizon_years": answers.horizon_years,
        "save_first": first,
        "first_steps": first_steps(answers, first, earned, basis.snapshot.provenance.last),
        "debt_rate": answers.debt_rate,
        "investing_return": earned,
        "later": _groups(advice.invested.weights, basis) if first in _UNTIL_DONE else None,
        "source": _source(basis.snapshot),
        "profile": _profile_json(advice.profile),
        "stake": str(stake),
        "amount_is_monthly": monthly_stake,
    }


def _moments_json(basis: Basis) -> Json:
    moments = basis.moments
    return {"version": moments.version, "first": moments.first.isoformat(), "weeks": moments.weeks}


def _of_the_goal(ahead: Json, advice: Advice, basis: Basis) -> tuple[Reason, ...]:
    """What the target requires beside what the ceiling earns, and what paying out assumes; nothing where neither is asked."""
    earned = advice.invested.ceiling_return
    found = need(ahead["projection"]["required_real_return"], earned, basis.snapshot.rates.inflation)
    paid_out = advice.payout.reasons() if advice.payout else ()
    return paid_out if found is None else (found, *paid_out)


def _mix(choice: Choice, basis: Basis, answers: Answers) -> Json:
    return {
        "holdings": holdings_json(choice, basis, first_purchase(answers)),
        "weights": choice.weights,
        "targets": {symbol: float(weight) for symbol, weight in zip(basis.moments.symbols, choice.exact, strict=True)},
        "expected_return": choice.expected_return,
        "volatility": choice.volatility,
        "cvar": choice.cvar,
        "capped_by": choice.capped_by,
        "binding": list(choice.binding),
    }


def _groups(weights: Mapping[str, float], basis: Basis) -> dict[str, float]:
    """Shares of the broad kinds in a mix."""
    shares: dict[str, float] = {}
    for item in basis.snapshot.instruments:
        if weights.get(item.symbol, 0.0) > 0:
            group = item.asset_class.group.value
            shares[group] = round(shares.get(group, 0.0) + weights[item.symbol], 4)
    return shares


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
