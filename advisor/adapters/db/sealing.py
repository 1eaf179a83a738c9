"""JSON values to ciphertext and back."""

from __future__ import annotations

import json
from typing import Any

from advisor.adapters.vault import Vault
from advisor.domain.audit import commitment


class Sealer:
    """Seals JSON values under their owner's key and the place where they are kept ("table|column")."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def new_key(self) -> bytes:
        """A wrapped data key for a new user."""
        return self._vault.new_data_key()

    def seal(self, key: bytes, place: str, user_id: str, value: Any) -> bytes:
        """A JSON value as ciphertext for one user's row."""
        return self._vault.encrypt(key, f"{place}|{user_id}", _to_bytes(value))

    def open(self, key: bytes, place: str, user_id: str, sealed: bytes) -> Any:
        """Inverse of `seal`; tuples come back as lists.

        Raises:
            UnreadableData: if it was damaged, moved, or written under another key.
        """
        return json.loads(self._vault.decrypt(key, f"{place}|{user_id}", sealed))

    def seal_bytes(self, key: bytes, place: str, user_id: str, content: bytes) -> bytes:
        """A file's bytes as ciphertext for one user's row."""
        return self._vault.encrypt(key, f"{place}|{user_id}", content)

    def open_bytes(self, key: bytes, place: str, user_id: str, sealed: bytes) -> bytes:
        """Inverse of `seal_bytes`.

        Raises:
            UnreadableData: if it was damaged, moved, or written under another key.
        """
        return self._vault.decrypt(key, f"{place}|{user_id}", sealed)

    def commit(self, key: bytes, content: Any) -> str:
        """The digest of a user's content for the audit chain."""
        return commitment(self._vault.subkey(key, "audit"), content)

    def rewrap(self, sealed: bytes) -> bytes:
        """A wrapped key, or something unowned, under the first secret key.

        Raises:
            UnreadableData: if none of the secret keys fits.
        """
        return self._vault.rewrap(sealed)

    def seal_unowned(self, value: Any) -> bytes:
        """A JSON value that belongs to no user yet."""
        return self._vault.seal(_to_bytes(value))

    def open_unowned(self, sealed: bytes) -> Any:
        """Inverse of `seal_unowned`.

        Raises:
            UnreadableData: if none of the secret keys fits.
        """
        return json.loads(self._vault.unseal(sealed))


def _to_bytes(value: Any) -> bytes:
    # Escapes instead of UTF-8: half a surrogate pair in somebody's message has no UTF-8 form and must not stop the turn.
    return json.dumps(value, separators=(",", ":")).encode("ascii")
