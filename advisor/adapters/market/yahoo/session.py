"""The session that yfinance sends its requests through: one deadline, final answers, no hammering, raw bodies kept if wanted.

Runs in a helper process. yfinance looks after cookie, crumb and consent form; this looks after everything else.
"""

from __future__ import annotations

import gzip
import logging
import os
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

if TYPE_CHECKING:
    from curl_cffi.requests import Session

Outcome = Literal["ok", "unknown", "empty", "rate_limited", "unavailable"]

# The addresses that bring data, and what a kept body of each is called. All others only serve to get a cookie.
_INTERFACES = {
    "/v8/finance/chart/": "chart",
    "/v7/finance/quote": "quote",
    "/v10/finance/quoteSummary/": "summary",
    "/v1/finance/search": "search",
    "/ws/fundamentals-timeseries/v1/finance/timeseries/": "statements",
}
_LONGEST_REST = 3600.0
_COOKIE_SECONDS = 5.0
_SILENCE_SECONDS = 600.0  # a host that does not answer is not asked for a cookie again before
_log = logging.getLogger(__name__)


class Refusal(Exception):
    """An answer that is final; raised inside the session, so that yfinance neither asks again nor remembers it.

    `retry_after` is the number of seconds Yahoo asks us to stay away, where it says one.
    """

    def __init__(self, outcome: Outcome, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
        self.retry_after = retry_after


@dataclass
class Call:
    """The limits of one call into the helper, shared by its threads, and what has come of it so far.

    `seconds` is the time for everything together. `silent` holds the hosts of cookies that did not answer, with the time (on the
    monotonic clock) until which they are left alone; a session passes it from call to call. `requests` counts what was sent;
    `reached` says that Yahoo answered at all.
    """

    seconds: float
    silent: dict[str | None, float] = field(default_factory=dict)
    raw_dir: str | None = None
    day: date | None = None
    requests: int = 0
    reached: bool = False
    limited: Refusal | None = None
    _warned: bool = False

    def __post_init__(self) -> None:
        self._deadline = time.monotonic() + self.seconds

    def timeout(self, host: str | None, interface: str | None, wanted: float | None) -> float:
        """How long a request may take, in seconds.

        Raises:
            Refusal: if the time is up, or Yahoo has asked us to stay away.
            OSError: for a host of cookies that did not answer before; yfinance goes on without one.
        """
        now = time.monotonic()
        left = self._deadline - now
        if left <= 0:
            raise Refusal("unavailable", "no answer in time")
        if self.limited is not None:
            raise self.limited
        if self.silent.get(host, now) > now:
            raise OSError(f"{host} did not answer before")
        # Cookies help but are not needed: a host that hands them out and is blocked must not use up the time.
        return min(left if interface else min(left / 4, _COOKIE_SECONDS), wanted or left)

    def lost(self, host: str | None, interface: str | None) -> None:
        """Note that a request failed without an answer."""
        if not interface:
            self.silent[host] = time.monotonic() + _SILENCE_SECONDS

    def judge(self, answer: Any, interface: str) -> None:
        """Raise what is final. Other failures (401, 403, the first 429) go to yfinance, which asks once more with a fresh cookie.

        Raises:
            Refusal: as said.
        """
        self.reached = True
        status, body = answer.status_code, answer.content.lstrip()[:512]
        json_like = body.startswith(b"{")
        if status == 429:
            self._limit(answer.headers.get("Retry-After"))
        elif status == 404 and json_like and b'"Not Found"' in body:
            raise Refusal("unknown", "not found")
        elif status == 400 and json_like and interface == "chart":
            # "Data doesn't exist for startDate ...": another cookie would not change that.
            raise Refusal("empty", "no prices")
        elif status in (400, 404) or status >= 500:
            raise Refusal("unavailable", f"error {status}")
        elif status == 200 and not json_like and not _asks_for_consent(answer):
            raise Refusal("unavailable", "a page instead of data")

    def _limit(self, stated: str | None) -> None:
        """The first 429 without a time may only mean a bad cookie; the second, or one with a time, means us."""
        wait = seconds_of(stated)
        if wait is None and not self._warned:
            self._warned = True
            return
        self.limited = Refusal("rate_limited", "too many requests", wait)
        raise self.limited

    def keep(self, body: bytes, interface: str, subject: str) -> None:
        """Store a body as it came, if that is wanted. A full disk is logged and changes nothing else."""
        if self.raw_dir is None or self.day is None:
            return
        safe = quote(subject, safe="^=")[:100] or "_"
        folder = Path(self.raw_dir) / "yahoo" / self.day.isoformat()
        target = folder / f"{safe}.{interface}.json.gz"
        # Two threads may ask for one symbol: each writes a file of its own and puts it in place whole.
        draft = folder / f".{safe}.{os.getpid()}.{threading.get_ident()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(gzip.compress(body, compresslevel=6, mtime=0))
            draft.replace(target)
        except OSError as fault:
            _log.warning("a raw answer of Yahoo Finance could not be kept: %s", fault)


def seconds_of(retry_after: str | None) -> float | None:
    """The `Retry-After` header in seconds (it holds a number or a date), at most an hour; None where it says nothing."""
    if not retry_after:
        return None
    try:
        wait = float(retry_after)
    except ValueError:
        try:
            wait = (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(wait, 1.0), _LONGEST_REST) if wait == wait else None  # noqa: PLR0124 "nan" is a float too


@lru_cache(maxsize=1)
def open_session(base_url: str | None) -> Session[Any]:
    """The process's session to Yahoo, or to a local server in its place. Set its `call` before use.

    It lives as long as the process: yfinance keeps the crumb that goes with its cookie just as long.
    """
    from curl_cffi import requests  # noqa: PLC0415 belongs to yfinance, loaded with it in the helper only

    target = urlsplit(base_url) if base_url else None

    class Watched(requests.Session[Any]):
        """Rewrites the host and asks the present `call` before and after each request."""

        call: Call
        silent: dict[str | None, float]

        def request(self, method: Any, url: str, *args: Any, **options: Any) -> Any:
            call, parts = self.call, urlsplit(url)
            interface = _interface(parts.path)
            wanted = options.get("timeout")
            options["timeout"] = call.timeout(parts.hostname, interface, float(wanted) if wanted else None)
            if target is not None:
                url = urlunsplit((target.scheme, target.netloc, parts.path, parts.query, ""))
            call.requests += 1
            try:
                answer = super().request(method, url, *args, **options)
            except OSError:
                call.lost(parts.hostname, interface)
                raise
            if interface:
                call.keep(answer.content, interface, _subject(parts.path, parts.query, options.get("params")))
                call.judge(answer, interface)
            return answer

    # Against the real hosts the session looks like Chrome, as yfinance's own does; Yahoo turns others away.
    session = Watched(impersonate="chrome")
    session.silent = {}
    return session


def _interface(path: str) -> str | None:
    return next((name for start, name in _INTERFACES.items() if path.startswith(start)), None)


def _subject(path: str, query: str, params: dict[str, Any] | None) -> str:
    """The symbol or text that was asked for: the end of the path, or a parameter."""
    values = {key: found[0] for key, found in parse_qs(query).items()} | dict(params or {})
    return str(values.get("symbols") or values.get("q") or unquote(path.rsplit("/", 1)[-1]))


def _asks_for_consent(answer: Any) -> bool:
    """Whether this is the form for cookies, which yfinance fills in."""
    return (urlsplit(str(answer.url)).hostname or "").endswith("consent.yahoo.com")
