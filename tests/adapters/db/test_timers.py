"""The storage contract, timers: set with a turn, fired once, late rather than never."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from advisor.adapters.db.storage import SqlStorage
from advisor.domain.delivery import Timer
from advisor.domain.errors import Conflict
from advisor.domain.message import Channel
from tests.adapters.db.builders import NOW, happened, opened, turn_commit
from tests.databases import Opener

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


async def test_a_timer_is_handed_out_when_it_ran_out_and_until_it_is_settled(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    await storage.commit_turn(turn_commit(conversation, "1", timers={"silence": NOW + HOUR, "satisfaction": NOW}))
    assert await storage.claim_timers(NOW - SECOND, 60, 10) == []
    assert await storage.claim_timers(NOW, 60, 10) == [Timer(conversation.id, "satisfaction", NOW, 1)]
    assert await storage.claim_timers(NOW + 59 * SECOND, 60, 10) == []
    [again] = await storage.claim_timers(NOW + 60 * SECOND, 60, 10)
    assert again == Timer(conversation.id, "satisfaction", NOW, 2)
    await storage.settle_timer(again)
    assert await storage.claim_timers(NOW + 30 * HOUR, 60, 10) == [Timer(conversation.id, "silence", NOW + HOUR, 1)]


async def test_a_kind_has_one_moment_and_none_takes_it_away(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    conversation = await storage.commit_turn(turn_commit(conversation, "1", timers={"silence": NOW}))
    conversation = await storage.commit_turn(turn_commit(conversation, "2", timers={"silence": NOW + HOUR}))
    assert await storage.claim_timers(NOW, 60, 10) == []
    conversation = await storage.commit_turn(turn_commit(conversation, "3"))
    assert len(await storage.claim_timers(NOW + HOUR, 60, 10)) == 1
    await storage.commit_turn(turn_commit(conversation, "4", timers={"silence": None, "unknown": None}))
    assert await storage.claim_timers(NOW + 9 * HOUR, 60, 10) == []


async def test_a_timer_that_was_set_anew_while_it_was_worked_on_stays(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    conversation = await storage.commit_turn(turn_commit(conversation, "1", timers={"silence": NOW}))
    [timer] = await storage.claim_timers(NOW, 60, 10)
    for at in (NOW + HOUR, NOW):
        conversation = await storage.commit_turn(turn_commit(conversation, at.isoformat(), timers={"silence": at}))
        await storage.settle_timer(timer)
        assert [found.due for found in await storage.claim_timers(NOW + HOUR, 60, 10)] == [at]


async def test_a_worker_that_lost_its_lease_settles_nothing(storage: SqlStorage, open_another: Opener) -> None:
    other = await open_another()
    conversation = await opened(storage)
    await storage.commit_turn(turn_commit(conversation, "1", timers={"silence": NOW}))
    [lost] = await storage.claim_timers(NOW, 1, 10)
    [taken] = await other.claim_timers(NOW + 2 * SECOND, 60, 10)
    await storage.settle_timer(lost)
    assert [found.fence for found in await storage.claim_timers(NOW + HOUR, 60, 10)] == [taken.fence + 1]


async def test_the_oldest_go_first_and_the_limit_is_kept(storage: SqlStorage) -> None:
    for number in (3, 1, 2):
        conversation = await opened(storage, Channel.WEB, str(number))
        await storage.commit_turn(turn_commit(conversation, "1", timers={"silence": NOW + number * SECOND}))
    assert [t.due for t in await storage.claim_timers(NOW + HOUR, 60, 2)] == [NOW + SECOND, NOW + 2 * SECOND]
    assert [t.due for t in await storage.claim_timers(NOW + HOUR, 60, 2)] == [NOW + 3 * SECOND]


async def test_workers_at_once_never_hold_the_same_timer(storage: SqlStorage, open_another: Opener) -> None:
    for number in range(20):
        conversation = await opened(storage, Channel.WEB, str(number))
        await storage.commit_turn(turn_commit(conversation, "1", timers={"silence": NOW}))
    workers = [await open_another() for _ in range(4)]
    claims = await asyncio.gather(*(worker.claim_timers(NOW, 60, 3) for worker in workers * 2))
    claims += [await storage.claim_timers(NOW, 60, 100)]
    claimed = [timer.conversation_id for claim in claims for timer in claim]
    assert len(claimed) == len(set(claimed)) == 20


async def test_the_same_timer_has_one_effect_however_often_it_is_handed_out(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    conversation = await storage.commit_turn(turn_commit(conversation, "1", timers={"silence": NOW}))
    [first] = await storage.claim_timers(NOW, 1, 10)
    [second] = await storage.claim_timers(NOW + 2 * SECOND, 1, 10)
    conversation = await storage.commit_turn(happened(conversation, first.occurrence.key))
    with pytest.raises(Conflict):
        await storage.commit_turn(happened(conversation, second.occurrence.key))


async def test_a_turn_that_is_not_stored_sets_no_timer(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    await storage.commit_turn(turn_commit(conversation, "1"))
    with pytest.raises(Conflict):
        await storage.commit_turn(turn_commit(conversation, "2", timers={"silence": NOW}))
    assert await storage.claim_timers(NOW + HOUR, 60, 10) == []
