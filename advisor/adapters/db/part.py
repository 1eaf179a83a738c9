"""What every part of the storage is made of."""

from __future__ import annotations

from advisor.adapters.db.database import Database
from advisor.adapters.db.sealing import Sealer
from advisor.domain.errors import InvalidInput

_LONGEST_KEY = 255


class StoragePart:
    """One theme of the storage port: a database and the means to read what is sealed in it."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer


def checked_key(value: str, field: str) -> str:
    """An id that came from outside, fit for a text column of either database.

    Raises:
        InvalidInput: if it is longer than 255 characters, or holds NUL or half a surrogate pair.
    """
    if len(value) > _LONGEST_KEY or not is_storable(value):
        raise InvalidInput(f"The {field} must be ordinary text of at most {_LONGEST_KEY} characters.", field=field)
    return value


def is_storable(value: str) -> bool:
    """Whether both databases take a text: it holds neither NUL nor half a surrogate pair."""
    return "\0" not in value and not _is_broken(value)


def _is_broken(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return True
    return False
