"""The efficient frontier as its corner portfolios: exact between corners, since weights are linear there (Markowitz 1956)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from advisor.domain.errors import SolverFailed
from advisor.domain.market import Floats
from advisor.optimizer.constraints import Constraints

Singles = NDArray[np.float32]
Bools = NDArray[np.bool_]
Condition = Callable[[Floats], Bools]

_CHUNK = 4096  # rows worked on at a time in a mass lookup: small enough for the processor's cache
_SCAN = 257
_REFINE = 33


@dataclass(frozen=True)
class Frontier:
    """Corner portfolios from the calmest (least variance) to the boldest (highest mean).

    `weights` (k, n), `returns` (k,) and `volatilities` (k,), both ascending, per year; returns are those of the means it was traced
    with. `exact` is False where the corners are points of a general solver and the lines between them only nearly efficient.
    A position is a number in [0, 1]: the share of the way from the calmest to the boldest volatility.
    """

    symbols: tuple[str, ...]
    weights: Floats
    returns: Floats
    volatilities: Floats
    mean: Floats
    covariance: Floats
    constraints: Constraints
    exact: bool

    @property
    def calmest(self) -> Floats:
        """Weights (n,) of the least variance."""
        first: Floats = self.weights[0]
        return first

    @property
    def boldest(self) -> Floats:
        """Weights (n,) of the highest mean."""
        last: Floats = self.weights[-1]
        return last

    def at(self, position: float) -> Floats:
        """Weights (n,) at a position in [0, 1]; positions outside are moved to the nearer end."""
        point: Floats = self.at_positions(np.array([position]))[0]
        return point

    def at_positions(self, positions: Floats) -> Floats:
        """Weights (m, n) at positions (m,)."""
        low, high = self.volatilities[0], self.volatilities[-1]
        return self.at_volatilities(low + np.clip(positions, 0.0, 1.0) * (high - low))

    def at_volatility(self, volatility: float) -> Floats:
        """Weights (n,) of the highest mean at this volatility, moved to the nearer end where it lies outside."""
        point: Floats = self.at_volatilities(np.array([volatility]))[0]
        return point

    def at_volatilities(self, volatilities: Floats) -> Floats:
        """Weights (m, n) at volatilities (m,), in double precision."""
        segment, share = self._place_by_volatility(volatilities)
        return self.weights[segment] + share[:, None] * self._steps[segment]

    def at_return(self, value: float) -> Floats:
        """Weights (n,) of the least variance at this mean, moved to the nearer end where it lies outside."""
        segment, share = self._place_by_return(np.array([value]))
        point: Floats = self.weights[segment[0]] + share[0] * self._steps[segment[0]]
        return point

    def tangency(self, risk_free: float) -> Floats:
        """Weights (n,) of the highest ratio of excess return to volatility, by its root on every segment.

        Where several points share it (cash that earns the riskless rate and never moves) the boldest of them. Of use only where
        some portfolio of the frontier earns more than `risk_free`; a point without any risk never counts.
        """
        start, slope, bend = self._curves
        excess, rise = self.returns - risk_free, np.append(np.diff(self.returns), 0.0)
        below = excess * bend - rise * slope
        share = np.divide(rise * start - excess * slope, below, out=np.zeros_like(below), where=below != 0.0)
        inside = np.clip(share, 0.0, 1.0)
        tried = np.vstack([self.weights, self.weights + inside[:, None] * self._steps])
        volatilities = volatilities_of(tried, self.covariance)
        premium = tried @ self.mean - risk_free
        ratios = np.divide(premium, volatilities, out=np.full(len(tried), -np.inf), where=volatilities > 0.0)
        equal = np.flatnonzero(ratios >= ratios.max() - 1e-13 * abs(ratios.max()))
        best: Floats = tried[equal[np.argmax(premium[equal])]]
        return best

    def best_utility(self, risk_aversion: float) -> Floats:
        """Weights (n,) that maximise mean - risk_aversion / 2 x variance: a concave parabola on every segment."""
        _, slope, bend = self._curves
        rise = np.append(np.diff(self.returns), 0.0)
        below = risk_aversion * bend
        share = np.divide(rise - risk_aversion * slope, below, out=np.zeros_like(below), where=below > 0.0)
        tried = np.vstack([self.weights, self.weights + np.clip(share, 0.0, 1.0)[:, None] * self._steps])
        variances = np.einsum("ij,ij->i", tried @ self.covariance, tried)
        best: Floats = tried[np.argmax(tried @ self.mean - risk_aversion / 2.0 * variances)]
        return best

    def position(self, volatility: float) -> float:
        """Position of a volatility; 0 on a frontier of a single point."""
        low, high = float(self.volatilities[0]), float(self.volatilities[-1])
        return min(1.0, max(0.0, (volatility - low) / (high - low))) if high > low else 0.0

    def highest_where(self, holds: Condition) -> float | None:
        """Highest position whose portfolio satisfies `holds`, which maps weights (m, n) to (m,) truth values; None if none does.

        Corners and 257 even positions are tried, then the edge above the highest one that holds is narrowed to 1e-12. A
        condition that fails and holds again within 1/257 of the range may be missed.
        """
        tried = self._tries
        good = np.flatnonzero(holds(self.at_positions(tried)))
        if len(good) == 0:
            return None
        at = int(good[-1])
        return self._edge(holds, tried[at], tried[at + 1]) if at + 1 < len(tried) else float(tried[at])

    def lowest_where(self, holds: Condition) -> float | None:
        """Lowest position whose portfolio satisfies `holds`; otherwise as `highest_where`."""
        tried = self._tries
        good = np.flatnonzero(holds(self.at_positions(tried)))
        if len(good) == 0:
            return None
        at = int(good[0])
        return self._edge(holds, tried[at], tried[at - 1]) if at > 0 else float(tried[at])

    def _edge(self, holds: Condition, inside: float, outside: float) -> float:
        """The last position that holds on the way from one that does to one that does not."""
        while abs(outside - inside) > 1e-12:
            finer = np.linspace(inside, outside, _REFINE)
            failing = np.flatnonzero(~holds(self.at_positions(finer[1:-1])))
            first = int(failing[0]) + 1 if len(failing) else _REFINE - 1
            inside, outside = float(finer[first - 1]), float(finer[first])
        return float(inside)

    @cached_property
    def _tries(self) -> Floats:
        if len(self.weights) == 1:
            return np.zeros(1)
        corners = np.array([self.position(float(v)) for v in self.volatilities])
        return np.unique(np.concatenate([np.linspace(0.0, 1.0, _SCAN), corners]))

    def points(self, count: int) -> tuple[tuple[float, float], ...]:
        """`count` points (volatility, return) spread evenly over the volatility range, for a plot."""
        volatilities = np.linspace(self.volatilities[0], self.volatilities[-1], count)
        segment, share = self._place_by_volatility(volatilities)
        returns = self.returns[segment] + share * np.append(np.diff(self.returns), 0.0)[segment]
        return tuple((float(v), float(r)) for v, r in zip(volatilities, returns, strict=True))

    def look_up(self, *, volatilities: Floats | None = None, returns: Floats | None = None) -> Singles:
        """Weights (m, n) in single precision for many investors at once, by volatility or by return.

        Each row is the investor's own solution to within single precision.
        """
        wanted = volatilities if volatilities is not None else returns
        if wanted is None:
            wanted = np.empty(0)
        place = self._place_by_return if volatilities is None else self._place_by_volatility
        base, steps = self.weights.astype(np.float32), self._steps.astype(np.float32)
        found = np.empty((len(wanted), self.weights.shape[1]), np.float32)
        moved = np.empty((_CHUNK, self.weights.shape[1]), np.float32)
        for start in range(0, len(wanted), _CHUNK):
            segment, share = place(wanted[start : start + _CHUNK])
            out = found[start : start + _CHUNK]
            move = moved[: len(out)]
            np.take(base, segment, axis=0, out=out, mode="clip")
            np.take(steps, segment, axis=0, out=move, mode="clip")
            move *= share.astype(np.float32)[:, None]
            out += move
        return found

    @cached_property
    def _steps(self) -> Floats:
        """Way from each corner to the next (k, n); zero at the last."""
        return np.vstack([np.diff(self.weights, axis=0), np.zeros((1, self.weights.shape[1]))])

    @cached_property
    def _curves(self) -> tuple[Floats, Floats, Floats]:
        """Variance along segment j as a + 2 b s + c s^2, s in [0, 1]; b is not negative on an efficient segment."""
        towards = self._steps @ self.covariance
        start = np.einsum("ij,ij->i", self.weights @ self.covariance, self.weights)
        slope = np.maximum(np.einsum("ij,ij->i", towards, self.weights), 0.0)
        return start, slope, np.einsum("ij,ij->i", towards, self._steps)

    def _place_by_volatility(self, volatilities: Floats) -> tuple[NDArray[np.intp], Floats]:
        """Segment (m,) and share of the way along it (m,): the root of the segment's quadratic in its stable form."""
        wanted = np.clip(volatilities, self.volatilities[0], self.volatilities[-1])
        segment = np.searchsorted(self.volatilities[1:-1], wanted, side="right")
        start, slope, bend = (part[segment] for part in self._curves)
        rise = np.maximum(wanted * wanted - start, 0.0)
        below = slope + np.sqrt(slope * slope + np.maximum(bend, 0.0) * rise)
        share = np.divide(rise, below, out=np.zeros_like(rise), where=below > 0.0)
        return segment, np.minimum(share, 1.0)

    def _place_by_return(self, returns: Floats) -> tuple[NDArray[np.intp], Floats]:
        segment = np.searchsorted(self.returns[1:-1], returns, side="right")
        rise = np.append(np.diff(self.returns), 0.0)[segment]
        gap = returns - self.returns[segment]
        share = np.divide(gap, rise, out=np.zeros_like(gap), where=rise > 0.0)
        return segment, np.clip(share, 0.0, 1.0)


def volatilities_of(weights: Floats, covariance: Floats) -> Floats:
    """Volatilities (m,) of portfolios (m, n); a variance below 0 by rounding counts as 0."""
    variances = np.einsum("ij,ij->i", weights @ covariance, weights)
    spread: Floats = np.sqrt(np.maximum(variances, 0.0))
    return spread


def assemble(
    symbols: tuple[str, ...],
    corners: Floats,
    mean: Floats,
    covariance: Floats,
    constraints: Constraints,
    *,
    exact: bool,
) -> Frontier:
    """A frontier from corner weights (k, n) in any order: ends of numerical noise are cleaned and repeats dropped.

    Raises:
        SolverFailed: if a corner is not a portfolio within the constraints (to 1e-6).
    """
    if corners.ndim != 2 or len(corners) == 0 or not np.all(np.isfinite(corners)):
        raise SolverFailed("The solver returned no portfolios.")
    clean = _cleaned(corners, constraints)
    if not all(constraints.allows(corner) for corner in clean):
        raise SolverFailed("The solver returned a portfolio outside its limits.")
    returns = clean @ mean
    volatilities = volatilities_of(clean, covariance)
    kept: list[int] = []
    # From the boldest down, a corner stays only if it is calmer than the one before: less return for no less risk is noise.
    for i in np.lexsort((volatilities, -returns)):
        if not kept or (volatilities[i] < volatilities[kept[-1]] - 1e-12 and returns[i] < returns[kept[-1]] - 1e-13):
            kept.append(int(i))
    kept.reverse()
    return Frontier(symbols, clean[kept], returns[kept], volatilities[kept], mean, covariance, constraints, exact)


def _cleaned(corners: Floats, constraints: Constraints) -> Floats:
    """Weights clipped into their bounds, the missing or surplus crumbs put where there is room."""
    clean = np.clip(corners, constraints.lower, constraints.upper)
    gaps = 1.0 - clean.sum(axis=1, keepdims=True)
    room = np.where(gaps > 0, constraints.upper - clean, clean - constraints.lower)
    total = room.sum(axis=1, keepdims=True)
    fillable = total > np.abs(gaps)
    shares: Floats = clean + np.where(fillable, gaps * room / np.where(fillable, total, 1.0), 0.0)
    return shares
