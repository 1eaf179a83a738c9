"""What Telegram shows of the bot before a word is said: its menu of commands and its description."""

from __future__ import annotations

import hashlib
import logging

from telegram import Bot, BotCommand
from telegram.error import TelegramError

from advisor.ports.storage import Storage
from bot.wording import wording

_log = logging.getLogger(__name__)


async def publish_profile(bot: Bot, storage: Storage, bot_id: str) -> None:
    """Set menu and description where they have changed; a failure is logged and costs nothing but them.

    Telegram allows few such changes a day, so what was set last is remembered.
    """
    words = wording()
    digest = hashlib.sha256(repr(words).encode()).hexdigest()
    key = f"telegram:profile:{bot_id}"
    if await storage.note(key) == digest:
        return
    try:
        await bot.set_my_commands([BotCommand(name, text) for name, text in words.commands])
        await bot.set_my_description(words.description)
        await bot.set_my_short_description(words.short_description)
    except TelegramError as error:
        _log.warning("profile_not_set: %s", error)
        return
    await storage.set_note(key, digest)
