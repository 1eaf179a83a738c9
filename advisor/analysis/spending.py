"""Money that is spent: how long savings last under withdrawals, what they can bear, and when they run dry. All in today's money."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from advisor.analysis.futures import PATHS, Market, Paths, Singles, Stretch, accumulate
from advisor.analysis.projection import bands_of, chances
from advisor.analysis.returns import MONTHS_PER_YEAR
from advisor.domain.errors import InvalidInput
from advisor.domain.market import Floats

BAD_SHARE = 0.10
"""The share of futures that counts as the bad ones when it is said when the money could run out."""


@dataclass(frozen=True, slots=True)
class Payout:
    """Equal payments at the beginning of each month from month `first` up to month `last`, rising with prices.

    From month `pension_from` on a pension of `pension` a month pays its part, and only the rest is taken out of the savings.
    Months count from today, amounts are in today's money.
    """

    first: int
    last: int
    pension: float = 0.0
    pension_from: int = 0


@dataclass(frozen=True)
class SpendingPaths:
    """Futures of savings that are spent, at `months` (K,).

    `saved` (K, P) is wealth before any withdrawal, `alone` and `beside` (K, P) what payments of 1 before and beside the pension
    would have become; `saving` are the plain futures up to the first payment. Withdrawals are never negative, so a future whose
    balance has fallen below 0 stays there: where it ends says whether the money lasted, and every question about amounts is
    answered by an order statistic.
    """

    months: NDArray[np.int64]
    saved: Singles
    alone: Singles
    beside: Singles
    pension: float
    saving: Paths

    @cached_property
    def most(self) -> Floats:
        """The largest payment (P,) a month, pension included, that each future bears to the end; infinite if nothing is taken."""
        saved, alone, beside = (part[-1].astype(np.float64) for part in (self.saved, self.alone, self.beside))
        with np.errstate(divide="ignore", invalid="ignore"):
            first = np.where(alone > 0.0, saved / alone, np.inf)
            both = np.where(alone + beside > 0.0, (saved + self.pension * beside) / (alone + beside), np.inf)
        return np.where((first <= self.pension) | (beside <= 0.0), first, both)

    def balance(self, payment: float) -> Singles:
        """Wealth (K, P) under a payment a month; below 0 from the month in which it could not be paid any more."""
        taken = np.float32(payment) * self.alone + np.float32(max(0.0, payment - self.pension)) * self.beside
        balance: Singles = self.saved - taken
        return balance

    def sustainable(self, chance: float) -> float:
        """The largest payment a month, pension included, that lasts to the end in at least this share of futures.

        Raises:
            InvalidInput: for a chance outside (0, 1].
        """
        if not 0.0 < chance <= 1.0:
            raise InvalidInput("A chance lies between 0 and 1.", field="chance")
        at = len(self.most) - int(np.ceil(chance * len(self.most) - 1e-9))
        return float(np.partition(self.most, at)[at])


@dataclass(frozen=True)
class SpendingPlan:
    """What becomes of savings under a payment of `payment` a month.

    `bands` ("p5".."p95") have one value per entry of `years`, never below 0. `chance` is the share of futures in which the money
    lasts, `chance_low` and `chance_high` that of the halves with the lower and the higher draws of the mean. `dry_after` are the
    years from today after which it is gone in the bad 10 % of futures, None where it lasts in nine of ten.
    """

    payment: float
    years: tuple[float, ...]
    bands: dict[str, tuple[float, ...]]
    chance: float
    chance_low: float
    chance_high: float
    dry_after: float | None


def spending_paths(
    market: Market, payout: Payout, *, start: float, monthly: float, seed: int, paths: int = PATHS
) -> SpendingPaths:
    """Futures of `start` now and `monthly` at each month's end until the first payment, over the whole life of the plan.

    Raises:
        InvalidInput: for amounts that are negative or no numbers, or payments that do not end after they begin.
        NotEnoughHistory: for less than two years of monthly returns.
    """
    _check(payout, start, monthly)
    pension_from = min(max(payout.pension_from, payout.first), payout.last)
    stretches = [
        Stretch(0, payout.first),
        Stretch(payout.first, pension_from, at_beginning=True),
        Stretch(pension_from, payout.last, at_beginning=True),
    ]
    yearly = range(0, payout.last, MONTHS_PER_YEAR)
    marks = sorted({*yearly, payout.first, payout.last})
    drawn = accumulate(market, marks, stretches, seed=seed, paths=paths)
    saved = np.float32(start) * drawn.growth + np.float32(monthly) * drawn.sums[0]
    kept = [i for i, month in enumerate(marks) if month <= payout.first]
    saving = Paths(drawn.months[kept], drawn.growth[kept], drawn.sums[0][kept], drawn.shifts)
    return SpendingPaths(drawn.months, saved, drawn.sums[1], drawn.sums[2], payout.pension, saving)


def spending_plan(futures: SpendingPaths, payment: float) -> SpendingPlan:
    """The fan of a payment a month over the whole life, the chance that the money lasts, and when it could run out.

    Raises:
        InvalidInput: for a payment that is negative or no number.
    """
    if not 0.0 <= payment < np.inf:
        raise InvalidInput("A payment is an amount that is not below zero.", field="income_wanted")
    balance = futures.balance(payment)
    chance, low, high = chances(futures.most >= payment, futures.saving.brighter)
    years = tuple((futures.months / MONTHS_PER_YEAR).tolist())
    gone = np.flatnonzero((balance < 0.0).mean(axis=1) > BAD_SHARE)
    dry_after = years[int(gone[0])] if len(gone) and chance < 1.0 - BAD_SHARE else None
    bands = bands_of(np.maximum(balance, np.float32(0.0)))
    return SpendingPlan(payment, years, bands, chance, low, high, dry_after)


def annuity_payment(wealth: float, rate: float, months: int) -> float:
    """The level payment at the beginning of each month that uses up `wealth` in `months` at a constant yearly return `rate`.

    wealth x i / (1 - (1 + i)^-n) / (1 + i) with i the monthly return (annuity-due): the answer where nothing is uncertain.

    Raises:
        InvalidInput: for no months, or a return of -100 % and below.
    """
    if months < 1 or rate <= -1.0:
        raise InvalidInput("An annuity needs months and a return above -100 %.")
    month = (1.0 + rate) ** (1.0 / MONTHS_PER_YEAR) - 1.0
    if month == 0.0:
        return wealth / months
    return float(wealth * month / -np.expm1(-months * np.log1p(month)) / (1.0 + month))


def _check(payout: Payout, start: float, monthly: float) -> None:
    amounts = (start, monthly, payout.pension)
    if not np.all(np.isfinite(amounts)) or min(amounts) < 0:
        raise InvalidInput("Amounts must be numbers that are not below zero.", field="initial_amount")
    if not 0 <= payout.first < payout.last:
        raise InvalidInput("Payments must end after they begin.", field="spending_years")
