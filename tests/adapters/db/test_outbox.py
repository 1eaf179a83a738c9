"""The storage contract, outbox: order, leases, uncertainty, postponing, burying, fencing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from advisor.adapters.db.storage import SqlStorage
from advisor.domain.delivery import Recipient, Undelivered
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.message import Channel, Conversation
from tests.adapters.db.builders import NOW, answered, happened, opened, turn_commit
from tests.databases import Opener

SECOND = timedelta(seconds=1)
EARLIER = NOW - timedelta(days=1)
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
    assert reply.id == f"{conversation.id}:1:1"
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


async def test_a_turn_goes_to_each_recipient_once(storage: SqlStorage) -> None:
    conversation = await opened(storage, TELEGRAM, "77")
    to = (Recipient(TELEGRAM, "77"), Recipient(TELEGRAM, "88"), Recipient(TELEGRAM, "77"), Recipient(Channel.WEB, "w"))
    await storage.commit_turn(turn_commit(conversation, "1", to=to))
    claimed = await storage.claim_outgoing(TELEGRAM, NOW, 60, 10)
    assert [(reply.id, reply.address) for reply in claimed] == [
        (f"{conversation.id}:3:1", "77"),
        (f"{conversation.id}:3:2", "88"),
    ]
    assert [reply.address for reply in await storage.claim_outgoing(Channel.WEB, NOW, 60, 10)] == ["w"]


async def test_an_address_gets_what_several_conversations_say_there_in_the_order_of_writing(
    storage: SqlStorage,
) -> None:
    first, second = await opened(storage, Channel.WEB, "a"), await opened(storage, Channel.WEB, "b")
    chat = (Recipient(TELEGRAM, "77"),)
    for conversation in (first, second):
        await storage.commit_turn(turn_commit(conversation, "1", to=chat))
    for conversation in (first, second):
        [reply] = await storage.claim_outgoing(TELEGRAM, NOW, 60, 10)
        assert reply.conversation_id == conversation.id
        await storage.finish_outgoing(reply.id)


async def test_replies_go_before_what_nobody_waits_for(storage: SqlStorage) -> None:
    for address in ("push-1", "push-2", "reply-1", "reply-2"):
        conversation = await opened(storage, TELEGRAM, address)
        commit = happened if address.startswith("push") else turn_commit
        await storage.commit_turn(commit(conversation, address, push=True))
    claimed = await storage.claim_outgoing(TELEGRAM, NOW, 60, 3)
    assert [(reply.address, reply.unprompted) for reply in claimed] == [
        ("reply-1", False),
        ("reply-2", False),
        ("push-1", True),
    ]


async def test_of_what_nobody_waits_for_no_more_is_handed_out_than_asked_for(storage: SqlStorage) -> None:
    for address in "abc":
        await storage.commit_turn(happened(await opened(storage, TELEGRAM, address), "x", push=True))
    assert await storage.claim_outgoing(TELEGRAM, NOW, 60, 10, unprompted=0) == []
    assert len(await storage.claim_outgoing(TELEGRAM, NOW, 60, 10, unprompted=2)) == 2
    assert len(await storage.claim_outgoing(TELEGRAM, NOW, 60, 10)) == 1


async def test_a_reply_waits_for_what_was_said_there_before_it_unasked(storage: SqlStorage) -> None:
    conversation = await opened(storage, TELEGRAM, "77")
    conversation = await storage.commit_turn(happened(conversation, "x", push=True))
    await storage.commit_turn(turn_commit(conversation, "1", push=True))
    [first] = await storage.claim_outgoing(TELEGRAM, NOW, 60, 10)
    assert (first.turn, first.unprompted) == (2, True)


async def test_a_crash_while_sending_is_listed_once_for_each_time(storage: SqlStorage) -> None:
    conversation = await talked(storage)
    await storage.claim_outgoing(TELEGRAM, NOW, 10, 10)
    assert [entry.status for entry in await storage.undelivered(EARLIER, 10)] == ["waiting"]
    [reply] = await storage.claim_outgoing(TELEGRAM, NOW + 20 * SECOND, 10, 10)
    await storage.part_sent(reply.id, 1)
    await storage.claim_outgoing(TELEGRAM, NOW + 40 * SECOND, 10, 10)
    await storage.finish_outgoing(reply.id)
    chat = Recipient(TELEGRAM, "77")
    crashed = "a crash came while it was sent"
    assert await storage.undelivered(EARLIER, 10) == [
        Undelivered(f"{conversation.id}:1:1", chat, 2, NOW + 40 * SECOND, "unknown", crashed),
        Undelivered(f"{conversation.id}:1:1", chat, 1, NOW + 20 * SECOND, "unknown", crashed),
    ]
    assert len(await storage.undelivered(EARLIER, 1)) == 1
    assert await storage.undelivered(NOW + 41 * SECOND, 10) == []


async def test_a_broken_connection_is_listed_and_a_refusal_is_not(storage: SqlStorage) -> None:
    await talked(storage)
    [reply] = await storage.claim_outgoing(TELEGRAM, NOW, 60, 10)
    await storage.postpone_outgoing(reply.id, NOW + 5 * SECOND, "429")
    [reply] = await storage.claim_outgoing(TELEGRAM, NOW + 5 * SECOND, 60, 10)
    await storage.postpone_outgoing(reply.id, NOW + 9 * SECOND, "peer closed", unknown_at=NOW + 6 * SECOND)
    [reply] = await storage.claim_outgoing(TELEGRAM, NOW + 9 * SECOND, 60, 10)
    await storage.finish_outgoing(reply.id)
    [entry] = await storage.undelivered(EARLIER, 10)
    assert (entry.status, entry.part, entry.at, entry.reason) == ("unknown", 1, NOW + 6 * SECOND, "peer closed")


async def test_what_was_given_up_is_listed_and_can_be_tried_again(storage: SqlStorage) -> None:
    await talked(storage)
    [reply] = await storage.claim_outgoing(TELEGRAM, NOW, 60, 10)
    assert not await storage.revive_outgoing(reply.id)
    await storage.bury_outgoing(reply.id, "message is too long")
    [entry] = await storage.undelivered(EARLIER, 10)
    assert (entry.outgoing_id, entry.status, entry.reason) == (reply.id, "dead", "message is too long")
    assert await storage.revive_outgoing(reply.id)
    [again] = await storage.claim_outgoing(TELEGRAM, NOW + SECOND, 60, 10)
    assert (again.id, again.attempts, again.uncertain) == (reply.id, 2, False)
    assert not await storage.revive_outgoing("absent")


async def test_what_waits_is_listed_once_it_is_overdue(storage: SqlStorage) -> None:
    await talked(storage)  # its greeting is a minute later than NOW
    assert await storage.undelivered(EARLIER, 10, overdue=NOW) == []
    [entry] = await storage.undelivered(EARLIER, 10, overdue=NOW + 120 * SECOND)
    assert (entry.status, entry.at, entry.reason) == ("waiting", NOW + 60 * SECOND, "")
    assert await storage.undelivered(NOW + 90 * SECOND, 10) == []
