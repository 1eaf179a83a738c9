"""Goals: made, read, changed, deleted by their owner."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from advisor.domain.records import Goal
from api.deps import Owner, Resources
from api.errors import described
from api.goal_schemas import GoalBody, GoalPage, GoalPatch, GoalRequest
from api.idempotency import OnceOnly
from api.schemas import ID

router = APIRouter(prefix="/api/v1/goals", tags=["goals"])
GoalId = Annotated[str, Path(pattern=ID)]
_MONEY = ("initial_amount", "monthly_amount", "target_amount", "income_wanted", "pension_monthly")


@router.get("", responses=described(401, 422, 500, 503))
async def list_goals(
    owner: Owner,
    resources: Resources,
    cursor: Annotated[str | None, Query(pattern=ID)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> GoalPage:
    """The investor's goals: by priority, then the older first."""
    goals = await resources.storage.goals(owner.user_id)
    ids = [goal.id for goal in goals]
    start = 0 if cursor is None else ids.index(cursor) + 1 if cursor in ids else len(ids)
    page = goals[start : start + limit]
    more = page[-1].id if start + limit < len(goals) else None
    return GoalPage(goals=[_body(resources, goal) for goal in page], next_cursor=more)


@router.post("", status_code=201, response_model=GoalBody, responses=described(401, 408, 409, 413, 422, 500, 503))
async def create_goal(body: GoalRequest, owner: Owner, resources: Resources, once: OnceOnly) -> Response:
    """A new goal."""
    service = resources.goals

    async def find(goal_id: str) -> GoalBody | None:
        known = await resources.storage.goal(owner.user_id, goal_id)
        return None if known is None else _body(resources, known)

    async def make(goal_id: str) -> GoalBody:
        return _body(resources, await service.create(owner.user_id, goal_id, body.wish(service.today())))

    return await once.made(body, find, make, 201)


@router.get("/{goal_id}", responses=described(401, 404, 422, 500, 503))
async def get_goal(goal_id: GoalId, owner: Owner, resources: Resources) -> GoalBody:
    """One goal."""
    return _body(resources, await resources.goals.get(owner.user_id, goal_id))


@router.patch("/{goal_id}", response_model=GoalBody, responses=described(401, 404, 408, 409, 413, 422, 500, 503))
async def change_goal(goal_id: GoalId, body: GoalPatch, owner: Owner, resources: Resources, once: OnceOnly) -> Response:
    """Change a goal. With `version`, only if nobody else has changed it since."""
    service = resources.goals

    async def work() -> GoalBody:
        goal = await service.get(owner.user_id, goal_id)
        try:
            wish = body.applied(goal).wish(service.today())
        except ValidationError as error:
            problems = [{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors()]
            raise RequestValidationError(problems) from error
        return _body(resources, await service.change(goal, wish, body.version))

    return await once.answer(body, work)


@router.delete("/{goal_id}", status_code=204, responses=described(401, 404, 422, 500, 503))
async def delete_goal(goal_id: GoalId, owner: Owner, resources: Resources) -> Response:
    """Delete a goal. Its plans stay for the record; the active one becomes superseded."""
    await resources.goals.delete(owner.user_id, goal_id)
    return Response(status_code=204)


def _body(resources: Resources, goal: Goal) -> GoalBody:
    said = resources.goals.answers(goal)
    currency = said["currency"]
    money = {name: {"amount": said[name], "currency": currency} for name in _MONEY if said.get(name) is not None}
    others = ("wanted_return", "pension_from_years", "spending_years", "retirement_age")
    return GoalBody.model_validate(
        {
            "id": goal.id,
            "name": goal.name,
            "kind": goal.kind,
            "priority": goal.priority,
            "essential": goal.essential,
            "status": goal.status.value,
            "version": goal.version,
            "created_at": goal.created_at,
            "target_date": goal.answers["target_date"],
            "horizon_years": said["horizon_years"],
            "currency": currency,
            **money,
            **{name: said.get(name) for name in others},
        }
    )
