"""Two chats and every command: what one of them said, named and planned never reaches the other, nor does it change by that."""

from __future__ import annotations

import asyncio
import secrets
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from advisor.container import Container, open_container
from advisor.domain.message import Channel
from bot.app import run as run_bot
from bot.needs import BotNeeds, BotSettings
from tests.bot_api_server import TOKEN, BotApiServer
from tests.bot_api_server.people import ScriptedUser
from tests.transcripts.players import settings_in

OWNER, STRANGER = 71, 72
# Said last, because it ends what the others need.
LAST = ("delete", "yes")


def commands() -> list[str]:
    """Every command that is understood."""
    raw: dict[str, Any] = yaml.safe_load(
        files("advisor.dialogue.nlu").joinpath("data/en/intents.yaml").read_text("utf-8")
    )
    return [name for name in raw["commands"] if name not in LAST]


async def settled(container: Container, chat: int, update: int) -> None:
    """Wait until a message is handled."""
    async with asyncio.timeout(30):
        while True:
            found = await container.storage.find_conversation(Channel.TELEGRAM, str(chat))
            if found is not None and await container.storage.stored_reply(found.id, str(update)) is not None:
                return
            await asyncio.sleep(0.01)


async def everything(container: Container, chat: int) -> dict[str, Any]:
    found = await container.storage.find_conversation(Channel.TELEGRAM, str(chat))
    assert found is not None
    tables = await container.people.everything(found.user_id)
    # How far a reply has got on its way is nobody's doing.
    return {table: rows for table, rows in tables.items() if table not in ("outbox", "notes")}


def seen(user: ScriptedUser) -> str:
    """Everything that stands in somebody's chat: words, buttons and what these carry."""
    return "\n".join(f"{message.text} {message.keyboard}" for message in user.messages())


@pytest.mark.slow
async def test_no_command_of_one_chat_shows_or_changes_what_is_anothers(tmp_path: Path) -> None:
    canary = f"canary{secrets.token_hex(6)}"
    settings = await settings_in(tmp_path)
    async with BotApiServer() as server, open_container(settings) as container:
        server.state.flood.enabled = False
        stop = asyncio.Event()
        needs = BotNeeds(container.dialogue, container.charts, container.storage, container.clock, container.bulletin)
        bot = asyncio.create_task(
            run_bot(needs, BotSettings(TOKEN, server.url, poll_seconds=1, per_chat_seconds=0.0), stop)
        )
        owner, stranger = server.user(OWNER), server.user(STRANGER)
        try:
            await owner.send("/start")
            for text in ("a house", "10 years", f"call this goal {canary}", "/link"):
                await settled(container, OWNER, await owner.send(text))
            await owner.wait(lambda messages: "Your code is " in "".join(it.text for it in messages), 30)
            assert canary in seen(owner)
            code = seen(owner).partition("Your code is ")[2].split(".")[0].strip()
            before = await everything(container, OWNER)
            buttons = [message for message in owner.messages() if message.keyboard][-1]
            data = buttons.keyboard[0][0]["callback_data"]
            await stranger.send("/start")
            for name in commands():
                for text in (f"/{name}", f"/{name} {canary[:4]}"):
                    await settled(container, STRANGER, await stranger.send(text))
            # A tap that carries what stands on the owner's button, under the owner's message.
            await settled(container, STRANGER, await stranger.tap_data(data, buttons.message_id))
            # Whoever was handed the code may wish, and learns nothing by it.
            for text in (f"/start link_{code}", "no", *(f"/{name}" for name in LAST[:1]), LAST[1]):
                await stranger.send(text)
            await stranger.wait(lambda messages: any("gone" in it.text for it in messages), 30)
            assert canary not in seen(stranger)
            assert await everything(container, OWNER) == before
            assert await container.storage.find_conversation(Channel.TELEGRAM, str(STRANGER)) is None
            await settled(container, OWNER, await owner.send("my goals"))
        finally:
            stop.set()
            await bot
