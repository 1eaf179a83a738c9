"""Which language a chat speaks: that of its talk, which may have been switched, rather than that of the telephone."""

from __future__ import annotations

import logging

from advisor.domain.errors import SmartInvestError
from advisor.domain.message import Conversation
from advisor.ports.storage import Storage
from bot.needs import CHANNEL

_DEFAULT = "en"
_log = logging.getLogger(__name__)


def spoken_in(conversation: Conversation | None, otherwise: str | None = None) -> str:
    """The locale of a conversation; `otherwise`, or English, where there is none."""
    locale = conversation.state.get("locale") if conversation is not None else None
    return locale if isinstance(locale, str) and locale else otherwise or _DEFAULT


async def language_of(storage: Storage, chat: str, otherwise: str | None) -> str:
    """The locale of a chat's talk; `otherwise`, or English, where nothing was said yet or storage does not answer."""
    try:
        return spoken_in(await storage.find_conversation(CHANNEL, chat), otherwise)
    except SmartInvestError as error:
        _log.warning("language_unknown chat=%s: %s", chat, error.message)
        return spoken_in(None, otherwise)
