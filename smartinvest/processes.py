"""What runs inside each of our processes. Each imports its own half of the house only."""

from __future__ import annotations

import asyncio
import getpass
import locale
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from advisor.domain.errors import SettingsError

if TYPE_CHECKING:
    from advisor.config import Settings


def api(settings: Settings) -> None:
    """Serve the HTTP API until told to stop.

    Raises:
        SmartInvestError: what the application raised while it opened, so that it ends in one line and not in a trace.
    """
    from smartinvest.serving import serve_http

    serve_http("api.app:create_app", settings)


def bot(settings: Settings) -> None:
    """Serve Telegram until told to stop.

    Raises:
        SettingsError: without a token, or with one that Telegram rejects.
    """
    asyncio.run(_bot(settings))


def worker(settings: Settings) -> None:
    """Run the jobs until told to stop."""
    asyncio.run(_worker(settings))


def chat(settings: Settings) -> None:
    """Talk in this terminal until the input ends."""
    from advisor.adapters.db.migrate import migrate
    from advisor.config import prepare_data_dir

    prepare_data_dir(settings)
    asyncio.run(migrate(settings.database_url.get_secret_value()))
    try:
        asyncio.run(_chat(settings))
    except KeyboardInterrupt:
        print("\nYour answers are kept. Until next time.")


async def _bot(settings: Settings) -> None:
    from advisor.container import open_container
    from bot.app import run
    from bot.needs import BotNeeds, BotSettings

    if settings.telegram_token is None:
        raise SettingsError(
            "SMARTINVEST_TELEGRAM_TOKEN is missing. Set it to the token that BotFather gave you.",
            field="telegram_token",
        )
    secret = settings.telegram_webhook_secret
    chosen = BotSettings(
        token=settings.telegram_token.get_secret_value(),
        api_root=settings.telegram_api_url,
        mode=settings.telegram_mode,
        public_url=settings.public_url or "",
        webhook_secret=secret.get_secret_value() if secret else "",
    )
    async with open_container(settings) as container, _until_told() as stop:
        given = (container.dialogue, container.charts, container.storage, container.clock, container.bulletin)
        needs = BotNeeds(*given, limiter=container.limiter if settings.rate_limits else None)
        await run(needs, chosen, stop)


async def _worker(settings: Settings) -> None:
    from advisor.container import open_container
    from advisor.jobs.replay import follow
    from advisor.jobs.worker import work

    async with open_container(settings, patient=True) as container, _until_told() as stop:
        await asyncio.gather(work(container, stop), follow(container, stop))


async def _chat(settings: Settings) -> None:
    from rich.console import Console

    from advisor.container import open_container
    from advisor.domain.message import Visitor
    from smartinvest.terminal import Terminal

    console = Console()

    async def read(prompt: str) -> str | None:
        """Read a line. Nothing else happens meanwhile; and only what the main thread waits for is ended by Ctrl-C."""
        try:
            return console.input(prompt)
        except EOFError:
            console.print()
            return None

    signal.signal(signal.SIGINT, signal.default_int_handler)  # asyncio's handler would wait for the line to end
    async with open_container(settings) as container:
        visitor = Visitor(locale=locale.getlocale()[0], timezone=settings.timezone)
        await Terminal(container, console, read, address=getpass.getuser(), visitor=visitor).run()


@asynccontextmanager
async def _until_told() -> AsyncIterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
