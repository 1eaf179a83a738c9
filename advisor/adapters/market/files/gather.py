"""The cells of a file as columns of numbers, days and words, by pandas in pieces; for a helper process."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from advisor.adapters.market.files.layout import Column, Layout, Refused
from advisor.adapters.market.files.numbers import MISSING, Reading, read_number, read_ratio
from advisor.adapters.market.files.source import opened
from advisor.domain.market import Floats

if TYPE_CHECKING:
    import pandas as pd

_CELLS = 2_000_000  # of one piece
MAX_CELLS = 300_000_000  # of numbers in a file: 2.4 GB
_ABSENT = sorted({spelling for word in MISSING for spelling in (word, word.upper(), word.title())})
_TOO_MANY = re.compile(r"Expected (\d+) fields in line (\d+), saw (\d+)")


class OtherDecimal(Exception):
    """A cell shows that comma and point change places; it never leaves the reading of files."""


@dataclass
class Numbers:
    """One column of numbers in pieces, with what in it was none: how often, and the first time on which line."""

    column: Column
    pieces: list[Floats] = field(default_factory=list)
    bad: int = 0
    bad_line: int = 0
    bad_cell: str = ""
    either: str = ""

    def values(self) -> Floats:
        """The whole column (T,); the pieces are given up, so that it is in memory once."""
        whole = np.concatenate(self.pieces) if self.pieces else np.empty(0)
        self.pieces = [whole]
        return whole


@dataclass
class Words:
    """One column of words in pieces: `texts` are the different ones in the order in which they were met, `codes` their places."""

    places: dict[str, int] = field(default_factory=dict)
    pieces: list[NDArray[np.int32]] = field(default_factory=list)

    def add(self, column: pd.Series[Any]) -> None:
        """Take the next piece, a categorical column."""
        codes = column.cat.codes.to_numpy()
        texts = [str(text).strip() for text in column.cat.categories]
        # A column's categories are sorted; those met earlier in the file come first here.
        present, first = np.unique(codes, return_index=True)
        table = np.zeros(len(texts) + 1, np.int32)  # the last place is for code -1, an empty cell
        for code in present[np.argsort(first)]:
            table[code] = self.places.setdefault(texts[code] if code >= 0 else "", len(self.places))
        self.pieces.append(table[codes])

    @property
    def texts(self) -> list[str]:
        """The different texts, by place."""
        return list(self.places)

    def codes(self) -> NDArray[np.int32]:
        """The place of each row's text (T,)."""
        return np.concatenate(self.pieces) if self.pieces else np.empty(0, np.int32)


@dataclass
class Gathered:
    """A file's columns, row by row as they stand in it. The first row is on line `Layout.data_line`."""

    days: Words
    symbols: Words | None
    texts: dict[str, Words]
    numbers: list[Numbers]


def gather(path: Path, layout: Layout) -> Gathered:
    """All cells the layout names.

    Raises:
        Refused: with the line of what cannot be understood.
        OtherDecimal: if the layout was not sure how numbers are written, and they are written the other way.
        Changed, UnicodeDecodeError, OSError: as `opened`.
    """
    found = Gathered(
        days=Words(),
        symbols=None if layout.symbol is None else Words(),
        texts={name: Words() for name in layout.texts},
        numbers=[Numbers(column) for column in layout.columns],
    )
    line = layout.data_line
    with closing(_pieces(path, layout)) as pieces:
        for piece in pieces:
            _add_piece(found, piece, layout, line)
            line += len(piece)
            if (line - layout.data_line) * len(found.numbers) > MAX_CELLS:
                raise Refused(f"it holds more than {MAX_CELLS:,} numbers")
    return found


def _add_piece(found: Gathered, piece: pd.DataFrame, layout: Layout, line: int) -> None:
    found.days.add(piece[layout.date_column])
    if found.symbols is not None:
        found.symbols.add(piece[layout.symbol])
    for name, words in found.texts.items():
        words.add(piece[layout.texts[name]])
    for numbers in found.numbers:
        _add(numbers, piece[numbers.column.position], layout, line)


def _pieces(path: Path, layout: Layout) -> Generator[pd.DataFrame, None, None]:
    import pandas as pd  # noqa: PLC0415 60 MB: only the helper process pays for it

    width = len(layout.header)
    numeric = {column.position for column in layout.columns}
    options: dict[str, Any] = {
        "sep": layout.separator,
        "decimal": layout.decimal,
        "header": None,
        "names": range(width),
        # Columns that are not used are read all the same: without them a line with too many cells would pass unnoticed.
        "dtype": {at: "category" for at in range(width) if at not in numeric},
        "na_values": dict.fromkeys(numeric, _ABSENT),
        "keep_default_na": False,
        "index_col": False,
        "skip_blank_lines": False,  # so that rows and lines can be counted together
        "skipinitialspace": True,
        "low_memory": False,
        "chunksize": max(1000, _CELLS // width),
    }
    with opened(path, layout.encoding) as text:
        for _ in range(layout.data_line - 1):
            text.readline()
        try:
            yield from pd.read_csv(text, **options)
        except pd.errors.EmptyDataError as fault:
            raise Refused("there is a line with names and nothing below it", layout.data_line - 1) from fault
        except pd.errors.ParserError as fault:
            parts = _TOO_MANY.search(str(fault))
            if parts:
                line = int(parts[2]) + layout.data_line - 1
                raise Refused(f"{parts[3]} cells where {parts[1]} are expected", line) from fault
            raise Refused("a quotation mark is opened and never closed") from fault


def _add(numbers: Numbers, column: pd.Series[Any], layout: Layout, line: int) -> None:
    if column.dtype.kind in "iuf":
        values = column.to_numpy(np.float64)
        if not np.isfinite(values).all():
            values = np.where(np.isfinite(values), values, np.nan)  # 1e400 is no price
        numbers.pieces.append(values)
        return
    codes, texts = column.factorize()
    cells = [str(text) for text in texts]
    read = [read_number(cell, layout.decimal) for cell in cells]
    table = np.array([value for value, _ in read] + [np.nan])  # the last place is for code -1, a missing value
    kinds = [kind for _, kind in read]
    if Reading.OTHER in kinds and not layout.decimal_sure:
        raise OtherDecimal
    if numbers.column.field == "splits":
        _read_ratios(cells, table, kinds)
    numbers.either = numbers.either or _first(cells, lambda at: kinds[at] is Reading.EITHER and "," in cells[at])
    wrong = np.array([kind in (Reading.TEXT, Reading.OTHER) for kind in kinds] + [False])
    rows = np.flatnonzero(wrong[codes])
    if len(rows) and not numbers.bad:
        numbers.bad_line, numbers.bad_cell = line + int(rows[0]), cells[codes[rows[0]]]
    numbers.bad += len(rows)
    numbers.pieces.append(table[codes])


def _read_ratios(cells: Sequence[str], table: Floats, kinds: list[Reading]) -> None:
    for at, cell in enumerate(cells):
        ratio = read_ratio(cell)
        if np.isfinite(ratio):
            table[at], kinds[at] = ratio, Reading.NUMBER


def _first(cells: Sequence[str], wanted: Callable[[int], bool]) -> str:
    return next((cell for at, cell in enumerate(cells) if wanted(at)), "")
