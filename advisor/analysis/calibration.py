"""How promises came out: risk told and risk met, how often a bound was passed, what fell into a fan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc, betaincinv

from advisor.analysis.risk import observed
from advisor.domain.errors import InvalidInput
from advisor.domain.market import Floats


@dataclass(frozen=True, slots=True)
class Proportion:
    """`hits` of `count`, with the interval of the true share at `level` (Clopper and Pearson 1934: exact, and rather too wide)."""

    hits: int
    count: int
    low: float
    high: float
    level: float

    @property
    def share(self) -> float:
        """The share observed."""
        return self.hits / self.count


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where values fell: shares inside, below and above their bounds, which sum to 1.

    `disjoint` of the `count` windows do not overlap: no more than these can count as independent.
    """

    inside: float
    below: float
    above: float
    count: int
    disjoint: int


def bias_statistic(returns: Floats, promised: Floats, periods_per_year: int) -> float:
    """Realised over promised volatility: the spread of returns (P,), each over the yearly volatility promised before it (P,).

    Sample standard deviation (n - 1) of the quotients, annualised by the root of time. 1 if promises were right on average, above
    if they were too low (the bias statistic of risk models; Menchero, Morozov and Shepard 2008). With one promise it is the plain
    quotient.

    Raises:
        InvalidInput: for gaps, other lengths, or a promise that is not positive.
        NotEnoughHistory: for fewer than two returns.
    """
    if promised.shape != returns.shape or not (np.all(np.isfinite(promised)) and np.all(promised > 0.0)):
        raise InvalidInput("Every return needs a positive volatility that was promised for it.")
    if not np.all(np.isfinite(returns)):
        raise InvalidInput("A return series must not have gaps.")
    quotients = observed(returns / promised, 2)
    return float(np.std(quotients, ddof=1) * np.sqrt(periods_per_year))


def proportion(hits: int, count: int, level: float = 0.95) -> Proportion:
    """How often something happened, with the exact interval of its true frequency, for independent trials.

    Raises:
        InvalidInput: for counts that cannot be, or a level outside 0 to 1.
    """
    _check_counts(hits, count)
    if not 0.0 < level < 1.0:
        raise InvalidInput("A confidence level lies between 0 and 1.", field="level")
    tail = (1.0 - level) / 2.0
    low = float(betaincinv(hits, count - hits + 1, tail)) if hits else 0.0
    high = float(betaincinv(hits + 1, count - hits, 1.0 - tail)) if hits < count else 1.0
    return Proportion(hits, count, low, high, level)


def chance_of_at_least(hits: int, count: int, frequency: float) -> float:
    """Probability of `hits` or more in `count` independent trials of this frequency (binomial).

    Raises:
        InvalidInput: for counts that cannot be, or a frequency outside 0 to 1.
    """
    _check_counts(hits, count)
    if not 0.0 <= frequency <= 1.0:
        raise InvalidInput("A frequency lies between 0 and 1.", field="frequency")
    return float(bdtrc(hits - 1, count, frequency)) if hits else 1.0


def disjoint_windows(starts: NDArray[np.int64], length: int) -> int:
    """The most windows of `length` periods that do not overlap, among those that begin at the ascending `starts` (K,).

    Raises:
        InvalidInput: for starts that do not ascend, or no length.
    """
    if length < 1 or starts.ndim != 1 or np.any(np.diff(starts) <= 0):
        raise InvalidInput("Windows need a length and starts that ascend.")
    found, free = 0, -np.inf
    for start in starts.tolist():
        if start >= free:
            found, free = found + 1, start + length
    return found


def coverage(values: Floats, low: Floats, high: Floats, starts: NDArray[np.int64], length: int) -> Coverage:
    """How many of the values (K,) lay within their bounds, edges included, and how many of their windows do not overlap.

    Raises:
        InvalidInput: for figures that are not numbers, other lengths, bounds the wrong way round, or nothing to count.
    """
    figures = (values, low, high)
    if not len(values) or any(item.shape != starts.shape or not np.all(np.isfinite(item)) for item in figures):
        raise InvalidInput("Coverage needs a value, two bounds and a start for each window.")
    if np.any(low > high):
        raise InvalidInput("A lower bound must not lie above the upper one.")
    below, above = float(np.mean(values < low)), float(np.mean(values > high))
    inside = float(np.mean((values >= low) & (values <= high)))
    return Coverage(inside, below, above, len(values), disjoint_windows(starts, length))


def _check_counts(hits: int, count: int) -> None:
    if count < 1 or not 0 <= hits <= count:
        raise InvalidInput("Of at least one trial, between none and all are hits.", field="hits")
