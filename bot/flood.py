"""Chats that write faster than anybody reads: their messages wait in the inbox, none is lost, and a sentence says so."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict

from telegram.error import TelegramError

from advisor.domain.rates import Rate
from advisor.ports.limits import RateLimiter
from bot.inbound import Event, Said, Tapped
from bot.loops import pause
from bot.sending import Sender
from bot.wording import wording

PER_CHAT = Rate("telegram:chat", 20, 20)
"""What a chat may say without waiting: more than anybody types or taps for long."""

_SAY_EVERY = 60.0
_REMEMBERED = 5_000
_log = logging.getLogger(__name__)


class FloodGate:
    """Lets a chat's messages through at the pace of `PER_CHAT`; without a limiter, all at once."""

    def __init__(self, limiter: RateLimiter | None, sender: Sender) -> None:
        self._limiter = limiter
        self._sender = sender
        self._told: OrderedDict[str, float] = OrderedDict()

    async def passed(self, event: Event, stop: asyncio.Event) -> bool:
        """Wait until the event may be handled; False if a stop came first."""
        if self._limiter is None or not isinstance(event, Said | Tapped):
            return True
        while (seconds := await self._limiter.spend((PER_CHAT,), f"telegram:{event.chat}")) > 0:
            await self._tell(event)
            await pause(seconds, stop)
            if stop.is_set():
                return False
        return True

    async def _tell(self, event: Said | Tapped) -> None:
        """Say why it takes a while, once a minute."""
        now = time.monotonic()
        if now - self._told.get(event.chat, float("-inf")) < _SAY_EVERY:
            return
        self._told[event.chat] = now
        self._told.move_to_end(event.chat)
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        try:
            await self._sender.say(event.chat, wording(event.visitor.locale).flood)
        except TelegramError as error:
            _log.info("flood_not_told chat=%s: %s", event.chat, error)
