"""Encryption at rest: one data key a user, wrapped by the keys of the settings.

Source: NIST SP 800-38D (AES-GCM), the Fernet specification for wrapping, envelope encryption as in docs/decisions/encryption.md.
"""

from __future__ import annotations

import hmac
import os
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from advisor.domain.errors import SettingsError, UnreadableData

KEY_FILE = "secret.keys"

_FORMAT = b"\x01"  # AES-256-GCM: 12 bytes of nonce, ciphertext, 16 bytes of tag
_NONCE_BYTES = 12
_SHORTEST = len(_FORMAT) + _NONCE_BYTES + 16


class _DataKey(NamedTuple):
    cipher: AESGCM
    key: bytes


class Vault:
    """Encrypts what is personal.

    Every user has a data key of 256 bits, stored wrapped beside him: destroying the wrapped key makes all of his rows unreadable.
    `secret_keys` wrap it: the first encrypts, all decrypt, so that a new key can be put in front of an old one. Unwrapped keys are
    kept for the `cached_keys` users seen last; the cache is safe to use from several threads.

    Raises:
        SettingsError: if there is no key or one is malformed.
    """

    def __init__(self, secret_keys: Sequence[str], *, cached_keys: int = 4096) -> None:
        try:
            self._wrapping = MultiFernet([Fernet(key) for key in secret_keys])
        except ValueError as error:
            raise SettingsError(
                "SECRET_KEYS must hold one or more keys of 32 bytes in URL-safe base64, separated by commas.",
                field="SECRET_KEYS",
            ) from error
        self._secrets = tuple(urlsafe_b64decode(key) for key in secret_keys)
        self._data_key = lru_cache(maxsize=cached_keys)(self._unwrap)

    def new_data_key(self) -> bytes:
        """A fresh data key, wrapped."""
        return self._wrapping.encrypt(AESGCM.generate_key(256))

    def rewrap(self, wrapped_key: bytes) -> bytes:
        """The same data key, or the same sealed value, under the first secret key.

        Raises:
            UnreadableData: if none of the secret keys fits.
        """
        try:
            return self._wrapping.rotate(wrapped_key)
        except InvalidToken as error:
            raise _wrong_key() from error

    def encrypt(self, wrapped_key: bytes, place: str, plain: bytes) -> bytes:
        """Encrypt under a user's key. `place` ("table|column|user") is authenticated: what is moved elsewhere cannot be read.

        Nonces are random: safe for 2^32 values a user (SP 800-38D, 8.3).

        Raises:
            UnreadableData: if none of the secret keys unwraps the data key.
        """
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._data_key(wrapped_key).cipher.encrypt(nonce, plain, place.encode())

    def decrypt(self, wrapped_key: bytes, place: str, sealed: bytes) -> bytes:
        """Inverse of `encrypt`.

        Raises:
            UnreadableData: if it was damaged, moved, or written under another key.
        """
        if len(sealed) < _SHORTEST or sealed[:1] != _FORMAT:
            raise UnreadableData("Something stored is damaged and cannot be read.")
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return self._data_key(wrapped_key).cipher.decrypt(nonce, body, place.encode())
        except InvalidTag as error:
            raise UnreadableData("Something stored is damaged and cannot be read.") from error

    def seal(self, plain: bytes) -> bytes:
        """Encrypt under the secret keys themselves: for what has no owner yet, such as a message just received."""
        return self._wrapping.encrypt(plain)

    def unseal(self, sealed: bytes) -> bytes:
        """Inverse of `seal`.

        Raises:
            UnreadableData: if none of the secret keys fits.
        """
        try:
            return self._wrapping.decrypt(sealed)
        except InvalidToken as error:
            raise _wrong_key() from error

    def subkey(self, wrapped_key: bytes, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose, from a user's data key: it is gone when that is destroyed.

        Raises:
            UnreadableData: if none of the secret keys unwraps the data key.
        """
        return _derived(self._data_key(wrapped_key).key, purpose)

    def derived_keys(self, purpose: str) -> tuple[bytes, ...]:
        """Keys of 32 bytes for one purpose, one from each secret key in their order: the first signs, all verify."""
        return tuple(_derived(secret, purpose) for secret in self._secrets)

    def _unwrap(self, wrapped_key: bytes) -> _DataKey:
        key = self.unseal(wrapped_key)
        return _DataKey(AESGCM(key), key)


def _derived(key: bytes, purpose: str) -> bytes:
    """HMAC-SHA256 as a key derivation function (NIST SP 800-108, one block): nothing about `key` can be told from what it gives."""
    return hmac.digest(key, purpose.encode(), "sha256")


def _wrong_key() -> UnreadableData:
    return UnreadableData("Something stored was written under a key that is not in SECRET_KEYS.", field="SECRET_KEYS")


def generate_key() -> str:
    """A new secret key for the settings: 32 random bytes in URL-safe base64."""
    return Fernet.generate_key().decode()


def load_or_create_keys(data_dir: Path) -> tuple[str, ...]:
    """The keys kept in the data directory; made on the first run, readable by the owner of the process alone.

    Several processes may start at once: the file appears complete or not at all, and all of them get the same key.

    Raises:
        SettingsError: if the directory cannot be written, or the file holds no key.
    """
    file = data_dir / KEY_FILE
    try:
        if not file.exists():
            data_dir.mkdir(parents=True, exist_ok=True)
            _publish(file, generate_key())
        keys = tuple(file.read_text("ascii").replace(",", " ").split())
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"DATA_DIR: the key file {file} cannot be used ({error}).", field="DATA_DIR") from error
    if not keys:
        raise SettingsError(f"DATA_DIR: the key file {file} is empty. Put its backup back.", field="DATA_DIR")
    return keys


def put_in_front(data_dir: Path, key: str) -> None:
    """Put a key before those kept in the data directory, which stay; the file is whole at every moment.

    Raises:
        SettingsError: if the file cannot be read or written.
    """
    _replace(data_dir, (key, *load_or_create_keys(data_dir)))


def keep_first(data_dir: Path) -> int:
    """Drop all keys but the first; returns how many were dropped.

    Raises:
        SettingsError: if the file cannot be read or written.
    """
    first, *others = load_or_create_keys(data_dir)
    if others:
        _replace(data_dir, (first,))
    return len(others)


def _replace(data_dir: Path, keys: Sequence[str]) -> None:
    file = data_dir / KEY_FILE
    try:
        with _draft(file, keys) as draft:
            draft.replace(file)
        _sync_directory(data_dir)
    except OSError as error:
        raise SettingsError(f"DATA_DIR: the key file {file} cannot be written ({error}).", field="DATA_DIR") from error


@contextmanager
def _draft(file: Path, keys: Sequence[str]) -> Iterator[Path]:
    """A file beside this one that holds the keys, readable by its owner alone, safely on the disk, and gone afterwards."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write("\n".join(keys) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _publish(file: Path, key: str) -> None:
    """Write the key to a file of its own, then link it into place: linking fails where another process was first."""
    with _draft(file, (key,)) as draft:
        try:
            os.link(draft, file)
        except FileExistsError:
            return  # another process was first: its key is the one to read
        _sync_directory(file.parent)


def _sync_directory(directory: Path) -> None:
    """Make a new name survive a power cut: data encrypted under a key that vanished would be lost."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
