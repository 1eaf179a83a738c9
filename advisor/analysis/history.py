"""How a fixed mix would have done: monthly rebalanced to its weights over the history of a snapshot, before fees and taxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from advisor.analysis.returns import MONTHS_PER_YEAR, PeriodReturns, monthly_returns
from advisor.analysis.risk import Drawdown, drawdown
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.investor import Reason
from advisor.domain.market import Dates, Floats, MarketSnapshot

# A month counts when at least this share of the mix existed itself or through another class of its group. Below it the "history"
# would be that of some other mix.
_LEAST_COVERED = 0.5


@dataclass(frozen=True, slots=True)
class WorstYear:
    """The worst twelve months in a row: total return, and the last days of the month before them and of their last month."""

    result: float
    start: date
    end: date


@dataclass(frozen=True)
class MixHistory:
    """A mix over time. `ends` (M,) are month ends, `returns` (M,) monthly simple returns, `growth` (M + 1,) starts at 1.

    `start` is the day at which growth is 1. `years` holds the whole calendar years with their returns. `drawdown` is measured on
    month ends. `notes` name the classes that did not exist from the start and what stood in for them.
    """

    start: date
    ends: Dates
    returns: Floats
    growth: Floats
    worst_year: WorstYear | None
    drawdown: Drawdown
    years: tuple[tuple[int, float], ...]
    notes: tuple[Reason, ...]


def mix_history(snapshot: MarketSnapshot, weights: Mapping[str, float]) -> MixHistory:
    """History of a mix (symbol -> fraction, summing to 1), rebalanced at every month end.

    Where an instrument did not exist yet its weight goes pro rata to the held classes of the same group, else to that group's
    unheld classes in equal parts, else to the rest of the mix; each such stand-in is noted.

    Raises:
        InvalidInput: if weights do not sum to 1, are negative or name an unknown symbol.
        NotEnoughHistory: if no stretch of months covers at least half of the mix.
    """
    monthly = monthly_returns(snapshot.dates, snapshot.levels)
    target = _target(snapshot, weights)
    returns, first, notes = _filled(snapshot, monthly, target)
    if len(returns) < 1:
        raise NotEnoughHistory("The mix has no common history yet.")
    ends = monthly.ends[first:]
    start = _month_end_before(snapshot.dates, ends[0])
    growth = np.concatenate(([1.0], np.cumprod(1.0 + returns)))
    marks = np.concatenate((np.array([start], "datetime64[D]"), ends))
    return MixHistory(
        start=start,
        ends=ends,
        returns=returns,
        growth=growth,
        worst_year=_worst_year(marks, growth),
        drawdown=drawdown(marks, growth),
        years=_calendar_years(ends, returns),
        notes=notes,
    )


def joint_monthly_returns(snapshot: MarketSnapshot, mixes: Floats) -> tuple[Dates, Floats]:
    """Monthly returns (Y, M) of several mixes (Y, n) over the same months, each with the stand-ins of `mix_history`.

    Rows stay joint: column m is one real month in all of them. Returns the month ends (M,) as well.

    Raises:
        NotEnoughHistory: if the mixes share no months.
    """
    monthly = monthly_returns(snapshot.dates, snapshot.levels)
    filled = [_filled(snapshot, monthly, mix) for mix in mixes]
    first = max((start for _, start, _ in filled), default=len(monthly.ends))
    if first >= len(monthly.ends):
        raise NotEnoughHistory("The mixes have no common history yet.")
    return monthly.ends[first:], np.stack([returns[first - start :] for returns, start, _ in filled])


def monthly_inflation(snapshot: MarketSnapshot, ends: Dates) -> Floats | None:
    """Monthly inflation (M,) of the months in `ends` from the snapshot's price index; None if any month is missing.

    Consumer prices are published weeks later; a bootstrap of past months may use them all the same.
    """
    months = ends.astype("datetime64[M]")
    index = dict(zip(snapshot.price_index_months.astype("datetime64[M]").tolist(), snapshot.price_index, strict=True))
    now = np.array([index.get(month, np.nan) for month in months.tolist()])
    before = np.array([index.get(month, np.nan) for month in (months - np.timedelta64(1, "M")).tolist()])
    changes: Floats = now / before - 1.0
    return changes if np.all(np.isfinite(changes)) else None


def _target(snapshot: MarketSnapshot, weights: Mapping[str, float]) -> Floats:
    position = {symbol: i for i, symbol in enumerate(snapshot.symbols)}
    target = np.zeros(len(position))
    for symbol, weight in weights.items():
        if symbol not in position:
            raise InvalidInput(f"{symbol} is not part of this universe.", details={"symbol": symbol})
        target[position[symbol]] = weight
    if not np.all(np.isfinite(target)) or np.any(target < 0) or abs(target.sum() - 1.0) > 1e-6:
        raise InvalidInput("Weights must not be negative and must sum to 1.")
    return target


def _filled(snapshot: MarketSnapshot, monthly: PeriodReturns, target: Floats) -> tuple[Floats, int, tuple[Reason, ...]]:
    """Returns of the mix from its first covered month, that month's index, and notes about stand-ins."""
    groups = np.array([item.asset_class.group.value for item in snapshot.instruments])
    there = ~np.isnan(monthly.returns)
    patterns, which = np.unique(there, axis=0, return_inverse=True)
    effective = np.zeros((len(patterns), len(target)))
    covered = np.zeros(len(patterns), bool)
    for i, available in enumerate(patterns):
        effective[i], share = _stand_in(target, available, groups)
        covered[i] = share >= _LEAST_COVERED
    by_month = which.reshape(-1)
    uncovered = np.flatnonzero(~covered[by_month])
    first = int(uncovered[-1]) + 1 if len(uncovered) else 0
    used = by_month[first:]
    returns: Floats = np.sum(effective[used] * np.nan_to_num(monthly.returns[first:], nan=0.0), axis=1)
    missing = (target > 0) & ~there[first:].all(axis=0)
    notes = tuple(
        Reason(
            "history.stand_in",
            {"symbol": snapshot.symbols[j], "until": _until(monthly, there, first, int(j)), "weight": float(target[j])},
        )
        for j in np.flatnonzero(missing)
    )
    return returns, first, notes


def _until(monthly: PeriodReturns, there: NDArray[np.bool_], first: int, column: int) -> str:
    known = np.flatnonzero(there[first:, column])
    at = first + int(known[0]) if len(known) else len(monthly.ends) - 1
    return str(monthly.ends[at].astype("datetime64[M]"))


def _stand_in(target: Floats, available: NDArray[np.bool_], groups: NDArray[np.str_]) -> tuple[Floats, float]:
    """Weights over what existed, and the share of the mix held in its own class or its own group."""
    weights = np.where(available, target, 0.0)
    homeless = 0.0
    for group in np.unique(groups[(target > 0) & ~available]):
        member = groups == group
        lost = float(target[member & ~available].sum())
        key = np.where(member & available, target, 0.0)
        if key.sum() <= 0.0:
            key = (member & available).astype(np.float64)
        if key.sum() <= 0.0:
            homeless += lost
        else:
            weights += lost * key / key.sum()
    covered = float(weights.sum())
    if homeless > 0.0 and covered > 0.0:
        weights *= (covered + homeless) / covered
    return weights, covered


def _month_end_before(dates: Dates, end: np.datetime64) -> date:
    month = end.astype("datetime64[M]").astype("datetime64[D]")
    before = dates[dates.astype("datetime64[D]") < month]
    last: date = before[-1].astype("datetime64[D]").item()
    return last


def worst_twelve_months(growth: Floats) -> float | None:
    """Lowest total return over twelve months in a row of growth (M + 1,) at month ends; None for less than a year."""
    if len(growth) <= MONTHS_PER_YEAR:
        return None
    return float(np.min(growth[MONTHS_PER_YEAR:] / growth[:-MONTHS_PER_YEAR]) - 1.0)


def _worst_year(marks: Dates, growth: Floats) -> WorstYear | None:
    if len(growth) <= MONTHS_PER_YEAR:
        return None
    yearly = growth[MONTHS_PER_YEAR:] / growth[:-MONTHS_PER_YEAR] - 1.0
    at = int(np.argmin(yearly))
    days: list[date] = marks.astype("datetime64[D]").tolist()
    return WorstYear(float(yearly[at]), days[at], days[at + MONTHS_PER_YEAR])


def _calendar_years(ends: Dates, returns: Floats) -> tuple[tuple[int, float], ...]:
    years = ends.astype("datetime64[Y]").astype(np.int64) + 1970
    whole = [int(year) for year in np.unique(years) if int(np.sum(years == year)) == MONTHS_PER_YEAR]
    return tuple((year, float(np.prod(1.0 + returns[years == year]) - 1.0)) for year in whole)
