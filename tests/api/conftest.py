"""The HTTP application with the sample data, and visitors of it."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from api.app import create_app
from tests.transcripts.players import settings_in

_JSON = {"Content-Type": "application/json"}


class VisitorClient:
    """One visitor with his token."""

    def __init__(self, client: httpx.AsyncClient, body: dict[str, Any]) -> None:
        self.client = client
        self.greeting = body
        self.headers = {"Authorization": f"Bearer {body['token']}"}

    async def post(self, client_id: str | None = None, **said: Any) -> httpx.Response:
        body = {"client_id": client_id or secrets.token_hex(8), **said}
        # Written with escapes, so that a lone surrogate reaches the server as other clients would send it.
        return await self.client.post("/api/v1/chat/messages", content=json.dumps(body), headers=self.headers | _JSON)

    async def say(self, text: str) -> dict[str, Any]:
        answer = await self.post(text=text)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.client.get(path, headers=self.headers, **options)

    async def answer_until(self, slot: str) -> dict[str, Any]:
        """Give each question its example or first option until `slot` is asked."""
        turn = self.greeting
        while turn["expects"] and turn["expects"]["slot"] != slot:
            asked = turn["expects"]
            if asked.get("options"):
                chosen = asked["options"][0]["id"]
                answer = await self.post(choice=[chosen] if asked["kind"] == "multichoice" else chosen)
            else:
                answer = await self.post(text=asked["example"])
            assert answer.status_code == 200, answer.text
            turn = answer.json()
        return turn


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    """One application for a module's tests."""
    folder: Path = tmp_path_factory.mktemp("api")
    application = create_app(await settings_in(folder))
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as http:
            yield http


async def new_visitor(client: httpx.AsyncClient, **visitor: str) -> VisitorClient:
    answer = await client.post("/api/v1/chat/sessions", json=visitor or {"locale": "en-US"})
    assert answer.status_code == 201, answer.text
    return VisitorClient(client, answer.json())


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(client: httpx.AsyncClient) -> VisitorClient:
    """A new visitor from the United States."""
    return await new_visitor(client)
