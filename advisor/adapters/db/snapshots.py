"""Market snapshots: addressed by their content, stored once, shared by everybody's plans and computations."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from advisor.adapters.db.database import insert_into
from advisor.adapters.db.schema import snapshots
from advisor.adapters.db.url import Kind
from advisor.domain.errors import NotFound

_KNOWN = select(snapshots.c.data_hash).where(snapshots.c.data_hash.in_(bindparam("hashes", expanding=True)))


class Snapshots:
    """Writes snapshots inside somebody's transaction."""

    def __init__(self, kind: Kind) -> None:
        self._insert = insert_into(kind, snapshots).on_conflict_do_nothing()

    def write(self, connection: Connection, content: Mapping[str, bytes], at: datetime) -> None:
        """Send only what is not there yet: a snapshot weighs megabytes and is shared by all plans of a day."""
        known = set(connection.execute(_KNOWN, {"hashes": list(content)}).scalars())
        rows = [
            {"data_hash": data_hash, "content": packed, "created_at": at}
            for data_hash, packed in content.items()
            if data_hash not in known
        ]
        if rows:
            connection.execute(self._insert, rows)

    def require(self, connection: Connection, hashes: Set[str]) -> None:
        """Return if all of them are there.

        Raises:
            NotFound: if one is not: what was computed from it could not be computed again.
        """
        if hashes and hashes - set(connection.execute(_KNOWN, {"hashes": list(hashes)}).scalars()):
            raise NotFound("The prices of this computation are not stored.")
