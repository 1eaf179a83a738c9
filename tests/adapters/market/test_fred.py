"""FRED and ALFRED by the real client, over a local server. The figures are made up; the forms are those of the downloads."""

from __future__ import annotations

import gzip
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from advisor.adapters.market.macro.fred import FredProvider
from advisor.domain.errors import NotOffered, RateLimited, SourceUnavailable
from tests.adapters.market.conftest import HandClock
from tests.fred_server import FredServer
from tests.local_http import Answer

NOW = datetime(2024, 6, 14, 22, tzinfo=UTC)
LONG_AGO = date(1900, 1, 1)


@pytest.fixture
def fred() -> Iterator[FredServer]:
    with FredServer() as running:
        running.series["CPIAUCSL"] = {"2024-03-01": "312.1", "2024-04-01": "313.2", "2024-05-01": "313.3"}
        running.series["VIXCLS"] = {"2024-06-11": "12.9", "2024-06-12": ".", "2024-06-13": "", "2024-06-14": "12.7"}
        yield running


@pytest.fixture
async def source(fred: FredServer) -> AsyncIterator[FredProvider]:
    provider = FredProvider(HandClock(NOW), base_url=fred.url, pause_seconds=0, seconds=5)
    yield provider
    await provider.close()


@pytest.mark.parametrize("header", ["observation_date", "DATE"])
async def test_a_series_comes_with_estimated_days_of_publication(
    fred: FredServer, source: FredProvider, header: str
) -> None:
    fred.header = header
    found = await source.observations("us_cpi", date(2024, 4, 20))
    assert fred.asked == [{"id": "CPIAUCSL", "cosd": "2024-04-01"}]
    assert found.days.tolist() == [date(2024, 4, 1), date(2024, 5, 1)]
    assert found.values.tolist() == [313.2, 313.3]
    # May's figure is usually out by 24 June; here it was there on the 14th, so it is known since then.
    assert found.known_from.tolist() == [date(2024, 5, 24), date(2024, 6, 14)]
    assert (found.series, found.source, found.estimated, found.fetched_at) == ("us_cpi", "fred", True, NOW)


async def test_points_and_empty_fields_are_missing_values(source: FredProvider) -> None:
    found = await source.observations("vix", LONG_AGO)
    assert found.days.tolist() == [date(2024, 6, 11), date(2024, 6, 14)]


async def test_nothing_new_is_empty_and_no_failure(source: FredProvider) -> None:
    assert len((await source.observations("us_cpi", date(2024, 6, 1))).days) == 0


async def test_downloads_are_kept_by_day_and_series(fred: FredServer, tmp_path: Path) -> None:
    provider = FredProvider(HandClock(NOW), base_url=fred.url, pause_seconds=0, raw_dir=tmp_path)
    await provider.observations("vix", date(2024, 6, 14))
    kept = {
        path.relative_to(tmp_path).as_posix(): gzip.decompress(path.read_bytes()) for path in tmp_path.rglob("*.gz")
    }
    assert kept.keys() == {"fred/2024-06-14/VIXCLS.csv.gz"}
    assert kept["fred/2024-06-14/VIXCLS.csv.gz"] == b"observation_date,VIXCLS\n2024-06-14,12.7\n"
    await provider.close()


async def test_what_fred_or_the_catalogue_lacks_is_not_offered(source: FredProvider) -> None:
    with pytest.raises(NotOffered, match="10-year German"):
        await source.observations("de_10y", LONG_AGO)
    with pytest.raises(NotOffered, match="moon_phase"):
        await source.observations("moon_phase", LONG_AGO)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (429, b"", RateLimited),
        (500, b"oops", SourceUnavailable),
        (403, b"<html>Access Denied</html>", SourceUnavailable),
        (200, b"", SourceUnavailable),
        (200, b"<!DOCTYPE html><html><body>Sorry</body></html>", SourceUnavailable),
        (200, b"observation_date,UNRATE\n2024-01-01,3.7\n", SourceUnavailable),
        (200, b"observation_date,CPIAUCSL\n2024-01-01", SourceUnavailable),
        (200, b"observation_date,CPIAUCSL\n2024-01-,1", SourceUnavailable),
        (200, b"observation_date,CPIAUCSL\n2024-01-01,x\n", SourceUnavailable),
        (200, b"observation_date,CPIAUCSL\n" + b"x" * 200_000, SourceUnavailable),
    ],
)
async def test_answers_that_are_no_data_are_failures(
    fred: FredServer, source: FredProvider, status: int, body: bytes, error: type[Exception]
) -> None:
    fred.every = Answer(status, body)
    with pytest.raises(error) as raised:
        await source.observations("us_cpi", LONG_AGO)
    assert type(raised.value) is error


async def test_a_dead_host_and_a_silent_one_are_failures(fred: FredServer) -> None:
    fred.every = Answer(release=threading.Event())
    for url, seconds in (("http://127.0.0.1:9", 5.0), (fred.url, 0.3)):
        provider = FredProvider(HandClock(NOW), base_url=url, seconds=seconds, pause_seconds=0)
        with pytest.raises(SourceUnavailable, match="in time"):
            await provider.observations("us_cpi", LONG_AGO)
        await provider.close()


@pytest.mark.parametrize("series", ["us_epu_daily", "us_bill_3m", "global_epu"])
async def test_each_series_is_asked_for_by_freds_name(fred: FredServer, source: FredProvider, series: str) -> None:
    names = {"us_epu_daily": "USEPUINDXD", "us_bill_3m": "DGS3MO", "global_epu": "GEPUCURRENT"}
    fred.series[names[series]] = {"2024-05-01": "101"}
    found = await source.observations(series, LONG_AGO)
    assert np.array_equal(found.values, [101.0])
