"""How far a replay has come, for whoever reads the log."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from advisor.container import Container
from advisor.domain.errors import MarketDataError

log = logging.getLogger(__name__)
TELL_EVERY = 10.0


async def follow(container: Container, stop: asyncio.Event, seconds: float = TELL_EVERY) -> None:
    """Log the replayed market's day every so often, what is new only. Returns at once where nothing is replayed."""
    told = ""
    while container.settings.replay is not None and not stop.is_set():
        line = await progress(container)
        if line != told:
            log.info("%s", line)
        told = line
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)


async def progress(container: Container) -> str:
    """Where the replay stands, in a sentence."""
    walk = container.settings.replay
    if walk is None:
        return "Nothing is replayed."
    try:
        last = await container.market.market_date()
    except MarketDataError as fault:
        return f"Replay: it is {container.sources.today()}. {fault.message}"
    if walk.day(container.clock.now()) > container.sources.today():
        return f"Replay: the prices end on {last}, and there it stays."
    return f"Replay: it is {container.sources.today()}, with prices to {last}."
