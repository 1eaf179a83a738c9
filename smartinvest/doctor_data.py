"""`smartinvest doctor data`: what is stored of each instrument, how old it is, and what was found wrong with it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from advisor.analysis.quality import describe, survivorship
from advisor.domain.bars import Finding
from advisor.domain.errors import MarketDataError

_PRINTED_WIDTH = 140  # into a file or a pipe, where nobody says how wide it is
_NAMED_WIDTH = 110

if TYPE_CHECKING:
    from advisor.adapters.market.universes.loader import Universe
    from advisor.config import Settings
    from advisor.container.market import Feed
    from advisor.ports.history import Coverage


def report(settings: Settings, symbols: Sequence[str]) -> None:
    """Print a table of all stored instruments; with symbols, also a sentence on each finding of these."""
    asyncio.run(_report(settings, [symbol.strip().upper() for symbol in symbols]))


async def _report(settings: Settings, symbols: Sequence[str]) -> None:
    from advisor.container import open_container

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(width=_PRINTED_WIDTH, highlight=False)
    async with open_container(settings) as container:
        if not container.sources.feeds:
            console.print(
                "Prices come from the embedded sample. What is known to be wrong with it stands in SOURCES.md."
            )
            return
        today = container.clock.now().date()
        for feed in container.sources.feeds:
            await _remarks(console, feed)
            held = await container.history.coverage(feed.name, symbols or None)
            findings = await container.history.findings(feed.name, symbols or None)
            missing = ", ".join(symbol for symbol in symbols if symbol not in held)
            if missing or not held:
                of = f"of {missing}" if missing else "yet"
                console.print(f"{feed.name}: nothing is stored {of}. `smartinvest ingest` fetches it.", markup=False)
            if not held:
                continue
            console.print(_table(feed.name, held, findings, today, console.width))
            for symbol in symbols:
                for finding in findings.get(symbol, ()):
                    console.print(f"{symbol}: {describe(finding)}", markup=False)
            for line in () if symbols else _of_shares(feed.universes.values(), held):
                console.print(line, markup=False)


async def _remarks(console: Console, feed: Feed) -> None:
    """What the source says of itself; a folder that is away does not hide what was stored of it."""
    try:
        remarks = await feed.remarks()
    except MarketDataError as fault:
        remarks = (fault.message,)
    for line in remarks:
        console.print(line, markup=False)


def _of_shares(universes: Iterable[Universe], held: Mapping[str, Coverage]) -> Iterator[str]:
    """What is to be known of each universe's shares together, of which some are stored."""
    for universe in universes:
        stored = [held[item.instrument.symbol] for item in universe.stocks if item.instrument.symbol in held]
        spans = [(item.first, item.last) for item in stored if item.first and item.last]
        if not spans:
            continue
        bias = survivorship(spans)
        if bias is not None:
            yield f"{universe.title}: {describe(bias)}"
        if universe.suspensions:
            yield f"{universe.title}: {universe.suspensions}"


def _table(
    source: str, held: Mapping[str, Coverage], findings: Mapping[str, Sequence[Finding]], today: date, width: int
) -> Table:
    """One row an instrument. Where there is no room for the names, the findings have it."""
    named = width >= _NAMED_WIDTH
    table = Table(title=f"Stored prices from {source}", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for name in ("symbol", "from", "to", "age", "rows"):
        table.add_column(name, justify="right" if name in ("age", "rows") else "left", no_wrap=True)
    if named:
        table.add_column("name", max_width=32, no_wrap=True)
    table.add_column("findings and failures")
    for symbol, item in sorted(held.items()):
        counts = Counter((finding.kind.value, finding.treatment.value) for finding in findings.get(symbol, ()))
        told = [
            f"{number} {kind.replace('_', ' ')} {treatment}" for (kind, treatment), number in sorted(counts.items())
        ]
        age = f"{(today - item.last).days} d" if item.last else ""
        failed = [] if item.outcome == "ok" else [f"last ask: {item.outcome}"]
        found = ", ".join([*failed, *told])
        title = (escape(item.record.name),) if named else ()
        table.add_row(escape(symbol), _day(item.first), _day(item.last), age, f"{item.rows:,}", *title, found)
    return table


def _day(day: date | None) -> str:
    return day.isoformat() if day else "none"
