"""The weeks that an estimate rests on, and which instruments have enough of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from advisor.analysis.returns import WEEKS_PER_YEAR, PeriodReturns, weekly_returns
from advisor.domain.errors import InvalidInput, NotEnoughHistory
from advisor.domain.investor import Reason
from advisor.domain.market import Dates, Floats
from advisor.optimizer.covariance import CONSTANT, decay

WINDOW_YEARS = 20
LEAST_WEEKS = WEEKS_PER_YEAR

_LARGEST_RETURN = 1e4
"""A price that grows ten thousandfold in a week is an error in the data, not a return."""


def weekly_window(
    symbols: Sequence[str], dates: Dates, levels: Floats, first: date | None = None, last: date | None = None
) -> PeriodReturns:
    """Weekly returns (T, n) between two days, both included; without `first` of at most the last 20 years before `last`.

    `levels` (D, n) are on `dates` (D,), NaN before an instrument's first day and nowhere else.

    Raises:
        InvalidInput: for prices with gaps, not above zero, or that grow beyond belief; `details["symbols"]` names them.
        NotEnoughHistory: if fewer than two whole weeks lie in the window.
    """
    if levels.ndim != 2 or levels.shape != (len(dates), len(symbols)):
        raise InvalidInput("Prices need one row per day and one column per investment.", field="symbols")
    days = dates.astype("datetime64[D]")
    inside = np.ones(len(days), bool)
    if first is not None:
        inside &= days >= np.datetime64(first)
    if last is not None:
        inside &= days <= np.datetime64(last)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # the check below names what is not a return
        weekly = _of_whole_weeks(symbols, days[inside], levels[inside])
    returns = weekly.returns
    wrong: NDArray[np.bool_] = np.asarray((np.isinf(returns) | (returns > _LARGEST_RETURN)).any(axis=0))
    if wrong.any():
        named = [symbol for symbol, bad in zip(symbols, wrong, strict=True) if bad]
        raise InvalidInput("A price grows beyond belief within a week.", field="symbols", details={"symbols": named})
    kept = slice(None) if first is not None else slice(-WINDOW_YEARS * WEEKS_PER_YEAR, None)
    return PeriodReturns(weekly.ends[kept], returns[kept])


def _of_whole_weeks(symbols: Sequence[str], days: Dates, levels: Floats) -> PeriodReturns:
    try:
        return weekly_returns(days, levels)
    except InvalidInput as error:
        named = [symbols[column] for column in error.details.get("columns", ())]
        raise InvalidInput(error.message, field="symbols", details={"symbols": named}) from error
    except NotEnoughHistory as error:
        raise NotEnoughHistory(error.message, field="window", details={"symbols": list(symbols)}) from error


def usable_columns(
    symbols: Sequence[str],
    returns: Floats,
    cash: Collection[int] = (),
    half_life_weeks: float | None = None,
) -> tuple[list[int], list[Reason]]:
    """Columns of `returns` (T, n) with a year of prices that move, and a note on each that is left out.

    Prices of the columns in `cash` need not move. With a half-life a price that moved so long ago that these moves no longer
    count is left out too.

    Raises:
        InvalidInput: if a symbol comes twice.
    """
    if len(set(symbols)) != len(symbols):
        raise InvalidInput("Each investment is named once.", field="symbols")
    weights = decay(len(returns), half_life_weeks) if half_life_weeks else np.ones(len(returns))
    columns: list[int] = []
    notes: list[Reason] = []
    for column, symbol in enumerate(symbols):
        known = ~np.isnan(returns[:, column])
        weeks = int(known.sum())
        if weeks < LEAST_WEEKS:
            notes.append(Reason("moments.left_out_short", {"symbol": symbol, "weeks": float(weeks)}))
        elif column not in cash and _spread(returns[known, column], weights[known]) < CONSTANT:
            notes.append(Reason("moments.left_out_constant", {"symbol": symbol}))
        else:
            columns.append(column)
    return columns, notes


def _spread(returns: Floats, weights: Floats) -> float:
    """Weighted standard deviation of one column, per week."""
    share = weights / weights.sum()
    return float(np.sqrt(share @ (returns - share @ returns) ** 2))


def complete(weekly: PeriodReturns) -> PeriodReturns:
    """The weeks that all columns have."""
    whole = np.asarray(~np.isnan(weekly.returns).any(axis=1))
    return PeriodReturns(weekly.ends[whole], weekly.returns[whole])
