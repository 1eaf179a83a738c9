"""Attempts counted against guessing, and answers kept for repeats."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from advisor.adapters.db.account_tables import kept_answers, throttles
from advisor.adapters.db.database import Database, insert_into
from advisor.adapters.db.part import StoragePart, checked_key, owner_of
from advisor.adapters.db.schema import users
from advisor.adapters.db.sealing import Sealer
from advisor.domain.account import Limit
from advisor.ports.account_storage import KeptAnswer

_BODY = "kept_answers|body"
_BUCKETS = (
    select(throttles)
    .where(throttles.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(throttles.c.key)
    .with_for_update()
)
_FILL = update(throttles).where(throttles.c.key == bindparam("which"))
_KEPT = (
    select(kept_answers.c.body, users.c.wrapped_key)
    .join_from(kept_answers, users, users.c.id == kept_answers.c.user_id)
    .where(kept_answers.c.user_id == bindparam("user"), kept_answers.c.key == bindparam("idempotency_key"))
)


class Throttles(StoragePart):
    """Leaky buckets shared by all processes; and the first answer of each idempotent write."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        super().__init__(database, sealer)
        self._new_bucket = insert_into(database.kind, throttles).on_conflict_do_nothing()
        self._keep_answer = insert_into(database.kind, kept_answers).on_conflict_do_nothing()

    async def spend(self, limits: tuple[Limit, ...], pair: str, now: datetime) -> float:
        """Count an attempt in each bucket, unless one of them is full: then none is counted. Returns the seconds to wait, 0 for go.

        A lenient limit is left out where `pair` has signed in before.
        """

        def work(connection: Connection) -> float:
            buckets = self._buckets(connection, limits, now)
            known = pair in buckets and buckets[pair]["known"]
            binding = [limit for limit in limits if not (limit.lenient and known)]
            wait = max((limit.wait(buckets[limit.key]["spent"]) for limit in binding), default=0.0)
            if wait == 0:
                for limit in limits:
                    row = buckets[limit.key]
                    filled = min(row["spent"] + 1, limit.capacity)
                    connection.execute(_FILL, {"which": limit.key, "spent": filled, "at": now})
            return wait

        return await self._database.write(work)

    async def forgive(self, limits: tuple[Limit, ...], pair: str, now: datetime) -> None:
        """Take an attempt back that succeeded, and remember `pair` as one that signs in."""

        def work(connection: Connection) -> None:
            for key, row in self._buckets(connection, limits, now).items():
                left = {"spent": max(0.0, row["spent"] - 1), "at": now, "known": row["known"] or key == pair}
                connection.execute(_FILL, {"which": key} | left)

        await self._database.write(work)

    async def kept_answer(self, user_id: str, key: str) -> KeptAnswer | None:
        """What a write under this idempotency key was answered."""
        which = {"user": user_id, "idempotency_key": checked_key(key, "Idempotency-Key")}
        return await self._database.read(lambda connection: self._kept(connection, which))

    async def keep_answer(self, user_id: str, key: str, answer: KeptAnswer) -> KeptAnswer:
        """Keep an answer unless there is one; returns the one that is kept.

        Raises:
            NotFound: if the user does not exist.
        """
        which = {"user": user_id, "idempotency_key": checked_key(key, "Idempotency-Key")}

        def work(connection: Connection) -> KeptAnswer:
            owner = owner_of(connection, user_id)
            body = {"content_hash": answer.content_hash, "status": answer.status, "body": answer.body}
            row = {"user_id": owner.id, "key": key, "created_at": datetime.now(UTC)}
            sealed = self._sealer.seal(owner.key, _BODY, owner.id, body)
            connection.execute(self._keep_answer, row | {"body": sealed}).close()
            return self._kept(connection, which) or answer

        return await self._database.write(work)

    def _kept(self, connection: Connection, which: dict[str, Any]) -> KeptAnswer | None:
        row = connection.execute(_KEPT, which).first()
        if row is None:
            return None
        return KeptAnswer(**self._sealer.open(row.wrapped_key, _BODY, which["user"], row.body))

    def _buckets(self, connection: Connection, limits: tuple[Limit, ...], now: datetime) -> dict[str, dict[str, Any]]:
        """The buckets as they stand now, locked; those that are not there yet are made, empty."""
        keys = sorted(limit.key for limit in limits)
        rows = [{"key": key, "spent": 0.0, "at": now, "known": False} for key in keys]
        connection.execute(self._new_bucket, rows)
        by_key = {limit.key: limit for limit in limits}
        return {
            row["key"]: {"spent": by_key[row["key"]].after(row["spent"], row["at"], now), "known": row["known"]}
            for row in connection.execute(_BUCKETS, {"keys": keys}).mappings()
        }
