"""Small durable values of the program itself."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

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
        self._keep = insert_into(database.kind, notes).on_conflict_do_nothing()
        self._put = written.on_conflict_do_update(index_elements=[notes.c.key], set_={"value": written.excluded.value})

    async def note(self, key: str) -> str | None:
        """A small durable value of ours (such as the poller's offset)."""
        return await self._database.read(lambda connection: connection.execute(_NOTE, {"key": key}).scalar())

    async def first_note(self, key: str, value: str) -> str:
        """Store a value unless there is one; returns the one that is there, so that processes starting at once agree."""
        parameters = {"key": key, "value": value}

        def work(connection: Connection) -> str:
            connection.execute(self._keep, parameters).close()
            kept: str = connection.execute(_NOTE, {"key": key}).scalar_one()
            return kept

        known = await self.note(key)
        return await self._database.write(work) if known is None else known

    async def set_note(self, key: str, value: str) -> None:
        """Store such a value."""
        await self._database.write(
            lambda connection: connection.execute(self._put, {"key": key, "value": value}).close()
        )
