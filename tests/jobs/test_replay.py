"""The log of a replay: where it stands, that the data end, and what is wrong before they begin."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from advisor.container import open_container
from advisor.domain.replay import Replay
from advisor.jobs.replay import follow, progress
from tests.transcripts.players import settings_in

LAST = date(2016, 7, 1)


async def said(folder: Path, first: date, speed: float = 0.0) -> tuple[str, date]:
    """The sentence, and the day that "by 2030" is counted from."""
    settings = (await settings_in(folder)).model_copy(update={"replay": Replay(first, datetime.now(UTC), speed)})
    async with open_container(settings) as container:
        return await progress(container), container.sources.today()


async def test_it_says_the_day_and_the_last_price(tmp_path: Path) -> None:
    assert await said(tmp_path, date(2008, 2, 17)) == (
        "Replay: it is 2008-02-17, with prices to 2008-02-15.",
        date(2008, 2, 17),
    )


async def test_at_the_end_of_the_data_it_stays_and_so_does_the_day_of_the_talk(tmp_path: Path) -> None:
    line, day = await said(tmp_path, date(2030, 1, 1), 10_000)
    assert line == "Replay: the prices end on 2016-07-01, and there it stays."
    assert day == LAST


async def test_before_the_data_it_says_when_they_begin(tmp_path: Path) -> None:
    line, _ = await said(tmp_path, date(1975, 1, 2))
    assert line == "Replay: it is 1975-01-02. The sample begins on 2 January 1990."


async def test_a_line_is_logged_once_while_nothing_is_new(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = (await settings_in(tmp_path)).model_copy(
        update={"replay": Replay(date(2008, 2, 17), datetime.now(UTC), 0.0)}
    )
    stop = asyncio.Event()
    async with open_container(settings) as container:
        with caplog.at_level(logging.INFO, "advisor.jobs.replay"):
            following = asyncio.create_task(follow(container, stop, seconds=0.01))
            await asyncio.sleep(0.2)
            stop.set()
            await following
    assert [record.message for record in caplog.records] == ["Replay: it is 2008-02-17, with prices to 2008-02-15."]


async def test_without_a_replay_there_is_nothing_to_follow(tmp_path: Path) -> None:
    async with open_container(await settings_in(tmp_path)) as container:
        await follow(container, asyncio.Event())
        assert abs((container.sources.today() - container.clock.now().date()).days) <= 1
