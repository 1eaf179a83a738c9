"""What every part of the storage is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, select

from advisor.adapters.db.database import Database
from advisor.adapters.db.schema import users
from advisor.adapters.db.sealing import Sealer
from advisor.domain.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LONGEST_KEY = 255
_OWNER = select(users.c.id, users.c.wrapped_key).where(users.c.id == bindparam("user"))


class Owner(NamedTuple):
    """Whose rows are written, and the wrapped key they are sealed under."""

    id: str
    key: bytes

    def own(self, user_id: str) -> str:
        """The owner's id, where it is that of a record.

        Raises:
            NotFound: if the record is another's.
        """
        if user_id != self.id:
            raise NotFound("A record can be stored for its owner only.")
        return self.id


def owner_of(connection: Connection, user_id: str) -> Owner:
    """A user with his key.

    Raises:
        NotFound: if there is no such user (any more).
    """
    row = connection.execute(_OWNER, {"user": user_id}).first()
    if row is None:
        raise NotFound("This user does not exist.")
    return Owner(row.id, row.wrapped_key)


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
