"""Tables for a narrow screen: aligned columns where they fit, else one list line a row. Numbers in the reader's locale."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, format_decimal, format_percent

from advisor.domain.money import minor_digits
from advisor.domain.reply import Column, Table
from bot.richtext import Rich, Run, join, sendable

MAX_WIDTH = 34  # columns of a monospaced block that do not wrap on a small telephone
_ROWS_PER_BLOCK = 40
_UNKNOWN = "–"
_NUMERIC = ("money", "percent", "number")


def table_text(table: Table, locale: str) -> list[Rich]:
    """The table as pieces of text, each of which may stand in a message of its own. The first holds the caption."""
    reader = reader_locale(locale)
    cells = [_column_cells(table, column, reader) for column in table.columns]
    labels = [sendable(_heading(column)) for column in table.columns]
    widths = [max(map(_width, [label, *column])) for label, column in zip(labels, cells, strict=True)]
    caption: Rich = (Run(sendable(table.caption), "bold"),) if table.caption else ()
    rows = list(zip(*cells, strict=True))
    if not rows:
        return [caption] if caption else []
    if sum(widths) + 2 * (len(widths) - 1) <= MAX_WIDTH:
        right = [column.type in _NUMERIC for column in table.columns]
        pieces = _aligned(labels, rows, widths, right)
    else:
        pieces = _listed(labels, rows)
    return [join([caption, pieces[0]], "\n"), *pieces[1:]]


def reader_locale(tag: str) -> Locale:
    """The locale for a tag such as "en-GB" or "de_DE"; English where babel does not know it."""
    try:
        return Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _heading(column: Column) -> str:
    return f"{column.label} ({column.unit})" if column.unit else column.label


def _column_cells(table: Table, column: Column, reader: Locale) -> list[str]:
    values = [row.get(column.id) for row in table.rows]
    format_cell = _formatter(column, values, reader)
    return [_UNKNOWN if value is None else sendable(format_cell(value)).replace("\n", " ") for value in values]


def _formatter(column: Column, values: list[Any], reader: Locale) -> Callable[[Any], str]:
    """One precision for a whole column, so that its figures can be compared at a glance."""
    numbers = [number for value in values if (number := _number(value)) is not None]
    if column.type == "money":
        whole = all(number == number.to_integral_value() for number in numbers)
        return lambda value: _money(value, reader, whole=whole)
    if column.type == "percent":
        whole = all(abs(100 * number - (100 * number).to_integral_value()) < Decimal("1e-9") for number in numbers)
        return lambda value: _percent(value, reader, whole=whole)
    if column.type == "number":
        return lambda value: _plain_number(value, reader)
    return str


def _number(value: Any) -> Decimal | None:
    """The number in a cell, None for words and for what is not finite."""
    raw = value.get("amount") if isinstance(value, dict) else value
    if isinstance(raw, bool):
        return None
    try:
        number = Decimal(str(raw))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _money(value: Any, reader: Locale, *, whole: bool) -> str:
    number = _number(value)
    if number is None or not isinstance(value, dict):
        return str(value)
    currency = str(value.get("currency", ""))
    digits = 0 if whole else minor_digits(currency)
    pattern = reader.currency_formats["standard"].pattern.replace(".00", f".{'0' * digits}" if digits else "")
    return format_currency(number, currency, pattern, locale=reader, currency_digits=False)


def _percent(value: Any, reader: Locale, *, whole: bool) -> str:
    number = _number(value)
    if number is None:
        return str(value)
    pattern = reader.percent_formats[None].pattern
    return format_percent(number, pattern if whole else pattern.replace("##0", "##0.0"), reader)


def _plain_number(value: Any, reader: Locale) -> str:
    number = _number(value)
    return str(value) if number is None else format_decimal(round(number, 4), locale=reader)


def _aligned(labels: list[str], rows: list[tuple[str, ...]], widths: list[int], right: list[bool]) -> list[Rich]:
    def line(cells: tuple[str, ...]) -> str:
        padded = [
            (" " * (width - _width(cell)) + cell) if to_right else cell + " " * (width - _width(cell))
            for cell, width, to_right in zip(cells, widths, right, strict=True)
        ]
        return "  ".join(padded).rstrip()

    head = line(tuple(labels))
    pieces: list[Rich] = []
    for start in range(0, len(rows), _ROWS_PER_BLOCK):
        lines = [head, *(line(row) for row in rows[start : start + _ROWS_PER_BLOCK])]
        pieces.append((Run("\n".join(lines), "mono"),))
    return pieces


def _listed(labels: list[str], rows: list[tuple[str, ...]]) -> list[Rich]:
    """One line a row. What only tires in each is left out: the one label of a table of names and facts, which the caption
    explains; and a fact that is the same for all, which is said once below.
    """
    same = [len(rows) > 2 and len(set(column)) == 1 for column in zip(*rows, strict=True)][1:]
    lines: list[Rich] = []
    for first, *others in rows:
        said = [f"{label}: {cell}" for label, cell, shared in zip(labels[1:], others, same, strict=True) if not shared]
        facts = others[0] if len(others) == 1 else ", ".join(said)
        lines.append((Run("• "), Run(first or _UNKNOWN, "bold"), Run(f" – {facts}" if facts else "")))
    if len(same) > 1 and any(same):
        shared = [f"{label}: {cell}" for label, cell, once in zip(labels[1:], rows[0][1:], same, strict=True) if once]
        lines.append((Run(f"All of them – {', '.join(shared)}"),))
    return [join(lines[start : start + _ROWS_PER_BLOCK], "\n") for start in range(0, len(lines), _ROWS_PER_BLOCK)]


def _width(text: str) -> int:
    """Columns a text takes in a monospaced font: wide East Asian characters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
