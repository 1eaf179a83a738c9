"""The line along which advice moves: the frontier cut short at a few equity shares, so that no weight swings with the horizon."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np

from advisor.analysis.risk import CVAR_FACTOR
from advisor.domain.market import Floats
from advisor.optimizer.frontier import Bools, Frontier, volatilities_of
from advisor.optimizer.moments import Moments

T = TypeVar("T")

SLACK = 1e-12
"""How far beyond a limit still counts as on it."""

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


class Path:
    """The path of advice for one universe: the highest or lowest place on it within a loss budget, an equity cap and a wanted mean.

    `line` are its joints. Between two joints weights move along a straight line: there the equity share and the projection mean
    are linear and the 1-year 95 % CVaR (2.0627 sigma - mu) is convex, so the places within all limits form an interval whose ends
    are joints or roots of one limit. Every root is tried, so nothing is searched and nothing missed.
    """

    def __init__(self, frontier: Frontier, moments: Moments) -> None:
        self.line = advice_path(frontier, moments.equity)
        joints = self.line.weights
        self._base = joints[:-1] if len(joints) > 1 else joints
        self._step = np.diff(joints, axis=0) if len(joints) > 1 else np.zeros_like(joints)
        towards = self._step @ moments.covariance
        self._variance = np.einsum("ij,ij->i", self._base @ moments.covariance, self._base)
        self._slope = np.einsum("ij,ij->i", towards, self._base)
        self._bend = np.einsum("ij,ij->i", towards, self._step)
        self._mean, self._mean_step = self._base @ moments.forward, self._step @ moments.forward
        self._equity, self._equity_step = self._base @ moments.equity, self._step @ moments.equity

    def highest(self, budget: float, equity_cap: float) -> tuple[float, Floats] | None:
        """Position (0 calmest, 1 boldest) and weights (n,) of the highest place with CVaR <= budget and equity <= cap, or None."""
        shares = self._candidates(budget, equity_cap, None)
        good = self._within(shares, budget, equity_cap)
        if not good.any():
            return None
        segment = int(np.flatnonzero(good.any(axis=0))[-1])
        return self._place(segment, float(shares[good[:, segment], segment].max()))

    def lowest(self, wanted: float, budget: float, equity_cap: float) -> tuple[float, Floats] | None:
        """Position and weights of the lowest place within the limits whose projection mean is at least `wanted`, or None."""
        shares = self._candidates(budget, equity_cap, wanted)
        enough = self._mean + shares * self._mean_step >= wanted - SLACK
        good = enough & self._within(shares, budget, equity_cap)
        if not good.any():
            return None
        segment = int(np.flatnonzero(good.any(axis=0))[0])
        return self._place(segment, float(shares[good[:, segment], segment].min()))

    def _place(self, segment: int, share: float) -> tuple[float, Floats]:
        weights: Floats = self._base[segment] + share * self._step[segment]
        if share == 1.0 and segment == len(self._base) - 1 and len(self.line.weights) > 1:
            return 1.0, weights
        variance = self._variance[segment] + share * (2.0 * self._slope[segment] + share * self._bend[segment])
        return self.line.position(float(np.sqrt(max(0.0, float(variance))))), weights

    def _within(self, shares: Floats, budget: float, equity_cap: float) -> Bools:
        """Which of the places (c, k), a share of the way along each segment, meet both limits."""
        variance = self._variance + shares * (2.0 * self._slope + shares * self._bend)
        losses = CVAR_FACTOR * np.sqrt(np.maximum(variance, 0.0)) - self._mean - shares * self._mean_step
        within: Bools = (losses <= budget + SLACK) & (self._equity + shares * self._equity_step <= equity_cap + SLACK)
        return within

    def _candidates(self, budget: float, equity_cap: float, wanted: float | None) -> Floats:
        """Shares of the way (c, k) along each segment at which a limit may begin or end to hold, inside 0..1."""
        ends = [np.zeros_like(self._mean), np.ones_like(self._mean)]
        ends.append(_ratio(equity_cap - self._equity, self._equity_step))
        if wanted is not None:
            ends.append(_ratio(wanted - self._mean, self._mean_step))
        if np.isfinite(budget):
            ends.extend(self._loss_roots(budget))
        return np.clip(np.stack(ends), 0.0, 1.0)

    def _loss_roots(self, budget: float) -> tuple[Floats, Floats]:
        """Where the CVaR equals the budget: F^2 variance(s) = (budget + mean(s))^2, a quadratic in s."""
        room, square = budget + self._mean, CVAR_FACTOR * CVAR_FACTOR
        bend = square * self._bend - self._mean_step**2
        half = square * self._slope - room * self._mean_step
        rest = square * self._variance - room**2
        root = np.sqrt(np.maximum(half * half - bend * rest, 0.0))
        far = -half - np.where(
            half >= 0.0, root, -root
        )  # the sum without cancellation, then the other root from the product
        return _ratio(far, bend), _ratio(rest, far)


class _Itself(Generic[T]):
    """A thing as a key by what it is, not by what it equals: frontiers hold arrays, which have no hash."""

    def __init__(self, thing: T) -> None:
        self.thing = thing

    def __hash__(self) -> int:
        return id(self.thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and other.thing is self.thing


def path_of(frontier: Frontier, moments: Moments) -> Path:
    """The path of a frontier, prepared once: a plan looks at it some twenty times, and what would change it some hundred times."""
    return _prepared(_Itself(frontier), _Itself(moments))


@lru_cache(maxsize=128)
def _prepared(frontier: _Itself[Frontier], moments: _Itself[Moments]) -> Path:
    return Path(frontier.thing, moments.thing)


def _ratio(above: Floats, below: Floats) -> Floats:
    """above / below, 0 where there is nothing to divide by."""
    quotient: Floats = np.divide(above, below, out=np.zeros_like(above), where=below != 0.0)
    return quotient
