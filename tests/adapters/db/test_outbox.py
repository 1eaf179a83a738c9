"""The storage contract, outbox: order, leases, uncertainty, postponing, burying, fencing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from advisor.adapters.db.storage import SqlStorage
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.message import Channel, Conversation
from tests.adapters.db.builders import NOW, answered, opened, turn_commit
from tests.databases import Opener

SECOND = timedelta(seconds=1)
TELEGRAM = Channel.TELEGRAM


async def talked(storage: SqlStorage, address: str = "77", replies: int = 1) -> Conversation:
    """A conversation with its greeting (turn 1) and further replies (3, 5, ...) in the outbox."""
    conversation = await opened(storage, TELEGRAM, address, push=True)
    for i in range(replies - 1):
        conversation = await storage.commit_turn(turn_commit(conversation, f"{address}-{i}", push=True))
    return conversation


async def test_a_reply_is_handed_out_whole(storage: SqlStorage) -> None:
    conversation = await talked(storage)
    [reply] = await storage.claim_outgoing(TELEGRAM, NOW, 60, 10)
    greeting = answered(1, "Hello.")
    assert reply.id == f"{conversation.id}:1"
    assert (reply.conversation_id, reply.address, reply.turn) == (conversation.id, "77", 1)
    assert (reply.blocks, reply.expects) == (greeting.blocks, greeting.expects)
    assert (reply.progress, reply.attempts, reply.uncertain) == (0, 1, False)
    assert await storage.claim_outgoing(Channel.WEB, NOW, 60, 10) == []


async def test_of_a_conversation_only_the_oldest_unsent_reply_is_handed_out(storage: SqlStorage) -> None:
    await talked(storage, replies=3)
    for turn in (1, 3, 5):
        [reply] = await storage.claim_outgoing(TELEGRAM, NOW, 60, 10)
        assert reply.turn == turn
        assert await storage.claim_outgoing(TELEGRAM, NOW, 60, 10) == []
        await storage.finish_outgoing(reply.id)
    assert await storage.claim_outgoing(TELEGRAM, NOW + 3600 * SECOND, 60, 10) == []


async def test_the_limit_is_kept_and_the_oldest_go_first(storage: SqlStorage) -> None:
    for address in "abc":
        await talked(storage, address)
    assert len(await storage.claim_outgoing(TELEGRAM, NOW, 60, 2)) == 2
    assert len(await storage.claim_outgoing(TELEGRAM, NOW, 60, 2)) == 1


async def test_two_processes_never_hold_the_same_reply(storage: SqlStorage, open_another: Opener) -> None:
    other = await open_another()
    for i in range(20):
        await talked(storage, str(i), replies=2)
    claims = await asyncio.gather(*(part.claim_outgoing(TELEGRAM, NOW, 60, 3) for part in (storage, other) * 6))
    ids = [reply.id for claim in claims for reply in claim]
    ids += [reply.id for reply in await storage.claim_outgoing(TELEGRAM, NOW, 60, 100)]
    assert len(ids) == len(set(ids)) == 20


async def test_a_reply_whose_lease_ran_out_comes_again_marked_uncertain(
    storage: SqlStorage, open_another: Opener
) -> None:
    await talked(storage, replies=2)
    [reply] = await storage.claim_outgoing(TELEGRAM, NOW, 60, 10)
    await storage.part_sent(reply.id, 2)
    restarted = await open_another()
    assert await restarted.claim_outgoing(TELEGRAM, NOW + 59 * SECOND, 60, 10) == []
    [again] = await restarted.claim_outgoing(TELEGRAM, NOW + 60 * SECOND, 60, 10)
    assert (again.id, again.progress, again.attempts, again.uncertain) == (reply.id, 2, 2, True)


async def test_a_reply_stays_uncertain_until_a_further_part_is_accepted(storage: SqlStorage) -> None:
    await talked(storage)
    await storage.claim_outgoing(TELEGRAM, NOW, 1, 10)
    [again] = await storage.claim_outgoing(TELEGRAM, NOW + 2 * SECOND, 1, 10)
    await storage.postpone_outgoing(again.id, NOW + 5 * SECOND, "429")
    [third] = await storage.claim_outgoing(TELEGRAM, NOW + 5 * SECOND, 1, 10)
    assert third.uncertain
    await storage.part_sent(third.id, 1)
    await storage.postpone_outgoing(third.id, NOW + 6 * SECOND, "429")
    [fourth] = await storage.claim_outgoing(TELEGRAM, NOW + 6 * SECOND, 1, 10)
    assert (fourth.progress, fourth.attempts, fourth.uncertain) == (1, 4, False)


async def test_a_postponed_reply_waits_and_holds_back_the_later_ones(storage: SqlStorage) -> None:
    await talked(storage, replies=2)
    [reply] = await storage.claim_outgoing(TELEGRAM, NOW, 60, 10)
    await storage.postpone_outgoing(reply.id, NOW + 30 * SECOND, "429")
    assert await storage.claim_outgoing(TELEGRAM, NOW + 29 * SECOND, 60, 10) == []
    [again] = await storage.claim_outgoing(TELEGRAM, NOW + 30 * SECOND, 60, 10)
    assert (again.id, again.uncertain) == (reply.id, False)


async def test_a_buried_reply_never_comes_again_and_frees_the_later_ones(storage: SqlStorage) -> None:
    await talked(storage, replies=2)
    [reply] = await storage.claim_outgoing(TELEGRAM, NOW, 60, 10)
    await storage.bury_outgoing(reply.id, "message is too long")
    [later] = await storage.claim_outgoing(TELEGRAM, NOW + 3600 * SECOND, 60, 10)
    assert later.turn == 3


async def test_nothing_is_pushed_to_somebody_who_blocked_us(storage: SqlStorage) -> None:
    await talked(storage, "77", replies=2)
    await talked(storage, "88")
    await storage.set_reachable(TELEGRAM, "77", reachable=False)
    assert [reply.address for reply in await storage.claim_outgoing(TELEGRAM, NOW, 60, 10)] == ["88"]
    await storage.set_reachable(TELEGRAM, "77", reachable=True)
    assert await storage.claim_outgoing(TELEGRAM, NOW, 60, 10) == []
    conversation = await storage.find_conversation(TELEGRAM, "77")
    assert conversation is not None
    await storage.commit_turn(turn_commit(conversation, "back", push=True))
    assert [reply.address for reply in await storage.claim_outgoing(TELEGRAM, NOW, 60, 10)] == ["77"]


async def test_blocking_by_somebody_unknown_is_no_error(storage: SqlStorage) -> None:
    await storage.set_reachable(TELEGRAM, "nobody", reachable=False)
    assert await storage.find_conversation(TELEGRAM, "nobody") is None


async def test_a_sender_that_lost_its_lease_is_told_and_decides_nothing(
    storage: SqlStorage, open_another: Opener
) -> None:
    other = await open_another()
    await talked(storage)
    [reply] = await storage.claim_outgoing(TELEGRAM, NOW, 1, 10)
    [taken] = await other.claim_outgoing(TELEGRAM, NOW + 2 * SECOND, 600, 10)
    with pytest.raises(Conflict):
        await storage.part_sent(reply.id, 1)
    await storage.postpone_outgoing(reply.id, NOW, "429")
    await storage.bury_outgoing(reply.id, "blocked")
    assert await other.claim_outgoing(TELEGRAM, NOW + 3 * SECOND, 600, 10) == []
    await other.postpone_outgoing(taken.id, NOW + 4 * SECOND, "429")
    [again] = await other.claim_outgoing(TELEGRAM, NOW + 4 * SECOND, 600, 10)
    # The part was accepted, whoever sent it, so it is not sent again.
    assert (again.progress, again.attempts) == (1, 3)


async def test_a_sender_that_lost_its_lease_but_had_sent_everything_ends_the_matter(
    storage: SqlStorage, open_another: Opener
) -> None:
    other = await open_another()
    await talked(storage)
    [reply] = await storage.claim_outgoing(TELEGRAM, NOW, 1, 10)
    await other.claim_outgoing(TELEGRAM, NOW + 2 * SECOND, 1, 10)
    await storage.finish_outgoing(reply.id)
    assert await other.claim_outgoing(TELEGRAM, NOW + 3600 * SECOND, 1, 10) == []


async def test_progress_never_falls_and_an_unknown_reply_is_not_found(storage: SqlStorage) -> None:
    await talked(storage)
    [reply] = await storage.claim_outgoing(TELEGRAM, NOW, 1, 10)
    await storage.part_sent(reply.id, 3)
    await storage.part_sent(reply.id, 2)
    [again] = await storage.claim_outgoing(TELEGRAM, NOW + 2 * SECOND, 1, 10)
    assert again.progress == 3
    with pytest.raises(NotFound):
        await storage.part_sent("absent:1", 1)
