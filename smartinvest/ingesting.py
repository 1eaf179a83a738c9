"""`smartinvest ingest`: stored prices and macro series brought up to date, with a progress bar."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from advisor.domain.errors import InvalidInput

if TYPE_CHECKING:
    from advisor.config import Settings
    from advisor.container import Container
    from advisor.container.market import Feed

_SHOWN_FAILURES = 10


def ingest(settings: Settings, universes: Sequence[str], symbols: Sequence[str], *, whole: bool, macro: bool) -> int:
    """Ingest and report; the exit status is 1 if a source gave nothing at all.

    Raises:
        InvalidInput: for a universe that does not exist.
        SmartInvestError: if the database cannot be used.
    """
    from advisor.adapters.db.migrate import migrate
    from advisor.config import prepare_data_dir

    prepare_data_dir(settings)
    asyncio.run(migrate(settings.database_url.get_secret_value()))
    return asyncio.run(_ingest(settings, universes, symbols, whole=whole, macro=macro))


async def _ingest(
    settings: Settings, universes: Sequence[str], symbols: Sequence[str], *, whole: bool, macro: bool
) -> int:
    from advisor.container import open_container

    console = Console()
    async with open_container(settings, patient=True) as container:
        if not container.sources.feeds:
            console.print("The embedded sample needs no ingestion. Set SMARTINVEST_MARKET_DATA to use another source.")
            return 0
        outcomes = [
            await _feed(console, feed, await _wanted(feed, universes, symbols), whole=whole)
            for feed in container.sources.feeds
        ]
        if macro and not symbols:
            await _macro(console, container)
    return 0 if any(outcomes) else 1


async def _wanted(feed: Feed, universes: Sequence[str], symbols: Sequence[str]) -> Sequence[str]:
    if not universes and not symbols:
        return await feed.symbols()
    chosen = [*symbols]
    for universe in universes:
        try:
            chosen.extend(feed.of_universe(universe))
        except KeyError:
            known = ", ".join(feed.universes)
            raise InvalidInput(f"There is no universe {universe}. There are: {known}.", field="universe") from None
    return chosen


async def _feed(console: Console, feed: Feed, symbols: Sequence[str], *, whole: bool) -> bool:
    """One source, with its bar; False if all it was asked for failed."""
    with _bar(console) as bar:
        task = bar.add_task(feed.name, total=len(symbols))
        report = await feed.ingest.run(
            symbols,
            whole=whole,
            on_progress=lambda step: bar.update(
                task, completed=step.done + len(symbols) - step.total, description=f"{feed.name} {step.symbol}"
            ),
        )
        bar.update(task, completed=len(symbols), description=feed.name)
    failed = len(report.failures)
    console.print(f"{feed.name}: {report.rows:,} rows written, {report.fresh} were up to date, {failed} failed.")
    for symbol, fault in list(report.failures.items())[:_SHOWN_FAILURES]:
        console.print(f"  {symbol}: {fault.message}", markup=False)
    if failed > _SHOWN_FAILURES:
        console.print(f"  and {failed - _SHOWN_FAILURES} more")
    return report.asked == 0 or failed < report.asked


async def _macro(console: Console, container: Container) -> None:
    names = container.sources.macro_series
    with _bar(console) as bar:
        task = bar.add_task("macro series", total=len(names))
        report = await container.sources.macro.run(names, on_progress=lambda _: bar.advance(task))
    rows = sum(report.rows.values())
    console.print(f"macro series: {rows:,} rows written, {len(report.failures)} of {len(names)} not to be had.")
    for name, fault in report.failures.items():
        console.print(f"  {name}: {fault.message}", markup=False)


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description:<32}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console)
