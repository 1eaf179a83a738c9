"""The connection to the Bot API: python-telegram-bot's client on two pools, and what its errors mean for us."""

from __future__ import annotations

import logging
import os
from typing import Any
from urllib.parse import urlencode

from telegram import Bot
from telegram.error import InvalidToken, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest

from advisor.domain.errors import SettingsError
from bot.needs import BotSettings

# Far below python-telegram-bot's 256: with many open connections its throughput collapses to a seventh.
_CONNECTIONS = 24
_READ_SECONDS = 12.0
# Failures before a byte of the request was written: sending again cannot double anything.
_NEVER_LEFT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})


class TelegramClient:
    """`bot` sends; updates and getMe are read raw, because one odd field must not hide the rest."""

    def __init__(self, settings: BotSettings) -> None:
        quieten()
        # The library warns at every 429 about a type that will change, unless the new type is chosen here.
        os.environ.setdefault("PTB_TIMEDELTA", "true")
        self._polling: BaseRequest = HTTPXRequest(connection_pool_size=1, read_timeout=_READ_SECONDS, pool_timeout=5.0)
        self._sending: BaseRequest = HTTPXRequest(
            connection_pool_size=_CONNECTIONS, read_timeout=_READ_SECONDS, connect_timeout=6.0, pool_timeout=6.0
        )
        root = settings.api_root.rstrip("/")
        self.bot = Bot(
            settings.token,
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=self._sending,
            get_updates_request=self._polling,
        )

    async def me(self) -> dict[str, Any]:
        """Who the bot is, as Telegram says.

        Raises:
            SettingsError: if Telegram rejects the token.
            TelegramError: if Telegram cannot be reached.
        """
        result = await self._call(self._sending, "getMe", {}, _READ_SECONDS)
        return result if isinstance(result, dict) else {}

    async def updates(self, offset: int | None, limit: int, wait_seconds: int) -> list[dict[str, Any]]:
        """The next raw updates, waiting for one at the server; naming an offset confirms all before it.

        Raises:
            SettingsError: if Telegram rejects the token.
            TelegramError: for everything else that goes wrong.
        """
        arguments = {"limit": limit, "timeout": wait_seconds, "allowed_updates": ALLOWED_UPDATES_JSON}
        if offset is not None:
            arguments["offset"] = offset
        result = await self._call(self._polling, "getUpdates", arguments, wait_seconds + _READ_SECONDS)
        return [item for item in result if isinstance(item, dict)] if isinstance(result, list) else []

    async def _call(self, pool: BaseRequest, method: str, arguments: dict[str, Any], read_seconds: float) -> Any:
        url = f"{self.bot.base_url}/{method}?{urlencode(arguments)}"
        try:
            return await pool.post(url, read_timeout=read_seconds)
        except InvalidToken as rejected:
            raise token_rejected() from rejected

    async def close(self) -> None:
        """Close both pools."""
        await self._polling.shutdown()
        await self._sending.shutdown()


ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
ALLOWED_UPDATES_JSON = '["message","edited_message","callback_query","my_chat_member"]'


def token_rejected() -> SettingsError:
    """The one line that an operator sees for a wrong or revoked token."""
    return SettingsError(
        "SMARTINVEST_TELEGRAM_TOKEN is not accepted by Telegram. Check the token that @BotFather gave you.",
        field="telegram_token",
    )


def retry_seconds(error: RetryAfter) -> float:
    """How long Telegram asks us to wait."""
    wait = error.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()


def may_have_arrived(error: TelegramError) -> bool:
    """Whether Telegram may have accepted a request that failed on the way."""
    cause = type(error.__cause__).__name__
    if cause in _NEVER_LEFT:
        return False
    # A 5xx answer was given by a server that had the request; anything with a cause broke on the wire.
    return isinstance(error, TimedOut) or error.__cause__ is not None or "502" in str(error) or "504" in str(error)


def quieten() -> None:
    """Keep the token out of logs: these libraries write every request's address, which holds it."""
    for name in ("httpx", "httpcore", "telegram.Bot", "telegram.ext"):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
