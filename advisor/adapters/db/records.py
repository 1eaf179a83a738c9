"""Profiles, computations and documents: stored once, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select

from advisor.adapters.db import chain
from advisor.adapters.db.database import Database, insert_into
from advisor.adapters.db.part import Owner, StoragePart, owner_of
from advisor.adapters.db.record_tables import computations, documents, profiles
from advisor.adapters.db.schema import users
from advisor.adapters.db.sealing import Sealer
from advisor.adapters.db.snapshots import Snapshots
from advisor.adapters.db.url import Kind
from advisor.domain.audit import Happening, stored
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.records import Computation, Document, ProfileRecord

_PROFILE, _COMPUTATION = "profiles|body", "computations|body"
_DOCUMENT, _FILE = "documents|body", "documents|sealed"

_PROFILES = (
    select(profiles, users.c.wrapped_key)
    .join_from(profiles, users, users.c.id == profiles.c.user_id)
    .where(profiles.c.user_id == bindparam("user"))
    .order_by(profiles.c.created_at.desc(), profiles.c.id.desc())
    .limit(bindparam("limit"))
)
_ONE_PROFILE = (
    select(profiles, users.c.wrapped_key)
    .join_from(profiles, users, users.c.id == profiles.c.user_id)
    .where(profiles.c.user_id == bindparam("user"), profiles.c.id == bindparam("profile"))
)
_ONE_COMPUTATION = (
    select(computations, users.c.wrapped_key)
    .join_from(computations, users, users.c.id == computations.c.user_id)
    .where(computations.c.user_id == bindparam("user"), computations.c.id == bindparam("computation"))
)
_COMPUTATIONS = (
    select(computations, users.c.wrapped_key)
    .join_from(computations, users, users.c.id == computations.c.user_id)
    .where(computations.c.user_id == bindparam("user"), computations.c.kind == bindparam("kind"))
    .order_by(computations.c.created_at.desc(), computations.c.id.desc())
    .limit(bindparam("limit"))
)
_ONE_DOCUMENT = (
    select(documents, users.c.wrapped_key)
    .join_from(documents, users, users.c.id == documents.c.user_id)
    .where(documents.c.user_id == bindparam("user"), documents.c.id == bindparam("document"))
)


class RecordWriter:
    """Writes records inside somebody's transaction, and returns what the audit chain is to tell of it."""

    def __init__(self, kind: Kind, sealer: Sealer) -> None:
        self._sealer = sealer
        self._snapshots = Snapshots(kind)
        self._computation = (
            insert_into(kind, computations)
            .on_conflict_do_nothing(index_elements=[computations.c.id])
            .returning(computations.c.id)
        )
        # Addressed by its content: what is there already is the same.
        self._document = insert_into(kind, documents).on_conflict_do_nothing().returning(documents.c.id)

    def profiles(self, connection: Connection, owner: Owner, records: Sequence[ProfileRecord]) -> list[Happening]:
        """Write profiles.

        Raises:
            NotFound: for another user's.
        """
        rows = [
            {
                "id": record.id,
                "user_id": _own(owner, record.user_id),
                "created_at": record.created_at,
                "body": self._seal(owner, _PROFILE, record, "answers", "assessment", "market"),
            }
            for record in records
        ]
        if rows:
            connection.execute(insert(profiles), rows)
        return [stored(record) for record in records]

    def computations(self, connection: Connection, owner: Owner, records: Sequence[Computation]) -> list[Happening]:
        """Write computations whose prices are stored.

        Raises:
            NotFound: for another user's, or where its prices are not stored.
            Conflict: if one of the same id is there.
        """
        rows = [
            {
                "id": record.id,
                "user_id": _own(owner, record.user_id),
                "kind": record.kind,
                "created_at": record.created_at,
                "data_hash": record.data_hash or None,
                "code_version": record.code_version,
                "body": self._seal(owner, _COMPUTATION, record, "inputs", "result"),
            }
            for record in records
        ]
        if rows:
            self._snapshots.require(connection, {record.data_hash for record in records if record.data_hash})
        for row in rows:
            if connection.execute(self._computation, row).first() is None:
                raise Conflict("There is a computation of this id already.")
        return [stored(record) for record in records]

    def documents(self, connection: Connection, owner: Owner, made: Sequence[Document]) -> list[Happening]:
        """Write documents that are not there yet."""
        happenings = []
        for document in made:
            row = {
                "user_id": owner.id,
                "id": document.id,
                "created_at": datetime.now(UTC),  # for the operator's eyes only
                "body": self._seal(owner, _DOCUMENT, document, "name", "media_type"),
                "sealed": self._sealer.seal_bytes(owner.key, _FILE, owner.id, document.content),
            }
            if connection.execute(self._document, row).first() is not None:
                happenings.append(stored(document))
        return happenings

    def _seal(self, owner: Owner, place: str, record: object, *names: str) -> bytes:
        return self._sealer.seal(owner.key, place, owner.id, {name: getattr(record, name) for name in names})


class Records(StoragePart):
    """Reads and writes records by themselves; another user's read as absent."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        super().__init__(database, sealer)
        self._record_writer = RecordWriter(database.kind, sealer)
        self._record_snapshots = Snapshots(database.kind)

    async def profile(self, user_id: str) -> ProfileRecord | None:
        """The user's latest profile."""
        return next(iter(await self.profiles(user_id, 1)), None)

    async def profiles(self, user_id: str, limit: int) -> list[ProfileRecord]:
        """The user's profiles, newest first."""
        rows = await self._rows(_PROFILES, {"user": user_id, "limit": limit})
        return [self._read_profile(row) for row in rows]

    async def save_profile(self, record: ProfileRecord) -> None:
        """Store a profile; earlier ones stay.

        Raises:
            NotFound: if its user does not exist.
        """

        def work(connection: Connection) -> None:
            owner = owner_of(connection, record.user_id)
            chain.append(connection, self._sealer, owner, self._record_writer.profiles(connection, owner, [record]))

        await self._database.write(work)

    async def computation(self, user_id: str, computation_id: str) -> Computation | None:
        """One of the user's computations."""
        rows = await self._rows(_ONE_COMPUTATION, {"user": user_id, "computation": computation_id})
        return next((self._read_computation(row) for row in rows), None)

    async def computations(self, user_id: str, kind: str, limit: int) -> list[Computation]:
        """The user's computations of one kind, newest first."""
        rows = await self._rows(_COMPUTATIONS, {"user": user_id, "kind": kind, "limit": limit})
        return [self._read_computation(row) for row in rows]

    async def save_computation(self, computation: Computation, snapshot: bytes | None) -> None:
        """Store a computation with the prices it used.

        Raises:
            NotFound: if its user does not exist, or its prices are neither given nor stored.
            Conflict: if one of its id is there already; nothing is written.
        """

        def work(connection: Connection) -> None:
            owner = owner_of(connection, computation.user_id)
            if snapshot is not None and computation.data_hash:
                self._record_snapshots.write(connection, {computation.data_hash: snapshot}, computation.created_at)
            happenings = self._record_writer.computations(connection, owner, [computation])
            chain.append(connection, self._sealer, owner, happenings)

        await self._database.write(work)

    async def document(self, user_id: str, document_id: str) -> Document | None:
        """One of the user's documents."""
        rows = await self._rows(_ONE_DOCUMENT, {"user": user_id, "document": document_id})
        return next((self._read_document(row) for row in rows), None)

    async def save_document(self, user_id: str, document: Document) -> None:
        """Store a document; one that is there stays as it is.

        Raises:
            NotFound: if its user does not exist.
        """

        def work(connection: Connection) -> None:
            owner = owner_of(connection, user_id)
            chain.append(connection, self._sealer, owner, self._record_writer.documents(connection, owner, [document]))

        await self._database.write(work)

    async def one_profile(self, user_id: str, profile_id: str) -> ProfileRecord | None:
        """One of the user's profiles."""
        rows = await self._rows(_ONE_PROFILE, {"user": user_id, "profile": profile_id})
        return next((self._read_profile(row) for row in rows), None)

    async def _rows(self, statement: Any, parameters: dict[str, Any]) -> Sequence[RowMapping]:
        return await self._database.read(lambda connection: connection.execute(statement, parameters).mappings().all())

    def _read_profile(self, row: RowMapping) -> ProfileRecord:
        body = self._sealer.open(row["wrapped_key"], _PROFILE, row["user_id"], row["body"])
        return ProfileRecord(id=row["id"], user_id=row["user_id"], created_at=row["created_at"], **body)

    def _read_computation(self, row: RowMapping) -> Computation:
        body = self._sealer.open(row["wrapped_key"], _COMPUTATION, row["user_id"], row["body"])
        known = {name: row[name] for name in ("id", "user_id", "kind", "created_at", "code_version")}
        return Computation(**known, data_hash=row["data_hash"] or "", **body)

    def _read_document(self, row: RowMapping) -> Document:
        key, user_id = row["wrapped_key"], row["user_id"]
        body = self._sealer.open(key, _DOCUMENT, user_id, row["body"])
        return Document(id=row["id"], content=self._sealer.open_bytes(key, _FILE, user_id, row["sealed"]), **body)


def _own(owner: Owner, user_id: str) -> str:
    """The owner's id.

    Raises:
        NotFound: if the record is another's.
    """
    if user_id != owner.id:
        raise NotFound("A record can be stored for its owner only.")
    return owner.id
