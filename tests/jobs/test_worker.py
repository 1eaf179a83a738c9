"""Jobs run once per fire, whoever asks, and a failing one does not stop the others."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from advisor.container import Container, open_container
from advisor.domain.errors import StorageError
from advisor.jobs.schedule import JOBS, Job
from advisor.jobs.worker import run_due
from tests.transcripts.players import settings_in

NOW = datetime(2026, 5, 4, 10, 30, tzinfo=UTC)


def test_a_fire_time_is_the_latest_round_moment_and_never_in_the_future() -> None:
    job = Job("hourly", timedelta(hours=1), JOBS[0].run)
    assert job.fire_time(NOW) == datetime(2026, 5, 4, 10, tzinfo=UTC)
    assert job.fire_time(NOW + timedelta(days=3)) == datetime(2026, 5, 7, 10, tzinfo=UTC)


async def test_three_workers_at_once_run_each_job_once_and_a_failure_stops_no_other(tmp_path: Path) -> None:
    ran: list[str] = []

    async def note(_container: Container, _now: datetime) -> str:
        ran.append("note")
        return "done"

    async def fail(_container: Container, _now: datetime) -> str:
        ran.append("fail")
        raise StorageError("The disk is full.")

    jobs = (Job("fail", timedelta(hours=1), fail), Job("note", timedelta(hours=1), note))
    async with open_container(await settings_in(tmp_path)) as container:
        await asyncio.gather(*(run_due(container, jobs) for _ in range(3)))
        await run_due(container, jobs)
    assert sorted(ran) == ["fail", "note"]


async def test_the_packaged_jobs_run(tmp_path: Path) -> None:
    async with open_container(await settings_in(tmp_path)) as container:
        assert await run_due(container, JOBS) == [job.name for job in JOBS]
