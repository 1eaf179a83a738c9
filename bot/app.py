"""The Telegram channel: inbox in, outbox out.

    poller (or the api's webhook route) -> inbox -> drain -> dialogue -> outbox -> deliverer -> Telegram

Every arrow begins and ends in storage, so that the process can die between any two of them and lose nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from telegram.error import InvalidToken, TelegramError

from advisor.domain.errors import SettingsError
from advisor.ports.storage import TELEGRAM_NAME, Storage
from bot.chats import Reach
from bot.client import ALLOWED_UPDATES, TelegramClient, token_rejected
from bot.deliver import Deliverer, Post
from bot.documents import Documents
from bot.drain import Drain
from bot.handle import Reception
from bot.loops import Alarm, back_off, pause, repeat, ring_on
from bot.needs import INBOX_TOPIC, OUTBOX_TOPIC, WEBHOOK_PATH, BotNeeds, BotSettings
from bot.pacing import Pacer
from bot.pictures import Pictures
from bot.poller import Poller
from bot.profile import publish_profile
from bot.questions import OpenQuestions
from bot.sending import Sender

_log = logging.getLogger(__name__)


async def run(needs: BotNeeds, settings: BotSettings, stop: asyncio.Event) -> None:
    """Serve Telegram until `stop` is set.

    Raises:
        SettingsError: in one line, if Telegram rejects the token or webhook mode lacks its address or secret.
    """
    _check(settings)
    client = TelegramClient(settings)
    try:
        if await _connect(client, settings, needs.storage, stop):
            await _serve(needs, settings, client, stop)
    finally:
        await client.close()


def _check(settings: BotSettings) -> None:
    if settings.mode == "webhook" and not settings.public_url.startswith(("https://", "http://")):
        raise SettingsError("SMARTINVEST_PUBLIC_URL must be set for Telegram webhooks.", field="public_url")
    if settings.mode == "webhook" and not settings.webhook_secret:
        raise SettingsError(
            "SMARTINVEST_TELEGRAM_WEBHOOK_SECRET must be set for Telegram webhooks.",
            field="telegram_webhook_secret",
        )


async def _connect(client: TelegramClient, settings: BotSettings, storage: Storage, stop: asyncio.Event) -> bool:
    """Check the token, choose polling or webhook, note our name; patient with the network. False if asked to stop meanwhile."""
    failures = 0
    while not stop.is_set():
        try:
            me = await client.me()
            await _choose_mode(client, settings)
        except InvalidToken as rejected:
            raise token_rejected() from rejected
        except TelegramError as error:
            wait = back_off(failures)
            _log.warning("telegram_unreachable: %s; trying again in %.1f s", type(error).__name__, wait)
            await pause(wait, stop)
            failures += 1
        else:
            await storage.set_note(TELEGRAM_NAME, str(me.get("username", "")))
            _log.info("telegram_ready bot=@%s mode=%s", me.get("username", "?"), settings.mode)
            return True
    return False


async def _choose_mode(client: TelegramClient, settings: BotSettings) -> None:
    if settings.mode == "polling":
        await client.bot.delete_webhook(drop_pending_updates=False)
        return
    await client.bot.set_webhook(
        settings.public_url.rstrip("/") + WEBHOOK_PATH,
        secret_token=settings.webhook_secret,
        allowed_updates=ALLOWED_UPDATES,
        drop_pending_updates=False,
    )


async def _serve(needs: BotNeeds, settings: BotSettings, client: TelegramClient, stop: asyncio.Event) -> None:
    """Run all loops until `stop`; the first failure that no repetition can mend stops the others and is raised."""
    arrived, written = Alarm(), Alarm()
    pacer, reach = Pacer(per_chat_seconds=settings.per_chat_seconds), Reach(needs.storage)
    questions = OpenQuestions(client.bot, needs.storage, settings.bot_id)
    pictures = Pictures(needs.charts, needs.storage, settings.bot_id)
    sender = Sender(client.bot, pacer, pictures, Documents(needs.storage, settings.bot_id))
    reception = Reception(needs, client.bot, sender, reach=reach, questions=questions)
    drain = Drain(needs.storage, reception, client.bot, needs.clock, arrived=arrived, answered=written)
    post = Post(
        storage=needs.storage,
        clock=needs.clock,
        sender=sender,
        pacer=pacer,
        reach=reach,
        questions=questions,
        site=settings.public_url,
        lease_seconds=settings.lease_seconds,
    )
    work: list[Coroutine[Any, Any, None]] = [
        drain.run(stop),
        Deliverer(post, written).run(stop),
        publish_profile(client.bot, needs.storage, settings.bot_id),
    ]
    if settings.mode == "polling":
        work.append(_poll(needs, settings, client, arrived, stop))
    try:
        async with asyncio.TaskGroup() as group:
            for coroutine in work:
                group.create_task(coroutine)
            listeners = [
                group.create_task(ring_on(needs.bulletin, INBOX_TOPIC, arrived, stop)),
                group.create_task(ring_on(needs.bulletin, OUTBOX_TOPIC, written, stop)),
            ]
            await stop.wait()
            for listener in listeners:
                listener.cancel()
            arrived.ring()
            written.ring()
    except* SettingsError as wrong:
        raise _first(wrong) from None


def _first(group: BaseExceptionGroup[SettingsError]) -> SettingsError:
    found = group.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found


async def _poll(
    needs: BotNeeds, settings: BotSettings, client: TelegramClient, arrived: Alarm, stop: asyncio.Event
) -> None:
    """Poll until `stop`, and do not wait for a long poll to end then: what it may bring is not confirmed yet."""
    poller = Poller(
        client, needs.storage, needs.clock, bot_id=settings.bot_id, wait_seconds=settings.poll_seconds, arrived=arrived
    )
    await poller.resume()
    polling = asyncio.create_task(repeat("poll", lambda: poller.step(stop), stop))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({polling, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if polling.done():
            polling.result()
    finally:
        for task in (polling, stopping):
            task.cancel()
        await asyncio.gather(polling, stopping, return_exceptions=True)
