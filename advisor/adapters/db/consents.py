"""What somebody agreed to."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, bindparam, insert, select

from advisor.adapters.db.identity_tables import consents
from advisor.adapters.db.part import StoragePart, owner_of
from advisor.domain.identity import Consent, ConsentKind

_CONSENTS = (
    select(consents.c.kind, consents.c.given, consents.c.wording, consents.c.at)
    .where(consents.c.user_id == bindparam("user"))
    .order_by(consents.c.at, consents.c.id)
)


class Consents(StoragePart):
    """Keeps every yes and every no; the newest of a kind is what holds."""

    async def set_consent(self, consent: Consent) -> None:
        """Keep what was agreed to or taken back.

        Raises:
            NotFound: if its user does not exist.
        """

        def work(connection: Connection) -> None:
            owner_of(connection, consent.user_id)
            connection.execute(insert(consents), asdict(consent)).close()

        await self._database.write(work)

    async def consents(self, user_id: str) -> list[Consent]:
        """Everything the user ever agreed to or took back, oldest first."""

        def work(connection: Connection) -> list[Consent]:
            rows = connection.execute(_CONSENTS, {"user": user_id})
            return [Consent(user_id, ConsentKind(row.kind), row.given, row.wording, row.at) for row in rows]

        return await self._database.read(work)
