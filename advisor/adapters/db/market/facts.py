"""Figures of financial statements, as they were reported."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from advisor.adapters.db.market.details import day_number, day_of
from advisor.adapters.db.market.instruments import InstrumentLocks
from advisor.adapters.db.market.tables import facts
from advisor.adapters.db.market.vintages import Vintage, further
from advisor.domain.bars import Fact

# An item, the end of its period and its months.
Period = tuple[str, date, int]

_STORED = (
    select(facts)
    .where(facts.c.source == bindparam("source"), facts.c.symbol == bindparam("symbol"))
    .order_by(facts.c.id)
)
_AS_KNOWN = _STORED.where(facts.c.known_from <= bindparam("as_of"))


def add_facts(
    connection: Connection,
    locks: InstrumentLocks,
    owner: tuple[str, str],
    came: Sequence[Fact],
    fetched_at: datetime,
) -> int:
    """Add what is new of an owner (source and symbol); returns how many rows were written."""
    source, symbol = owner
    locks.source(connection, source, growth=0)
    names = {"source": source, "symbol": symbol}
    newest = {_period(row): _vintage(row) for row in connection.execute(_STORED, names).mappings()}
    fetched = day_number(fetched_at.date())
    coming: dict[Period, list[Vintage]] = {}
    for fact in came:
        known_from = fetched if fact.reported is None else day_number(fact.reported)
        vintage = Vintage(fact.value, fact.currency, known_from, stated=fact.reported is not None)
        coming.setdefault((fact.item, fact.period_end, fact.months), []).append(vintage)
    rows = [
        names | _columns(period, vintage) | {"fetched_at": fetched_at}
        for period, vintages in coming.items()
        for vintage in further(newest.get(period), vintages, fetched)
    ]
    if rows:
        connection.execute(insert(facts), rows)  # one after the other, so that ids grow in this order
    return len(rows)


def known_facts(connection: Connection, source: str, symbol: str, as_of: date) -> tuple[Fact, ...]:
    """Figures known on a day: of each item and period the newest."""
    parameters = {"source": source, "symbol": symbol, "as_of": as_of}
    newest = {_period(row): row for row in connection.execute(_AS_KNOWN, parameters).mappings()}
    return tuple(
        Fact(item, end, _read(row["value"]), months, row["known_from"], row["currency"])
        for (item, end, months), row in sorted(newest.items(), key=lambda entry: (entry[0][1], entry[0]))
    )


def _period(row: Any) -> Period:
    return row["item"], row["period_end"], row["months"]


def _vintage(row: Any) -> Vintage:
    return Vintage(_read(row["value"]), row["currency"], day_number(row["known_from"]), stated=True)


def _columns(period: Period, vintage: Vintage) -> dict[str, Any]:
    item, end, months = period
    return {
        "item": item,
        "period_end": end,
        "months": months,
        "value": None if math.isnan(vintage.value) else vintage.value,
        "currency": vintage.unit,
        "known_from": day_of(vintage.known_from),
    }


def _read(value: float | None) -> float:
    return math.nan if value is None else value
