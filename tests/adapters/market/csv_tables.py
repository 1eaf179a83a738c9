"""Tables of prices written in every way people write them, and the shortest way to read one back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from advisor.adapters.market.files.layout import FileRules
from advisor.adapters.market.files.read import Job, Outcome, read_files
from advisor.adapters.market.files.table import load
from advisor.domain.market import Dates, Floats

TODAY = date(2024, 6, 14)
DATES: Mapping[str, Callable[[date], str]] = {
    "iso": lambda day: day.isoformat(),
    "iso with time and zone": lambda day: f"{day.isoformat()} 00:00:00-05:00",
    "iso in UTC": lambda day: f"{day.isoformat()}T21:00:00Z",
    "compact": lambda day: f"{day:%Y%m%d}",
    "day first": lambda day: f"{day:%d/%m/%Y}",
    "day first with dots": lambda day: f"{day.day}.{day.month}.{day.year}",
    "month first": lambda day: f"{day:%m/%d/%Y}",
    "month first, two figures": lambda day: f"{day.month}/{day.day}/{day:%y}",
    "named": lambda day: f"{day:%b %d, %Y}",
    "named day first": lambda day: f"{day:%d-%b-%Y}",
}


@dataclass(frozen=True)
class Style:
    """How numbers and cells are written."""

    separator: str = ","
    decimal: str = "."
    grouped: bool = False
    money: str = ""
    missing: str = ""
    date: str = "iso"

    def day(self, day: date) -> str:
        return DATES[self.date](day)

    def number(self, value: float) -> str:
        if not np.isfinite(value):
            return self.missing
        text = f"{value:,.4f}" if self.grouped else repr(float(value))
        if self.decimal == ",":
            text = text.translate(str.maketrans(",.", ".,"))
        return self.money + text


def table(rows: list[list[str]], separator: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


def read(path: Path, rules: FileRules | None = None) -> Outcome:
    """The file's outcome; its rows are stored beside it."""
    return read_files([Job(path, path.with_name("stored.npy"), rules or FileRules(), TODAY)])[0]


def stored(path: Path, outcome: Outcome) -> dict[str, tuple[Dates, dict[str, Floats]]]:
    """Days and fields by symbol."""
    assert outcome.refusal == ""
    return {span.symbol: load(path.with_name("stored.npy"), span) for span in outcome.spans}
