"""Yahoo Finance behind the provider port, by yfinance in a helper process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from advisor.adapters.market.yahoo.client import (
    PARALLEL,
    Answers,
    Reply,
    Terms,
    fetch_facts,
    fetch_history,
    fetch_quote,
    fetch_search,
    fetch_sign_of_life,
)
from advisor.adapters.market.yahoo.codes import SOURCE, symbol_of
from advisor.adapters.market.yahoo.pace import Pace
from advisor.domain.alignment import in_words
from advisor.domain.bars import Bars, Fact, InstrumentRecord, Quote
from advisor.domain.errors import (
    MarketDataError,
    NotEnoughHistory,
    RateLimited,
    SmartInvestError,
    SourceUnavailable,
    UnknownSymbol,
)
from advisor.ports.system import Clock, Offload

T = TypeVar("T")

_SIGN_OF_LIFE = "VTI"
_LONGEST_QUERY = 100


class YahooProvider:
    """The provider port over Yahoo Finance.

    `base_url` turns the client to another host (tests). `cache_dir` takes yfinance's small files; where `raw_dir` is given, each
    answer is kept as it came (`raw_dir/yahoo/<day>/<symbol>.<kind>.json.gz`). `fetch_seconds` bounds one call of the helper
    process, `ping_seconds` a ping. `requests_per_second` and `burst` set the pace at which Yahoo is asked.
    """

    name = SOURCE
    batch = 50

    def __init__(
        self,
        offload: Offload,
        clock: Clock,
        *,
        cache_dir: Path,
        raw_dir: Path | None = None,
        base_url: str | None = None,
        fetch_seconds: float = 30.0,
        ping_seconds: float = 3.0,
        requests_per_second: float = 2.0,
        burst: int = 60,
    ) -> None:
        self._offload = offload
        self._clock = clock
        self._cache_dir = cache_dir
        self._raw_dir = raw_dir
        self._base_url = base_url
        self._fetch_seconds = fetch_seconds
        self._ping_seconds = ping_seconds
        self._pace = Pace(clock, requests_per_second, burst)

    async def history(self, symbols: Sequence[str], start: date, end: date) -> Mapping[str, Bars | MarketDataError]:
        """Daily bars from `start` to `end` (both included) of completed sessions, an outcome for every symbol.

        Symbols are asked for a few at a time, so that other work gets into the helper process in between. Once Yahoo says 429,
        or does not answer at all, the symbols not asked for yet share that outcome.

        Raises:
            RateLimited, SourceUnavailable: if no symbol got an answer.
        """
        outcomes: dict[str, Bars | MarketDataError] = {}
        asked: dict[str, list[str]] = {}
        for text in symbols:
            symbol = symbol_of(text)
            if symbol is None:
                outcomes[text] = _no_symbol(text)
            elif start > end:
                outcomes[text] = NotEnoughHistory(_no_prices(symbol, start, end), field="start")
            else:
                asked.setdefault(symbol, []).append(text)
        for part, found in zip(_parts(tuple(asked)), await self._histories(tuple(asked), start, end), strict=True):
            for symbol in part:
                outcome = found if isinstance(found, MarketDataError) else found[symbol]
                outcomes |= dict.fromkeys(asked[symbol], outcome)
        failures = {text: outcomes[text] for texts in asked.values() for text in texts}
        if failures and all(isinstance(outcome, SourceUnavailable) for outcome in failures.values()):
            raise _failure_of_all(failures)
        return {text: outcomes[text] for text in symbols}

    async def quote(self, symbol: str) -> Quote:
        """The last price of the regular session, up to 15 minutes late on some exchanges.

        Raises:
            UnknownSymbol: if Yahoo has never heard of it.
            NotEnoughHistory: if it is known but has no price, as after a delisting.
            RateLimited, SourceUnavailable: if Yahoo does not answer.
        """
        wanted = _symbol(symbol)
        return self._value(wanted, await self._call(fetch_quote, wanted, count=1))

    async def search(self, text: str, limit: int = 10) -> tuple[InstrumentRecord, ...]:
        """Instruments by symbol, name or ISIN in Yahoo's order, options left out. Their currencies are not told.

        Raises:
            RateLimited, SourceUnavailable: if Yahoo does not answer.
        """
        wanted = " ".join(text.split())[:_LONGEST_QUERY]
        if not wanted or limit < 1:
            return ()
        return self._value(wanted, await self._call(fetch_search, wanted, limit, count=1))

    async def facts(self, symbol: str) -> tuple[Fact, ...]:
        """Up to four years and five quarters of statement figures; empty for what files none.

        Yahoo does not tell when they were published: `reported` is None.

        Raises:
            UnknownSymbol: if Yahoo has never heard of it.
            RateLimited, SourceUnavailable: if Yahoo does not answer.
        """
        wanted = _symbol(symbol)
        return self._value(wanted, await self._call(fetch_facts, wanted, count=1))

    async def ping(self) -> None:
        """Ask for one well-known fund's day.

        Raises:
            RateLimited, SourceUnavailable: if no price comes back.
        """
        answers = await self._call(fetch_sign_of_life, _SIGN_OF_LIFE, count=1, seconds=self._ping_seconds)
        reply = answers.replies[_SIGN_OF_LIFE]
        if reply.outcome != "ok":
            raise self._pace.refusal() if reply.outcome == "rate_limited" else _unavailable(reply.reason)

    async def close(self) -> None:
        """Nothing is held here: the helper process belongs to the offload."""

    # --- asking --------------------------------------------------------------------------------------------------------
    async def _histories(
        self, symbols: tuple[str, ...], start: date, end: date
    ) -> list[dict[str, Bars | MarketDataError] | MarketDataError]:
        """Outcomes for each part of the symbols in turn; after a failure that concerns all, the failure for each further part."""
        found: list[dict[str, Bars | MarketDataError] | MarketDataError] = []
        stopped: MarketDataError | None = None
        for part in _parts(symbols):
            if stopped is not None:
                found.append(stopped)
                continue
            try:
                answers = await self._call(fetch_history, part, start, end, count=len(part))
            except MarketDataError as fault:
                stopped = fault
                found.append(fault)
                continue
            found.append({symbol: self._outcome(symbol, answers.replies[symbol], start, end) for symbol in part})
            if not answers.reached:
                stopped = _unavailable("no answer")
        return found

    async def _call(
        self, function: Callable[..., Answers[T]], *args: Any, count: int, seconds: float | None = None
    ) -> Answers[T]:
        """Run a function of the helper, at our pace.

        Raises:
            RateLimited: while Yahoo wants to be left alone; nothing is asked then.
            SourceUnavailable: if the helper does not come back.
        """
        self._pace.check()
        await self._pace.take(count)
        self._pace.check()  # others were asking while this waited
        limit = self._fetch_seconds if seconds is None else seconds
        raw_dir = str(self._raw_dir) if self._raw_dir is not None else None
        terms = Terms(self._clock.now(), limit, str(self._cache_dir), self._base_url, raw_dir)
        try:
            # The helper keeps to the limit itself; the margin covers its start.
            answers = await asyncio.wait_for(self._offload.process(function, terms, *args), limit + 10)
        except (TimeoutError, BrokenExecutor, SmartInvestError) as fault:
            # The last: an offload whose helper died. The client itself reports by words and raises nothing of ours.
            raise SourceUnavailable("Yahoo Finance did not answer in time.") from fault
        self._pace.spend(max(0, answers.requests - count))
        outcomes = {reply.outcome for reply in answers.replies.values()}
        if "rate_limited" in outcomes:
            self._pace.rest(answers.retry_after)
        elif "ok" in outcomes:
            self._pace.recovered()
        return answers

    def _value(self, subject: str, answers: Answers[T]) -> T:
        reply = answers.replies[subject]
        if reply.value is None:
            raise self._error(subject, reply)
        return reply.value

    def _outcome(self, symbol: str, reply: Reply[Bars], start: date, end: date) -> Bars | MarketDataError:
        if reply.outcome == "empty":
            return NotEnoughHistory(_no_prices(symbol, start, end), field="symbol")
        return reply.value if reply.value is not None else self._error(symbol, reply)

    def _error(self, subject: str, reply: Reply[Any]) -> MarketDataError:
        if reply.outcome == "unknown":
            return UnknownSymbol(f"Yahoo Finance does not know {subject}.", field="symbol")
        if reply.outcome == "empty":
            return NotEnoughHistory(f"Yahoo Finance has no price of {subject}.", field="symbol")
        return self._pace.refusal() if reply.outcome == "rate_limited" else _unavailable(reply.reason)


def _parts(symbols: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (symbols[first : first + PARALLEL] for first in range(0, len(symbols), PARALLEL))


def _unavailable(reason: str) -> SourceUnavailable:
    return SourceUnavailable("Yahoo Finance did not answer with data.", details={"reason": reason})


def _failure_of_all(outcomes: Mapping[str, Any]) -> MarketDataError:
    """The error that concerns all: the wish to be left alone if there is one, else with each symbol's reason in `details`."""
    limited = next((outcome for outcome in outcomes.values() if isinstance(outcome, RateLimited)), None)
    if limited is not None:
        return limited
    details = {text: outcome.details.get("reason", outcome.code) for text, outcome in outcomes.items()}
    return SourceUnavailable("Yahoo Finance did not answer.", details=details)


def _symbol(text: str) -> str:
    symbol = symbol_of(text)
    if symbol is None:
        raise _no_symbol(text)
    return symbol


def _no_symbol(text: str) -> UnknownSymbol:
    visible = "".join(letter for letter in text if letter.isprintable()).strip()
    shown = f"“{visible[:20]}”" if visible else "An empty text"
    return UnknownSymbol(f"{shown} does not look like a symbol of Yahoo Finance, such as AAPL.", field="symbol")


def _no_prices(symbol: str, start: date, end: date) -> str:
    if start > end:
        return f"There are no days from {in_words(start)} to {in_words(end)}."
    return f"Yahoo Finance has no prices of {symbol} from {in_words(start)} to {in_words(end)}."
