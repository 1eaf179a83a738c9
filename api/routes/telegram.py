"""Telegram's webhook: check the secret, make the update durable, acknowledge. The bot process does the rest."""

from __future__ import annotations

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header

from advisor.domain.errors import InvalidInput, NotFound, Unauthorised
from advisor.domain.message import Channel, Received
from api.deps import Resources
from api.errors import described

router = APIRouter(prefix="/api/v1/telegram", tags=["telegram"])
_CARRIERS = ("message", "edited_message", "callback_query", "my_chat_member", "channel_post")


@router.post("/webhook", responses=described(401, 404, 408, 413, 422, 500, 503))
async def webhook(
    resources: Resources,
    update: Annotated[dict[str, Any], Body()],
    x_telegram_bot_api_secret_token: Annotated[str | None, Header()] = None,
) -> dict[str, bool]:
    """An update of Telegram's Bot API, stored before it is acknowledged; a repeated `update_id` is stored once."""
    settings = resources.settings
    secret = settings.telegram_webhook_secret
    if settings.telegram_mode != "webhook" or secret is None:
        raise NotFound("There is no webhook here.")
    given = (x_telegram_bot_api_secret_token or "").encode()
    if not hmac.compare_digest(given, secret.get_secret_value().encode()):
        raise Unauthorised("The webhook's secret does not fit.")
    number = update.get("update_id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise InvalidInput("An update has a whole number as its update_id.", field="update_id")
    await resources.storage.receive([Received(Channel.TELEGRAM, str(number), _chat_of(update), update)])
    await resources.bulletin.publish("inbox:telegram")
    return {"ok": True}


def _chat_of(update: dict[str, Any]) -> str:
    """The chat an update belongs to; empty where it names none (the bot then puts it aside)."""
    for name in _CARRIERS:
        carrier = update.get(name)
        if isinstance(carrier, dict):
            holder = carrier.get("message", carrier) if name == "callback_query" else carrier
            chat = holder.get("chat") if isinstance(holder, dict) else None
            if chat is None and name == "callback_query":
                chat = carrier.get(
                    "from"
                )  # a tap on a message that Telegram hides: in a private chat its sender is the chat
            if isinstance(chat, dict) and isinstance(chat.get("id"), int):
                return str(chat["id"])
    return ""
