"""From columns of a file to bars by symbol: sorted, without doubled days, on disk where a process can look up a single symbol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from advisor.adapters.market.files.layout import Refused
from advisor.adapters.market.files.names import PRICES
from advisor.domain.bars import CorporateAction
from advisor.domain.market import Dates, Floats

_STORED = (*PRICES, "volume")


@dataclass(frozen=True)
class Span:
    """One symbol's rows in the stored file, from `start` to before `stop`, and the words the file has of it."""

    symbol: str
    start: int
    stop: int
    first: date
    last: date
    total_return: bool
    texts: Mapping[str, str] = field(default_factory=dict)
    actions: tuple[CorporateAction, ...] = ()


@dataclass(frozen=True)
class Rows:
    """Rows of many symbols one symbol after the other: days (T,) and fields (T,); `bounds` are symbol, start and stop."""

    days: Dates
    fields: dict[str, Floats]
    bounds: list[tuple[str, int, int]]


def from_long(
    symbols: Sequence[str], codes: NDArray[np.int32], days: Dates, fields: dict[str, Floats]
) -> tuple[Rows, list[str]]:
    """Rows by symbol and day from rows in any order; of a day that comes twice the later row counts, and a note says so.

    `codes` (T,) are positions in `symbols`, which may hold the same symbol twice. Rows without a day are gone already.

    Raises:
        Refused: if most days come more than once: these are no daily prices.
    """
    merged = {symbol: code for code, symbol in enumerate(dict.fromkeys(symbols))}
    codes = np.array([merged[symbol] for symbol in symbols], np.int32)[codes]
    key = (codes.astype(np.int64) << 32) + (days.astype(np.int64) + (1 << 31))
    if not np.all(key[1:] > key[:-1]):
        order = np.argsort(key, kind="stable")
        key = key[order]
        final = np.append(key[1:] != key[:-1], True)
        doubled = int(len(key) - np.count_nonzero(final))
        first = days[order][np.argmin(final[:-1])] if doubled else None
        order, key = order[final], key[final]
        codes, days = codes[order], days[order]
        fields = {name: values[order] for name, values in fields.items()}
    else:
        doubled, first = 0, None
    if doubled > len(key):
        raise Refused("most days come several times for the same symbol, so these are no daily prices")
    edges = np.flatnonzero(np.append(True, codes[1:] != codes[:-1])) if len(codes) else np.empty(0, int)
    names = list(merged)
    stops = [*edges[1:].tolist(), len(codes)]
    bounds = [(names[codes[start]], start, stop) for start, stop in zip(edges.tolist(), stops, strict=True)]
    notes = [_doubled(doubled, first)] if doubled and first is not None else []
    return Rows(days, fields, bounds), notes


def from_wide(days: Dates, columns: Iterable[tuple[str, str, Floats]]) -> tuple[Rows, list[str]]:
    """Rows by symbol from columns (symbol, field, values): a symbol has a row on each day on which it has a value.

    Raises:
        Refused: as `from_long`.
    """
    order = np.argsort(days, kind="stable")
    final = np.append(days[order][1:] != days[order][:-1], True) if len(days) else np.empty(0, bool)
    kept = order[final]
    if len(kept) * 2 < len(order):
        raise Refused("most days come several times, so these are no daily prices")
    by_symbol: dict[str, dict[str, Floats]] = {}
    notes = [_doubled(len(order) - len(kept), days[order][:-1][~final[:-1]][0])] if len(kept) < len(order) else []
    for symbol, name, values in columns:
        there = by_symbol.setdefault(symbol, {})
        if name in there:
            notes.append(f"{symbol} has two columns; the one with more values is used")
            if np.isfinite(there[name]).sum() >= np.isfinite(values).sum():
                continue
        there[name] = values
    names = sorted({name for fields in by_symbol.values() for name in fields})
    parts: dict[str, list[Floats]] = {name: [] for name in names}
    dates: list[Dates] = []
    bounds: list[tuple[str, int, int]] = []
    start = 0
    for symbol, fields in by_symbol.items():
        known = kept[np.logical_or.reduce([np.isfinite(values[kept]) for values in fields.values()])]
        for name in names:
            parts[name].append(fields[name][known] if name in fields else np.full(len(known), np.nan))
        dates.append(days[known])
        bounds.append((symbol, start, start + len(known)))
        start += len(known)
    return Rows(np.concatenate(dates), {name: np.concatenate(parts[name]) for name in names}, bounds), notes


def until(rows: Rows, last: date) -> tuple[Rows, list[str]]:
    """The rows up to `last`, with a note where later ones were left out: a price of tomorrow is a mistake."""
    late = rows.days > np.datetime64(last)
    if not late.any():
        return rows, []
    before = np.concatenate([[0], np.cumsum(~late)])
    bounds = [(symbol, int(before[start]), int(before[stop])) for symbol, start, stop in rows.bounds]
    count = int(np.count_nonzero(late))
    note = f"{count:,} prices of days that are still to come are left out, the first of {rows.days[late].min()}"
    return Rows(rows.days[~late], {name: values[~late] for name, values in rows.fields.items()}, bounds), [note]


def store(rows: Rows, path: Path, texts: Mapping[str, Mapping[str, str]]) -> tuple[tuple[Span, ...], list[str]]:
    """Write the rows as an array that can be mapped into memory, and say where each symbol is.

    Adjusted closes are scaled so that the last one equals the last close. A symbol without any price is left out with a note.
    """
    spans: list[Span] = []
    empty: list[str] = []
    for symbol, start, stop in rows.bounds:
        if start == stop or not _priced(rows, start, stop):
            empty.append(symbol)
            continue
        spans.append(
            Span(
                symbol=symbol,
                start=start,
                stop=stop,
                first=_day(rows.days[start]),
                last=_day(rows.days[stop - 1]),
                total_return=_rescale(rows, start, stop),
                texts=texts.get(symbol, {}),
                actions=_actions(rows, start, stop),
            )
        )
    kept = [name for name in _STORED if name in rows.fields]
    dtype = np.dtype([("day", "<i4"), *((name, "<f8") for name in kept)])
    array = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=(len(rows.days),))
    array["day"] = rows.days.astype(np.int64)
    for name in kept:
        array[name] = rows.fields[name]
    return tuple(spans), [f"there is no price of {_some(empty)}"] if empty else []


def load(path: Path, span: Span) -> tuple[Dates, dict[str, Floats]]:
    """One symbol's days and fields, copied out of the stored file.

    Raises:
        OSError, ValueError: if the stored file is gone or damaged.
    """
    rows = np.load(path, mmap_mode="r")[span.start : span.stop]
    days = rows["day"].astype("datetime64[D]")
    return days, {name: np.array(rows[name], np.float64) for name in rows.dtype.names if name != "day"}


def tomorrow(today: date) -> date:
    """The latest day a price may have: east of us it is tomorrow already."""
    return today + timedelta(days=1)


def _priced(rows: Rows, start: int, stop: int) -> bool:
    return any(
        np.isfinite(rows.fields[name][start:stop]).any() for name in ("close", "adj_close") if name in rows.fields
    )


def _rescale(rows: Rows, start: int, stop: int) -> bool:
    """Whether there are adjusted closes; where there are closes too, the two are made to meet on the last day that has both."""
    if "adj_close" not in rows.fields or not np.isfinite(rows.fields["adj_close"][start:stop]).any():
        return False
    if "close" in rows.fields:
        close, adjusted = rows.fields["close"][start:stop], rows.fields["adj_close"][start:stop]
        both = np.flatnonzero(np.isfinite(close) & np.isfinite(adjusted) & (adjusted != 0))
        if len(both) and close[both[-1]] != adjusted[both[-1]]:
            adjusted *= close[both[-1]] / adjusted[both[-1]]
    return True


def _actions(rows: Rows, start: int, stop: int) -> tuple[CorporateAction, ...]:
    found: list[CorporateAction] = []
    for name in ("dividends", "splits"):
        values = rows.fields.get(name)
        if values is None:
            continue
        part = values[start:stop]
        # Files write 0, and for splits also 1, on the days on which nothing happened.
        for at in np.flatnonzero(np.isfinite(part) & (part > 0) & ((part != 1) | (name == "dividends"))):
            day = _day(rows.days[start + int(at)])
            found.append(CorporateAction(day, "split" if name == "splits" else "dividend", float(part[at])))
    return tuple(sorted(found, key=lambda action: (action.day, action.kind)))


def _day(day: np.datetime64) -> date:
    return date.fromisoformat(str(day))


def _doubled(count: int, first: np.datetime64) -> str:
    return f"{count:,} rows repeat a day, the first {first}; the later row counts"


def _some(symbols: Sequence[str]) -> str:
    shown = ", ".join(symbols[:5])
    return shown if len(symbols) <= 5 else f"{shown} and {len(symbols) - 5} others"
