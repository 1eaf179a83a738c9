"""Telegram's webhook: the secret, durability before acknowledgement, and odd updates."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from advisor.domain.message import Channel
from api.app import create_app
from tests.transcripts.players import settings_in

SECRET = "a-secret"
PATH = "/api/v1/telegram/webhook"


@pytest.fixture
async def hooked(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = (await settings_in(tmp_path)).model_copy(
        update={
            "telegram_mode": "webhook",
            "telegram_webhook_secret": SecretStr(SECRET),
            "public_url": "https://example.org",
        }
    )
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


def update(number: int, **carrier: Any) -> dict[str, Any]:
    return {
        "update_id": number,
        **(carrier or {"message": {"message_id": 1, "chat": {"id": 7, "type": "private"}, "text": "hi"}}),
    }


async def test_an_update_is_stored_before_it_is_acknowledged_and_once(hooked: httpx.AsyncClient) -> None:
    for _ in range(3):
        answer = await hooked.post(PATH, json=update(5), headers={"X-Telegram-Bot-Api-Secret-Token": SECRET})
        assert answer.status_code == 200
    storage = hooked._transport.app.state.container.storage  # type: ignore[attr-defined]
    waiting = await storage.waiting(Channel.TELEGRAM, 10)
    assert [(item.external_id, item.address) for item in waiting] == [("5", "7")]


@pytest.mark.parametrize(
    "headers", [{}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}, {"X-Telegram-Bot-Api-Secret-Token": ""}]
)
async def test_without_the_secret_nothing_is_stored(hooked: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await hooked.post(PATH, json=update(6), headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorised"
    storage = hooked._transport.app.state.container.storage  # type: ignore[attr-defined]
    assert await storage.waiting(Channel.TELEGRAM, 10) == []


@pytest.mark.parametrize("body", [{}, {"update_id": "5"}, {"update_id": True}, [], "x"])
async def test_what_is_no_update_is_refused(hooked: httpx.AsyncClient, body: Any) -> None:
    answer = await hooked.post(PATH, json=body, headers={"X-Telegram-Bot-Api-Secret-Token": SECRET})
    assert answer.status_code == 422


async def test_an_update_of_an_unknown_kind_is_kept_for_the_bot_to_put_aside(hooked: httpx.AsyncClient) -> None:
    for number, carrier in enumerate(
        ({"poll": {}}, {"message": "text"}, {"callback_query": {"message": {"chat": {"id": "x"}}}}), 20
    ):
        answer = await hooked.post(
            PATH, json=update(number, **carrier), headers={"X-Telegram-Bot-Api-Secret-Token": SECRET}
        )
        assert answer.status_code == 200


async def test_in_polling_mode_there_is_no_webhook(tmp_path: Path) -> None:
    application = create_app(await settings_in(tmp_path))
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            assert (await client.post(PATH, json=update(1))).status_code == 404
