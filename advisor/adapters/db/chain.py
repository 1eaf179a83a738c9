"""The audit chain: links appended inside the transaction of what they tell of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from advisor.adapters.db.part import Owner
from advisor.adapters.db.record_tables import audit, audit_head
from advisor.adapters.db.sealing import Sealer
from advisor.domain.audit import Happening, commitment, link, own_content
from advisor.domain.errors import StorageError
from advisor.domain.records import AuditEntry

# Whoever appends holds the head until his transaction ends. It is taken last, so that nobody waits for another's work behind it and
# no two wait for each other. SQLite has one writer anyway.
_HEAD = select(audit_head.c.number, audit_head.c.hash).where(audit_head.c.id == 1).with_for_update()
_MOVE = update(audit_head).where(audit_head.c.id == 1).values(number=bindparam("last"), hash=bindparam("tip"))
_FIELDS = tuple(AuditEntry.__dataclass_fields__)


def append(connection: Connection, sealer: Sealer, owner: Owner, happenings: Sequence[Happening]) -> None:
    """Append a link for each happening; the last thing a transaction does.

    Raises:
        StorageError: if the chain's head is gone.
        UnreadableData: if the owner's key cannot be unwrapped.
    """
    told = [(happening, sealer.commit(owner.key, happening.content)) for happening in happenings]
    _append(connection, owner.id, told, datetime.now(UTC))


def append_own(connection: Connection, key: bytes, actor: str, happening: Happening, at: datetime) -> None:
    """Append a link whose digest is under the program's own key: it outlives every user's.

    Raises:
        StorageError: if the chain's head is gone.
    """
    content = own_content(happening.event, actor, happening.subject)
    _append(connection, actor, [(happening, commitment(key, content))], at)


def _append(connection: Connection, actor: str, told: Sequence[tuple[Happening, str]], at: datetime) -> None:
    if not told:
        return
    head = connection.execute(_HEAD).first()
    if head is None:
        raise StorageError(
            "The audit chain has lost its head. Nothing was changed. `smartinvest doctor audit` tells more."
        )
    number, previous = head.number, head.hash
    rows = []
    for happening, digest in told:
        entry = link((number, previous), at, actor, happening, digest)
        rows.append({name: getattr(entry, name) for name in _FIELDS})
        number, previous = entry.number, entry.hash
    connection.execute(insert(audit), rows)
    connection.execute(_MOVE, {"last": number, "tip": previous})
