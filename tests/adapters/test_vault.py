"""Encryption at rest, and the file that holds the keys."""

from __future__ import annotations

import multiprocessing
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.adapters.vault import KEY_FILE, Vault, generate_key, load_or_create_keys
from advisor.domain.errors import SettingsError, UnreadableData

PLACE = "turns|body|user-1"
VAULT = Vault([generate_key()])
KEY = VAULT.new_data_key()


@given(st.binary(max_size=2000))
def test_what_was_encrypted_is_read_back_and_never_looks_the_same_twice(plain: bytes) -> None:
    sealed = VAULT.encrypt(KEY, PLACE, plain)
    assert VAULT.decrypt(KEY, PLACE, sealed) == plain
    assert VAULT.encrypt(KEY, PLACE, plain) != sealed
    assert VAULT.unseal(VAULT.seal(plain)) == plain


@given(st.integers(min_value=0), st.integers(min_value=0, max_value=7))
def test_a_changed_bit_anywhere_is_noticed(position: int, bit: int) -> None:
    sealed = bytearray(VAULT.encrypt(KEY, PLACE, b"42,000 USD"))
    sealed[position % len(sealed)] ^= 1 << bit
    with pytest.raises(UnreadableData):
        VAULT.decrypt(KEY, PLACE, bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"0" * 27])
def test_what_is_too_short_to_be_ciphertext_is_noticed(sealed: bytes) -> None:
    with pytest.raises(UnreadableData):
        VAULT.decrypt(KEY, PLACE, sealed)


@pytest.mark.parametrize("other", ["turns|body|user-2", "plans|body|user-1", "turns|state|user-1"])
def test_ciphertext_moved_to_another_place_cannot_be_read(other: str) -> None:
    with pytest.raises(UnreadableData):
        VAULT.decrypt(KEY, other, VAULT.encrypt(KEY, PLACE, b"42,000 USD"))


def test_every_user_has_a_key_of_his_own() -> None:
    with pytest.raises(UnreadableData):
        VAULT.decrypt(VAULT.new_data_key(), PLACE, VAULT.encrypt(KEY, PLACE, b"42,000 USD"))


def test_another_secret_key_is_a_clear_error() -> None:
    sealed = VAULT.encrypt(KEY, PLACE, b"42,000 USD")
    stranger = Vault([generate_key()])
    with pytest.raises(UnreadableData, match="SECRET_KEYS"):
        stranger.decrypt(KEY, PLACE, sealed)
    with pytest.raises(UnreadableData, match="SECRET_KEYS"):
        stranger.unseal(VAULT.seal(b"hello"))
    with pytest.raises(UnreadableData, match="SECRET_KEYS"):
        stranger.rewrap(KEY)


def test_a_new_key_in_front_keeps_the_old_data_readable_and_rewrapping_retires_the_old_one() -> None:
    old, new = generate_key(), generate_key()
    key = Vault([old]).new_data_key()
    sealed = Vault([old]).encrypt(key, PLACE, b"42,000 USD")
    both = Vault([new, old])
    assert both.decrypt(key, PLACE, sealed) == b"42,000 USD"
    assert Vault([new]).decrypt(both.rewrap(key), PLACE, sealed) == b"42,000 USD"


def test_the_cache_of_keys_is_bounded_and_changes_nothing() -> None:
    vault = Vault([generate_key()], cached_keys=2)
    keys = [vault.new_data_key() for _ in range(5)]
    sealed = [vault.encrypt(key, PLACE, b"%d" % i) for i, key in enumerate(keys)]
    assert [vault.decrypt(key, PLACE, text) for key, text in zip(keys, sealed, strict=True)] == [
        b"0", b"1", b"2", b"3", b"4",
    ]  # fmt: skip


@pytest.mark.parametrize("keys", [[], [""], ["secret"], ["not ascii €"], [generate_key(), "short"]])
def test_no_key_or_a_malformed_one_is_a_settings_error(keys: list[str]) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEYS"):
        Vault(keys)


def test_keys_are_made_once_and_only_the_owner_may_read_them(tmp_path: Path) -> None:
    directory = tmp_path / "new" / "var"
    keys = load_or_create_keys(directory)
    assert load_or_create_keys(directory) == keys
    assert stat.S_IMODE((directory / KEY_FILE).stat().st_mode) == 0o600
    assert [file.name for file in directory.iterdir()] == [KEY_FILE]
    Vault(keys)


def test_several_keys_may_stand_in_the_file(tmp_path: Path) -> None:
    keys = (generate_key(), generate_key(), generate_key())
    (tmp_path / KEY_FILE).write_text(f"{keys[0]}, {keys[1]}\n{keys[2]}\n")
    assert load_or_create_keys(tmp_path) == keys


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        made = pool.map(load_or_create_keys, [tmp_path / "var"] * 16, chunksize=1)
    assert len(set(made)) == 1
    assert [file.name for file in (tmp_path / "var").iterdir()] == [KEY_FILE]


def test_an_empty_or_unusable_key_file_is_a_settings_error(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("\n")
    with pytest.raises(SettingsError, match="DATA_DIR"):
        load_or_create_keys(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="DATA_DIR"):
        load_or_create_keys(tmp_path / "file" / "var")
