"""Analyses of any instruments, from portfolios to scenarios. Each answer is kept and can be computed again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from advisor.domain.errors import NotFound, SmartInvestError
from advisor.domain.plan import canonical_json
from advisor.domain.records import Computation
from advisor.services.analytics.requests import BacktestRequest, Request
from api.analytics_answers import AnalysisBody, OptimizedBody
from api.analytics_schemas import (
    BacktestBody,
    FrontierBody,
    OptimizeBody,
    RiskBody,
    ScenariosBody,
    SimulateBody,
)
from api.deps import Owner, Owning, Resources
from api.errors import described
from api.idempotency import Once, OnceOnly
from api.schemas import ID

router = APIRouter(prefix="/api/v1", tags=["analyses"])
ERRORS = described(401, 404, 408, 413, 422, 500, 503)
_MOST_TRIALS = 200
# What the computations call otherwise than the bodies do.
_FIELDS = {"exclusions": "exclude", "scenario": "names", "size": "shocks", "views": "moments.views"}
ComputationId = Annotated[str, Path(pattern=ID)]
Asked = OptimizeBody | FrontierBody | SimulateBody | BacktestBody | RiskBody | ScenariosBody


@router.post("/optimize", response_model=OptimizedBody, responses=ERRORS)
async def optimize(body: OptimizeBody, owner: Owner, resources: Resources, once: OnceOnly) -> Response:
    """The weights of a strategy within limits, with the estimates, solvers and reasons behind them."""
    return await _answer(body, owner, resources, once)


@router.post("/frontier", response_model=AnalysisBody, responses=ERRORS)
async def frontier(body: FrontierBody, owner: Owner, resources: Resources, once: OnceOnly) -> Response:
    """The efficient frontier: points at even steps, its corners, and strategies to compare."""
    return await _answer(body, owner, resources, once)


@router.post("/simulate", response_model=AnalysisBody, responses=ERRORS)
async def simulate(body: SimulateBody, owner: Owner, resources: Resources, once: OnceOnly) -> Response:
    """Futures of a mix in today's money, the chance of a target, and what would raise it."""
    return await _answer(body, owner, resources, once)


@router.post("/backtest", response_model=AnalysisBody, responses=ERRORS)
async def backtest(body: BacktestBody, owner: Owner, resources: Resources, once: OnceOnly) -> Response:
    """A strategy walked forward beside 1/N and 60/40, net of costs. Each one counts as a trial in the record of the next."""
    return await _answer(body, owner, resources, once)


@router.post("/risk-analysis", response_model=AnalysisBody, responses=ERRORS)
async def risk_analysis(body: RiskBody, owner: Owner, resources: Resources, once: OnceOnly) -> Response:
    """The risk measures of a mix, each with its horizon, sample and definition; null with a reason where there is no figure."""
    return await _answer(body, owner, resources, once)


@router.post("/scenarios", response_model=AnalysisBody, responses=ERRORS)
async def scenarios(body: ScenariosBody, owner: Owner, resources: Resources, once: OnceOnly) -> Response:
    """What great falls of the past and made-up shocks would do to a mix, part by part."""
    return await _answer(body, owner, resources, once)


@router.get("/computations/{computation_id}", responses=described(401, 404, 422, 500, 503))
async def get_computation(computation_id: ComputationId, owner: Owner, resources: Resources) -> AnalysisBody:
    """An answer that was given before."""
    return _body(await _own(resources, owner.user_id, computation_id))


@router.get(
    "/computations/{computation_id}/replay",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}, **described(401, 404, 409, 422, 500, 503)},
)
async def replay(computation_id: ComputationId, owner: Owner, resources: Resources) -> Response:
    """Compute it again from what was stored: the bytes of its result. Under other code: 409."""
    computation = await _own(resources, owner.user_id, computation_id)
    panel = await resources.storage.snapshot(computation.data_hash)
    if panel is None or not resources.analytics.replayable(computation.kind):
        raise NotFound("This computation cannot be done again by itself.")
    return Response(canonical_json(await resources.analytics.replay(computation, panel)), media_type="application/json")


async def _answer(body: Asked, owner: Owning, resources: Resources, once: Once) -> Response:
    async def find(computation_id: str) -> AnalysisBody | None:
        known = await resources.storage.computation(owner.user_id, computation_id)
        return None if known is None else _body(known)

    async def make(computation_id: str) -> AnalysisBody:
        return _body(await _computed(resources, owner.user_id, computation_id, body))

    return await once.made(body, find, make)


async def _computed(resources: Resources, user_id: str, computation_id: str, body: Asked) -> Computation:
    request = await _with_trials(resources, user_id, body.request())
    try:
        done = await resources.analytics.run(request)
    except SmartInvestError as fault:
        fault.field = _FIELDS.get(fault.field or "", fault.field)
        raise
    computation = Computation(
        id=computation_id,
        user_id=user_id,
        kind=done.kind,
        created_at=resources.clock.now(),
        inputs=done.inputs,
        data_hash=done.data_hash,
        code_version=done.code_version,
        result=done.result,
    )
    await resources.storage.save_computation(computation, done.panel)
    return computation


async def _with_trials(resources: Resources, user_id: str, request: Request) -> Request:
    """A backtest knows of those that the same person made on the same instruments before."""
    if not isinstance(request, BacktestRequest):
        return request
    earlier = await resources.storage.computations(user_id, request.kind, _MOST_TRIALS)
    return resources.analytics.with_trials(request, earlier)


async def _own(resources: Resources, user_id: str, computation_id: str) -> Computation:
    computation = await resources.storage.computation(user_id, computation_id)
    if computation is None:
        raise NotFound("There is no such computation.")
    return computation


def _body(computation: Computation) -> AnalysisBody:
    kept = {"id": computation.id, "data_hash": computation.data_hash, "code_version": computation.code_version}
    return AnalysisBody.model_validate(computation.result | kept)
