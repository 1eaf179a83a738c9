"""Webhook mode: the api process stores updates, the bot drains them."""

from __future__ import annotations

import asyncio
import hmac
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from advisor.domain.message import Channel, Received
from bot.needs import INBOX_TOPIC, WEBHOOK_PATH
from tests.bot.conftest import Bench
from tests.bot_api_server import BotApiServer
from tests.bot_api_server.server import QuietUvicorn
from tests.bot_api_server.webhook import SECRET_HEADER

SECRET = "a-webhook-secret"


class Route200:
    """What the api's route does, with the number of times it is to fail first."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.failures, self.url = bench, 0, ""

    async def __call__(self, request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, ""), SECRET):
            return Response(status_code=401)
        if self.failures:
            self.failures -= 1
            return Response(status_code=500)
        raw = await request.json()
        body = raw.get("message") or raw.get("callback_query", {}).get("message") or {}
        address = str(body.get("chat", {}).get("id", ""))
        await self.bench.storage.receive([Received(Channel.TELEGRAM, str(raw["update_id"]), address, raw)])
        await self.bench.bulletin.publish(INBOX_TOPIC)
        return Response(status_code=200)


@pytest.fixture
async def route(bench: Bench) -> AsyncIterator[Route200]:
    endpoint = Route200(bench)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    endpoint.url = f"http://127.0.0.1:{listening.getsockname()[1]}"

    async def answer(request: Request) -> Response:
        return await endpoint(request)

    app = Starlette(routes=[Route(WEBHOOK_PATH, answer, methods=["POST"])])
    server = QuietUvicorn(uvicorn.Config(app, log_config=None, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve([listening]))
    await server.ready.wait()
    yield endpoint
    server.should_exit = True
    await serving


async def test_updates_pushed_to_the_webhook_are_answered(bench: Bench, server: BotApiServer, route: Route200) -> None:
    bench.start(mode="webhook", public_url=route.url, webhook_secret=SECRET)
    await server.state.until(lambda: bool(server.state.webhook))
    await server.user(7).send("hello")
    assert (await server.user(7).wait_count(1))[0].text == "heard hello"
    assert server.calls("getUpdates") == []


async def test_what_was_stored_while_the_bot_was_down_is_answered_when_it_is_up(
    bench: Bench, server: BotApiServer, route: Route200
) -> None:
    bench.start(mode="webhook", public_url=route.url, webhook_secret=SECRET)
    await server.state.until(lambda: bool(server.state.webhook))
    await bench.kill()
    await server.user(7).send("anyone there")
    await bench.until(lambda: len(bench.storage.inbox) == 1)
    bench.start()
    assert (await server.user(7).wait_count(1))[0].text == "heard anyone there"


async def test_a_delivery_that_failed_comes_again_and_counts_once(
    bench: Bench, server: BotApiServer, route: Route200
) -> None:
    route.failures = 2
    bench.start(mode="webhook", public_url=route.url, webhook_secret=SECRET)
    await server.state.until(lambda: bool(server.state.webhook))
    await server.user(7).send("hello")
    await server.user(7).wait_count(1)
    assert [status for _, status in server.webhooks.deliveries] == [500, 500, 200]
    assert len(bench.dialogue.received) == 1


async def test_going_back_to_polling_takes_the_webhook_away(
    bench: Bench, server: BotApiServer, route: Route200
) -> None:
    bench.start(mode="webhook", public_url=route.url, webhook_secret=SECRET)
    await server.state.until(lambda: bool(server.state.webhook))
    await bench.stop()
    bench.start(mode="polling")
    await server.user(7).send("hello")
    await server.user(7).wait_count(1)
    assert server.state.webhook == {}
