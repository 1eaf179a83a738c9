"""Macro series from the sources that have them into the store, revisions kept beside what they revise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from advisor.domain.bars import Observations
from advisor.domain.errors import MarketDataError, NotOffered, SourceUnavailable
from advisor.ports.history import HistoryStore
from advisor.ports.provider import MacroProvider
from advisor.ports.system import Clock

FIRST_DAY = date(1900, 1, 1)
_REVISED = timedelta(days=800)  # statistics are revised for about two years, seasonal factors once a year


@dataclass
class MacroReport:
    """Rows written by series; for each series that no source gave, why; and by name the sources that did not answer."""

    rows: dict[str, int] = field(default_factory=dict)
    failures: dict[str, MarketDataError] = field(default_factory=dict)
    away: dict[str, MarketDataError] = field(default_factory=dict)


class MacroService:
    """Brings macro series up to date. Sources are asked in order; the first that has a series gives it.

    What is `embedded` ends with its release: it only serves where nobody ever gave anything else.
    """

    def __init__(
        self,
        providers: Sequence[MacroProvider],
        store: HistoryStore,
        clock: Clock,
        embedded: MacroProvider | None = None,
    ) -> None:
        self._providers = tuple(providers)
        self._embedded = embedded
        self._store = store
        self._clock = clock

    async def run(self, series: Sequence[str], on_progress: Callable[[str], None] | None = None) -> MacroReport:
        """Fetch these series. What a source fails to give is in the report; one that does not answer is not asked again.

        Raises:
            StorageError: if the database fails.
        """
        report = MacroReport()
        for name in series:
            try:
                report.rows[name] = await self._bring(name, report.away)
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
        for provider in self._sources(None):
            await provider.close()

    async def _bring(self, series: str, away: dict[str, MarketDataError]) -> int:
        held = await self._store.observations(series, self._clock.now().date())
        missing: MarketDataError = NotOffered(f"No source that is set up has the series {series}.")
        for provider in self._sources(held):
            if provider.name in away:
                missing = away[provider.name]
                continue
            try:
                came = await provider.observations(series, _start(held, provider.name))
            except NotOffered:
                continue
            except SourceUnavailable as fault:
                missing = away[provider.name] = fault
            except MarketDataError as fault:
                missing = fault
            else:
                return await self._store.save_observations(came)
        raise missing

    def _sources(self, held: Observations | None) -> tuple[MacroProvider, ...]:
        embedded = self._embedded
        if embedded is None or (held is not None and held.source != embedded.name):
            return self._providers
        return (*self._providers, embedded)


def _start(held: Observations | None, source: str) -> date:
    """From when on a source is asked: another one's history is no beginning of its own, because sources never mix."""
    if held is None or held.source != source or not len(held.days):
        return FIRST_DAY
    last: date = held.days[-1].item()
    return max(last - _REVISED, FIRST_DAY)
