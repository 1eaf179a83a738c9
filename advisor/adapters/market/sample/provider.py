"""The embedded sample as a provider, so that its prices can be stored and served as any other source's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from advisor.adapters.market.sample.market import SampleMarket
from advisor.domain.alignment import as_date
from advisor.domain.bars import Bars, Fact, InstrumentRecord, Quote
from advisor.domain.errors import MarketDataError, NotEnoughHistory, NotOffered, UnknownSymbol
from advisor.ports.market import MarketData

_CLOSE = time(16, 0, tzinfo=ZoneInfo("America/New_York"))


class SampleProvider:
    """The provider port over the embedded sample: real daily closes from 1990 to 1 July 2016, for rehearsals without a network.

    `market` may be a replay of the sample (`ReplayMarket`): then nothing after its day is provided.
    """

    name = SampleMarket.name
    batch = 100  # more than the sample holds: one ask brings all of it

    def __init__(self, market: MarketData | None = None) -> None:
        self._market: MarketData = market or SampleMarket()

    async def history(self, symbols: Sequence[str], start: date, end: date) -> Mapping[str, Bars | MarketDataError]:
        """Closes from `start` to `end`; open, high, low and volume are unknown.

        Raises:
            SourceUnavailable: if the sample's file cannot be read.
        """
        await self._market.ping()
        return {symbol: await self._outcome(symbol, start, end) for symbol in symbols}

    async def quote(self, symbol: str) -> Quote:
        """The last close in the sample, with the end of its session.

        Raises:
            UnknownSymbol: if the sample does not hold it.
        """
        bars = (await self._market.history(symbol, date.max)).bars
        return Quote(
            record=bars.record,
            price=float(bars.close[-1]),
            at=datetime.combine(as_date(bars.dates[-1]), _CLOSE).astimezone(UTC),
            previous_close=float(bars.close[-2]) if len(bars) > 1 else None,
        )

    async def search(self, text: str, limit: int = 10) -> tuple[InstrumentRecord, ...]:
        """By symbol, name or other name, misspelt or not."""
        return await self._market.search(text, limit)

    async def facts(self, symbol: str) -> tuple[Fact, ...]:
        """Never.

        Raises:
            NotOffered: always; the sample holds prices only.
        """
        raise NotOffered(f"The sample holds prices only, no financial statements of {symbol}.")

    async def ping(self) -> None:
        """Return if the file can be read."""
        await self._market.ping()

    async def close(self) -> None:
        """Forget what was read."""
        await self._market.close()

    async def _outcome(self, symbol: str, start: date, end: date) -> Bars | MarketDataError:
        try:
            bars = (await self._market.history(symbol, end)).bars.between(start, end)
        except (UnknownSymbol, NotEnoughHistory) as answer:
            return answer
        if not len(bars):
            return NotEnoughHistory(f"The sample has no prices of {symbol} in these days.", field="symbol")
        return bars
