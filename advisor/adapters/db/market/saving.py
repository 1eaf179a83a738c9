"""What a save does to the tables, inside its one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, RowMapping

from advisor.adapters.db.market import details
from advisor.adapters.db.market.instruments import InstrumentLocks, merged_record, record_of, write_states
from advisor.adapters.db.market.rows import EVER, Block, Change, PriceRows, Rows, Span, change
from advisor.domain.bars import COLUMNS
from advisor.ports.history import Arrival

_NONE = Rows(np.empty(0, np.int64), np.empty((0, len(COLUMNS))))

_TOLD = ("name", "kind", "currency", "exchange", "isin", "sector", "asset_class")

# An arrival, its instrument's locked row, and what came as rows (None where nothing came).
Case = tuple[Arrival, RowMapping, Rows | None]


class ArrivalWriter:
    """Writes arrivals: only what differs from what is stored, so that the same again costs a look and changes nothing."""

    def __init__(self, rows: PriceRows, locks: InstrumentLocks) -> None:
        self._rows = rows
        self._locks = locks

    def save(self, connection: Connection, arrivals: Sequence[tuple[Arrival, Rows | None]], now: datetime) -> int:
        """Store all of it; returns how many price rows were new or different."""
        written, changed = 0, set[str]()
        for batch in _each_once(arrivals):
            count, sources = self._save_batch(connection, batch, now)
            written += count
            changed |= sources
        for source in sorted(changed):
            self._locks.source(connection, source, growth=1)
        return written

    def _save_batch(
        self, connection: Connection, batch: Sequence[tuple[Arrival, Rows | None]], now: datetime
    ) -> tuple[int, set[str]]:
        """Store arrivals of different instruments; returns the rows written and the sources of which anything changed."""
        new = {"total_return": True, "rows": 0, "outcome": "", "checked_at": now}
        locked = self._locks.instruments(connection, [arrival for arrival, _ in batch], new)
        row_of = {(row["source"], row["symbol"]): row for row in locked}
        cases = [(arrival, row_of[arrival.record.source, arrival.record.symbol], rows) for arrival, rows in batch]
        changes = self._write_prices(connection, cases)
        changed = {which for which, each in changes.items() if each} | _write_details(connection, cases)
        states = [_state(case, changes.get(case[1]["id"]), now) for case in cases]
        write_states(connection, states)
        sources = {
            row["source"]
            for (_, row, _), state in zip(cases, states, strict=True)
            if row["id"] in changed or any(row[name] != state[name] for name in (*_TOLD, "total_return"))
        }
        return sum(len(each.new) for each in changes.values()), sources

    def _write_prices(self, connection: Connection, cases: Sequence[Case]) -> dict[int, Change]:
        spans = [span for case in cases if (span := _span_to_read(case)) is not None]
        stored = self._rows.stored(connection, spans) if spans else {}
        changes, blocks = {}, []
        for arrival, row, rows in cases:
            if rows is None or arrival.bars is None:
                continue
            changes[row["id"]] = each = change(stored.get(row["id"], _NONE), rows, whole=arrival.whole)
            if len(each.new):
                blocks.append(Block(row["id"], each.new, int(arrival.bars.fetched_at.timestamp())))
        gone = {which: each.gone for which, each in changes.items() if len(each.gone)}
        if gone:
            self._rows.delete(connection, gone)
        if blocks:
            self._rows.insert(connection, blocks)
        return changes


def _each_once(arrivals: Sequence[tuple[Arrival, Rows | None]]) -> list[list[tuple[Arrival, Rows | None]]]:
    """The arrivals in batches in which no instrument comes twice; of one instrument the order is kept."""
    batches: list[list[tuple[Arrival, Rows | None]]] = []
    seen: dict[tuple[str, str], int] = {}
    for item in arrivals:
        key = (item[0].record.source, item[0].record.symbol)
        seen[key] = seen.get(key, -1) + 1
        if seen[key] == len(batches):
            batches.append([])
        batches[seen[key]].append(item)
    return batches


def _span_to_read(case: Case) -> Span | None:
    """The stored days that must be known to see what changes; None where nothing stored is concerned, as in a daily top-up."""
    arrival, row, rows = case
    if rows is None or not row["rows"]:
        return None
    if arrival.whole:
        return row["id"], *EVER
    if not len(rows) or int(rows.days[0]) > details.day_number(row["last_day"]):
        return None
    return row["id"], int(rows.days[0]), int(rows.days[-1])


def _write_details(connection: Connection, cases: Sequence[Case]) -> set[int]:
    """Write the actions and findings that differ; returns whose did."""
    ids = [row["id"] for arrival, row, _ in cases if arrival.bars is not None]
    actions, found = details.stored_actions(connection, ids), details.stored_findings(connection, ids)
    other_actions, other_findings = {}, {}
    for arrival, row, _ in cases:
        which = row["id"]
        if (after := details.merged_actions(actions.get(which, ()), arrival)) != actions.get(which, ()):
            other_actions[which] = after
        if (left := details.merged_findings(found.get(which, ()), arrival)) != found.get(which, ()):
            other_findings[which] = left
    details.replace_actions(connection, other_actions)
    details.replace_findings(connection, other_findings)
    return set(other_actions) | set(other_findings)


def _state(case: Case, changed: Change | None, now: datetime) -> dict[str, Any]:
    """The instrument's columns after an arrival."""
    arrival, row, _ = case
    bars, stored = arrival.bars, record_of(row)
    record = stored if bars is None else merged_record(stored, arrival.record)
    asked = [arrival.asked_through]
    if row["asked_through"] is not None and (bars is None or not arrival.whole):
        asked.append(row["asked_through"])
    state = {name: row[name] for name in ("total_return", "rows", "first_day", "last_day", "fetched_at")}
    if bars is not None and changed is not None:
        state |= {
            "total_return": bars.total_return,
            "fetched_at": bars.fetched_at,
            "rows": row["rows"] + changed.growth,
        }
        state |= _extent(case)
    return (
        {name: getattr(record, name) for name in _TOLD}
        | state
        | {
            "which": row["id"],
            "asked_through": max(asked),
            "outcome": arrival.outcome,
            "checked_at": now if bars is None else bars.fetched_at,
        }
    )


def _extent(case: Case) -> dict[str, Any]:
    """The first and the last day stored after an arrival that brought something."""
    arrival, row, rows = case
    days = [] if rows is None or not len(rows) else [details.day_of(int(rows.days[place])) for place in (0, -1)]
    if not arrival.whole:
        days += [day for day in (row["first_day"], row["last_day"]) if day is not None]
    return {"first_day": min(days, default=None), "last_day": max(days, default=None)}
