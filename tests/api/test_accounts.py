"""Accounts over HTTP: registering, signing in, tokens, and what a visitor keeps when he registers."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path
from typing import Any

import httpx
import pytest

from advisor.adapters.auth.access_tokens import JwtAccessTokens
from api.app import create_app
from tests.api.conftest import VisitorClient
from tests.transcripts.players import settings_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
PASSWORD = "a long sentence"
ROOT = "/api/v1"


def fresh_email() -> str:
    return f"ann-{secrets.token_hex(6)}@example.com"


async def register(client: httpx.AsyncClient, email: str | None = None, **options: Any) -> dict[str, Any]:
    answer = await client.post(
        f"{ROOT}/auth/register", json={"email": email or fresh_email(), "password": PASSWORD}, **options
    )
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def test_register_and_login_give_the_tokens_of_the_contract(client: httpx.AsyncClient) -> None:
    email = fresh_email()
    registered = await register(client, email)
    answer = await client.post(f"{ROOT}/auth/login", json={"email": email.upper(), "password": PASSWORD})
    for tokens in (registered, answer.json()):
        assert set(tokens) == {"access_token", "refresh_token", "token_type", "expires_in"}
        assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 1800)
        me = (await client.get(f"{ROOT}/me", headers=bearer(tokens))).json()
        assert (me["email"], me["signed_in_by"]) == (email, "account")
    assert answer.headers["cache-control"] == "no-store"


async def test_a_visitor_is_known_without_an_account(visitor: VisitorClient) -> None:
    me = (await visitor.get(f"{ROOT}/me")).json()
    assert (me["email"], me["registered_at"], me["signed_in_by"]) == (None, None, "session")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "nonsense", "password": PASSWORD}, "email"),
        ({"email": "ann@example.com\0", "password": PASSWORD}, "email"),
        ({"email": 7, "password": PASSWORD}, "email"),
        ({"password": PASSWORD}, "email"),
        ({"email": "ann@example.com", "password": "short"}, "password"),
        ({"email": "ann@example.com", "password": "ann@example.com"}, "password"),
        ({"email": "ann@example.com", "password": "password123"}, "password"),
        ({"email": "ann@example.com", "password": None}, "password"),
        ({"email": "ann@example.com", "password": PASSWORD, "admin": True}, "admin"),
    ],
)
async def test_what_cannot_be_an_account_is_refused_by_its_field(
    client: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    answer = await client.post(f"{ROOT}/auth/register", json=body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert (error["code"], error["field"]) == ("invalid_input", field)
    assert PASSWORD not in answer.text


async def test_an_address_is_registered_once(client: httpx.AsyncClient) -> None:
    email = fresh_email()
    await register(client, email)
    answer = await client.post(f"{ROOT}/auth/register", json={"email": email.upper(), "password": PASSWORD})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: httpx.AsyncClient) -> None:
    email = fresh_email()
    await register(client, email)
    answers = [
        await client.post(f"{ROOT}/auth/login", json={"email": address, "password": "not the password"})
        for address in (email, fresh_email())
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].content == answers[1].content
    assert answers[0].headers["www-authenticate"] == "Bearer"


async def test_guessing_is_held_back_with_the_seconds_to_wait(client: httpx.AsyncClient) -> None:
    email = fresh_email()
    await register(client, email)
    wrong = {"email": email, "password": "not the password"}
    statuses = [(await client.post(f"{ROOT}/auth/login", json=wrong)).status_code for _ in range(10)]
    assert statuses == [401] * 10
    answer = await client.post(f"{ROOT}/auth/login", json=wrong)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_many_attempts")
    assert 0 < int(answer.headers["retry-after"]) <= 60


async def test_a_refresh_token_used_twice_ends_the_sign_in(client: httpx.AsyncClient) -> None:
    first = await register(client)
    second = (await client.post(f"{ROOT}/auth/refresh", json={"refresh_token": first["refresh_token"]})).json()
    assert (await client.get(f"{ROOT}/me", headers=bearer(second))).status_code == 200
    stolen = await client.post(f"{ROOT}/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert stolen.status_code == 401
    later = await client.post(f"{ROOT}/auth/refresh", json={"refresh_token": second["refresh_token"]})
    assert later.status_code == 401
    assert (await client.get(f"{ROOT}/me", headers=bearer(second))).status_code == 401


async def test_signing_out_takes_either_token_and_ends_at_once(client: httpx.AsyncClient) -> None:
    email = fresh_email()
    one, other = await register(client, email), None
    other = (await client.post(f"{ROOT}/auth/login", json={"email": email, "password": PASSWORD})).json()
    assert (await client.post(f"{ROOT}/auth/logout", headers=bearer(one))).status_code == 204
    body = {"refresh_token": other["refresh_token"]}
    assert (await client.post(f"{ROOT}/auth/logout", json=body)).status_code == 204
    assert (await client.post(f"{ROOT}/auth/logout", json=body)).status_code == 204
    for tokens in (one, other):
        assert (await client.get(f"{ROOT}/me", headers=bearer(tokens))).status_code == 401
    assert (await client.post(f"{ROOT}/auth/logout")).status_code == 401


async def test_a_visitor_who_registers_keeps_what_he_made(client: httpx.AsyncClient, visitor: VisitorClient) -> None:
    await visitor.say("retirement")
    before = (await visitor.get(f"{ROOT}/me")).json()
    tokens = await register(client, headers=visitor.headers)
    chat = {"Authorization": f"Bearer {tokens['session_token']}"}
    mine = (await client.get(f"{ROOT}/me", headers=chat)).json()
    me = (await client.get(f"{ROOT}/me", headers=bearer(tokens))).json()
    assert me["id"] == mine["id"] == before["id"]
    assert mine["email"] == me["email"]
    history = [(await client.get(f"{ROOT}/chat/history", headers=it)).json() for it in (chat, bearer(tokens))]
    assert history[0] == history[1]
    assert len(history[0]["turns"]) == 3
    again = await client.post(
        f"{ROOT}/auth/register", json={"email": fresh_email(), "password": PASSWORD}, headers=chat
    )
    assert again.status_code == 409
    for ended in ("Bearer unknown", visitor.headers["Authorization"]):
        expired = await client.post(
            f"{ROOT}/auth/register",
            json={"email": fresh_email(), "password": PASSWORD},
            headers={"Authorization": ended},
        )
        assert expired.status_code == 401, "a token that is none must not silently make somebody else"


async def test_an_account_talks_with_its_access_token(client: httpx.AsyncClient) -> None:
    headers = bearer(await register(client))
    turns = (await client.get(f"{ROOT}/chat/history", headers=headers)).json()["turns"]
    assert [turn["author"] for turn in turns] == ["advisor"]
    answer = await client.post(f"{ROOT}/chat/messages", headers=headers, json={"client_id": "1", "text": "retirement"})
    assert answer.json()["expects"]["slot"] == "horizon"
    assert len((await client.get(f"{ROOT}/chat/history", headers=headers)).json()["turns"]) == 3


async def test_tokens_that_are_not_ours_are_refused_everywhere(client: httpx.AsyncClient) -> None:
    tokens = await register(client)
    container = client._transport.app.state.container  # type: ignore[attr-defined]
    stranger = JwtAccessTokens([b"x" * 32]).issue("user", "family", container.clock.now())
    head, body, signature = tokens["access_token"].split(".")
    for token in (
        stranger,
        f"{head}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
        "a.b.c",
        "..",
        tokens["refresh_token"],
    ):
        for path in ("/me", "/goals", "/plans", "/chat/history"):
            answer = await client.get(f"{ROOT}{path}", headers={"Authorization": f"Bearer {token}"})
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorised"), (token, path)


async def test_nothing_secret_is_logged(client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    email = fresh_email()
    with caplog.at_level(logging.DEBUG):
        tokens = await register(client, email)
        await client.post(f"{ROOT}/auth/login", json={"email": email, "password": "not the password"})
        await client.post(f"{ROOT}/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    for secret in (PASSWORD, "not the password", tokens["refresh_token"], tokens["access_token"], email):
        assert secret not in caplog.text


async def test_where_limits_are_on_one_machine_may_not_make_many_accounts(tmp_path: Path) -> None:
    settings = (await settings_in(tmp_path)).model_copy(update={"rate_limits": True})
    application = create_app(settings)
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60) as own:
            easy = {"email": "ann@example.com", "password": "short"}
            answers = [await own.post(f"{ROOT}/auth/register", json=easy) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [422] * 20 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
