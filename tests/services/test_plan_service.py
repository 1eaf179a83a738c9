"""The plan's use case: proposing, replaying, and a solver that gives up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from advisor.adapters.market.archive import snapshot_from_bytes, snapshot_to_bytes
from advisor.adapters.market.sample.market import SampleMarket
from advisor.adapters.system.offload import LocalOffload
from advisor.domain.errors import CodeChanged, SolverFailed
from advisor.domain.plan import Plan, PlanStatus, canonical_json
from advisor.optimizer.solve import EXACT, GENERAL
from advisor.services.plan import PlanService, Proposal
from advisor.services.plan.service import answers_from_json, answers_to_json
from tests.drawn_answers import answers, plan


class ExactGivesUp(LocalOffload):
    """An offload in which the critical line never ends well; helper processes are real."""

    async def thread(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        if getattr(function, "__name__", "") == "_exact":
            raise SolverFailed("The exact solver gave up.", details={"tried": [(EXACT, "FeasibilityError: planted")]})
        return await super().thread(function, *args, **kwargs)


class BothGiveUp(ExactGivesUp):
    """And the helper finds nothing either."""

    async def process(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        raise ValueError("SolverError: no interior")


@pytest.fixture
async def offload() -> AsyncIterator[LocalOffload]:
    found = LocalOffload()
    yield found
    await found.close()


def _service(offload: LocalOffload) -> PlanService:
    return PlanService(SampleMarket(), offload, snapshot_to_bytes, snapshot_from_bytes, "code-1")


def _stored(proposal: Proposal) -> Plan:
    return Plan(
        id="p",
        user_id="u",
        status=PlanStatus.PROPOSED,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        inputs=proposal.inputs,
        data_hash=proposal.data_hash,
        code_version=proposal.code_version,
        result=proposal.result,
    )


async def test_a_stored_plan_is_computed_again_to_the_same_bytes(offload: LocalOffload) -> None:
    proposal = await _service(offload).propose(answers(loss_limit=0.12, exclusions=("treasury_long",)))
    again = await _service(offload).replay(_stored(proposal), proposal.snapshot)
    assert canonical_json(again) == canonical_json(proposal.result)


async def test_other_code_does_not_pretend_to_replay(offload: LocalOffload) -> None:
    service = _service(offload)
    proposal = await service.propose(answers())
    with pytest.raises(CodeChanged):
        await service.replay(replace(_stored(proposal), code_version="code-0"), proposal.snapshot)


def test_answers_survive_storage() -> None:
    given = answers(loss_limit=0.1, exclusions=("gold",), defaulted=("debt",))
    assert answers_from_json(answers_to_json(given)) == given
    assert answers_from_json(answers_to_json(answers(target_amount=None))).target_amount is None


async def test_the_general_solver_takes_over_in_a_helper_process_and_draws_nearly_the_same_plan() -> None:
    offload = ExactGivesUp()
    try:
        result = await _service(offload).preview(answers())
    finally:
        await offload.close()
    assert [item["solver"] for item in result["solvers_tried"]] == [EXACT, GENERAL]
    assert [item["outcome"] for item in result["solvers_tried"]] == ["FeasibilityError: planted", "ok"]
    assert not result["frontier"]["exact"]
    exact = plan()["weights"]
    assert max(abs(result["weights"].get(symbol, 0.0) - weight) for symbol, weight in exact.items()) < 0.005


async def test_when_both_solvers_give_up_it_is_said_each_time_it_is_tried() -> None:
    offload = BothGiveUp()
    service = _service(offload)
    try:
        for _ in range(2):
            with pytest.raises(SolverFailed) as caught:
                await service.preview(answers())
            assert [solver for solver, _ in caught.value.details["tried"]] == [EXACT, GENERAL]
    finally:
        await offload.close()
