"""Macro series from FRED (Federal Reserve Bank of St. Louis), by the download that needs no key."""

from __future__ import annotations

import asyncio
import csv
import io
from datetime import date
from pathlib import Path

import httpx
import numpy as np

from advisor.adapters.market.keeping import keep
from advisor.adapters.market.macro.catalogue import MacroSeries, columns, find, observed
from advisor.domain.bars import Observations
from advisor.domain.errors import NotOffered, RateLimited, SourceUnavailable
from advisor.domain.market import Dates, Floats
from advisor.ports.system import Clock

_DATE = ("date", "observation_date")  # FRED renamed the column in 2024
_TOO_MANY = 429
_NOT_FOUND = 404


class FredProvider:
    """The macro port over FRED's graph download.

    `seconds` bounds one download, `pause_seconds` lies between two (FRED asks for at most two a second). `base_url` turns the
    client to another host (tests). Where `raw_dir` is set, each download is kept there, gzipped, as fred/<day>/<id>.csv.gz.
    """

    name = "fred"

    def __init__(
        self,
        clock: Clock,
        *,
        base_url: str = "https://fred.stlouisfed.org",
        seconds: float = 30.0,
        pause_seconds: float = 0.5,
        raw_dir: Path | None = None,
    ) -> None:
        self._clock = clock
        self._base_url = base_url.rstrip("/")
        self._seconds = seconds
        self._pause = pause_seconds
        self._raw_dir = raw_dir
        self._turn = asyncio.Lock()
        self._client = httpx.AsyncClient(timeout=seconds, follow_redirects=True)

    async def observations(self, series: str, start: date) -> Observations:
        """The series from `start` on as FRED states it today, with publication days estimated from the usual lag.

        Empty if FRED has no value since then.

        Raises:
            NotOffered: if the catalogue or FRED does not have the series.
            RateLimited, SourceUnavailable: if FRED does not answer with data.
        """
        wanted = _at_fred(series)
        first = wanted.periods(np.array([start], "datetime64[D]"))[0]
        text = await self._get(f"{self._base_url}/graph/fredgraph.csv", {"id": wanted.fred, "cosd": str(first)}, wanted)
        days, values = _parse(text, wanted.fred)
        kept = days >= first
        return observed(wanted, self.name, days[kept], values[kept], self._clock.now(), whose="FRED")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _get(self, url: str, query: dict[str, str], series: MacroSeries) -> str:
        async with self._turn:
            try:
                async with asyncio.timeout(self._seconds):
                    answer = await self._client.get(url, params=query)
            except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as fault:
                raise SourceUnavailable("FRED did not answer in time.") from fault
            finally:
                await asyncio.sleep(self._pause)
        if answer.status_code == _NOT_FOUND:
            raise NotOffered(f"FRED does not have {series.name}.", field="series")
        if answer.status_code == _TOO_MANY:
            raise RateLimited("FRED asks us to come back later.")
        if answer.status_code != httpx.codes.OK:
            raise SourceUnavailable("FRED answered with an error.", details={"status": answer.status_code})
        if self._raw_dir is not None:
            day = self._clock.now().date()
            await asyncio.to_thread(keep, self._raw_dir, self.name, day, f"{series.fred}.csv", answer.content)
        return answer.text


def _at_fred(series: str) -> MacroSeries:
    wanted = find(series)
    if not wanted.fred:
        raise NotOffered(f"FRED does not have {wanted.name}.", field="series")
    return wanted


def _parse(text: str, column: str) -> tuple[Dates, Floats]:
    """Days and values of a download whose value column bears this name.

    Raises:
        SourceUnavailable: if it is a page, another series or cut short.
    """
    try:
        header, *rows = [cells for cells in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) if cells] or [[]]
    except csv.Error as fault:
        raise SourceUnavailable("FRED answered with something that is not data.") from fault
    header = [name.strip() for name in header]
    if len(header) != 2 or header[0].lower() not in _DATE or header[1].upper() != column.upper():
        raise SourceUnavailable("FRED answered with something that is not the data asked for.")
    try:
        return columns([(day, value) for day, value in rows])
    except ValueError as fault:
        raise SourceUnavailable("FRED answered with data that were cut short or damaged.") from fault
