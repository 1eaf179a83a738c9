"""Many people writing numbered messages at once: on Telegram through the local Bot API server, on the web by HTTP."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from typing import Any

import httpx

from tests.bot_api_server import BotApiServer

FIRST_CHAT = 1001
_AGAIN_SECONDS = 0.02
_UNANSWERED = 3
_BASE = 1000
_NAMED = re.compile(r"now \$([\d,]+)\.")


def words(number: int) -> str:
    """The text of somebody's message of this number: an amount, so that the reply names it and the one before."""
    return f"start with {_BASE + number}"


class Chats:
    """People on Telegram. Each writes on, some messages ahead of the replies, never waiting for the reply to the last."""

    def __init__(self, server: BotApiServer, count: int, seed: int) -> None:
        self._server, self._dice = server, random.Random(seed)
        self.ids = range(FIRST_CHAT, FIRST_CHAT + count)
        self.sent: Counter[int] = Counter()

    @property
    def total(self) -> int:
        """Messages so far."""
        return self.sent.total()

    async def write(self, per_second: float) -> None:
        """Write at about this pace until cancelled."""
        while True:
            chat = self._dice.choice(self.ids)
            if self.sent[chat] - self._answered(chat) < _UNANSWERED:
                self.sent[chat] += 1
                await self._server.user(chat).send(words(self.sent[chat]))
            await asyncio.sleep(self._dice.expovariate(per_second))

    def _answered(self, chat: int) -> int:
        """The number of the last message that somebody sees answered."""
        for message in reversed(self._server.state.messages.get(chat, [])):
            if message.from_bot and (found := _NAMED.search(message.text)):
                return int(found[1].replace(",", "")) - _BASE
        return 0


class Visitors:
    """People on the web, whose client sends a message again under its id until it is answered."""

    def __init__(self, url: str, count: int) -> None:
        self._url = f"{url}/api/v1/chat"
        self._count = count
        self._stop = asyncio.Event()
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.tokens: dict[str, str] = {}
        self.repeats = 0

    async def arrive(self) -> None:
        """Begin the conversations; returns when the api serves."""
        async with httpx.AsyncClient(timeout=10.0) as client:
            for _ in range(self._count):
                body = await self._until_answered(client, "sessions", {"locale": "en"}, {})
                self.answers[body["session_id"]] = []
                self.tokens[body["session_id"]] = body["token"]

    async def write(self, pause_seconds: float) -> None:
        """Write until `stop`; then everything that was sent is answered."""
        async with httpx.AsyncClient(timeout=10.0) as client:
            await asyncio.gather(*(self._talk(client, visitor, pause_seconds) for visitor in self.answers))

    def stop(self) -> None:
        """Say nothing further."""
        self._stop.set()

    async def _talk(self, client: httpx.AsyncClient, visitor: str, pause_seconds: float) -> None:
        headers = {"Authorization": f"Bearer {self.tokens[visitor]}"}
        answers = self.answers[visitor]
        while not self._stop.is_set():
            number = len(answers) + 1
            body = {"client_id": str(number), "text": words(number)}
            answers.append(await self._until_answered(client, "messages", body, headers))
            await asyncio.sleep(pause_seconds)

    async def _until_answered(
        self, client: httpx.AsyncClient, route: str, body: dict[str, Any], headers: dict[str, str]
    ) -> dict[str, Any]:
        while True:
            try:
                answer = await client.post(f"{self._url}/{route}", json=body, headers=headers)
            except httpx.HTTPError:
                pass
            else:
                if answer.status_code < 300:
                    found: dict[str, Any] = answer.json()
                    return found
                if answer.status_code not in (409, 500, 503):
                    raise RuntimeError(f"{route}: {answer.status_code} {answer.text}")
            self.repeats += 1
            await asyncio.sleep(_AGAIN_SECONDS)
