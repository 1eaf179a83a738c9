"""Figures of companies' statements from a provider into the store, those first that nothing is known of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from advisor.domain.errors import MarketDataError, NotOffered, RateLimited, SourceUnavailable
from advisor.ports.history import HistoryStore
from advisor.ports.provider import Provider
from advisor.ports.system import Clock

DUE_AFTER = timedelta(days=100)
"""From the end of the newest stored period: a quarter and the nine days in which nobody has reported the next one."""

_AWAY = (SourceUnavailable, RateLimited, NotOffered)


@dataclass
class FactsReport:
    """What a run did. `fresh` counts companies with nothing to be expected yet, `left` those it did not come to.

    `failures` has a reason for each that was asked for in vain; `stopped` is why the source was not asked any further.
    """

    asked: int = 0
    fresh: int = 0
    left: int = 0
    rows: int = 0
    failures: dict[str, MarketDataError] = field(default_factory=dict)
    stopped: MarketDataError | None = None


class FactsService:
    """Ingestion of statements. A figure without its day of publication counts as known from its fetch on (`HistoryStore`).

    `at_most` bounds the companies asked for in one run, where a source gives few answers a day.
    """

    def __init__(self, provider: Provider, store: HistoryStore, clock: Clock, *, at_most: int | None = None) -> None:
        self._provider = provider
        self._store = store
        self._clock = clock
        self._at_most = at_most

    async def run(
        self, symbols: Sequence[str], *, whole: bool = False, on_progress: Callable[[str], None] | None = None
    ) -> FactsReport:
        """Fetch what may be new of these companies, `whole`: of all; each is stored before the next is asked for.

        Those without any figure come first, then those whose newest figure is the oldest: a run that is stopped, or allowed a few
        only, goes on where it is needed most. A source that does not answer is not asked for the rest.

        Raises:
            StorageError: if the database fails.
        """
        report = FactsReport()
        due = await self._due(tuple(dict.fromkeys(symbols)), report, whole=whole)
        for symbol in due[: self._at_most]:
            try:
                report.rows += await self._bring(symbol)
            except _AWAY as fault:
                report.stopped = fault
                break
            except MarketDataError as fault:
                report.failures[symbol] = fault
            report.asked += 1
            if on_progress:
                on_progress(symbol)
        report.left = len(due) - report.asked
        return report

    async def _bring(self, symbol: str) -> int:
        facts = await self._provider.facts(symbol)
        return await self._store.save_facts(self._provider.name, symbol, facts, self._clock.now()) if facts else 0

    async def _due(self, symbols: Sequence[str], report: FactsReport, *, whole: bool) -> list[str]:
        today = self._clock.now().date()
        newest: dict[str, date] = {}
        for symbol in symbols:
            facts = await self._store.facts(self._provider.name, symbol, today)
            newest[symbol] = max((fact.period_end for fact in facts), default=date.min)
        due = [symbol for symbol in symbols if whole or today - newest[symbol] >= DUE_AFTER]
        report.fresh = len(symbols) - len(due)
        return sorted(due, key=lambda symbol: newest[symbol])
