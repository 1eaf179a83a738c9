"""The storage contract, hand-offs to a person and feedback."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from advisor.adapters.db.storage import SqlStorage
from advisor.domain.delivery import Feedback, Handoff
from advisor.domain.errors import NotFound
from advisor.domain.message import Conversation
from tests.adapters.db.builders import NOW, opened, turn_commit
from tests.databases import Opener

SECOND = timedelta(seconds=1)


def wish(conversation: Conversation, key: str = "w1", late: int = 0) -> Handoff:
    return Handoff(key, conversation.user_id, conversation.id, NOW + late * SECOND, "my late father's shares €")


async def test_a_wish_is_handed_out_until_the_operator_was_told(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    wishes = (wish(conversation, "late", 5), wish(conversation, "early"), wish(conversation, "early"))
    await storage.commit_turn(turn_commit(conversation, "1", handoffs=wishes))
    claimed = await storage.claim_handoffs(NOW, 60, 10)
    assert [(item.id, item.topic, item.attempts) for item in claimed] == [
        ("early", "my late father's shares €", 1),
        ("late", "my late father's shares €", 1),
    ]
    assert await storage.claim_handoffs(NOW + 59 * SECOND, 60, 10) == []
    await storage.settle_handoff("early", told=True, not_before=None, reason="told")
    [again] = await storage.claim_handoffs(NOW + 60 * SECOND, 60, 10)
    assert (again.id, again.attempts) == ("late", 2)
    await storage.settle_handoff("late", told=False, not_before=NOW + 90 * SECOND, reason="answered 503")
    assert await storage.claim_handoffs(NOW + 89 * SECOND, 60, 10) == []
    assert len(await storage.claim_handoffs(NOW + 90 * SECOND, 60, 10)) == 1
    await storage.settle_handoff("late", told=False, not_before=None, reason="answered 503")
    assert await storage.claim_handoffs(NOW + 9000 * SECOND, 60, 10) == []


async def test_whoever_lost_a_wish_decides_nothing_but_knows_that_it_was_told(
    storage: SqlStorage, open_another: Opener
) -> None:
    other = await open_another()
    conversation = await opened(storage)
    await storage.commit_turn(turn_commit(conversation, "1", handoffs=(wish(conversation),)))
    await storage.claim_handoffs(NOW, 1, 10)
    assert len(await other.claim_handoffs(NOW + 2 * SECOND, 1, 10)) == 1
    await storage.settle_handoff("w1", told=False, not_before=None, reason="answered 503")
    assert len(await other.claim_handoffs(NOW + 4 * SECOND, 1, 10)) == 1
    await storage.settle_handoff("w1", told=True, not_before=None, reason="told")
    assert await other.claim_handoffs(NOW + 9 * SECOND, 1, 10) == []


async def test_workers_at_once_never_hold_the_same_wish(storage: SqlStorage, open_another: Opener) -> None:
    conversation = await opened(storage)
    wishes = tuple(wish(conversation, str(number)) for number in range(20))
    await storage.commit_turn(turn_commit(conversation, "1", handoffs=wishes))
    workers = [await open_another() for _ in range(4)]
    claims = await asyncio.gather(*(worker.claim_handoffs(NOW, 60, 3) for worker in workers * 2))
    claims += [await storage.claim_handoffs(NOW, 60, 100)]
    claimed = [item.id for claim in claims for item in claim]
    assert len(claimed) == len(set(claimed)) == 20


async def test_a_wish_of_somebody_else_is_not_stored(storage: SqlStorage) -> None:
    mine, theirs = await opened(storage, address="me"), await opened(storage, address="they")
    with pytest.raises(NotFound):
        await storage.commit_turn(turn_commit(mine, "1", handoffs=(wish(theirs),)))
    assert await storage.claim_handoffs(NOW, 60, 10) == []
    assert [turn.number for turn in await storage.history(mine.id, 0, 10)] == [1]


async def test_feedback_is_kept_for_its_owners_conversation_only(storage: SqlStorage) -> None:
    mine, theirs = await opened(storage, address="me"), await opened(storage, address="they")
    liked = Feedback("f1", mine.user_id, mine.id, 1, 5, NOW, "clear words")
    await storage.commit_turn(turn_commit(mine, "1", feedback=(liked,)))
    await storage.add_feedback(liked)
    await storage.add_feedback(Feedback("f2", mine.user_id, mine.id, 3, 2, NOW))
    for stolen in (
        Feedback("f3", mine.user_id, theirs.id, 1, 1, NOW),
        Feedback("f4", "nobody", mine.id, 1, 1, NOW),
    ):
        with pytest.raises(NotFound):
            await storage.add_feedback(stolen)
