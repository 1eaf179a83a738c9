"""The risk profile of whoever is asking."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Response

from advisor.domain.errors import NotFound
from advisor.domain.records import ProfileRecord
from api.deps import Owner, Resources
from api.errors import described
from api.idempotency import OnceOnly
from api.plan_schemas import ProfileBody, ProfileRequest

router = APIRouter(prefix="/api/v1/profile", tags=["profile"])


@router.get("", responses=described(401, 404, 500, 503))
async def get_profile(owner: Owner, resources: Resources) -> ProfileBody:
    """The latest profile, and whether it should be looked at again."""
    record = await resources.profiles.latest(owner.user_id)
    if record is None:
        raise NotFound("There is no profile yet.")
    return _body(resources, record)


@router.put("", response_model=ProfileBody, responses=described(401, 408, 413, 422, 500, 503))
async def put_profile(body: ProfileRequest, owner: Owner, resources: Resources, once: OnceOnly) -> Response:
    """State the profile anew. The former ones stay for the record; plans made before do not change."""

    async def work() -> ProfileBody:
        return _body(resources, await resources.profiles.save(owner.user_id, body.person()))

    return await once.answer(body, work)


def _body(resources: Resources, record: ProfileRecord) -> ProfileBody:
    due = resources.profiles.due(record)
    return ProfileBody(
        id=record.id,
        created_at=record.created_at,
        answers=record.answers,
        assessment=record.assessment,
        market=record.market,
        due=asdict(due) if due else None,
    )
