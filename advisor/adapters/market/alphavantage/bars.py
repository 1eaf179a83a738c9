"""Daily bars out of Alpha Vantage's bodies. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np

from advisor.adapters.market.alphavantage.symbols import Known
from advisor.domain.bars import Bars, CorporateAction
from advisor.domain.errors import SourceUnavailable
from advisor.domain.market import Dates, Floats

_MISSING = ("", "None", "-", ".", "null")


def figure(value: object) -> float:
    """A figure as Alpha Vantage writes it, NaN where it has none.

    Raises:
        SourceUnavailable: if it is neither.
    """
    text = str(value).strip()
    if value is None or text in _MISSING:
        return math.nan
    try:
        number = float(text)
    except ValueError as fault:
        raise SourceUnavailable("Alpha Vantage answered with a figure that is none.") from fault
    return number if math.isfinite(number) else math.nan


def day_of(value: object) -> date:
    """A day as Alpha Vantage writes it, YYYY-MM-DD.

    Raises:
        SourceUnavailable: if it is none.
    """
    try:
        return datetime.strptime(str(value).strip(), "%Y-%m-%d").date()  # noqa: DTZ007 a day has no zone
    except ValueError as fault:
        raise SourceUnavailable("Alpha Vantage answered with a date that is none.") from fault


def bars(
    known: Known,
    body: Mapping[str, Any],
    fetched_at: datetime,
    *,
    first: date,
    last: date,
    completed: date,
    splits: Mapping[date, float] | None = None,
) -> Bars:
    """The bars of a daily body from `first` to `last`, adjusted for splits, in the share count of the last completed session.

    Alpha Vantage states prices, volume and dividends as traded. With S(t) the product of the split coefficients after day t:
    price(t) / S(t), volume(t) * S(t), dividend(t) / S(t). The adjusted close is theirs, scaled so that the last one equals the
    last close; without one (TIME_SERIES_DAILY, FX_DAILY) it is the close and `total_return` is false; then `splits` are the
    split coefficients by day. What is later than `completed` is a session under way and takes part in nothing.

    Raises:
        SourceUnavailable: if the body is not one of daily prices.
    """
    days, table = _table(body, completed)
    scale = np.array([known.divisor])
    coefficient = np.nan_to_num(table["split coefficient"], nan=1.0)
    for day, factor in (splits or {}).items():
        place = int(np.searchsorted(days, np.datetime64(day)))
        # On a day without a bar it takes effect with the next one; before the first bar there is nothing to adjust.
        if place < len(days) and np.datetime64(day) >= days[0]:
            coefficient[place] *= factor
    coefficient = np.where(coefficient > 0, coefficient, 1.0)
    # The product of the coefficients of all later days: the day of the split itself already trades in new shares.
    after = np.append(np.cumprod(coefficient[::-1])[::-1][1:], 1.0) if len(days) else np.empty(0)
    total_return = bool(np.isfinite(table["adjusted close"]).any())
    kept = (days >= np.datetime64(first)) & (days <= np.datetime64(last))
    prices = {name: (table[name] / after / scale)[kept] for name in ("open", "high", "low", "close")}
    adjusted = table["adjusted close"][kept] / scale if total_return else prices["close"]
    dividend = table["dividend amount"] / after / scale
    return Bars(
        record=known.record,
        dates=days[kept],
        adj_close=_rebased(adjusted, prices["close"]) if total_return else adjusted.copy(),
        volume=(table["volume"] * after)[kept],
        fetched_at=fetched_at,
        actions=_actions(days[kept], coefficient[kept], dividend[kept]),
        total_return=total_return,
        **prices,
    )


def splits_of(body: Mapping[str, Any]) -> dict[date, float]:
    """Split coefficients by day out of SPLITS.

    Raises:
        SourceUnavailable: if the body is not one of splits.
    """
    rows = body.get("data")
    if not isinstance(rows, list):
        raise SourceUnavailable("Alpha Vantage answered without the splits asked for.")
    found = {
        day_of(row.get("effective_date")): figure(row.get("split_factor")) for row in rows if isinstance(row, dict)
    }
    return {day: factor for day, factor in found.items() if factor > 0}


_COLUMNS = ("open", "high", "low", "close", "adjusted close", "volume", "dividend amount", "split coefficient")


def _table(body: Mapping[str, Any], completed: date) -> tuple[Dates, dict[str, Floats]]:
    """Days ascending up to `completed` and a column (T,) for each name, NaN where the body has none."""
    series = next((value for name, value in body.items() if name.startswith("Time Series")), None)
    if not isinstance(series, dict) or not all(isinstance(row, dict) for row in series.values()):
        raise SourceUnavailable("Alpha Vantage answered without the prices asked for.")
    rows = sorted((day_of(day), row) for day, row in series.items() if day_of(day) <= completed)
    # "4. close": the numbers differ between functions, the words do not.
    named = [{key.partition(". ")[2]: value for key, value in row.items()} for _, row in rows]
    days = np.array([day for day, _ in rows], "datetime64[D]")
    return days, {name: np.array([figure(row.get(name)) for row in named], float) for name in _COLUMNS}


def _rebased(adjusted: Floats, close: Floats) -> Floats:
    both = np.flatnonzero(np.isfinite(adjusted) & np.isfinite(close) & (adjusted > 0))
    return adjusted * (close[both[-1]] / adjusted[both[-1]]) if len(both) else adjusted


def _actions(days: Dates, coefficient: Floats, dividend: Floats) -> tuple[CorporateAction, ...]:
    found: list[CorporateAction] = []
    for i in np.flatnonzero((coefficient != 1.0) | (dividend > 0)):
        day: date = days[i].astype(object)
        if coefficient[i] != 1.0:
            found.append(CorporateAction(day, "split", float(coefficient[i])))
        if dividend[i] > 0:
            found.append(CorporateAction(day, "dividend", float(dividend[i])))
    return tuple(found)
