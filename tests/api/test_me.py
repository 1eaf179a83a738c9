"""A person's own data by REST: what is known, all of it as a file, its end, sign-ins, consents and opinions."""

from __future__ import annotations

import csv
import io
import json
import secrets
import zipfile
from typing import Any

import httpx
import pytest

from tests.api.conftest import VisitorClient, new_visitor
from tests.api.test_accounts import ROOT, bearer, register

pytestmark = pytest.mark.asyncio(loop_scope="module")


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


async def test_who_is_asking_is_told_with_all_by_which_he_is_known(
    client: httpx.AsyncClient, visitor: VisitorClient
) -> None:
    me = (await visitor.get(f"{ROOT}/me")).json()
    assert (me["locale"], me["sessions"], me["consents"]) == ("en-US", 1, [])
    assert me["channels"] == [{"channel": "web", "reachable": True}]
    account = (await client.get(f"{ROOT}/me", headers=bearer(await register(client)))).json()
    assert (account["locale"], account["sessions"]) == (None, 1)


async def test_the_export_holds_what_was_said_as_json_as_tables_and_explained(visitor: VisitorClient) -> None:
    await visitor.say("a house called Canary-4711")
    answer = await visitor.get(f"{ROOT}/me/export")
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    found = files(answer.content)
    everything = json.loads(found["everything.json"])
    assert "Canary-4711" in json.dumps(everything["turns"])
    rows = list(csv.DictReader(io.StringIO(found["turns.csv"].decode("utf-8-sig"))))
    assert len(rows) == len(everything["turns"]) == 3
    assert any("Canary-4711" in value for row in rows for value in row.values())
    page = found["README.txt"].decode()
    assert all(table in page for table in everything)


async def test_the_export_as_json_is_asked_for_by_its_media_type(visitor: VisitorClient) -> None:
    headers = visitor.headers | {"Accept": "application/json"}
    answer = await visitor.client.get(f"{ROOT}/me/export", headers=headers)
    assert answer.headers["content-type"] == "application/json"
    assert len(answer.json()["tables"]["turns"]) == 1


async def test_no_token_and_no_password_hash_is_in_an_export(client: httpx.AsyncClient, visitor: VisitorClient) -> None:
    tokens = await register(client, headers=visitor.headers)
    text = (await client.get(f"{ROOT}/me/export", headers=bearer(tokens) | {"Accept": "application/json"})).text
    assert tokens["session_token"] not in text
    assert tokens["refresh_token"] not in text
    assert "argon2" not in text
    assert "token_hash" not in text


async def test_an_export_made_in_the_talk_can_be_fetched_and_is_not_exported_again(visitor: VisitorClient) -> None:
    file = next(block for block in (await visitor.say("export my data"))["blocks"] if block["kind"] == "file")
    first = await visitor.get(file["url"])
    assert (first.status_code, first.headers["content-type"]) == (200, "application/zip")
    assert len(first.content) == file["size"]
    second = files((await visitor.get(f"{ROOT}/me/export")).content)
    (row,) = json.loads(second["everything.json"])["documents"]
    assert row["name"] == file["name"]
    assert "content" not in row


async def test_whoever_deletes_himself_is_gone_on_every_route_at_once(client: httpx.AsyncClient) -> None:
    visitor = await new_visitor(client)
    await visitor.answer_until("confirm_bad_year")
    tokens = await register(client, headers=visitor.headers)
    headers = bearer(tokens)
    assert (await client.delete(f"{ROOT}/me", headers=headers)).status_code == 204
    for path in ("/me", "/plans", "/chat/history", "/me/export", "/me/sessions"):
        for ended in (headers, {"Authorization": f"Bearer {tokens['session_token']}"}):
            assert (await client.get(f"{ROOT}{path}", headers=ended)).status_code == 401, path
    assert (await client.delete(f"{ROOT}/me", headers=headers)).status_code == 401
    refresh = await client.post(f"{ROOT}/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert refresh.status_code == 401


async def test_an_e_mail_address_is_free_again_after_its_account_is_deleted(client: httpx.AsyncClient) -> None:
    email = f"gone-{secrets.token_hex(4)}@example.com"
    await client.delete(f"{ROOT}/me", headers=bearer(await register(client, email)))
    me = (await client.get(f"{ROOT}/me", headers=bearer(await register(client, email)))).json()
    assert me["email"] == email


async def test_deleting_in_the_talk_asks_first_and_then_removes_everything(client: httpx.AsyncClient) -> None:
    visitor = await new_visitor(client)
    await visitor.say("a house")
    asked = await visitor.say("delete my data")
    assert asked["expects"]["kind"] == "confirm"
    kept = await visitor.post(choice="no")
    assert kept.status_code == 200
    assert (await visitor.get(f"{ROOT}/chat/history")).status_code == 200
    await visitor.say("delete my data")
    goodbye = (await visitor.post(choice="yes")).json()
    assert "gone" in goodbye["blocks"][0]["text"]
    assert goodbye["expects"] is None
    assert (await visitor.get(f"{ROOT}/chat/history")).status_code == 401


async def test_sign_ins_are_listed_and_one_of_them_is_ended(client: httpx.AsyncClient, visitor: VisitorClient) -> None:
    tokens = await register(client, headers=visitor.headers)
    chat = {"Authorization": f"Bearer {tokens['session_token']}"}
    listed = (await client.get(f"{ROOT}/me/sessions", headers=bearer(tokens))).json()["sessions"]
    assert sorted((it["kind"], it["current"]) for it in listed) == [("account", True), ("chat", False)]
    (other,) = (it["id"] for it in listed if not it["current"])
    assert (await client.delete(f"{ROOT}/me/sessions/{other}", headers=bearer(tokens))).status_code == 204
    assert (await client.get(f"{ROOT}/me", headers=chat)).status_code == 401
    assert (await client.delete(f"{ROOT}/me/sessions/{other}", headers=bearer(tokens))).status_code == 404
    assert (await client.get(f"{ROOT}/me", headers=bearer(tokens))).json()["sessions"] == 1


async def test_consents_are_kept_with_their_date_and_said_in_the_talk(visitor: VisitorClient) -> None:
    async def put(**body: Any) -> httpx.Response:
        return await visitor.client.put(f"{ROOT}/me/consents", json=body, headers=visitor.headers)

    answer = await put(messages=False, language_model=True)
    assert answer.status_code == 200, answer.text
    assert {it["kind"]: it["given"] for it in answer.json()["consents"]} == {"messages": False, "language_model": True}
    turns = (await visitor.get(f"{ROOT}/chat/history")).json()["turns"]
    assert len(turns) == 2
    again = await put(messages=False)
    assert again.json() == (await visitor.get(f"{ROOT}/me/consents")).json()
    assert len((await visitor.get(f"{ROOT}/chat/history")).json()["turns"]) == 2
    assert {it["kind"]: it["given"] for it in (await put(messages=True)).json()["consents"]}["messages"]
    assert (await put(storage=False)).status_code == 422
    assert (await put(messages="no")).status_code == 422


async def test_an_opinion_is_kept_and_exported(visitor: VisitorClient) -> None:
    async def post(**body: Any) -> int:
        return (await visitor.client.post(f"{ROOT}/feedback", json=body, headers=visitor.headers)).status_code

    assert await post(score=4, comment="clear words, Canary-99") == 204
    assert [await post(score=6), await post(score=0), await post(), await post(score="5")] == [422] * 4
    assert await post(score=3, turn=99) == 404
    text = (
        await visitor.client.get(f"{ROOT}/me/export", headers=visitor.headers | {"Accept": "application/json"})
    ).json()
    (row,) = text["tables"]["feedback"]
    assert row["score"] == 4
    assert "Canary-99" in json.dumps(row)


async def test_a_repeated_opinion_with_its_key_counts_once(visitor: VisitorClient) -> None:
    headers = visitor.headers | {"Idempotency-Key": "k-1"}
    for _ in range(2):
        answer = await visitor.client.post(f"{ROOT}/feedback", json={"score": 5}, headers=headers)
        assert answer.status_code == 204
    text = (
        await visitor.client.get(f"{ROOT}/me/export", headers=visitor.headers | {"Accept": "application/json"})
    ).json()
    assert len(text["tables"]["feedback"]) == 1
