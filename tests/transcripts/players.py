"""Three ways to hold the same talk: over HTTP, on Telegram with a local Bot API server between, and in a terminal."""

from __future__ import annotations

import asyncio
import io
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import httpx
from rich.console import Console

from advisor.adapters.db.migrate import migrate
from advisor.config import Settings
from advisor.container import Container, open_container
from advisor.domain.message import Channel, Visitor
from api.app import create_app
from bot.app import run as run_bot
from bot.needs import BotNeeds, BotSettings
from smartinvest.terminal import Terminal
from tests.bot_api_server import TOKEN, BotApiServer

Turn = dict[str, Any]
_SECONDS = 30.0


class Player(Protocol):
    """One investor on one channel. Every call returns the advisor's turn as it is stored: `blocks` and `expects`."""

    async def open(self, visitor: dict[str, str]) -> Turn:
        """Appear."""
        ...

    async def say(self, text: str) -> Turn:
        """Type."""
        ...

    async def tap(self, choice: str | list[str]) -> Turn:
        """Tap an option (by its id), or several and Done."""
        ...


async def settings_in(folder: Path) -> Settings:
    """Settings for the sample data and a fresh, migrated database in `folder`."""
    settings = Settings(data_dir=folder, market_data="sample", telegram_token=TOKEN)
    await migrate(settings.database_url.get_secret_value())
    return settings


@asynccontextmanager
async def web(folder: Path) -> AsyncIterator[Player]:
    """Through the HTTP application."""
    application = create_app(await settings_in(folder))
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield _Web(client)


class _Web:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._headers: dict[str, str] = {}

    async def open(self, visitor: dict[str, str]) -> Turn:
        body = (await self._client.post("/api/v1/chat/sessions", json=visitor)).raise_for_status().json()
        self._headers = {"Authorization": f"Bearer {body['token']}"}
        return {"blocks": body["blocks"], "expects": body["expects"]}

    async def say(self, text: str) -> Turn:
        return await self._send(text=text)

    async def tap(self, choice: str | list[str]) -> Turn:
        return await self._send(choice=choice)

    async def _send(self, **said: Any) -> Turn:
        body = {"client_id": secrets.token_hex(8), **said}
        answer = await self._client.post("/api/v1/chat/messages", json=body, headers=self._headers)
        reply: Turn = answer.raise_for_status().json()
        return {"blocks": reply["blocks"], "expects": reply["expects"]}


@asynccontextmanager
async def telegram(folder: Path) -> AsyncIterator[Player]:
    """Through the bot and a local server that speaks the Bot API."""
    settings = await settings_in(folder)
    async with BotApiServer() as server, open_container(settings) as container:
        stop = asyncio.Event()
        needs = BotNeeds(container.dialogue, container.charts, container.storage, container.clock, container.bulletin)
        # Telegram's limits per chat are held by tests/bot. Here they would only make a talk last as long as it would in life.
        server.state.flood.enabled = False
        unpaced = BotSettings(TOKEN, server.url, poll_seconds=1, per_chat_seconds=0.0)
        bot = asyncio.create_task(run_bot(needs, unpaced, stop))
        try:
            yield _Telegram(container, server)
        finally:
            stop.set()
            await bot


class _Telegram:
    """`tap` presses the button that the bot sent, so that what is stored and what is shown are one."""

    def __init__(self, container: Container, server: BotApiServer) -> None:
        self._container = container
        self._server = server
        self._chat = 7001

    async def open(self, visitor: dict[str, str]) -> Turn:
        self._user = self._server.user(self._chat, language=visitor.get("locale", "en"))
        await self._user.send("/start")
        return await self._turn(1)

    async def say(self, text: str) -> Turn:
        turn = await self._last()
        await self._user.send(text)
        return await self._turn(turn + 2)

    async def tap(self, choice: str | list[str]) -> Turn:
        turn = await self._last()
        stored = (await self._stored(turn)) or {}
        offered = {o["id"]: o["label"] for o in (stored["expects"] or {}).get("options", [])}
        for block in stored["blocks"]:
            offered |= {o["id"]: o["label"] for o in block.get("options", [])}
        for item in [choice] if isinstance(choice, str) else choice:
            await self._press(offered[item], turn)
        if isinstance(choice, list):
            await self._press("Done", turn)
        return await self._turn(turn + 2)

    async def _press(self, label: str, turn: int) -> None:
        """Press the button of this turn that ends with the label ("2. A home") as soon as it is there."""
        async with asyncio.timeout(_SECONDS):
            while (found := self._shown(label, turn)) is None:
                await asyncio.sleep(0.02)
        await self._user.tap_data(*found)

    def _shown(self, label: str, turn: int) -> tuple[str, int] | None:
        for message in reversed(self._user.messages()):
            for key in (key for row in message.keyboard or [] for key in row):
                if re.match(rf"t{turn}\b", key["callback_data"]) and (
                    key["text"] == label or key["text"].endswith(f" {label}")
                ):
                    return key["callback_data"], message.message_id
        return None

    async def _last(self) -> int:
        conversation = await self._container.storage.find_conversation(Channel.TELEGRAM, str(self._chat))
        assert conversation is not None
        return conversation.turn

    async def _turn(self, number: int) -> Turn:
        """The turn once it is stored and delivered."""
        async with asyncio.timeout(_SECONDS):
            while (turn := await self._stored(number)) is None or not self._delivered(turn):
                await asyncio.sleep(0.02)
        return turn

    async def _stored(self, number: int) -> Turn | None:
        conversation = await self._container.storage.find_conversation(Channel.TELEGRAM, str(self._chat))
        if conversation is None:
            return None
        turns = await self._container.storage.history(conversation.id, number - 1, 1)
        return {"blocks": list(turns[0].blocks or ()), "expects": turns[0].expects} if turns else None

    def _delivered(self, turn: Turn) -> bool:
        """Whether the last words of the turn stand in the chat."""
        said = [block.get("text") or block.get("caption") or "" for block in turn["blocks"]]
        last = next(text for text in reversed(said) if text).replace("**", "").splitlines()[-1].removeprefix("- ")
        return any(last in shown for shown in self._user.texts())


@asynccontextmanager
async def terminal(folder: Path) -> AsyncIterator[Player]:
    """Through the terminal channel, with a string for a screen."""
    async with open_container(await settings_in(folder)) as container:
        player = _Terminal(container)
        yield player
        await player.close()


class _Terminal:
    def __init__(self, container: Container) -> None:
        self._container = container
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._waiting = asyncio.Event()
        self.screen = io.StringIO()
        self._task: asyncio.Task[None] | None = None

    async def open(self, visitor: dict[str, str]) -> Turn:
        console = Console(file=self.screen, width=100)
        channel = Terminal(
            self._container,
            console,
            self._read,
            address="tester",
            visitor=Visitor(visitor.get("locale"), None, visitor.get("currency")),
        )
        self._task = asyncio.create_task(channel.run())
        return await self._turn()

    async def say(self, text: str) -> Turn:
        self._waiting.clear()
        await self._lines.put(text)
        return await self._turn()

    async def tap(self, choice: str | list[str]) -> Turn:
        """A terminal has no buttons: an option is typed by its number, or by its words if it is no option of the question."""
        turn = await self._stored()
        ids = [o["id"] for o in (turn["expects"] or {}).get("options", [])]
        offered = {o["id"]: o["label"] for block in turn["blocks"] for o in block.get("options", [])}
        chosen = [choice] if isinstance(choice, str) else choice
        return await self.say(", ".join(str(ids.index(item) + 1) if item in ids else offered[item] for item in chosen))

    async def close(self) -> None:
        await self._lines.put(None)
        if self._task is not None:
            await self._task

    async def _read(self, _prompt: str) -> str | None:
        self._waiting.set()
        return await self._lines.get()

    async def _turn(self) -> Turn:
        async with asyncio.timeout(_SECONDS):
            waiting = asyncio.create_task(self._waiting.wait())
            assert self._task is not None
            await asyncio.wait({waiting, self._task}, return_when=asyncio.FIRST_COMPLETED)
            if self._task.done():
                self._task.result()
        return await self._stored()

    async def _stored(self) -> Turn:
        conversation = await self._container.storage.find_conversation(Channel.TERMINAL, "tester")
        assert conversation is not None
        turn = (await self._container.storage.history(conversation.id, conversation.turn - 1, 1))[0]
        return {"blocks": list(turn.blocks or ()), "expects": turn.expects}
