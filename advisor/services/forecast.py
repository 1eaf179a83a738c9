"""Forecast of one instrument: the baselines side by side, and whether any of them shows skill."""

from __future__ import annotations

from advisor.domain.errors import InvalidInput, UnknownSymbol
from advisor.forecast import ForecastAnswer, answer
from advisor.ports.market import MarketData
from advisor.ports.system import Offload

MONTH = 21
"""Trading days in a month: the horizon when none is said."""


class ForecastService:
    """Answers "what will it do next month?"."""

    def __init__(self, market: MarketData, offload: Offload) -> None:
        self._market = market
        self._offload = offload

    async def forecast(self, symbol: str, days: int = MONTH) -> ForecastAnswer:
        """The forecast of `symbol` over `days` trading days from the market's last day.

        Raises:
            InvalidInput: without a symbol, or for days outside 1-60.
            UnknownSymbol: if the source does not have it; the message names some that it has.
            MarketDataError: if the source fails or the history is too short.
        """
        if not symbol:
            raise InvalidInput('Which one? For example "what will AAPL do next month?".', field="symbol")
        try:
            series = await self._market.series(symbol, await self._market.market_date())
        except UnknownSymbol as fault:
            raise UnknownSymbol(f"{fault.message}{await self._instead()}", field="symbol") from fault
        return await self._offload.thread(answer, series, days)

    async def _instead(self) -> str:
        named = [f"{item.name} ({item.symbol})" for item in await self._market.listings() if item.example]
        return f" I can forecast, for example, {', '.join(named)}." if named else ""
