"""Corporate actions and findings: how they are stored, and what is left of them after an arrival."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, delete, insert, select

from advisor.adapters.db.market.tables import corporate_actions, findings
from advisor.domain.bars import CorporateAction, Finding, FindingKind, Treatment
from advisor.ports.history import Arrival

Detail = TypeVar("Detail")

_EPOCH = date(1970, 1, 1)
_MOST_IDS = 10_000

_ACTIONS = (
    select(corporate_actions)
    .where(corporate_actions.c.instrument_id.in_(bindparam("ids", expanding=True)))
    .order_by(corporate_actions.c.instrument_id, corporate_actions.c.day, corporate_actions.c.position)
)
_FINDINGS = (
    select(findings)
    .where(findings.c.instrument_id.in_(bindparam("ids", expanding=True)))
    .order_by(findings.c.instrument_id, findings.c.position)
)
_DELETE_ACTIONS = delete(corporate_actions).where(corporate_actions.c.instrument_id == bindparam("which"))
_DELETE_FINDINGS = delete(findings).where(findings.c.instrument_id == bindparam("which"))


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The date so many days after 1 January 1970."""
    return _EPOCH + timedelta(days=number)


def stored_actions(connection: Connection, ids: Sequence[int]) -> Mapping[int, tuple[CorporateAction, ...]]:
    """Actions by instrument, ascending; those of one day in the order in which they came."""
    return _by_instrument(
        connection,
        _ACTIONS,
        ids,
        lambda row: CorporateAction(day_of(row["day"]), row["kind"], row["value"]),
    )


def stored_findings(connection: Connection, ids: Sequence[int]) -> Mapping[int, tuple[Finding, ...]]:
    """Findings by instrument, ascending by their first day."""
    return _by_instrument(
        connection,
        _FINDINGS,
        ids,
        lambda row: Finding(
            FindingKind(row["kind"]),
            Treatment(row["treatment"]),
            row["first_day"],
            row["last_day"],
            row["count"],
            row["detail"],
            row["factor"],
        ),
    )


def merged_actions(stored: Sequence[CorporateAction], arrival: Arrival) -> tuple[CorporateAction, ...]:
    """The actions after an arrival: of the days that came those that came, of other days those stored."""
    if arrival.bars is None:
        return tuple(stored)
    came = arrival.bars.actions
    kept: tuple[CorporateAction, ...] = ()
    if stored and not arrival.whole:
        days = {item.day for item in came} | set(arrival.bars.dates.astype("datetime64[D]").tolist())
        kept = tuple(item for item in stored if item.day not in days)
    return tuple(sorted(kept + came, key=lambda item: item.day))


def merged_findings(stored: Sequence[Finding], arrival: Arrival) -> tuple[Finding, ...]:
    """The findings after an arrival, as `HistoryStore.save` promises them."""
    if arrival.bars is None:
        return tuple(stored)
    records = () if arrival.whole else tuple(item for item in stored if item.treatment is not Treatment.KEPT)
    if len(arrival.bars):
        first, last = arrival.bars.dates[[0, -1]].astype("datetime64[D]").tolist()
        records = tuple(item for item in records if item.first < first or item.last > last)
    news = tuple(item for item in arrival.findings if not any(record.covers(item) for record in records))
    return tuple(sorted(dict.fromkeys(records + news), key=_order))


def replace_actions(connection: Connection, actions: Mapping[int, Sequence[CorporateAction]]) -> None:
    """Store these actions, and no others, of these instruments."""
    rows = []
    for which, items in actions.items():
        connection.execute(_DELETE_ACTIONS, {"which": which})
        position: dict[date, int] = {}
        for item in items:
            position[item.day] = position.get(item.day, -1) + 1
            rows.append(
                {
                    "instrument_id": which,
                    "day": day_number(item.day),
                    "position": position[item.day],
                    "kind": item.kind,
                    "value": item.value,
                }
            )
    if rows:
        connection.execute(insert(corporate_actions), rows)


def replace_findings(connection: Connection, found: Mapping[int, Sequence[Finding]]) -> None:
    """Store these findings, and no others, of these instruments."""
    rows = []
    for which, items in found.items():
        connection.execute(_DELETE_FINDINGS, {"which": which})
        rows += [
            {
                "instrument_id": which,
                "position": position,
                "kind": item.kind,
                "treatment": item.treatment,
                "first_day": item.first,
                "last_day": item.last,
                "count": item.count,
                "detail": item.detail,
                "factor": item.factor,
            }
            for position, item in enumerate(items)
        ]
    if rows:
        connection.execute(insert(findings), rows)


def _by_instrument(
    connection: Connection, statement: Any, ids: Sequence[int], read: Callable[[Any], Detail]
) -> dict[int, tuple[Detail, ...]]:
    found: dict[int, list[Detail]] = {}
    for start in range(0, len(ids), _MOST_IDS):
        for row in connection.execute(statement, {"ids": ids[start : start + _MOST_IDS]}).mappings():
            found.setdefault(row["instrument_id"], []).append(read(row))
    return {which: tuple(items) for which, items in found.items()}


def _order(item: Finding) -> tuple[Any, ...]:
    return item.first, item.last, item.kind, item.treatment, item.detail, item.count, item.factor or 0.0
