"""Macro series with their revisions."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, func, insert, select

from advisor.adapters.db.market.details import day_number
from advisor.adapters.db.market.instruments import InstrumentLocks
from advisor.adapters.db.market.rows import dates_of, days_of
from advisor.adapters.db.market.tables import macro
from advisor.adapters.db.market.vintages import Vintage, further
from advisor.domain.bars import Observations

_OF_SERIES = (macro.c.series == bindparam("series"), macro.c.source == bindparam("source"))
_STORED = (
    select(macro.c.day, macro.c.number, macro.c.value, macro.c.known_from)
    .where(*_OF_SERIES, macro.c.day.between(bindparam("first"), bindparam("last")))
    .order_by(macro.c.day, macro.c.number)
)
_KNOWN = macro.c.known_from <= bindparam("as_of")
_fetched = func.max(macro.c.fetched_at)
_NEWEST_SOURCE = (
    select(macro.c.source, _fetched.label("fetched_at"))
    .where(macro.c.series == bindparam("series"), _KNOWN)
    .group_by(macro.c.source)
    .order_by(_fetched.desc(), macro.c.source)
    .limit(1)
)
_AS_KNOWN = (
    select(macro.c.day, macro.c.value, macro.c.known_from, macro.c.estimated)
    .where(*_OF_SERIES, _KNOWN)
    .order_by(macro.c.day, macro.c.number)
)


def add_observations(connection: Connection, locks: InstrumentLocks, came: Observations) -> int:
    """Add what is new; returns how many rows were written."""
    days, known_from = days_of(came.days), days_of(came.known_from)
    if not len(days):
        return 0
    locks.source(connection, came.source, growth=0)
    span = {"first": int(days.min()), "last": int(days.max())}
    names = {"series": came.series, "source": came.source}
    newest: dict[int, tuple[int, Vintage]] = {}
    for day, number, value, known in connection.execute(_STORED, names | span):
        newest[day] = number, Vintage(_read(value), "", known, stated=True)
    fetched = day_number(came.fetched_at.date())
    rows = []
    order = np.argsort(days, kind="stable").tolist()
    for day, places in groupby(order, key=days.tolist().__getitem__):
        number, last = newest.get(day, (-1, None))
        coming = [Vintage(float(came.values[i]), "", int(known_from[i]), stated=not came.estimated) for i in places]
        added = further(last, coming, fetched)
        rows += [names | {"day": day, "number": number + 1 + i} | _columns(each) for i, each in enumerate(added)]
    if rows:
        connection.execute(insert(macro), [row | {"fetched_at": came.fetched_at} for row in rows])
    return len(rows)


def observations(connection: Connection, series: str, as_of: date) -> Observations | None:
    """The series as it was known on a day; where several sources have it, that of the source that brought news last."""
    parameters: dict[str, Any] = {"series": series, "as_of": day_number(as_of)}
    chosen = connection.execute(_NEWEST_SOURCE, parameters).first()
    if chosen is None:
        return None
    rows = {row.day: row for row in _known(connection, parameters | {"source": chosen.source})}
    return Observations(
        series,
        chosen.source,
        dates_of(np.array(list(rows), np.int64)),
        np.array([row.value for row in rows.values()], np.float64),
        dates_of(np.array([row.known_from for row in rows.values()], np.int64)),
        any(row.estimated for row in rows.values()),
        chosen.fetched_at,
    )


def _known(connection: Connection, parameters: dict[str, Any]) -> Iterable[Any]:
    return connection.execute(_AS_KNOWN, parameters)


def _columns(vintage: Vintage) -> dict[str, Any]:
    value = None if math.isnan(vintage.value) else vintage.value
    return {"value": value, "known_from": vintage.known_from, "estimated": not vintage.stated}


def _read(value: float | None) -> float:
    return math.nan if value is None else value
