"""Keys: the program's own, the check that the secret keys fit this database, and the change of the secret key."""

from __future__ import annotations

import secrets
from functools import partial

from sqlalchemy import Connection, bindparam, select, update

from advisor.adapters.db.database import Database
from advisor.adapters.db.notes import Notes
from advisor.adapters.db.schema import inbox, users
from advisor.adapters.db.sealing import Sealer
from advisor.domain.errors import SettingsError, UnreadableData

EMAIL_KEY = "accounts.email_key"
AUDIT_KEY = "audit.own_key"

_KEY_CHECK = "vault.check"
_KEY_BYTES = 32
_PAGE = 500

_PAGE_OF_USERS = (
    select(users.c.id, users.c.wrapped_key).where(users.c.id > bindparam("after")).order_by(users.c.id).limit(_PAGE)
)
_REWRAP = (
    update(users)
    .where(users.c.id == bindparam("user"), users.c.wrapped_key == bindparam("before"))
    .values(wrapped_key=bindparam("rewrapped"))
)
_WAITING = select(inbox.c.id, inbox.c.payload).where(inbox.c.payload.is_not(None))
_RESEAL = update(inbox).where(inbox.c.id == bindparam("row")).values(payload=bindparam("resealed"))


class OwnKeys(Notes):
    """Keys of the program's own: each made once and kept sealed, so that it outlives a change of the secret keys."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        super().__init__(database, sealer)
        self._own: dict[str, bytes] = {}

    async def own_key(self, name: str) -> bytes:
        """The 32 bytes kept under a name; all processes get the same.

        Raises:
            UnreadableData: if it was sealed under a key that is not among the secret keys.
        """
        if name not in self._own:
            fresh = self._sealer.seal_unowned(secrets.token_hex(_KEY_BYTES)).decode("ascii")
            kept = await self.first_note(name, fresh)
            self._own[name] = bytes.fromhex(self._sealer.open_unowned(kept.encode()))
        return self._own[name]


class Keys(OwnKeys):
    """Keeps a note sealed under the secret keys, so that a start with wrong ones is noticed at once."""

    async def check_keys(self) -> None:
        """Return if the secret keys are this database's; the first start writes the note.

        Raises:
            SettingsError: if they are not.
        """
        note = await self.first_note(_KEY_CHECK, self._sealer.seal_unowned("SmartInvest").decode("ascii"))
        try:
            self._sealer.open_unowned(note.encode())
        except UnreadableData as error:
            raise SettingsError(
                "SECRET_KEYS does not hold the key this database was written under. Put the old key back, after the new one.",
                field="SECRET_KEYS",
            ) from error

    async def rewrap_keys(self) -> int:
        """Bring everything sealed under an older secret key under the first one; returns the number of users.

        Afterwards, once no process runs with the older key in front, that key may leave the settings. Safe to run again and beside
        running processes: each page of users is a transaction, and what is read stays readable throughout.

        Raises:
            UnreadableData: if a key fits none of the secret keys; what was done until then stays done.
        """
        await self._database.write(self._reseal_waiting)
        last, count = "", 0
        while True:
            page = await self._database.write(partial(self._rewrap_page, after=last))
            if not page:
                break
            last, count = page[-1], count + len(page)
        for name in (EMAIL_KEY, AUDIT_KEY):
            own = await self.note(name)
            if own is not None:
                await self.set_note(name, self._sealer.rewrap(own.encode()).decode("ascii"))
        await self.set_note(_KEY_CHECK, self._sealer.seal_unowned("SmartInvest").decode("ascii"))
        return count

    def _rewrap_page(self, connection: Connection, after: str) -> list[str]:
        rows = connection.execute(_PAGE_OF_USERS, {"after": after}).all()
        if rows:
            # A user erased meanwhile is left erased: his row is there no more, or holds another key.
            rewrap = self._sealer.rewrap
            connection.execute(
                _REWRAP,
                [{"user": row.id, "before": row.wrapped_key, "rewrapped": rewrap(row.wrapped_key)} for row in rows],
            )
        return [row.id for row in rows]

    def _reseal_waiting(self, connection: Connection) -> None:
        changes = [
            {"row": row.id, "resealed": self._sealer.rewrap(row.payload)} for row in connection.execute(_WAITING)
        ]
        if changes:
            connection.execute(_RESEAL, changes)
