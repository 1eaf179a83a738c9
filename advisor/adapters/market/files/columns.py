"""Which column of a file holds what: one symbol a column, one symbol a row, or one symbol a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from advisor.adapters.market.files.layout import Column, FileRules, Form, Refused
from advisor.adapters.market.files.names import (
    NUMBERS,
    PRICES,
    TEXTS,
    field_of,
    is_symbol_name,
    plain,
    symbol_and_field,
)
from advisor.adapters.market.files.numbers import Reading, read_number

_SYMBOL_LIKE = re.compile(r"[A-Z0-9^][A-Z0-9.^=&_\-]{0,14}")
_UNNAMED = re.compile(r"(unnamed.*|level_\d+|#|)", re.IGNORECASE)
_COUNTERS = ("index", "row", "rownames", "x", "no", "id")

_Found = tuple[Form, tuple[Column, ...], int | None, Mapping[str, int]]


@dataclass(frozen=True)
class Table:
    """A sample of a file: its header, up to three lines above the data (the header included), rows, and the header's line."""

    header: tuple[str, ...]
    above: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    date_column: int
    line: int

    def cells(self, position: int) -> list[str]:
        """The cells of a column that are not empty."""
        return [row[position] for row in self.rows if position < len(row) and row[position]]

    def numeric(self, position: int) -> bool:
        """Whether most cells of a column are numbers; True for a column that is empty so far."""
        readings = [read_number(cell, ".")[1] for cell in self.cells(position)]
        numbers = sum(reading is not Reading.TEXT for reading in readings)
        return 2 * numbers >= len(readings)

    def counts(self, position: int) -> bool:
        """Whether a column numbers the rows: without a name, or called so and rising by one."""
        name, cells = self.header[position], self.cells(position)
        if _UNNAMED.fullmatch(name):
            return True
        if plain(name) not in _COUNTERS or not all(cell.isdecimal() for cell in cells):
            return False
        numbers = [int(cell) for cell in cells]
        return numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False


def columns_of(table: Table, file: str, rules: FileRules) -> _Found:
    """The form of a file, its columns of numbers, the column of its symbols (long form) and its columns of words.

    Raises:
        Refused: if no column can be a price.
    """
    if rules.columns:
        return _as_said(table, rules)
    paired = _paired(table) if rules.form in (None, Form.WIDE) else ()
    if paired:
        return Form.WIDE, paired, None, {}
    symbol = _symbol_column(table, rules)
    fields = _fields(table, symbol)
    form = rules.form or _form(table, symbol, fields)
    if form is Form.WIDE:
        return form, _wide(table, file, rules), None, {}
    if form is Form.LONG and symbol is None:
        raise Refused("no column holds symbols", table.line)
    texts = {name: at for name, at in fields.items() if name in TEXTS and at != symbol}
    numbers = {name: at for name, at in fields.items() if name in NUMBERS}
    if not {"close", "adj_close"} & numbers.keys():
        others = [
            at
            for at in range(len(table.header))
            if at not in (table.date_column, symbol, *fields.values())
            and table.cells(at)
            and table.numeric(at)
            and not table.counts(at)
        ]
        if len(others) != 1:
            raise Refused("no column is called a close, a price or an adjusted close", table.line)
        numbers["close"] = others[0]
    if rules.values is not None and len({"close", "adj_close"} & numbers.keys()) == 1:
        numbers[rules.values] = numbers.pop("close" if "close" in numbers else "adj_close")
    return form, _in_order(numbers), symbol if form is Form.LONG else None, texts


def _in_order(numbers: Mapping[str, int]) -> tuple[Column, ...]:
    return tuple(Column(numbers[name], name) for name in NUMBERS if name in numbers)


def _as_said(table: Table, rules: FileRules) -> _Found:
    """The columns that `layout.yaml` names."""
    places: dict[str, int] = {}
    for what, header in rules.columns.items():
        if header not in table.header:
            raise Refused(f'no column is called "{header}", as layout.yaml says', table.line)
        places[what] = table.header.index(header)
    fields = {name: at for name, at in places.items() if name in (*NUMBERS, *TEXTS)}
    form = rules.form or (
        Form.WIDE if len(fields) < len(places) else Form.LONG if rules.symbol in table.header else Form.SINGLE
    )
    if form is Form.WIDE:
        value = rules.values or "adj_close"
        return form, tuple(Column(at, value, name.strip().upper()) for name, at in places.items()), None, {}
    if len(fields) < len(places):
        raise Refused(
            "layout.yaml names a column for what is no field of a price: " + ", ".join(places.keys() - fields.keys())
        )
    if not {"close", "adj_close"} & fields.keys():
        raise Refused("layout.yaml names no column of closes or adjusted closes")
    symbol = _symbol_column(table, rules) if form is Form.LONG else None
    if form is Form.LONG and symbol is None:
        raise Refused("no column holds symbols", table.line)
    texts = {name: at for name, at in fields.items() if name in TEXTS}
    return form, _in_order(fields), symbol, texts


def _symbol_column(table: Table, rules: FileRules) -> int | None:
    if rules.symbol is not None and rules.form is not Form.SINGLE:
        if rules.symbol in table.header:
            return table.header.index(rules.symbol)
        if rules.form is Form.LONG:
            raise Refused(f'no column is called "{rules.symbol}", as layout.yaml says', table.line)
    for at, name in enumerate(table.header):
        if at == table.date_column or not is_symbol_name(name):
            continue
        # A fund whose own symbol is CODE or STOCK has prices below its name, a column of codes has words or bare codes.
        if plain(name) in ("symbol", "symbols", "ticker", "tickers") or not table.numeric(at):
            return at
    # A name that looks like a symbol on every line is one ("Name" of many collections of share prices).
    for at, name in enumerate(table.header):
        cells = table.cells(at)
        if field_of(name) == "name" and cells and all(_SYMBOL_LIKE.fullmatch(cell) for cell in cells):
            return at
    return None


def _fields(table: Table, symbol: int | None) -> dict[str, int]:
    """Columns by field; of two that mean the same the first."""
    fields: dict[str, int] = {}
    for at, name in enumerate(table.header):
        field = field_of(name)
        if field and at not in (table.date_column, symbol):
            fields.setdefault(field, at)
    return fields


def _form(table: Table, symbol: int | None, fields: Mapping[str, int]) -> Form:
    if symbol is not None:
        return Form.LONG
    others = [
        at
        for at, name in enumerate(table.header)
        if at != table.date_column and name and at not in fields.values() and table.numeric(at)
    ]
    if not {"close", "adj_close"} & fields.keys() or len(fields) < len(others):
        return Form.WIDE
    # One column called "OPEN" or "RATE" beside AAPL is a share of that name; beside "Change %" it is a field.
    shares = len(fields) == len(others) and all(_SYMBOL_LIKE.fullmatch(table.header[at]) for at in others)
    return Form.WIDE if shares else Form.SINGLE


def _wide(table: Table, file: str, rules: FileRules) -> tuple[Column, ...]:
    words = plain(file)
    value = rules.values or ("close" if "close" in words and "adj" not in words else "adj_close")
    found = [
        Column(at, value, name.upper())
        for at, name in enumerate(table.header)
        if at != table.date_column and not table.counts(at) and table.numeric(at)
    ]
    if not found:
        raise Refused("no column beside the dates holds numbers", table.line + 1)
    return tuple(found)


def _paired(table: Table) -> tuple[Column, ...]:
    """Columns of fields by symbol: on two lines, as yfinance writes them, or in one name, as in "AAPL_Close"."""
    pairs = _on_two_lines(table)
    if not pairs:
        # A header that is a field as a whole ("Adj Close") has no symbol in it.
        pairs = [
            (at, *symbol_and_field(name))
            for at, name in enumerate(table.header)
            if at != table.date_column and not field_of(name)
        ]
    named = [(at, symbol, field) for at, symbol, field in pairs if symbol and field in NUMBERS]
    closes = [field for _, _, field in named if field in ("close", "adj_close")]
    if not closes or 2 * len(named) < len(table.header) - 1:
        return ()
    return tuple(Column(at, field, symbol.upper()) for at, symbol, field in named)


def _on_two_lines(table: Table) -> list[tuple[int, str, str]]:
    filled = [line for line in table.above if sum(bool(cell) for cell in line) > 1]
    if len(filled) < 2:
        return []
    for upper, lower in ((filled[-2], filled[-1]), (filled[-1], filled[-2])):  # either line may hold the fields
        if len(upper) == len(lower) and _all_fields(upper, table.date_column):
            return [(at, lower[at], field_of(upper[at])) for at in range(len(upper)) if at != table.date_column]
    return []


def _all_fields(line: Sequence[str], date_column: int) -> bool:
    cells = [cell for at, cell in enumerate(line) if at != date_column]
    return bool(cells) and all(field_of(cell) in (*PRICES, "volume", "dividends", "splits") for cell in cells)
