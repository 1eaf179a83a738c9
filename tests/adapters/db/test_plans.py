"""The storage contract, plans, snapshots and pictures."""

from __future__ import annotations

import asyncio

import pytest

from advisor.adapters.db.storage import SqlStorage
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.message import Channel
from advisor.domain.plan import PlanStatus, canonical_json
from tests.adapters.db.builders import SNAPSHOTS, donut, opened, plan_of, turn_commit
from tests.databases import Opener


async def test_plan_snapshot_and_picture_are_read_back_as_they_were_committed(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    plan = plan_of(conversation)
    await storage.commit_turn(
        turn_commit(conversation, "m1", plans=(plan,), snapshots=SNAPSHOTS, charts={"c1": donut()})
    )
    read = await storage.plan(conversation.user_id, plan.id)
    assert read == plan
    assert read is not None
    assert canonical_json(read.result) == canonical_json(plan.result)
    assert await storage.snapshot("hash-of-prices") == SNAPSHOTS["hash-of-prices"]
    assert await storage.snapshot("other") is None
    assert await storage.chart(conversation.user_id, "c1") == donut()
    assert await storage.chart(conversation.user_id, "c2") is None


async def test_another_users_plan_and_picture_do_not_exist(storage: SqlStorage) -> None:
    owner, stranger = await opened(storage, address="owner"), await opened(storage, address="stranger")
    plan = plan_of(owner)
    await storage.commit_turn(turn_commit(owner, "m1", plans=(plan,), snapshots=SNAPSHOTS, charts={"c1": donut()}))
    assert await storage.plan(stranger.user_id, plan.id) is None
    assert await storage.chart(stranger.user_id, "c1") is None
    assert await storage.plans(stranger.user_id, None, 10) == []
    assert await storage.plans(stranger.user_id, plan.id, 10) == []
    assert await storage.activate_plan(stranger.user_id, plan.id) is None
    with pytest.raises(NotFound):
        await storage.commit_turn(turn_commit(stranger, "m1", activate_plan=plan.id))
    with pytest.raises(NotFound):
        await storage.commit_turn(turn_commit(stranger, "m1", plans=(plan_of(owner),), snapshots=SNAPSHOTS))
    with pytest.raises(Conflict):
        await storage.commit_turn(turn_commit(stranger, "m1", plans=(plan_of(stranger, id=plan.id),)))
    assert await storage.plan(owner.user_id, plan.id) == plan


async def test_two_users_pictures_may_bear_the_same_id(storage: SqlStorage) -> None:
    first, second = await opened(storage, address="one"), await opened(storage, address="two")
    await storage.commit_turn(turn_commit(first, "m1", charts={"c": donut("one")}))
    await storage.commit_turn(turn_commit(second, "m1", charts={"c": donut("two")}))
    assert await storage.chart(first.user_id, "c") == donut("one")
    assert await storage.chart(second.user_id, "c") == donut("two")


async def test_a_picture_or_snapshot_shown_again_is_stored_once(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    conversation = await storage.commit_turn(
        turn_commit(conversation, "m1", snapshots=SNAPSHOTS, charts={"c": donut()})
    )
    await storage.commit_turn(turn_commit(conversation, "m2", snapshots=SNAPSHOTS, charts={"c": donut()}))
    assert await storage.chart(conversation.user_id, "c") == donut()


async def test_plans_come_newest_first_in_pages(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    # Two of the same minute, so that the order rests on the id as well.
    plans = sorted((plan_of(conversation, age=i // 2) for i in range(6)), key=lambda plan: (plan.created_at, plan.id))[
        ::-1
    ]
    await storage.commit_turn(turn_commit(conversation, "m1", plans=tuple(plans), snapshots=SNAPSHOTS))
    user = conversation.user_id
    assert await storage.plans(user, None, 4) == plans[:4]
    assert await storage.plans(user, plans[3].id, 4) == plans[4:]
    assert await storage.plans(user, plans[5].id, 4) == []
    assert await storage.plans(user, "unknown", 4) == []


async def test_activating_a_plan_supersedes_the_former_one(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    first, second, third = (plan_of(conversation, age=i) for i in range(3))
    conversation = await storage.commit_turn(
        turn_commit(conversation, "m1", plans=(first, second, third), snapshots=SNAPSHOTS, activate_plan=first.id)
    )
    await storage.commit_turn(turn_commit(conversation, "m2", activate_plan=second.id))
    activated = await storage.activate_plan(conversation.user_id, second.id)
    assert activated is not None
    assert activated.status is PlanStatus.ACTIVE
    statuses = {plan.id: plan.status for plan in await storage.plans(conversation.user_id, None, 10)}
    assert statuses == {first.id: PlanStatus.SUPERSEDED, second.id: PlanStatus.ACTIVE, third.id: PlanStatus.PROPOSED}


async def test_of_plans_activated_at_once_by_two_processes_one_is_active(
    storage: SqlStorage, open_another: Opener
) -> None:
    other = await open_another()
    conversation = await opened(storage, Channel.WEB)
    plans = tuple(plan_of(conversation, age=i) for i in range(8))
    await storage.commit_turn(
        turn_commit(conversation, "m1", plans=plans, snapshots=SNAPSHOTS, activate_plan=plans[0].id)
    )
    await asyncio.gather(
        *((storage, other)[i % 2].activate_plan(conversation.user_id, plan.id) for i, plan in enumerate(plans))
    )
    statuses = [plan.status for plan in await storage.plans(conversation.user_id, None, 10)]
    assert statuses.count(PlanStatus.ACTIVE) == 1
    assert statuses.count(PlanStatus.SUPERSEDED) == 7
