"""Macro series from a folder of CSV files, for operators without the internet."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import zlib
from datetime import date
from pathlib import Path

import numpy as np

from advisor.adapters.market.macro.catalogue import MacroSeries, columns, day, find, number, observed
from advisor.domain.bars import Observations
from advisor.domain.errors import NotOffered, SourceUnavailable
from advisor.ports.system import Clock

_DATE = ("date", "observation_date")
_VALUE = ("value", "close", "rate", "price")
_LONG = {"series", "value"}
Rows = list[tuple[str, str]]


class FileMacro:
    """The macro port over a folder. Files end in .csv or .csv.gz, days are written as YYYY-MM-DD. Two forms are read:

    * a file of one series, named by our id or FRED's (vix.csv, VIXCLS.csv): a date column and a column named value, close,
      rate, price, by the series itself, or the only other one;
    * a file of many: columns date, series, value, the series by our id or FRED's.

    A file of its own goes before files of many. Publication days are estimated by the catalogue.
    """

    name = "file"

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    async def observations(self, series: str, start: date) -> Observations:
        """The series from `start` on.

        Raises:
            NotOffered: if the catalogue or the folder does not have it.
            SourceUnavailable: if the folder or a file cannot be read; the message names the file and the line.
        """
        wanted = find(series)
        return await asyncio.to_thread(self._read, wanted, start)

    async def close(self) -> None:
        """Nothing is held."""

    def _read(self, series: MacroSeries, start: date) -> Observations:
        try:
            files = sorted(path for path in self._folder.iterdir() if path.name.lower().endswith((".csv", ".csv.gz")))
        except OSError as fault:
            raise SourceUnavailable("The folder for macro data cannot be read.") from fault
        own = [path for path in files if _stem(path) in series.names]
        for path in own or files:
            try:
                rows = _rows(path, series, own=bool(own))
            except csv.Error as fault:
                raise SourceUnavailable(f"{path.name} is not a CSV file.") from fault
            if rows is None:
                continue
            days, values = columns(rows)
            kept = days >= series.periods(np.array([start], "datetime64[D]"))[0]
            return observed(series, self.name, days[kept], values[kept], self._clock.now(), whose=path.name)
        raise NotOffered(f"The folder for macro data has no file with {series.name}.", field="series")


def _stem(path: Path) -> str:
    return path.name.lower().removesuffix(".gz").removesuffix(".csv")


def _rows(path: Path, series: MacroSeries, *, own: bool) -> Rows | None:
    """The file's rows of this series as text, checked line by line; None if the file is not about it."""
    table = csv.reader(io.StringIO(_text(path)), strict=True)
    header = [name.strip().lower() for name in next(table, [])]
    day_column = next((header.index(name) for name in _DATE if name in header), None)
    long = day_column is not None and set(header) >= _LONG
    if not own and not long:
        return None
    if day_column is None:
        raise SourceUnavailable(f"{path.name} has no column called date.")
    value = header.index("value") if long else _value_column(path, header, day_column, series)
    which = header.index("series") if long else None
    rows: Rows = []
    for cells in table:
        if not cells:
            continue
        if len(cells) != len(header):
            raise SourceUnavailable(
                f"{path.name}, line {table.line_num}: it has {len(cells)} fields, not {len(header)}."
            )
        if which is not None and cells[which].strip().lower() not in series.names:
            continue
        row = (cells[day_column], cells[value])
        try:
            day(row[0]), number(row[1])
        except ValueError as fault:
            raise SourceUnavailable(
                f"{path.name}, line {table.line_num}: it needs a day such as 2014-12-31 and a number."
            ) from fault
        rows.append(row)
    return rows or None


def _value_column(path: Path, header: list[str], day_column: int, series: MacroSeries) -> int:
    for name in (*sorted(series.names), *_VALUE):
        if name in header:
            return header.index(name)
    others = [column for column in range(len(header)) if column != day_column]
    if len(others) != 1:
        raise SourceUnavailable(f"{path.name} does not say which column holds the values; call it value.")
    return others[0]


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.name.lower().endswith(".gz") else data).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as fault:
        raise SourceUnavailable(f"{path.name} cannot be read.") from fault
