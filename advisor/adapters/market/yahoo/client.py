"""What asks Yahoo: runs in a helper process, where yfinance and pandas may weigh what they weigh.

Only our own words go back. Nothing here raises for what Yahoo does: each subject's outcome is a word with its reason.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import quote as escaped

from advisor.adapters.market.yahoo.answers import (
    FACT_TYPES,
    NeverHeard,
    read_chart_quote,
    read_facts,
    read_quote,
    read_search,
)
from advisor.adapters.market.yahoo.bars import NoPrices, NotUnderstood, read_chart
from advisor.adapters.market.yahoo.session import Call, Outcome, Refusal, open_session
from advisor.domain.bars import Bars, Fact, InstrumentRecord, Quote

if TYPE_CHECKING:
    from yfinance.data import YfData

T = TypeVar("T")

PARALLEL = 6  # what a browser opens to one host
_HOST = "https://query2.finance.yahoo.com"
_FIRST_STATEMENTS = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Terms:
    """The conditions of a call. `base_url` replaces Yahoo's hosts (None: the real ones); `raw_dir` keeps bodies as they come."""

    now: datetime
    seconds: float
    cache_dir: str
    base_url: str | None = None
    raw_dir: str | None = None


@dataclass(frozen=True)
class Reply(Generic[T]):
    """One subject's outcome. `value` is there where it is "ok". `broke`: the client library failed, not Yahoo."""

    outcome: Outcome
    value: T | None = None
    reason: str = ""
    broke: bool = False


@dataclass(frozen=True)
class Answers(Generic[T]):
    """All outcomes of a call. `requests` were sent, `reached` says that Yahoo answered at all."""

    replies: dict[str, Reply[T]] = field(default_factory=dict)
    requests: int = 0
    reached: bool = True
    retry_after: float | None = None


def fetch_history(terms: Terms, symbols: Sequence[str], start: date, end: date) -> Answers[Bars]:
    """Daily bars of each symbol from `start` to `end`, both included."""

    def read(data: YfData, symbol: str) -> Bars:
        params = _span(start, end) | {"interval": "1d", "includePrePost": False, "events": "div,splits"}
        return read_chart(symbol, _json(data, _chart(symbol), params), start, end, terms.now)

    return _ask(terms, symbols, read)


def fetch_quote(terms: Terms, symbol: str) -> Answers[Quote]:
    """The last price. Where Yahoo refuses its quotes (they need a cookie), the same price comes from the day's chart."""

    def read(data: YfData, wanted: str) -> Quote:
        try:
            return read_quote(wanted, _json(data, f"{_HOST}/v7/finance/quote", {"symbols": wanted, "formatted": False}))
        except _TurnedAway:
            return read_chart_quote(wanted, _json(data, _chart(wanted), {"range": "1d", "interval": "1d"}))

    return _ask(terms, (symbol,), read)


def fetch_search(terms: Terms, text: str, limit: int) -> Answers[tuple[InstrumentRecord, ...]]:
    """Instruments by symbol, name or ISIN, at most `limit`."""
    import yfinance  # noqa: PLC0415 150 MB: only the helper process pays for it

    def read(_: YfData, query: str) -> tuple[InstrumentRecord, ...]:
        # Twice as many, because options are left out.
        found = yfinance.Search(
            query, max_results=min(2 * limit, 40), news_count=0, lists_count=0, include_cb=False, recommended=0
        )
        if not isinstance(found.response.get("quotes"), list):
            raise NotUnderstood("no list of quotes")
        return read_search(found.quotes, limit)

    return _ask(terms, (text,), read)


def fetch_facts(terms: Terms, symbol: str) -> Answers[tuple[Fact, ...]]:
    """Figures of the annual and quarterly statements, in one request.

    yfinance's own tables take six, and lose the currency and the span of each figure.
    """

    def read(data: YfData, wanted: str) -> tuple[Fact, ...]:
        address = f"{_HOST}/ws/fundamentals-timeseries/v1/finance/timeseries/{escaped(wanted, safe='=')}"
        period = {"period1": int(_FIRST_STATEMENTS.timestamp()), "period2": int(terms.now.timestamp())}
        facts = read_facts(_json(data, address, {"symbol": wanted, "type": ",".join(FACT_TYPES)} | period))
        if not facts:
            # The same answer is given for a fund, which has no statements, and for a symbol that does not exist.
            _json(data, _chart(wanted), {"range": "1d", "interval": "1d"})
        return facts

    return _ask(terms, (symbol,), read)


def fetch_sign_of_life(terms: Terms, symbol: str) -> Answers[Quote]:
    """The day's chart of one symbol."""

    def read(data: YfData, wanted: str) -> Quote:
        return read_chart_quote(wanted, _json(data, _chart(wanted), {"range": "1d", "interval": "1d"}))

    return _ask(terms, (symbol,), read)


class _TurnedAway(Exception):
    """Yahoo wants a cookie or a crumb that yfinance could not get."""


def _ask(terms: Terms, subjects: Sequence[str], read: Callable[[YfData, str], T]) -> Answers[T]:
    """Ask for each subject: the first one alone, so that there is one cookie for all, the others side by side."""
    from yfinance.data import YfData  # noqa: PLC0415 as above

    _prepare(terms.cache_dir)
    YfData.cache_get.cache_clear()  # it remembers answers for the life of the process, failures included
    session: Any = open_session(terms.base_url)
    call = session.call = Call(terms.seconds, session.silent, terms.raw_dir, terms.now.date())
    ask = partial(_one, read, YfData(session=session))
    replies = {subject: ask(subject) for subject in subjects[:1]}
    rest = subjects[1:]
    if rest:
        with ThreadPoolExecutor(PARALLEL) as pool:
            replies |= dict(zip(rest, pool.map(ask, rest), strict=True))
    # yfinance is not wholly safe in threads while it looks for a cookie: what broke inside it is asked once more, alone.
    replies |= {subject: ask(subject) for subject, reply in replies.items() if reply.broke}
    waits = call.limited.retry_after if call.limited is not None else None
    return Answers(replies, call.requests, call.reached, waits)


def _one(read: Callable[[YfData, str], T], data: YfData, subject: str) -> Reply[T]:
    try:
        return Reply("ok", read(data, subject))
    except Exception as fault:  # noqa: BLE001 whatever a vendor's library throws is an outcome
        return _failed(fault)


def _failed(fault: Exception) -> Reply[Any]:
    """What a failure means, in a word and a reason."""
    from yfinance.exceptions import YFRateLimitError  # noqa: PLC0415 as above

    if isinstance(fault, Refusal):
        return Reply(fault.outcome, reason=fault.reason)
    meanings: dict[type[Exception], tuple[Outcome, str]] = {
        YFRateLimitError: ("rate_limited", "too many requests"),
        NeverHeard: ("unknown", "not found"),
        NoPrices: ("empty", "no prices"),
        NotUnderstood: ("unavailable", str(fault)),
        _TurnedAway: ("unavailable", "turned away"),
        ValueError: ("unavailable", "a body that is no data"),  # JSON that ends in the middle
        OSError: ("unavailable", f"no answer ({type(fault).__name__})"),
    }
    for kind, (outcome, reason) in meanings.items():
        if isinstance(fault, kind):
            return Reply(outcome, reason=reason)
    return Reply("unavailable", reason=type(fault).__name__, broke=True)


def _json(data: YfData, address: str, params: dict[str, Any]) -> Any:
    answer = data.get(address, params)
    if answer.status_code >= 400:
        raise _TurnedAway
    return json.loads(answer.content)


def _chart(symbol: str) -> str:
    return f"{_HOST}/v8/finance/chart/{escaped(symbol, safe='=')}"


def _span(start: date, end: date) -> dict[str, int]:
    """Seconds since 1970, a day wider on either side: what counts is the exchange's day, cut later."""
    earliest = datetime.combine(max(start, date(1900, 1, 1)), time(), UTC) - timedelta(days=1)
    latest = datetime.combine(min(end, date(2200, 1, 1)), time(), UTC) + timedelta(days=2)
    return {"period1": int(earliest.timestamp()), "period2": int(latest.timestamp())}


@cache
def _prepare(cache_dir: str) -> None:
    """Once a process: exceptions instead of empty frames, its small files in our folder, silence on the terminal."""
    import yfinance  # noqa: PLC0415 as above

    yfinance.config.debug.hide_exceptions = False
    yfinance.set_tz_cache_location(cache_dir)
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module="yfinance")  # dozens of deprecations between it and pandas 3
