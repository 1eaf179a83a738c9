"""Two visitors and every route of the document: nobody reaches what is the other's, and a token works in its header only."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.api.conftest import VisitorClient, new_visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

PUBLIC = {"/", "/healthz", "/readyz", "/docs", "/docs/{name}", "/embed/widget.js", "/embed/demo.css"}
PRICES = {  # nobody's own
    "/api/v1/stocks/{symbol}",
    "/api/v1/stocks/{symbol}/features",
    "/api/v1/stocks/batch",
    "/api/v1/instruments",
}
# These make a session or take a secret of their own: a webhook's, a password, a token in the body.
OPEN = {
    "/api/v1/chat/sessions",
    "/api/v1/telegram/webhook",
    "/api/v1/auth/register",
    "/api/v1/auth/login",
    "/api/v1/auth/refresh",
    "/api/v1/auth/logout",
}
NEWCOMERS = {("GET", "/api/v1/profile")}  # 404 for whoever has none yet
STREAM = "/api/v1/chat/stream"  # by its session alone: it names nothing that could be another's
GOAL = {"kind": "home", "horizon_years": 5, "currency": "USD", "initial_amount": 1000}
BODIES: dict[str, dict[str, Any]] = {
    "/api/v1/chat/messages": {"client_id": "theirs", "text": "why?"},
    "/api/v1/plans/{plan_id}/activate": {"bad_year": {"amount": "1", "currency": "USD"}},
    "/api/v1/plans": {"goal": GOAL},
    "/api/v1/goals": GOAL | {"name": "Mine"},
    "/api/v1/goals/{goal_id}": {"name": "Taken over"},
    "/api/v1/profile": {"loss_limit": 0.1},
    "/api/v1/optimize": {"strategy": "equal_weight"},
    "/api/v1/frontier": {},
    "/api/v1/simulate": {"weights": {"EFA": 1.0}, "years": 5, "initial_amount": 1000},
    "/api/v1/backtest": {"strategy": "equal_weight"},
    "/api/v1/risk-analysis": {"weights": {"EFA": 1.0}},
    "/api/v1/scenarios": {"weights": {"EFA": 1.0}},
}


async def _routes(client: httpx.AsyncClient) -> list[tuple[str, str]]:
    paths = (await client.get("/openapi.json")).json()["paths"]
    return [(method.upper(), path) for path, entry in paths.items() for method in entry]


async def _owner_of_a_plan(client: httpx.AsyncClient) -> tuple[VisitorClient, dict[str, str]]:
    owner = await new_visitor(client)
    turn = await owner.answer_until("confirm_bad_year")
    plan = (await owner.get("/api/v1/plans")).json()["plans"][0]
    chart = next(block for block in turn["blocks"] if block["kind"] == "chart")
    file = next(block for block in (await owner.say("report"))["blocks"] if block["kind"] == "file")
    ids = {"plan_id": plan["id"], "chart_id": chart["id"], "document_id": file["url"].rpartition("/")[2]}
    goal = await owner.client.post("/api/v1/goals", json=GOAL | {"name": "Theirs"}, headers=owner.headers)
    await owner.client.put("/api/v1/profile", json={"loss_limit": 0.3}, headers=owner.headers)
    computed = await owner.client.post("/api/v1/optimize", json={"strategy": "equal_weight"}, headers=owner.headers)
    ids |= {"goal_id": goal.json()["id"], "computation_id": computed.json()["id"]}
    return owner, ids | {"kind": "svg", "name": "docs.js"}


async def test_no_route_gives_one_visitor_what_is_anothers(client: httpx.AsyncClient) -> None:
    owner, ids = await _owner_of_a_plan(client)
    before = (await owner.get("/api/v1/chat/history?limit=200")).text
    stranger = await new_visitor(client)
    own_path = re.compile(r"\{(plan_id|chart_id|document_id|goal_id|computation_id)\}")
    for method, path in await _routes(client):
        if path in PUBLIC | PRICES | OPEN | {STREAM}:
            continue
        headers = {"headers": stranger.headers, "json": BODIES.get(path)}
        answer = await client.request(method, path.format(**ids), **headers)
        if own_path.search(path):
            assert answer.status_code == 404, (method, path)
        else:
            assert answer.status_code in ((404, 200, 201) if (method, path) in NEWCOMERS else (200, 201)), (
                method,
                path,
            )
        for secret in (value for name, value in ids.items() if name.endswith("_id")):
            assert secret not in answer.text, (method, path)
    for_theirs = await client.post("/api/v1/plans", json={"goal_id": ids["goal_id"]}, headers=stranger.headers)
    assert (for_theirs.status_code, ids["goal_id"] in for_theirs.text) == (404, False)
    assert (await stranger.get(f"/api/v1/plans?cursor={ids['plan_id']}")).json()["plans"] == []
    assert (await owner.get("/api/v1/chat/history?limit=200")).text == before
    assert (await owner.get("/api/v1/plans")).json()["plans"][0]["status"] == "proposed"
    assert (await owner.get(f"/api/v1/goals/{ids['goal_id']}")).json()["name"] == "Theirs"
    assert (await owner.get("/api/v1/profile")).json()["answers"] == {"loss_limit": 0.3}
    assert (await stranger.get(f"/api/v1/goals?cursor={ids['goal_id']}")).json()["goals"] == []
    for path in (
        "/api/v1/plans/{plan_id}",
        "/api/v1/plans/{plan_id}/replay",
        "/api/v1/chat/charts/{chart_id}.{kind}",
        "/api/v1/computations/{computation_id}",
    ):
        assert (await owner.get(path.format(**ids))).status_code == 200, path


async def test_every_private_route_wants_the_token_and_in_its_header_only(client: httpx.AsyncClient) -> None:
    owner, ids = await _owner_of_a_plan(client)
    token = owner.headers["Authorization"].removeprefix("Bearer ")
    tried = 0
    for method, path in await _routes(client):
        if path in PUBLIC | PRICES | OPEN:
            continue
        for elsewhere in (
            {"params": {"token": token, "access_token": token, "authorization": f"Bearer {token}"}},
            {"headers": {"Cookie": f"token={token}; Authorization={token}"}},
            {"headers": {"Authorization": token}},
            {"headers": {"X-Authorization": f"Bearer {token}"}},
        ):
            answer = await client.request(method, path.format(**ids), json=BODIES.get(path), **elsewhere)
            assert answer.status_code == 401, (method, path)
            assert answer.json()["error"]["code"] == "unauthorised"
            tried += 1
    assert tried >= 4 * 8
