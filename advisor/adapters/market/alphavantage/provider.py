"""Alpha Vantage as a provider: daily bars, quotes, search, exchange rates and statements, with the operator's own key."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from advisor.adapters.market.alphavantage.bars import bars, day_of, figure, splits_of
from advisor.adapters.market.alphavantage.client import AlphaVantageClient, concerns_all
from advisor.adapters.market.alphavantage.facts import STATEMENTS, overview_facts, statement_facts
from advisor.adapters.market.alphavantage.pace import Pace
from advisor.adapters.market.alphavantage.symbols import (
    SOURCE,
    Known,
    Symbol,
    from_match,
    from_overview,
    parse,
)
from advisor.domain.bars import Bars, Fact, InstrumentRecord, Quote
from advisor.domain.errors import (
    MarketDataError,
    NotEnoughHistory,
    NotOffered,
    RateLimited,
    SourceUnavailable,
    UnknownSymbol,
)
from advisor.ports.system import Clock

_COMPACT_DAYS = 135  # a compact answer has the last 100 sessions, which no exchange squeezes into fewer days than this
_KEPT_RECORDS = 2048
_ALIVE = timedelta(hours=1)
_ADJUSTED, _DAILY = "TIME_SERIES_DAILY_ADJUSTED", "TIME_SERIES_DAILY"


class AlphaVantageProvider:
    """The provider port over Alpha Vantage.

    Symbols are theirs ("IBM", "RELIANCE.BSE", "TSCO.LON"); exchange rates are written "EURUSD=X". Names and currencies come from
    search and overview and are remembered; a symbol listed in the United States is in US dollars, of another one search is
    asked once. A free key gets no adjusted prices and no long history: then the plain prices of the last 100 sessions are
    brought, adjusted for splits, with `total_return` false, and the refusal is remembered for a day. `pace` defaults to a
    free key's limits; `base_url` turns the client to another host (tests), `seconds` bounds one request, `raw_dir` keeps bodies.
    """

    name = SOURCE
    batch = 1

    def __init__(
        self,
        key: str,
        clock: Clock,
        *,
        base_url: str = "https://www.alphavantage.co",
        pace: Pace | None = None,
        seconds: float = 30.0,
        raw_dir: Path | None = None,
    ) -> None:
        self._clock = clock
        self._client = AlphaVantageClient(
            key, clock, pace or Pace(clock), base_url=base_url, seconds=seconds, raw_dir=raw_dir
        )
        self._known: dict[str, Known] = {}
        self._refused: dict[str, datetime] = {}
        self._alive_until: datetime | None = None

    async def history(self, symbols: Sequence[str], start: date, end: date) -> Mapping[str, Bars | MarketDataError]:
        """Daily bars, an outcome for every symbol. A used-up key stops the batch: the rest is refused unasked.

        Raises:
            SourceUnavailable, RateLimited: if no symbol could be asked for at all.
        """
        outcomes: dict[str, Bars | MarketDataError] = {}
        limited: RateLimited | None = None
        for symbol in dict.fromkeys(symbols):
            try:
                checked = parse(symbol)
                if limited is not None:
                    outcomes[symbol] = limited
                    continue
                outcomes[symbol] = await self._history(checked, start, end)
            except MarketDataError as fault:
                if isinstance(fault, RateLimited):
                    limited = fault
                outcomes[symbol] = fault
        faults = [outcome for outcome in outcomes.values() if concerns_all(outcome)]
        if faults and len(faults) == len(outcomes):
            raise faults[0]
        return outcomes

    async def quote(self, symbol: str) -> Quote:
        """The last price; for exchange rates the present rate.

        Raises:
            UnknownSymbol, RateLimited, SourceUnavailable
        """
        checked = parse(symbol)
        if checked.pair is not None:
            return await self._rate(checked, *checked.pair)
        known = await self._record(checked)
        body = await self._ask("GLOBAL_QUOTE", checked.text, symbol=checked.text)
        told = body.get("Global Quote")
        if not isinstance(told, dict):
            raise SourceUnavailable("Alpha Vantage answered without the price asked for.")
        price = figure(told.get("05. price"))
        if not told or not math.isfinite(price):
            raise UnknownSymbol(f"Alpha Vantage does not know {checked.text}.", field="symbol")
        before = figure(told.get("08. previous close"))
        closed = checked.place.end_of(day_of(told.get("07. latest trading day")))
        return Quote(
            known.record,
            price / known.divisor,
            min(closed, self._clock.now()),
            before / known.divisor if math.isfinite(before) else None,
        )

    async def search(self, text: str, limit: int = 10) -> tuple[InstrumentRecord, ...]:
        """Instruments by symbol or name, best first; Alpha Vantage does not know ISINs.

        Raises:
            RateLimited, SourceUnavailable
        """
        wanted = text.strip()
        if not wanted or limit < 1:
            return ()
        return tuple(known.record for known in await self._matches(wanted[:100]))[:limit]

    async def facts(self, symbol: str) -> tuple[Fact, ...]:
        """Figures of all annual and quarterly statements; empty for what files none. The days of publication are not told.

        Four requests; two where there is nothing. Capital expenditure is a positive amount, as Alpha Vantage states it.

        Raises:
            UnknownSymbol, RateLimited, SourceUnavailable
        """
        checked = parse(symbol)
        if checked.pair is not None:
            return ()
        overview = await self._ask("OVERVIEW", checked.text, symbol=checked.text)
        if not overview:
            # The same answer for a fund, which files none, and for a symbol that does not exist: search tells them apart.
            if checked.text not in self._known and checked.text not in await self._names(checked.text):
                raise UnknownSymbol(f"Alpha Vantage does not know {checked.text}.", field="symbol")
            return ()
        known = from_overview(checked, self._known.get(checked.text), overview)
        if known is not None:
            self._remember(known)
        found = list(overview_facts(overview))
        for function, items, instant in STATEMENTS:
            body = await self._ask(function, checked.text, symbol=checked.text)
            found.extend(statement_facts(body, items, instant=instant))
        return tuple(sorted(found, key=lambda fact: (fact.period_end, fact.months, fact.item)))

    async def ping(self) -> None:
        """Return if Alpha Vantage answers. An answer of the last hour counts: each request is one of 25 a day.

        Raises:
            RateLimited, SourceUnavailable
        """
        if self._alive_until is None or self._clock.now() > self._alive_until:
            await self._matches("IBM")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    # --- asking --------------------------------------------------------------------------------------------------------
    async def _ask(self, function: str, subject: str, /, **query: str) -> dict[str, Any]:
        body = await self._client.ask(function, subject, **query)
        self._alive_until = self._clock.now() + _ALIVE
        return body

    async def _history(self, symbol: Symbol, start: date, end: date) -> Bars:
        now = self._clock.now()
        completed = symbol.place.completed(now)
        last = min(end, completed)
        if start > last:
            raise NotEnoughHistory(
                f"There is no completed trading day in the span asked for {symbol.text}.", field="symbol"
            )
        known = await self._record(symbol)
        splits: dict[date, float] | None = None
        if symbol.pair is not None:
            bought, paid = symbol.pair
            body = await self._series("FX_DAILY", symbol, start, from_symbol=bought, to_symbol=paid)
        elif self._may(_ADJUSTED):
            try:
                body = await self._series(_ADJUSTED, symbol, start, symbol=symbol.text)
            except NotOffered:
                self._refused[_ADJUSTED] = now
                body, splits = await self._plain(symbol, start)
        else:
            body, splits = await self._plain(symbol, start)
        found = await asyncio.to_thread(
            bars, known, body, now, first=start, last=last, completed=completed, splits=splits
        )
        if not len(found):
            # A refusal of the long form is the usual reason.
            why = " A free key reaches back 100 trading days." if self._refused else ""
            raise NotEnoughHistory(
                f"Alpha Vantage has no prices of {symbol.text} in the span asked for.{why}", field="symbol"
            )
        return found

    async def _plain(self, symbol: Symbol, start: date) -> tuple[dict[str, Any], dict[date, float]]:
        """Prices as traded, and the splits that they have to be adjusted for."""
        body = await self._series(_DAILY, symbol, start, symbol=symbol.text)
        return body, splits_of(await self._ask("SPLITS", symbol.text, symbol=symbol.text))

    async def _series(self, function: str, symbol: Symbol, start: date, /, **query: str) -> dict[str, Any]:
        """A body of daily prices, short where that is enough or where the long one is for paid keys."""
        whole = f"{function} outputsize=full"
        recent = start > self._clock.now().date() - timedelta(days=_COMPACT_DAYS)
        if not recent and self._may(whole):
            try:
                return await self._ask(function, symbol.text, outputsize="full", **query)
            except NotOffered:
                if function == _ADJUSTED:
                    raise  # the whole function is for paid keys, its short form as well
                self._refused[whole] = self._clock.now()
        return await self._ask(function, symbol.text, outputsize="compact", **query)

    def _may(self, what: str) -> bool:
        """Whether it is worth asking: a refusal for want of a paid key counts for a day, the key may be a better one then."""
        since = self._refused.get(what)
        return since is None or self._clock.now() - since > timedelta(days=1)

    async def _rate(self, symbol: Symbol, bought: str, paid: str) -> Quote:
        body = await self._ask("CURRENCY_EXCHANGE_RATE", symbol.text, from_currency=bought, to_currency=paid)
        told = body.get("Realtime Currency Exchange Rate")
        price = figure(told.get("5. Exchange Rate")) if isinstance(told, dict) else math.nan
        if not isinstance(told, dict) or not math.isfinite(price):
            raise SourceUnavailable("Alpha Vantage answered without the rate asked for.")
        try:
            at = datetime.strptime(str(told.get("6. Last Refreshed")), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        except ValueError as fault:
            raise SourceUnavailable("Alpha Vantage answered with a time that is none.") from fault
        return Quote(symbol.plain, price, at)

    async def _record(self, symbol: Symbol) -> Known:
        """What is known of the instrument. Search is asked once, and only where the symbol does not tell its currency."""
        if symbol.text not in self._known and symbol.pair is None and not symbol.american:
            await self._matches(symbol.text)
            if symbol.text not in self._known:
                self._remember(Known(symbol.plain))
        return self._known.get(symbol.text, Known(symbol.plain))

    async def _matches(self, text: str) -> list[Known]:
        try:
            body = await self._ask("SYMBOL_SEARCH", text, keywords=text)
        except UnknownSymbol as fault:
            raise SourceUnavailable("Alpha Vantage could not search for that.") from fault
        rows = body.get("bestMatches")
        if not isinstance(rows, list):
            raise SourceUnavailable("Alpha Vantage answered without the names asked for.")
        found = [known for row in rows if isinstance(row, dict) and (known := from_match(row)) is not None]
        for known in found:
            self._remember(known)
        return found

    async def _names(self, text: str) -> set[str]:
        return {known.record.symbol for known in await self._matches(text)}

    def _remember(self, known: Known) -> None:
        if len(self._known) >= _KEPT_RECORDS:
            self._known.pop(next(iter(self._known)))
        self._known[known.record.symbol] = known
