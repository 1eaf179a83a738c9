"""Files: documents of a conversation, and the report of a plan."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from advisor.domain.documents import PDF
from advisor.domain.errors import CodeChanged, NotFound
from advisor.domain.personal_data import ZIP
from advisor.domain.records import Document
from advisor.services.plan import RESULT_FORMAT
from api.deps import Owner, Resources
from api.errors import described
from api.schemas import ID

router = APIRouter(prefix="/api/v1")


@router.get(
    "/chat/documents/{document_id}",
    tags=["chat"],
    response_class=Response,
    responses={200: {"content": {PDF: {}, ZIP: {}}}, **described(401, 404, 422, 500, 503)},
)
async def document(document_id: Annotated[str, Path(pattern=ID)], owner: Owner, resources: Resources) -> Response:
    """A document made in the conversation, for its owner only."""
    found = await resources.storage.document(owner.user_id, document_id)
    if found is None:
        raise NotFound("There is no such document.")
    return _sent(found)


@router.get(
    "/plans/{plan_id}/report.pdf",
    tags=["plans"],
    response_class=Response,
    responses={200: {"content": {PDF: {}}}, **described(401, 404, 409, 422, 500, 503)},
)
async def report(
    plan_id: Annotated[str, Path(pattern=ID)],
    owner: Owner,
    resources: Resources,
    locale: Annotated[
        str, Query(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$", description="How to write dates and numbers")
    ] = "en",
) -> Response:
    """A plan as a document: the answers, the advice, the reasons, the sources and the risks. The same plan, the same bytes."""
    plan = await resources.storage.plan(owner.user_id, plan_id)
    if plan is None:
        raise NotFound("There is no such plan.")
    if plan.result.get("format") != RESULT_FORMAT:
        raise CodeChanged(
            "This plan was made by another version of the program, which kept less. Please make a new one.",
            details={"plan": plan.result.get("format"), "now": RESULT_FORMAT},
        )
    return _sent(await resources.reports.make(plan, locale))


def _sent(made: Document) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"', "Cache-Control": "private, max-age=86400"}
    return Response(made.content, media_type=made.media_type, headers=headers)
