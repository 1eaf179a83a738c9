"""The bot against a local Bot API server, with the real client library in between."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from PIL import Image

from advisor.adapters.system.bulletin import InProcessBulletin
from advisor.adapters.system.clock import SystemClock
from advisor.domain.chart import ChartSpec
from advisor.domain.delivery import Recipient
from advisor.domain.message import Channel, Conversation, Inbound, Turn, Visitor
from advisor.domain.reply import Block, Expects, Reply, Text, block_to_json
from advisor.ports.storage import Storage, TurnCommit
from bot.app import run
from bot.needs import BotNeeds, BotSettings
from tests.bot_api_server import TOKEN, BotApiServer
from tests.storage_fake import MemoryStorage

Script = Callable[[Inbound], Reply]


class DrawnCharts:
    """Draws a small plain picture and counts."""

    def __init__(self) -> None:
        self.drawn: list[str] = []
        self.broken = False

    async def draw(self, spec: ChartSpec, fmt: Literal["svg", "png"], theme: Literal["auto", "light", "dark"]) -> bytes:
        if self.broken:
            raise RuntimeError("no fonts")
        self.drawn.append(spec.digest())
        picture = io.BytesIO()
        Image.new("RGB", (64, 40), "white").save(picture, "PNG")
        return picture.getvalue()


def echo(inbound: Inbound) -> Reply:
    """Says what it heard."""
    return Reply((Text(f"heard {inbound.text if inbound.choice is None else list(inbound.choice)}"),))


def always(*blocks: Block, expects: Expects | None = None) -> Script:
    """A script that says the same to everything."""

    def script(inbound: Inbound) -> Reply:
        return Reply(blocks, expects)

    return script


class ScriptedDialogue:
    """Keeps conversations as the real one does, but says what a script says."""

    def __init__(self, storage: Storage, script: Script = echo) -> None:
        self.storage, self.script = storage, script
        self.received: list[tuple[str, Inbound]] = []
        self.visitors: list[Visitor] = []
        self.before: Callable[[str, Inbound], Awaitable[None]] | None = None

    async def receive(self, channel: Channel, address: str, visitor: Visitor, inbound: Inbound) -> Turn | None:
        if self.before is not None:
            await self.before(address, inbound)
        greeting = Turn(1, "advisor", datetime.now(UTC), blocks=())
        conversation = await self.storage.open_conversation(channel, address, {}, greeting, push=False)
        if await self.storage.stored_reply(conversation.id, inbound.external_id) is not None:
            return None
        self.received.append((address, inbound))
        self.visitors.append(visitor)
        await self.storage.commit_turn(self._turn(conversation, inbound, self.script(inbound)))
        return None

    async def push(self, address: str, *blocks: Block) -> None:
        """Say something nobody asked for."""
        conversation = await self.storage.find_conversation(Channel.TELEGRAM, address)
        assert conversation is not None
        inbound = Inbound(f"push-{conversation.turn}", text="")
        turn = self._turn(conversation, inbound, Reply(blocks))
        await self.storage.commit_turn(replace(turn, asked=None, unprompted=True, origin=None))

    @staticmethod
    def _turn(conversation: Conversation, inbound: Inbound, reply: Reply) -> TurnCommit:
        now = datetime.now(UTC)
        asked = Turn(conversation.turn + 1, "investor", now, text=inbound.text, choice=inbound.choice)
        answered = Turn(
            conversation.turn + 2,
            "advisor",
            now,
            blocks=tuple(block_to_json(block) for block in reply.blocks),
            expects=reply.expects.to_json() if reply.expects else None,
        )
        chat, content = Recipient(conversation.channel, conversation.address), inbound.content_hash()
        return TurnCommit(conversation, inbound.external_id, content, {}, asked, answered, to=(chat,), origin=chat)


class Bench:
    """One installation: its storage outlives the bot, which can be started, stopped and killed."""

    def __init__(self, server: BotApiServer) -> None:
        self.server = server
        self.storage = MemoryStorage()
        self.dialogue = ScriptedDialogue(self.storage)
        self.charts = DrawnCharts()
        self.bulletin = InProcessBulletin()
        self.settings = BotSettings(TOKEN, api_root=server.url, poll_seconds=2)
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def needs(self) -> BotNeeds:
        """What the bot is given."""
        return BotNeeds(self.dialogue, self.charts, self.storage, SystemClock(), self.bulletin)

    def start(self, **changes: Any) -> asyncio.Task[None]:
        """Start the bot."""
        self.settings = replace(self.settings, **changes)
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(run(self.needs(), self.settings, self._stop))
        return self._task

    async def stop(self) -> None:
        """Ask the bot to end, and wait for it."""
        if self._task is not None:
            self._stop.set()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def kill(self) -> None:
        """End the bot at once, wherever it is."""
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    async def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait for something in storage or dialogue, looking often."""
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.01)

    def statuses(self) -> list[str]:
        """Of the outbox rows, in order."""
        return [row.status for row in self.storage.outbox.values()]


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer(webhook_retry=0.05) as running:
        yield running


@pytest.fixture
async def bench(server: BotApiServer) -> AsyncIterator[Bench]:
    made = Bench(server)
    yield made
    await made.stop()


def asks(slot: str = "goal", **fields: Any) -> Expects:
    """An open question."""
    body: dict[str, Any] = {"kind": "text", "skippable": False, "step": 1, "steps": 14}
    return Expects(slot, **(body | fields))
