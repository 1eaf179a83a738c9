"""The storage contract: addresses, chat sessions and sign-ins."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from advisor.adapters.db.storage import SqlStorage
from advisor.domain.account import Account, RefreshToken
from advisor.domain.errors import NotFound
from advisor.domain.identity import Identity
from advisor.domain.message import Channel, Conversation
from advisor.ports.identity_storage import ChatSession
from advisor.ports.storage import Storage
from tests.adapters.db.builders import MINUTE, NOW, opened
from tests.adapters.db.lives import LATER


async def signed_in(storage: Storage, address: str = "visitor") -> Conversation:
    """A visitor with a chat session and an account."""
    conversation = await opened(storage, address=address)
    user = conversation.user_id
    await storage.add_session(ChatSession(address, user, conversation.id, LATER), f"token-{address}")
    account = Account(user, f"{address}@example.com", "hash", NOW)
    await storage.add_account(account, RefreshToken(f"t-{address}", f"f-{address}", user, NOW, LATER), "unused")
    return conversation


async def test_addresses_are_told_with_where_they_lead_and_whether_they_can_be_reached(storage: Storage) -> None:
    web, chat = await opened(storage), await opened(storage, Channel.TELEGRAM, "7001")
    await storage.absorb(web.user_id, chat.user_id, web.id, NOW)
    await storage.set_reachable(Channel.TELEGRAM, "7001", reachable=False)
    assert await storage.identities(web.user_id) == [
        Identity(Channel.TELEGRAM, "7001", web.user_id, web.id, False),
        Identity(Channel.WEB, "visitor", web.user_id, web.id, True),
    ]
    assert await storage.identities("nobody") == []


async def test_an_account_without_a_conversation_has_an_address_that_leads_nowhere(storage: Storage) -> None:
    account = Account("ann", "ann@example.com", "hash", NOW)
    await storage.add_account(account, RefreshToken("t", "f", "ann", NOW, LATER), "address")
    assert await storage.identities("ann") == [Identity(Channel.WEB, "address", "ann", None, True)]


async def test_sign_ins_are_told_until_they_end(storage: Storage) -> None:
    user = (await signed_in(storage)).user_id
    await signed_in(storage, "other")
    assert {(it.id, it.kind, it.expires_at) for it in await storage.sign_ins(user, NOW)} == {
        ("visitor", "chat", LATER),
        ("f-visitor", "account", LATER),
    }
    (account,) = [it for it in await storage.sign_ins(user, NOW) if it.kind == "account"]
    assert account.created_at == NOW
    assert await storage.sign_ins(user, LATER) == []
    assert await storage.sign_ins("nobody", NOW) == []


async def test_a_sign_in_whose_token_was_rotated_is_one(storage: Storage) -> None:
    user = (await signed_in(storage)).user_id
    later = LATER + timedelta(days=1)
    await storage.rotate_refresh_token("t-visitor", "second", NOW + MINUTE, later)
    (account,) = [it for it in await storage.sign_ins(user, NOW) if it.kind == "account"]
    assert (account.id, account.created_at, account.expires_at) == ("f-visitor", NOW, later)


async def test_a_sign_in_is_ended_once_and_by_its_user(storage: Storage) -> None:
    user, other = (await signed_in(storage)).user_id, (await signed_in(storage, "other")).user_id
    for sign_in in ("visitor", "f-visitor"):
        assert not await storage.end_sign_in(other, sign_in, NOW)
        assert await storage.end_sign_in(user, sign_in, NOW)
        assert not await storage.end_sign_in(user, sign_in, NOW)
    assert await storage.session("token-visitor", NOW) is None
    assert not await storage.signed_in("f-visitor", NOW)
    assert await storage.sign_ins(user, NOW) == []
    assert len(await storage.sign_ins(other, NOW)) == 2


async def test_a_session_is_ended_by_its_token(storage: Storage) -> None:
    await signed_in(storage)
    assert await storage.end_session("token-visitor")
    assert not await storage.end_session("token-visitor")
    assert await storage.session("token-visitor", NOW) is None


async def test_sessions_know_when_they_were_opened_unless_they_are_older_than_that(storage: SqlStorage) -> None:
    user = (await signed_in(storage)).user_id
    (chat,) = [it for it in await storage.sign_ins(user, NOW) if it.kind == "chat"]
    assert chat.created_at != chat.expires_at
    await storage._database.write(
        lambda connection: connection.execute(text("UPDATE sessions SET created_at = NULL")).close()
    )
    (chat,) = [it for it in await storage.sign_ins(user, NOW) if it.kind == "chat"]
    assert chat.created_at == chat.expires_at


async def test_registering_gives_the_session_another_token(storage: Storage) -> None:
    conversation = await opened(storage)
    user = conversation.user_id
    session = ChatSession("s", user, conversation.id, LATER)
    await storage.add_session(session, "before")
    account = Account(user, "ann@example.com", "hash", NOW)
    await storage.add_account(account, RefreshToken("t", "f", user, NOW, LATER), "unused", rotated=("before", "after"))
    assert await storage.session("before", NOW) is None
    assert await storage.session("after", NOW) == session


async def test_with_a_session_that_is_not_ones_own_no_account_is_made(storage: Storage) -> None:
    mine, other = await opened(storage), await opened(storage, address="other")
    await storage.add_session(ChatSession("s", other.user_id, other.id, LATER), "others")
    for before in ("others", "unknown"):
        account = Account(mine.user_id, "ann@example.com", "hash", NOW)
        first = RefreshToken("t", "f", mine.user_id, NOW, LATER)
        with pytest.raises(NotFound):
            await storage.add_account(account, first, "unused", rotated=(before, "after"))
    assert await storage.account(mine.user_id) is None
    assert not await storage.signed_in("f", NOW)
    assert await storage.session("others", NOW) is not None


async def linked(storage: Storage) -> tuple[Conversation, Identity, Identity]:
    """One person on the web and on Telegram, with a session."""
    web, chat = await opened(storage), await opened(storage, Channel.TELEGRAM, "7001", push=True)
    await storage.add_session(ChatSession("visitor", web.user_id, web.id, LATER), "token")
    await storage.absorb(web.user_id, chat.user_id, web.id, NOW)
    telegram, site = await storage.identities(web.user_id)
    return web, telegram, site


async def test_an_address_that_was_taken_away_begins_anew(storage: Storage) -> None:
    web, telegram, site = await linked(storage)
    assert await storage.unlink(web.user_id, telegram)
    assert not await storage.unlink(web.user_id, telegram)
    assert await storage.identities(web.user_id) == [site]
    assert await storage.find_conversation(Channel.TELEGRAM, "7001") is None
    anew = await opened(storage, Channel.TELEGRAM, "7001")
    assert anew.user_id != web.user_id
    assert await storage.session("token", NOW) is not None
    assert await storage.find_conversation(Channel.WEB, "visitor") == web


async def test_what_was_not_sent_to_it_is_never_sent(storage: Storage) -> None:
    web, telegram, _ = await linked(storage)
    await storage.unlink(web.user_id, telegram)
    assert await storage.claim_outgoing(Channel.TELEGRAM, NOW, 60, 9) == []


async def test_with_a_web_address_goes_its_session(storage: Storage) -> None:
    web, telegram, site = await linked(storage)
    assert await storage.unlink(web.user_id, site)
    assert await storage.session("token", NOW) is None
    assert await storage.identities(web.user_id) == [telegram]


async def test_the_last_address_and_anothers_stay(storage: Storage) -> None:
    web, telegram, site = await linked(storage)
    other = await opened(storage, address="other")
    (last,) = await storage.identities(other.user_id)
    assert not await storage.unlink(other.user_id, last)
    assert not await storage.unlink(other.user_id, telegram)
    assert not await storage.unlink(other.user_id, replace(telegram, address="unknown"))
    account = Account(web.user_id, "ann@example.com", "hash", NOW)
    await storage.add_account(account, RefreshToken("t", "f", web.user_id, NOW, LATER), "unused")
    assert not await storage.unlink(web.user_id, site), "who has an account signs in on the web"
    assert await storage.identities(web.user_id) == [telegram, site]
