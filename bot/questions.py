"""The message that holds each chat's open question: its buttons go away once it is answered, and what was tapped stays."""

from __future__ import annotations

import json
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from telegram import Bot, MessageEntity
from telegram.error import TelegramError

from advisor.ports.storage import Storage
from bot.inbound import Screen
from bot.richtext import sendable, utf16_length

_REMEMBERED = 5_000
# What is longer than a screen would jump when it changes, and Telegram lets nobody edit what is older than two days.
_SHORT = 1_000
_RECENT_SECONDS = 47 * 3600
_TICK = "✓"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """An open question as it is shown: in which message, of which turn, what is asked, and since which turn it is asked."""

    message_id: int
    turn: int
    slot: str
    since: int


class OpenQuestions:
    """One small note is written per question and one edit sent per answer; failures of either change nothing but looks, for an
    old button carries its turn and the dialogue sees that it is old. No edit is the only way in which an answer arrives.
    """

    def __init__(self, bot: Bot, storage: Storage, bot_id: str) -> None:
        self._bot, self._storage = bot, storage
        self._prefix = f"telegram:question:{bot_id}:"
        self._settled: OrderedDict[tuple[str, int], None] = OrderedDict()

    async def current(self, chat: str) -> Asked | None:
        """The question that is open in a chat, as far as it was shown there."""
        stored = await self._storage.note(self._prefix + chat)
        if not stored:
            return None
        fields = json.loads(stored)
        # Earlier versions kept the message's number alone.
        return Asked(**fields) if isinstance(fields, dict) else Asked(int(fields), 0, "", 0)

    async def asked(self, chat: str, message_id: int, turn: int, slot: str) -> None:
        """A question is shown: the message that held the one before loses its buttons."""
        before = await self.current(chat)
        since = before.since if before and before.slot == slot else turn
        fields = {"message_id": message_id, "turn": turn, "slot": slot, "since": since}
        await self._storage.set_note(self._prefix + chat, json.dumps(fields))
        if before and before.message_id != message_id:
            await self._bare(chat, before.message_id)

    async def closed(self, chat: str) -> None:
        """A turn that asks nothing is shown: no question is open."""
        if before := await self.current(chat):
            await self._storage.set_note(self._prefix + chat, "")
            await self._bare(chat, before.message_id)

    def settle(self, chat: str, message_id: int) -> None:
        """This message is being answered by a tap: `answered` will change it, and nobody else needs to."""
        self._settled[chat, message_id] = None
        if len(self._settled) > _REMEMBERED:
            self._settled.popitem(last=False)

    async def answered(self, chat: str, screen: Screen, label: str) -> None:
        """A question was answered by a tap: its buttons give way to the answer, where its message is short and recent."""
        text = f"{screen.text}\n\n{_TICK} {sendable(label)}"
        recent = time.time() - screen.sent < _RECENT_SECONDS
        if not (label and screen.text and recent and utf16_length(text) <= _SHORT):
            await self.strip(chat, screen.message_id)
            return
        try:
            await self._bot.edit_message_text(
                text, int(chat), screen.message_id, entities=_entities(screen.entities), reply_markup=None
            )
        except TelegramError as refused:
            _log.info("answer_not_shown chat=%s: %s", chat, refused)
            await self.strip(chat, screen.message_id)
        except TypeError:
            _log.warning("telegram_answer_unreadable: editMessageText")

    async def strip(self, chat: str, message_id: int) -> None:
        """Take the buttons of a message away."""
        await _tolerated(
            self._bot.edit_message_reply_markup(chat_id=int(chat), message_id=message_id, reply_markup=None)
        )

    async def _bare(self, chat: str, message_id: int) -> None:
        if (chat, message_id) not in self._settled:
            await self.strip(chat, message_id)


async def _tolerated(edit: Awaitable[Any]) -> None:
    try:
        await edit
    except (TelegramError, TypeError) as refused:
        # Already gone, deleted by the investor, too old, or no connection: an old button does no harm.
        _log.info("buttons_not_removed: %s", refused)


def _entities(raw: Any) -> list[MessageEntity]:
    """The formatting of a message as an update tells it, as far as it can be read."""
    found = []
    for item in raw if isinstance(raw, list) else ():
        if isinstance(item, dict):
            kind, offset, length = (item.get(name) for name in ("type", "offset", "length"))
            if isinstance(kind, str) and isinstance(offset, int) and isinstance(length, int):
                found.append(MessageEntity(kind, offset, length))
    return found
