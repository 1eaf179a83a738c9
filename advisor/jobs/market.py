"""Market data brought up to date by the clock, so that nobody has to wait for it."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

from advisor.container import Container
from advisor.container.market import RAW_FOLDER, Feed
from advisor.domain.errors import MarketDataError


async def ingest(container: Container, now: datetime) -> str:
    """Fetch what is due from every source that answers, and the macro series; a source that is away is said and waits."""
    said = [await _bring(feed) for feed in container.sources.feeds]
    if container.sources.feeds:
        report = await container.sources.macro.run(container.sources.macro_series)
        said.append(f"macro series: {sum(report.rows.values())} rows, {len(report.failures)} not to be had")
        said.extend(f"{source}: {fault.message}" for source, fault in report.away.items())
    removed = _forget_raw(container.settings.data_dir / RAW_FOLDER, now.date(), container.settings.keep_raw_days)
    return "; ".join([*said, *([f"{removed} days of raw answers removed"] if removed else [])]) or "nothing to fetch"


async def statements(container: Container, _now: datetime) -> str:
    """Fetch companies' statements that may be new, from every source that has them."""
    said = []
    for feed in container.sources.feeds:
        if feed.facts is not None:
            report = await feed.facts.run(feed.companies)
            said.append(f"{feed.name}: {report.rows} figures, {report.fresh} companies up to date, {report.left} left")
    return "; ".join(said) or "nothing to fetch"


async def _bring(feed: Feed) -> str:
    try:
        await feed.ingest.ping()
        symbols = await feed.symbols()
    except MarketDataError as fault:
        return f"{feed.name}: {fault.message}"
    report = await feed.ingest.run(symbols)
    return f"{feed.name}: {report.rows} rows, {report.fresh} instruments up to date, {len(report.failures)} failed"


def _forget_raw(folder: Path, today: date, days: int) -> int:
    """Remove raw answers (`raw/<source>/<day>/`) that are older than they are to be kept; how many days went."""
    oldest = (today - timedelta(days=days)).isoformat()
    old = [day for day in folder.glob("*/*") if day.is_dir() and len(day.name) == len(oldest) and day.name < oldest]
    for day in old:
        shutil.rmtree(day, ignore_errors=True)
    return len(old)
