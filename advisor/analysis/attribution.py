"""Where a portfolio's return against its benchmark came from (Brinson and Fachler 1985), linked over periods (Carino 1999)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from advisor.domain.errors import InvalidInput
from advisor.domain.market import Floats

_EQUAL = 1e-12  # returns closer than this have the limit of Carino's factor


@dataclass(frozen=True)
class Attribution:
    """Effects (k,) per segment, fractions: what weighing it otherwise brought, what choosing within it did, and both together."""

    allocation: Floats
    selection: Floats
    interaction: Floats

    @property
    def active(self) -> float:
        """The sum of all effects: the portfolio's return less the benchmark's."""
        return float(self.allocation.sum() + self.selection.sum() + self.interaction.sum())


@dataclass(frozen=True)
class Segments:
    """One period by segments (k,): weights of the portfolio and the benchmark, each summing to 1, and their simple returns."""

    weights: Floats
    benchmark_weights: Floats
    returns: Floats
    benchmark_returns: Floats

    def __post_init__(self) -> None:
        parts = (self.weights, self.benchmark_weights, self.returns, self.benchmark_returns)
        if len({part.shape for part in parts}) > 1 or not all(np.all(np.isfinite(part)) for part in parts):
            raise InvalidInput("Each segment needs two weights and two returns.")
        if any(abs(float(part.sum()) - 1.0) > 1e-6 for part in parts[:2]):
            raise InvalidInput("Weights of segments must sum to 1.", field="weights")

    @property
    def total(self) -> float:
        """The portfolio's return."""
        return float(self.weights @ self.returns)

    @property
    def benchmark_total(self) -> float:
        """The benchmark's return."""
        return float(self.benchmark_weights @ self.benchmark_returns)


def brinson_fachler(period: Segments) -> Attribution:
    """Allocation (wp - wb)(rb - B), selection wb (rp - rb), interaction (wp - wb)(rp - rb) of one period; they sum to rp - rb."""
    shift = period.weights - period.benchmark_weights
    better = period.returns - period.benchmark_returns
    return Attribution(
        shift * (period.benchmark_returns - period.benchmark_total), period.benchmark_weights * better, shift * better
    )


def linked(periods: Sequence[Segments]) -> Attribution:
    """Effects over periods in a row that sum to the difference of the compounded returns (Carino 1999).

    Each period's effects count by its k over that of the whole, k being (ln(1 + P) - ln(1 + B)) / (P - B) and 1 / (1 + P) where
    both are the same.

    Raises:
        InvalidInput: without a period, for other segments in one of them, or a return of -100 % or less.
    """
    if not periods or len({len(item.weights) for item in periods}) > 1:
        raise InvalidInput("Periods are linked over the same segments, and there must be one.")
    own = float(np.prod([1.0 + item.total for item in periods])) - 1.0
    other = float(np.prod([1.0 + item.benchmark_total for item in periods])) - 1.0
    shares = [_smoothing(item.total, item.benchmark_total) / _smoothing(own, other) for item in periods]
    effects = [brinson_fachler(item) for item in periods]
    return Attribution(
        np.sum([share * item.allocation for share, item in zip(shares, effects, strict=True)], axis=0),
        np.sum([share * item.selection for share, item in zip(shares, effects, strict=True)], axis=0),
        np.sum([share * item.interaction for share, item in zip(shares, effects, strict=True)], axis=0),
    )


def _smoothing(own: float, other: float) -> float:
    if min(own, other) <= -1.0:
        raise InvalidInput("A period in which everything was lost cannot be linked.")
    if abs(own - other) < _EQUAL:
        return 1.0 / (1.0 + own)
    return float((np.log1p(own) - np.log1p(other)) / (own - other))
