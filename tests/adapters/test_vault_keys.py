"""Keys derived from the vault's: each purpose and each user its own."""

from __future__ import annotations

import pytest

from advisor.adapters.vault import Vault, generate_key
from advisor.domain.errors import UnreadableData


def test_each_purpose_and_each_secret_key_has_its_own_derived_key() -> None:
    first, second = generate_key(), generate_key()
    keys = Vault([first, second]).derived_keys("access tokens")
    assert len({*keys, *Vault([first, second]).derived_keys("throttle")}) == 4
    assert keys == Vault([first]).derived_keys("access tokens") + Vault([second]).derived_keys("access tokens")
    assert all(len(key) == 32 for key in keys)


def test_a_users_subkey_lasts_through_a_change_of_the_secret_key_and_is_nobody_elses() -> None:
    old, new = generate_key(), generate_key()
    vault = Vault([old])
    wrapped, other = vault.new_data_key(), vault.new_data_key()
    subkey = vault.subkey(wrapped, "audit")
    assert Vault([new, old]).subkey(Vault([new, old]).rewrap(wrapped), "audit") == subkey
    assert len({subkey, vault.subkey(other, "audit"), vault.subkey(wrapped, "other")}) == 3
    with pytest.raises(UnreadableData):
        Vault([new]).subkey(wrapped, "audit")
