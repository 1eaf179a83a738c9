"""Where a plan may lead: the fan in today's money, the chance of reaching a target, and what would raise it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from advisor.analysis.futures import PATHS, Market, Paths, Singles, Stretch, accumulate, simulate, whole_months
from advisor.analysis.returns import MONTHS_PER_YEAR
from advisor.domain.errors import InvalidInput
from advisor.domain.market import Floats

__all__ = [
    "PATHS",
    "PERCENTILES",
    "LaterStart",
    "Levers",
    "Market",
    "Paths",
    "Projection",
    "bands_of",
    "chances",
    "fan",
    "fewest_years",
    "later_start",
    "levers",
    "project",
    "required_return",
    "simulate",
]

PERCENTILES = (5, 10, 25, 50, 75, 90, 95)
WANTED_CHANCE = 0.75
ESSENTIAL_CHANCE = 0.85
MOST_EXTRA_YEARS = 20
_HIGHEST_RETURN = 1.0
_LOOKED_AT = 1_000  # futures with which the number of years is guessed before it is counted


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
    bands = bands_of(wealth)
    chance, low, high = None, None, None
    if target is not None or monthly < 0:
        met = wealth[-1] > 0.0 if target is None else wealth[-1] >= np.float32(target)
        chance, low, high = chances(met, futures.brighter)
    return Projection(
        years=tuple(float(month) / MONTHS_PER_YEAR for month in futures.months),
        bands=bands,
        paid_in=tuple(start + monthly * float(month) for month in futures.months),
        chance=chance,
        chance_low=low,
        chance_high=high,
        terminal={name: line[-1] for name, line in bands.items()},
    )


def bands_of(wealth: Singles) -> dict[str, tuple[float, ...]]:
    """The percentiles "p5".."p95" of wealth (K, P) at each mark, with linear interpolation between neighbours."""
    places = np.array(PERCENTILES) / 100.0 * (wealth.shape[1] - 1)
    below = np.floor(places).astype(np.int64)
    above = np.minimum(below + 1, wealth.shape[1] - 1)
    ordered = np.sort(wealth, axis=1)  # faster than selecting fourteen places
    lower = ordered[:, below].astype(np.float64)
    # Equal neighbours stay equal, and so the bands in order.
    values = lower + (places - below) * (ordered[:, above] - lower)
    return {f"p{p}": tuple(values[:, i].tolist()) for i, p in enumerate(PERCENTILES)}


def chances(met: NDArray[np.bool_], brighter: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Share of futures (P,) that make it: of all, of the half with the lower and of the half with the higher draws of the mean."""
    if brighter.all():
        return (float(met.mean()),) * 3
    return float(met.mean()), float(met[~brighter].mean()), float(met[brighter].mean())


def levers(
    market: Market,
    *,
    start: float,
    monthly: float,
    years: float,
    target: float,
    seed: int,
    wanted_chance: float = WANTED_CHANCE,
    most_extra_years: int = MOST_EXTRA_YEARS,
    paths: int = PATHS,
    futures: Paths | None = None,
    later: Callable[[int], Market] | None = None,
) -> Levers:
    """What would raise the chance of `target` (today's money) to `wanted_chance`, each change alone, on the same futures.

    Wealth is linear in start and contribution on every path, so the monthly amount and the target are exact order statistics of the
    futures (`futures`, where they are drawn already). `later` gives the market of a plan that has so many years more, whose way
    down begins that much later; without it the mix of the last year goes on.

    Raises:
        InvalidInput, NotEnoughHistory: as `project`.
    """
    _check_amounts(start, monthly, target)
    drawn = futures or simulate(market, years, seed=seed, paths=paths)
    growth, annuity = drawn.growth[-1].astype(np.float64), drawn.annuity[-1].astype(np.float64)
    enough = max(0, int(np.ceil(wanted_chance * len(growth) - 1e-9)) - 1)
    needed = float(np.partition((target - start * growth) / annuity, enough)[enough])
    if needed <= monthly:
        return Levers(wanted_chance, 0.0, 0, target)
    reached = -float(np.partition(-(start * growth + monthly * annuity), enough)[enough])

    def chance(extra: int, first: int = 0) -> float:
        grown, months = later(extra) if later else market, whole_months(years) + MONTHS_PER_YEAR * extra
        end = accumulate(grown, [0, months], [Stretch(0, months)], seed=seed, paths=paths, first=first)
        wealth = np.float32(start) * end.growth[1] + np.float32(monthly) * end.sums[0, 1]
        return float((wealth >= np.float32(target)).mean())

    guess = min(paths, _LOOKED_AT)
    extra_years = fewest_years(chance, lambda extra: chance(extra, guess), wanted_chance, most_extra_years)
    return Levers(wanted_chance, needed - monthly, extra_years, reached if reached > 0 else None)


def fewest_years(
    chance: Callable[[int], float], guess: Callable[[int], float], wanted_chance: float, most: int
) -> int | None:
    """The least number of extra years, 1..`most`, whose `chance` is at least `wanted_chance`; None if there is none.

    A cheaper `guess` of the chance, taken to rise with time, says where to look; what is returned was counted with `chance`, and
    one year less was found not to be enough.
    """
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if guess(middle) >= wanted_chance else (middle + 1, high)
    years = low
    if chance(years) >= wanted_chance:
        while years > 1 and chance(years - 1) >= wanted_chance:
            years -= 1
        return years
    return next((later for later in range(years + 1, most + 1) if chance(later) >= wanted_chance), None)


@dataclass(frozen=True, slots=True)
class LaterStart:
    """What it costs to wait: the middle outcome and the chance if nothing is put in for `months`, beside those of starting now."""

    months: int
    middle: float
    middle_now: float
    chance: float | None
    chance_now: float | None


def later_start(
    futures: Paths, months: int, *, start: float, monthly: float, target: float | None = None, waiting: float = 0.0
) -> LaterStart:
    """The same plan begun `months` later with the same end: no contribution is made before, and the start waits as cash.

    `waiting` is the real yearly return of that cash. Exact on the same futures, since what is put in later grows by the quotient of
    two growths.

    Raises:
        InvalidInput: if the futures have no mark at that month, or it is not before their end.
    """
    _check_amounts(start, monthly, target)
    marks = futures.months.tolist()
    if months not in marks[1:-1]:
        raise InvalidInput("A later start must lie between now and the end.", field="start_later")
    at = marks.index(months)
    kept = (1.0 + waiting) ** (months / MONTHS_PER_YEAR)
    now = futures.wealth(start, monthly)[-1]
    onward: Floats = futures.growth[-1].astype(np.float64) / futures.growth[at]
    later = start * kept * onward + monthly * (futures.annuity[-1] - futures.annuity[at] * onward)

    def met(wealth: Floats | Singles) -> float | None:
        return None if target is None else float((wealth >= target).mean())

    return LaterStart(months, float(np.median(later)), float(np.median(now)), met(later), met(now))


def required_return(start: float, monthly: float, years: float, target: float) -> float | None:
    """The constant real return per year (effective, a fraction) at which the plan ends exactly at `target`, in today's money.

    0.0 if the money paid in already suffices, None if even 100 % a year would not reach it.

    Raises:
        InvalidInput: for amounts that are not numbers, a negative start or contribution, or no time.
    """
    _check_amounts(start, monthly, target)
    if monthly < 0:
        raise InvalidInput("A needed return is found for money put in, not taken out.", field="monthly_amount")
    months = whole_months(years)

    def shortfall(rate: float) -> float:
        month = (1.0 + rate) ** (1.0 / MONTHS_PER_YEAR) - 1.0
        rent = months if month == 0.0 else ((1.0 + month) ** months - 1.0) / month
        return float(start * (1.0 + month) ** months + monthly * rent - target)

    if shortfall(0.0) >= 0.0:
        return 0.0
    if shortfall(_HIGHEST_RETURN) < 0.0:
        return None
    return float(brentq(shortfall, 0.0, _HIGHEST_RETURN, xtol=1e-12))


def _check_amounts(start: float, monthly: float, target: float | None) -> None:
    if not (np.isfinite(start) and np.isfinite(monthly) and (target is None or np.isfinite(target))) or start < 0:
        raise InvalidInput("Amounts must be numbers, and the start must not be negative.", field="initial_amount")
