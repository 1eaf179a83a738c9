"""Password hashes: right, wrong, unknown, outdated; and that an unknown account takes as long as a wrong password."""

from __future__ import annotations

import time
from statistics import median

from advisor.adapters.auth.passwords import Argon2Passwords

PASSWORDS = Argon2Passwords()


def test_only_the_password_behind_the_hash_is_right() -> None:
    hashed = PASSWORDS.hash("a long sentence")
    assert PASSWORDS.verify(hashed, "a long sentence")
    assert not PASSWORDS.verify(hashed, "a long sentence ")
    assert not PASSWORDS.verify(hashed, "")
    assert not PASSWORDS.verify(hashed, "a long \ud800 sentence")
    assert "sentence" not in hashed


def test_hashes_are_salted_and_meet_the_least_parameters() -> None:
    one, other = PASSWORDS.hash("a long sentence"), PASSWORDS.hash("a long sentence")
    assert one != other
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_without_a_hash_or_with_a_broken_one_nothing_is_right() -> None:
    assert not PASSWORDS.verify(None, "a long sentence")
    assert not PASSWORDS.verify("not a hash", "a long sentence")
    assert not PASSWORDS.verify("", "")


def test_a_hash_of_weaker_parameters_is_outdated() -> None:
    weak = Argon2Passwords(memory_kib=1024, passes=1).hash("a long sentence")
    assert PASSWORDS.outdated(weak)
    assert PASSWORDS.verify(weak, "a long sentence")
    assert not PASSWORDS.outdated(PASSWORDS.hash("a long sentence"))


def test_an_unknown_account_takes_as_long_as_a_wrong_password() -> None:
    hashed = PASSWORDS.hash("a long sentence")
    PASSWORDS.verify(None, "warm")

    def seconds(known: str | None) -> float:
        begun = time.thread_time()
        PASSWORDS.verify(known, "a wrong sentence")
        return time.thread_time() - begun

    pairs = [(seconds(hashed), seconds(None)) for _ in range(9)]
    wrong, unknown = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    assert wrong > 0.003, "the work must be measurable, else this shows nothing"
    assert 0.5 < unknown / wrong < 2
