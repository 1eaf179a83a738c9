"""What came of plans that were told: tracks, risk met, bad years, fans. All of it looks at what followed, none of it plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from advisor.adapters.market.stored.levels import COMPUTED_CASH
from advisor.analysis.backtest import Decide, Track, walk_forward
from advisor.analysis.calibration import Coverage, bias_statistic, coverage
from advisor.analysis.returns import MONTHS_PER_YEAR, WEEKS_PER_YEAR, PeriodReturns, monthly_returns, weekly_returns
from advisor.analysis.risk import volatility
from advisor.domain.market import Dates, Floats
from benchmarks.real_funds import Levels
from benchmarks.told_plans import FAN_YEARS, INVESTORS, YARDSTICKS, PlanDay, Told, mixes_of

JUDGED_AT = 10.0  # basis points: the cost at which a record is judged
NAMES = (*INVESTORS, *YARDSTICKS.values())
VARIANTS = ("each quarter", "each year", "never", "a month late")
_QUARTER = 3


@dataclass(frozen=True)
class YearAfter:
    """A plan told at the end of `month` and the twelve months after it: nominal `result`, `risk` the volatility of the weeks."""

    plan: Told
    month: np.datetime64
    result: float
    risk: float

    @property
    def exceeded(self) -> bool:
        """Whether more was lost than the bad year that was told."""
        return -self.result > self.plan.bad_year


@dataclass(frozen=True)
class Record:
    """The plans `told`, a quarter apart, the `levels` of all that was ever held and of cash, and consumer prices by month."""

    told: Sequence[PlanDay]
    levels: Levels
    consumer_prices: Mapping[np.datetime64, float]

    @cached_property
    def monthly(self) -> PeriodReturns:
        """Monthly returns of all symbols."""
        return monthly_returns(self.levels.dates, self.levels.levels)

    @cached_property
    def weekly(self) -> PeriodReturns:
        """Weekly returns of all symbols."""
        return weekly_returns(self.levels.dates, self.levels.levels)

    @cached_property
    def months(self) -> Dates:
        """The calendar months of the monthly returns."""
        return self.monthly.ends.astype("datetime64[M]")

    @property
    def first(self) -> int:
        """Index of the first month after the first plan."""
        return self._after(self.told[0])

    @property
    def bill(self) -> float:
        """What cash at the bill earned per month, on average from the first plan on."""
        cash = self.levels.symbols.index(COMPUTED_CASH)
        return float(np.mean(self.monthly.returns[self.first :, cash]))

    def track(self, name: str, variant: str = VARIANTS[0]) -> Track:
        """What following the plans (or the yardstick) of this name earned, renewed at the quarter's last close.

        Variants: renewed once a year; the first plan kept, and brought back to its weights each quarter; each plan a month late.
        """
        late = 1 if variant == "a month late" else 0
        book = {np.datetime64(day.day, "M"): self._vector(mixes_of(day)[name]) for day in self.told}
        kept = self._vector(mixes_of(self.told[0])[name])

        def decide(history: Floats, held: Floats) -> Floats:  # noqa: ARG001 a rule is always given what is held
            return kept if variant == "never" else book[self.months[len(history) - 1]]

        return self._walk(decide, every=MONTHS_PER_YEAR if variant == "each year" else _QUARTER, late=late)

    def years_after(self, name: str) -> list[YearAfter]:
        """Each plan of an investor with the twelve months after it; those of one quarter of the year do not overlap."""
        found = []
        for day in self.told:
            begin, plan = self._after(day), day.plans[name]
            if begin + MONTHS_PER_YEAR <= len(self.months):
                earned = self._earned(self.monthly.returns[begin : begin + MONTHS_PER_YEAR], plan)
                end = np.searchsorted(self.weekly.ends, self.monthly.ends[begin + MONTHS_PER_YEAR - 1], side="right")
                weeks = self.weekly.returns[self._first_week(day) : end]
                risk = volatility(self._earned(weeks, plan), WEEKS_PER_YEAR)
                found.append(YearAfter(plan, self.months[begin - 1], float(np.prod(1.0 + earned) - 1.0), risk))
        return found

    def risk_ratio(self, name: str) -> tuple[float, int]:
        """Realised over promised volatility of all weeks, each judged by the plan told before it, and how many weeks there are."""
        returns, promised = [], []
        edges = [*(self._first_week(day) for day in self.told), len(self.weekly.ends)]
        for day, begin, end in zip(self.told, edges[:-1], edges[1:], strict=True):
            plan = day.plans[name]
            returns.append(self._earned(self.weekly.returns[begin:end], plan))
            promised.append(np.full(end - begin, plan.volatility))
        joined = np.concatenate(returns)
        return bias_statistic(joined, np.concatenate(promised), WEEKS_PER_YEAR), len(joined)

    def fan_coverage(self, name: str, years: int, *, before: bool) -> Coverage | None:
        """How often 1 put in was, so many years later and in today's money, inside the 80 % fan; `before` the draws of the mean.

        None if no plan is that old.
        """
        at, length = FAN_YEARS.index(years), years * MONTHS_PER_YEAR
        days = [day for day in self.told if self._after(day) + length <= len(self.months)]
        if not days:
            return None
        starts = np.array([self._after(day) for day in days])
        values = [self._real_growth(day.plans[name], start, length) for day, start in zip(days, starts, strict=True)]
        fans = [(item.fan_before if before else item.fan)[at] for item in (day.plans[name] for day in days)]
        low, high = np.array(fans).T
        return coverage(np.array(values), low, high, starts, length)

    def fan_widening(self, name: str, years: int) -> float:
        """Mean width of the 80 % fan after so many years over its mean width without the draws of the mean, less 1."""
        at = FAN_YEARS.index(years)
        after = [high - low for low, high in (day.plans[name].fan[at] for day in self.told)]
        before = [high - low for low, high in (day.plans[name].fan_before[at] for day in self.told)]
        return float(np.mean(after) / np.mean(before) - 1.0)

    def _real_growth(self, plan: Told, begin: int, length: int) -> float:
        growth = float(np.prod(1.0 + self._earned(self.monthly.returns[begin : begin + length], plan)))
        prices = self.consumer_prices
        return growth * prices[self.months[begin - 1]] / prices[self.months[begin + length - 1]]

    def _walk(self, decide: Decide, *, every: int, late: int) -> Track:
        return walk_forward(
            self.monthly.returns,
            self.monthly.ends,
            decide,
            rebalance_every=every,
            warmup=self.first + late,
            purge=late,
            cost_bps=JUDGED_AT,
        )

    def _after(self, day: PlanDay) -> int:
        return int(np.searchsorted(self.months, np.datetime64(day.day, "M"), side="right"))

    def _first_week(self, day: PlanDay) -> int:
        """Index of the first week that begins on or after a plan's day, the number of weeks if there is none."""
        return min(int(np.searchsorted(self.weekly.ends, np.datetime64(day.day))) + 1, len(self.weekly.ends))

    def _earned(self, returns: Floats, plan: Told) -> Floats:
        """Returns of the plan's mix, brought back to its weights in each period, as its fan has it."""
        weights = self._vector(plan.weights)
        held = weights > 0.0
        earned: Floats = returns[:, held] @ weights[held]
        return earned

    def _vector(self, weights: Mapping[str, float]) -> Floats:
        return np.array([weights.get(symbol, 0.0) for symbol in self.levels.symbols])
