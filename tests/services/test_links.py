"""Codes that link two channels: unguessable, for ten minutes and one use, and nobody's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from advisor.domain.message import Channel, Conversation, Turn
from advisor.ports.storage import TELEGRAM_NAME
from advisor.services.links import LIFETIME, LinkService, code_hash
from tests.storage_fake import MemoryStorage
from tests.world import HandClock

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Desk:
    """A service over a storage in memory, with a talk on the web and one on Telegram."""

    def __init__(self) -> None:
        self.storage, self.clock = MemoryStorage(), HandClock(NOW)
        self.links = LinkService(self.storage, self.clock)

    async def open(self, channel: Channel, address: str) -> Conversation:
        greeting = Turn(1, "advisor", NOW, blocks=())
        return await self.storage.open_conversation(channel, address, {}, greeting, push=False)

    async def both(self) -> tuple[Conversation, Conversation]:
        return await self.open(Channel.WEB, "w"), await self.open(Channel.TELEGRAM, "7")


async def test_a_code_has_128_random_bits_and_only_its_hash_is_stored() -> None:
    desk = Desk()
    web, _ = await desk.both()
    codes = [(await desk.links.offer(web.user_id, web.id)).code for _ in range(20)]
    assert len(set(codes)) == 20
    assert all(len(code) == 26 and code.isalnum() and code == code.lower() for code in codes)
    assert codes[-1] not in repr(desk.storage.__dict__)
    assert code_hash(codes[-1]) in repr(desk.storage.__dict__)


async def test_a_code_is_found_however_it_is_typed_but_not_by_its_owner() -> None:
    desk = Desk()
    web, chat = await desk.both()
    code = (await desk.links.offer(web.user_id, web.id)).code
    for typed in (code, code.upper(), f" {code} ", f"link_{code}", f"{code[:5]}-{code[5:]}", f"{code[:5]} {code[5:]}"):
        assert await desk.links.find(code_hash(typed), chat.user_id) is not None, typed
    assert await desk.links.find(code_hash(code), web.user_id) is None
    assert await desk.links.find(code_hash(code[:-1]), chat.user_id) is None


async def test_a_code_serves_once() -> None:
    desk = Desk()
    web, chat = await desk.both()
    third = await desk.open(Channel.TERMINAL, "t")
    hashed = code_hash((await desk.links.offer(web.user_id, web.id)).code)
    assert await desk.links.join(hashed, chat.id) is not None
    assert await desk.links.join(hashed, third.id) is None
    assert await desk.links.find(hashed, chat.user_id) is None
    link = await desk.links.joined(web.id)
    assert link is not None
    assert link.joining == chat.id


@pytest.mark.parametrize("step", ["find", "join", "joined"])
async def test_after_ten_minutes_it_serves_nobody(step: str) -> None:
    desk = Desk()
    web, chat = await desk.both()
    offer = await desk.links.offer(web.user_id, web.id)
    assert offer.expires_at == NOW + timedelta(minutes=10)
    if step == "joined":
        await desk.links.join(code_hash(offer.code), chat.id)
    desk.clock.present = NOW + LIFETIME
    outcomes = {
        "find": await desk.links.find(code_hash(offer.code), chat.user_id),
        "join": await desk.links.join(code_hash(offer.code), chat.id),
        "joined": await desk.links.joined(web.id),
    }
    assert outcomes[step] is None


@pytest.mark.parametrize(
    ("name", "address"),
    [("smart_bot", "https://t.me/smart_bot?start=link_"), (None, None), ("not a name/../x", None)],
)
async def test_the_deep_link_names_the_bot_that_is_known(name: str | None, address: str | None) -> None:
    desk = Desk()
    web, _ = await desk.both()
    if name is not None:
        await desk.storage.set_note(TELEGRAM_NAME, name)
    offer = await desk.links.offer(web.user_id, web.id)
    assert offer.deep_link == (None if address is None else address + offer.code)
    payload = (offer.deep_link or "").partition("start=")[2]
    assert len(payload) <= 64, "Telegram's limit of a payload"


async def test_a_refusal_forgets_the_wish() -> None:
    desk = Desk()
    web, chat = await desk.both()
    await desk.links.join(code_hash((await desk.links.offer(web.user_id, web.id)).code), chat.id)
    assert await desk.links.refuse(web.id)
    assert not await desk.links.refuse(web.id)
    assert await desk.links.joined(web.id) is None
