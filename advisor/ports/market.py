"""The market port: the one way prices enter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from advisor.domain.bars import InstrumentRecord, PriceHistory
from advisor.domain.market import MarketSnapshot, Series


@dataclass(frozen=True, slots=True)
class Listing:
    """A series that can be asked for by name. `also` are other names ("oil"); an `example` is offered when a name is unknown."""

    symbol: str
    name: str
    also: tuple[str, ...] = ()
    example: bool = False


class MarketData(Protocol):
    """A source of market data.

    Contract, held by one suite over every adapter:
    * Nothing later than `as_of` is ever returned, whatever the source knows by now.
    * Empty means that there is no data; failure raises. A failed load never looks like an empty market.
    * Errors are those of `advisor.domain.errors`: SourceUnavailable, RateLimited, UnknownSymbol, CurrencyNotServed,
      NotEnoughHistory. A vendor's exceptions never pass.
    * Levels are finite and positive, dates ascend strictly, and the provenance says source and last date.
    """

    @property
    def name(self) -> str:
        """The source's name in settings and in replies."""
        ...

    async def currencies(self) -> tuple[str, ...]:
        """Currencies in which a plan can be made, the main one first."""
        ...

    async def benchmark(self, currency: str) -> str:
        """Symbol of the index of shares that portfolios in this currency are compared with; "" if none is known.

        It is priced in the same currency; `series` has it unless the source lacks its prices.
        """
        ...

    async def market_date(self, limit: date | None = None) -> date:
        """The last day, up to `limit`, for which this source has data: the advisor's "today" of the market.

        Raises:
            NotEnoughHistory: if all data are later than `limit`.
        """
        ...

    async def snapshot(self, currency: str, as_of: date) -> MarketSnapshot:
        """The universe of this currency with its history up to `as_of`."""
        ...

    async def series(self, symbol: str, as_of: date) -> Series:
        """One instrument's or indicator's history up to `as_of`."""
        ...

    async def history(self, symbol: str, as_of: date) -> PriceHistory:
        """One instrument's daily bars up to `as_of`, as they stood on that day (`Bars.as_seen_on`), with their known faults."""
        ...

    async def search(self, text: str, limit: int = 10, *, outside: bool = True) -> tuple[InstrumentRecord, ...]:
        """Instruments by symbol, name, other name or ISIN, misspelt or not, best first; empty if nothing is like it.

        Without `outside` nobody else is asked: words that may mean something else ("divorced") are not sent to a stranger.
        """
        ...

    async def listings(self) -> tuple[Listing, ...]:
        """The series that `series` has and that people call by name. A source may have more symbols than it lists."""
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
