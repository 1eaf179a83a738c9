"""`smartinvest ingest`: stored prices and macro series brought up to date, with a progress bar."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from advisor.domain.errors import InvalidInput, MarketDataError
from smartinvest.confirming import confirmed

if TYPE_CHECKING:
    from advisor.config import Settings
    from advisor.container import Container
    from advisor.container.market import Feed

_SHOWN_FAILURES = 10


@dataclass(frozen=True, slots=True)
class Extras:
    """What else is wanted: the `whole` history again, `macro` series, companies' `facts`.

    `confirm`: whether the reading of a folder is agreed to; None asks whoever sits at the terminal.
    """

    whole: bool = False
    macro: bool = True
    facts: bool = False
    confirm: bool | None = None


def ingest(settings: Settings, universes: Sequence[str], symbols: Sequence[str], extras: Extras) -> int:
    """Ingest and report; the exit status is 1 if no source gave anything, or if the operator did not agree to a folder's reading.

    Raises:
        InvalidInput: for a universe that does not exist.
        SmartInvestError: if the database cannot be used.
    """
    from advisor.adapters.db.migrate import migrate
    from advisor.config import prepare_data_dir

    prepare_data_dir(settings)
    asyncio.run(migrate(settings.database_url.get_secret_value()))
    return asyncio.run(_ingest(settings, universes, symbols, extras))


async def _ingest(settings: Settings, universes: Sequence[str], symbols: Sequence[str], extras: Extras) -> int:
    from advisor.container import open_container

    console = Console(highlight=False)
    async with open_container(settings, patient=True) as container:
        if not container.sources.feeds:
            console.print("The embedded sample needs no ingestion. Set SMARTINVEST_MARKET_DATA to use another source.")
            return 0
        _known(container.sources.feeds, universes)
        symbols = [symbol.strip().upper() for symbol in symbols]
        outcomes = []
        for feed in container.sources.feeds:
            try:
                if not await confirmed(console, feed, wish=extras.confirm):
                    return 1
                wanted = await _wanted(feed, universes, symbols)
            except MarketDataError as fault:
                console.print(f"{feed.name}: {fault.message}", markup=False)
                outcomes.append(False)
                continue
            outcomes.append(await _feed(console, feed, wanted, whole=extras.whole))
        if extras.facts:
            for feed in container.sources.feeds:
                await _facts(console, feed, _companies(feed, universes, symbols), whole=extras.whole)
        if extras.macro and not symbols:
            await _macro(console, container)
    return 0 if any(outcomes) else 1


def _known(feeds: Sequence[Feed], universes: Sequence[str]) -> None:
    known = dict.fromkeys(name for feed in feeds for name in feed.universes)
    for universe in universes:
        if universe not in known:
            raise InvalidInput(f"There is no universe {universe}. There are: {', '.join(known)}.", field="universe")


async def _wanted(feed: Feed, universes: Sequence[str], symbols: Sequence[str]) -> Sequence[str]:
    """What to fetch of a source. Of a folder no more of a universe than it holds; a source may lack a universe altogether."""
    if not universes and not symbols:
        return await feed.symbols()
    named = [symbol for name in universes for symbol in feed.of_universe(name)]
    if feed.reading is not None:
        there = set(await feed.symbols())
        named = [symbol for symbol in named if symbol in there]
    return list(dict.fromkeys([*symbols, *named]))


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


def _companies(feed: Feed, universes: Sequence[str], symbols: Sequence[str]) -> Sequence[str]:
    """Those asked for that may file statements: every symbol named by itself, and of universes the shares."""
    if not universes and not symbols:
        return feed.companies
    chosen = {*(symbol for name in universes for symbol in feed.of_universe(name))}
    return [*symbols, *(symbol for symbol in feed.companies if symbol in chosen)]


async def _facts(console: Console, feed: Feed, companies: Sequence[str], *, whole: bool) -> None:
    """Statements of one source, with their bar."""
    if feed.facts is None:
        console.print(f"{feed.name}: this source has no statements.")
        return
    with _bar(console) as bar:
        task = bar.add_task(f"{feed.name} statements", total=len(companies))
        report = await feed.facts.run(companies, whole=whole, on_progress=lambda _: bar.advance(task))
        bar.update(task, completed=len(companies) - report.left)
    console.print(
        f"{feed.name}: {report.rows:,} figures written, {report.fresh} companies were up to date, {report.left} left."
    )
    if report.stopped is not None:
        console.print(f"  {report.stopped.message}", markup=False)
    for symbol, fault in list(report.failures.items())[:_SHOWN_FAILURES]:
        console.print(f"  {symbol}: {fault.message}", markup=False)


async def _macro(console: Console, container: Container) -> None:
    names = container.sources.macro_series
    with _bar(console) as bar:
        task = bar.add_task("macro series", total=len(names))
        report = await container.sources.macro.run(names, on_progress=lambda _: bar.advance(task))
    rows = sum(report.rows.values())
    console.print(f"macro series: {rows:,} rows written, {len(report.failures)} of {len(names)} not to be had.")
    for source, fault in report.away.items():
        if fault not in report.failures.values():  # another source gave what it was asked for
            console.print(f"  {source} was passed over: {fault.message}", markup=False)
    reasons: dict[str, list[str]] = {}
    for name, fault in report.failures.items():
        reasons.setdefault(fault.message, []).append(name)
    for reason, lacking in reasons.items():
        console.print(f"  {reason} ({', '.join(lacking)})", markup=False)


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description:<32}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console)
