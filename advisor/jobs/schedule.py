"""Which jobs there are and when they are due. A new job is a row here and a function beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from advisor.container import Container
from advisor.jobs.housekeeping import prune
from advisor.jobs.market import ingest, statements

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Job:
    """Work done every so often. `run` must be safe to run again: a process may die between claiming a fire and finishing it."""

    name: str
    every: timedelta
    run: Callable[[Container, datetime], Awaitable[str]]

    def fire_time(self, now: datetime) -> datetime:
        """The latest fire at or before `now`: after downtime the missed one is caught up, once."""
        return now - (now - _EPOCH) % self.every


JOBS: tuple[Job, ...] = (
    Job("prune", timedelta(days=1), prune),
    Job("ingest", timedelta(hours=6), ingest),  # exchanges close at other hours; what is fresh costs one read
    Job("statements", timedelta(days=7), statements),
)
