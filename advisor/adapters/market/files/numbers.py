"""Numbers as people and programs write them in files: "1,234.50", "1.234,50", "$12", "(3.1)", "1.2M", "4:1", "N/A"."""

from __future__ import annotations

import math
import re
from enum import Enum, auto
from typing import Literal

Decimal = Literal[".", ","]

# As whole cells, case aside; a dot is FRED's and Bloomberg's, "\N" a database's.
MISSING = frozenset(
    [
        *("", "-", "--", ".", "?", "null", "none", "nan", "na", "n/a", "n.a.", "nd", "\\n", "inf", "-inf", "infinity"),
        *("#n/a", "#n/a n/a", "#value!", "#ref!", "#div/0!", "<na>", "nil", "–", "—"),
    ]
)
_MONEY = re.compile(r"^(?:[$€£¥₹]|USD|EUR|GBP|INR|CHF|JPY)\s*|\s*(?:[$€£¥₹]|USD|EUR|GBP|INR|CHF|JPY|%)$")
_SPACED = re.compile(r"(?<=\d)['’\s](?=\d{3}(?!\d))")  # "1 234", "1'234"; \s has the narrow spaces of print as well
_POWERS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_SCALED = re.compile(r"(.*\d[.,]?)\s?([KMBT])", re.IGNORECASE)
# Groups of three, and of two before the last three as in India; a number that begins with 0 has no groups.
_WHOLE = r"(?:\d+|[1-9]\d{{0,2}}(?:{0}\d{{2,3}})*{0}\d{{3}})"
_NUMBER: dict[Decimal, re.Pattern[str]] = {
    ".": re.compile(r"[+-]?(?:" + _WHOLE.format(",") + r"(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?"),
    ",": re.compile(r"[+-]?(?:" + _WHOLE.format(r"\.") + r"(?:,\d*)?|,\d+)(?:[eE][+-]?\d{1,3})?"),
}
_OTHER: dict[Decimal, Decimal] = {".": ",", ",": "."}
_RATIO = re.compile(r"(\d+(?:\.\d+)?)\s*(?::|/|for|-for-)\s*(\d+(?:\.\d+)?)", re.IGNORECASE)


class Reading(Enum):
    """What a cell turned out to be."""

    NUMBER = auto()  # the same in both ways of writing, or only in the assumed one
    SURE = auto()  # a number in the assumed way of writing and in no other
    EITHER = auto()  # a number in both ways, and a different one: "1,234"
    OTHER = auto()  # a number only if comma and point change places
    MISSING = auto()
    TEXT = auto()


def read_number(text: str, decimal: Decimal) -> tuple[float, Reading]:
    """The number a cell stands for, where `decimal` parts the whole from the fraction; NaN if it is none or beyond 1e308."""
    cell = text.strip()
    if cell.casefold() in MISSING:
        return math.nan, Reading.MISSING
    sign, cell = (-1.0, cell[1:-1]) if cell.startswith("(") and cell.endswith(")") else (1.0, cell)
    cell = _MONEY.sub("", cell)
    scaled = _SCALED.fullmatch(cell)
    if scaled:
        cell, sign = scaled[1], sign * _POWERS[scaled[2].upper()]
    cell = _SPACED.sub("", cell)
    here = _NUMBER[decimal].fullmatch(cell) is not None
    there = _NUMBER[_OTHER[decimal]].fullmatch(cell) is not None
    if not here:
        return math.nan, Reading.OTHER if there else Reading.TEXT
    grouped = cell.replace(_OTHER[decimal], "")
    value = sign * float(grouped.replace(decimal, "."))
    if there:
        return _finite(value), Reading.EITHER if ("," in cell or "." in cell) else Reading.NUMBER
    return _finite(value), Reading.SURE


def read_ratio(text: str) -> float:
    """New shares per old one: 4.0 for "4:1", "4/1" and "4 for 1"; NaN for what is no ratio."""
    found = _RATIO.fullmatch(text.strip())
    return float(found[1]) / float(found[2]) if found and float(found[2]) else math.nan


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.nan
