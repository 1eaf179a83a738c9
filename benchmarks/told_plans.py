"""What the default advice told three investors, day by day, by the functions of the product and from what was known then."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from advisor.analysis.projection import project
from advisor.domain.alignment import in_words
from advisor.domain.errors import NotEnoughHistory
from advisor.domain.investor import Answers, GoalKind
from advisor.domain.market import MarketSnapshot
from advisor.optimizer.constraints import default_constraints
from advisor.optimizer.moments import estimate
from advisor.optimizer.solve import solve
from advisor.services.plan.advise import Adviser
from advisor.services.plan.basis import Basis
from advisor.services.plan.compute import compute
from advisor.services.plan.outlook import SEED, market_of
from benchmarks.real_funds import RealFunds

STAKE = 100_000
FAN_YEARS = (1, 3, 5)
YARDSTICKS = {"equal_weight": "1/N", "sixty_forty": "60/40"}

# Each answers all that the short form asks; the words are what the profile makes of them.
_USUAL = Answers(GoalKind.GROWTH, 15.0, "USD", Decimal(STAKE), Decimal(0), emergency_fund_months=6.0)
INVESTORS = {
    "cautious": replace(
        _USUAL,
        horizon_years=7.0,
        share_of_savings="half",
        experience="none",
        risk=("careful", "cancel", "uneasy", "no_swing", "sure"),
    ),
    "balanced": replace(
        _USUAL,
        income_stability="very_steady",
        experience="long",
        risk=("careful", "cheaper", "hold", "small_swing", "one_in_two"),
    ),
    "bold": replace(
        _USUAL,
        horizon_years=25.0,
        emergency_fund_months=12.0,
        income_stability="very_steady",
        share_of_savings="small",
        early_need="no",
        experience="through_a_crash",
        risk=("enjoys", "longer", "buy_more", "huge_swing", "one_in_ten"),
    ),
}


@dataclass(frozen=True)
class Told:
    """What one plan said. `fan` and `fan_before` hold (p10, p90) of 1 put in, in today's money, after each of `FAN_YEARS`.

    `fan_before` is the fan without the draws of the mean. `word` is the profile's, `groups` are shares of the broad kinds.
    """

    word: str
    weights: dict[str, float]
    groups: dict[str, float]
    expected_return: float
    volatility: float
    cvar: float
    bad_year: float
    fan: tuple[tuple[float, float], ...]
    fan_before: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class PlanDay:
    """The plans of a day by investor, the weights of 1/N and 60/40 that day, and the symbols there were."""

    day: date
    symbols: tuple[str, ...]
    plans: dict[str, Told]
    yardsticks: dict[str, dict[str, float]]


def basis_of(snapshot: MarketSnapshot) -> Basis:
    """What plans on a snapshot start from, as the plan service makes it."""
    moments = estimate(snapshot)
    return Basis(snapshot, moments, solve(moments, default_constraints(moments.classes)))


def tell(answers: Answers, basis: Basis) -> Told:
    """The plan of the product for these answers.

    Raises:
        NotEnoughHistory: if the mix has less than two years of months to project from.
    """
    result = compute(answers, basis)
    bands = result["projection"]["bands"]
    market = replace(market_of(Adviser(basis).advise(answers), basis), mean_uncertainty=0.0)
    groups: dict[str, float] = {}
    for item in result["holdings"]:
        groups[item["group"]] = groups.get(item["group"], 0.0) + item["weight"]
    before = project(market, start=1.0, monthly=0.0, years=max(FAN_YEARS), seed=SEED).bands
    return Told(
        word=result["profile"]["word"],
        weights=result["weights"],
        groups=groups,
        expected_return=result["expected_return"],
        volatility=result["volatility"],
        cvar=result["cvar"],
        bad_year=result["bad_year"]["fraction"],
        fan=tuple((bands["p10"][year] / STAKE, bands["p90"][year] / STAKE) for year in FAN_YEARS),
        fan_before=tuple((before["p10"][year], before["p90"][year]) for year in FAN_YEARS),
    )


def quarter_ends(first: date, last: date) -> Iterator[date]:
    """The last days of the quarters from `first` to `last`."""
    ends = np.arange(np.datetime64(first, "M") + 1, np.datetime64(last, "M") + 2).astype("datetime64[D]") - 1
    for end in ends.tolist():
        if end.month % 3 == 0 and first <= end <= last:
            yield end


async def plan_day(funds: RealFunds, day: date) -> PlanDay:
    """The plans of all investors on what was known by the end of `day`.

    Raises:
        NotEnoughHistory: if one of them cannot have a plan yet.
    """
    snapshot = await funds.market.snapshot("USD", day)
    basis = basis_of(snapshot)
    plans = {name: tell(answers, basis) for name, answers in INVESTORS.items()}
    yardsticks = {YARDSTICKS[name]: weights for name, (weights, _) in basis.yardsticks.items()}
    return PlanDay(snapshot.provenance.last, basis.moments.symbols, plans, yardsticks)


async def plan_days(
    funds: RealFunds, days: Sequence[date], progress: Callable[[str], None] = lambda _: None
) -> tuple[list[PlanDay], list[tuple[date, str]]]:
    """The plans of these days, and the days on which there could be none, each with the reason."""
    made: list[PlanDay] = []
    without: list[tuple[date, str]] = []
    for at, day in enumerate(days, 1):
        progress(f"plans of {in_words(day)}, {at} of {len(days)}")
        try:
            made.append(await plan_day(funds, day))
        except NotEnoughHistory as lacking:
            without.append((day, lacking.message))
    return made, without


def mixes_of(day: PlanDay) -> dict[str, dict[str, float]]:
    """What the investors and the yardsticks held from that day on, by name."""
    return {name: plan.weights for name, plan in day.plans.items()} | day.yardsticks
