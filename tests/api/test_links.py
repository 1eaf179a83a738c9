"""Linking by REST: a code from one side, handed in on the other, a yes on the first; then both are one person."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from advisor.domain.message import Channel, Inbound, Visitor
from tests.api.conftest import VisitorClient, new_visitor
from tests.api.test_accounts import ROOT, bearer, register

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def post(visitor: VisitorClient, path: str, body: Any = None, **headers: str) -> httpx.Response:
    return await visitor.client.post(f"{ROOT}/me/links{path}", json=body, headers=visitor.headers | headers)


async def code_of(visitor: VisitorClient) -> str:
    answer = await post(visitor, "")
    assert answer.status_code == 201, answer.text
    code: str = answer.json()["code"]
    return code


async def last_turn(visitor: VisitorClient) -> dict[str, Any]:
    turn: dict[str, Any] = (await visitor.get(f"{ROOT}/chat/history?limit=200")).json()["turns"][-1]
    return turn


async def test_two_talks_become_one_person_with_everything_of_both(client: httpx.AsyncClient) -> None:
    here, there = await new_visitor(client), await new_visitor(client)
    await here.say("a house")
    await there.answer_until("confirm_bad_year")
    (plan,) = (await there.get(f"{ROOT}/plans")).json()["plans"]
    joined = await post(there, "/join", {"code": await code_of(here)})
    assert (joined.status_code, joined.json()["status"], joined.json()["channel"]) == (200, "waiting", "web")
    assert (await here.get(f"{ROOT}/plans")).json()["plans"] == [], "nothing changes before the yes"
    assert (await last_turn(here))["expects"]["slot"] == "link_confirm"
    confirmed = await post(here, "/confirm")
    assert (confirmed.status_code, confirmed.json()) == (200, {"status": "linked"})
    for side in (here, there):
        assert [it["id"] for it in (await side.get(f"{ROOT}/plans")).json()["plans"]] == [plan["id"]]
        assert (await last_turn(side))["expects"]["slot"] == "confirm_bad_year", "the richer talk goes on"
    assert await last_turn(here) == await last_turn(there)
    ids = {(await side.get(f"{ROOT}/me")).json()["id"] for side in (here, there)}
    assert len(ids) == 1


async def test_what_is_said_on_one_side_is_seen_on_the_other_afterwards(client: httpx.AsyncClient) -> None:
    here, there = await new_visitor(client), await new_visitor(client)
    await post(there, "/join", {"code": await code_of(here)})
    await post(here, "/confirm")
    await there.say("a house")
    assert (await last_turn(here))["expects"]["slot"] == "horizon"
    answer = await here.say("10 years")
    assert await last_turn(there) == {**answer, "author": "advisor", "at": (await last_turn(there))["at"]}


async def test_a_yes_in_the_talk_links_as_well(client: httpx.AsyncClient) -> None:
    here, there = await new_visitor(client), await new_visitor(client)
    await there.say("a car")
    await post(there, "/join", {"code": await code_of(here)})
    answer = await here.post(choice="yes")
    assert answer.status_code == 200, answer.text
    assert (await here.get(f"{ROOT}/me")).json()["id"] == (await there.get(f"{ROOT}/me")).json()["id"]
    assert answer.json()["expects"]["slot"] == "horizon"


@pytest.mark.parametrize("by", ["rest", "talk"])
async def test_a_no_voids_the_code_and_changes_nothing(client: httpx.AsyncClient, by: str) -> None:
    here, there = await new_visitor(client), await new_visitor(client)
    await post(there, "/join", {"code": await code_of(here)})
    if by == "rest":
        assert (await post(here, "/refuse")).json() == {"status": "refused"}
    else:
        await here.post(choice="no")
    assert (await post(here, "/confirm")).status_code == 404
    assert (await last_turn(here))["expects"]["slot"] == "goal"
    assert (await here.get(f"{ROOT}/me")).json()["id"] != (await there.get(f"{ROOT}/me")).json()["id"]


async def test_a_code_serves_once_and_never_its_owner(client: httpx.AsyncClient) -> None:
    here, there, third = [await new_visitor(client) for _ in range(3)]
    code = await code_of(here)
    assert (await post(here, "/join", {"code": code})).status_code == 404
    assert (await post(there, "/join", {"code": code.upper()})).status_code == 200
    assert (await post(third, "/join", {"code": code})).status_code == 404
    assert (await post(third, "/join", {"code": "unknown"})).status_code == 404
    assert (await post(third, "/join", {"code": ""})).status_code == 422


async def test_a_new_code_voids_the_one_before(client: httpx.AsyncClient) -> None:
    here, there = await new_visitor(client), await new_visitor(client)
    first, second = await code_of(here), await code_of(here)
    assert (await post(there, "/join", {"code": first})).status_code == 404
    assert (await post(there, "/join", {"code": second})).status_code == 200


async def test_nobody_confirms_for_somebody_else(client: httpx.AsyncClient) -> None:
    here, there = await new_visitor(client), await new_visitor(client)
    await post(there, "/join", {"code": await code_of(here)})
    assert (await post(there, "/confirm")).status_code == 404, "the side that hands in cannot say the other's yes"
    assert (await post(await new_visitor(client), "/refuse")).status_code == 404
    assert (await post(here, "/confirm")).status_code == 200


async def test_a_repeat_with_its_key_gets_the_same_code_and_the_same_answer(client: httpx.AsyncClient) -> None:
    here, there = await new_visitor(client), await new_visitor(client)
    key = {"Idempotency-Key": "offer-1"}
    first, second = await post(here, "", **key), await post(here, "", **key)
    assert first.json() == second.json()
    body = {"code": first.json()["code"]}
    answers = [await post(there, "/join", body, **{"Idempotency-Key": "join-1"}) for _ in range(2)]
    assert [it.status_code for it in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


async def test_two_accounts_do_not_become_one(client: httpx.AsyncClient) -> None:
    mine, theirs = [bearer(await register(client)) for _ in range(2)]
    code = (await client.post(f"{ROOT}/me/links", headers=mine)).json()["code"]
    answer = await client.post(f"{ROOT}/me/links/join", json={"code": code}, headers=theirs)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


async def test_a_visitor_joins_an_account_from_either_side(client: httpx.AsyncClient) -> None:
    for account_offers in (True, False):
        account, visitor = bearer(await register(client)), await new_visitor(client)
        offering, joining = (account, visitor.headers) if account_offers else (visitor.headers, account)
        code = (await client.post(f"{ROOT}/me/links", headers=offering)).json()["code"]
        joined = await client.post(f"{ROOT}/me/links/join", json={"code": code}, headers=joining)
        assert joined.status_code == 200, joined.text
        assert (await client.post(f"{ROOT}/me/links/confirm", headers=offering)).status_code == 200
        me = (await client.get(f"{ROOT}/me", headers=visitor.headers)).json()
        assert me["email"] is not None
        # A token that names the user who is no more has ended; the account signs in anew and is the same person.
        assert (await client.get(f"{ROOT}/me", headers=account)).status_code == (200 if account_offers else 401)


async def test_a_talk_begun_on_telegram_goes_on_on_the_web(client: httpx.AsyncClient) -> None:
    container = client._transport.app.state.container  # type: ignore[attr-defined]
    here = await new_visitor(client)
    await container.dialogue.open(Channel.TELEGRAM, "4711", Visitor("en-US"))
    for number, text in enumerate(("a house", "10 years")):
        await container.dialogue.receive(Channel.TELEGRAM, "4711", Visitor(), Inbound(f"u{number}", text=text))
    offer = (await post(here, "")).json()
    start = Inbound("u9", text=f"/start link_{offer['code']}")
    await container.dialogue.receive(Channel.TELEGRAM, "4711", Visitor(), start)
    asked = await container.storage.find_conversation(Channel.TELEGRAM, "4711")
    assert asked.state["frames"][-1]["name"] == "link_join"
    await container.dialogue.receive(Channel.TELEGRAM, "4711", Visitor(), Inbound("u10", choice=("yes",)))
    assert (await post(here, "/confirm")).status_code == 200
    linked = await container.storage.find_conversation(Channel.TELEGRAM, "4711")
    assert (await last_turn(here))["expects"]["slot"] == "initial_amount"
    await container.dialogue.receive(Channel.TELEGRAM, "4711", Visitor(), Inbound("u11", text="20000"))
    assert (await last_turn(here))["expects"]["slot"] == "monthly_amount"
    sent = await container.storage.claim_outgoing(Channel.TELEGRAM, container.clock.now(), 30, 10)
    assert {it.address for it in sent} == {"4711"}
    assert linked.user_id == (await here.get(f"{ROOT}/me")).json()["id"]
    channels = [it["channel"] for it in (await here.get(f"{ROOT}/me")).json()["channels"]]
    assert sorted(channels) == ["telegram", "web"]
