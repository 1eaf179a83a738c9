"""Bars and arrivals for the tests of the history store."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from advisor.domain.bars import COLUMNS, Bars, CorporateAction, InstrumentKind, InstrumentRecord
from advisor.ports.history import Arrival

FETCHED = datetime(2024, 6, 14, 21, 30, 15, 123456, tzinfo=UTC)


def record(symbol: str = "AAA", source: str = "yahoo", **known: Any) -> InstrumentRecord:
    """An instrument of a source."""
    known = {"name": f"{symbol} Inc.", "kind": InstrumentKind.STOCK, "currency": "USD", "exchange": "XNYS"} | known
    return InstrumentRecord(source, symbol, **known)


def bars(
    of: InstrumentRecord, first: str = "2024-01-01", count: int = 5, *, level: float = 100.0, **others: Any
) -> Bars:
    """So many days in a row from `first`; every number differs from every other, so that a mix-up shows."""
    dates = np.arange(np.datetime64(first), np.datetime64(first) + count)
    table = level + np.arange(count)[:, None] + np.arange(len(COLUMNS)) / 8
    columns = {name: table[:, place].copy() for place, name in enumerate(COLUMNS)}
    given: dict[str, Any] = {"record": of, "dates": dates, "fetched_at": FETCHED} | columns | others
    return Bars(**given)


def arrival(of: Bars, **others: Any) -> Arrival:
    """Bars that came, asked for through their last day."""
    through = of.dates[-1].item() if len(of) else date(2024, 1, 31)
    given: dict[str, Any] = {"record": of.record, "bars": of, "asked_through": through} | others
    return Arrival(**given)


def dividend(day: str, value: float = 0.5) -> CorporateAction:
    """A cash dividend."""
    return CorporateAction(date.fromisoformat(day), "dividend", value)


def split(day: str, value: float = 4.0) -> CorporateAction:
    """A split."""
    return CorporateAction(date.fromisoformat(day), "split", value)


def assert_same_bars(one: Bars | None, other: Bars | None) -> None:
    """Equal in every column, unknown being equal to unknown."""
    assert one is not None
    assert other is not None
    assert (one.record, one.fetched_at, one.actions, one.total_return) == (
        other.record,
        other.fetched_at,
        other.actions,
        other.total_return,
    )
    for name in ("dates", *COLUMNS):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), name)
        assert getattr(one, name).dtype == getattr(other, name).dtype
