"""The whole product on Telegram: the real dialogue and the real bot, with a local Bot API server for the rest of the world."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from advisor.container import Container, open_container
from advisor.domain.message import Channel, Conversation
from bot.app import run
from bot.needs import BotNeeds, BotSettings
from tests.bot_api_server import TOKEN, BotApiServer
from tests.bot_api_server.people import ScriptedUser
from tests.bot_api_server.state import ChatMessage
from tests.transcripts.players import settings_in

_SECONDS = 30.0
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Investor:
    """Somebody with a telephone. What he does returns the messages that came of it."""

    server: BotApiServer
    container: Container
    user: ScriptedUser

    @property
    def address(self) -> str:
        """As storage knows the chat."""
        return str(self.user.chat_id)

    async def say(self, text: str) -> list[ChatMessage]:
        """Type something."""
        return await self._after(len(self.user.messages()), await self.user.send(text))

    async def open_link(self, payload: str) -> list[ChatMessage]:
        """Follow a deep link."""
        return await self._after(len(self.user.messages()), await self.user.open_link(payload))

    async def tap(self, label: str, message_id: int | None = None) -> list[ChatMessage]:
        """Tap a button that is shown."""
        return await self._after(len(self.user.messages()), await self.user.tap(label, message_id))

    async def tap_data(self, data: str, message_id: int) -> list[ChatMessage]:
        """Tap a button that is shown no more."""
        return await self._after(len(self.user.messages()), await self.user.tap_data(data, message_id))

    async def settled(self, update: int) -> None:
        """Wait until an update is handled and all that came of it is sent."""
        async with asyncio.timeout(_SECONDS):
            while not await self._is_settled(update):
                await asyncio.sleep(0.01)

    async def conversation(self) -> Conversation | None:
        """The talk as stored, None if nothing is."""
        return await self.container.storage.find_conversation(Channel.TELEGRAM, self.address)

    async def noted(self, what: str) -> str | None:
        """A note that the bot keeps of this chat."""
        bot = TOKEN.partition(":")[0]
        return await self.container.storage.note(f"telegram:{what}:{bot}:{self.address}")

    def current(self) -> ChatMessage:
        """The message with the open question: the latest that has buttons."""
        return next(message for message in reversed(self.user.messages()) if message.keyboard)

    def questions(self) -> list[ChatMessage]:
        """Messages that still ask something."""
        return [message for message in self.user.messages() if asks(message)]

    async def _after(self, before: int, update: int) -> list[ChatMessage]:
        await self.settled(update)
        return self.user.messages()[before:]

    async def _is_settled(self, update: int) -> bool:
        storage = self.container.storage
        waiting = {item.external_id for item in await storage.waiting(Channel.TELEGRAM, 1000)}
        if str(update) in waiting or any(item["update_id"] == update for item in self.server.state.updates):
            return False
        unsent = await storage.undelivered(_LONG_AGO, 1000)
        return not any(item.recipient.address == self.address and item.status == "waiting" for item in unsent)


def asks(message: ChatMessage) -> bool:
    """Whether a message holds a question's buttons: Skip, Why? and Back carry a system word."""
    return any("!" in button.get("callback_data", "") for row in message.keyboard for button in row)


@dataclass(frozen=True)
class Talk:
    """A product that is running."""

    server: BotApiServer
    container: Container

    def investor(self, chat: int, language: str = "en") -> Investor:
        """Somebody new."""
        return Investor(self.server, self.container, self.server.user(chat, language=language))


@asynccontextmanager
async def talking(folder: Path) -> AsyncIterator[Talk]:
    """The product with a database in `folder`, without Telegram's limits per chat."""
    settings = await settings_in(folder)
    async with BotApiServer() as server, open_container(settings) as container:
        server.state.flood.enabled = False
        stop = asyncio.Event()
        needs = BotNeeds(container.dialogue, container.charts, container.storage, container.clock, container.bulletin)
        unpaced = BotSettings(TOKEN, server.url, poll_seconds=1, per_chat_seconds=0.0)
        bot = asyncio.create_task(run(needs, unpaced, stop))
        try:
            yield Talk(server, container)
        finally:
            stop.set()
            await bot
