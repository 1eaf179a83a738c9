"""Guessing how a file of prices is laid out from its first lines, within what `layout.yaml` fixes for it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from advisor.adapters.market.files.columns import Table, columns_of
from advisor.adapters.market.files.dates import is_day
from advisor.adapters.market.files.layout import FileRules, Form, Layout, Refused
from advisor.adapters.market.files.names import NUMBERS, field_of, is_date_name, symbol_of_file
from advisor.adapters.market.files.numbers import Decimal, Reading, read_number

MAX_COLUMNS = 5_000
_SEPARATORS = ("\t", ";", "|", ",")
_SAMPLE_ROWS = 60
_SAMPLE_CELLS = 3_000
_MOSTLY = 0.8


@dataclass(frozen=True)
class _Rows:
    """Rows of cells with the line on which each ends."""

    rows: list[list[str]]
    lines: list[int]


def guess(file: str, head: str, rules: FileRules, encoding: str) -> Layout:
    """The layout of a file whose first whole lines are `head`.

    Raises:
        Refused: with the line and the reason if this is no table of prices by day.
    """
    if not head.strip():
        raise Refused("the file is empty")
    first = head.split("\n", 1)[0].strip().strip('"')
    said = first[4:5] if first.casefold().startswith("sep=") else ""  # Excel's own way of naming the separator
    separator = rules.separator or said or _separator(head)
    found = _split(head, separator)
    if not found.rows:
        raise Refused("the file is empty")
    width = max(len(row) for row in found.rows)
    if width > MAX_COLUMNS:
        raise Refused(f"{width:,} columns are more than the {MAX_COLUMNS:,} that are read", 1)
    start, date_column = _first_day(found, rules)
    header = _header(found, start, width)
    table = Table(
        header=header,
        above=tuple(tuple(row) for row in found.rows[max(0, start - 3) : start]),
        rows=tuple(tuple(row) for row in found.rows[start:]),
        date_column=date_column,
        line=found.lines[start - 1],
    )
    form, columns, symbol, texts = columns_of(table, file, rules)
    decimal, sure = _decimal(table, [column.position for column in columns], separator)
    return Layout(
        file=file,
        form=form,
        separator=separator,
        encoding=encoding,
        decimal=rules.decimal or decimal,
        decimal_sure=sure or rules.decimal is not None,
        header=header,
        data_line=found.lines[start - 1] + 1,
        date_column=date_column,
        columns=columns,
        symbol=symbol,
        texts=texts,
        single_symbol=(rules.symbol or symbol_of_file(file)).upper() if form is Form.SINGLE else "",
        dates=rules.dates,
        epoch=is_date_name(header[date_column]),
    )


def _separator(head: str) -> str:
    """The separator that gives the same number of columns, at least two, on most lines; of equals the rarer in plain text."""
    best, chosen = (0.0, 0), ""
    for separator in _SEPARATORS:
        widths = Counter(len(row) for row in _split(head, separator).rows)
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(0, 0))
        score = (count / widths.total(), width) if width > 1 else (0.0, 0)
        if score > best:
            best, chosen = score, separator
    if not chosen:
        raise Refused("no comma, semicolon, tab or bar separates columns", 1)
    return chosen


def _split(head: str, separator: str) -> _Rows:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator, skipinitialspace=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
                lines.append(reader.line_num)
            if len(rows) >= _SAMPLE_ROWS:
                break
    except csv.Error as fault:
        raise Refused("this line cannot be parted into columns", reader.line_num) from fault
    return _Rows(rows, lines)


def _first_day(found: _Rows, rules: FileRules) -> tuple[int, int]:
    """The first row of data and the column of its day: the column that is called a date, else the first that holds days."""
    if rules.date is not None:
        for at, row in enumerate(found.rows[:-1]):
            if rules.date in row:
                column = row.index(rules.date)
                return _first_filled(found, at + 1, column), column
        raise Refused(f'no column is called "{rules.date}", as layout.yaml says')
    width = max(len(row) for row in found.rows)
    named = {at for row in found.rows[:20] for at, cell in enumerate(row) if is_date_name(cell)}
    for column in sorted(range(width), key=lambda at: (at not in named, at)):
        cells = [row[column] if column < len(row) else "" for row in found.rows]
        days = [at for at, cell in enumerate(cells) if is_day(cell, seconds=column in named)]
        # Lines above the data, and a footer, may hold something else.
        between = sum(bool(cell) for cell in cells[days[0] : days[-1] + 1]) if days else 0
        share = 0.5 if column in named else _MOSTLY
        if days and len(days) >= share * between and 2 * len(days) >= sum(bool(cell) for cell in cells[days[0] :]):
            if days[0] == 0:
                raise Refused("there is no line with the names of the columns", found.lines[0])
            return days[0], column
    if len(found.rows) == 1:
        raise Refused("there is a line with names and nothing below it", found.lines[0])
    raise Refused("no column holds dates that can be read", found.lines[min(1, len(found.rows) - 1)])


def _first_filled(found: _Rows, start: int, column: int) -> int:
    for at in range(start, len(found.rows)):
        if column < len(found.rows[at]) and found.rows[at][column]:
            return at
    raise Refused("there is a line with names and nothing below it", found.lines[start - 1])


def _header(found: _Rows, start: int, width: int) -> tuple[str, ...]:
    """The nearest line above the data, filled up to the width of the table.

    Raises:
        Refused: if a row holds more than that line names: a comma in a number would have moved all that follows.
    """
    header = found.rows[start - 1]
    for row, line in zip(found.rows[start:], found.lines[start:], strict=True):
        if any(row[len(header) :]):
            raise Refused(f"{len(row)} cells where {len(header)} are expected", line)
    return (*header, *([""] * (width - len(header))))


def _decimal(table: Table, positions: Sequence[int], separator: str) -> tuple[Decimal, bool]:
    """How numbers are written, and whether a cell says so: "1.234,5" can only be read one way, "1,234" cannot.

    Raises:
        Refused: if cells contradict each other.
    """
    seen: dict[Decimal, str] = {}
    cells = [(row[at], at) for row in table.rows for at in positions if at < len(row)][:_SAMPLE_CELLS]
    grouped = False
    for cell, at in cells:
        reading = read_number(cell, ".")[1]
        if reading in (Reading.SURE, Reading.OTHER) and field_of(table.header[at]) in ("", *NUMBERS):
            seen.setdefault("." if reading is Reading.SURE else ",", cell)
        grouped = grouped or (reading is Reading.EITHER and "," in cell)
    if len(seen) == 2:
        raise Refused(f'"{seen["."]}" has a decimal point and "{seen[","]}" a decimal comma', table.line + 1)
    if seen:
        return next(iter(seen)), True
    return ("," if grouped and separator != "," else "."), False
