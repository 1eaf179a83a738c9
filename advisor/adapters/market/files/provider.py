"""A folder of files as a provider: whatever tables of prices an operator has, read as they are."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import BrokenExecutor
from datetime import date, datetime
from itertools import count
from pathlib import Path

import numpy as np

from advisor.adapters.market.files.bars import bars_of, last_quote
from advisor.adapters.market.files.confirm import layout_text, write
from advisor.adapters.market.files.folder import Contents, Holding, ReadFile, contents, scan
from advisor.adapters.market.files.layout import LAYOUT_FILE, FileRules, FolderRules, Layout, read_rules
from advisor.adapters.market.files.read import Job, Outcome, read_files
from advisor.adapters.market.files.records import BILLS, SOURCE, TEN_YEARS
from advisor.adapters.market.files.source import Signature
from advisor.adapters.market.naming import Candidates, rank
from advisor.domain.bars import Bars, Fact, InstrumentRecord, Quote
from advisor.domain.errors import (
    MarketDataError,
    NotEnoughHistory,
    NotOffered,
    SmartInvestError,
    SourceUnavailable,
    UnknownSymbol,
)
from advisor.ports.system import Clock, Offload

_BATCH_BYTES = (
    64_000_000  # of files read in one call of the helper: enough to be quick, few enough to let others in between
)
_BATCH_FILES = 200
_SHOWN_FILES = 10  # of a folder with a file for each symbol, the first tell how all of them are read


class CsvProvider:
    """The provider port over a folder of .csv, .tsv and packed files, one symbol a column, a row or a file.

    The folder is looked at on every call; files whose time or size changed are read again, in a helper process, and their rows
    stored under `cache_dir` (the system's folder for temporary files by default), so that this process holds the list of
    symbols and what it is asked for. How files were understood is in `describe`; `layout.yaml` in the folder corrects it.
    """

    name = SOURCE
    batch = 200

    def __init__(self, folder: Path, offload: Offload, clock: Clock, *, cache_dir: Path | None = None) -> None:
        self._folder = folder
        self._offload = offload
        self._clock = clock
        self._cache_dir = cache_dir
        self._store: Path | None = None
        self._number = count()
        self._lock = asyncio.Lock()
        self._files: dict[str, ReadFile] = {}
        self._seen: dict[str, Signature] = {}
        self._rules = FolderRules()
        self._contents = Contents({}, (), ())
        self._candidates: Candidates | None = None

    async def history(self, symbols: Sequence[str], start: date, end: date) -> Mapping[str, Bars | MarketDataError]:
        """Daily bars from `start` to `end`, an outcome for every symbol. Bars of a session that is not over are left out.

        Raises:
            SourceUnavailable: if the folder cannot be read, or nothing in it can.
        """
        async with self._lock:
            await self._refresh()
            self._require()
            return await self._offload.thread(self._outcomes, tuple(symbols), start, end)

    async def quote(self, symbol: str) -> Quote:
        """The last close, at the end of its session.

        Raises:
            UnknownSymbol: if no file has it.
            SourceUnavailable: as `history`.
        """
        found = (await self.history((symbol,), date.min, date.max))[symbol]
        if isinstance(found, MarketDataError):
            raise found
        return last_quote(found)

    async def search(self, text: str, limit: int = 10) -> tuple[InstrumentRecord, ...]:
        """By symbol, name or ISIN, misspelt or not."""
        async with self._lock:
            await self._refresh()
            if self._candidates is None:
                self._candidates = Candidates((item.known.record, ()) for item in self._contents.holdings.values())
            return rank(text, self._candidates, limit)

    async def facts(self, symbol: str) -> tuple[Fact, ...]:
        """Never.

        Raises:
            NotOffered: always; the folder holds prices only.
        """
        raise NotOffered(f"The folder of files holds prices only, no financial statements of {symbol}.")

    async def symbols(self) -> tuple[InstrumentRecord, ...]:
        """Everything the folder holds, by symbol: all of it is to be stored.

        Raises:
            SourceUnavailable: as `history`.
        """
        async with self._lock:
            await self._refresh()
            self._require()
            return tuple(item.known.record for _, item in sorted(self._contents.holdings.items()))

    async def rates(self) -> Mapping[str, str]:
        """The symbols of the yields in percent of 3-month bills ("bill") and 10-year Treasuries ("ten_year"), if there are."""
        held = {record.symbol for record in await self.symbols()}
        known = {"bill": BILLS, "ten_year": TEN_YEARS}
        found = {what: next((name for name in names if name in held), "") for what, names in known.items()}
        return {what: symbol for what, symbol in found.items() if symbol}

    async def layouts(self) -> tuple[Layout, ...]:
        """How each file that could be read was understood, by name."""
        async with self._lock:
            await self._refresh()
            return self._layouts()

    async def describe(self) -> tuple[str, ...]:
        """How the files were understood, what was decided on the way, and which could not be read and why: a sentence each.

        Of many files the first are described.
        """
        async with self._lock:
            await self._refresh()
            described = [f"{layout.describe()}." for layout in self._layouts()]
            if len(described) > _SHOWN_FILES:
                described[_SHOWN_FILES:] = [f"And {len(described) - _SHOWN_FILES:,} more files."]
            return (*described, *self._contents.notes, *self._contents.refusals)

    async def write_layout(self, *, replace: bool = False) -> Path:
        """Write the present guess into the folder as `layout.yaml`, for the operator to edit.

        Raises:
            Conflict: if there is one and `replace` is not asked for.
            SourceUnavailable: if it cannot be written, or as `history`.
        """
        async with self._lock:
            await self._refresh()
            self._require()
            text = layout_text(tuple(self._files.values()), self._contents, self._rules)
            return await self._offload.thread(write, self._folder, text, replace=replace)

    async def ping(self) -> None:
        """Return if the folder holds prices.

        Raises:
            SourceUnavailable: if it cannot be read, or nothing in it can.
        """
        async with self._lock:
            await self._refresh()
            self._require()

    async def close(self) -> None:
        """Forget what was read, and remove what was stored of it."""
        async with self._lock:
            self._forget()
            store, self._store = self._store, None
            if store is not None:
                await self._offload.thread(shutil.rmtree, store, ignore_errors=True)

    # --- looking at the folder -----------------------------------------------------------------------------------------
    async def _refresh(self) -> None:
        seen = await self._offload.thread(scan, self._folder)
        if seen == self._seen:
            return
        rules = self._rules
        if seen.get(LAYOUT_FILE) != self._seen.get(LAYOUT_FILE):
            rules = await self._offload.thread(read_rules, self._folder / LAYOUT_FILE)
        # Where the rules are others, what a file means may be another thing now.
        known = self._files if rules == self._rules else {}
        wanted = {name for name in seen if name != LAYOUT_FILE and not _rules_of(rules, name).skip}
        files = {name: file for name, file in known.items() if name in wanted}
        fresh = [name for name in sorted(wanted) if name not in files or files[name].version != seen[name]]
        unsettled: set[str] = set()
        for names in _batches(fresh, seen):
            for file in await self._read(names, seen, rules):
                name = file.outcome.file
                if file.outcome.unsettled:
                    unsettled.add(name)  # the next call looks again
                if file.outcome.layout is not None or file.outcome.refusal:
                    files[name] = file
                elif name in self._files:
                    files[name] = self._files[name]  # replaced while it was read: the earlier version goes on serving
        kept = {file.stored for file in files.values()}
        for file in self._files.values():
            if file.stored not in kept:
                file.stored.unlink(missing_ok=True)
        self._rules, self._files, self._candidates = rules, files, None
        self._contents = contents(files.values(), rules)
        self._seen = {name: version for name, version in seen.items() if name not in unsettled}

    async def _read(self, names: Sequence[str], seen: Mapping[str, Signature], rules: FolderRules) -> list[ReadFile]:
        if self._store is None:
            self._store = Path(await self._offload.thread(tempfile.mkdtemp, prefix="prices-", dir=self._cache_dir))
        now = self._clock.now()
        jobs = [
            Job(self._folder / name, self._store / f"{next(self._number)}.npy", _rules_of(rules, name), now.date())
            for name in names
        ]
        try:
            outcomes: list[Outcome] = await self._offload.process(read_files, jobs)
        except (BrokenExecutor, SmartInvestError, OSError) as fault:
            raise SourceUnavailable(
                "The files of prices could not be read. Is there enough memory and disk space?"
            ) from fault
        return [
            ReadFile(seen[outcome.file], now, job.stored, outcome) for job, outcome in zip(jobs, outcomes, strict=True)
        ]

    def _layouts(self) -> tuple[Layout, ...]:
        found = (file.outcome.layout for _, file in sorted(self._files.items()))
        return tuple(layout for layout in found if layout is not None)

    def _require(self) -> None:
        if self._contents.holdings:
            return
        refusals = self._contents.refusals
        reason = f" {refusals[0]}" if refusals else " Put .csv files with dates and prices into it."
        raise SourceUnavailable(f"The folder of files holds no prices.{reason}", details={"refused": list(refusals)})

    def _forget(self) -> None:
        self._files, self._seen, self._rules = {}, {}, FolderRules()
        self._contents, self._candidates = Contents({}, (), ()), None

    # --- bars ----------------------------------------------------------------------------------------------------------
    def _outcomes(self, symbols: Sequence[str], start: date, end: date) -> dict[str, Bars | MarketDataError]:
        now = self._clock.now()
        try:
            return {symbol: self._outcome(symbol, start, end, now) for symbol in symbols}
        except (OSError, ValueError) as fault:
            self._forget()  # someone tidied the stored rows away: the next call reads the files again
            raise SourceUnavailable("What was read from the files of prices is gone. Please try again.") from fault

    def _outcome(self, symbol: str, start: date, end: date, now: datetime) -> Bars | MarketDataError:
        holding: Holding | None = self._contents.holdings.get(symbol.upper())
        if holding is None:
            return UnknownSymbol(f"No file in the folder has prices of {symbol}.", field="symbol")
        bars = bars_of(holding, now).between(start, end)
        if not np.isfinite(bars.close).any():
            return NotEnoughHistory(f"The files have no prices of {symbol} in these days.", field="symbol")
        return bars


def _rules_of(rules: FolderRules, name: str) -> FileRules:
    return rules.files.get(name, FileRules())


def _batches(names: Sequence[str], seen: Mapping[str, Signature]) -> list[list[str]]:
    """Names in groups of moderate size; a large file is alone."""
    groups: list[list[str]] = []
    size = 0
    for name in names:
        if not groups or len(groups[-1]) >= _BATCH_FILES or size + seen[name].size > _BATCH_BYTES:
            groups.append([])
            size = 0
        groups[-1].append(name)
        size += seen[name].size
    return groups
