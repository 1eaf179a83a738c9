"""Workers that stand still beyond their leases and then go on: others have taken over, and nothing has two effects.

Telegram knows no fence: what stood between the last look at its lease and the socket is sent late, and is listed.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot import drain
from tests.databases import database_url, postgres_server, postgres_url, sqlite_url
from tests.delivery.processes import LEASE_SECONDS
from tests.delivery.reckoning import report
from tests.delivery.run import SEVERAL, running
from tests.promises import Promise, soak_count

__all__ = ["database_url", "postgres_server", "postgres_url", "sqlite_url"]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("delivery")]  # so that one worker imports everything, once

PAUSES = soak_count("SOAK_PAUSES", 1)
BEYOND = max(LEASE_SECONDS, drain.LEASE_SECONDS) + 1.0


@pytest.mark.timeout(200 + 20 * PAUSES)
async def test_paused_beyond_its_lease_a_worker_does_no_harm(
    database_url: str, tmp_path: Path, promise: Promise
) -> None:
    async with running(database_url, tmp_path, SEVERAL) as (run, reckoned):
        for pause in range(PAUSES):
            await asyncio.sleep(run.dice.uniform(1.0, 2.0))
            for name in ("waker", paused := run.dice.choice(("bot-a", "bot-b"))):
                run.fleet.pause(name)
            before = run.chats.total
            await asyncio.sleep(BEYOND)
            assert run.chats.total > before, "the other goes on"
            for name in ("waker", paused):
                run.fleet.resume(name)
            promise.progress(pause + 1, PAUSES, f"pauses, {run.chats.total:,} messages")
        await asyncio.sleep(1.0)
        found = await reckoned()
    report(promise, "paused beyond the lease", database_url, PAUSES, found)
    found.hold()
