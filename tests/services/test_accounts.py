"""Signing in: what follows from a password, and how guessing is held back without keeping the owner out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from advisor.adapters.auth.access_tokens import JwtAccessTokens
from advisor.adapters.auth.passwords import Argon2Passwords
from advisor.adapters.system.offload import LocalOffload
from advisor.domain.errors import Conflict, InvalidInput, TooManyAttempts, Unauthorised
from advisor.services.accounts import AccountService
from tests.storage_fake import MemoryStorage
from tests.world import HandClock

EMAIL, PASSWORD = "ann@example.com", "a long sentence"
HOME, ELSEWHERE = "192.0.2.1", "192.0.2.99"
WEAK = Argon2Passwords(memory_kib=64, passes=1)  # fast: what is tested here is not the hash


@dataclass
class Desk:
    """A service over a storage in memory, at a moment that can be moved."""

    storage: MemoryStorage
    clock: HandClock
    service: AccountService

    async def wrong(self, address: str = ELSEWHERE, email: str = EMAIL) -> None:
        with pytest.raises(Unauthorised):
            await self.service.sign_in(email, "not the password", address)

    async def refused(self, address: str = ELSEWHERE, email: str = EMAIL, password: str = PASSWORD) -> int:
        with pytest.raises(TooManyAttempts) as error:
            await self.service.sign_in(email, password, address)
        return int(error.value.details["retry_after"])


def desk(*, by_address: bool = False, passwords: Argon2Passwords = WEAK) -> Desk:
    storage, clock = MemoryStorage(), HandClock(datetime.now(UTC))
    service = AccountService(
        storage,
        passwords,
        JwtAccessTokens([b"k" * 32]),
        LocalOffload(processes=1),
        clock,
        pepper=b"p",
        by_address=by_address,
    )
    return Desk(storage, clock, service)


async def test_a_registered_person_signs_in_whatever_the_case_of_the_address() -> None:
    it = desk()
    first = await it.service.register(EMAIL, PASSWORD, HOME, None)
    second = await it.service.sign_in("ANN@example.com", PASSWORD, HOME)
    claims = [await it.service.holder(tokens.access_token) for tokens in (first, second)]
    assert claims[0].user_id == claims[1].user_id
    assert claims[0].family != claims[1].family
    assert (first.expires_in, len(first.refresh_token)) == (1800, 43)


async def test_neither_password_nor_token_is_stored() -> None:
    it = desk()
    tokens = await it.service.register(EMAIL, PASSWORD, HOME, None)
    await it.service.sign_in(EMAIL, PASSWORD, HOME)
    kept = repr((it.storage.accounts, it.storage.tokens, it.storage.buckets, it.storage.links))
    assert not [secret for secret in (PASSWORD, tokens.refresh_token, tokens.access_token) if secret in kept]
    assert EMAIL not in repr((it.storage.tokens, it.storage.buckets, it.storage.links))
    assert HOME not in repr(it.storage.buckets)


async def test_an_easy_password_or_a_taken_address_is_no_account() -> None:
    it = desk()
    with pytest.raises(InvalidInput):
        await it.service.register(EMAIL, "password123", HOME, None)
    await it.service.register(EMAIL, PASSWORD, HOME, None)
    with pytest.raises(Conflict):
        await it.service.register("Ann@Example.com", "another sentence", HOME, None)
    assert len(it.storage.accounts) == 1


async def test_a_visitor_becomes_the_accounts_user_once() -> None:
    it = desk()
    it.storage.users.add("visitor")
    tokens = await it.service.register(EMAIL, PASSWORD, HOME, "visitor")
    assert (await it.service.holder(tokens.access_token)).user_id == "visitor"
    with pytest.raises(Conflict, match="already"):
        await it.service.register("second@example.com", PASSWORD, HOME, "visitor")


async def test_a_wrong_password_and_an_unknown_address_are_answered_alike() -> None:
    it = desk()
    await it.service.register(EMAIL, PASSWORD, HOME, None)
    said = []
    for email in (EMAIL, "nobody@example.com"):
        with pytest.raises(Unauthorised) as error:
            await it.service.sign_in(email, "not the password", HOME)
        said.append((error.value.message, error.value.field, error.value.details))
    assert said[0] == said[1]


async def test_each_refresh_uses_its_token_up_and_reuse_ends_the_sign_in() -> None:
    it = desk()
    first = await it.service.register(EMAIL, PASSWORD, HOME, None)
    second = await it.service.refresh(first.refresh_token)
    assert await it.service.holder(second.access_token)
    with pytest.raises(Unauthorised, match="used before"):
        await it.service.refresh(first.refresh_token)
    for token in (second.refresh_token, first.refresh_token, "unknown"):
        with pytest.raises(Unauthorised):
            await it.service.refresh(token)
    for token in (first.access_token, second.access_token):
        with pytest.raises(Unauthorised, match="ended"):
            await it.service.holder(token)
    assert (await it.service.sign_in(EMAIL, PASSWORD, HOME)).access_token


async def test_a_refresh_token_lasts_thirty_days_from_its_own_making() -> None:
    it = desk()
    tokens = await it.service.register(EMAIL, PASSWORD, HOME, None)
    for _ in range(3):
        it.clock.present += timedelta(days=29)
        tokens = await it.service.refresh(tokens.refresh_token)
    it.clock.present += timedelta(days=30)
    with pytest.raises(Unauthorised):
        await it.service.refresh(tokens.refresh_token)


async def test_signing_out_ends_one_sign_in_by_either_token() -> None:
    it = desk()
    one = await it.service.register(EMAIL, PASSWORD, HOME, None)
    other = await it.service.sign_in(EMAIL, PASSWORD, HOME)
    third = await it.service.sign_in(EMAIL, PASSWORD, HOME)
    await it.service.sign_out(one.refresh_token)
    await it.service.sign_out_by_access(other.access_token)
    await it.service.sign_out("unknown")
    for ended in (one, other):
        with pytest.raises(Unauthorised):
            await it.service.holder(ended.access_token)
    assert await it.service.holder(third.access_token)


async def test_ten_wrong_passwords_from_one_address_are_enough_for_a_minute() -> None:
    it = desk()
    await it.service.register(EMAIL, PASSWORD, HOME, None)
    for _ in range(10):
        await it.wrong()
    assert await it.refused() == 60
    it.clock.present += timedelta(seconds=30)
    assert await it.refused() == 30
    it.clock.present += timedelta(seconds=30)
    await it.wrong()
    assert await it.refused() == 60


async def test_the_throttle_treats_an_unknown_address_alike() -> None:
    it = desk()
    for _ in range(10):
        await it.wrong(email="nobody@example.com")
    assert await it.refused(email="nobody@example.com") == 60


async def test_the_owner_is_not_locked_out_where_he_signed_in_before() -> None:
    it = desk()
    await it.service.register(EMAIL, PASSWORD, HOME, None)
    await it.service.sign_in(EMAIL, PASSWORD, HOME)
    for machine in range(5):
        for _ in range(10):
            await it.wrong(f"198.51.100.{machine}")
    assert await it.refused("198.51.100.200") == 30, "a machine that never signed in waits, right or wrong"
    assert (await it.service.sign_in(EMAIL, PASSWORD, HOME)).access_token


async def test_elsewhere_the_owner_waits_for_half_a_minute_at_most_once_the_guessing_ends() -> None:
    it = desk()
    await it.service.register(EMAIL, PASSWORD, HOME, None)
    for machine in range(5):
        for _ in range(10):
            await it.wrong(f"198.51.100.{machine}")
    it.clock.present += timedelta(seconds=await it.refused("203.0.113.1"))
    assert (await it.service.sign_in(EMAIL, PASSWORD, "203.0.113.1")).access_token


async def test_right_passwords_are_never_held_back() -> None:
    it = desk(by_address=True)
    await it.service.register(EMAIL, PASSWORD, HOME, None)
    for _ in range(200):
        await it.service.sign_in(EMAIL, PASSWORD, HOME)


async def test_one_address_may_not_try_many_accounts_nor_make_many_where_limits_are_on() -> None:
    it = desk(by_address=True)
    for number in range(60):
        await it.wrong(email=f"person-{number}@example.com")
    assert await it.refused(email="person-60@example.com") == 5
    await it.wrong(address=HOME, email="person-60@example.com")
    for number in range(20):
        await it.service.register(f"new-{number}@example.com", PASSWORD, ELSEWHERE, None)
    with pytest.raises(TooManyAttempts):
        await it.service.register("one-more@example.com", PASSWORD, ELSEWHERE, None)
    free = desk()
    for number in range(30):
        await free.service.register(f"new-{number}@example.com", PASSWORD, ELSEWHERE, None)


async def test_a_hash_grows_dearer_with_the_next_sign_in() -> None:
    it = desk()
    await it.service.register(EMAIL, PASSWORD, HOME, None)
    (before,) = it.storage.accounts.values()
    dearer = desk(passwords=Argon2Passwords(memory_kib=128, passes=1))
    dearer.storage.accounts = it.storage.accounts
    dearer.storage.users = it.storage.users
    await dearer.service.sign_in(EMAIL, PASSWORD, HOME)
    (after,) = it.storage.accounts.values()
    assert "m=64," in before.password_hash
    assert "m=128," in after.password_hash
    assert (await dearer.service.sign_in(EMAIL, PASSWORD, HOME)).access_token
