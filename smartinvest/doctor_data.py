"""`smartinvest doctor data`: what is stored of each instrument, how old it is, and what was found wrong with it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from advisor.analysis.quality import describe
from advisor.domain.bars import Finding

_PRINTED_WIDTH = 140  # into a file or a pipe, where nobody says how wide it is

if TYPE_CHECKING:
    from advisor.config import Settings
    from advisor.ports.history import Coverage


def report(settings: Settings, symbols: Sequence[str]) -> None:
    """Print a table of all stored instruments; with symbols, also a sentence on each finding of these."""
    asyncio.run(_report(settings, symbols))


async def _report(settings: Settings, symbols: Sequence[str]) -> None:
    from advisor.container import open_container

    console = Console()
    if not console.is_terminal:
        console = Console(width=_PRINTED_WIDTH)
    async with open_container(settings) as container:
        if not container.sources.feeds:
            console.print(
                "Prices come from the embedded sample. What is known to be wrong with it stands in SOURCES.md."
            )
            return
        today = container.clock.now().date()
        for feed in container.sources.feeds:
            for line in await feed.remarks():
                console.print(line, markup=False)
            held = await container.history.coverage(feed.name, symbols or None)
            findings = await container.history.findings(feed.name, symbols or None)
            if not held:
                console.print(f"{feed.name}: nothing is stored yet. `smartinvest ingest` fetches it.")
                continue
            console.print(_table(feed.name, held, findings, today))
            for symbol in symbols:
                for finding in findings.get(symbol, ()):
                    console.print(f"{symbol}: {describe(finding)}", markup=False)


def _table(source: str, held: Mapping[str, Coverage], findings: Mapping[str, Sequence[Finding]], today: date) -> Table:
    table = Table(title=f"Stored prices from {source}")
    for name in ("symbol", "from", "to", "age", "rows"):
        table.add_column(name, justify="right" if name in ("age", "rows") else "left", no_wrap=True)
    table.add_column("name", max_width=32, no_wrap=True)
    table.add_column("findings and failures")
    for symbol, item in sorted(held.items()):
        counts = Counter((finding.kind.value, finding.treatment.value) for finding in findings.get(symbol, ()))
        told = [f"{number} {kind} {treatment}" for (kind, treatment), number in sorted(counts.items())]
        age = f"{(today - item.last).days} d" if item.last else ""
        failed = [] if item.outcome == "ok" else [f"last ask: {item.outcome}"]
        found = ", ".join([*failed, *told])
        table.add_row(symbol, _day(item.first), _day(item.last), age, f"{item.rows:,}", item.record.name, found)
    return table


def _day(day: date | None) -> str:
    return day.isoformat() if day else "none"
