"""Many futures of a mix, in today's money: what money put in at one time has become at another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from advisor.analysis.assumptions import MEAN_UNCERTAINTY
from advisor.analysis.bootstrap import MEAN_BLOCK_MONTHS, mean_shifts, month_draws
from advisor.analysis.returns import MONTHS_PER_YEAR
from advisor.domain.errors import InvalidInput
from advisor.domain.market import Floats

Singles = NDArray[np.float32]

PATHS = 10_000
_MOST_YEARS = 100
_DRAWN_MONTHS = 480  # drawn at once and kept, so that a plan of another length draws nothing anew


@dataclass(frozen=True)
class Market:
    """What futures are drawn from.

    `returns` (Y, M) are joint monthly returns of the mixes held in years 1..Y (the last row goes on), or (M,) for one mix.
    `means` are the expected yearly returns they are centred on (a number or (Y,), arithmetic, nominal). `expected_inflation`
    is per year; `inflation` (M,) holds the same months' inflation, drawn jointly and re-centred, None for a constant one.
    `fee` is a fraction per year. `mean_uncertainty` is the standard deviation per year of what nobody knows about the mean,
    `mean_block` the mean length in months of the stretches of history drawn.
    """

    returns: Floats
    means: Floats | float
    expected_inflation: float
    inflation: Floats | None = None
    fee: float = 0.0
    mean_uncertainty: float = MEAN_UNCERTAINTY
    mean_block: int = MEAN_BLOCK_MONTHS


@dataclass(frozen=True, slots=True)
class Stretch:
    """A row of equal monthly payments, rising with prices: at the ends of months `first` + 1 .. `last`, or at their beginnings."""

    first: int
    last: int
    at_beginning: bool = False


@dataclass(frozen=True)
class Accumulated:
    """Futures in today's money at `months` (K,), the first being 0.

    `growth` (K, P) is what 1 at the start has become, `sums` (S, K, P) what payments of 1 in each stretch have become. `shifts`
    (P,) are the draws of the mean.
    """

    months: NDArray[np.int64]
    growth: Singles
    sums: Singles
    shifts: Singles


@dataclass(frozen=True)
class Paths:
    """Futures in today's money at `months` (K,), the first being 0.

    `growth` (K, P) is what 1 at the start has become, `annuity` (K, P) what 1 put in at each month's end (rising with
    inflation) has become. Any start and any contribution follow as start x growth + monthly x annuity. `shifts` (P,) are the
    draws of the mean.
    """

    months: NDArray[np.int64]
    growth: Singles
    annuity: Singles
    shifts: Singles

    def wealth(self, start: float, monthly: float) -> Singles:
        """Wealth (K, P) in today's money; withdrawals (negative `monthly`) end at zero and stay there."""
        total: Singles = np.float32(start) * self.growth + np.float32(monthly) * self.annuity
        return np.maximum(total, 0.0, out=total) if monthly < 0 else total

    @cached_property
    def brighter(self) -> NDArray[np.bool_]:
        """Which futures (P,) are the half with the higher draws of the mean; ties by order."""
        return brighter_half(self.shifts)


def brighter_half(shifts: Singles) -> NDArray[np.bool_]:
    """Which futures (P,) have the higher half of the draws of the mean (the larger half of an odd number); ties by order."""
    higher = np.ones(len(shifts), bool)
    higher[np.argsort(shifts, kind="stable")[: len(shifts) // 2]] = False
    return higher


def simulate(market: Market, years: float, *, seed: int, paths: int = PATHS) -> Paths:
    """Futures of `years` years, in single precision, at the end of each year and at the end.

    Months are drawn by a stationary block bootstrap; each path's mean is moved for its whole life by one draw from N(0,
    `mean_uncertainty`), without which fans were too narrow. Deterministic given the seed, and a longer horizon extends the
    same futures.

    Raises:
        InvalidInput: for figures that are not numbers, or a horizon outside (0, 100] years.
        NotEnoughHistory: for less than two years of monthly returns.
    """
    months = whole_months(years)
    marks = [*range(0, months, MONTHS_PER_YEAR), months]
    drawn = accumulate(market, marks, [Stretch(0, months)], seed=seed, paths=paths)
    return Paths(drawn.months, drawn.growth, drawn.sums[0], drawn.shifts)


def accumulate(
    market: Market, marks: Sequence[int], stretches: Sequence[Stretch], *, seed: int, paths: int = PATHS, first: int = 0
) -> Accumulated:
    """Growth and payments at the ascending month counts `marks`, of which the first is 0.

    `first` takes only so many of the `paths` futures, the same ones that all of them begin with: enough to look around with.

    Raises:
        InvalidInput: for figures that are not numbers.
        NotEnoughHistory: for less than two years of monthly returns.
    """
    factors = real_factors(market)
    count = first or paths
    draws = _draws(factors.shape[1], marks[-1], paths, seed, market.mean_block)
    shifts = (_shifts(paths, seed) * np.float32(market.mean_uncertainty))[:count]
    tilt = np.exp(shifts / np.float32(MONTHS_PER_YEAR))
    growth = np.ones((len(marks), count), np.float32)
    sums = np.zeros((len(stretches), len(marks), count), np.float32)
    now, step, paid = np.ones(count, np.float32), np.empty(count, np.float32), np.zeros(sums[:, 0].shape, np.float32)
    one, at = np.float32(1.0), 1
    for month in range(marks[-1]):
        mix = factors[min(month // MONTHS_PER_YEAR, len(factors) - 1)]
        np.take(mix, draws[month, :count], out=step, mode="clip")
        step *= tilt
        now *= step
        for i, stretch in enumerate(stretches):
            if month < stretch.first:
                continue
            pays = month < stretch.last
            if pays and stretch.at_beginning:
                paid[i] += one
            paid[i] *= step
            if pays and not stretch.at_beginning:
                paid[i] += one
        if month + 1 == marks[at]:
            growth[at], sums[:, at] = now, paid
            at += 1
    return Accumulated(np.array(marks), growth, sums, shifts)


def whole_months(years: float) -> int:
    """A horizon in whole months, at least one.

    Raises:
        InvalidInput: for a horizon outside (0, 100] years.
    """
    if not 0 < years <= _MOST_YEARS:
        raise InvalidInput("A horizon lies between a month and 100 years.", field="horizon")
    return max(1, round(years * MONTHS_PER_YEAR))


def real_factors(market: Market) -> Singles:
    """Real growth factors (Y, M) of each mix and past month, after fees, centred on its mean.

    Raises:
        InvalidInput: for figures that are not finite, fees outside 0..1 or inflation of -100 % and below.
    """
    returns = np.atleast_2d(np.asarray(market.returns, np.float64))
    means = np.broadcast_to(np.asarray(market.means, np.float64).reshape(-1), (len(returns),))
    inflation = np.zeros(returns.shape[1]) if market.inflation is None else np.asarray(market.inflation, np.float64)
    figures = (returns, means, inflation, np.array([market.expected_inflation, market.fee, market.mean_uncertainty]))
    if inflation.shape != returns.shape[1:] or not all(np.all(np.isfinite(part)) for part in figures):
        raise InvalidInput("A projection needs finite returns, means and inflation of the same months.")
    if not 0.0 <= market.fee < 1.0 or market.expected_inflation <= -1.0:
        raise InvalidInput("Fees lie between 0 and 1 per year, inflation above -100 %.")
    centred = 1.0 + returns - returns.mean(axis=1, keepdims=True) + means[:, None] / MONTHS_PER_YEAR
    prices = (1.0 + market.expected_inflation) ** (1.0 / MONTHS_PER_YEAR) + inflation - inflation.mean()
    kept = (1.0 - market.fee) ** (1.0 / MONTHS_PER_YEAR)
    factors: Singles = (np.maximum(centred, 0.0) * kept / prices).astype(np.float32)
    return factors


def _draws(history: int, months: int, paths: int, seed: int, mean_block: int) -> NDArray[np.int16]:
    """The draws of `months` months out of a longer array, which is the same for all of its lengths."""
    whole = -(-months // _DRAWN_MONTHS) * _DRAWN_MONTHS
    return month_draws(history, whole, paths, seed, mean_block=mean_block)[:months]


@lru_cache(maxsize=4)
def _shifts(paths: int, seed: int) -> Singles:
    shifts = mean_shifts(paths, seed)
    shifts.setflags(write=False)
    return shifts
