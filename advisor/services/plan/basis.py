"""What a plan's computation starts from, and the JSON form of what it records."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from advisor.analysis.assumptions import equal_weights, sixty_forty
from advisor.analysis.history import MixHistory, MonthTable, mix_history
from advisor.domain.investor import Reason
from advisor.domain.market import MarketSnapshot
from advisor.optimizer.moments import Moments
from advisor.optimizer.solve import Solution

Json = dict[str, Any]

RESULT_FORMAT = 2
"""The form of a plan's result. It grows when a view of an older plan would miss something; such a plan is then made anew.

2: exact targets beside the rounded weights, what becomes of money that is spent, what a later start costs, and the schedule of
a debt or a cushion that comes first. Retirements no longer end without shares at their date.
"""

_CURVE_POINTS = 40


@dataclass(frozen=True)
class Basis:
    """What does not depend on the person: a snapshot, its moments, and the frontier under the person's exclusions.

    What follows from these alone is computed once, for all plans on them.
    """

    snapshot: MarketSnapshot
    moments: Moments
    solution: Solution

    @cached_property
    def months(self) -> MonthTable:
        """The months of the snapshot, for histories of any mix."""
        return MonthTable(self.snapshot)

    @cached_property
    def yardsticks(self) -> dict[str, tuple[dict[str, float], MixHistory]]:
        """1/N and 60/40: weights by symbol and their history."""
        symbols, moments = self.moments.symbols, self.moments
        mixes = {
            "equal_weight": equal_weights(len(symbols)),
            "sixty_forty": sixty_forty(moments.classes, moments.prior),
        }
        named = {name: dict(zip(symbols, weights.tolist(), strict=True)) for name, weights in mixes.items()}
        return {name: (weights, mix_history(self.snapshot, weights, self.months)) for name, weights in named.items()}

    @cached_property
    def curve(self) -> tuple[tuple[float, float], ...]:
        """The frontier as a line to plot (volatility, projection mean): in the means that the plan is judged by."""
        weights = self.solution.frontier.at_positions(np.linspace(0.0, 1.0, _CURVE_POINTS))
        return tuple((self.moments.volatility(row), self.moments.projection_mean(row)) for row in weights)


def reason_json(reason: Reason) -> Json:
    """A recorded reason as JSON values."""
    return {"key": reason.key, "values": dict(reason.values), "effect": reason.effect}
