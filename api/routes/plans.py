"""Plans: made, read, replayed, activated."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from advisor.domain.circumstances import together
from advisor.domain.errors import InvalidInput, NotFound
from advisor.domain.plan import Plan, PlanStatus, canonical_json
from advisor.replies.plan import bad_year_amounts
from api.deps import Owner, Resources
from api.errors import described
from api.idempotency import OnceOnly
from api.plan_schemas import PlanRequest
from api.schemas import ID, ActivateRequest, PlanBody, PlanPage

router = APIRouter(prefix="/api/v1/plans", tags=["plans"])
PlanId = Annotated[str, Path(pattern=ID)]


@router.get("", responses=described(401, 422, 500, 503))
async def list_plans(
    owner: Owner,
    resources: Resources,
    cursor: Annotated[str | None, Query(pattern=ID)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> PlanPage:
    """The investor's plans, newest first."""
    plans = await resources.storage.plans(owner.user_id, cursor, limit + 1)
    more = plans[limit - 1].id if len(plans) > limit else None
    return PlanPage(plans=[_body(plan) for plan in plans[:limit]], next_cursor=more)


@router.post("", status_code=201, response_model=PlanBody, responses=described(401, 404, 408, 409, 413, 422, 500, 503))
async def make_plan(body: PlanRequest, owner: Owner, resources: Resources, once: OnceOnly) -> Response:
    """A plan for a goal, kept with all that is needed to compute it again. It is proposed; activating it puts it to use."""

    async def find(plan_id: str) -> PlanBody | None:
        known = await resources.storage.plan(owner.user_id, plan_id)
        return None if known is None else _body(known)

    async def make(plan_id: str) -> PlanBody:
        return _body(await _made(resources, owner.user_id, plan_id, body))

    return await once.made(body, find, make, 201)


@router.get("/{plan_id}", responses=described(401, 404, 422, 500, 503))
async def get_plan(plan_id: PlanId, owner: Owner, resources: Resources) -> PlanBody:
    """One plan with its inputs, its result and what it was computed from."""
    return _body(await _own(resources, owner.user_id, plan_id))


@router.get(
    "/{plan_id}/replay",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}, **described(401, 404, 409, 422, 500, 503)},
)
async def replay(plan_id: PlanId, owner: Owner, resources: Resources) -> Response:
    """Compute the plan again from its stored inputs and prices: the bytes of its `result`. Under other code: 409."""
    plan = await _own(resources, owner.user_id, plan_id)
    snapshot = await resources.storage.snapshot(plan.data_hash)
    if snapshot is None:
        raise NotFound("The prices of this plan are not stored any more.")
    result = await resources.plans.replay(plan, snapshot)
    return Response(canonical_json(result), media_type="application/json")


@router.post(
    "/{plan_id}/activate", response_model=PlanBody, responses=described(401, 404, 408, 409, 413, 422, 500, 503)
)
async def activate(
    plan_id: PlanId, body: ActivateRequest, owner: Owner, resources: Resources, once: OnceOnly
) -> Response:
    """Put a plan to use, after saying what a bad year of it would cost (within a quarter)."""

    async def work() -> PlanBody:
        return _body(await _activated(resources, owner.user_id, plan_id, body))

    return await once.answer(body, work)


async def _made(resources: Resources, user_id: str, plan_id: str, body: PlanRequest) -> Plan:
    service = resources.goals
    wish = await service.get(user_id, body.goal_id) if body.goal_id else None
    terms = wish if wish is not None else body.goal.wish(service.today()) if body.goal else None
    assert terms is not None  # noqa: S101  the body was checked to hold one of both
    person = body.profile.person() if body.profile else await resources.profiles.person(user_id)
    proposal = await resources.plans.propose(together(service.answers(terms), person))
    plan = Plan(
        id=plan_id,
        user_id=user_id,
        status=PlanStatus.PROPOSED,
        created_at=resources.clock.now(),
        inputs=proposal.inputs,
        data_hash=proposal.data_hash,
        code_version=proposal.code_version,
        result=proposal.result,
        goal_id=body.goal_id,
    )
    await resources.storage.save_plan(plan, proposal.snapshot)
    return plan


async def _activated(resources: Resources, user_id: str, plan_id: str, body: ActivateRequest) -> Plan:
    plan = await _own(resources, user_id, plan_id)
    right, _ = bad_year_amounts(plan.result)
    said = Decimal(body.bad_year.amount)
    if body.bad_year.currency != plan.result["currency"] or abs(abs(said) - right) > right / 4:
        raise InvalidInput(
            "That is not what a bad year of this plan could cost. Please look at the plan again.", field="bad_year"
        )
    activated = await resources.storage.activate_plan(user_id, plan_id)
    if activated is None:
        raise NotFound("There is no such plan.")
    return activated


async def _own(resources: Resources, user_id: str, plan_id: str) -> Plan:
    plan = await resources.storage.plan(user_id, plan_id)
    if plan is None:
        raise NotFound("There is no such plan.")
    return plan


def _body(plan: Plan) -> PlanBody:
    return PlanBody(
        id=plan.id,
        status=plan.status.value,
        created_at=plan.created_at,
        data_hash=plan.data_hash,
        code_version=plan.code_version,
        inputs=plan.inputs,
        result=plan.result,
        goal_id=plan.goal_id,
    )
