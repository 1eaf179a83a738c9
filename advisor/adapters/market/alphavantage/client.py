"""Asking Alpha Vantage: the key, the pace, errors that come with HTTP 200, and keeping what was answered."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeGuard

import httpx

from advisor.adapters.market.alphavantage.pace import Pace
from advisor.adapters.market.alphavantage.symbols import SOURCE
from advisor.adapters.market.keeping import keep
from advisor.domain.errors import MarketDataError, NotOffered, RateLimited, SourceUnavailable, UnknownSymbol
from advisor.ports.system import Clock

_ALL = {"concerns": "source"}
_SOON = timedelta(seconds=60)
# Alpha Vantage does not say when its day begins; an hour costs little and never misses it by much.
_LATER = timedelta(hours=1)
_PREMIUM = re.compile(r"this is a premium|is a premium (feature|endpoint)")
_BURST = re.compile(r"per minute|per second|spreading out|burst|higher api call volume")
_QUOTA = re.compile(r"per day|rate limit|call frequency")
_BAD_KEY = re.compile(r"api ?key is invalid|invalid or missing|demo\W* api key")


class AlphaVantageClient:
    """One door to Alpha Vantage. Each answer is a JSON object that is data, or an error of ours; the key is in neither.

    `seconds` bounds a request, waiting for the pace apart. Where `raw_dir` is set, each body of data is kept there, gzipped, as
    alphavantage/<day>/<subject>.<function>.json.gz, the key blanked out.
    """

    def __init__(
        self, key: str, clock: Clock, pace: Pace, *, base_url: str, seconds: float, raw_dir: Path | None
    ) -> None:
        self._key = key
        self._clock = clock
        self._pace = pace
        self._seconds = seconds
        self._raw_dir = raw_dir
        self._url = httpx.URL(base_url).join("/query")
        self._client = httpx.AsyncClient(transport=_Signing(key, _proxy(self._url)), timeout=seconds)

    async def ask(self, function: str, subject: str, /, **query: str) -> dict[str, Any]:
        """The answer to one function. `subject` names what it is about, in errors and in the kept file.

        Raises:
            RateLimited: if the key has used up its requests; `details["retry_at"]` says when to come back.
            NotOffered: if the function or a value of a parameter needs a paid key.
            UnknownSymbol: if Alpha Vantage calls the request invalid, which is its word for a symbol it does not know.
            SourceUnavailable: if it does not answer with data, or refuses the key.
        """
        await self._pace.take()
        body = await self._fetch({"function": function, **query})
        try:
            # A long history is two megabytes: reading it would hold up everybody on the event loop.
            data = await asyncio.to_thread(json.loads, body)
        except ValueError as fault:
            raise SourceUnavailable("Alpha Vantage answered with something that is not data.") from fault
        if not isinstance(data, dict):
            raise SourceUnavailable("Alpha Vantage answered with something that is not data.")
        refused = self._refusal(data, subject)
        if refused is not None:
            raise refused
        if self._raw_dir is not None:
            blanked = body.replace(self._key.encode(), b"***") if self._key else body
            day, name = self._clock.now().date(), f"{subject}.{function.lower()}.json"
            await asyncio.to_thread(keep, self._raw_dir, SOURCE, day, name, blanked)
        return data

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _fetch(self, query: Mapping[str, str]) -> bytes:
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._client.get(self._url, params=query)
        except (httpx.HTTPError, TimeoutError) as fault:
            raise _down("Alpha Vantage did not answer in time.") from fault
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            seconds = answer.headers.get("Retry-After", "")
            raise self._pace.close_for(timedelta(seconds=min(int(seconds), 86_400)) if seconds.isdecimal() else _SOON)
        if answer.status_code != httpx.codes.OK:
            raise _down(f"Alpha Vantage answered with an error ({answer.status_code}).")
        return answer.content

    def _refusal(self, data: Mapping[str, Any], subject: str) -> MarketDataError | None:
        """Errors come with status 200 and one key. Their words are sorted and never passed on: some quote the key."""
        if "Error Message" in data:
            text = str(data["Error Message"]).lower()
            if _BAD_KEY.search(text):
                return _bad_key()
            if "invalid api call" in text:
                return UnknownSymbol(f"Alpha Vantage does not know {subject}.", field="symbol")
            return SourceUnavailable("Alpha Vantage answered with an error.")
        notice = data.get("Note") or data.get("Information")
        return None if notice is None else self._noticed(str(notice).lower())

    def _noticed(self, text: str) -> MarketDataError:
        if _BAD_KEY.search(text):
            return _bad_key()
        if _PREMIUM.search(text):
            return NotOffered("Alpha Vantage gives this only to paid keys.")
        if _BURST.search(text):
            return self._pace.close_for(_SOON)
        if _QUOTA.search(text):
            return self._pace.close_for(_LATER)
        return SourceUnavailable("Alpha Vantage answered with a notice instead of data.")


def _bad_key() -> SourceUnavailable:
    return SourceUnavailable(
        "Alpha Vantage does not accept the key that is set.", field="ALPHAVANTAGE_KEY", details=_ALL
    )


def _down(message: str) -> SourceUnavailable:
    return SourceUnavailable(message, details=_ALL)


def concerns_all(outcome: object) -> TypeGuard[SourceUnavailable]:
    """Whether an outcome is a fault of the source as a whole, and not of one symbol's answer."""
    return isinstance(outcome, RateLimited) or (
        isinstance(outcome, SourceUnavailable) and outcome.details.items() >= _ALL.items()
    )


class _Signing(httpx.AsyncBaseTransport):
    """Adds the key below httpx's client, whose log lines and exceptions hold the address of the request."""

    def __init__(self, key: str, proxy: str | None) -> None:
        self._key = key
        self._inner = httpx.AsyncHTTPTransport(proxy=proxy)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request with the key."""
        url = request.url.copy_add_param("apikey", self._key)
        signed = httpx.Request(
            request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
        )
        return await self._inner.handle_async_request(signed)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def _proxy(url: httpx.URL) -> str | None:
    """The proxy that the environment names for this address; httpx asks only where it has its own transport."""
    if urllib.request.proxy_bypass(url.host):
        return None
    found = urllib.request.getproxies()
    proxy = found.get(url.scheme) or found.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy
