"""One run: a fleet under load, faults at random moments, then everything drained and reckoned up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from advisor.adapters.db.schema import inbox, outbox, timers
from advisor.adapters.db.storage import SqlStorage, open_storage
from advisor.adapters.vault import Vault, generate_key
from tests.adapters.db.older import in_the_database
from tests.bot_api_server import BotApiServer
from tests.delivery import processes
from tests.delivery.fleet import Fleet, Program
from tests.delivery.load import Chats, Visitors
from tests.delivery.processes import Wiring
from tests.delivery.reckoning import Found, reckon
from tests.running import free_port

# The clustered form: one process takes in, two handle and send, one fires timers.
SEVERAL: Mapping[str, Program] = {
    "intake": processes.intake,
    "bot-a": processes.bot,
    "bot-b": processes.bot,
    "waker": processes.waker,
}
# The form of one machine: one bot fetches, handles and sends; the web has its own process.
ALONE: Mapping[str, Program] = {"intake": processes.intake, "poller": processes.poller, "waker": processes.waker}
SENDING = ("bot-a", "bot-b", "poller")
"""The programs that send."""

_LOOK_SECONDS = 0.25
_OPEN_SECONDS = 60.0
_CALLS = (0, 5, 20, 60)
_LONGEST_SECONDS = 2.0


@dataclass
class Run:
    """What a test disturbs."""

    fleet: Fleet
    server: BotApiServer
    chats: Chats
    visitors: Visitors
    wiring: Wiring
    dice: random.Random

    async def kill(self) -> None:
        """After some work and a random moment, kill a random process and start it again."""
        await self._calls(self.dice.choice(_CALLS))
        await asyncio.sleep(self.dice.uniform(0.0, 0.3))
        victim = self.dice.choice(self.fleet.names)
        await asyncio.to_thread(self.fleet.kill, victim)
        self.fleet.start(victim)

    async def _calls(self, number: int) -> None:
        """Wait until the bots have called Telegram so often, but not long: what was killed last may be what would."""
        calls = self.server.state.calls
        target = len(calls) + number
        with suppress(TimeoutError):
            await self.server.state.until(lambda: len(calls) >= target, _LONGEST_SECONDS)


@asynccontextmanager
async def running(
    database_url: str,
    logs: Path,
    programs: Mapping[str, Program],
    *,
    chats: int = 60,
    visitors: int = 4,
    per_second: float = 40.0,
    seed: int = 1,
    redis_url: str | None = None,
) -> AsyncIterator[tuple[Run, Callable[[], Awaitable[Found]]]]:
    """A fleet under load, and what ends the load, waits until all is drained and reckons up."""
    key = generate_key()
    async with BotApiServer(webhook_retry=0.02) as server:
        server.state.flood.enabled = False
        wiring = Wiring(database_url, key, server.url, free_port(), logs, _till_morning(), redis_url)
        storage = await open_storage(database_url, Vault([key]))  # the keys are this database's from here on
        run = Run(
            fleet=Fleet(wiring, programs),
            server=server,
            chats=Chats(server, chats, seed),
            visitors=Visitors(wiring.intake, visitors),
            wiring=wiring,
            dice=random.Random(seed),
        )
        load: list[asyncio.Task[Any]] = []
        try:
            run.fleet.start()
            async with asyncio.timeout(_OPEN_SECONDS):
                await run.visitors.arrive()
            run.fleet.check()
            load = [asyncio.create_task(run.chats.write(per_second)), asyncio.create_task(run.visitors.write(0.2))]
            yield run, lambda: _reckoned(run, storage, load)
        finally:
            for task in load:
                task.cancel()
            await asyncio.gather(*load, return_exceptions=True)
            await asyncio.to_thread(run.fleet.stop)
            await storage.close()


def _till_morning() -> timedelta:
    """To half past nine UTC: nobody is reminded at night, and timers that are put off till the morning are all due at once."""
    now = datetime.now(UTC)
    return datetime.combine(now.date() + timedelta(days=1), time(9, 30), UTC) - now


async def _reckoned(run: Run, storage: SqlStorage, load: list[asyncio.Task[Any]]) -> Found:
    writing, visiting = load
    writing.cancel()
    run.visitors.stop()
    await visiting
    await _drained(run)
    run.fleet.check()
    await asyncio.to_thread(run.fleet.stop)
    return await reckon(storage, run.server, run.chats, run.visitors)


async def _drained(run: Run, seconds: float = 120.0) -> None:
    """Return when nothing waits any more: with Telegram, in the inbox, in the outbox, among the timers."""
    async with asyncio.timeout(seconds):
        while run.server.state.updates or await in_the_database(run.wiring.database_url, _waits):
            run.fleet.check()
            await asyncio.sleep(_LOOK_SECONDS)


def _waits(connection: Connection) -> bool:
    """Whether anything is on its way. A timer that is set waits too: to the wakers, all of them are due."""
    unsent = select(outbox.c.id).where(outbox.c.status.in_(("pending", "sending")))
    unhandled = select(inbox.c.id).where(inbox.c.status == "waiting")
    return any(
        connection.execute(rows.limit(1)).first() for rows in (unsent, unhandled, select(timers.c.conversation_id))
    )
