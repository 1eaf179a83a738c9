"""Yahoo Finance behind the market port, by yfinance in a helper process."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from advisor.adapters.market.panel import as_date, in_words, select
from advisor.adapters.market.universes.loader import RateSymbols, Universe, load_universe
from advisor.adapters.market.yahoo.former_fetch import History, Request, fetch
from advisor.adapters.market.yahoo.former_panel import Day, failure, last_on_or_before, organise, rates_at
from advisor.domain.errors import (
    CurrencyNotServed,
    MarketDataError,
    NotEnoughHistory,
    SmartInvestError,
    SourceUnavailable,
    UnknownSymbol,
)
from advisor.domain.market import MarketSnapshot, Provenance, Series
from advisor.ports.market import Listing
from advisor.ports.system import Clock, Offload

_NEW_YORK = ZoneInfo("America/New_York")
_SETTLED = time(17, 0)  # the closing auction and its corrections are over
_FIRST_DAY = date(1990, 1, 1)
_ACTIONABLE_DAYS = 10  # older prices are for rehearsal
_STALE_DAYS = 7  # how long yesterday's panel stands in when a refresh fails
_KEPT_SERIES = 256
_SYMBOL = re.compile(r"[A-Z0-9^][A-Z0-9.^=\-]{0,19}")
# Quoted in hundredths of the currency (yfinance: GBp, ZAc, ILA).
_HUNDREDTHS = {"GBp": "GBP", "ZAc": "ZAR", "ILA": "ILS"}


class YahooMarket:
    """The market port over Yahoo Finance.

    Prices are adjusted closes of completed New York sessions. One panel is fetched a day and kept in memory; when a later
    fetch fails, it stands in for up to a week and says so. `base_url` turns the client to another host (tests),
    `cache_dir` takes yfinance's small files, `fetch_seconds` bounds a whole fetch and `ping_seconds` a ping.
    """

    name = "yahoo"

    def __init__(
        self,
        offload: Offload,
        clock: Clock,
        *,
        cache_dir: Path,
        base_url: str | None = None,
        fetch_seconds: float = 30.0,
        ping_seconds: float = 3.0,
        retry_seconds: float = 600.0,
    ) -> None:
        self._offload = offload
        self._clock = clock
        self._cache_dir = cache_dir
        self._base_url = base_url
        self._fetch_seconds = fetch_seconds
        self._ping_seconds = ping_seconds
        self._retry = timedelta(seconds=retry_seconds)
        self._kept: Day | None = None
        self._failed_at: datetime | None = None
        self._refresh: asyncio.Task[Day] | None = None
        self._series: dict[str, tuple[date, History]] = {}

    async def currencies(self) -> tuple[str, ...]:
        """US dollars only."""
        return (_universe().currency,)

    async def market_date(self) -> date:
        """The last completed session that all instruments of the universe have."""
        return as_date((await self._today()).panel.dates[-1])

    async def snapshot(self, currency: str, as_of: date) -> MarketSnapshot:
        """The universe up to `as_of`. A class whose fund is missing is left out with a note.

        Raises:
            CurrencyNotServed: for anything but US dollars.
            NotEnoughHistory: if US shares, every bond or cash has less than a year by then.
            RateLimited, SourceUnavailable: if Yahoo does not give enough for a plan.
        """
        universe = _universe()
        if currency != universe.currency:
            raise CurrencyNotServed(
                f"Prices from Yahoo Finance serve plans in US dollars (USD) only, not in {currency}.",
                field="currency",
                details={"served": [universe.currency]},
            )
        today = await self._today()
        last = last_on_or_before(today.panel, as_of)
        chosen = select(universe.instruments, today.panel, last)
        notes = universe.notes + chosen.notes + ((today.note,) if today.note else ())
        return MarketSnapshot(
            currency=currency,
            instruments=chosen.instruments,
            dates=chosen.dates,
            levels=chosen.levels,
            rates=rates_at(_rates(), today.rates, last, self.name),
            provenance=self._provenance(as_date(chosen.dates[0]), last, notes),
        )

    async def series(self, symbol: str, as_of: date) -> Series:
        """Any symbol Yahoo knows, up to `as_of`. Prices at or below zero (oil in April 2020) are left out with a note.

        Raises:
            UnknownSymbol: if Yahoo has never heard of it.
            NotEnoughHistory: if it has no prices by then.
            RateLimited, SourceUnavailable: if Yahoo does not answer.
        """
        wanted = symbol.upper()
        if not _SYMBOL.fullmatch(wanted):
            raise UnknownSymbol(f"{symbol} does not look like a symbol of Yahoo Finance, such as AAPL.", field="symbol")
        history = await self._history(wanted)
        limit = np.datetime64(min(as_of, self._completed()))
        seen = history.days <= limit
        days, levels = history.days[seen], history.levels[seen]
        fresh = np.append(days[1:] != days[:-1], True) if len(days) else np.empty(0, bool)
        good = fresh & np.isfinite(levels) & (levels > 0)
        if not good.any():
            raise NotEnoughHistory(
                f"Yahoo Finance has no prices of {wanted} by {in_words(as_date(limit))}.", field="symbol"
            )
        dropped = int(np.count_nonzero(levels <= 0))
        notes = (f"{dropped} days with a price of zero or less are left out.",) if dropped else ()
        cents = history.currency in _HUNDREDTHS
        return Series(
            symbol=wanted,
            name=history.name,
            currency=_HUNDREDTHS.get(history.currency, history.currency),
            dates=days[good],
            levels=levels[good] / (100 if cents else 1),
            total_return=history.kind in ("EQUITY", "ETF", "MUTUALFUND"),
            provenance=self._provenance(as_date(days[good][0]), as_date(days[good][-1]), notes),
            unit="points" if history.kind == "INDEX" else "money",
        )

    async def listings(self) -> tuple[Listing, ...]:
        """Well-known names; `series` has any symbol Yahoo knows."""
        return _universe().named()

    async def ping(self) -> None:
        """Ask for the main fund's last days.

        Raises:
            RateLimited, SourceUnavailable: if no prices come back.
        """
        symbol = _universe().instruments[0].symbol
        start = self._clock.now().date() - timedelta(days=_ACTIONABLE_DAYS)
        answer = await self._ask((symbol,), start, self._ping_seconds)
        if answer[symbol].outcome != "ok":
            raise failure(answer)

    async def close(self) -> None:
        """Stop a fetch under way and forget what was read."""
        if self._refresh is not None:
            self._refresh.cancel()
            await asyncio.gather(self._refresh, return_exceptions=True)
        self._refresh, self._kept = None, None
        self._series.clear()

    # --- fetching ------------------------------------------------------------------------------------------------------
    def _completed(self) -> date:
        """The last New York day whose closing prices are final (it may be a holiday: then it simply has none)."""
        now = self._clock.now().astimezone(_NEW_YORK)
        return now.date() if now.time() >= _SETTLED else now.date() - timedelta(days=1)

    async def _today(self) -> Day:
        day = self._completed()
        if self._kept is not None:
            waiting = self._failed_at is not None and self._clock.now() - self._failed_at < self._retry
            if self._kept.day == day or waiting:
                return self._kept
        if self._refresh is None or self._refresh.done():
            self._refresh = asyncio.create_task(self._load(day))
            self._refresh.add_done_callback(_consume)
        # Shielded: one caller who gives up must not stop the fetch that the others wait for.
        return await asyncio.shield(self._refresh)

    async def _load(self, day: date) -> Day:
        universe = _universe()
        rates = _rates()
        symbols = (*(item.symbol for item in universe.instruments), rates.bill, rates.ten_year)
        try:
            answer = await self._ask(symbols, _FIRST_DAY, self._fetch_seconds)
            self._kept = organise(universe, rates, answer, day)
            self._failed_at = None
        except MarketDataError as fault:
            self._failed_at = self._clock.now()
            if self._kept is None or (day - self._kept.day).days > _STALE_DAYS:
                self._kept = None
                raise
            ends = in_words(as_date(self._kept.panel.dates[-1]))
            note = f"{fault.message} These are the stored prices up to {ends}."
            self._kept = replace(self._kept, note=note)
        return self._kept

    async def _history(self, symbol: str) -> History:
        day = self._completed()
        kept = self._series.get(symbol)
        if kept is not None and kept[0] == day:
            return kept[1]
        answer = await self._ask((symbol,), _FIRST_DAY, self._fetch_seconds)
        history = answer[symbol]
        if history.outcome == "unknown":
            raise UnknownSymbol(f"Yahoo Finance does not know {symbol}.", field="symbol")
        if history.outcome == "empty":
            raise NotEnoughHistory(f"Yahoo Finance has no prices of {symbol}.", field="symbol")
        if history.outcome != "ok":
            raise failure(answer)
        if len(self._series) >= _KEPT_SERIES:
            self._series.pop(next(iter(self._series)))
        self._series[symbol] = (day, history)
        return history

    async def _ask(self, symbols: tuple[str, ...], start: date, seconds: float) -> Mapping[str, History]:
        request = Request(symbols, start, seconds, str(self._cache_dir), self._base_url)
        try:
            # The helper keeps to `seconds` itself; the margin covers its start.
            return await asyncio.wait_for(self._offload.process(fetch, request), seconds + 10)
        except (TimeoutError, BrokenExecutor, SmartInvestError) as fault:
            # The last: an offload whose helper died. The fetch itself reports by words and raises nothing of ours.
            raise SourceUnavailable("Yahoo Finance did not answer in time.") from fault

    def _provenance(self, first: date, last: date, notes: tuple[str, ...]) -> Provenance:
        return Provenance(
            source=self.name,
            title=f"Yahoo Finance: daily prices to {in_words(last)}",
            first=first,
            last=last,
            rehearsal=(self._clock.now().date() - last).days > _ACTIONABLE_DAYS,
            notes=notes,
        )


def _universe() -> Universe:
    return load_universe("yahoo_usd")


def _rates() -> RateSymbols:
    rates = _universe().rates
    if rates is None:
        raise ValueError("the universe of Yahoo Finance names no interest rates")
    return rates


def _consume(task: asyncio.Task[Day]) -> None:
    """A failure that every caller stopped waiting for has been noted already; take it, so that asyncio does not complain."""
    if not task.cancelled():
        task.exception()
