"""Forecast of one instrument: the baselines side by side, and whether any of them shows skill."""

from __future__ import annotations

import re

from rapidfuzz import fuzz, process

from advisor.domain.errors import InvalidInput, UnknownSymbol
from advisor.forecast import ForecastAnswer, answer
from advisor.ports.market import Listing, MarketData
from advisor.ports.system import Offload

MONTH = 21
"""Trading days in a month: the horizon when none is said."""
MOST_AT_ONCE = 3

# A name counts when it is 88 % like a listed one (Indel likeness): "microsft" does, "amazon" is no "amd".
_NEAR_NAME = 88.0
_SHORTEST_NEAR = 5
_SEPARATORS = re.compile(r"\s*(?:,|;|/|\+|\band\b|\bor\b|\bvs\b\.?|\bversus\b)\s*", re.IGNORECASE)
# What is said around a name and is no part of it.
_AROUND = re.compile(
    r"^(?:the|shares? (?:of|in)|stocks? of|price of|the price of)\s+|"
    r"(?:'s)?\s+(?:shares?|stocks?|index|inc\.?|corp\.?|price|prices|company)$",
    re.IGNORECASE,
)


class ForecastService:
    """Answers "what will it do next month?"."""

    def __init__(self, market: MarketData, offload: Offload) -> None:
        self._market = market
        self._offload = offload

    async def resolve(self, said: str) -> tuple[str, ...]:
        """The symbols that a text names, by symbol or by name, at most three.

        Names are those that the source lists. What is not among them is passed on as it was said, because a source may
        know more symbols than it lists.
        """
        listings = await self._market.listings()
        whole = find_symbol(said, listings)
        parts = [said] if whole else [part for part in _SEPARATORS.split(said) if part]
        found = [find_symbol(part, listings) or _bare(part) for part in parts or [said]]
        return tuple(dict.fromkeys(found))[:MOST_AT_ONCE]

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


def find_symbol(said: str, listings: tuple[Listing, ...]) -> str | None:
    """The symbol of what was said: by symbol, name or other name, at last with a slip of the finger. None rather than a guess."""
    names: dict[str, str] = {}
    for item in listings:
        for name in (item.symbol, item.name, *item.also):
            names.setdefault(_bare(name).casefold(), item.symbol)
    for wanted in (said.strip(" ?.!").casefold(), _bare(said).casefold()):
        if wanted in names:
            return names[wanted]
    if len(wanted) < _SHORTEST_NEAR:
        return None
    best = process.extractOne(wanted, names.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR_NAME)
    return names[best[0]] if best else None


def _bare(said: str) -> str:
    """A name without the words around it."""
    bare, before = " ".join(said.strip(" ?.!").split()), ""
    while bare != before:
        before, bare = bare, _AROUND.sub("", bare).strip()
    return bare
