"""What the bot remembers of a chat: whether it can be reached, whether it is waiting, and which message holds the question."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from telegram import Bot
from telegram.error import TelegramError

from advisor.ports.storage import Storage
from bot.needs import CHANNEL

_REMEMBERED = 50_000
_TALKING_SECONDS = 90.0


class Reach:
    """Who can be written to. Somebody who writes is reachable, whatever was stored; somebody who blocked us is not.

    Storage is told once per chat and process, so that a message costs no further transaction.
    """

    def __init__(self, storage: Storage, now: Callable[[], float] = time.monotonic) -> None:
        self._storage = storage
        self._now = now
        self._heard: OrderedDict[str, float] = OrderedDict()

    async def heard(self, chat: str) -> None:
        """Something came from this chat."""
        known = chat in self._heard
        self._heard[chat] = self._now()
        self._heard.move_to_end(chat)
        if len(self._heard) > _REMEMBERED:
            self._heard.popitem(last=False)
        if not known:
            await self._storage.set_reachable(CHANNEL, chat, reachable=True)

    async def lost(self, chat: str) -> None:
        """This chat blocked us or is gone."""
        self._heard.pop(chat, None)
        await self._storage.set_reachable(CHANNEL, chat, reachable=False)

    def talking(self, chat: str) -> bool:
        """Whether somebody waits there for an answer: it goes before what nobody asked for."""
        return self._now() - self._heard.get(chat, float("-inf")) < _TALKING_SECONDS


class OpenQuestions:
    """The message that holds each chat's open question, so that its buttons go away once it is answered.

    One small note is written per question and one edit sent per answer; failures of either change nothing but looks, for an
    old button carries its turn and the dialogue sees that it is old.
    """

    def __init__(self, bot: Bot, storage: Storage, bot_id: str) -> None:
        self._bot, self._storage = bot, storage
        self._prefix = f"telegram:question:{bot_id}:"
        self._known: OrderedDict[str, str] = OrderedDict()

    async def asked(self, chat: str, message_id: int) -> None:
        """A new question is shown: the one before it loses its buttons."""
        before = await self._current(chat)
        await self._remember(chat, str(message_id))
        if before and before != str(message_id):
            await self._strip(chat, int(before))

    async def answered(self, chat: str, message_id: int) -> None:
        """A button of this message was handled: if it was the open question's, its buttons go away."""
        if await self._current(chat) == str(message_id):
            await self._remember(chat, "")
            await self._strip(chat, message_id)

    async def _current(self, chat: str) -> str:
        if chat not in self._known:
            return await self._storage.note(self._prefix + chat) or ""
        return self._known[chat]

    async def _remember(self, chat: str, message_id: str) -> None:
        await self._storage.set_note(self._prefix + chat, message_id)
        self._known[chat] = message_id
        self._known.move_to_end(chat)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    async def _strip(self, chat: str, message_id: int) -> None:
        try:
            await self._bot.edit_message_reply_markup(chat_id=int(chat), message_id=message_id, reply_markup=None)
        except (TelegramError, TypeError):
            # Already gone, deleted by the investor, too old, or no connection: an old button does no harm.
            return
