"""kill -9 at random moments under load: nothing acknowledged is lost, nothing has two effects, nothing changes its order."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.databases import database_url, postgres_server, postgres_url, sqlite_url
from tests.delivery.fleet import Program
from tests.delivery.reckoning import report
from tests.delivery.run import ALONE, SENDING, SEVERAL, running
from tests.promises import Promise, soak_count

__all__ = ["database_url", "postgres_server", "postgres_url", "sqlite_url"]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("delivery")]  # so that one worker imports everything, once

KILLS = soak_count("SOAK_KILLS", 20) // 2
"""Half of them in either form of the product."""

SENDS_AT_ONCE = 16
"""Each of so many chats may get the part under way twice when a process that sends is killed."""


@pytest.mark.timeout(200 + 3 * KILLS)
@pytest.mark.parametrize("programs", [pytest.param(SEVERAL, id="several"), pytest.param(ALONE, id="alone")])
async def test_killed_at_random_moments_under_load_nothing_is_lost_doubled_or_out_of_order(
    database_url: str, programs: Mapping[str, Program], tmp_path: Path, promise: Promise
) -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    async with running(database_url, tmp_path, programs, seed=seed) as (run, reckoned):
        for kill in range(KILLS):
            await run.kill()
            promise.progress(kill + 1, KILLS, f"kills, {run.chats.total:,} messages")
        found = await reckoned()
    crashes = sum(run.fleet.killed[name] for name in SENDING)
    print(f"{crashes} of the kills hit a process that sends")
    report(promise, f"kill -9, {len(programs)} processes", database_url, KILLS, found)
    found.hold()
    assert found.late_sends == 0, found.line()
    assert len(found.again) <= crashes * SENDS_AT_ONCE, "more than was under way"
