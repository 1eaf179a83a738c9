"""Who can be written to, as several processes see it."""

from __future__ import annotations

from datetime import UTC, datetime

from advisor.domain.message import Channel, Turn
from bot.chats import Reach
from tests.storage_fake import MemoryStorage


async def reachable(storage: MemoryStorage) -> bool:
    conversation = await storage.find_conversation(Channel.TELEGRAM, "7")
    assert conversation is not None
    (identity,) = await storage.identities(conversation.user_id)
    return identity.reachable


async def test_who_blocked_us_in_front_of_another_process_is_woken_by_start_here() -> None:
    storage = MemoryStorage()
    await storage.open_conversation(
        Channel.TELEGRAM, "7", {}, Turn(1, "advisor", datetime.now(UTC), blocks=()), push=False
    )
    here, there = Reach(storage), Reach(storage)
    await here.heard("7")
    await there.lost("7")
    assert not await reachable(storage)
    await here.heard("7", anew=True)
    assert await reachable(storage)
    await here.lost("7")
    await here.heard("7")
    assert await reachable(storage), "whoever writes can be written to"
