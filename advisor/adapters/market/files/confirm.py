"""The present guess of a folder's layout as a `layout.yaml` that an operator reads, corrects and keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from advisor.adapters.market.files.folder import Contents, ReadFile
from advisor.adapters.market.files.layout import LAYOUT_FILE, FolderRules, Form, Layout
from advisor.adapters.market.files.names import NUMBERS
from advisor.domain.errors import Conflict, SourceUnavailable

_TOP = """\
# How the files in this folder are read. Everything here may be changed; what is left out is guessed.
# The next look at the folder follows this file. A mistake in it is reported, and nothing is read until it is mended.
#
# currency: ISO code of every symbol for which nothing else is known (GBp stands for pence)
"""
_FILES = """
# form: wide (a column per symbol), long (a row per symbol and day) or single (one symbol, named under "symbol")
# separator: the character between columns; decimal: "." or ","; encoding: as Python calls it
# date: the header of the dates; dates: "day first" or "month first" for dates such as 3/4/2014
# symbol: the header of the symbols in a long file
# values: what the numbers of a wide file are, adj_close (dividends included) or close
# columns: the header of each field, of open, high, low, close, adj_close, volume, dividends, splits, currency, name, isin;
#   in a wide file the header of each symbol that is to be read
# skip: true leaves the file out
"""
_SYMBOLS = """
# For each symbol: name, kind (stock, etf, fund, index, currency, commodity, rate, crypto, other), currency, exchange (a calendar's
# code, XNYS), isin, sector, and asset_class for funds in plans: us_equity, developed_equity, emerging_equity, treasury_short,
# treasury_medium, treasury_long, tips, credit, gold, commodities, real_estate, cash
"""


def layout_text(files: Sequence[ReadFile], contents: Contents, rules: FolderRules) -> str:
    """The folder's layout as YAML with comments; reading it back gives the same prices."""
    lines = [_TOP, _line("currency", rules.currency or "USD").removeprefix("  "), _FILES, "files:"]
    for file in sorted(files, key=lambda item: item.outcome.file):
        layout = file.outcome.layout
        if layout is None:
            lines += [f"  # {file.outcome.refusal}", _line(file.outcome.file, _said(rules, file.outcome.file))]
            continue
        lines.append(f"  # {layout.describe()}")
        lines += [f"  # {note}" for note in file.outcome.notes]
        lines.append(_line(layout.file, _said(rules, layout.file) | _file(layout)))
    skipped = sorted(name for name, rule in rules.files.items() if rule.skip)
    lines += [_line(name, {"skip": True}) for name in skipped]
    lines += [_SYMBOLS, "symbols:"]
    for symbol, holding in sorted(contents.holdings.items()):
        lines.append(_line(symbol, _symbol(symbol, holding.known.record.currency, rules)))
    return "\n".join(lines) + "\n"


def write(folder: Path, text: str, *, replace: bool) -> Path:
    """Put the text into the folder in one step, so that nobody reads half of it.

    Raises:
        Conflict: if there is such a file already and it is not to be replaced: it may be an operator's work.
        SourceUnavailable: if it cannot be written.
    """
    path = folder / LAYOUT_FILE
    if path.exists() and not replace:
        raise Conflict(f"There is a {LAYOUT_FILE} already. Ask for it to be replaced if its changes may be lost.")
    draft = folder / f".{LAYOUT_FILE}.draft"
    try:
        draft.write_text(text, "utf-8")
        draft.replace(path)
    except OSError as fault:
        raise SourceUnavailable(f"{LAYOUT_FILE} cannot be written into the folder of price files.") from fault
    return path


def _file(layout: Layout) -> dict[str, Any]:
    found: dict[str, Any] = {
        "form": layout.form.value,
        "separator": layout.separator,
        "encoding": layout.encoding,
        "decimal": layout.decimal,
    }
    if layout.header[layout.date_column]:
        found["date"] = layout.header[layout.date_column]
    if layout.dates is not None:
        found["dates"] = layout.dates.value
    if layout.form is Form.WIDE:
        return found | ({"values": layout.fields[0]} if len(layout.fields) == 1 else {})
    found["symbol"] = layout.single_symbol if layout.symbol is None else layout.header[layout.symbol]
    places = {column.field: column.position for column in layout.columns if column.field in NUMBERS} | dict(
        layout.texts
    )
    return found | {"columns": {field: layout.header[at] for field, at in places.items()}}


def _said(rules: FolderRules, file: str) -> dict[str, Any]:
    """What an operator has written of a file, kept as it is."""
    return rules.files[file].model_dump(mode="json", exclude_unset=True) if file in rules.files else {}


def _symbol(symbol: str, currency: str, rules: FolderRules) -> dict[str, Any]:
    said = rules.symbols[symbol].model_dump(mode="json", exclude_unset=True) if symbol in rules.symbols else {}
    return {"currency": currency} | said


def _line(key: str, value: Mapping[str, Any] | str) -> str:
    """`key: value` on one line, quoted where YAML needs it."""
    content: Any = dict(value) if isinstance(value, Mapping) else value
    text = yaml.safe_dump({key: content}, default_flow_style=True, allow_unicode=True, width=10**9, sort_keys=False)
    return "  " + text.strip()[1:-1]
