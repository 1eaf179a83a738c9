"""Three ways to hold the same talk: over HTTP, on Telegram with a local Bot API server between, and in a terminal.

One product is opened once and serves them all, and many people one after another, as it does in life.
"""

from __future__ import annotations

import asyncio
import io
import itertools
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import httpx
from rich.console import Console

from advisor.adapters.db.migrate import migrate
from advisor.config import Settings
from advisor.container import Container
from advisor.domain.message import Channel, Visitor
from advisor.ports.storage import TELEGRAM_NAME
from api.app import create_app
from bot.app import run as run_bot
from bot.callback import decode, offered
from bot.needs import BotNeeds, BotSettings
from smartinvest.terminal import Terminal
from tests.bot_api_server import TOKEN, BotApiServer
from tests.transcripts.seat import Seat
from tests.transcripts.turns import Turn

_SECONDS = 30.0


class Player(Protocol):
    """One investor on one channel. Every call returns the advisor's turn as it is stored: `blocks` and `expects`."""

    seat: Seat

    async def open(self, visitor: dict[str, str]) -> Turn:
        """Appear."""
        ...

    async def say(self, text: str) -> Turn:
        """Type."""
        ...

    async def tap(self, choice: str | list[str]) -> Turn:
        """Tap an option (by its id), or several and Done."""
        ...

    async def hurry(self, texts: list[str]) -> list[Turn]:
        """Type several messages without waiting for a reply; the replies, in order."""
        ...

    async def shown(self, turn: Turn) -> Turn:
        """The same turn, once the investor has it before him."""
        ...

    async def close(self) -> None:
        """Go."""
        ...


Stage = Callable[[], Player]
"""Lets somebody new in."""


async def settings_in(folder: Path) -> Settings:
    """Settings for the sample data and a fresh, migrated database in `folder`."""
    folder.mkdir(exist_ok=True)
    # Wishes to talk to a person are noted for the operator's desk; nobody delivers them here.
    desk = {"operator_webhook": "https://desk.example.org/wishes", "operator_webhook_secret": "a-secret-of-the-desk"}
    settings = Settings(data_dir=folder, market_data="sample", telegram_token=TOKEN, **desk)
    await migrate(settings.database_url.get_secret_value())
    return settings


@asynccontextmanager
async def product(folder: Path) -> AsyncIterator[dict[str, Stage]]:
    """A product with all its channels, by name."""
    application = create_app(await settings_in(folder))
    async with application.router.lifespan_context(application):
        container: Container = application.state.container
        transport = httpx.ASGITransport(app=application)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://test") as client,
            _bot_over(container) as server,
        ):
            chats = itertools.count(7001)
            yield {
                "web": lambda: _Web(client, container),
                "telegram": lambda: _Telegram(Seat(container, Channel.TELEGRAM, str(next(chats))), server),
                "terminal": lambda: _Terminal(Seat(container, Channel.TERMINAL, secrets.token_hex(8))),
            }


class _Web:
    def __init__(self, client: httpx.AsyncClient, container: Container) -> None:
        self._client = client
        self._headers: dict[str, str] = {}
        self.seat = Seat(container, Channel.WEB)

    async def open(self, visitor: dict[str, str]) -> Turn:
        body = (await self._client.post("/api/v1/chat/sessions", json=visitor)).raise_for_status().json()
        self._headers = {"Authorization": f"Bearer {body['token']}"}
        self.seat = replace(self.seat, address=body["session_id"])
        return {"blocks": body["blocks"], "expects": body["expects"]}

    async def say(self, text: str) -> Turn:
        return await self._send(text=text)

    async def tap(self, choice: str | list[str]) -> Turn:
        return await self._send(choice=choice)

    async def hurry(self, texts: list[str]) -> list[Turn]:
        return list(await asyncio.gather(*(self.say(text) for text in texts)))

    async def shown(self, turn: Turn) -> Turn:
        return turn

    async def close(self) -> None:
        """There is nothing to end."""

    async def _send(self, **said: Any) -> Turn:
        body = {"client_id": secrets.token_hex(8), **said}
        answer = await self._client.post("/api/v1/chat/messages", json=body, headers=self._headers)
        reply: Turn = answer.raise_for_status().json()
        return {"blocks": reply["blocks"], "expects": reply["expects"]}


@asynccontextmanager
async def _bot_over(container: Container) -> AsyncIterator[BotApiServer]:
    """The bot, and the server that it talks to."""
    async with BotApiServer() as server:
        stop = asyncio.Event()
        needs = BotNeeds(container.dialogue, container.charts, container.storage, container.clock, container.bulletin)
        # Telegram's limits per chat are held by tests/bot. Here they would only make a talk last as long as it would in life.
        server.state.flood.enabled = False
        unpaced = BotSettings(TOKEN, server.url, poll_seconds=1, per_chat_seconds=0.0)
        bot = asyncio.create_task(run_bot(needs, unpaced, stop))
        try:
            # The greeting names the genuine bot, on every channel, once it is known.
            while await container.storage.note(TELEGRAM_NAME) is None:
                await asyncio.sleep(0.01)
            yield server
        finally:
            stop.set()
            await bot


class _Telegram:
    """`tap` presses the button that the bot sent, so that what is stored and what is shown are one."""

    def __init__(self, seat: Seat, server: BotApiServer) -> None:
        self.seat = seat
        self._server = server

    async def open(self, visitor: dict[str, str]) -> Turn:
        # What Telegram tells of somebody's language is told with his first message.
        self._user = self._server.user(int(self.seat.address), language=visitor.get("locale", "en"))
        await self._user.send("/start")
        return await self._turn(1)

    async def say(self, text: str) -> Turn:
        turn = await self.seat.turn()
        await self._user.send(text)
        return await self._turn(turn + 2)

    async def tap(self, choice: str | list[str]) -> Turn:
        turn = await self.seat.turn()
        stored = await self.seat.stored(turn)
        for item in [choice] if isinstance(choice, str) else choice:
            await self._press(item, turn, stored or {})
        if isinstance(choice, list):
            await self._press("done", turn, stored or {})
        return await self._turn(turn + 2)

    async def hurry(self, texts: list[str]) -> list[Turn]:
        turn = await self.seat.turn()
        for text in texts:
            await self._user.send(text)
        return [await self._turn(turn + 2 * count) for count in range(1, len(texts) + 1)]

    async def shown(self, turn: Turn) -> Turn:
        """Once its last words stand in the chat."""
        said = [block.get("text") or block.get("caption") or "" for block in turn["blocks"]]
        last = next(text for text in reversed(said) if text).replace("**", "").splitlines()[-1].removeprefix("- ")
        await self._user.wait(lambda messages: any(last in message.text for message in messages), _SECONDS)
        return turn

    async def close(self) -> None:
        """A chat does not end."""

    async def _press(self, option: str, turn: int, stored: Turn) -> None:
        """Press the button of this turn with this option (or "done") as soon as it is there."""
        found: list[tuple[str, int]] = []

        def there(_messages: object) -> bool:
            found.extend(self._buttons(option, turn, stored))
            return bool(found)

        await self._user.wait(there, _SECONDS)
        await self._user.tap_data(*found[0])

    def _buttons(self, option: str, turn: int, stored: Turn) -> list[tuple[str, int]]:
        found = []
        options = offered(tuple(stored["blocks"]), stored["expects"])
        for message in reversed(self._user.messages()):
            for key in (key for row in message.keyboard or [] for key in row):
                meant = decode(key["callback_data"])
                if meant is None or meant.turn != turn or meant.action == "deselect":
                    continue
                if option == (options[meant.index].id if meant.index is not None else meant.option):
                    found.append((key["callback_data"], message.message_id))
        return found

    async def _turn(self, number: int) -> Turn:
        """The turn once it is stored and delivered."""
        return await self.shown(await self.seat.awaited(number, _SECONDS))


class _Terminal:
    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._waiting = asyncio.Event()
        self._asked = 0
        self.screen = io.StringIO()
        self._task: asyncio.Task[None] | None = None

    async def open(self, visitor: dict[str, str]) -> Turn:
        console = Console(file=self.screen, width=100)
        known = Visitor(visitor.get("locale"), None, visitor.get("currency"))
        channel = Terminal(self.seat.container, console, self._read, address=self.seat.address, visitor=known)
        self._task = asyncio.create_task(channel.run())
        return await self._turn()

    async def say(self, text: str) -> Turn:
        self._waiting.clear()
        await self._lines.put(text)
        return await self._turn()

    async def tap(self, choice: str | list[str]) -> Turn:
        """A terminal has no buttons: an option is typed by its number, or by its words if it is no option of the question."""
        turn = await self.seat.last()
        ids = [option["id"] for option in (turn["expects"] or {}).get("options", [])]
        listed = {option["id"]: option["label"] for block in turn["blocks"] for option in block.get("options", [])}
        chosen = [choice] if isinstance(choice, str) else choice
        return await self.say(", ".join(str(ids.index(item) + 1) if item in ids else listed[item] for item in chosen))

    async def hurry(self, texts: list[str]) -> list[Turn]:
        turn, asked = await self.seat.turn(), self._asked
        for text in texts:
            await self._lines.put(text)
        async with asyncio.timeout(_SECONDS):
            while self._asked < asked + len(texts):
                await asyncio.sleep(0.01)
        return [await self.seat.awaited(turn + 2 * count, _SECONDS) for count in range(1, len(texts) + 1)]

    async def shown(self, turn: Turn) -> Turn:
        return turn

    async def close(self) -> None:
        await self._lines.put(None)
        if self._task is not None:
            await self._task

    async def _read(self, _prompt: str) -> str | None:
        self._waiting.set()
        self._asked += 1
        return await self._lines.get()

    async def _turn(self) -> Turn:
        async with asyncio.timeout(_SECONDS):
            waiting = asyncio.create_task(self._waiting.wait())
            assert self._task is not None
            await asyncio.wait({waiting, self._task}, return_when=asyncio.FIRST_COMPLETED)
            if self._task.done():
                self._task.result()
        return await self.seat.last()
