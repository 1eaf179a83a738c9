"""Small durable values of the program itself."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from advisor.adapters.db.database import Database, insert_into
from advisor.adapters.db.part import StoragePart
from advisor.adapters.db.schema import notes
from advisor.adapters.db.sealing import Sealer

_NOTE = select(notes.c.value).where(notes.c.key == bindparam("key"))


class Notes(StoragePart):
    """Keys and values in clear; nothing personal belongs here."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        super().__init__(database, sealer)
        written = insert_into(database.kind, notes)
        self._put = written.on_conflict_do_update(index_elements=[notes.c.key], set_={"value": written.excluded.value})

    async def note(self, key: str) -> str | None:
        """A small durable value of ours (such as the poller's offset)."""
        return await self._database.read(lambda connection: connection.execute(_NOTE, {"key": key}).scalar())

    async def set_note(self, key: str, value: str) -> None:
        """Store such a value."""
        await self._database.write(
            lambda connection: connection.execute(self._put, {"key": key, "value": value}).close()
        )
