"""Making a report: in a helper process, with pictures that are drawn where all are, and the same each time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from advisor.adapters.system.offload import LocalOffload
from tests.drawn_answers import answers
from tests.replies.test_report import planned
from tests.reports import report_service

pytestmark = pytest.mark.slow  # starts helper processes


@pytest.fixture
async def offload() -> AsyncIterator[LocalOffload]:
    made = LocalOffload()
    yield made
    await made.close()


async def test_the_same_plan_gives_the_same_document_by_another_service(offload: LocalOffload) -> None:
    plan = planned(answers())
    first, second = await report_service(offload).make(plan, "en"), await report_service(offload).make(plan, "en")
    assert first == second
    assert (first.name, first.media_type) == ("plan-report-2026-03-02-ab12cd34.pdf", "application/pdf")
    assert first.content.startswith(b"%PDF-")


async def test_the_same_report_is_another_document_for_another_owner(offload: LocalOffload) -> None:
    plan = planned(answers())
    mine = await report_service(offload).make(plan, "en")
    theirs = await report_service(offload).make(replace(plan, user_id="another"), "en")
    assert mine.content == theirs.content
    assert mine.id != theirs.id
