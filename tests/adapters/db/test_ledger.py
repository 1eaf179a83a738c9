"""The jobs' ledger on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from advisor.adapters.db.storage import SqlStorage
from advisor.domain.message import Channel, Received
from advisor.ports.identity_storage import ChatSession
from tests.adapters.db.builders import answered

FIRE = datetime(2026, 5, 4, tzinfo=UTC)


async def test_of_many_claims_of_a_fire_one_wins(
    storage: SqlStorage, open_another: Callable[[], Awaitable[SqlStorage]]
) -> None:
    other = await open_another()
    claims = await asyncio.gather(*(place.claim_fire("scan", FIRE) for place in (storage, other) * 5))
    assert sorted(claims) == [False] * 9 + [True]
    assert await storage.claim_fire("scan", FIRE + timedelta(days=1))
    assert await storage.claim_fire("other", FIRE)


async def test_pruning_removes_what_serves_nobody_and_nothing_else(storage: SqlStorage) -> None:
    conversation = await storage.open_conversation(Channel.WEB, "a", {}, answered(1), push=False)
    now = datetime.now(UTC)
    for name, expires in (("old", now - timedelta(days=1)), ("new", now + timedelta(days=1))):
        await storage.add_session(ChatSession(name, conversation.user_id, conversation.id, expires), f"hash-{name}")
    await storage.receive([Received(Channel.TELEGRAM, "1", "7", {}), Received(Channel.TELEGRAM, "2", "7", {})])
    await storage.discard(Channel.TELEGRAM, "1")
    assert await storage.prune(now - timedelta(days=30), now) == 1
    assert await storage.session("hash-new", now) is not None
    assert await storage.prune(now + timedelta(minutes=1), now) == 1
    assert [item.external_id for item in await storage.waiting(Channel.TELEGRAM, 10)] == ["2"]
    assert len(await storage.history(conversation.id, 0, 10)) == 1
