"""Sessions of exchanges, against days that history knows."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from advisor.adapters.market.calendars import Calendars
from tests.adapters.market.conftest import PoolOffload


class CountingOffload(PoolOffload):
    """The same, and counts how often the helper was asked."""

    asked = 0

    async def process(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.asked += 1
        return await super().process(function, *args, **kwargs)


@pytest.fixture
def offload(pool: ProcessPoolExecutor) -> CountingOffload:
    return CountingOffload(pool)


@pytest.fixture
def calendars(offload: CountingOffload) -> Calendars:
    return Calendars(offload)


async def days(calendars: Calendars, exchange: str, first: str, last: str) -> list[str]:
    found = await calendars.sessions(exchange, date.fromisoformat(first), date.fromisoformat(last))
    assert found is not None
    assert found.dtype == np.dtype("datetime64[D]")
    return [str(day) for day in found]


@pytest.mark.parametrize(
    ("exchange", "first", "last", "sessions"),
    [
        ("XNYS", "2001-09-10", "2001-09-17", ["2001-09-10", "2001-09-17"]),
        ("XNYS", "2012-10-26", "2012-10-31", ["2012-10-26", "2012-10-31"]),  # hurricane Sandy
        ("XSHG", "2019-09-30", "2019-10-08", ["2019-09-30", "2019-10-08"]),  # golden week
        ("XSHG", "2020-01-23", "2020-02-03", ["2020-01-23", "2020-02-03"]),  # New Year, prolonged by the epidemic
        ("XBOM", "2008-11-26", "2008-11-28", ["2008-11-26", "2008-11-28"]),  # the attacks on Mumbai
        ("XBOM", "2018-11-06", "2018-11-09", ["2018-11-06", "2018-11-09"]),  # Diwali: its hour of trading is not known
        ("24/7", "2024-12-24", "2024-12-26", ["2024-12-24", "2024-12-25", "2024-12-26"]),
        ("24/5", "2024-12-27", "2024-12-30", ["2024-12-27", "2024-12-30"]),
        ("XNYS", "2024-07-06", "2024-07-07", []),
    ],
)
async def test_known_closures(calendars: Calendars, exchange: str, first: str, last: str, sessions: list[str]) -> None:
    assert await days(calendars, exchange, first, last) == sessions


async def test_history_reaches_back_beyond_twenty_years_and_before_1970(calendars: Calendars) -> None:
    assert len(await days(calendars, "XNYS", "1987-01-01", "1987-12-31")) == 253
    assert "1963-11-22" in await days(calendars, "XNYS", "1963-11-01", "1963-11-30")  # closed early, but a session
    assert "1963-11-25" not in await days(calendars, "XNYS", "1963-11-01", "1963-11-30")  # Kennedy's funeral


@pytest.mark.parametrize("exchange", ["", "XXXX", "XTAE", "ASEX"])  # the last two are known, but fail when opened
async def test_an_exchange_without_a_calendar_is_none_and_not_empty(calendars: Calendars, exchange: str) -> None:
    assert await calendars.sessions(exchange, date(2024, 1, 1), date(2024, 1, 31)) is None


async def test_what_a_calendar_does_not_cover_has_no_sessions(calendars: Calendars) -> None:
    assert await days(calendars, "XBOM", "1990-01-01", "1990-12-31") == []
    assert await days(calendars, "XBOM", "2090-01-01", "2090-12-31") == []


async def test_the_national_exchange_of_india_borrows_bombays_calendar_and_says_so(calendars: Calendars) -> None:
    span = date(2010, 1, 1), date(2012, 12, 31)
    borrowed, own = await calendars.sessions("XNSE", *span), await calendars.sessions("XBOM", *span)
    assert borrowed is not None
    assert own is not None
    assert np.array_equal(borrowed, own)
    assert "XBOM" in calendars.note("XNSE")
    assert calendars.note("XBOM") == ""


async def test_each_calendar_is_loaded_once(calendars: Calendars, offload: CountingOffload) -> None:
    for year in range(1975, 2025):
        await calendars.sessions("XNYS", date(year, 1, 1), date(year, 12, 31))
    forward = offload.asked
    for year in range(1975, 2025):
        await calendars.sessions("XNYS", date(year, 1, 1), date(year, 12, 31))
        await calendars.sessions("XXXX", date(year, 1, 1), date(year, 12, 31))
    assert offload.asked == forward + 1


@pytest.mark.parametrize(
    ("exchange", "now", "last"),
    [
        (
            "XNYS",
            datetime(2024, 7, 5, 20, 59, tzinfo=UTC),
            date(2024, 7, 3),
        ),  # closed at 20:00, not settled; the 4th is a holiday
        ("XNYS", datetime(2024, 7, 5, 21, 0, tzinfo=UTC), date(2024, 7, 5)),
        ("XNYS", datetime(2024, 7, 3, 18, 0, tzinfo=UTC), date(2024, 7, 3)),  # closes at 17:00 UTC on the eve
        ("XNYS", datetime(2001, 9, 16, 12, 0, tzinfo=UTC), date(2001, 9, 10)),
        ("XNYS", datetime(2024, 1, 8, 21, 30, tzinfo=UTC), date(2024, 1, 5)),  # in winter the close is at 21:00 UTC
        ("XTKS", datetime(2024, 7, 5, 8, 0, tzinfo=UTC), date(2024, 7, 5)),
        ("24/7", datetime(2024, 7, 7, 1, 0, tzinfo=UTC), date(2024, 7, 6)),
        ("", datetime(2024, 7, 8, 12, 0, tzinfo=UTC), date(2024, 7, 5)),
        ("", datetime(2024, 7, 6, 0, 30, tzinfo=UTC), date(2024, 7, 4)),
        ("XBOM", datetime(2090, 7, 5, 12, 0, tzinfo=UTC), date(2090, 7, 4)),  # beyond what is published
    ],
)
async def test_the_last_completed_session(calendars: Calendars, exchange: str, now: datetime, last: date) -> None:
    assert await calendars.last_completed_session(exchange, now) == last


async def test_the_hour_is_taken_in_its_own_zone(calendars: Calendars) -> None:
    moment = datetime(2024, 7, 5, 21, 0, tzinfo=UTC)
    from zoneinfo import ZoneInfo

    shifted = moment.astimezone(ZoneInfo("Asia/Tokyo"))
    assert await calendars.last_completed_session("XNYS", shifted) == date(2024, 7, 5)
    assert await calendars.last_completed_session("XNYS", shifted - timedelta(minutes=1)) == date(2024, 7, 3)


def test_importing_calendars_does_not_load_pandas() -> None:
    program = "import sys, advisor.adapters.market.calendars; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def days_of(path: Path) -> np.ndarray:
    with gzip.open(path, "rt") as file:
        return np.unique(np.array([row["date"] for row in csv.DictReader(file)], "datetime64[D]"))


async def test_american_funds_have_a_bar_on_every_session_and_on_no_other(
    calendars: Calendars, shared_data: Path
) -> None:
    held = days_of(shared_data / "etf" / "us_etf_ohlcv_daily.csv.gz")
    sessions = await calendars.sessions("XNYS", date.fromisoformat(str(held[0])), date.fromisoformat(str(held[-1])))
    assert sessions is not None
    assert np.array_equal(held, sessions)


async def test_indian_shares_have_bars_on_days_without_a_session(calendars: Calendars, shared_data: Path) -> None:
    held = days_of(shared_data / "stocks" / "india_nse_ohlcv_2000_2014.csv.gz")
    sessions = await calendars.sessions("XNSE", date.fromisoformat(str(held[0])), date.fromisoformat(str(held[-1])))
    assert sessions is not None
    outside = np.setdiff1d(held, sessions)
    assert {np.datetime64("2008-11-27"), np.datetime64("2009-04-30"), np.datetime64("2009-10-13")} <= set(outside)
    assert len(outside) < 50
