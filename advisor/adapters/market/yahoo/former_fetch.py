"""The part that talks to Yahoo: runs in a helper process, where yfinance and pandas may weigh what they weigh.

Only plain arrays and words go back. Nothing here raises for what Yahoo does: each symbol's outcome is a word.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit, urlunsplit

import numpy as np

from advisor.domain.market import Dates, Floats

if TYPE_CHECKING:
    from curl_cffi.requests import Session

Outcome = Literal["ok", "unknown", "empty", "rate_limited", "unavailable"]

_PARALLEL = 6  # what a browser opens to one host


@dataclass(frozen=True)
class Request:
    """What to ask. `base_url` replaces Yahoo's hosts (None: the real ones); `seconds` is the time for everything together."""

    symbols: tuple[str, ...]
    start: date
    seconds: float
    cache_dir: str
    base_url: str | None = None


@dataclass(frozen=True)
class History:
    """What came back for one symbol. Levels are Yahoo's adjusted closes as they are: NaN rows and doubled days included.

    `broke` says that the client library failed, rather than Yahoo answering with a failure.
    """

    symbol: str
    outcome: Outcome
    reason: str = ""
    name: str = ""
    currency: str = ""
    kind: str = ""
    days: Dates = field(default_factory=lambda: np.empty(0, "datetime64[D]"))
    levels: Floats = field(default_factory=lambda: np.empty(0))
    broke: bool = False


class _Refusal(Exception):
    """An answer that is final; raised inside the session so that yfinance neither asks again nor remembers it."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


def fetch(request: Request) -> dict[str, History]:
    """Adjusted daily closes of all symbols from `start` on, each with its outcome. Takes at most about `seconds`."""
    import yfinance  # noqa: PLC0415 150 MB: only the helper process pays for it
    from yfinance.data import YfData  # noqa: PLC0415 as above

    _prepare(request.cache_dir)
    # yfinance remembers the answer to its time-zone question for the life of the process, an error page included.
    YfData.cache_get.cache_clear()
    session = _session(request)
    YfData(session=session)
    ask = partial(_one, lambda symbol: yfinance.Ticker(symbol, session=session), request.start)
    with ThreadPoolExecutor(_PARALLEL) as pool:
        found = dict(zip(request.symbols, pool.map(ask, request.symbols), strict=True))
    # yfinance is not wholly safe in threads while it looks for a cookie: what broke inside it is asked once more, alone.
    return found | {symbol: ask(symbol) for symbol, history in found.items() if history.broke}


@cache
def _prepare(cache_dir: str) -> None:
    """Once a process: exceptions instead of empty frames, its small files in our folder, silence on the terminal."""
    import yfinance  # noqa: PLC0415 as above

    yfinance.config.debug.hide_exceptions = False
    yfinance.set_tz_cache_location(cache_dir)
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", module="yfinance")  # dozens of deprecations between it and pandas 3


def _one(ticker: Callable[[str], Any], start: date, symbol: str) -> History:
    from yfinance.exceptions import (  # noqa: PLC0415 as above
        YFPricesMissingError,
        YFRateLimitError,
        YFTzMissingError,
    )

    try:
        source = ticker(symbol)
        frame = source.history(start=start, interval="1d", auto_adjust=False, actions=False)
        meta = source.history_metadata
        if frame.empty:
            return History(symbol, "empty", "no prices")
        return History(
            symbol=symbol,
            outcome="ok",
            name=meta.get("longName") or meta.get("shortName") or symbol,
            currency=meta.get("currency") or "",
            kind=meta.get("instrumentType") or "",
            days=frame.index.tz_localize(None).to_numpy().astype("datetime64[D]"),
            levels=frame["Adj Close"].to_numpy(np.float64, copy=True),
        )
    except _Refusal as refusal:
        return History(symbol, refusal.outcome, refusal.reason)
    except YFRateLimitError:
        return History(symbol, "rate_limited", "too many requests")
    except (YFPricesMissingError, YFTzMissingError):
        return History(symbol, "empty", "no prices")
    except Exception as fault:  # noqa: BLE001 whatever a vendor's library throws is an outcome; the type says which fault
        # An answer without its list of days fails in yfinance on that very key.
        if isinstance(fault, KeyError) and fault.args == ("timestamp",):
            return History(symbol, "empty", "no prices")
        return History(symbol, "unavailable", type(fault).__name__, broke=True)


def _session(request: Request) -> Session[Any]:
    """A browser-like session with one deadline over all its requests, optionally turned to another host."""
    from curl_cffi import requests  # noqa: PLC0415 belongs to yfinance, loaded with it

    deadline = time.monotonic() + request.seconds
    target = urlsplit(request.base_url) if request.base_url else None
    silent: set[str | None] = set()

    class Redirected(requests.Session[Any]):
        """Rewrites the host, keeps to the deadline, and ends the matter on answers that are final."""

        def request(self, method: Any, url: str, *args: Any, **options: Any) -> Any:
            left = deadline - time.monotonic()
            if left <= 0:
                raise _Refusal("unavailable", "no answer in time")
            parts = urlsplit(url)
            prices = "/finance/chart/" in parts.path
            if parts.hostname in silent:
                raise OSError(f"{parts.hostname} did not answer before")  # yfinance goes on without a cookie
            if target is not None:
                url = urlunsplit((target.scheme, target.netloc, parts.path, parts.query, ""))
            # Cookies help but are not needed: a host that hands them out and is blocked must not use up the time.
            options["timeout"] = min(left if prices else left / 4, float(options.get("timeout") or left))
            try:
                answer = super().request(method, url, *args, **options)
            except OSError:
                if not prices:
                    silent.add(parts.hostname)
                raise
            if prices:
                _check(answer)
            return answer

    # Against the real hosts the session looks like Chrome, as yfinance's own does; Yahoo turns others away.
    return Redirected(impersonate="chrome")


def _check(answer: Any) -> None:
    """Raise what is final. Other failures (401, 403, 429) go to yfinance, which asks once more with a fresh cookie."""
    if answer.status_code == 404:
        raise _Refusal("unknown", "not found")
    if answer.status_code == 400 and b'"chart"' in answer.content[:64]:
        raise _Refusal(
            "empty", "no prices"
        )  # "Data doesn't exist for startDate ...": another cookie would not change that
    if answer.status_code >= 500:
        raise _Refusal("unavailable", f"server error {answer.status_code}")
    consent = (urlsplit(str(answer.url)).hostname or "").endswith("consent.yahoo.com")  # yfinance fills that form in
    if answer.status_code == 200 and b'"chart"' not in answer.content[:64] and not consent:
        raise _Refusal("unavailable", "a page instead of data")
