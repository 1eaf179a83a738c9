"""When the short form may stop: as soon as no answer to the questions left can move the advice by much.

The ceiling of risk is the lower of willingness and capacity. Over every completion of the answers it lies between two values, and
so does the share of equities that the plan would hold. That share is bounded without a market: `_STEEPEST` rises with the loss
budget at least as fast as the plans of the embedded sample do in any of its decades, `_LEAST` lies below what they hold. Both were
measured (docs/risk-profile.md) and are checked against the real choice by the tests.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from advisor.domain.investor import Answers
from advisor.profiling.budget import cvar_budget, equity_cap
from advisor.profiling.capacity import capacity, effective_horizon
from advisor.profiling.questions import RISK_SLOTS
from advisor.profiling.willingness import item_scores, opposing, score_range

MOST_MOVED = 0.10
"""Questions are left out only where their answers move the share of equities by less than this fraction of the money."""

# By the 1-year 95 % CVaR: the most that the share of equities can have risen since the first knot, and a share it never lies below.
_STEEPEST = ((0.0, 0.0), (0.06, 0.48), (0.10, 0.69), (0.15, 0.93), (0.35, 1.73))
_LEAST = ((0.02, 0.0), (0.05, 0.10), (0.10, 0.24), (0.15, 0.38), (0.20, 0.51), (0.35, 0.80))
# A debt dearer than the plan earns goes first, and what the plan earns moves with the answers. No plan has promised this much.
_BEYOND_ANY_RETURN = 0.15


@dataclass(frozen=True, slots=True)
class Reach:
    """What any completion could give: `low` and `high` ceiling (points), and how far the share of equities can differ."""

    low: float
    high: float
    equity: float


@lru_cache(maxsize=4096)
def reach(answers: Answers, left_out: tuple[str, ...]) -> Reach:
    """The reach of the answers that could still be given to the items `left_out` of the short form.

    `answers.risk` holds what was answered ("" for skipped items and those left out). Anything else that is not known yet has to be
    given its boldest value, so that the reach is never too small.

    Raises:
        InvalidInput: for unknown options or impossible numbers; `field` names the slot.
    """
    room = capacity(answers).score
    if len(left_out) == len(RISK_SLOTS):
        low, high = 0.0, 100.0
    else:
        said = {slot: option for slot, option in zip(RISK_SLOTS, answers.risk, strict=False) if option}
        answered = frozenset(slot for slot in said if slot not in answers.defaulted)
        opposed = opposing(answers.loss_limit)
        low, high = score_range(tuple(item_scores(said, left_out).items()), answered, left_out, opposed)
    low, high = min(low, room), min(high, room)
    budgets = [_within(cvar_budget(score), answers.loss_limit) for score in (low, high)]
    return Reach(low, high, _equity_moved(budgets[0], budgets[1], answers))


def is_settled(answers: Answers, left_out: Collection[str]) -> bool:
    """Whether the items `left_out` need not be asked: capacity is the ceiling whatever is answered, or equities move too little.

    With a debt whose rate a plan might or might not earn, only the first counts: a small step of the ceiling could decide whether
    the debt goes first.

    Raises:
        InvalidInput: as `reach`.
    """
    if not left_out:
        return True
    found = reach(answers, tuple(slot for slot in RISK_SLOTS if slot in left_out))
    if found.high - found.low < 1e-9:
        return True
    if 0 < answers.debt_rate < _BEYOND_ANY_RETURN:
        return False
    return found.equity < MOST_MOVED


def _within(budget: float, loss_limit: float | None) -> float:
    return budget if loss_limit is None else min(budget, loss_limit)


def _equity_moved(low: float, high: float, answers: Answers) -> float:
    """Most by which the shares of equities at two loss budgets can differ, under the cap of the horizon."""
    cap = equity_cap(effective_horizon(answers.goal, answers.horizon_years))
    risen = _read(_STEEPEST, high) - _read(_STEEPEST, low)
    return min(risen, max(0.0, cap - _read(_LEAST, low)))


def _read(line: tuple[tuple[float, float], ...], budget: float) -> float:
    return float(np.interp(budget, [x for x, _ in line], [y for _, y in line]))
