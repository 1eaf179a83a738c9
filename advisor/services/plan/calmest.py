"""The least risk that is enough: for a goal's chance, or for a wanted return. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from advisor.analysis.futures import Stretch, accumulate, whole_months
from advisor.analysis.projection import ESSENTIAL_CHANCE
from advisor.analysis.spending import spending_paths
from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Answers
from advisor.services.plan.advise import Advice, Adviser
from advisor.services.plan.basis import Basis
from advisor.services.plan.outlook import SEED, market_of

CALM_CHANCE = 0.8
"""Eight of ten futures: what the calmest plan has to reach; an essential goal asks for 85 %."""

_STEPS = 12
_CLOSE = 1e-4  # of yearly return: a hundredth of a point


@dataclass(frozen=True, slots=True)
class Calmest:
    """The calmest plan within the investor's limits that reaches the goal with `wanted_chance`.

    `wanted_return` (a fraction per year) is the answer under which the plan is this one, None where no allowed plan reaches the
    chance; then the other figures are those of the plan with the best chance. `ceiling_chance` is that of the boldest allowed plan.
    """

    wanted_chance: float
    wanted_return: float | None
    chance: float
    expected_return: float
    volatility: float
    cvar: float
    ceiling_chance: float


@dataclass(frozen=True, slots=True)
class LeastRisk:
    """The calmest plan within the limits that is expected to earn `wanted`; where none is, the one that earns most."""

    wanted: float
    reached: bool
    expected_return: float
    volatility: float
    cvar: float


def calmest_reaching(answers: Answers, basis: Basis) -> Calmest:
    """The lowest place on the path of advice, under the investor's ceiling, whose chance is enough; a wanted return is set aside.

    The chance need not rise all the way: a bolder mix has a higher middle and wider edges. So the way up is walked in steps, and
    the first step that is enough is narrowed to a hundredth of a point of return.

    Raises:
        InvalidInput: without a target, or an income that is wanted: there is no chance of reaching nothing.
    """
    adviser = Adviser(basis)
    free = adviser.advise(replace(answers, wanted_return=None))
    wanted = ESSENTIAL_CHANCE if answers.essential else CALM_CHANCE
    top = free.choice.ceiling_return
    low = min(top, float(basis.moments.bill))
    tried: dict[float, tuple[float, Advice]] = {}

    def chance(rate: float) -> float:
        if rate not in tried:
            asked = replace(answers, wanted_return=None if rate == top else rate)
            advice = adviser.advise(asked)
            tried[rate] = chance_of(asked, advice, basis), advice
        return tried[rate][0]

    rates = [*np.linspace(low, top, _STEPS, endpoint=False).tolist(), top]
    enough = next((i for i, rate in enumerate(rates) if chance(rate) >= wanted), None)
    if enough is None:
        best = max(rates, key=chance)
        return _found(wanted, None, tried[best], chance(top))
    below, above = rates[max(0, enough - 1)], rates[enough]
    while above - below > _CLOSE:
        middle = (below + above) / 2.0
        below, above = (below, middle) if chance(middle) >= wanted else (middle, above)
    return _found(wanted, above, tried[above], chance(top))


def least_risk(answers: Answers, basis: Basis, wanted: float) -> LeastRisk:
    """What the calmest allowed plan for a wanted return (a fraction per year) risks.

    Raises:
        InvalidInput: for a return that is no number.
    """
    choice = Adviser(basis).advise(replace(answers, wanted_return=wanted)).choice
    reached = choice.ceiling_return >= wanted
    return LeastRisk(wanted, reached, choice.expected_return, choice.volatility, choice.cvar)


def chance_of(answers: Answers, advice: Advice, basis: Basis) -> float:
    """The chance that the goal is reached: the target at its date, or, without one, the income that is wanted to its last payment.

    Raises:
        InvalidInput: where the answers name neither.
    """
    start, monthly = float(answers.initial_amount), float(answers.monthly_amount)
    market = market_of(advice, basis)
    if answers.target_amount is not None:
        months = whole_months(answers.horizon_years)
        end = accumulate(market, [0, months], [Stretch(0, months)], seed=SEED)
        wealth = np.float32(start) * end.growth[1] + np.float32(monthly) * end.sums[0, 1]
        return float((wealth >= np.float32(answers.target_amount)).mean())
    if advice.payout is None or answers.income_wanted is None:
        raise InvalidInput("A chance needs a target to be reached.", field="target_amount")
    spent = spending_paths(market, advice.payout.payout(answers), start=start, monthly=monthly, seed=SEED)
    return float((spent.most >= float(answers.income_wanted)).mean())


def _found(wanted: float, rate: float | None, at: tuple[float, Advice], ceiling_chance: float) -> Calmest:
    chance, advice = at
    choice = advice.choice
    return Calmest(
        wanted_chance=wanted,
        wanted_return=rate,
        chance=chance,
        expected_return=choice.expected_return,
        volatility=choice.volatility,
        cvar=choice.cvar,
        ceiling_chance=ceiling_chance,
    )
