"""Several goals of one person: in which order they are served, what they share, and how they look taken together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal

import numpy as np

from advisor.analysis.risk import normal_cvar
from advisor.domain.errors import InvalidInput
from advisor.domain.investor import Answers
from advisor.domain.market import Floats
from advisor.domain.money import Money, minor_digits
from advisor.profiling.questions import score

# The most of all savings that an answer stands for.
_SHARES = {"small": Decimal("0.25"), "half": Decimal("0.5"), "most": Decimal("0.75"), "all": Decimal(1)}


@dataclass(frozen=True, slots=True)
class Claim:
    """What one goal asks for: `needed` now or each month, in one currency for all goals. `priority` 1 comes first."""

    goal_id: str
    priority: int
    essential: bool
    needed: Money


@dataclass(frozen=True, slots=True)
class Position:
    """Where one goal stands: the money in it, its mix (symbol -> fraction, summing to 1) and its chance (None without a target)."""

    goal_id: str
    priority: int
    essential: bool
    value: Money
    weights: Mapping[str, float]
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class Combined:
    """All goals as one: `weights` are of all the money; return, volatility and 1-year 95 % CVaR are fractions per year.

    `goals` holds (id, value, share of the total, chance) in the order in which they are served.
    """

    total: Money
    goals: tuple[tuple[str, Money, float, float | None], ...]
    weights: dict[str, float]
    expected_return: float
    volatility: float
    cvar: float


def served_first(goal: Claim | Position) -> tuple[bool, int, str]:
    """Sort key: essential goals first, then by priority, then by id."""
    return (not goal.essential, goal.priority, goal.goal_id)


def allocate(claims: Sequence[Claim], available: Money) -> tuple[dict[str, Money], Money]:
    """Money shared out where it may not suffice, and what is left over.

    Essential goals come first, then lower numbers of priority; within one rank the money is shared in proportion to what is
    needed, to the currency's smallest unit, with what rounding leaves going to the first by id. Nobody gets more than was
    asked for.

    Raises:
        InvalidInput: for negative amounts, mixed currencies, or a goal named twice.
    """
    _check(claims, available)
    unit = Decimal(1).scaleb(-minor_digits(available.currency))
    left = Money(available.amount.quantize(unit, ROUND_DOWN), available.currency)
    given: dict[str, Money] = {}
    for rank in sorted({(not claim.essential, claim.priority) for claim in claims}):
        equals = sorted((c for c in claims if (not c.essential, c.priority) == rank), key=served_first)
        shares = _shared(equals, left)
        given |= shares
        for share in shares.values():
            left = left - share
    return given, left


def shared_facts(goals: Sequence[Answers]) -> tuple[Answers, ...]:
    """The same goals with the facts about the person that they share, each at its most careful.

    One buffer, one income and one set of savings serve all goals. So each goal counts the smallest buffer, the dearest debt,
    the least steady income and the least experience that were said, and the part of all savings that the goals take together
    (two of "about half" are all). What belongs to a goal alone (time, early need, wishes) stays as it is.

    Raises:
        InvalidInput: for an unknown option; `field` names the slot.
    """
    if not goals:
        return ()
    taken = sum((_share_of(goal.share_of_savings) for goal in goals), Decimal(0))
    together = next((name for name, most in _SHARES.items() if taken <= most), "all")
    return tuple(
        replace(
            goal,
            emergency_fund_months=min(item.emergency_fund_months for item in goals),
            debt_rate=max(item.debt_rate for item in goals),
            income_stability=_least("income_stability", [item.income_stability for item in goals]),
            experience=_least("experience", [item.experience for item in goals]),
            share_of_savings=together,
        )
        for goal in goals
    )


def combined(positions: Sequence[Position], symbols: Sequence[str], means: Floats, covariance: Floats) -> Combined:
    """One view over all goals: totals, joint weights and joint risk, and each goal's chance.

    `means` (n,) are expected returns per year and `covariance` (n, n) per year, of `symbols`. The joint mix is the goals'
    mixes weighted by money; its CVaR is the normal one of its volatility and mean (`analysis.risk.normal_cvar`). Goals
    without money count with a weight of 0; where there is no money at all, weights are empty and risk is 0.

    Raises:
        InvalidInput: without a goal, for mixed currencies, negative values, or a holding that is not among `symbols`.
    """
    if not positions:
        raise InvalidInput("There is no goal to look at.")
    ordered = sorted(positions, key=served_first)
    total = Money(Decimal(0), ordered[0].value.currency)
    for position in ordered:
        if position.value.amount < 0:
            raise InvalidInput("The money in a goal is not negative.", field="value")
        total = total + position.value
    shares = [float(p.value.amount / total.amount) if total.amount else 0.0 for p in ordered]
    vector = np.zeros(len(symbols))
    columns = {symbol: column for column, symbol in enumerate(symbols)}
    for position, share in zip(ordered, shares, strict=True):
        for symbol, weight in position.weights.items():
            if symbol not in columns:
                raise InvalidInput(f"{symbol} is not among the instruments.", field="weights")
            vector[columns[symbol]] += share * weight
    spread = float(np.sqrt(max(0.0, float(vector @ covariance @ vector))))
    mean = float(vector @ means)
    return Combined(
        total=total,
        goals=tuple((p.goal_id, p.value, share, p.chance) for p, share in zip(ordered, shares, strict=True)),
        weights={symbol: float(vector[column]) for symbol, column in columns.items() if vector[column] > 0},
        expected_return=mean,
        volatility=spread,
        cvar=normal_cvar(spread, mean),
    )


def _shared(equals: Sequence[Claim], available: Money) -> dict[str, Money]:
    """Goals of one rank: all they ask for, or in proportion to it."""
    needed = sum((claim.needed.quantized().amount for claim in equals), Decimal(0))
    if needed <= available.amount:
        return {claim.goal_id: claim.needed.quantized() for claim in equals}
    unit = Decimal(1).scaleb(-minor_digits(available.currency))
    given = {
        claim.goal_id: (available.amount * claim.needed.quantized().amount / needed).quantize(unit, ROUND_DOWN)
        for claim in equals
    }
    left = available.amount - sum(given.values(), Decimal(0))
    for claim in equals:
        more = min(left, claim.needed.quantized().amount - given[claim.goal_id])
        given[claim.goal_id] += more
        left -= more
    return {goal: Money(amount, available.currency) for goal, amount in given.items()}


def _check(claims: Sequence[Claim], available: Money) -> None:
    if len({claim.goal_id for claim in claims}) < len(claims):
        raise InvalidInput("A goal is named twice.", field="goal_id")
    if available.amount < 0 or any(claim.needed.amount < 0 for claim in claims):
        raise InvalidInput("Amounts must not be negative.", field="amount")
    if any(claim.needed.currency != available.currency for claim in claims):
        raise InvalidInput("All goals have to be in the currency of the money shared out.", field="currency")


def _share_of(option: str) -> Decimal:
    if option not in _SHARES:
        raise InvalidInput(f"There is no answer {option!r} to this question.", field="share_of_savings")
    return _SHARES[option]


def _least(slot: str, options: Sequence[str]) -> str:
    return min(options, key=lambda option: score(slot, option))
