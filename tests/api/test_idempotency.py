"""Writes that are sent again under the same key."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.api.conftest import VisitorClient, new_visitor
from tests.api.test_goals import HOME, ROOT

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_repeat_under_the_same_key_has_no_second_effect(visitor: VisitorClient) -> None:
    headers = visitor.headers | {"Idempotency-Key": "first-goal"}
    answers = [await visitor.client.post(f"{ROOT}/goals", json=HOME, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.content for answer in answers}) == 1
    other = await visitor.client.post(f"{ROOT}/goals", json=HOME | {"name": "Another"}, headers=headers)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_mismatch")
    assert len((await visitor.get(f"{ROOT}/goals")).json()["goals"]) == 1
    elsewhere = await visitor.client.put(f"{ROOT}/profile", json={}, headers=headers)
    assert elsewhere.status_code == 422
    for bad in ("", "x" * 201):
        answer = await visitor.client.post(
            f"{ROOT}/goals", json=HOME, headers=visitor.headers | {"Idempotency-Key": bad}
        )
        assert answer.status_code == 422, bad


async def test_an_error_is_not_kept_under_its_key(visitor: VisitorClient) -> None:
    headers = visitor.headers | {"Idempotency-Key": "a-key"}
    wrong = await visitor.client.put(f"{ROOT}/profile", json={"income_stability": "golden"}, headers=headers)
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "income_stability")
    right = await visitor.client.put(f"{ROOT}/profile", json={"income_stability": "steady"}, headers=headers)
    assert right.status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("goals", HOME),
        ("plans", {"goal": {key: value for key, value in HOME.items() if key != "name"}}),
        ("optimize", {"strategy": "equal_weight"}),
    ],
)
async def test_repeats_that_come_at_once_are_answered_alike_and_make_one_thing(
    client: httpx.AsyncClient, path: str, body: dict[str, Any]
) -> None:
    visitor = await new_visitor(client)
    headers = visitor.headers | {"Idempotency-Key": "at-once"}
    answers = await asyncio.gather(*(client.post(f"{ROOT}/{path}", json=body, headers=headers) for _ in range(5)))
    assert {answer.status_code for answer in answers} <= {200, 201}, [answer.text[:200] for answer in answers]
    assert len({answer.content for answer in answers}) == 1


async def test_two_people_may_use_the_same_key(client: httpx.AsyncClient) -> None:
    ids = set()
    for _ in range(2):
        visitor = await new_visitor(client)
        answer = await visitor.client.post(
            f"{ROOT}/goals", json=HOME, headers=visitor.headers | {"Idempotency-Key": "same"}
        )
        ids.add(answer.json()["id"])
    assert len(ids) == 2
