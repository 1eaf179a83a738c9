"""What a folder of files holds at the moment: which files are new, what each of them gave, and which file serves which symbol."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from advisor.adapters.market.files.layout import LAYOUT_FILE, FileRules, FolderRules
from advisor.adapters.market.files.read import Outcome
from advisor.adapters.market.files.records import Known, known_of
from advisor.adapters.market.files.source import Signature, signature
from advisor.adapters.market.files.table import Span
from advisor.domain.errors import SourceUnavailable

_ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
MAX_FILES = 20_000
_SHOWN = 5


@dataclass(frozen=True)
class ReadFile:
    """A file that was read: as which version, when, where its rows are stored, and with what outcome."""

    version: Signature
    read_at: datetime
    stored: Path
    outcome: Outcome


@dataclass(frozen=True)
class Holding:
    """A symbol with the file that serves it."""

    file: ReadFile
    span: Span
    known: Known


@dataclass(frozen=True)
class Contents:
    """Everything the folder serves, by symbol, with the sentences an operator should read."""

    holdings: Mapping[str, Holding]
    notes: tuple[str, ...]
    refusals: tuple[str, ...]


def modified(folder: Path) -> datetime | None:
    """When anything in the folder changed last, files that came or went included; None if the folder cannot be looked at."""
    try:
        newest = max([folder.stat().st_mtime_ns, *(item.modified for item in scan(folder).values())])
    except (OSError, SourceUnavailable):
        return None
    return datetime.fromtimestamp(newest / 1e9, UTC)


def scan(folder: Path) -> dict[str, Signature]:
    """Versions of the files of prices in the folder, and of `layout.yaml`, by name. Hidden files and folders in it do not count.

    Raises:
        SourceUnavailable: if the folder is gone or cannot be read.
    """
    found: dict[str, Signature] = {}
    try:
        for path in folder.iterdir():
            name = path.name
            if name != LAYOUT_FILE and (name.startswith((".", "~")) or not name.casefold().endswith(_ENDINGS)):
                continue
            try:
                if path.is_file():
                    found[name] = signature(path.stat())
            except FileNotFoundError:  # taken away in this moment: the next look will not see it
                continue
    except OSError as fault:
        raise SourceUnavailable("The folder of price files (CSV_DIR) cannot be read.") from fault
    if len(found) > MAX_FILES:
        raise SourceUnavailable(f"The folder of price files holds more than {MAX_FILES:,} files.")
    return found


def contents(files: Iterable[ReadFile], rules: FolderRules) -> Contents:
    """Which file serves which symbol: of several the one with more days, then the later end, then more fields."""
    holdings: dict[str, Holding] = {}
    beaten: dict[tuple[str, str], list[str]] = defaultdict(list)
    notes: list[str] = []
    refusals: list[str] = []
    for file in sorted(files, key=lambda item: item.outcome.file):
        outcome = file.outcome
        notes += outcome.notes
        refusals += [outcome.refusal] if outcome.refusal else []
        file_rules = rules.files.get(outcome.file, FileRules())
        for span in outcome.spans:
            mine = Holding(file, span, known_of(span, rules, file_rules.currency))
            other = holdings.get(span.symbol)
            if other is None or _longer(mine, other):
                holdings[span.symbol] = mine
            if other is not None:
                winner, loser = (mine, other) if holdings[span.symbol] is mine else (other, mine)
                beaten[winner.file.outcome.file, loser.file.outcome.file].append(span.symbol)
    notes += [
        f"{_some(symbols)}: {winner} is used and {loser} is not, whose history is shorter or holds less."
        for (winner, loser), symbols in beaten.items()
    ]
    return Contents(holdings, (*notes, *_currency_notes(holdings)), tuple(refusals))


def _longer(mine: Holding, other: Holding) -> bool:
    return _worth(mine) > _worth(other)


def _worth(holding: Holding) -> tuple[int, date, int]:
    layout = holding.file.outcome.layout
    return holding.span.stop - holding.span.start, holding.span.last, len(layout.fields) if layout else 0


def _currency_notes(holdings: Mapping[str, Holding]) -> list[str]:
    """Which currencies were guessed."""
    unsaid: list[str] = []
    by_ending: dict[tuple[str, str], list[str]] = defaultdict(list)
    for symbol, holding in holdings.items():
        if holding.known.guessed == "none":
            unsaid.append(symbol)
        elif holding.known.guessed == "ending":
            by_ending[symbol.rpartition(".")[2], holding.known.record.currency].append(symbol)
    notes = [f"{_some(unsaid)}: no currency is stated, so US dollars (USD) are assumed."] if unsaid else []
    for (ending, currency), symbols in by_ending.items():
        note = f"{_some(symbols)}: taken to be in {currency} because of the ending .{ending}."
        if ending == "L":
            note += f" If these prices are in pence, write currency: GBp into {LAYOUT_FILE}."
        notes.append(note)
    return notes


def _some(symbols: Sequence[str]) -> str:
    shown = ", ".join(symbols[:_SHOWN])
    return shown if len(symbols) <= _SHOWN else f"{shown} and {len(symbols) - _SHOWN} more"
