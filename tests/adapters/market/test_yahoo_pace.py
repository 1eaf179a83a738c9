"""How often Yahoo is asked, and what its `Retry-After` says."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from advisor.adapters.market.yahoo.pace import Pace
from advisor.adapters.market.yahoo.session import seconds_of
from advisor.domain.errors import RateLimited
from tests.adapters.market.conftest import HandClock


async def test_a_burst_goes_out_at_once_and_the_rest_at_the_rate(clock: HandClock) -> None:
    pace = Pace(clock, rate=20.0, burst=5)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await pace.take(5)
    assert loop.time() - began < 0.05
    await asyncio.gather(*(pace.take(1) for _ in range(6)))
    assert 0.25 <= loop.time() - began < 1.0


async def test_more_than_a_burst_goes_on_credit_that_the_next_one_pays(clock: HandClock) -> None:
    pace = Pace(clock, rate=2.0, burst=4)
    assert pace.spend(4) == 0
    assert pace.spend(10) == pytest.approx(5.0, abs=0.1)
    assert pace.spend(1) == pytest.approx(5.5, abs=0.1)


async def test_time_fills_the_bucket_no_further_than_its_brim(clock: HandClock) -> None:
    pace = Pace(clock, rate=1000.0, burst=3)
    pace.spend(3)
    await asyncio.sleep(0.05)
    assert pace.spend(3) == 0
    assert pace.spend(1) > 0


def test_rests_double_up_to_an_hour_and_begin_anew_once_there_is_data(clock: HandClock) -> None:
    pace = Pace(clock)
    pace.check()
    waits = []
    for _ in range(8):
        pace.rest(None)
        with pytest.raises(RateLimited) as resting:
            pace.check()
        waits.append(resting.value.details["retry_after"])
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    pace.recovered()
    pace.check()
    pace.rest(None)
    assert pace.refusal().details["retry_after"] == 60


def test_a_stated_time_counts_and_ends(clock: HandClock) -> None:
    pace = Pace(clock)
    pace.rest(17.0)
    clock.present += timedelta(seconds=16)
    with pytest.raises(RateLimited):
        pace.check()
    clock.present += timedelta(seconds=2)
    pace.check()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 30.0),
        ("0", 1.0),
        ("-5", 1.0),
        ("99999", 3600.0),
        ("1.5", 1.5),
        (None, None),
        ("", None),
        ("soon", None),
        ("nan", None),
    ],
)
def test_retry_after_is_read_in_seconds_within_an_hour(text: str | None, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


def test_retry_after_may_be_a_date() -> None:
    assert seconds_of(format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)) == pytest.approx(
        300, abs=5
    )
