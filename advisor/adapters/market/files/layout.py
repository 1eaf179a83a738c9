"""How a file of prices is laid out: the guess in words, and `layout.yaml`, by which an operator corrects and confirms it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from advisor.adapters.market.files.dates import DateOrder
from advisor.adapters.market.files.numbers import Decimal
from advisor.adapters.market.packaged import parsed
from advisor.domain.bars import InstrumentKind
from advisor.domain.errors import SourceUnavailable
from advisor.domain.market import AssetClass

LAYOUT_FILE = "layout.yaml"
_LARGEST_RULES = 5_000_000  # bytes; half a million lines written by hand or by `write_layout`
_WORDS = {"adj_close": "adjusted closes", "close": "closes"}


class Form(StrEnum):
    """How symbols are spread over a file."""

    WIDE = "wide"  # a column of days, then a column for each symbol
    LONG = "long"  # a row for each symbol and day
    SINGLE = "single"  # one symbol, named by the file


class Refused(Exception):
    """A file that cannot be understood; it never leaves the reading of files. `line` counts from 1, None for the whole file."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason, line)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class Column:
    """One column of numbers: its place counted from 0, the field it holds ("close"), and in wide files its symbol."""

    position: int
    field: str
    symbol: str = ""


@dataclass(frozen=True)
class Layout:
    """What a file is taken for. Positions of columns count from 0, lines from 1.

    `texts` are the columns of words in long and single files: currency, name, isin. `decimal_sure` says that a cell decided
    how numbers are written. `symbols`, `rows`, `first` and `last` are what was found by reading it.
    """

    file: str
    form: Form
    separator: str
    encoding: str
    decimal: Decimal
    decimal_sure: bool
    header: tuple[str, ...]
    data_line: int
    date_column: int
    columns: tuple[Column, ...]
    symbol: int | None = None
    texts: Mapping[str, int] = field(default_factory=dict)
    single_symbol: str = ""
    dates: DateOrder | None = None
    epoch: bool = False
    symbols: int = 0
    rows: int = 0
    first: date | None = None
    last: date | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """Which fields of a bar the file has."""
        return tuple(dict.fromkeys(column.field for column in self.columns))

    def describe(self) -> str:
        """The layout in one line, for the operator who confirms it."""
        held = f"{self.symbols:,} symbol{'' if self.symbols == 1 else 's'}"
        if self.form is Form.SINGLE:
            held = f"prices of {self.single_symbol}"
        span = f"dates {self.first} to {self.last}" if self.first else "no dates"
        if len(self.fields) == 1:
            taken = f"values taken as {_WORDS.get(self.fields[0], self.fields[0])}"
        else:
            taken = "with " + ", ".join(name.replace("_", " ") for name in self.fields)
        details = [f"{self.file}: {self.form.value}", held, span, taken]
        if self.dates is not None:
            details.append(f"the {self.dates.value} in dates")
        if self.decimal == ",":
            details.append("decimal comma")
        return ", ".join(details)


class _Strict(BaseModel):
    """A misspelt key is an error: a rule that is silently not followed would be worse than none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FileRules(_Strict):
    """What `layout.yaml` fixes for one file; what is absent is guessed.

    `columns` gives the header of each field in long and single files, and of each symbol in wide ones.
    """

    skip: bool = False
    form: Form | None = None
    separator: Literal[",", ";", "\t", "|"] | None = None
    encoding: str | None = None
    decimal: Decimal | None = None
    date: str | None = None
    dates: DateOrder | None = None
    symbol: str | None = None
    values: Literal["close", "adj_close"] | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    currency: str | None = None


class SymbolRules(_Strict):
    """What `layout.yaml` says of one symbol."""

    name: str = ""
    kind: InstrumentKind | None = None
    asset_class: AssetClass | None = None
    currency: str | None = None
    exchange: str = ""
    isin: str = ""
    sector: str = ""


class FolderRules(_Strict):
    """The whole of `layout.yaml`. `currency` is that of every symbol for which nothing else is known."""

    currency: str | None = None
    files: dict[str, FileRules] = Field(default_factory=dict)
    symbols: dict[str, SymbolRules] = Field(default_factory=dict)


def read_rules(path: Path) -> FolderRules:
    """The folder's `layout.yaml`; without one, rules that fix nothing. Symbols become upper case.

    Raises:
        SourceUnavailable: naming what is wrong, if the file cannot be followed. Guessing instead could mistake every price.
    """
    try:
        if path.stat().st_size > _LARGEST_RULES:
            raise SourceUnavailable(f"{LAYOUT_FILE} is too large to be read.")
        raw: Any = parsed(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return FolderRules()
    except (OSError, UnicodeDecodeError) as fault:
        raise SourceUnavailable(f"{LAYOUT_FILE} cannot be read as UTF-8 text.") from fault
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise SourceUnavailable(f"{LAYOUT_FILE}{where}: this is not valid YAML.") from fault
    try:
        rules = FolderRules.model_validate(raw or {})
    except ValidationError as fault:
        first = fault.errors()[0]
        place = " > ".join(str(part) for part in first["loc"]) or "the file"
        raise SourceUnavailable(f"{LAYOUT_FILE}: {place}: {first['msg']}.") from fault
    return rules.model_copy(update={"symbols": {key.upper(): value for key, value in rules.symbols.items()}})
