"""The storage contract: accounts, refresh tokens, throttles and kept answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from advisor.adapters.db.storage import SqlStorage, open_storage
from advisor.adapters.vault import Vault, generate_key
from advisor.domain.account import Account, Limit, RefreshToken, Rotation
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.message import Channel
from advisor.ports.account_storage import KeptAnswer
from advisor.ports.storage import Storage
from advisor.services.audit import AuditService
from tests.adapters.db.builders import MINUTE, NOW, answered, opened
from tests.adapters.db.test_records import profile_of
from tests.databases import Opener

EMAIL = "ann@example.com"
LATER = NOW + 30 * 24 * 60 * MINUTE


def token(user_id: str, name: str = "first", family: str = "family-1", **changes: Any) -> RefreshToken:
    """A refresh token."""
    return replace(RefreshToken(f"hash-{name}", family, user_id, NOW, LATER), **changes)


async def registered(storage: Storage, user_id: str = "ann", email: str = EMAIL) -> Account:
    """A new account with its first token."""
    account = Account(user_id, email, "$argon2id$secret", NOW)
    await storage.add_account(account, token(user_id, f"{user_id}-first", f"family-{user_id}"), f"address-{user_id}")
    return account


async def test_an_account_is_found_by_its_user_and_by_its_address(storage: Storage) -> None:
    account = await registered(storage)
    assert await storage.account("ann") == account
    assert await storage.account_of(EMAIL) == account
    assert await storage.account_of("other@example.com") is None
    assert await storage.account("other") is None
    assert await storage.signed_in("family-ann", NOW)


async def test_an_address_and_a_user_have_one_account(storage: Storage) -> None:
    account = await registered(storage)
    for again in (("bob", EMAIL), ("ann", "new@example.com")):
        with pytest.raises(Conflict):
            await registered(storage, *again)
    assert await storage.account_of(EMAIL) == account
    assert await storage.account_of("new@example.com") is None
    assert not await storage.signed_in("family-bob", NOW)


async def test_of_registrations_at_once_one_wins(storage: Storage) -> None:
    outcomes = await asyncio.gather(*(registered(storage, f"user-{i}") for i in range(5)), return_exceptions=True)
    assert sum(isinstance(outcome, Account) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 4


async def test_a_visitors_account_has_his_conversation(storage: Storage) -> None:
    conversation = await opened(storage, address="session-1")
    await registered(storage, conversation.user_id)
    assert await storage.web_address(conversation.user_id) == "session-1"
    assert await storage.find_conversation(Channel.WEB, "session-1") == conversation


async def test_an_account_made_without_a_visit_opens_its_conversation_as_the_same_user(storage: Storage) -> None:
    await registered(storage)
    address = await storage.web_address("ann")
    assert address == "address-ann"
    conversation = await storage.open_conversation(Channel.WEB, address, {}, answered(1), push=False)
    assert conversation.user_id == "ann"
    assert await storage.web_address("nobody") is None


async def test_a_new_hash_replaces_the_old_one(storage: Storage) -> None:
    account = await registered(storage)
    await storage.set_password_hash("ann", "$argon2id$stronger")
    assert await storage.account("ann") == replace(account, password_hash="$argon2id$stronger")
    with pytest.raises(NotFound):
        await storage.set_password_hash("nobody", "x")


async def test_a_refresh_token_is_good_for_one_use(storage: Storage) -> None:
    await registered(storage)
    rotation, successor = await storage.rotate_refresh_token("hash-ann-first", "hash-2", NOW, LATER)
    assert rotation is Rotation.ROTATED
    assert successor == RefreshToken("hash-2", "family-ann", "ann", NOW, LATER)
    assert (await storage.rotate_refresh_token("hash-2", "hash-3", NOW, LATER))[0] is Rotation.ROTATED
    assert await storage.rotate_refresh_token("unknown", "hash-4", NOW, LATER) == (Rotation.UNKNOWN, None)


async def test_a_second_use_ends_all_that_came_from_the_same_sign_in(storage: Storage) -> None:
    await registered(storage)
    await storage.add_refresh_token(token("ann", "elsewhere", "family-2"))
    await storage.rotate_refresh_token("hash-ann-first", "hash-2", NOW, LATER)
    assert await storage.rotate_refresh_token("hash-ann-first", "hash-3", NOW, LATER) == (Rotation.REUSED, None)
    assert not await storage.signed_in("family-ann", NOW)
    assert await storage.rotate_refresh_token("hash-2", "hash-4", NOW, LATER) == (Rotation.UNKNOWN, None)
    assert await storage.signed_in("family-2", NOW), "another sign-in is not touched"
    events = [entry.event for entry in await storage.audit(0, 10)]
    assert events == ["account.registered", "account.signed_in", "account.token_reused"]


async def test_of_two_uses_at_once_one_sees_the_other(storage: SqlStorage, open_another: Opener) -> None:
    other = await open_another()
    await registered(storage)
    outcomes = await asyncio.gather(
        *(
            place.rotate_refresh_token("hash-ann-first", f"hash-{i}", NOW, LATER)
            for i, place in enumerate((storage, other) * 3)
        )
    )
    assert [rotation for rotation, _ in outcomes].count(Rotation.ROTATED) == 1
    assert not await storage.signed_in("family-ann", NOW), "the stolen token's holder must not stay signed in"


async def test_signing_out_ends_the_family(storage: Storage) -> None:
    await registered(storage)
    await storage.rotate_refresh_token("hash-ann-first", "hash-2", NOW, LATER)
    assert await storage.revoke_refresh_token("hash-2", NOW)
    assert not await storage.signed_in("family-ann", NOW)
    assert not await storage.revoke_refresh_token("hash-2", NOW)
    assert not await storage.revoke_refresh_token("unknown", NOW)
    assert await storage.rotate_refresh_token("hash-2", "hash-3", NOW, LATER) == (Rotation.UNKNOWN, None)


async def test_a_sign_in_is_ended_by_its_family_and_by_its_user_only(storage: Storage) -> None:
    await registered(storage)
    assert not await storage.revoke_family("bob", "family-ann", NOW)
    assert not await storage.revoke_family("ann", "family-bob", NOW)
    assert await storage.signed_in("family-ann", NOW)
    assert await storage.revoke_family("ann", "family-ann", NOW)
    assert not await storage.revoke_family("ann", "family-ann", NOW)
    assert not await storage.signed_in("family-ann", NOW)


async def test_a_token_expires(storage: Storage) -> None:
    await registered(storage)
    assert not await storage.signed_in("family-ann", LATER)
    assert await storage.rotate_refresh_token("hash-ann-first", "hash-2", LATER, LATER) == (Rotation.UNKNOWN, None)


PAIR = Limit("pair", 3, 60)
ADDRESS = Limit("account", 5, 60, lenient=True)


async def test_attempts_fill_a_bucket_that_leaks(storage: Storage) -> None:
    for _ in range(3):
        assert await storage.spend((PAIR, ADDRESS), "pair", NOW) == 0
    assert await storage.spend((PAIR, ADDRESS), "pair", NOW) == pytest.approx(60)
    assert await storage.spend((PAIR, ADDRESS), "pair", NOW + MINUTE / 2) == pytest.approx(30)
    assert await storage.spend((PAIR, ADDRESS), "pair", NOW + MINUTE) == 0
    assert await storage.spend((PAIR, ADDRESS), "pair", NOW + MINUTE) == pytest.approx(60)
    assert await storage.spend((PAIR, ADDRESS), "pair", NOW + 100 * MINUTE) == 0


async def test_a_refused_attempt_is_counted_nowhere(storage: Storage) -> None:
    for _ in range(10):
        await storage.spend((PAIR, ADDRESS), "pair", NOW)
    assert await storage.spend((ADDRESS,), "other", NOW) == 0
    assert await storage.spend((ADDRESS,), "other", NOW) == 0
    assert await storage.spend((ADDRESS,), "other", NOW) > 0


async def test_whoever_signed_in_before_is_not_kept_out_by_others_guessing(storage: Storage) -> None:
    await storage.spend((PAIR, ADDRESS), "pair", NOW)
    await storage.forgive((PAIR, ADDRESS), "pair", NOW)
    for i in range(9):
        await storage.spend((Limit(f"guesser-{i}", 3, 60), ADDRESS), f"guesser-{i}", NOW)
    stranger = Limit("stranger", 3, 60)
    assert await storage.spend((stranger, ADDRESS), "stranger", NOW) > 0
    assert await storage.spend((PAIR, ADDRESS), "pair", NOW) == 0


async def test_attempts_of_two_processes_at_once_are_all_counted(storage: SqlStorage, open_another: Opener) -> None:
    other = await open_another()
    waits = await asyncio.gather(*((storage, other)[i % 2].spend((PAIR,), "pair", NOW) for i in range(12)))
    assert sum(wait == 0 for wait in waits) == 3


async def test_the_first_answer_of_a_write_is_kept(storage: Storage) -> None:
    user = (await opened(storage)).user_id
    answer = KeptAnswer("hash", 201, '{"id":"1"}')
    assert await storage.kept_answer(user, "key") is None
    assert await storage.keep_answer(user, "key", answer) == answer
    assert await storage.keep_answer(user, "key", KeptAnswer("other", 200, "{}")) == answer
    assert await storage.kept_answer(user, "key") == answer
    assert await storage.kept_answer("another", "key") is None


async def test_pruning_removes_expired_tokens_old_counts_and_old_answers(storage: SqlStorage) -> None:
    await registered(storage)
    await storage.spend((PAIR,), "pair", NOW)
    await storage.keep_answer("ann", "key", KeptAnswer("hash", 200, "{}"))
    assert await storage.prune(NOW - timedelta(days=1), NOW) == 0
    assert await storage.prune(NOW + 400 * timedelta(days=1), LATER + MINUTE) == 3
    assert await storage.account("ann") is not None


async def test_an_account_is_found_after_the_secret_key_was_changed(database_url: str) -> None:
    old, new = generate_key(), generate_key()
    storage = await open_storage(database_url, Vault([old]))
    account = await registered(storage)
    await storage.close()
    storage = await open_storage(database_url, Vault([new, old]))
    assert await storage.account_of(EMAIL) == account
    await storage.rewrap_keys()
    await storage.close()
    storage = await open_storage(database_url, Vault([new]))
    assert await storage.account_of(EMAIL) == account
    await storage.close()


async def test_what_the_chain_says_of_an_erasure_holds_after_a_change_of_the_secret_keys(database_url: str) -> None:
    old, new = generate_key(), generate_key()
    storage = await open_storage(database_url, Vault([old]))
    user = (await opened(storage)).user_id
    await storage.save_profile(profile_of(user))
    await storage.erase_user(user, NOW)
    await storage.close()
    storage = await open_storage(database_url, Vault([new, old]))
    await storage.rewrap_keys()
    await storage.close()
    storage = await open_storage(database_url, Vault([new]))
    found = await AuditService(storage).check(contents=True)
    assert (found.whole, found.gone) == (True, 1)
    await storage.close()
