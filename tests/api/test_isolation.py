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
OPEN = {"/api/v1/chat/sessions", "/api/v1/telegram/webhook"}  # makes a session; checks a secret of its own
STREAM = "/api/v1/chat/stream"  # by its session alone: it names nothing that could be another's
BODIES: dict[str, dict[str, Any]] = {
    "/api/v1/chat/messages": {"client_id": "theirs", "text": "why?"},
    "/api/v1/plans/{plan_id}/activate": {"bad_year": {"amount": "1", "currency": "USD"}},
}


async def _routes(client: httpx.AsyncClient) -> list[tuple[str, str]]:
    paths = (await client.get("/openapi.json")).json()["paths"]
    return [(method.upper(), path) for path, entry in paths.items() for method in entry]


async def _owner_of_a_plan(client: httpx.AsyncClient) -> tuple[VisitorClient, dict[str, str]]:
    owner = await new_visitor(client)
    turn = await owner.answer_until("confirm_bad_year")
    plan = (await owner.get("/api/v1/plans")).json()["plans"][0]
    chart = next(block for block in turn["blocks"] if block["kind"] == "chart")
    return owner, {"plan_id": plan["id"], "chart_id": chart["id"], "kind": "svg", "name": "docs.js"}


async def test_no_route_gives_one_visitor_what_is_anothers(client: httpx.AsyncClient) -> None:
    owner, ids = await _owner_of_a_plan(client)
    before = (await owner.get("/api/v1/chat/history?limit=200")).text
    stranger = await new_visitor(client)
    own_path = re.compile(r"\{(plan_id|chart_id)\}")
    for method, path in await _routes(client):
        if path in PUBLIC | PRICES | OPEN | {STREAM}:
            continue
        headers = {"headers": stranger.headers, "json": BODIES.get(path)}
        answer = await client.request(method, path.format(**ids), **headers)
        if own_path.search(path):
            assert answer.status_code == 404, (method, path)
        else:
            assert answer.status_code == 200, (method, path)
        for secret in (ids["plan_id"], ids["chart_id"]):
            assert secret not in answer.text, (method, path)
    assert (await stranger.get(f"/api/v1/plans?cursor={ids['plan_id']}")).json()["plans"] == []
    assert (await owner.get("/api/v1/chat/history?limit=200")).text == before
    assert (await owner.get("/api/v1/plans")).json()["plans"][0]["status"] == "proposed"
    for path in ("/api/v1/plans/{plan_id}", "/api/v1/plans/{plan_id}/replay", "/api/v1/chat/charts/{chart_id}.{kind}"):
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
