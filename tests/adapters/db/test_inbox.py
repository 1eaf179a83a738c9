"""The storage contract, inbox: order, leases, several workers, and what a worker that lost its lease can do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from advisor.adapters.db.storage import SqlStorage
from advisor.domain.delivery import Recipient
from advisor.domain.errors import Conflict
from advisor.domain.message import Channel, Received
from tests.adapters.db.builders import NOW, happened, opened, turn_commit
from tests.databases import Opener

SECOND = timedelta(seconds=1)


def update(number: int, chat: str = "77") -> Received:
    return Received(Channel.TELEGRAM, str(number), chat, {"update_id": number, "text": f"message {number} €"})


async def test_received_messages_wait_in_order_each_once(storage: SqlStorage) -> None:
    assert await storage.receive([]) == 0
    assert await storage.receive([update(3), update(1), update(3)]) == 2
    assert await storage.receive([update(1), update(2)]) == 1
    assert await storage.waiting(Channel.TELEGRAM, 10) == [update(3), update(1), update(2)]
    assert await storage.waiting(Channel.TELEGRAM, 1) == [update(3)]
    assert await storage.waiting(Channel.WEB, 10) == []


async def test_telegram_ids_are_unique_over_all_chats_and_web_ids_per_visitor(storage: SqlStorage) -> None:
    assert await storage.receive([update(1, "77"), update(1, "88")]) == 1
    web = [Received(Channel.WEB, "1", address, {}) for address in ("one", "two")]
    assert await storage.receive(web) == 2


async def test_a_message_delivered_to_two_processes_at_once_is_kept_once(
    storage: SqlStorage, open_another: Opener
) -> None:
    other = await open_another()
    batch = [update(i) for i in range(50)]
    counts = await asyncio.gather(*(part.receive(batch) for part in (storage, other) * 4))
    assert sum(counts) == 50
    assert len(await storage.waiting(Channel.TELEGRAM, 1000)) == 50


async def test_a_committed_or_discarded_message_waits_no_more_and_is_not_taken_again(storage: SqlStorage) -> None:
    await storage.receive([update(1), update(2)])
    conversation = await opened(storage, Channel.TELEGRAM, "77")
    await storage.commit_turn(turn_commit(conversation, "1"))
    await storage.discard(Channel.TELEGRAM, "2")
    await storage.discard(Channel.TELEGRAM, "unknown")
    assert await storage.waiting(Channel.TELEGRAM, 10) == []
    assert await storage.receive([update(1), update(2)]) == 0
    stored = await storage.stored_reply(conversation.id, "1")
    assert stored is not None
    assert stored.turn.number == 3
    assert await storage.stored_reply(conversation.id, "2") is None


async def test_a_large_batch_of_messages_is_taken_whole(storage: SqlStorage) -> None:
    batch = [update(i) for i in range(3000)]
    assert await storage.receive(batch) == 3000
    assert await storage.waiting(Channel.TELEGRAM, 5000) == batch


async def test_of_each_address_only_the_oldest_is_handed_out(storage: SqlStorage) -> None:
    await storage.receive([update(1), update(2), update(3, "88"), update(4), update(5, "88")])
    assert await storage.claim_received(Channel.WEB, NOW, 60, 10) == []
    assert await storage.claim_received(Channel.TELEGRAM, NOW, 60, 10) == [update(1), update(3, "88")]
    assert await storage.claim_received(Channel.TELEGRAM, NOW, 60, 10) == []
    await storage.discard(Channel.TELEGRAM, "1")
    assert await storage.claim_received(Channel.TELEGRAM, NOW, 60, 10) == [update(2)]
    conversation = await opened(storage, Channel.TELEGRAM, "88")
    await storage.commit_turn(turn_commit(conversation, "3"))
    assert await storage.claim_received(Channel.TELEGRAM, NOW, 60, 10) == [update(5, "88")]
    await storage.discard(Channel.TELEGRAM, "2")
    assert await storage.claim_received(Channel.TELEGRAM, NOW, 60, 10) == [update(4)]


async def test_the_limit_counts_addresses_and_the_oldest_go_first(storage: SqlStorage) -> None:
    await storage.receive([update(number, str(number % 4)) for number in range(12)])
    assert [row.external_id for row in await storage.claim_received(Channel.TELEGRAM, NOW, 60, 3)] == ["0", "1", "2"]
    assert [row.external_id for row in await storage.claim_received(Channel.TELEGRAM, NOW, 60, 3)] == ["3"]


async def test_a_message_comes_again_when_its_lease_ran_out_or_it_was_released(storage: SqlStorage) -> None:
    await storage.receive([update(1), update(2)])
    assert await storage.claim_received(Channel.TELEGRAM, NOW, 60, 10) == [update(1)]
    assert await storage.claim_received(Channel.TELEGRAM, NOW + 59 * SECOND, 60, 10) == []
    assert await storage.claim_received(Channel.TELEGRAM, NOW + 60 * SECOND, 60, 10) == [update(1)]
    await storage.release_received(Channel.TELEGRAM, ["1", "unknown"])
    assert await storage.claim_received(Channel.TELEGRAM, NOW + 61 * SECOND, 60, 10) == [update(1)]


async def test_a_renewed_lease_holds_for_longer(storage: SqlStorage) -> None:
    await storage.receive([update(1)])
    await storage.claim_received(Channel.TELEGRAM, NOW, 60, 10)
    await storage.renew_received(Channel.TELEGRAM, ["1", "unknown"], NOW + 50 * SECOND, 60)
    assert await storage.claim_received(Channel.TELEGRAM, NOW + 109 * SECOND, 60, 10) == []
    assert await storage.claim_received(Channel.TELEGRAM, NOW + 110 * SECOND, 60, 10) == [update(1)]


async def test_whoever_lost_a_message_neither_releases_nor_renews_it(storage: SqlStorage, open_another: Opener) -> None:
    other = await open_another()
    await storage.receive([update(1)])
    await storage.claim_received(Channel.TELEGRAM, NOW, 1, 10)
    later = NOW + 2 * SECOND
    assert await other.claim_received(Channel.TELEGRAM, later, 60, 10) == [update(1)]
    await storage.release_received(Channel.TELEGRAM, ["1"])
    assert await storage.claim_received(Channel.TELEGRAM, later, 60, 10) == []
    await storage.renew_received(Channel.TELEGRAM, ["1"], later, 600)
    assert await storage.claim_received(Channel.TELEGRAM, later + 61 * SECOND, 60, 10) == [update(1)]


async def test_workers_at_once_share_the_addresses_and_each_gets_its_messages_in_order(
    storage: SqlStorage, open_another: Opener
) -> None:
    await storage.receive([update(number, str(number % 10)) for number in range(60)])
    handled: list[Received] = []

    async def work(part: SqlStorage) -> None:
        while len(handled) < 60:
            for row in await part.claim_received(Channel.TELEGRAM, NOW, 60, 3):
                await asyncio.sleep(0)
                handled.append(row)
                await part.discard(Channel.TELEGRAM, row.external_id)

    await asyncio.gather(*[work(await open_another()) for _ in range(4)])
    assert len(handled) == 60
    for address in range(10):
        numbers = [int(row.external_id) for row in handled if row.address == str(address)]
        assert numbers == list(range(address, 60, 10))


async def test_a_worker_paused_beyond_its_lease_cannot_double_what_another_did(
    storage: SqlStorage, open_another: Opener
) -> None:
    """The first reads the conversation and is paused; the second handles the message and the next; then the first goes on."""
    other = await open_another()
    await storage.receive([update(1), update(2)])
    conversation = await opened(storage, Channel.TELEGRAM, "77", push=True)
    [row] = await storage.claim_received(Channel.TELEGRAM, NOW, 1, 10)
    read = await storage.conversation(conversation.id)
    assert read is not None
    late = turn_commit(read, row.external_id, push=True, timers={"silence": NOW})
    current = read
    for number in ("1", "2"):
        [taken] = await other.claim_received(Channel.TELEGRAM, NOW + 2 * SECOND, 60, 10)
        assert taken.external_id == number
        current = await other.commit_turn(turn_commit(current, number, push=True))
    with pytest.raises(Conflict):
        await storage.commit_turn(late)
    fresh = await storage.conversation(conversation.id)
    assert fresh is not None
    with pytest.raises(Conflict):  # nor with the version as it is now: the message is known to be handled
        await storage.commit_turn(replace(late, conversation=fresh))
    assert [turn.number for turn in await storage.history(conversation.id, 0, 10)] == [1, 2, 3, 4, 5]
    assert await storage.claim_timers(NOW, 60, 10) == []


async def test_a_message_from_another_address_of_the_conversation_is_marked_where_it_came_in(
    storage: SqlStorage,
) -> None:
    await storage.receive([update(1)])
    conversation = await opened(storage)  # on the web, linked with the chat meanwhile
    chat = Recipient(Channel.TELEGRAM, "77")
    await storage.commit_turn(turn_commit(conversation, "1", origin=chat, to=(chat,)))
    assert await storage.claim_received(Channel.TELEGRAM, NOW, 60, 10) == []
    [reply] = await storage.claim_outgoing(Channel.TELEGRAM, NOW, 60, 10)
    assert (reply.address, reply.conversation_id) == ("77", conversation.id)


async def test_the_same_occurrence_of_two_conversations_happens_to_both_and_to_each_once(storage: SqlStorage) -> None:
    first = await opened(storage, Channel.TELEGRAM, "77")
    second = await opened(storage, Channel.TELEGRAM, "88")
    for conversation in (first, second):
        after = await storage.commit_turn(happened(conversation, "timer:silence:noon"))
        assert after.turn == 2
        with pytest.raises(Conflict):
            await storage.commit_turn(happened(after, "timer:silence:noon"))
        assert [turn.author for turn in await storage.history(conversation.id, 1, 10)] == ["advisor"]


async def test_an_address_behind_a_flood_of_another_is_handed_out_at_once(storage: SqlStorage) -> None:
    flood = [update(number) for number in range(1200)]
    others = [update(number, str(number)) for number in range(1200, 1206)]
    await storage.receive([*flood, *others, update(1206)])
    assert await storage.claim_received(Channel.TELEGRAM, NOW, 60, 4) == [flood[0], *others[:3]]
    assert await storage.claim_received(Channel.TELEGRAM, NOW, 60, 4) == others[3:]
    assert await storage.claim_received(Channel.TELEGRAM, NOW, 60, 4) == []


async def test_an_id_picked_on_the_web_hides_no_update_of_telegram(storage: SqlStorage) -> None:
    conversation = await opened(storage, Channel.TELEGRAM, "77")  # linked with a browser, which says the next thing
    await storage.commit_turn(turn_commit(conversation, "900", origin=None))
    assert await storage.receive([update(900, "88")]) == 1
    assert await storage.claim_received(Channel.TELEGRAM, NOW, 60, 10) == [update(900, "88")]
