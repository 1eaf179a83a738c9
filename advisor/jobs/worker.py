"""The worker's loops: jobs by the clock, timers and hand-offs beside them; claim what is due, run it, say what came of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from advisor.container import Container
from advisor.domain.errors import SmartInvestError
from advisor.jobs.schedule import JOBS, Job
from advisor.jobs.waking import wake

log = logging.getLogger(__name__)
LOOK_EVERY = 30.0


async def work(container: Container, stop: asyncio.Event, jobs: Sequence[Job] = JOBS) -> None:
    """Run due jobs and fire timers until `stop`; a job that takes minutes keeps no timer waiting."""
    await asyncio.gather(_run_jobs(container, stop, jobs), wake(container, stop))


async def _run_jobs(container: Container, stop: asyncio.Event, jobs: Sequence[Job]) -> None:
    """A job that fails is logged and does not stop the others; its next fire tries again."""
    while not stop.is_set():
        await run_due(container, jobs)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY)


async def run_due(container: Container, jobs: Sequence[Job]) -> list[str]:
    """Run every job whose latest fire nobody has claimed; returns the names of those that ran."""
    ran: list[str] = []
    now = container.clock.now()
    for job in jobs:
        try:
            if await container.ledger.claim_fire(job.name, job.fire_time(now)):
                ran.append(job.name)
                log.info("job %s: %s", job.name, await job.run(container, now))
        except SmartInvestError as error:
            log.warning("job %s failed: %s", job.name, error.message)
    return ran
