"""What the jobs need of the database: each fire once, and a tidy house."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class JobLedger(Protocol):
    """Contract: of any number of processes that claim the same fire, exactly one is told yes, also after a crash."""

    async def claim_fire(self, job: str, fire_time: datetime) -> bool:
        """Whether this process is the one to run this fire of this job."""
        ...

    async def prune(self, before: datetime, now: datetime) -> int:
        """Delete what serves nobody any more; returns how many rows.

        Expired sessions and refresh tokens; inbox rows that brought no turn, sent or buried outbox rows, claimed fires, counted
        attempts and kept answers of writes older than `before`.
        Conversations, plans and their history stay: only their owner deletes those.
        """
        ...
