"""Where a plan may lead: the fan up to the date, what would raise the chance, and the life of money that is spent. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace

import numpy as np

from advisor.analysis.costs import mix_costs
from advisor.analysis.futures import Paths
from advisor.analysis.history import joint_monthly_returns
from advisor.analysis.projection import (
    ESSENTIAL_CHANCE,
    WANTED_CHANCE,
    Market,
    fan,
    later_start,
    levers,
    required_return,
    simulate,
)
from advisor.analysis.returns import MONTHS_PER_YEAR
from advisor.analysis.spending import SpendingPaths, spending_paths, spending_plan
from advisor.domain.investor import Answers
from advisor.domain.market import Floats
from advisor.optimizer.glide import GlideStep
from advisor.services.plan.advise import Advice, Adviser
from advisor.services.plan.basis import Basis, Json
from advisor.services.plan.first_steps import month_after
from advisor.services.plan.payout import PayoutPlan

SEED = 20260101
"""One seed for all plans: the same inputs give the same bytes, and two plans differ by their inputs alone."""

SUSTAINABLE = (0.8, 0.9)
"""The chances for which a payment that lasts is told."""

_LATER_MONTHS = 12


def market_of(advice: Advice, basis: Basis) -> Market:
    """What the futures of this advice are drawn from: its mixes year by year, their means, fees and prices."""
    mixes = advice.mixes
    ends, returns = joint_monthly_returns(
        basis.snapshot, np.stack([_columns(item.weights, basis) for item in mixes]), basis.months
    )
    inflation = basis.months.inflation[-len(ends) :]
    return Market(
        returns=returns,
        means=np.array([item.expected_return for item in mixes]),
        expected_inflation=basis.snapshot.rates.inflation,
        inflation=inflation if np.all(np.isfinite(inflation)) else None,
        fee=mix_costs(advice.choice.weights, basis.snapshot.instruments).yearly or 0.0,
    )


def wanted_chance(answers: Answers) -> float:
    """The chance that the ways to raise it aim at: three in four, and 85 % for what must not fail."""
    return ESSENTIAL_CHANCE if answers.essential else WANTED_CHANCE


def outlook(answers: Answers, advice: Advice, adviser: Adviser, basis: Basis) -> Json:
    """The plan's "projection", "glide" and "spending"."""
    market = market_of(advice, basis)
    start, monthly = float(answers.initial_amount), float(answers.monthly_amount)
    spent = None
    if advice.payout is not None and advice.profile.save_first is None:
        spent = spending_paths(market, advice.payout.payout(answers), start=start, monthly=monthly, seed=SEED)
    futures = spent.saving if spent else simulate(market, answers.horizon_years, seed=SEED)
    target = None if answers.target_amount is None else float(answers.target_amount)
    drawn = fan(futures, start=start, monthly=monthly, target=target)
    rates = basis.snapshot.rates
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
        "later_start": _later_start(futures, answers, basis),
    } | _reach(answers, market, futures, lambda extra: _market_after(extra, answers, adviser, basis))
    before = [step for step in advice.steps if step.year < max(1.0, answers.horizon_years)]
    after = advice.steps[len(before) :]
    return {
        "projection": projection,
        "glide": _glide_json(before, basis),
        "spending": None
        if spent is None or advice.payout is None
        else _spending_json(spent, answers, advice.payout, basis) | {"glide": _glide_json(after, basis)},
    }


def equity_of(weights: dict[str, float], basis: Basis) -> float:
    """The share of equities in a mix."""
    shares = {item.symbol for item in basis.snapshot.instruments if item.asset_class.group.value == "equity"}
    return round(sum(weight for symbol, weight in weights.items() if symbol in shares), 4)


def _market_after(extra: int, answers: Answers, adviser: Adviser, basis: Basis) -> Market:
    """The market of the plan that would be made with so many years more: its limits and its way down are its own."""
    longer = replace(answers, horizon_years=answers.horizon_years + extra)
    return market_of(adviser.advise(longer), basis)


def _reach(answers: Answers, market: Market, futures: Paths, later: Callable[[int], Market]) -> Json:
    """What would bring the target nearer, and what it asks of the money; nothing without a target."""
    if answers.target_amount is None:
        return {"levers": None, "required_real_return": None}
    start, monthly, years = float(answers.initial_amount), float(answers.monthly_amount), answers.horizon_years
    target = float(answers.target_amount)
    found = levers(
        market,
        start=start,
        monthly=monthly,
        years=years,
        target=target,
        seed=SEED,
        wanted_chance=wanted_chance(answers),
        futures=futures,
        later=later,
    )
    return {"levers": asdict(found), "required_real_return": required_return(start, monthly, years, target)}


def _later_start(futures: Paths, answers: Answers, basis: Basis) -> Json | None:
    """What a year of waiting costs; None for a goal that is less than two years away."""
    if futures.months[-1] < 2 * _LATER_MONTHS:
        return None
    target = None if answers.target_amount is None else float(answers.target_amount)
    found = later_start(
        futures,
        _LATER_MONTHS,
        start=float(answers.initial_amount),
        monthly=float(answers.monthly_amount),
        target=target,
        waiting=cash_return(basis),
    )
    return asdict(found)


def cash_return(basis: Basis) -> float:
    """What cash earns beyond rising prices, a fraction per year."""
    rates = basis.snapshot.rates
    return (1.0 + rates.bill) / (1.0 + rates.inflation) - 1.0


def _spending_json(spent: SpendingPaths, answers: Answers, payout: PayoutPlan, basis: Basis) -> Json:
    """How long the money lasts under what is wanted a month, else under what it bears in eight of ten futures."""
    sustainable = {f"{chance:g}": spent.sustainable(chance) for chance in SUSTAINABLE}
    wanted = answers.income_wanted
    payment = float(wanted) if wanted is not None else sustainable[f"{SUSTAINABLE[0]:g}"]
    lived = spending_plan(spent, payment)
    today = basis.snapshot.provenance.last
    dry_age = None if lived.dry_after is None else payout.start_age + lived.dry_after - payout.first_years
    return {
        "first_years": payout.first_years,
        "years_of_payments": payout.years,
        "for_life": payout.for_life,
        "age_known": payout.age_known,
        "start_age": payout.start_age,
        "until_age": payout.until_age,
        "income_wanted": None if wanted is None else str(wanted),
        "pension_monthly": None if answers.pension_monthly is None else str(answers.pension_monthly),
        "pension_from_years": answers.pension_from_years,
        "payment": payment,
        "payment_from_savings": max(0.0, payment - float(answers.pension_monthly or 0)),
        "sustainable": sustainable,
        "chance": lived.chance,
        "chance_low": lived.chance_low,
        "chance_high": lived.chance_high,
        "dry_after_years": lived.dry_after,
        "dry_age": dry_age,
        "dry_date": None if lived.dry_after is None else month_after(today, round(lived.dry_after * MONTHS_PER_YEAR)),
        "years": list(lived.years),
        "bands": {name: list(values) for name, values in lived.bands.items()},
    }


def _glide_json(steps: tuple[GlideStep, ...] | list[GlideStep], basis: Basis) -> list[Json]:
    return [
        {
            "year": step.year,
            "equity_cap": step.equity_cap,
            "equity": equity_of(step.choice.weights, basis),
            "weights": step.choice.weights,
        }
        for step in steps
    ]


def _columns(weights: dict[str, float], basis: Basis) -> Floats:
    return np.array([weights.get(symbol, 0.0) for symbol in basis.snapshot.symbols])
