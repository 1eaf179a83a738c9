"""Stored plans over HTTP: bytes that can be computed again, teach-back, and nobody else's."""

from __future__ import annotations

import httpx
import pytest

from advisor.domain.plan import canonical_json
from tests.api.conftest import VisitorClient, new_visitor

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


async def planned(client: httpx.AsyncClient) -> tuple[VisitorClient, str]:
    visitor = await new_visitor(client)
    await visitor.answer_until("confirm_bad_year")
    plans = (await visitor.get("/api/v1/plans")).json()["plans"]
    assert len(plans) == 1
    return visitor, plans[0]["id"]


async def test_a_replay_gives_the_bytes_of_the_stored_result(client: httpx.AsyncClient) -> None:
    visitor, plan_id = await planned(client)
    stored = (await visitor.get(f"/api/v1/plans/{plan_id}")).json()
    replayed = await visitor.get(f"/api/v1/plans/{plan_id}/replay")
    assert replayed.status_code == 200
    assert replayed.content == canonical_json(stored["result"])
    assert replayed.content == (await visitor.get(f"/api/v1/plans/{plan_id}/replay")).content


async def test_two_people_with_the_same_answers_get_the_same_plan(client: httpx.AsyncClient) -> None:
    one, first = await planned(client)
    other, second = await planned(client)
    assert first != second
    assert (await one.get(f"/api/v1/plans/{first}/replay")).content == (
        await other.get(f"/api/v1/plans/{second}/replay")
    ).content


async def test_a_plan_made_by_other_code_is_not_replayed(client: httpx.AsyncClient) -> None:
    visitor, plan_id = await planned(client)
    container = client._transport.app.state.container  # type: ignore[attr-defined]
    now = container.plans._code_version
    container.plans._code_version = "an older program"
    try:
        answer = await visitor.get(f"/api/v1/plans/{plan_id}/replay")
    finally:
        container.plans._code_version = now
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "code_changed"


async def test_activation_needs_the_bad_year_and_supersedes_the_plan_before(client: httpx.AsyncClient) -> None:
    visitor, first = await planned(client)
    loss = (await visitor.get(f"/api/v1/plans/{first}")).json()["result"]["bad_year"]["amount"]
    for amount in ("1.00", "999999.00"):
        answer = await visitor.client.post(
            f"/api/v1/plans/{first}/activate",
            json={"bad_year": {"amount": amount, "currency": "USD"}},
            headers=visitor.headers,
        )
        assert answer.status_code == 422
    right = {"bad_year": {"amount": f"{loss:.2f}", "currency": "USD"}}
    answer = await visitor.client.post(f"/api/v1/plans/{first}/activate", json=right, headers=visitor.headers)
    assert answer.json()["status"] == "active"
    await visitor.say("make it 15 years")
    second = (await visitor.get("/api/v1/plans")).json()["plans"][0]["id"]
    loss = (await visitor.get(f"/api/v1/plans/{second}")).json()["result"]["bad_year"]["amount"]
    right = {"bad_year": {"amount": f"{loss:.2f}", "currency": "USD"}}
    await visitor.client.post(f"/api/v1/plans/{second}/activate", json=right, headers=visitor.headers)
    statuses = {plan["id"]: plan["status"] for plan in (await visitor.get("/api/v1/plans")).json()["plans"]}
    assert statuses == {first: "superseded", second: "active"}


async def test_plans_page_newest_first(client: httpx.AsyncClient) -> None:
    visitor, first = await planned(client)
    await visitor.say("make it 15 years")
    await visitor.say("make it 20 years")
    page = (await visitor.get("/api/v1/plans?limit=2")).json()
    rest = (await visitor.get(f"/api/v1/plans?limit=2&cursor={page['next_cursor']}")).json()
    assert [len(page["plans"]), len(rest["plans"])] == [2, 1]
    assert rest["plans"][0]["id"] == first
    assert rest["next_cursor"] is None


async def test_nobody_sees_anothers_plan_picture_or_history(client: httpx.AsyncClient) -> None:
    owner, plan_id = await planned(client)
    stranger, _ = await planned(client)
    turn = (await owner.get("/api/v1/chat/history?limit=200")).json()["turns"][-1]
    pictures = [block[kind] for block in turn["blocks"] if block["kind"] == "chart" for kind in ("svg_url", "png_url")]
    assert pictures
    for path in (*pictures, f"/api/v1/plans/{plan_id}", f"/api/v1/plans/{plan_id}/replay"):
        assert (await owner.get(path)).status_code == 200
        answer = await stranger.get(path)
        assert answer.status_code == 404, path
        assert answer.json()["error"]["code"] == "not_found"
    body = {"bad_year": {"amount": "1.00", "currency": "USD"}}
    answer = await client.post(f"/api/v1/plans/{plan_id}/activate", json=body, headers=stranger.headers)
    assert answer.status_code == 404
    assert plan_id not in (await stranger.get("/api/v1/plans")).text
    own = {row["turn"] for row in (await stranger.get("/api/v1/chat/history?limit=200")).json()["turns"]}
    assert own


@pytest.mark.parametrize("plan_id", ["nothing", "0" * 32, "%00", "x" * 65])
async def test_an_unknown_plan_is_not_found(visitor: VisitorClient, plan_id: str) -> None:
    answer = await visitor.get(f"/api/v1/plans/{plan_id}")
    assert answer.status_code in (404, 422)
    assert answer.json()["error"]["message"]


async def test_what_an_income_needs_reaches_its_plan(visitor: VisitorClient) -> None:
    goal = {
        "kind": "income",
        "horizon_years": 1,
        "currency": "USD",
        "initial_amount": 300000,
        "income_wanted": {"amount": "1200.00", "currency": "USD"},
        "pension_monthly": 800,
        "pension_from_years": 5,
        "spending_years": 20,
        "retirement_age": 60,
    }
    body = {"goal": goal, "profile": {"birth_year": 1960}}
    answer = await visitor.client.post("/api/v1/plans", json=body, headers=visitor.headers)
    assert answer.status_code == 201, answer.text
    inputs = answer.json()["inputs"]
    assert {name: inputs[name] for name in (*goal, "birth_year") if name in inputs} == {
        "horizon_years": 1.0,
        "currency": "USD",
        "initial_amount": "300000",
        "income_wanted": "1200.00",
        "pension_monthly": "800",
        "pension_from_years": 5.0,
        "spending_years": 20.0,
        "retirement_age": 60.0,
        "birth_year": 1960,
    }
