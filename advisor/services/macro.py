"""Macro series from the sources that have them into the store, revisions kept beside what they revise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from advisor.domain.errors import MarketDataError, NotOffered, SourceUnavailable
from advisor.ports.history import HistoryStore
from advisor.ports.provider import MacroProvider
from advisor.ports.system import Clock

FIRST_DAY = date(1900, 1, 1)
_REVISED = timedelta(days=800)  # statistics are revised for about two years, seasonal factors once a year


@dataclass
class MacroReport:
    """Rows written by series, and for each series that no source gave, why."""

    rows: dict[str, int] = field(default_factory=dict)
    failures: dict[str, MarketDataError] = field(default_factory=dict)


class MacroService:
    """Brings macro series up to date. Sources are asked in order, `embedded` last; the first that has a series gives it."""

    def __init__(
        self,
        providers: Sequence[MacroProvider],
        store: HistoryStore,
        clock: Clock,
        embedded: MacroProvider | None = None,
    ) -> None:
        self._providers = (*providers, *((embedded,) if embedded else ()))
        self._embedded = embedded
        self._store = store
        self._clock = clock

    async def run(self, series: Sequence[str], on_progress: Callable[[str], None] | None = None) -> MacroReport:
        """Fetch these series. What a source fails to give is in the report; one that does not answer is not asked again.

        Raises:
            StorageError: if the database fails.
        """
        report = MacroReport()
        away: dict[str, MarketDataError] = {}
        for name in series:
            try:
                report.rows[name] = await self._bring(name, away)
            except MarketDataError as fault:
                report.failures[name] = fault
            if on_progress:
                on_progress(name)
        return report

    async def seed(self, series: Sequence[str]) -> None:
        """Store what is embedded of these series, where nothing is stored of them: quick, and without asking anybody.

        Raises:
            StorageError: if the database fails.
        """
        if self._embedded is None:
            return
        for name in series:
            if await self._store.observations(name, self._clock.now().date()) is None:
                await self._store.save_observations(await self._embedded.observations(name, FIRST_DAY))

    async def close(self) -> None:
        """Release the sources."""
        for provider in self._providers:
            await provider.close()

    async def _bring(self, series: str, away: dict[str, MarketDataError]) -> int:
        held = await self._store.observations(series, self._clock.now().date())
        start = held.days[-1].item() - _REVISED if held is not None and len(held.days) else FIRST_DAY
        missing: MarketDataError = NotOffered(f"No source that is set up has the series {series}.")
        for provider in self._providers:
            if provider.name in away:
                missing = away[provider.name]
                continue
            try:
                return await self._store.save_observations(await provider.observations(series, max(start, FIRST_DAY)))
            except NotOffered:
                continue
            except SourceUnavailable as fault:
                missing = away[provider.name] = fault
            except MarketDataError as fault:
                missing = fault
        raise missing
