"""Reports over HTTP: asked for in words or by address, the same bytes each time, and nobody else's."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.conftest import VisitorClient, new_visitor

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


async def planned(client: httpx.AsyncClient) -> tuple[VisitorClient, str]:
    visitor = await new_visitor(client)
    await visitor.answer_until("confirm_bad_year")
    return visitor, (await visitor.get("/api/v1/plans")).json()["plans"][0]["id"]


def file_of(turn: dict[str, Any]) -> dict[str, Any]:
    return next(block for block in turn["blocks"] if block["kind"] == "file")


async def test_a_report_asked_for_in_words_is_a_file_to_fetch_and_the_question_stays(client: httpx.AsyncClient) -> None:
    visitor, plan_id = await planned(client)
    turn = await visitor.say("send me the pdf")
    file = file_of(turn)
    assert turn["expects"]["slot"] == "confirm_bad_year"
    assert (file["media_type"], file["name"][-12:]) == ("application/pdf", f"{plan_id[:8]}.pdf")
    answer = await visitor.get(file["url"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert file["name"] in answer.headers["content-disposition"]
    assert "private" in answer.headers["cache-control"]
    assert len(answer.content) == file["size"]
    assert answer.content.startswith(b"%PDF-")


async def test_asked_twice_it_is_the_same_file(client: httpx.AsyncClient) -> None:
    visitor, plan_id = await planned(client)
    first, second = file_of(await visitor.say("report")), file_of(await visitor.say("/report"))
    assert first == second
    by_address = await visitor.get(f"/api/v1/plans/{plan_id}/report.pdf")
    assert by_address.content == (await visitor.get(f"/api/v1/plans/{plan_id}/report.pdf")).content
    assert by_address.headers["content-type"] == "application/pdf"


async def test_the_locale_decides_how_figures_are_written(client: httpx.AsyncClient) -> None:
    visitor, plan_id = await planned(client)
    root = f"/api/v1/plans/{plan_id}/report.pdf"
    english, british = await visitor.get(root), await visitor.get(f"{root}?locale=en-GB")
    assert english.status_code == british.status_code == 200
    assert english.content != british.content
    assert (await visitor.get(f"{root}?locale=../../etc")).status_code == 422


async def test_nobody_else_gets_a_document_or_a_report(client: httpx.AsyncClient) -> None:
    visitor, plan_id = await planned(client)
    file = file_of(await visitor.say("report"))
    stranger = await new_visitor(client)
    for path in (file["url"], f"/api/v1/plans/{plan_id}/report.pdf"):
        assert (await stranger.get(path)).status_code == 404
        assert (await client.get(path)).status_code == 401


async def test_a_report_before_there_is_a_plan_is_a_sentence(client: httpx.AsyncClient) -> None:
    visitor = await new_visitor(client)
    turn = await visitor.say("report")
    assert not [block for block in turn["blocks"] if block["kind"] == "file"]
    assert turn["expects"]["slot"] == "goal"
