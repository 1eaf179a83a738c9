"""The chat over HTTP, as the contract writes it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.api.conftest import VisitorClient, new_visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")

SLOTS = [
    "goal", "horizon", "initial_amount", "monthly_amount", "target_amount", "wanted_return", "debt", "emergency_fund",
    "income_stability", "share_of_savings", "early_need", "loss_limit", "risk_1", "risk_2", "risk_3", "risk_4", "risk_5",
    "experience", "exclusions", "confirm_summary", "confirm_bad_year",
]  # fmt: skip
BAD = {
    "empty": "",
    "blank": "   \n\t ",
    "nothing but signs": "?!...",
    "emoji": "🙂🙃",
    "5,000 characters": "x" * 5000,
    "16 KiB": "a" * 16 * 1024,
    "NUL and bidi": "\x00\u202e\u2066abc\u0000",
    "control characters": "".join(map(chr, range(32))),
    "lone surrogate": "\ud800",
    "another script": "что это такое",
    "markup": "<script>alert()</script>'; DROP TABLE users; --",
}


async def test_a_session_greets_and_asks_for_the_goal(visitor: VisitorClient) -> None:
    greeting = visitor.greeting
    assert greeting["expects"]["slot"] == "goal"
    assert greeting["expects"]["step"] == 1
    assert not greeting["expects"]["skippable"]
    said = " ".join(block["text"] for block in greeting["blocks"])
    assert "never ask for money, codes, wallets or passwords" in said
    assert "unlicensed" in said


async def test_a_session_needs_no_body(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/chat/sessions")
    assert answer.status_code == 201


async def test_every_slot_comes_in_the_contracts_order_and_its_example_is_an_answer(visitor: VisitorClient) -> None:
    asked, turn = [], visitor.greeting
    while turn["expects"] and turn["expects"]["slot"] != "confirm_bad_year":
        asked.append(turn["expects"]["slot"])
        turn = await visitor.answer_until(SLOTS[len(asked)])
        visitor.greeting = turn
    assert [*asked, "confirm_bad_year"] == SLOTS


async def test_the_plans_turn_holds_allocation_projection_and_comparison(client: httpx.AsyncClient) -> None:
    visitor = await new_visitor(client)
    turn = await visitor.answer_until("confirm_bad_year")
    tables = {block["name"]: block for block in turn["blocks"] if block["kind"] == "table"}
    charts = {block["name"]: block for block in turn["blocks"] if block["kind"] == "chart"}
    assert len(tables["allocation"]["rows"]) >= 3
    assert sum(row["share"] for row in tables["allocation"]["rows"]) == pytest.approx(1.0)
    assert {"allocation", "projection"} <= charts.keys()
    assert [row["name"] for row in tables["comparison"]["rows"]] == ["This plan", "Equal parts (1/N)", "60/40"]
    assert any("Sample data" in block["text"] for block in turn["blocks"] if block["kind"] == "notice")
    for row in tables["allocation"]["rows"]:
        assert row["fee"] == "unknown"
    for chart in charts.values():
        assert chart["alt"]
        assert chart["data"]["kind"]
        for kind, media in (("svg_url", "image/svg+xml"), ("png_url", "image/png")):
            picture = await visitor.get(chart[kind])
            assert picture.status_code == 200
            assert picture.headers["content-type"].startswith(media)


@pytest.mark.parametrize("slot", SLOTS)
async def test_bad_input_at_every_slot_gets_a_sentence_and_the_question_again(
    client: httpx.AsyncClient, slot: str
) -> None:
    visitor = await new_visitor(client)
    before = await visitor.answer_until(slot)
    for name, text in BAD.items():
        turn = await visitor.say(text)
        assert turn["expects"] == before["expects"], name
        assert turn["blocks"][0]["text"], name
    for text in ("-5", "10^30", "1" * 400, "in 1950"):
        turn = await visitor.say(text)
        assert turn["expects"]["slot"] == slot, text


async def test_a_repeat_gets_the_same_body_and_has_no_second_effect(visitor: VisitorClient) -> None:
    first = await visitor.post("same", text="a house")
    again = await visitor.post("same", text="a house")
    assert again.content == first.content
    turns = (await visitor.get("/api/v1/chat/history")).json()["turns"]
    assert len(turns) == 3


async def test_ten_repeats_at_once_have_one_effect(visitor: VisitorClient) -> None:
    answers = await asyncio.gather(*(visitor.post("at-once", text="a house") for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len((await visitor.get("/api/v1/chat/history")).json()["turns"]) == 3


async def test_messages_at_once_are_handled_one_after_the_other(visitor: VisitorClient) -> None:
    answers = await asyncio.gather(*(visitor.post(text="why?") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["turn"] for answer in answers) == [3, 5, 7, 9, 11, 13, 15, 17]


async def test_a_known_client_id_with_other_content_is_refused(visitor: VisitorClient) -> None:
    await visitor.post("mine", text="a house")
    answer = await visitor.post("mine", text="a boat")
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "idempotency_mismatch"


async def test_the_same_client_id_of_two_visitors_is_two_messages(client: httpx.AsyncClient) -> None:
    one, other = await new_visitor(client), await new_visitor(client)
    assert (await one.post("1", text="a house")).status_code == 200
    answer = await other.post("1", text="retirement")
    assert answer.status_code == 200
    assert answer.json()["expects"]["slot"] == "horizon"


async def test_history_is_ascending_and_pages(visitor: VisitorClient) -> None:
    for text in ("a house", "10 years", "5000"):
        await visitor.say(text)
    turns = (await visitor.get("/api/v1/chat/history?limit=200")).json()["turns"]
    assert [turn["turn"] for turn in turns] == [1, 2, 3, 4, 5, 6, 7]
    assert [turn["author"] for turn in turns[:3]] == ["advisor", "investor", "advisor"]
    assert turns[1]["text"] == "a house"
    page = (await visitor.get("/api/v1/chat/history?after=3&limit=2")).json()["turns"]
    assert [turn["turn"] for turn in page] == [4, 5]


@pytest.mark.parametrize("limit", ["0", "201", "x"])
async def test_a_page_size_outside_1_to_200_is_refused(visitor: VisitorClient, limit: str) -> None:
    answer = await visitor.get(f"/api/v1/chat/history?limit={limit}")
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "limit"


@pytest.mark.parametrize(
    "body",
    [
        {"client_id": "a"},
        {"client_id": "a", "text": "x", "choice": "y"},
        {"client_id": "a", "text": 5},
        {"client_id": 5, "text": "x"},
        {"client_id": "", "text": "x"},
        {"text": "x"},
        {"client_id": "a", "choice": [1]},
        {"client_id": "a", "choice": {"id": "x"}},
        [],
        "text",
    ],
)
async def test_a_wrong_shape_is_a_422_in_the_envelope(visitor: VisitorClient, body: Any) -> None:
    answer = await visitor.client.post("/api/v1/chat/messages", json=body, headers=visitor.headers)
    assert answer.status_code == 422
    assert {"code", "message"} <= answer.json()["error"].keys()


async def test_a_text_above_16_kib_is_a_413(visitor: VisitorClient) -> None:
    for size in (16 * 1024 + 1, 300 * 1024):
        answer = await visitor.post(text="a" * size)
        assert answer.status_code == 413
        assert answer.json()["error"]["code"]


async def test_without_a_good_token_nothing_private_answers(client: httpx.AsyncClient, visitor: VisitorClient) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}):
        for path in ("/api/v1/chat/history", "/api/v1/plans", "/api/v1/chat/charts/abc.svg", "/api/v1/chat/stream"):
            answer = await client.get(path, headers=headers)
            assert answer.status_code == 401, path
            assert answer.json()["error"]["code"] == "unauthorised"


async def test_an_unknown_option_is_refused_kindly(visitor: VisitorClient) -> None:
    answer = await visitor.post(choice="no-such-thing")
    assert answer.status_code == 200
    assert answer.json()["expects"]["slot"] == "goal"


async def test_a_currency_without_prices_is_said_before_any_amount(client: httpx.AsyncClient) -> None:
    visitor = await new_visitor(client, locale="de-DE")
    said = " ".join(block["text"] for block in visitor.greeting["blocks"])
    assert "EUR" in said
    await visitor.say("a house")
    turn = await visitor.say("10 years")
    assert turn["expects"]["slot"] == "currency"
    turn = await visitor.say("USD")
    assert turn["expects"]["slot"] == "initial_amount"


async def test_an_age_is_completed_by_the_age_now(visitor: VisitorClient) -> None:
    await visitor.say("retirement")
    half = await visitor.say("when I am 65")
    assert half["expects"]["slot"] == "horizon"
    whole = await visitor.say("I'm 34")
    assert whole["expects"]["slot"] == "initial_amount"


async def test_unknown_paths_and_methods_answer_in_the_envelope(client: httpx.AsyncClient) -> None:
    assert (await client.get("/nowhere")).json()["error"]["code"] == "not_found"
    answer = await client.delete("/api/v1/chat/sessions")
    assert answer.status_code == 405
    assert answer.json()["error"]["code"] == "method_not_allowed"
