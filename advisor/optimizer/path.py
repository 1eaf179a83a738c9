"""The line along which advice moves: the frontier cut short at a few equity shares, so that no weight swings with the horizon."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from advisor.domain.market import Floats
from advisor.optimizer.frontier import Frontier, volatilities_of

KNOTS = (0.30, 0.60, 0.80, 0.90)
"""Equity shares at which the horizon's line bends (5, 10, 15 and 20 years)."""


def advice_path(frontier: Frontier, equity: Floats) -> Frontier:
    """Straight lines through the calmest portfolio and the frontier's portfolios at the knots; above the last knot, the frontier.

    At some corners cash and short bonds move twice as fast as equities: 1.3 to 1.8 points of weight per month of horizon.
    Between two knots a month moves a weight by a 36th or 60th of its whole change: 0.9 points at most on the sample, 1.2 in a
    universe of twelve classes. The price is a little more volatility at the calm end (docs/advice.md has the figures). Mixes
    of feasible portfolios are feasible. `equity` (n,) is 1 in the columns of equities. A knot that the frontier does not
    cross is left out; without any the frontier is returned as it is.
    """
    positions: list[float] = []
    for knot in KNOTS:
        position = _crossing(frontier, equity, knot)
        if position is not None and position > max(positions, default=0.0) + 1e-9:
            positions.append(position)
    if not positions:
        return frontier
    joints = frontier.at_positions(np.array(positions))
    volatilities = volatilities_of(joints, frontier.covariance)
    above = frontier.volatilities > volatilities[-1] + 1e-9
    if len(positions) < len(KNOTS):
        above[:-1] = False  # the last stretch ends at the boldest portfolio without the corners between
    return replace(
        frontier,
        weights=np.vstack([frontier.calmest, joints, frontier.weights[above]]),
        returns=np.concatenate([frontier.returns[:1], joints @ frontier.mean, frontier.returns[above]]),
        volatilities=np.concatenate([frontier.volatilities[:1], volatilities, frontier.volatilities[above]]),
    )


def _crossing(frontier: Frontier, equity: Floats, share: float) -> float | None:
    """Position at which the equity share passes `share`; None if it stays on one side."""
    position = frontier.highest_where(lambda weights: np.asarray(weights @ equity <= share))
    return position if position is not None and 0.0 < position < 1.0 else None
