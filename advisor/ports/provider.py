"""The provider port: the outside sources that prices, names and statements are fetched from.

A provider knows nothing of plans. What it brings is checked (`advisor.analysis.quality`), stored (`HistoryStore`) and only then
seen by the advisor, through the market port.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from advisor.domain.bars import Bars, Fact, InstrumentRecord, Observations, Quote
from advisor.domain.errors import MarketDataError


class Provider(Protocol):
    """A source of market data.

    Contract, held by one suite over every adapter:
    * A failure is an error of `advisor.domain.errors` (SourceUnavailable, RateLimited, UnknownSymbol, NotEnoughHistory,
      NotOffered); a vendor's exceptions never pass, and a failed load never looks like an empty market.
    * In a batch every symbol gets its own outcome: half of it may fail. `history` itself raises only what concerns all.
    * Bars keep the promises of `Bars`: ascending days, ISO currencies, NaN for unknown. They are as the source states
      them: checking them is not its work. The last bar is of a completed session.
    * Symbols are the source's own, upper case.
    """

    @property
    def name(self) -> str:
        """The source's name in settings, in the store and in replies."""
        ...

    @property
    def batch(self) -> int:
        """How many symbols are best asked for at once."""
        ...

    async def history(self, symbols: Sequence[str], start: date, end: date) -> Mapping[str, Bars | MarketDataError]:
        """Daily bars from `start` to `end` (both included), an outcome for every symbol.

        Raises:
            SourceUnavailable, RateLimited: if the source cannot be asked at all.
        """
        ...

    async def quote(self, symbol: str) -> Quote:
        """The last price.

        Raises:
            MarketDataError: NotOffered where the source has no quotes.
        """
        ...

    async def search(self, text: str, limit: int = 10) -> tuple[InstrumentRecord, ...]:
        """Instruments by symbol, name or ISIN, best first; empty if there are none."""
        ...

    async def facts(self, symbol: str) -> tuple[Fact, ...]:
        """Figures of the financial statements, as far as the source has them; empty for what files none.

        Raises:
            MarketDataError: NotOffered where the source has no statements.
        """
        ...

    async def ping(self) -> None:
        """Return if the source answers.

        Raises:
            MarketDataError: with the reason if it does not.
        """
        ...

    async def close(self) -> None:
        """Release what is held."""
        ...


class MacroProvider(Protocol):
    """A source of macro series. Errors as for `Provider`."""

    @property
    def name(self) -> str:
        """The source's name."""
        ...

    async def observations(self, series: str, start: date) -> Observations:
        """One of our macro series (`advisor/adapters/market/macro/series.yaml`) from `start` on.

        Raises:
            MarketDataError: NotOffered for a series the source does not have.
        """
        ...

    async def close(self) -> None:
        """Release what is held."""
        ...
