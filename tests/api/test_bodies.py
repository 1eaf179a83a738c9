"""Bodies of every nasty kind, HEAD, and other sites: always an answer in the envelope, never a 500."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Body, FastAPI

from advisor.config import Settings
from api import errors
from api.app import create_app
from api.body_limit import MAX_BODY, BodyLimit
from tests.api.conftest import VisitorClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

MESSAGES = "/api/v1/chat/messages"
BROKEN = {
    "invalid UTF-8": b'{"client_id":"a","text":"\xff\xfe"}',
    "deep nesting": b"[" * 50_000,
    "deep nesting in a field": b'{"client_id":"a","text":' + b"[" * 40_000 + b"]" * 40_000 + b"}",
    "an endless number": b'{"client_id":"a","text":' + b"9" * 5_000 + b"}",
    "half a document": b'{"client_id":',
    "compressed": b"\x1f\x8b\x08",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
async def test_a_body_that_cannot_be_read_is_one_kind_of_422(visitor: VisitorClient, body: bytes) -> None:
    headers = visitor.headers | {"Content-Type": "application/json"}
    answer = await visitor.client.post(MESSAGES, content=body, headers=headers)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert (error["code"], "field" in error) == ("invalid_input", False)
    assert error["message"] == "The body could not be read. It must be JSON in UTF-8."


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_of_another_type_is_told_what_it_must_be(visitor: VisitorClient, kind: str) -> None:
    body = b'{"client_id":"a","text":"hello"}'
    answer = await visitor.client.post(MESSAGES, content=body, headers=visitor.headers | {"Content-Type": kind})
    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == "The body must be a JSON object, sent as application/json."


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({"client_id": "a"}, None, "Give either text or choice."),
        ({"client_id": "a", "choice": {"id": "x"}}, "choice", "This must be a text."),
        ({"client_id": "a", "choice": ["x", 1]}, "choice", None),
        ({"client_id": "a\0b", "text": "x"}, "client_id", None),
        ({"text": "x"}, "client_id", "This field is needed."),
    ],
)
async def test_an_error_names_the_field_as_the_client_wrote_it(
    visitor: VisitorClient, body: object, field: str | None, said: str | None
) -> None:
    answer = await visitor.client.post(MESSAGES, json=body, headers=visitor.headers)
    error = answer.json()["error"]
    assert (answer.status_code, error.get("field")) == (422, field)
    assert said in (None, error["message"])


@pytest.mark.parametrize("escaped", [r"\ud800", r"\u0000", r"\u202e"])
@pytest.mark.parametrize("place", ["client_id", "text", "choice", "locale", "timezone", "currency"])
async def test_characters_that_text_cannot_hold_do_no_harm_in_any_field(
    visitor: VisitorClient, place: str, escaped: str
) -> None:
    headers = visitor.headers | {"Content-Type": "application/json"}
    path = MESSAGES if place in ("client_id", "text", "choice") else "/api/v1/chat/sessions"
    fields = {"client_id": f'"c{place}{escaped[2:]}"', "text": '"x"'} if path == MESSAGES else {}
    if place == "choice":
        del fields["text"]
    fields[place] = f'"{escaped}"'
    body = "{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}"
    answer = await visitor.client.post(path, content=body, headers=headers)
    assert answer.status_code in (200, 201, 422), answer.text
    assert (await visitor.get("/api/v1/chat/history")).status_code == 200


async def test_a_body_without_announced_length_is_counted(visitor: VisitorClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY // 10_000 + 2):
            yield b"a" * 10_000

    answer = await visitor.client.post(MESSAGES, content=endless(), headers=visitor.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "content_too_large")


async def test_a_body_that_does_not_come_is_a_408() -> None:
    application = FastAPI()
    errors.install(application)
    application.add_middleware(BodyLimit, seconds=0.05)
    sent: list[dict[str, Any]] = []

    async def never() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def send(message: Any) -> None:
        sent.append(message)

    async def read(body: Annotated[dict[str, Any], Body()]) -> None:
        raise AssertionError("the body never came")

    application.post("/read")(read)
    scope = {"type": "http", "method": "POST", "path": "/read", "query_string": b"", "headers": []}
    await application(scope, never, send)
    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["error"]["code"] == "request_timeout"
    assert (b"connection", b"close") in sent[0]["headers"]


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/docs", "/embed/widget.js"])
async def test_head_is_get_without_the_body(client: httpx.AsyncClient, path: str) -> None:
    whole, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert (await client.head("/api/v1/chat/messages")).status_code == 405


async def test_answers_are_neither_kept_nor_guessed_at(client: httpx.AsyncClient, visitor: VisitorClient) -> None:
    for answer in (await visitor.get("/api/v1/chat/history"), await client.get("/nowhere")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_address_with_a_slash_too_many_is_no_redirect(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/plans/", headers={"Host": "evil.example"})
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


async def test_only_allowed_sites_may_ask_from_a_page() -> None:
    application = create_app(Settings(market_data="sample", allowed_origins=("https://shop.example.org",)))
    transport = httpx.ASGITransport(app=application)
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, content-type"}
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        ours = await client.options(MESSAGES, headers={"Origin": "https://shop.example.org", **wanted})
        assert ours.status_code == 200
        assert ours.headers["access-control-allow-origin"] == "https://shop.example.org"
        for origin in (
            "https://evil.example",
            "null",
            "http://shop.example.org",
            "https://shop.example.org.evil.example",
        ):
            answer = await client.options(MESSAGES, headers={"Origin": origin, **wanted})
            assert answer.status_code == 400, origin
            assert "access-control-allow-origin" not in answer.headers
            assert (
                "access-control-allow-origin" not in (await client.get("/healthz", headers={"Origin": origin})).headers
            )
