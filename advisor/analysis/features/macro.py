"""Macro features: what was known of the economy at the end of each day, as it was known then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from advisor.analysis.features.registry import Features, macro_pair
from advisor.domain.bars import Observations
from advisor.domain.errors import InvalidInput
from advisor.domain.market import Dates, Floats

STALE_AFTER = 400
"""Days from the beginning of a period after which its figure counts no more: the longest wait of a yearly or quarterly series."""


def macro(days: Dates, observations: Mapping[str, Observations], *, stale_after: int = STALE_AFTER) -> Features:
    """For each series its latest known value on each of `days` (T,), and that less the period's before it, in the series' own unit.

    "Latest" is the newest period of which a figure was published by then (`known_from`, that day included); of several figures
    for a period the last published. Both periods of a change are taken as they stood at the time. No value before the first
    publication, none that is older than `stale_after` days. Columns `name` and `name_change`, in the order of the mapping.

    Raises:
        InvalidInput: if days do not ascend, or a series' arrays differ in length.
    """
    when = days.astype("datetime64[D]")
    if np.any(np.diff(when.astype(np.int64)) <= 0):
        raise InvalidInput("Dates must ascend.", field="days")
    columns: list[Floats] = []
    names: list[str] = []
    for name, series in observations.items():
        names += [item.name for item in macro_pair(name, name)]
        columns += _as_known(when, series, stale_after)
    return Features(days, tuple(names), np.column_stack(columns) if columns else np.empty((len(when), 0)))


def _as_known(when: Dates, series: Observations, stale_after: int) -> tuple[Floats, Floats]:
    """Latest value and change on each day."""
    if not series.days.shape == series.values.shape == series.known_from.shape:
        raise InvalidInput("A series needs one value and one day of publication per period.", field=series.series)
    told = np.flatnonzero(np.isfinite(series.values) & ~np.isnat(series.known_from) & ~np.isnat(series.days))
    told = told[np.argsort(series.known_from[told].astype("datetime64[D]"), kind="stable")]
    published = series.known_from[told].astype("datetime64[D]")
    periods = series.days[told].astype("datetime64[D]")
    states = _states(periods.tolist(), series.values[told].tolist())
    at = np.searchsorted(published, when, side="right") - 1
    fresh = at >= 0
    fresh[fresh] = when[fresh] - states["period"][at[fresh]] <= np.timedelta64(stale_after, "D")
    value, change = np.full(len(when), np.nan), np.full(len(when), np.nan)
    value[fresh], change[fresh] = states["value"][at[fresh]], states["change"][at[fresh]]
    return value, change


def _states(periods: list[date], values: list[float]) -> dict[str, Any]:
    """What was known after each publication (N,): the newest period, its value, and the change from the period before it."""
    known: dict[date, float] = {}
    newest: date | None = None
    before: date | None = None
    period, value, change = [], [], []
    for day, figure in zip(periods, values, strict=True):
        known[day] = figure
        if newest is None or day > newest:
            newest, before = day, newest
        elif day < newest and (before is None or day > before):
            before = day
        period.append(newest)
        value.append(known[newest])
        change.append(known[newest] - known[before] if before is not None else np.nan)
    return {"period": np.array(period, "datetime64[D]"), "value": np.array(value), "change": np.array(change)}
