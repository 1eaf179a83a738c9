"""The storage contract, inbox."""

from __future__ import annotations

import asyncio

from advisor.adapters.db.storage import SqlStorage
from advisor.domain.message import Channel, Received
from tests.adapters.db.builders import opened, turn_commit
from tests.databases import Opener


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
