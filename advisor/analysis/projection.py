"""Where a plan may lead: many futures in today's money, the chance of reaching a target, and what would raise it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from advisor.analysis.assumptions import MEAN_UNCERTAINTY
from advisor.analysis.bootstrap import MEAN_BLOCK_MONTHS, mean_shifts, month_draws
from advisor.analysis.returns import MONTHS_PER_YEAR
from advisor.domain.errors import InvalidInput
from advisor.domain.market import Floats

Singles = NDArray[np.float32]

PATHS = 10_000
PERCENTILES = (5, 10, 25, 50, 75, 90, 95)
_HIGHEST_RETURN = 1.0


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


@dataclass(frozen=True)
class Projection:
    """A fan in today's money. `bands` ("p5".."p95") and `paid_in` have one value per entry of `years`.

    `chance` is the share of futures that end at or above the target (for withdrawals without a target: that still hold money), None
    without either. `chance_low` and `chance_high` are that share among the half of the futures with the lower and the higher draw
    of the mean: how far the answer moves with what nobody knows. `terminal` are the percentiles at the end.
    """

    years: tuple[float, ...]
    bands: dict[str, tuple[float, ...]]
    paid_in: tuple[float, ...]
    chance: float | None
    chance_low: float | None
    chance_high: float | None
    terminal: dict[str, float]


@dataclass(frozen=True, slots=True)
class Levers:
    """Single changes that would each bring the chance to `wanted_chance`; None where none within reach does, 0 where not needed.

    `extra_monthly` in today's money per month, `extra_years` in whole years, `lower_target` the target then reached.
    """

    wanted_chance: float
    extra_monthly: float | None
    extra_years: int | None
    lower_target: float | None


def simulate(market: Market, years: float, *, seed: int, paths: int = PATHS) -> Paths:
    """Futures of `years` years, in single precision.

    Months are drawn by a stationary block bootstrap; each path's mean is moved for its whole life by one draw from N(0,
    `mean_uncertainty`), without which fans were too narrow. Deterministic given the seed, and a longer horizon extends the
    same futures.

    Raises:
        InvalidInput: for figures that are not numbers, or a horizon outside (0, 100] years.
        NotEnoughHistory: for less than two years of monthly returns.
    """
    months = _months(years)
    return _run(market, [*range(0, months, MONTHS_PER_YEAR), months], seed, paths)


def project(
    market: Market,
    *,
    start: float,
    monthly: float,
    years: float,
    seed: int,
    target: float | None = None,
    paths: int = PATHS,
) -> Projection:
    """The fan of a plan: `start` now, `monthly` at each month's end growing with inflation (negative: withdrawn), in today's money.

    Raises:
        InvalidInput, NotEnoughHistory: as `simulate`; also for amounts that are not numbers or a negative start.
    """
    return fan(simulate(market, years, seed=seed, paths=paths), start=start, monthly=monthly, target=target)


def fan(futures: Paths, *, start: float, monthly: float, target: float | None = None) -> Projection:
    """`project` on futures already drawn: what if the amounts or the target were others.

    Raises:
        InvalidInput: for amounts that are not numbers or a negative start.
    """
    _check_amounts(start, monthly, target)
    wealth = futures.wealth(start, monthly)
    ordered = np.sort(wealth, axis=1)
    places = np.array(PERCENTILES) / 100.0 * (ordered.shape[1] - 1)
    below = np.floor(places).astype(np.int64)
    above = np.minimum(below + 1, ordered.shape[1] - 1)
    lower = ordered[:, below].astype(np.float64)
    values = lower + (places - below) * (
        ordered[:, above] - lower
    )  # equal neighbours stay equal, and so the bands in order
    bands = {f"p{p}": tuple(float(v) for v in values[:, i]) for i, p in enumerate(PERCENTILES)}
    chance, low, high = _chances(wealth[-1], futures.shifts, target, monthly)
    return Projection(
        years=tuple(float(month) / MONTHS_PER_YEAR for month in futures.months),
        bands=bands,
        paid_in=tuple(start + monthly * float(month) for month in futures.months),
        chance=chance,
        chance_low=low,
        chance_high=high,
        terminal={name: line[-1] for name, line in bands.items()},
    )


def levers(
    market: Market,
    *,
    start: float,
    monthly: float,
    years: float,
    target: float,
    seed: int,
    wanted_chance: float = 0.75,
    most_extra_years: int = 20,
    paths: int = PATHS,
) -> Levers:
    """What would raise the chance of `target` (today's money) to `wanted_chance`, each change alone, on the same futures.

    Wealth is linear in start and contribution on every path, so the monthly amount and the target are exact order statistics of the
    futures; years are tried one by one. The mix of the last year goes on through extra years.

    Raises:
        InvalidInput, NotEnoughHistory: as `project`.
    """
    _check_amounts(start, monthly, target)
    months = _months(years)
    marks = [0, *(months + MONTHS_PER_YEAR * extra for extra in range(most_extra_years + 1))]
    futures = _run(market, marks, seed, paths)
    growth, annuity = futures.growth[1].astype(np.float64), futures.annuity[1].astype(np.float64)
    enough = max(0, int(np.ceil(wanted_chance * paths - 1e-9)) - 1)
    needed = float(np.sort((target - start * growth) / annuity)[enough])
    if needed <= monthly:
        return Levers(wanted_chance, 0.0, 0, target)
    reached = -float(np.sort(-(start * growth + monthly * annuity))[enough])
    met = (futures.wealth(start, monthly)[2:] >= np.float32(target)).mean(axis=1) >= wanted_chance
    extra_years = int(np.argmax(met)) + 1 if met.any() else None
    return Levers(wanted_chance, needed - monthly, extra_years, reached if reached > 0 else None)


def required_return(start: float, monthly: float, years: float, target: float) -> float | None:
    """The constant real return per year (effective, a fraction) at which the plan ends exactly at `target`, in today's money.

    0.0 if the money paid in already suffices, None if even 100 % a year would not reach it.

    Raises:
        InvalidInput: for amounts that are not numbers, a negative start or contribution, or no time.
    """
    _check_amounts(start, monthly, target)
    if monthly < 0:
        raise InvalidInput("A needed return is found for money put in, not taken out.", field="monthly_amount")
    months = _months(years)

    def shortfall(rate: float) -> float:
        month = (1.0 + rate) ** (1.0 / MONTHS_PER_YEAR) - 1.0
        rent = months if month == 0.0 else ((1.0 + month) ** months - 1.0) / month
        return float(start * (1.0 + month) ** months + monthly * rent - target)

    if shortfall(0.0) >= 0.0:
        return 0.0
    if shortfall(_HIGHEST_RETURN) < 0.0:
        return None
    return float(brentq(shortfall, 0.0, _HIGHEST_RETURN, xtol=1e-12))


def _run(market: Market, marks: list[int], seed: int, paths: int) -> Paths:
    """Growth and annuity at the ascending month counts `marks`, of which the first is 0."""
    factors = _real_factors(market)
    draws = month_draws(factors.shape[1], marks[-1], paths, seed, mean_block=market.mean_block)
    shifts = mean_shifts(paths, seed) * np.float32(market.mean_uncertainty)
    tilt = np.exp(shifts / np.float32(MONTHS_PER_YEAR))
    growth = np.ones((len(marks), paths), np.float32)
    annuity = np.zeros((len(marks), paths), np.float32)
    now, paid, step = np.ones(paths, np.float32), np.zeros(paths, np.float32), np.empty(paths, np.float32)
    at = 1
    for month in range(marks[-1]):
        mix = factors[min(month // MONTHS_PER_YEAR, len(factors) - 1)]
        np.take(mix, draws[month], out=step, mode="clip")
        step *= tilt
        now *= step
        paid *= step
        paid += np.float32(1.0)
        if month + 1 == marks[at]:
            growth[at], annuity[at] = now, paid
            at += 1
    return Paths(np.array(marks), growth, annuity, shifts)


def _months(years: float) -> int:
    if not 0 < years <= 100:
        raise InvalidInput("A horizon lies between a month and 100 years.", field="horizon")
    return max(1, round(years * MONTHS_PER_YEAR))


def _real_factors(market: Market) -> Singles:
    """Real growth factors (Y, M) of each mix and past month, after fees, centred on its mean."""
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


def _chances(
    final: Singles, shifts: Singles, target: float | None, monthly: float
) -> tuple[float | None, float | None, float | None]:
    if target is None and monthly >= 0:
        return None, None, None
    met = final > 0.0 if target is None else final >= np.float32(target)
    half = len(met) // 2
    order = np.argsort(shifts, kind="stable")
    low, high = (met[order[:half]], met[order[half:]]) if half else (met, met)
    return float(met.mean()), float(low.mean()), float(high.mean())


def _check_amounts(start: float, monthly: float, target: float | None) -> None:
    if not (np.isfinite(start) and np.isfinite(monthly) and (target is None or np.isfinite(target))) or start < 0:
        raise InvalidInput("Amounts must be numbers, and the start must not be negative.", field="initial_amount")
