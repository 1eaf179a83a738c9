"""`smartinvest run`: the whole advisor on one machine. Migrates, then runs api, bot and worker as one tree of processes."""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from advisor.config.variables import variable
from advisor.domain.replay import Replay
from smartinvest.supervisor import Child, Tree, check_port, run_tree

if TYPE_CHECKING:
    from advisor.config import Settings

_HEAD_START = timedelta(
    seconds=5
)  # of the processes before the walk: otherwise it would be weeks on when they are ready


def run(settings: Settings) -> int:
    """Migrate, start everything, and stay until told to stop; returns the exit status.

    Raises:
        SettingsError: if the port is taken or the data directory cannot be used.
    """
    import asyncio

    from advisor.adapters.db.migrate import migrate
    from advisor.config import prepare_data_dir

    prepare_data_dir(settings)
    check_port(settings.host, settings.port)  # before the database is touched: two by mistake is the commonest mistake
    asyncio.run(migrate(settings.database_url.get_secret_value()))
    return run_tree(plan(settings))


def replay(settings: Settings, first: date, days_per_second: float) -> int:
    """Run everything with the market's "today" walking from `first`; the children learn of it by the environment.

    It stands on `first` for as long as the processes usually take to start.

    Raises:
        SettingsError: as `run` does.
    """
    walk = Replay(first, datetime.now(UTC) + _HEAD_START, days_per_second)
    os.environ[variable("replay")] = str(walk)
    return run(settings.model_copy(update={"replay": walk}))


def plan(settings: Settings) -> Tree:
    """What runs under these settings: always api and worker, the bot where a token is set."""
    others = [_own("bot")] if settings.telegram_token else []
    ready = f"SmartInvest is ready: {settings.url}\n{what_is_on(settings)}"
    return Tree(settings.host, settings.port, _own("api"), (*others, _own("worker")), ready)


def what_is_on(settings: Settings) -> str:
    """One line on the parts an operator may switch."""
    walk = settings.replay
    pace = f", replayed from {walk.first} at {walk.days_per_second:g} days a second" if walk else ""
    parts = {
        "market data": settings.market_data + pace,
        "Telegram": settings.telegram_mode if settings.telegram_token else "off",
        "language model": settings.llm_model or "off",
        "rate limits": "on" if settings.rate_limits else "off",
    }
    return ", ".join(f"{name}: {value}" for name, value in parts.items()) + "."


def _own(name: str) -> Child:
    return Child(name, (sys.executable, "-m", "smartinvest", name))
