"""The storage contract: offers to link two channels."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from advisor.domain.errors import NotFound
from advisor.domain.identity import Link
from advisor.domain.message import Channel, Conversation
from advisor.ports.storage import Storage
from tests.adapters.db.builders import MINUTE, NOW, opened

END = NOW + 10 * MINUTE


async def offered(storage: Storage, code: str = "code") -> tuple[Link, Conversation]:
    """An offer on the web, and a conversation on Telegram that may take it up."""
    web, chat = await opened(storage), await opened(storage, Channel.TELEGRAM, "7001")
    link = Link(code, web.user_id, web.id, END)
    await storage.offer_link(link)
    return link, chat


async def test_a_code_is_handed_in_once_and_found_where_it_was_offered(storage: Storage) -> None:
    link, chat = await offered(storage)
    joined = replace(link, joining=chat.id)
    assert await storage.offered_link("code", NOW) == link
    assert await storage.link_joined(link.conversation_id, NOW) is None
    assert await storage.join_link("code", chat.id, NOW) == joined
    assert await storage.offered_link("code", NOW) is None
    assert await storage.link_joined(link.conversation_id, NOW) == joined
    assert await storage.link_joined(chat.id, NOW) is None
    third = await opened(storage, address="third")
    assert await storage.join_link("code", third.id, NOW) is None


async def test_whoever_handed_it_in_may_say_it_again(storage: Storage) -> None:
    link, chat = await offered(storage)
    first = await storage.join_link("code", chat.id, NOW)
    assert await storage.join_link("code", chat.id, NOW) == first
    assert await storage.link_joined(link.conversation_id, NOW) == first


async def test_a_code_is_of_no_use_when_unknown_expired_ones_own_or_without_a_conversation(storage: Storage) -> None:
    link, chat = await offered(storage)
    assert await storage.offered_link("other", NOW) is None
    assert await storage.join_link("other", chat.id, NOW) is None
    assert await storage.offered_link("code", END) is None
    assert await storage.join_link("code", chat.id, END) is None
    assert await storage.join_link("code", link.conversation_id, NOW) is None
    assert await storage.join_link("code", "nowhere", NOW) is None
    assert await storage.offered_link("code", NOW) == link


async def test_a_joined_link_expires_too(storage: Storage) -> None:
    link, chat = await offered(storage)
    await storage.join_link("code", chat.id, NOW)
    assert await storage.link_joined(link.conversation_id, END) is None


async def test_a_new_offer_ends_the_earlier_ones_of_its_conversation(storage: Storage) -> None:
    link, chat = await offered(storage, "first")
    other = Link("others", chat.user_id, chat.id, END)
    await storage.offer_link(other)
    await storage.offer_link(replace(link, code_hash="second"))
    assert await storage.offered_link("first", NOW) is None
    assert await storage.offered_link("second", NOW) is not None
    assert await storage.offered_link("others", NOW) == other


async def test_a_settled_link_is_forgotten(storage: Storage) -> None:
    link, chat = await offered(storage)
    await storage.join_link("code", chat.id, NOW)
    for _ in range(2):
        await storage.settle_link("code")
        assert await storage.link_joined(link.conversation_id, NOW) is None


async def test_an_offer_is_made_in_ones_own_conversation(storage: Storage) -> None:
    link, chat = await offered(storage)
    for conversation in (chat.id, "nowhere"):
        with pytest.raises(NotFound):
            await storage.offer_link(Link("another", link.user_id, conversation, END))


async def test_of_two_who_hand_a_code_in_at_once_one_wins(storage: Storage) -> None:
    link, _ = await offered(storage)
    visitors = [await opened(storage, address=f"visitor-{number}") for number in range(5)]
    joined = await asyncio.gather(*(storage.join_link("code", visitor.id, NOW) for visitor in visitors))
    (won,) = [it for it in joined if it is not None]
    assert await storage.link_joined(link.conversation_id, NOW) == won
