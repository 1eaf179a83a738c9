"""Weekly and monthly simple returns from daily levels with unequal starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.market import Dates, Floats

WEEKS_PER_YEAR = 52
MONTHS_PER_YEAR = 12


@dataclass(frozen=True)
class PeriodReturns:
    """Simple returns per period. `ends` (P,) are the last observed days, `returns` (P, n) are NaN before a column's start."""

    ends: Dates
    returns: Floats


def weekly_returns(dates: Dates, levels: Floats) -> PeriodReturns:
    """Returns from the last level of one calendar week (Monday to Sunday) to the last level of the next.

    Weeks are anchored to the calendar (in effect: Friday closes), not to blocks of five rows, so that a week's return does not
    depend on where the panel happens to begin. A last week that has not reached its Friday is left out. A week without any
    observation is bridged by the return over both.

    Raises:
        InvalidInput: if shapes disagree, dates do not ascend, or levels are not finite and positive after their start.
        NotEnoughHistory: if fewer than two whole weeks are there.
    """
    days = _checked(dates, levels)
    since_monday = days.astype(np.int64) + 3  # day 0 of the Unix epoch was a Thursday
    friday_reached = int(since_monday[-1]) % 7 >= 4
    return _between_ends(days, levels, since_monday // 7, last_complete=friday_reached)


def monthly_returns(dates: Dates, levels: Floats) -> PeriodReturns:
    """Returns from the last level of one calendar month to the last level of the next.

    A last month whose final business day has not been reached is left out.

    Raises:
        InvalidInput: if shapes disagree, dates do not ascend, or levels are not finite and positive after their start.
        NotEnoughHistory: if fewer than two whole months are there.
    """
    days = _checked(dates, levels)
    months = days.astype("datetime64[M]")
    next_business_day = np.busday_offset(days[-1], 1, roll="backward").astype("datetime64[M]")
    return _between_ends(days, levels, months.astype(np.int64), last_complete=bool(next_business_day != months[-1]))


def _checked(dates: Dates, levels: Floats) -> NDArray[np.datetime64]:
    days = dates.astype("datetime64[D]")
    if levels.ndim != 2 or days.shape != (levels.shape[0],):
        raise InvalidInput("Levels need one row per date and one column per instrument.")
    if len(days) < 2:
        raise NotEnoughHistory("There are fewer than two days of prices.")
    if np.any(np.diff(days.astype(np.int64)) <= 0):
        raise InvalidInput("Dates must ascend.")
    started = np.logical_or.accumulate(~np.isnan(levels), axis=0)
    with np.errstate(invalid="ignore"):
        bad = started & ~(np.isfinite(levels) & (levels > 0))
    if bad.any():
        columns = np.flatnonzero(bad.any(axis=0)).tolist()
        raise InvalidInput("Prices must be positive numbers without gaps.", details={"columns": columns})
    return days


def _between_ends(days: Dates, levels: Floats, periods: NDArray[np.int64], *, last_complete: bool) -> PeriodReturns:
    ends = np.flatnonzero(np.append(np.diff(periods) != 0, last_complete))
    if len(ends) < 3:
        raise NotEnoughHistory("There are fewer than two whole periods of prices.")
    closing = levels[ends]
    return PeriodReturns(days[ends[1:]], closing[1:] / closing[:-1] - 1.0)
