"""How often the short form of the risk questions stops early, and what that costs (docs/risk-profile.md).

    python benchmarks/short_form.py [people]

People are simulated: a normal trait answers each item with the loading of the full scale's reliability (alpha 0.77 over 13 items,
so an item carries 0.45 of the trait), cut at the quarters of the normal. Their circumstances are drawn evenly from the answers
offered, and goals lie between 1 and 40 years away. It says how the rule behaves among such people, not how many of them there are.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import numpy as np
from rich.console import Console
from rich.table import Table

from advisor.domain.investor import Answers, GoalKind
from advisor.profiling import RISK_SLOTS, SCALE_SLOTS, assess, equity_cap, full_scale, is_settled, load

SEED = 20260101
_ALPHA, _ITEMS = 0.77, 13
_LOADING = float(np.sqrt(_ALPHA / (_ITEMS - (_ITEMS - 1) * _ALPHA)))  # Spearman and Brown: the reliability of one item
# The sample's share of equities per unit of the loss budget in 2016 (docs/advice.md): for reading, not for deciding.
_EQUITY_PER_LOSS = 2.95
_QUARTERS = (-0.6745, 0.0, 0.6745)


def _answer(slot: str, trait: float, rng: np.random.Generator) -> str:
    """The option of one item, from careful to bold by the trait and by chance."""
    scores = load()[slot].scores
    ranked = sorted(scores, key=lambda option: scores[option])
    drawn = _LOADING * trait + np.sqrt(1 - _LOADING**2) * rng.standard_normal()
    return ranked[int(np.searchsorted(_QUARTERS, drawn)) * len(ranked) // 4]


def _person(rng: np.random.Generator) -> tuple[Answers, Answers]:
    """The same person with the short form and with all thirteen questions."""
    trait = float(rng.standard_normal())

    def pick(slot: str) -> str:
        return str(rng.choice(load()[slot].ids))

    short = Answers(
        goal=GoalKind.GROWTH,
        horizon_years=float(rng.uniform(1, 40)),
        currency="USD",
        initial_amount=Decimal(10_000),
        monthly_amount=Decimal(0),
        emergency_fund_months=float(rng.uniform(1, 9)),
        income_stability=pick("income_stability"),
        share_of_savings=pick("share_of_savings"),
        early_need=pick("early_need"),
        experience=pick("experience"),
        loss_limit=float(rng.choice([0.05, 0.1, 0.15, 0.2, 0.3])) if rng.random() < 0.5 else None,
        risk=tuple(_answer(slot, trait, rng) for slot in RISK_SLOTS),
    )
    return short, replace(short, full_scale=tuple(_answer(slot, trait, rng) for slot in SCALE_SLOTS))


def _stopped(person: Answers) -> tuple[Answers, int]:
    """The short form as it is asked, experience coming after it, and how many of its questions were asked."""
    for asked in range(len(RISK_SLOTS)):
        begun = replace(person, risk=(*person.risk[:asked], *[""] * (5 - asked)), experience="through_a_crash")
        if is_settled(begun, RISK_SLOTS[asked:]):
            return replace(begun, experience=person.experience, not_asked=RISK_SLOTS[asked:]), asked
    return person, len(RISK_SLOTS)


def main(people: int) -> None:
    """Print the table."""
    rng = np.random.default_rng(SEED)
    asked_of: Counter[int] = Counter()
    moved, against_full, both_bands, capacity_binds = [], [], 0, 0
    for _ in range(people):
        short, full = _person(rng)
        stopped, asked = _stopped(short)
        asked_of[asked] += 1
        budget, after_all, by_scale = (assess(item, 1.0) for item in (stopped, short, full))
        capacity_binds += after_all.capacity <= after_all.willingness
        cap = equity_cap(short.horizon_years)
        shares = [min(cap, _EQUITY_PER_LOSS * profile.cvar_budget) for profile in (budget, after_all, by_scale)]
        if asked < len(RISK_SLOTS):
            moved.append(abs(shares[0] - shares[1]))
        against_full.append(abs(shares[0] - shares[2]))
        both_bands += len(full_scale(full.full_scale).bands) > 1
    table = Table(
        "risk questions asked", "people", title=f"The short form among {people} simulated people (seed {SEED})"
    )
    for asked in range(len(RISK_SLOTS) + 1):
        table.add_row(str(asked), f"{asked_of[asked] / people:.1%}")
    console = Console(width=120)
    console.print(table)
    mean = sum(asked * count for asked, count in asked_of.items()) / people
    stops, binds = 1 - asked_of[5] / people, capacity_binds / people
    most, high, close = max(moved), np.quantile(moved, 0.95), np.mean(np.array(against_full) <= 0.1)
    console.print(f"stopped early {stops:.1%}; {mean:.2f} questions on average; capacity binds {binds:.1%}")
    console.print(f"equities moved by stopping: mean {np.mean(moved):.1%}, 95th percentile {high:.1%}, most {most:.1%}")
    console.print(
        f"short form against all 13: equities differ by {np.mean(against_full):.1%}, within 10 points {close:.1%}"
    )
    console.print(f"results of all thirteen that name two bands: {both_bands / people:.1%}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
