"""Reading files of prices, in a helper process: what comes back is a file's layout and where each symbol is stored, or why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from advisor.adapters.market.files.dates import read_days
from advisor.adapters.market.files.gather import Gathered, Numbers, OtherDecimal, gather
from advisor.adapters.market.files.guess import guess
from advisor.adapters.market.files.layout import FileRules, Form, Layout, Refused
from advisor.adapters.market.files.source import FALLBACK, Changed, head_of
from advisor.adapters.market.files.table import Rows, Span, from_long, from_wide, store, tomorrow, until
from advisor.domain.market import Dates, Floats

_BAD_SHARE = (
    0.01  # of a column's cells that may be no numbers; more, and the column is something else than it was taken for
)
_FOOTER = 20  # lines after the data that may hold words ("Source: ...")
_ATTEMPTS = 3


@dataclass(frozen=True)
class Job:
    """A file to be read. `stored` is where its rows are to be written; `today` bounds the days that a price may have."""

    path: Path
    stored: Path
    rules: FileRules
    today: date


@dataclass(frozen=True)
class Outcome:
    """What became of a file: its layout and symbols, or the `refusal` as a sentence, or neither if it was being replaced.

    `unsettled`: the next try may end otherwise although the file stays the same.
    """

    file: str
    layout: Layout | None = None
    spans: tuple[Span, ...] = ()
    notes: tuple[str, ...] = ()
    refusal: str = ""
    unsettled: bool = False


def read_files(jobs: Sequence[Job]) -> list[Outcome]:
    """Each file with its outcome; nothing is raised for what a file holds."""
    return [_outcome(job) for job in jobs]


def _outcome(job: Job) -> Outcome:
    file = job.path.name
    for _ in range(_ATTEMPTS):
        try:
            return _read(job)
        except (Changed, FileNotFoundError):
            continue
        except Refused as refusal:
            place = f"{file}, line {refusal.line}" if refusal.line else file
            return Outcome(file, refusal=f"{place}: {refusal.reason}.")
        except OSError as fault:
            return Outcome(file, refusal=f"{file} cannot be read ({type(fault).__name__}).", unsettled=True)
        except (LookupError, UnicodeError):
            return Outcome(file, refusal=f"{file} is not in the encoding that layout.yaml names.")
    return Outcome(file, unsettled=True)


def _read(job: Job) -> Outcome:
    head, encoding = head_of(job.path, job.rules.encoding)
    layout = guess(job.path.name, head, job.rules, encoding)
    for _ in range(_ATTEMPTS):
        try:
            gathered = gather(job.path, layout)
            break
        except OtherDecimal:
            layout = replace(layout, decimal="," if layout.decimal == "." else ".", decimal_sure=True)
        except UnicodeDecodeError:
            if job.rules.encoding or layout.encoding == FALLBACK:
                raise
            layout = replace(layout, encoding=FALLBACK)
    else:
        raise Refused("numbers are written in several ways")
    return _finish(job, layout, gathered)


def _finish(job: Job, layout: Layout, gathered: Gathered) -> Outcome:
    days, present, layout, notes = _days(gathered, layout)
    notes += _ambiguous_numbers(layout, gathered.numbers)
    if layout.form is Form.WIDE:
        columns = []
        for numbers in gathered.numbers:
            told = _wide_fault(numbers)
            notes += told
            if not told or not told[-1].endswith("left out"):
                columns.append((numbers.column.symbol, numbers.column.field, numbers.values()[present]))
        if not columns:
            raise Refused("no column beside the dates holds numbers", layout.data_line)
        rows, more = from_wide(days, columns)
        texts: Mapping[str, Mapping[str, str]] = {}
    else:
        notes += [note for numbers in gathered.numbers for note in _fault(numbers)]
        rows, more, texts = _long(layout, gathered, days, present)
    notes += more
    rows, more = until(rows, tomorrow(job.today))
    spans, none = store(rows, job.stored, texts)
    notes += [*more, *none]
    if not spans:
        raise Refused("it holds no price on any day")
    layout = _measured(layout, rows, spans)
    return Outcome(job.path.name, layout, spans, tuple(f"{job.path.name}: {note}." for note in notes))


def _measured(layout: Layout, rows: Rows, spans: Sequence[Span]) -> Layout:
    first, last = min(span.first for span in spans), max(span.last for span in spans)
    return replace(layout, symbols=len(spans), rows=len(rows.days), first=first, last=last)


def _days(gathered: Gathered, layout: Layout) -> tuple[Dates, NDArray[np.intp], Layout, list[str]]:
    """The day of each row that has one, which rows these are, the layout with the order of day and month, and notes.

    Raises:
        Refused: with the line of a date that cannot be read, or that contradicts the others.
    """
    texts = gathered.days.texts
    filled = [at for at, text in enumerate(texts) if text]
    read = read_days([texts[at] for at in filled], layout.dates, seconds=layout.epoch)
    table = np.full(len(texts), np.datetime64("NaT"), "datetime64[D]")
    table[filled] = read.days
    codes = gathered.days.codes()
    days = table[codes]
    present = np.flatnonzero(~np.isnat(days))
    if not len(present):
        raise Refused("no column holds dates that can be read", layout.data_line)
    notes = []
    if read.against:
        line = layout.data_line + int(np.argmax(codes == texts.index(read.against)))
        raise Refused(f'"{read.against}" cannot be read with the {read.order} as other dates are', line)
    unread = np.flatnonzero(np.isnat(days) & (codes != gathered.days.places.get("", -1)))
    if len(unread):
        text, line = texts[codes[unread[0]]], layout.data_line + int(unread[0])
        if unread[0] < present[-1] or len(unread) > _FOOTER:
            raise Refused(f'"{text[:40]}" is no date', line)
        notes.append(f"line {line} and what follows is no data and is left out")
    if read.undecided and read.order is not None and layout.dates is None:
        notes.append(f"every date could be read in two ways; they are read with the {read.order}")
    return days[present], present, replace(layout, dates=read.order), notes


def _long(
    layout: Layout, gathered: Gathered, days: Dates, present: NDArray[np.intp]
) -> tuple[Rows, list[str], dict[str, dict[str, str]]]:
    fields = {numbers.column.field: numbers.values()[present] for numbers in gathered.numbers}
    if gathered.symbols is None:
        symbols, codes = [layout.single_symbol], np.zeros(len(days), np.int32)
    else:
        symbols, codes = [text.upper() for text in gathered.symbols.texts], gathered.symbols.codes()[present]
    notes: list[str] = []
    if "" in symbols:
        named = codes != symbols.index("")
        notes.append(f"{int(np.count_nonzero(~named)):,} rows without a symbol are left out")
        codes, days, present = codes[named], days[named], present[named]
        fields = {name: values[named] for name, values in fields.items()}
    texts: dict[str, dict[str, str]] = {}
    for name, words in gathered.texts.items():
        told = words.texts
        # Each pair once; of several words for one symbol the one met last.
        pairs = np.unique(np.stack([codes, words.codes()[present]]), axis=1)
        for code, place in pairs.T.tolist():
            if told[place]:
                texts.setdefault(symbols[code], {})[name] = told[place]
    rows, more = from_long(symbols, codes, days, _closes_first(fields))
    return rows, notes + more, texts


def _closes_first(fields: dict[str, Floats]) -> dict[str, Floats]:
    """A column of closes that is empty throughout is no column of closes."""
    return {name: values for name, values in fields.items() if name != "close" or np.isfinite(values).any()}


def _ambiguous_numbers(layout: Layout, numbers: Sequence[Numbers]) -> list[str]:
    cell = next((column.either for column in numbers if column.either), "")
    if not cell or layout.decimal_sure:
        return []
    taken = "a decimal comma" if layout.decimal == "," else "thousands"
    return [f'"{cell}" could be read in two ways; its comma is taken for {taken}']


def _wide_fault(numbers: Numbers) -> list[str]:
    """A column of words among columns of prices is left out; a few words among prices are missing values."""
    known = int(np.count_nonzero(np.isfinite(numbers.values())))
    if numbers.bad > known:
        return [f'column {numbers.column.symbol} holds words such as "{numbers.bad_cell[:40]}" and is left out']
    return _fault(numbers)


def _fault(numbers: Numbers) -> list[str]:
    """A note on a few cells that are no numbers.

    Raises:
        Refused: if they are too many for a column of prices.
    """
    if not numbers.bad:
        return []
    column = numbers.column.symbol or numbers.column.field.replace("_", " ")
    cell = numbers.bad_cell[:40]
    if numbers.bad > _BAD_SHARE * len(numbers.values()) and numbers.column.field not in (
        "volume",
        "dividends",
        "splits",
    ):
        raise Refused(f'"{cell}" in the column {column} is no number', numbers.bad_line)
    count = "it counts" if numbers.bad == 1 else f"it and {numbers.bad - 1} others like it count"
    return [f'line {numbers.bad_line}, column {column}: "{cell}" is no number; {count} as missing']
