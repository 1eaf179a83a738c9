"""The pace of a free key, on a clock that only the sleeper moves."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.adapters.market.alphavantage.pace import Pace
from advisor.domain.errors import RateLimited
from tests.adapters.market.conftest import HandClock

START = datetime(2024, 6, 14, 12, tzinfo=UTC)


def paced(clock: HandClock, **limits: float) -> Pace:
    async def sleep(seconds: float) -> None:
        clock.present += timedelta(seconds=seconds)

    return Pace(clock, sleep=sleep, **limits)  # type: ignore[arg-type]  # counts are whole


async def test_the_sixth_request_of_a_minute_waits_for_the_first_to_be_a_minute_old() -> None:
    clock = HandClock(START)
    pace = paced(clock, gap_seconds=0)
    for _ in range(5):
        await pace.take()
    assert clock.present == START
    await pace.take()
    assert clock.present == START + timedelta(seconds=60)


async def test_a_longer_wait_is_refused_with_the_time_to_come_back() -> None:
    clock = HandClock(START)
    pace = paced(clock, gap_seconds=0, per_minute=None, per_day=25)
    for _ in range(25):
        await pace.take()
    with pytest.raises(RateLimited, match="12:00 UTC on 2024-06-15") as refused:
        await pace.take()
    assert refused.value.details["retry_at"] == (START + timedelta(days=1)).isoformat()
    clock.present += timedelta(days=1)
    await pace.take()


async def test_a_closed_door_opens_again() -> None:
    clock = HandClock(START)
    pace = paced(clock, wait_seconds=10)
    assert pace.close_for(timedelta(hours=1)).details["retry_at"] == (START + timedelta(hours=1)).isoformat()
    pace.close_for(timedelta(seconds=1))
    with pytest.raises(RateLimited):
        await pace.take()
    clock.present += timedelta(hours=1)
    await pace.take()


async def test_requests_that_wait_at_once_are_granted_one_after_the_other() -> None:
    clock = HandClock(START)
    granted: list[datetime] = []
    pace = Pace(
        clock, per_minute=2, gap_seconds=1, wait_seconds=300, sleep=lambda seconds: _note(granted, clock, seconds)
    )
    await asyncio.gather(*(pace.take() for _ in range(5)))
    assert [(at - START).total_seconds() for at in granted] == [1, 60, 61, 120]


async def _note(granted: list[datetime], clock: HandClock, seconds: float) -> None:
    granted.append(clock.now() + timedelta(seconds=seconds))


@given(st.lists(st.floats(0, 200), max_size=60), st.integers(1, 6), st.integers(1, 30))
async def test_no_minute_and_no_day_ever_has_more_than_its_share(pauses: list[float], minute: int, day: int) -> None:
    clock = HandClock(START)
    pace = paced(clock, per_minute=minute, per_day=day, gap_seconds=0.5)
    granted: list[datetime] = []
    for pause in pauses:
        clock.present += timedelta(seconds=pause)
        if pace.next_free() - clock.present > timedelta(seconds=65):
            with pytest.raises(RateLimited):
                await pace.take()
        else:
            await pace.take()
            granted.append(clock.present)
    for span, most in ((timedelta(minutes=1), minute), (timedelta(days=1), day), (timedelta(seconds=0.5), 1)):
        for i, at in enumerate(granted):
            assert sum(at <= other < at + span for other in granted[i:]) <= most
