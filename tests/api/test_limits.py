"""Where rate limits are on: each person and each address has its allowance by kind of request; a webhook's secret frees of all."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr

from api.app import create_app
from api.rate_limits import ALLOWANCES, RouteClass, class_of
from tests.api.conftest import new_visitor
from tests.transcripts.players import settings_in

ROOT = "/api/v1"
SECRET = "a-secret-of-the-webhook"
_ADDRESSES: Iterator[str] = (f"192.0.2.{number}" for number in itertools.count(1))


@pytest_asyncio.fixture
async def application(tmp_path: Path) -> AsyncIterator[FastAPI]:
    settings = (await settings_in(tmp_path)).model_copy(
        update={"rate_limits": True, "telegram_mode": "webhook", "telegram_webhook_secret": SecretStr(SECRET)}
    )
    made = create_app(settings)
    async with made.router.lifespan_context(made):
        yield made


def machine(application: FastAPI) -> httpx.AsyncClient:
    """A client with an address of its own."""
    transport = httpx.ASGITransport(app=application, client=(next(_ADDRESSES), 1))
    return httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60)


async def until_refused(ask: Any, most: int) -> tuple[int, httpx.Response]:
    """How many requests passed, and the one that did not."""
    for count in range(most + 1):
        answer: httpx.Response = await ask()
        if answer.status_code == 429:
            return count, answer
    raise AssertionError(f"{most + 1} requests passed")


def assert_about(passed: int, most: int) -> None:
    """A window may end in between, and some seconds of it are forgotten by then: a little more passes, never less."""
    assert most <= passed <= 1.15 * most + 2


def per_minute(kind: RouteClass, whose: str) -> int:
    return int(getattr(ALLOWANCES[kind], whose)[0].amount)


async def test_one_person_s_messages_are_limited_whatever_machine_they_come_from(application: FastAPI) -> None:
    async with machine(application) as home, machine(application) as elsewhere:
        visitor = await new_visitor(home)
        clients = itertools.cycle((home, elsewhere))
        numbers = itertools.count()

        async def say() -> httpx.Response:
            body = {"client_id": str(next(numbers)), "text": "why?"}
            return await next(clients).post(f"{ROOT}/chat/messages", json=body, headers=visitor.headers)

        passed, refused = await until_refused(say, 2 * per_minute(RouteClass.MESSAGES, "user"))
        assert_about(passed, per_minute(RouteClass.MESSAGES, "user"))
        error = refused.json()["error"]
        assert (error["code"], int(refused.headers["retry-after"]) >= 1) == ("too_many_attempts", True)
        assert error["details"]["retry_after"] == int(refused.headers["retry-after"])
        assert (await home.get(f"{ROOT}/chat/history", headers=visitor.headers)).status_code == 200
        other = await new_visitor(elsewhere)
        assert (await other.post(text="why?")).status_code == 200
        history = (await home.get(f"{ROOT}/chat/history?limit=200", headers=visitor.headers)).json()
        assert len(history["turns"]) == 1 + 2 * passed, "what was refused had no effect"


async def test_one_machine_opens_few_sessions_a_minute_and_others_are_not_hindered(application: FastAPI) -> None:
    async with machine(application) as crowd, machine(application) as other:
        most = per_minute(RouteClass.SESSIONS, "address")
        passed, _ = await until_refused(lambda: crowd.post(f"{ROOT}/chat/sessions"), 2 * most)
        assert_about(passed, most)
        await new_visitor(other)


async def test_guessed_tokens_count_as_well(application: FastAPI) -> None:
    async with machine(application) as guesser:
        headers = {"Authorization": "Bearer guessed"}
        most = per_minute(RouteClass.AUTH, "address")
        body = {"refresh_token": "guessed"}
        passed, _ = await until_refused(
            lambda: guesser.post(f"{ROOT}/auth/refresh", json=body, headers=headers), 2 * most
        )
        assert_about(passed, most)


@pytest.mark.slow
async def test_the_webhook_with_its_secret_is_never_limited_and_without_it_is(application: FastAPI) -> None:
    async with machine(application) as telegram, machine(application) as forger:
        numbers = itertools.count(1)
        right = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        path = f"{ROOT}/telegram/webhook"
        most = per_minute(RouteClass.OTHER, "address")
        for _ in range(most + 50):
            answer = await telegram.post(path, json={"update_id": next(numbers)}, headers=right)
            assert answer.status_code == 200
        wrong = {"X-Telegram-Bot-Api-Secret-Token": "guessed"}
        passed, _ = await until_refused(lambda: forger.post(path, json={"update_id": 1}, headers=wrong), 2 * most)
        assert_about(passed, most)


async def test_whoever_watches_the_service_is_never_limited(application: FastAPI) -> None:
    async with machine(application) as watch:
        most = per_minute(RouteClass.OTHER, "address")
        assert {(await watch.get("/healthz")).status_code for _ in range(most + 5)} == {200}


async def test_where_limits_are_off_nothing_is_counted(tmp_path: Path) -> None:
    made = create_app(await settings_in(tmp_path))
    async with made.router.lifespan_context(made), machine(made) as anybody:
        most = per_minute(RouteClass.SESSIONS, "address")
        assert {(await anybody.post(f"{ROOT}/chat/sessions")).status_code for _ in range(most + 5)} == {201}


@pytest.mark.parametrize(
    ("request_line", "kind"),
    [
        ("POST /api/v1/chat/messages", RouteClass.MESSAGES),
        ("POST /api/v1/chat/sessions", RouteClass.SESSIONS),
        ("POST /api/v1/auth/login", RouteClass.AUTH),
        ("POST /api/v1/me/links/join", RouteClass.AUTH),
        ("POST /api/v1/optimize", RouteClass.HEAVY),
        ("POST /api/v1/plans", RouteClass.HEAVY),
        ("GET /api/v1/plans/x/report.pdf", RouteClass.HEAVY),
        ("GET /api/v1/me/export", RouteClass.HEAVY),
        ("GET /api/v1/plans", RouteClass.OTHER),
        ("POST /api/v1/plans/x/activate", RouteClass.OTHER),
        ("GET /", RouteClass.OTHER),
    ],
)
def test_each_route_has_its_class(request_line: str, kind: RouteClass) -> None:
    assert class_of(*request_line.split(" ")) is kind
