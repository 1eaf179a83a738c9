"""The storage contract: goals, profiles, computations and documents."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from advisor.domain.errors import Conflict, NotFound
from advisor.domain.plan import PlanStatus
from advisor.domain.records import Computation, Document, Goal, GoalStatus, ProfileRecord
from advisor.ports.storage import Storage
from tests.adapters.db.builders import NOW, SNAPSHOTS, opened, plan_of, turn_commit

REPORT = Document("report-1", "plan.pdf", "application/pdf", b"%PDF-1.7\x00\xff")


def goal_of(user_id: str, name: str = "A home", **changes: Any) -> Goal:
    """An open goal."""
    answers = {"goal": "home", "horizon_years": 7.5, "target_amount": "90000.00"}
    goal = Goal(uuid4().hex, user_id, name, "home", 2, True, GoalStatus.OPEN, NOW, answers)
    return replace(goal, **changes)


def profile_of(user_id: str, *, age: int = 0, **changes: Any) -> ProfileRecord:
    """A profile, `age` days old."""
    record = ProfileRecord(
        id=uuid4().hex,
        user_id=user_id,
        created_at=NOW - timedelta(days=age),
        answers={"loss_limit": 0.1 + 0.2, "risk": ["b", "c"]},
        assessment={"ceiling": 41.5, "word": "balanced"},
        market={"below_peak": 0.03},
    )
    return replace(record, **changes)


def computation_of(user_id: str, **changes: Any) -> Computation:
    """A computation on the snapshot of the builders."""
    computation = Computation(
        id=uuid4().hex,
        user_id=user_id,
        kind="backtest",
        created_at=NOW,
        inputs={"months": 12},
        data_hash="hash-of-prices",
        code_version="1",
        result={"sharpe": None, "net": [0.25, -1e-17]},
    )
    return replace(computation, **changes)


async def test_goals_are_read_back_by_priority(storage: Storage) -> None:
    user = (await opened(storage)).user_id
    later, first = goal_of(user, "Later", priority=3), goal_of(user, "First", priority=1)
    for goal in (later, first):
        await storage.save_goal(goal, 0)
    assert await storage.goals(user) == [first, later]
    assert await storage.goal(user, later.id) == later
    assert await storage.goal(user, "unknown") is None


async def test_a_goal_is_changed_by_whoever_read_its_latest_version(storage: Storage) -> None:
    user = (await opened(storage)).user_id
    goal = goal_of(user)
    await storage.save_goal(goal, 0)
    changed = replace(goal, name="A larger home", status=GoalStatus.PAUSED, version=2)
    await storage.save_goal(changed, 1)
    for expected in (0, 1, 3):
        with pytest.raises(Conflict):
            await storage.save_goal(replace(goal, name="Lost"), expected)
    assert await storage.goal(user, goal.id) == changed


async def test_of_two_changes_at_once_one_wins(storage: Storage) -> None:
    user = (await opened(storage)).user_id
    goal = goal_of(user)
    await storage.save_goal(goal, 0)
    changes = (storage.save_goal(replace(goal, name=f"Name {i}", version=2), 1) for i in range(6))
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 1
    assert all(isinstance(outcome, Conflict) for outcome in outcomes if outcome is not None)
    assert len(await storage.audit(0, 100)) == 2


async def test_a_deleted_goal_is_gone_and_its_plans_stay(storage: Storage) -> None:
    conversation = await opened(storage)
    user = conversation.user_id
    goal, other = goal_of(user), goal_of(user, "Another")
    for each in (goal, other):
        await storage.save_goal(each, 0)
    for_goal, for_other = plan_of(conversation, goal_id=goal.id), plan_of(conversation, goal_id=other.id)
    for plan in (for_goal, for_other):
        await storage.save_plan(plan, SNAPSHOTS["hash-of-prices"], activate=True)
    assert await storage.delete_goal(user, goal.id)
    assert not await storage.delete_goal(user, goal.id)
    assert await storage.goals(user) == [other]
    assert await storage.plan(user, for_goal.id) == replace(for_goal, status=PlanStatus.SUPERSEDED)
    assert await storage.plan(user, for_other.id) == replace(for_other, status=PlanStatus.ACTIVE)


async def test_each_goal_has_an_active_plan_of_its_own_and_those_without_a_goal_have_one(storage: Storage) -> None:
    conversation = await opened(storage)
    user = conversation.user_id
    goal = goal_of(user)
    await storage.save_goal(goal, 0)
    plans = [plan_of(conversation, age=age, goal_id=of) for age, of in enumerate([goal.id, None, goal.id, None])]
    for plan in plans:
        await storage.save_plan(plan, SNAPSHOTS["hash-of-prices"], activate=True)
    statuses = {plan.id: plan.status for plan in await storage.plans(user, None, 10)}
    assert [statuses[plan.id] for plan in plans] == [PlanStatus.SUPERSEDED] * 2 + [PlanStatus.ACTIVE] * 2
    assert (await storage.activate_plan(user, plans[0].id)) == replace(plans[0], status=PlanStatus.ACTIVE)
    statuses = {plan.id: plan.status for plan in await storage.plans(user, None, 10)}
    assert statuses[plans[2].id] is PlanStatus.SUPERSEDED
    assert statuses[plans[3].id] is PlanStatus.ACTIVE


async def test_a_plan_for_a_goal_that_is_not_ones_own_is_not_stored(storage: Storage) -> None:
    owner, stranger = await opened(storage, address="owner"), await opened(storage, address="stranger")
    goal = goal_of(owner.user_id)
    await storage.save_goal(goal, 0)
    with pytest.raises(NotFound):
        await storage.save_plan(plan_of(stranger, goal_id=goal.id), b"prices")
    assert await storage.plans(stranger.user_id, None, 10) == []


async def test_the_latest_profile_is_the_profile_and_the_former_ones_stay(storage: Storage) -> None:
    user = (await opened(storage)).user_id
    assert await storage.profile(user) is None
    records = [profile_of(user, age=age) for age in (0, 400, 800)]
    for record in reversed(records):
        await storage.save_profile(record)
    assert await storage.profile(user) == records[0]
    assert await storage.profiles(user, 2) == records[:2]


async def test_a_computation_is_read_back_with_its_prices(storage: Storage) -> None:
    user = (await opened(storage)).user_id
    computation, bare = computation_of(user), computation_of(user, data_hash="")
    await storage.save_computation(computation, b"prices")
    await storage.save_computation(bare, None)
    assert await storage.computation(user, computation.id) == computation
    assert await storage.computation(user, bare.id) == bare
    assert await storage.snapshot("hash-of-prices") == b"prices"


async def test_computations_of_one_kind_come_newest_first_and_only_to_their_owner(storage: Storage) -> None:
    user, other = (await opened(storage)).user_id, (await opened(storage, address="other")).user_id
    made = [
        computation_of(user, id=f"c{number}", kind="backtest", data_hash="", created_at=NOW + timedelta(days=number))
        for number in range(3)
    ]
    for computation in (*made, computation_of(user, id="s", kind="scenarios", data_hash="")):
        await storage.save_computation(computation, None)
    assert await storage.computations(user, "backtest", 2) == [made[2], made[1]]
    assert await storage.computations(other, "backtest", 2) == []


async def test_a_computation_without_its_prices_is_not_stored(storage: Storage) -> None:
    user = (await opened(storage)).user_id
    computation = computation_of(user)
    with pytest.raises(NotFound):
        await storage.save_computation(computation, None)
    assert await storage.computation(user, computation.id) is None


async def test_what_has_an_id_that_is_taken_is_not_stored(storage: Storage) -> None:
    conversation, other = await opened(storage, address="one"), await opened(storage, address="other")
    plan, computation = plan_of(conversation), computation_of(conversation.user_id)
    await storage.save_plan(plan, SNAPSHOTS["hash-of-prices"])
    await storage.save_computation(computation, None)
    before = await storage.audit(0, 10)
    for user in (conversation.user_id, other.user_id):
        for writing in (
            storage.save_plan(replace(plan, user_id=user, result={}), b"prices", activate=True),
            storage.save_computation(replace(computation, user_id=user, result={}), b"prices"),
        ):
            with pytest.raises(Conflict):
                await writing
    assert await storage.plan(conversation.user_id, plan.id) == plan
    assert await storage.computation(conversation.user_id, computation.id) == computation
    assert await storage.audit(0, 10) == before


async def test_of_two_who_store_under_one_id_at_once_one_is_refused(storage: Storage) -> None:
    conversation = await opened(storage)
    plan, computation = plan_of(conversation), computation_of(conversation.user_id)
    for writing in (
        lambda: storage.save_plan(plan, SNAPSHOTS["hash-of-prices"]),
        lambda: storage.save_computation(computation, b"prices"),
    ):
        outcomes = await asyncio.gather(*(writing() for _ in range(4)), return_exceptions=True)
        assert sum(outcome is None for outcome in outcomes) == 1
        assert all(isinstance(outcome, Conflict) for outcome in outcomes if outcome is not None)


async def test_the_same_document_is_stored_once_and_each_owner_has_his_own(storage: Storage) -> None:
    one, other = await opened(storage, address="one"), await opened(storage, address="other")
    for _ in range(2):
        await storage.save_document(one.user_id, REPORT)
    assert await storage.document(one.user_id, REPORT.id) == REPORT
    assert await storage.document(other.user_id, REPORT.id) is None
    assert len(await storage.audit(0, 100)) == 1


async def test_what_a_turn_found_computed_and_made_is_stored_with_it(storage: Storage) -> None:
    conversation = await opened(storage)
    user = conversation.user_id
    record, computation = profile_of(user), computation_of(user)
    commit = turn_commit(
        conversation, "m1", snapshots=SNAPSHOTS, profiles=(record,), computations=(computation,), documents=(REPORT,)
    )
    await storage.commit_turn(commit)
    assert await storage.profile(user) == record
    assert await storage.computation(user, computation.id) == computation
    assert await storage.document(user, REPORT.id) == REPORT
    told = [(entry.event, entry.subject) for entry in await storage.audit(0, 10)]
    assert told == [
        ("profile.stored", record.id),
        ("computation.stored", computation.id),
        ("document.stored", REPORT.id),
    ]


async def test_a_turn_whose_record_is_anothers_writes_nothing(storage: Storage) -> None:
    conversation, stranger = await opened(storage, address="one"), await opened(storage, address="other")
    for changes in (
        {"profiles": (profile_of(stranger.user_id),)},
        {"computations": (computation_of(stranger.user_id, data_hash=""),)},
        {"computations": (computation_of(conversation.user_id, data_hash="unknown"),)},
    ):
        with pytest.raises(NotFound):
            await storage.commit_turn(turn_commit(conversation, "m1", **changes))
    assert await storage.conversation(conversation.id) == conversation
    assert await storage.audit(0, 10) == []


async def test_what_is_anothers_does_not_exist(storage: Storage) -> None:
    owner, stranger = await opened(storage, address="owner"), await opened(storage, address="stranger")
    goal, computation = goal_of(owner.user_id), computation_of(owner.user_id, data_hash="")
    await storage.save_goal(goal, 0)
    await storage.save_profile(profile_of(owner.user_id))
    await storage.save_computation(computation, None)
    user = stranger.user_id
    assert await storage.goals(user) == []
    assert await storage.goal(user, goal.id) is None
    assert not await storage.delete_goal(user, goal.id)
    assert await storage.profile(user) is None
    assert await storage.computation(user, computation.id) is None
    with pytest.raises(Conflict):
        await storage.save_goal(replace(goal, user_id=user, name="Taken"), 1)
    with pytest.raises(Conflict):
        await storage.save_goal(replace(goal, user_id=user, name="Taken"), 0)
    assert await storage.goal(owner.user_id, goal.id) == goal


async def test_nothing_is_stored_for_somebody_who_is_not_there(storage: Storage) -> None:
    for writing in (
        storage.save_goal(goal_of("nobody"), 0),
        storage.save_profile(profile_of("nobody")),
        storage.save_computation(computation_of("nobody", data_hash=""), None),
        storage.save_document("nobody", REPORT),
    ):
        with pytest.raises(NotFound):
            await writing
    assert await storage.audit(0, 10) == []


async def test_a_goal_is_written_with_the_turn_and_before_the_plan_that_names_it(storage: Storage) -> None:
    conversation = await opened(storage)
    goal = goal_of(conversation.user_id, version=1)
    plan = replace(plan_of(conversation), goal_id=goal.id)
    after = await storage.commit_turn(
        turn_commit(conversation, "m1", goals=(goal,), plans=(plan,), snapshots=SNAPSHOTS, activate_plan=plan.id)
    )
    assert await storage.goal(conversation.user_id, goal.id) == goal
    assert [link.event for link in await storage.audit(0, 9)] == ["goal.saved", "plan.stored", "plan.activated"]
    paused = replace(goal, status=GoalStatus.PAUSED, version=2)
    await storage.commit_turn(turn_commit(after, "m2", goals=(paused,)))
    assert await storage.goal(conversation.user_id, goal.id) == paused


async def test_a_turn_that_changes_a_goal_changed_meanwhile_or_anothers_leaves_nothing(storage: Storage) -> None:
    conversation, other = await opened(storage, address="one"), await opened(storage, address="other")
    goal = goal_of(conversation.user_id, version=1)
    await storage.save_goal(goal, 0)
    before = await storage.audit(0, 9)
    for changed, owner, fault in (
        (goal, conversation, Conflict),
        (replace(goal, version=3), conversation, Conflict),
        (replace(goal, version=2), other, NotFound),
    ):
        with pytest.raises(fault):
            await storage.commit_turn(turn_commit(owner, "m1", goals=(changed,)))
        assert await storage.stored_reply(owner.id, "m1") is None
    assert await storage.goal(conversation.user_id, goal.id) == goal
    assert await storage.audit(0, 9) == before
