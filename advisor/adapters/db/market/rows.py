"""Price rows as arrays, what of an arrival differs from what is stored, and what a database has to do with rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from advisor.domain.bars import COLUMNS, Bars
from advisor.domain.errors import InvalidInput
from advisor.domain.market import Dates, Floats

Integers = NDArray[np.int64]

# Instrument, first and last day of a stretch of prices.
Span = tuple[int, int, int]
EVER = (-(2**31), 2**31 - 1)


@dataclass(frozen=True)
class Rows:
    """Prices of one instrument: `days` (T,) since 1970, strictly ascending; `values` (T, k) in the order they were asked for."""

    days: Integers
    values: Floats

    def __len__(self) -> int:
        """The number of days."""
        return len(self.days)


@dataclass(frozen=True)
class Block:
    """Rows of one instrument to be written, in the columns `COLUMNS`, with the second (since 1970, UTC) they were fetched at."""

    instrument_id: int
    rows: Rows
    fetched_at: int


@dataclass(frozen=True)
class Change:
    """What has to happen to an instrument's stored rows: `gone` (days) are deleted first, then `new` is inserted."""

    gone: Integers
    new: Rows

    @property
    def growth(self) -> int:
        """New rows less deleted ones."""
        return len(self.new) - len(self.gone)

    def __bool__(self) -> bool:
        """Whether anything changes."""
        return bool(len(self.gone) or len(self.new))


class PriceRows(Protocol):
    """The table `prices` of one kind of database, past SQLAlchemy's row objects. Works inside the transaction of its connection."""

    def stored(self, connection: Connection, spans: Sequence[Span]) -> Mapping[int, Rows]:
        """All columns within each span; instruments without rows there are left out."""
        ...

    def closes(self, connection: Connection, ids: Sequence[int], first: int, last: int) -> Mapping[int, Rows]:
        """Close and adjusted close between two days, both included; instruments without rows there are left out."""
        ...

    def delete(self, connection: Connection, gone: Mapping[int, Integers]) -> None:
        """Delete days of instruments."""
        ...

    def insert(self, connection: Connection, blocks: Sequence[Block]) -> None:
        """Insert rows that are not there."""
        ...


def days_of(dates: Dates) -> Integers:
    """Dates as days since 1970."""
    return dates.astype("datetime64[D]").astype(np.int64)


def dates_of(days: Integers) -> Dates:
    """Days since 1970 as dates."""
    return days.astype("datetime64[D]")


def rows_of(bars: Bars) -> Rows:
    """The rows of bars.

    Raises:
        InvalidInput: if the days do not ascend, or a column has another length: what is stored could not be read back.
    """
    dates = bars.dates.astype("datetime64[D]")
    columns = [getattr(bars, name) for name in COLUMNS]
    if (
        np.isnat(dates).any()
        or (np.diff(days_of(dates)) <= 0).any()
        or any(len(each) != len(dates) for each in columns)
    ):
        raise InvalidInput(
            f"The prices of {bars.record.symbol} cannot be stored: their days are not in order, each once."
        )
    return Rows(days_of(dates), np.column_stack(columns).astype(np.float64, copy=False))


def change(stored: Rows, coming: Rows, *, whole: bool) -> Change:
    """How `stored` becomes what the port promises after `coming`; rows that are equal (unknown equals unknown) are left alone.

    `stored` must hold at least the days from the first to the last that come; all of them where `whole`.
    """
    known = np.isin(coming.days, stored.days, assume_unique=True)
    same = known.copy()
    old, new = stored.values[np.searchsorted(stored.days, coming.days[known])], coming.values[known]
    same[known] = ((old == new) | (np.isnan(old) & np.isnan(new))).all(axis=1)
    gone = coming.days[known & ~same]
    if whole:
        gone = np.union1d(gone, np.setdiff1d(stored.days, coming.days, assume_unique=True))
    return Change(gone, Rows(coming.days[~same], coming.values[~same]))
