"""What Telegram shows of the bot before a word is said: its menu of commands and its description, in every language."""

from __future__ import annotations

import hashlib
import logging

from telegram import Bot, BotCommand
from telegram.error import TelegramError

from advisor.ports.storage import Storage
from bot.wording import languages, wording

_log = logging.getLogger(__name__)


async def publish_profile(bot: Bot, storage: Storage, bot_id: str) -> None:
    """Set menu and descriptions where they have changed; a failure is logged and costs nothing but them.

    The first language is shown to everybody who has none of ours. Telegram allows few such changes a day, so what was set
    last is remembered, each language for itself.
    """
    for language in languages():
        digest = hashlib.sha256(repr(wording(language)).encode()).hexdigest()
        key = f"telegram:profile:{language}:{bot_id}"
        if await storage.note(key) == digest:
            continue
        try:
            await _publish(bot, language)
        except TelegramError as error:
            _log.warning("profile_not_set language=%s: %s", language, error)
            return
        await storage.set_note(key, digest)


async def _publish(bot: Bot, language: str) -> None:
    words = wording(language)
    code = None if language == languages()[0] else language
    commands = [BotCommand(name, text) for name, text in words.commands]
    await bot.set_my_commands(commands, language_code=code)
    await bot.set_my_description(words.description, language_code=code)
    await bot.set_my_short_description(words.short_description, language_code=code)
