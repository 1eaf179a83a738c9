"""A visitor and an account become one: a new token at each sign-in, and everything that was said and made moves along."""

from __future__ import annotations

import secrets
from typing import Any

import httpx
import pytest

from tests.api.conftest import VisitorClient, new_visitor
from tests.api.test_accounts import PASSWORD, ROOT, bearer, fresh_email, register

pytestmark = pytest.mark.asyncio(loop_scope="module")


def chat(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['session_token']}"}


async def login(client: httpx.AsyncClient, email: str, **options: Any) -> httpx.Response:
    return await client.post(f"{ROOT}/auth/login", json={"email": email, "password": PASSWORD}, **options)


async def read(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> dict[str, Any]:
    answer = await client.get(f"{ROOT}{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_registering_ends_the_visitor_s_token_and_gives_one_in_its_place(
    client: httpx.AsyncClient, visitor: VisitorClient
) -> None:
    tokens = await register(client, headers=visitor.headers)
    assert (await visitor.get(f"{ROOT}/chat/history")).status_code == 401
    assert len((await read(client, "/chat/history", chat(tokens)))["turns"]) == 1


async def test_a_registration_that_is_refused_leaves_the_token_as_it_is(
    client: httpx.AsyncClient, visitor: VisitorClient
) -> None:
    email = fresh_email()
    await register(client, email)
    body = {"email": email, "password": PASSWORD}
    assert (await client.post(f"{ROOT}/auth/register", json=body, headers=visitor.headers)).status_code == 409
    assert (await visitor.get(f"{ROOT}/chat/history")).status_code == 200


async def test_signing_in_moves_the_visitor_s_plan_and_talk_into_the_account(client: httpx.AsyncClient) -> None:
    email = fresh_email()
    account = bearer(await register(client, email))
    visitor = await new_visitor(client)
    await visitor.answer_until("confirm_bad_year")
    (plan,) = (await visitor.get(f"{ROOT}/plans")).json()["plans"]
    answer = await login(client, email, headers=visitor.headers)
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    assert (await visitor.get(f"{ROOT}/plans")).status_code == 401
    me = await read(client, "/me", account)
    for headers in (account, bearer(tokens), chat(tokens)):
        assert [it["id"] for it in (await read(client, "/plans", headers))["plans"]] == [plan["id"]]
        assert (await read(client, "/me", headers))["id"] == me["id"]
    last = (await read(client, "/chat/history", account))["turns"][-1]
    assert "before you signed in" in last["blocks"][0]["text"]
    assert last["expects"]["slot"] == "confirm_bad_year", "the talk goes on where the visitor was"


async def test_the_account_s_own_goal_and_the_visitor_s_are_both_there(client: httpx.AsyncClient) -> None:
    email = fresh_email()
    account = bearer(await register(client, email))
    for text in ("a house", "10 years", "20000", "500"):
        said = {"client_id": secrets.token_hex(8), "text": text}
        await client.post(f"{ROOT}/chat/messages", headers=account, json=said)
    before = (await read(client, "/chat/history", account))["turns"][-1]["expects"]["slot"]
    visitor = await new_visitor(client)
    await visitor.say("retirement")
    tokens = (await login(client, email, headers=visitor.headers)).json()
    last = (await read(client, "/chat/history", chat(tokens)))["turns"][-1]
    assert last["expects"]["slot"] == before, "the richer talk goes on"
    assert any("etirement" in block.get("text", "") for block in last["blocks"])


async def test_a_visitor_who_said_nothing_moves_without_a_word(client: httpx.AsyncClient) -> None:
    email = fresh_email()
    account = bearer(await register(client, email))
    await client.get(f"{ROOT}/chat/history", headers=account)
    visitor = await new_visitor(client)
    tokens = (await login(client, email, headers=visitor.headers)).json()
    assert len((await read(client, "/chat/history", chat(tokens)))["turns"]) == 1


async def test_signing_in_again_with_the_same_chat_only_gives_a_new_token(
    client: httpx.AsyncClient, visitor: VisitorClient
) -> None:
    email = fresh_email()
    first = await register(client, email, headers=visitor.headers)
    second = (await login(client, email, headers=chat(first))).json()
    assert second["session_token"] != first["session_token"]
    assert (await client.get(f"{ROOT}/me", headers=chat(first))).status_code == 401
    assert len((await read(client, "/chat/history", chat(second)))["turns"]) == 1


async def test_a_chat_of_another_account_is_not_taken_over(client: httpx.AsyncClient, visitor: VisitorClient) -> None:
    theirs, mine = await register(client, headers=visitor.headers), fresh_email()
    await register(client, mine)
    answer = await login(client, mine, headers=chat(theirs))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")
    assert (await read(client, "/me", chat(theirs)))["signed_in_by"] == "session"


async def test_a_wrong_password_moves_nothing(client: httpx.AsyncClient, visitor: VisitorClient) -> None:
    email = fresh_email()
    await register(client, email)
    wrong = {"email": email, "password": "not the password"}
    assert (await client.post(f"{ROOT}/auth/login", json=wrong, headers=visitor.headers)).status_code == 401
    assert (await read(client, "/me", visitor.headers))["email"] is None
