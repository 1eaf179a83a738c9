"""Tables that break between rows, with their heads on every page, in columns as wide as their words need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from reportlab.platypus import LongTable, Paragraph

from advisor.domain.reply import Table
from advisor.replies.format import money, number, percent
from advisor.report import styles
from advisor.report.fonts import NORMAL, clean, width

_PAD = 4.0
_WIDEST = 0.62  # of the text: beyond that a cell is broken into lines
_LOOK = [
    ("FONTNAME", (0, 0), (-1, -1), NORMAL),  # else reportlab names a font that is not embedded
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LINEBELOW", (0, 0), (-1, 0), 0.8, styles.INK),
    ("LINEBELOW", (0, 1), (-1, -1), 0.4, styles.RULE),
    ("LEFTPADDING", (0, 0), (-1, -1), _PAD),
    ("RIGHTPADDING", (0, 0), (-1, -1), _PAD),
    ("TOPPADDING", (0, 0), (-1, -1), 2.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
]


def drawn(table: Table, locale: str, unknown: str) -> LongTable:
    """The table as a flowable over the width of the text; a cell without a value reads `unknown`."""
    heads = [clean(column.label) for column in table.columns]
    rows = [[clean(_words(row.get(c.id), c.type, locale, unknown)) for c in table.columns] for row in table.rows]
    right = [column.type != "text" for column in table.columns]
    cells = [_line(heads, right, styles.HEAD, styles.HEAD_FIGURE)]
    cells += [_line(row, right, styles.CELL, styles.FIGURE) for row in rows]
    made = LongTable(cells, colWidths=column_widths(heads, rows), repeatRows=1, splitInRow=1, spaceAfter=8)
    made.setStyle(_LOOK)
    return made


def column_widths(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Widths in points that sum to that of the text: each column gets what its longest cell needs, the widest ones give way.

    Where not all fit, the columns that need less than an equal part of what is left keep their need.
    """
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in heads]
    needs = [_need(head, cells) for head, cells in zip(heads, columns, strict=True)]
    if sum(needs) <= styles.TEXT_WIDTH:
        spare = (styles.TEXT_WIDTH - sum(needs)) / len(needs)
        return [need + spare for need in needs]
    widths = [0.0] * len(needs)
    left, open_columns = styles.TEXT_WIDTH, sorted(range(len(needs)), key=lambda i: needs[i])
    for rank, i in enumerate(open_columns):
        widths[i] = min(needs[i], left / (len(open_columns) - rank))
        left -= widths[i]
    return widths


def _need(head: str, cells: Sequence[str]) -> float:
    widest = max((width(words, styles.CELL_SIZE) for words in cells), default=0.0)
    # Heads may break between words, but no word of theirs is broken.
    longest = max((width(word, styles.CELL_SIZE, bold=True) for word in head.split()), default=0.0)
    return min(max(widest, longest) + 2 * _PAD + 1.0, _WIDEST * styles.TEXT_WIDTH)


def _line(cells: Sequence[str], right: Sequence[bool], left_style: Any, right_style: Any) -> list[Paragraph]:
    pairs = zip(cells, right, strict=True)
    return [Paragraph(escape(words), right_style if at_right else left_style) for words, at_right in pairs]


def _words(value: Any, kind: str, locale: str, unknown: str) -> str:
    """A cell as the reader's locale writes it."""
    if value is None:
        return unknown
    if isinstance(value, str):
        return value
    if kind == "money":
        return money(locale, value["amount"], value["currency"])
    return percent(locale, float(value), 1) if kind == "percent" else number(locale, float(value))
