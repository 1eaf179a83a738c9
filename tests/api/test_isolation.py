"""Two people and every operation of the document: nobody reads or changes what is the other's; tokens work in their header only.

Both have all there is to have, with strings of their own in it. Each operation is tried by each of them with every id of the
other in every place that takes one, in a shuffled order on one running application, so that it finds what earlier ones left.
"""

from __future__ import annotations

import io
import random
import secrets
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.api.conftest import VisitorClient, new_visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = "/api/v1"
SEED = 20261120
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
STREAM = "/api/v1/chat/stream"  # by its session alone: it names nothing that could be another's
END = ("DELETE", "/api/v1/me")  # the last thing that somebody does
GOAL = {"kind": "home", "horizon_years": 5, "currency": "USD", "initial_amount": 1000}
BODIES: dict[str, dict[str, Any]] = {
    "/api/v1/chat/messages": {"client_id": "theirs", "text": "why?"},
    "/api/v1/plans/{plan_id}/activate": {"bad_year": {"amount": "1", "currency": "USD"}},
    "/api/v1/plans": {"goal_id": "{goal_id}"},
    "/api/v1/goals": GOAL | {"name": "Another"},
    "/api/v1/goals/{goal_id}": {"name": "Renamed"},
    "/api/v1/profile": {"loss_limit": 0.1},
    "/api/v1/optimize": {"strategy": "equal_weight"},
    "/api/v1/frontier": {},
    "/api/v1/simulate": {"weights": {"EFA": 1.0}, "years": 5, "initial_amount": 1000},
    "/api/v1/backtest": {"strategy": "equal_weight"},
    "/api/v1/risk-analysis": {"weights": {"EFA": 1.0}},
    "/api/v1/scenarios": {"weights": {"EFA": 1.0}},
    "/api/v1/me/consents": {"language_model": True},
    "/api/v1/me/links/join": {"code": "{code}"},
    "/api/v1/feedback": {"score": 3},
}
# A code is a secret that its owner hands on: who has it may wish to be linked, and learns nothing by that.
HANDED_ON = {"code"}


@dataclass
class Person:
    """A visitor who made an account, with an id of each kind and strings that nobody else may ever see."""

    client: httpx.AsyncClient
    headers: dict[str, str]
    ids: dict[str, str]
    canaries: list[str] = field(default_factory=list)

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        return await self.client.request(method, f"{ROOT}{path}", headers=self.headers, **options)

    async def everything(self) -> dict[str, Any]:
        answer = await self.client.get(f"{ROOT}/me/export", headers=self.headers | {"Accept": "application/json"})
        tables: dict[str, Any] = answer.json()["tables"]
        return tables


async def _person(client: httpx.AsyncClient) -> Person:
    canaries = [f"canary-{secrets.token_hex(8)}" for _ in range(5)]
    visitor = await new_visitor(client)
    turn = await visitor.answer_until("confirm_bad_year")
    chart = next(block for block in turn["blocks"] if block["kind"] == "chart")
    file = next(block for block in (await visitor.say("report"))["blocks"] if block["kind"] == "file")
    await visitor.say(f"call this goal {canaries[0]}")
    body = {"email": f"{canaries[1]}@example.com", "password": "a long sentence"}
    tokens = (await client.post(f"{ROOT}/auth/register", json=body, headers=visitor.headers)).json()
    made = Person(client, {"Authorization": f"Bearer {tokens['access_token']}"}, {}, canaries)
    plan = (await made.ask("GET", "/plans")).json()["plans"][0]
    goal = (await made.ask("POST", "/goals", json=GOAL | {"name": canaries[2]})).json()
    await made.ask("PUT", "/profile", json={"loss_limit": 0.3})
    await made.ask("POST", "/feedback", json={"score": 2, "comment": canaries[3]})
    await made.ask("POST", "/chat/messages", json={"client_id": "c", "text": f"why {canaries[4]}"})
    computed = (await made.ask("POST", "/optimize", json={"strategy": "equal_weight"})).json()
    others = [it for it in (await made.ask("GET", "/me/sessions")).json()["sessions"] if not it["current"]]
    made.ids = {
        "plan_id": plan["id"],
        "chart_id": chart["id"],
        "document_id": file["url"].rpartition("/")[2],
        "goal_id": goal["id"],
        "computation_id": computed["id"],
        "session_id": others[0]["id"],
        "code": (await made.ask("POST", "/me/links")).json()["code"],
    }
    return made


@dataclass(frozen=True)
class Case:
    """One request: an operation with one's own ids, but the other's in the place `stolen` (none: only one's own)."""

    method: str
    path: str
    stolen: str | None
    place: str = ""

    async def ask(self, actor: Person, other: Person) -> httpx.Response:
        ids = actor.ids | ({self.stolen: other.ids[self.stolen]} if self.stolen else {}) | {"kind": "svg"}
        query = {"cursor": other.ids[self.stolen]} if self.stolen and self.place == "query" else None
        body = BODIES.get(self.path) if self.method in ("POST", "PUT", "PATCH") else None
        filled = body and {
            name: value.format(**ids) if isinstance(value, str) else value for name, value in body.items()
        }
        path = self.path.format(**ids)
        return await actor.client.request(self.method, path, headers=actor.headers, json=filled, params=query)


async def _operations(client: httpx.AsyncClient) -> list[tuple[str, str, dict[str, Any]]]:
    paths = (await client.get("/openapi.json")).json()["paths"]
    return [(method.upper(), path, it) for path, entry in paths.items() for method, it in entry.items()]


def _cases(operations: list[tuple[str, str, dict[str, Any]]]) -> Iterator[Case]:
    """Every operation by itself, and with the other's id in each place that takes one."""
    for method, path, operation in operations:
        if path in PUBLIC | PRICES | OPEN | {STREAM} or (method, path) == END:
            continue
        named = [it["name"] for it in operation.get("parameters", []) if it["in"] == "path" and it["name"] != "kind"]
        written = [
            name
            for name in ("goal_id", "code")
            if f"{{{name}}}" in str(BODIES.get(path)) and "requestBody" in operation
        ]
        if not named and not written:
            yield Case(method, path, None)
        yield from (Case(method, path, name, "path") for name in named)
        yield from (Case(method, path, name, "body") for name in written)
        if any(it["name"] == "cursor" for it in operation.get("parameters", [])):
            yield from (Case(method, path, name, "query") for name in ("plan_id", "goal_id", "computation_id"))


def _text(answer: httpx.Response) -> str:
    """What an answer says, that of an archive unpacked."""
    if answer.headers.get("content-type") != "application/zip":
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


@pytest.mark.slow
async def test_no_operation_gives_or_changes_what_is_anothers(client: httpx.AsyncClient) -> None:
    people = (await _person(client), await _person(client))
    cases = [case for case in _cases(await _operations(client)) if case.stolen not in HANDED_ON]
    assert len(cases) > 40
    for actor, other in (people, people[::-1]):
        random.Random(SEED).shuffle(cases)
        before = await other.everything()
        for case in cases:
            answer = await case.ask(actor, other)
            said = (case, answer.status_code, answer.text[:200])
            if case.place in ("path", "body"):
                assert answer.status_code == 404, said
            else:  # a link that nobody waits for is none; all else is there
                assert answer.status_code in ((404,) if "links/" in case.path else (200, 201, 204)), said
            text = _text(answer)
            assert [it for it in (*other.canaries, *other.ids.values()) if it in text] == [], said
            if case.method != "GET":
                assert await other.everything() == before, said
        assert await other.everything() == before
    for person in people:  # all of it is where it was, for its owner
        text = str(await person.everything())
        assert [it for it in person.canaries[2:] if it not in text] == []


@pytest.mark.slow
async def test_a_code_that_was_handed_on_tells_nothing_and_changes_nothing_without_a_yes(
    client: httpx.AsyncClient,
) -> None:
    owner, stranger = await _person(client), await new_visitor(client)
    answer = await stranger.client.post(
        f"{ROOT}/me/links/join", json={"code": owner.ids["code"]}, headers=stranger.headers
    )
    assert answer.status_code == 200
    texts = [_text(await stranger.get(f"{ROOT}{path}")) for path in ("/me", "/me/export", "/plans", "/chat/history")]
    for text in (answer.text, *texts):
        assert [it for it in (*owner.canaries, *owner.ids.values()) if it in text] == []
    assert len((await owner.ask("GET", "/plans")).json()["plans"]) == 1


@pytest.mark.slow
async def test_erasing_oneself_leaves_the_other_whole(client: httpx.AsyncClient) -> None:
    one, other = await _person(client), await _person(client)
    before = await other.everything()
    assert (await one.ask("DELETE", "/me")).status_code == 204
    assert await other.everything() == before
    for case in _cases(await _operations(client)):
        if case.stolen is None or case.stolen in HANDED_ON:
            continue
        answer = await case.ask(other, one)
        assert answer.status_code == (200 if case.place == "query" else 404), case
        assert [it for it in one.canaries if it in _text(answer)] == []


async def test_every_private_route_wants_the_token_and_in_its_header_only(client: httpx.AsyncClient) -> None:
    owner = await _person(client)
    token = owner.headers["Authorization"].removeprefix("Bearer ")
    tried = 0
    for method, path, _ in await _operations(client):
        if path in PUBLIC | PRICES | OPEN:
            continue
        for elsewhere in (
            {"params": {"token": token, "access_token": token, "authorization": f"Bearer {token}"}},
            {"headers": {"Cookie": f"token={token}; Authorization={token}"}},
            {"headers": {"Authorization": token}},
            {"headers": {"X-Authorization": f"Bearer {token}"}},
        ):
            answer = await client.request(
                method, path.format(**owner.ids, kind="svg"), json=BODIES.get(path), **elsewhere
            )
            assert answer.status_code == 401, (method, path)
            assert answer.json()["error"]["code"] == "unauthorised"
            tried += 1
    assert tried >= 4 * 30


async def test_every_operation_that_takes_a_body_is_tried_with_one(client: httpx.AsyncClient) -> None:
    wanting = {
        path
        for _, path, operation in await _operations(client)
        if operation.get("requestBody", {}).get("required") and path not in OPEN | PRICES
    }
    assert wanting <= BODIES.keys()


async def test_visitors_without_an_account_are_as_far_apart(client: httpx.AsyncClient) -> None:
    owner, stranger = await new_visitor(client), await new_visitor(client)
    await owner.say("a house in Zanzibar")
    before = (await owner.get(f"{ROOT}/chat/history")).text
    await _say_all(stranger)
    assert (await owner.get(f"{ROOT}/chat/history")).text == before


async def _say_all(stranger: VisitorClient) -> None:
    for text in ("/export", "my goals", "show my plan", "/sessions", "/link", "undo", "unlink", "/delete", "yes"):
        answer = await stranger.post(text=text)
        assert answer.status_code == 200
        assert "Zanzibar" not in answer.text
