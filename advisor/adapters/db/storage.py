"""The storage port, put together from its parts."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

from advisor.adapters.db.absorbing import Absorbing
from advisor.adapters.db.accounts import Accounts
from advisor.adapters.db.consents import Consents
from advisor.adapters.db.conversations import Conversations
from advisor.adapters.db.database import Database
from advisor.adapters.db.delivery_log import DeliveryLog
from advisor.adapters.db.erasing import Erasing
from advisor.adapters.db.everything import Everything
from advisor.adapters.db.handoffs import Handoffs
from advisor.adapters.db.history import History
from advisor.adapters.db.identities import Identities
from advisor.adapters.db.inbox import Inbox
from advisor.adapters.db.keys import Keys
from advisor.adapters.db.ledger import Ledger
from advisor.adapters.db.links import Links
from advisor.adapters.db.market.store import SqlHistoryStore
from advisor.adapters.db.outbox import Outbox
from advisor.adapters.db.postgres import PostgresDatabase
from advisor.adapters.db.schema import SCHEMA_REVISION
from advisor.adapters.db.sealing import Sealer
from advisor.adapters.db.sqlite import SqliteDatabase
from advisor.adapters.db.throttles import Throttles
from advisor.adapters.db.timers import Timers
from advisor.adapters.db.turns import Turns
from advisor.adapters.db.url import DatabaseUrl, parse_url
from advisor.adapters.vault import Vault
from advisor.domain.errors import StorageError


class SqlStorage(
    Conversations,
    History,
    Turns,
    Inbox,
    Outbox,
    DeliveryLog,
    Timers,
    Handoffs,
    Absorbing,
    Erasing,
    Everything,
    Consents,
    Links,
    Identities,
    Accounts,
    Throttles,
    Keys,
    Ledger,
):
    """The storage port and the jobs' ledger on SQLite and on PostgreSQL."""

    @property
    def history_store(self) -> SqlHistoryStore:
        """Market data in the same database, over the same connections."""
        return SqlHistoryStore(self._database)

    async def ping(self) -> None:
        """Return if the database answers.

        Raises:
            StorageError: if it does not.
        """
        await self._database.read(_look)

    async def check(self) -> None:
        """Return if the schema is there and the secret keys open what is stored.

        Raises:
            StorageError: if the database does not answer, or its schema is older than this program.
            SettingsError: if it was written under other secret keys.
        """
        await self._database.read(_check_schema)
        await self.check_keys()

    async def close(self) -> None:
        """Close every connection."""
        await self._database.close()


async def open_storage(url: str, vault: Vault) -> SqlStorage:
    """Open a migrated database.

    Raises:
        SettingsError: for an unusable address, or keys that are not this database's.
        StorageError: if the database does not answer, or was not migrated.
    """
    database = _database(parse_url(url))
    storage = SqlStorage(database, Sealer(vault))
    try:
        await storage.check()
    except BaseException:
        await storage.close()
        raise
    return storage


def _database(url: DatabaseUrl) -> Database:
    return SqliteDatabase(url.path) if url.kind == "sqlite" else PostgresDatabase(url.dsn)


def _look(connection: Connection) -> None:
    connection.execute(text("SELECT version_num FROM alembic_version")).close()
    file = connection.engine.url.database
    # A file that was deleted still answers to whoever has it open; what is written to it is lost.
    if connection.dialect.name == "sqlite" and file is not None and not Path(file).exists():
        raise StorageError("The database file is gone. What is said now would be lost.")


def _check_schema(connection: Connection) -> None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        raise StorageError("The database has no tables yet. Run `smartinvest migrate`.")
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    # A newer schema is fine: migrations only add, so that old and new programs run side by side during a roll-out.
    if revision is None or revision < SCHEMA_REVISION:
        raise StorageError("The database belongs to an older version of SmartInvest. Run `smartinvest migrate`.")
