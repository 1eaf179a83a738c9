"""How a fixed mix would have done: monthly rebalanced to its weights over the history of a snapshot, before fees and taxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from advisor.analysis.returns import MONTHS_PER_YEAR, PeriodReturns, monthly_returns
from advisor.analysis.risk import Drawdown, drawdown
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.investor import Reason
from advisor.domain.market import Dates, Floats, MarketSnapshot

# A month counts when this share of the mix existed itself or through another class of its group. Futures are drawn from what is
# nearly the mix itself, not from shares in place of bonds that nobody could buy yet; where that leaves less than two years, half
# has to do. A record is told from half on: where bonds are missing, the rest of the mix falls deeper, and a bad year told too dark
# does less harm than one told too mild.
_LEAST_COVERED, _WELL_COVERED = 0.5, 0.8
_ENOUGH_MONTHS = 24


@dataclass(frozen=True, slots=True)
class WorstYear:
    """The worst twelve months in a row: total return, and the last days of the month before them and of their last month."""

    result: float
    start: date
    end: date


@dataclass(frozen=True)
class MixHistory:
    """A mix over time. `ends` (M,) are month ends, `returns` (M,) monthly simple returns, `growth` (M + 1,) starts at 1.

    `start` is the day at which growth is 1. `drawdown` is measured on month ends. `notes` name the classes that did not exist from
    the start and what stood in for them.
    """

    start: date
    ends: Dates
    returns: Floats
    growth: Floats
    worst_year: WorstYear | None
    drawdown: Drawdown
    notes: tuple[Reason, ...]

    @property
    def years(self) -> tuple[tuple[int, float], ...]:
        """The whole calendar years with their returns."""
        return _calendar_years(self.ends, self.returns)


class MonthTable:
    """The months of a snapshot, made once for all the mixes that are looked at: which instruments had a return in which month."""

    def __init__(self, snapshot: MarketSnapshot) -> None:
        self.monthly = monthly_returns(snapshot.dates, snapshot.levels)
        self.there = ~np.isnan(self.monthly.returns)
        self.patterns, which = np.unique(self.there, axis=0, return_inverse=True)
        self.pattern_of = which.reshape(-1)
        self.filled = np.nan_to_num(self.monthly.returns, nan=0.0)
        self.groups = np.array([item.asset_class.group.value for item in snapshot.instruments])
        self._snapshot = snapshot

    @cached_property
    def inflation(self) -> Floats:
        """Monthly inflation (M,) of all months; NaN where the snapshot's price index lacks one."""
        return _inflation(self._snapshot, self.monthly.ends)


def mix_history(snapshot: MarketSnapshot, weights: Mapping[str, float], table: MonthTable | None = None) -> MixHistory:
    """History of a mix (symbol -> fraction, summing to 1), rebalanced at every month end.

    Where an instrument did not exist yet its weight goes pro rata to the held classes of the same group, else to that group's
    unheld classes in equal parts, else to the rest of the mix; each such stand-in is noted. `table` is that of the snapshot,
    where it is made already.

    Raises:
        InvalidInput: if weights do not sum to 1, are negative or name an unknown symbol.
        NotEnoughHistory: if no stretch of months covers at least half of the mix.
    """
    months = table or MonthTable(snapshot)
    target = _target(snapshot, weights)
    rows, shares = _filled(months, target[None, :])
    first = int(_covered_from(shares, _LEAST_COVERED)[0])
    returns = rows[0, first:]
    if len(returns) < 1:
        raise NotEnoughHistory("The mix has no common history yet.")
    ends = months.monthly.ends[first:]
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
        notes=_stand_ins(snapshot, months, target, first),
    )


def joint_monthly_returns(
    snapshot: MarketSnapshot, mixes: Floats, table: MonthTable | None = None
) -> tuple[Dates, Floats]:
    """Monthly returns (Y, M) of several mixes (Y, n) over the same months, each with the stand-ins of `mix_history`.

    Rows stay joint: column m is one real month in all of them. They begin when four fifths of each mix are covered, or half where
    that leaves less than two years. Returns the month ends (M,) as well.

    Raises:
        NotEnoughHistory: if the mixes share no months.
    """
    months = table or MonthTable(snapshot)
    returns, shares = _filled(months, mixes)
    ends = months.monthly.ends
    well = _covered_from(shares, _WELL_COVERED)
    starts = np.where(len(ends) - well >= _ENOUGH_MONTHS, well, _covered_from(shares, _LEAST_COVERED))
    first = int(starts.max(initial=0 if len(mixes) else len(ends)))
    if first >= len(ends):
        raise NotEnoughHistory("The mixes have no common history yet.")
    return ends[first:], returns[:, first:]


def monthly_inflation(snapshot: MarketSnapshot, ends: Dates) -> Floats | None:
    """Monthly inflation (M,) of the months in `ends` from the snapshot's price index; None if any month is missing.

    Consumer prices are published weeks later; a bootstrap of past months may use them all the same.
    """
    changes = _inflation(snapshot, ends)
    return changes if np.all(np.isfinite(changes)) else None


def _inflation(snapshot: MarketSnapshot, ends: Dates) -> Floats:
    months = ends.astype("datetime64[M]")
    index = dict(zip(snapshot.price_index_months.astype("datetime64[M]").tolist(), snapshot.price_index, strict=True))
    now = np.array([index.get(month, np.nan) for month in months.tolist()])
    before = np.array([index.get(month, np.nan) for month in (months - np.timedelta64(1, "M")).tolist()])
    changes: Floats = now / before - 1.0
    return changes


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


def _filled(months: MonthTable, targets: Floats) -> tuple[Floats, Floats]:
    """Returns (Y, M) of the mixes (Y, n) over all months, and the share (Y, M) of each mix that is covered."""
    returns = np.empty((len(targets), len(months.pattern_of)))
    shares = np.zeros(returns.shape)
    for i, available in enumerate(months.patterns):
        of_pattern = months.pattern_of == i
        effective, share = _stand_in(targets, available, months.groups)
        returns[:, of_pattern] = effective @ months.filled[of_pattern].T
        shares[:, of_pattern] = share[:, None]
    return returns, shares


def _covered_from(shares: Floats, least: float) -> NDArray[np.intp]:
    """The first month (Y,) from which on at least this share of each mix (Y, M) is covered."""
    covered = np.column_stack([shares[:, ::-1] >= least, np.zeros(len(shares), bool)])
    start: NDArray[np.intp] = shares.shape[1] - np.argmin(covered, axis=1)
    return start


def _stand_ins(snapshot: MarketSnapshot, months: MonthTable, target: Floats, first: int) -> tuple[Reason, ...]:
    """What is held and did not exist from the first covered month on."""
    missing = (target > 0) & ~months.there[first:].all(axis=0)
    return tuple(
        Reason(
            "history.stand_in",
            {
                "symbol": snapshot.symbols[j],
                "until": _until(months.monthly, months.there, first, int(j)),
                "weight": float(target[j]),
            },
        )
        for j in np.flatnonzero(missing)
    )


def _until(monthly: PeriodReturns, there: NDArray[np.bool_], first: int, column: int) -> str:
    known = np.flatnonzero(there[first:, column])
    at = first + int(known[0]) if len(known) else len(monthly.ends) - 1
    return str(monthly.ends[at].astype("datetime64[M]"))


def _stand_in(targets: Floats, available: NDArray[np.bool_], groups: NDArray[np.str_]) -> tuple[Floats, Floats]:
    """Weights (Y, n) over what existed, and the share (Y,) of each mix held in its own class or its own group."""
    missing = np.where(available, 0.0, targets)
    if not missing.any():
        return targets, targets.sum(axis=1)
    weights = np.where(available, targets, 0.0)
    homeless = np.zeros(len(targets))
    for group in np.unique(groups[~available]):
        member = groups == group
        lost = missing[:, member].sum(axis=1)
        held = np.where(member & available, targets, 0.0)
        unheld = held.sum(axis=1, keepdims=True) <= 0.0
        key = np.where(unheld, (member & available).astype(np.float64), held)
        total = key.sum(axis=1)
        homeless += np.where(total > 0.0, 0.0, lost)
        weights += np.divide(lost, total, out=np.zeros_like(lost), where=total > 0.0)[:, None] * key
    covered = weights.sum(axis=1)
    scale = np.divide(covered + homeless, covered, out=np.ones_like(covered), where=covered > 0.0)
    return weights * scale[:, None], covered


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
