"""What runs inside the processes that are killed: the product's own loops over a small flow, opened without market or pictures."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import uvicorn
from fastapi import FastAPI

from advisor.adapters.db.bulletin import PostgresBulletin
from advisor.adapters.db.storage import SqlStorage, open_storage
from advisor.adapters.db.url import parse_url
from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.redis.bulletin import RedisBulletin
from advisor.adapters.system.bulletin import InProcessBulletin
from advisor.adapters.system.clock import SystemClock
from advisor.adapters.system.offload import LocalOffload
from advisor.adapters.vault import Vault
from advisor.config import Settings
from advisor.container import Container
from advisor.dialogue.conversation import Dialogue
from advisor.dialogue.flows import Flow, load
from advisor.domain.errors import SmartInvestError
from advisor.jobs.waking import fire_timers
from advisor.ports.storage import Storage
from advisor.ports.system import Bulletin, Clock
from api import errors
from api.routes import chat, telegram
from bot.app import run
from bot.needs import BotNeeds, BotSettings
from tests.bot_api_server import TOKEN
from tests.dialogues import HOST, actions_of

SECRET = "a-webhook-secret"
SITE = "http://127.0.0.1"
LEASE_SECONDS = 5.0
"""Of a reply that is being sent: how long it waits after a crash."""

_LOOK_SECONDS = 0.5
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wiring:
    """Where a process finds everything. `ahead` is by how much the clocks of all of them run ahead of the machine's."""

    database_url: str
    secret_key: str
    bot_api: str
    port: int
    logs: Path
    ahead: timedelta
    redis_url: str | None = None

    @property
    def intake(self) -> str:
        """The address of the process that takes messages in."""
        return f"{SITE}:{self.port}"


class LaterClock:
    """A clock that runs ahead."""

    def __init__(self, ahead: timedelta) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        return SystemClock().now() + self._ahead


def small_flow() -> Flow:
    """Two questions of the real flow: the first is answered and corrected, the second stays open."""
    full = load("first_plan")
    asked = tuple(step for step in full.slots() if step.slot in ("initial_amount", "monthly_amount"))
    return replace(full, steps=asked, dependants={}, confirmations=(), afterwards=())


def dialogue_over(storage: Storage, clock: Clock, bulletin: Bulletin) -> Dialogue:
    """The one door, with the real engine over the small flow."""
    market, flow = SampleMarket(), small_flow()
    return Dialogue(
        storage=storage,
        market=market,
        actions=actions_of(storage, market, LocalOffload(), clock, flow=flow),
        clock=clock,
        bulletin=bulletin,
        host=HOST,
        flow=flow,
        today=lambda: clock.now().date(),
    )


def bot(wiring: Wiring, generation: int) -> None:
    """The bot in webhook mode: inbox to dialogue, outbox to Telegram."""
    _enter(wiring, f"bot-{generation}")
    asyncio.run(_bot(wiring))


def poller(wiring: Wiring, generation: int) -> None:
    """The bot in polling mode: it fetches the messages as well."""
    _enter(wiring, f"poller-{generation}")
    asyncio.run(_bot(wiring, mode="polling"))


def intake(wiring: Wiring, generation: int) -> None:
    """The webhook and the chat routes over HTTP."""
    _enter(wiring, f"intake-{generation}")
    asyncio.run(_intake(wiring))


def waker(wiring: Wiring, generation: int) -> None:
    """Timers, by a clock that is days ahead, so that all are due; each waker finds the leases of the one before run out."""
    _enter(wiring, f"waker-{generation}")
    asyncio.run(_wake(wiring, LaterClock(wiring.ahead + 3 * _DAY + generation * timedelta(minutes=2))))


def _enter(wiring: Wiring, name: str) -> None:
    """Everything that is said goes to a log of this process's own."""
    log = os.open(wiring.logs / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s", force=True)


@asynccontextmanager
async def _opened(wiring: Wiring) -> AsyncIterator[tuple[SqlStorage, Bulletin]]:
    storage = await open_storage(wiring.database_url, Vault([wiring.secret_key]))
    bulletin = _bulletin(wiring)
    try:
        yield storage, bulletin
    finally:
        await bulletin.close()
        await storage.close()


def _bulletin(wiring: Wiring) -> Bulletin:
    """As the container chooses it."""
    if wiring.redis_url is not None:
        return RedisBulletin(wiring.redis_url)
    url = parse_url(wiring.database_url)
    return PostgresBulletin(url.dsn) if url.kind == "postgresql" else InProcessBulletin()


async def _bot(wiring: Wiring, **changes: Any) -> None:
    settings = BotSettings(
        TOKEN,
        api_root=wiring.bot_api,
        mode="webhook",
        public_url=wiring.intake,
        webhook_secret=SECRET,
        poll_seconds=2,
        lease_seconds=LEASE_SECONDS,
        per_chat_seconds=0.0,
    )
    stop, clock = _until_told(), LaterClock(wiring.ahead)
    async with _opened(wiring) as (storage, bulletin):
        dialogue = dialogue_over(storage, clock, bulletin)
        needs = BotNeeds(dialogue, cast(Any, None), storage, clock, bulletin)  # nothing here draws a picture
        await run(needs, replace(settings, **changes), stop)


async def _intake(wiring: Wiring) -> None:
    app, clock = FastAPI(), LaterClock(wiring.ahead)
    for module in (telegram, chat):
        app.include_router(module.router)
    errors.install(app)
    settings = Settings.model_validate({"telegram_mode": "webhook", "telegram_webhook_secret": SECRET})
    async with _opened(wiring) as (storage, bulletin):
        app.state.container = SimpleNamespace(
            settings=settings,
            storage=storage,
            bulletin=bulletin,
            clock=clock,
            dialogue=dialogue_over(storage, clock, bulletin),
        )
        config = uvicorn.Config(app, port=wiring.port, log_config=None, log_level="warning", lifespan="off")
        await uvicorn.Server(config).serve()


async def _wake(wiring: Wiring, clock: Clock) -> None:
    stop = _until_told()
    async with _opened(wiring) as (storage, bulletin):
        opened = SimpleNamespace(storage=storage, clock=clock, dialogue=dialogue_over(storage, clock, bulletin))
        while not stop.is_set():
            try:
                await fire_timers(cast(Container, opened))
            except SmartInvestError as error:  # as the worker's own loop does
                logging.getLogger(__name__).warning("timers cannot be looked for: %s", error.message)
            await asyncio.sleep(_LOOK_SECONDS)


def _until_told() -> asyncio.Event:
    """An event that SIGTERM sets."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    return stop
