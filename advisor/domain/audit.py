"""The audit chain as pure functions: what goes into a link, and whether a chain is whole."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import Enum, StrEnum
from typing import Any

from advisor.domain.plan import Plan
from advisor.domain.records import (
    GENESIS,
    AuditEntry,
    Computation,
    Document,
    Goal,
    ProfileRecord,
    audit_hash,
    digest_of,
)

Record = Plan | Goal | ProfileRecord | Computation | Document


class AuditEvent(StrEnum):
    """What can happen."""

    PLAN_STORED = "plan.stored"
    PLAN_ACTIVATED = "plan.activated"
    PROFILE_STORED = "profile.stored"
    GOAL_SAVED = "goal.saved"
    GOAL_DELETED = "goal.deleted"
    COMPUTATION_STORED = "computation.stored"
    DOCUMENT_STORED = "document.stored"
    ACCOUNT_REGISTERED = "account.registered"
    ACCOUNT_SIGNED_IN = "account.signed_in"
    ACCOUNT_SIGNED_OUT = "account.signed_out"
    ACCOUNT_TOKEN_REUSED = "account.token_reused"  # noqa: S105  the name of an event
    USER_ABSORBED = "user.absorbed"
    USER_ERASED = "user.erased"


STORED_BY: dict[type[Record], AuditEvent] = {
    Plan: AuditEvent.PLAN_STORED,
    Goal: AuditEvent.GOAL_SAVED,
    ProfileRecord: AuditEvent.PROFILE_STORED,
    Computation: AuditEvent.COMPUTATION_STORED,
    Document: AuditEvent.DOCUMENT_STORED,
}
"""The event that tells of a stored record of each kind: its digest covers the whole record."""

OWN = frozenset({AuditEvent.USER_ABSORBED, AuditEvent.USER_ERASED})
"""Events that end a user and his key. Their digests are under the program's own key, so that nobody else can write one."""


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first link that does not hold, and what is wrong with it: "changed", "missing", "misplaced" or "cut off"."""

    number: int
    fault: str


@dataclass(frozen=True, slots=True)
class Happening:
    """What is to be told by the next link; `content` is what its digest covers."""

    event: AuditEvent
    subject: str
    content: Any


def stored(record: Record) -> Happening:
    """The event of a record as it is stored."""
    return Happening(STORED_BY[type(record)], record.id, content_of(record))


def absorbed(other_id: str) -> Happening:
    """The event of a user who became part of another, the actor."""
    return Happening(AuditEvent.USER_ABSORBED, other_id, None)


def erased(user_id: str) -> Happening:
    """The event of a user who was removed with all that was his."""
    return Happening(AuditEvent.USER_ERASED, user_id, None)


def own_content(event: AuditEvent, actor: str, subject: str) -> Any:
    """What the digest of an event in `OWN` covers: who it is about, so that it serves for nobody else."""
    return {"event": event.value, "actor": actor, "subject": subject}


def deleted_content(subject: str) -> Any:
    """What the digest of a deletion covers."""
    return {"id": subject}


def content_of(record: Record) -> Any:
    """A record as the JSON value its digest covers. A plan's status is left out: it changes, and each change is an event."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    if isinstance(record, Plan):
        del values["status"]
    return {name: _as_json(value) for name, value in values.items()}


def commitment(key: bytes, content: Any) -> str:
    """The digest of a content under a key of its owner's, as hex: HMAC-SHA256 over its SHA-256.

    A bare hash of a short content could be found by trying all of them, and would outlive its owner's erasure. Without the key,
    which goes with him, nobody can tell what a digest stood for; the chain over the digests stays verifiable.

    Raises:
        ValueError: for NaN or infinity, which have no JSON form.
    """
    return hmac.new(key, digest_of(content).encode(), hashlib.sha256).hexdigest()


def link(head: tuple[int, str], at: datetime, actor: str, happening: Happening, digest: str) -> AuditEntry:
    """The entry that comes after `head`, the number and hash of the last one."""
    number, previous = head[0] + 1, head[1]
    hashed = audit_hash(
        number=number,
        at=at,
        event=happening.event,
        actor=actor,
        subject=happening.subject,
        digest=digest,
        previous=previous,
    )
    return AuditEntry(number, at, happening.event.value, actor, happening.subject, digest, previous, hashed)


def verify(entries: Iterable[AuditEntry], after: AuditEntry | None = None) -> ChainFault | None:
    """The first fault of a chain in its order, None if it is whole. `after` is the entry before the first, None for the beginning.

    The end of a chain cannot be seen from within it: compare the last entry with the stored head.
    """
    number, previous = (after.number, after.hash) if after else (0, GENESIS)
    for entry in entries:
        if entry.number != number + 1:
            return ChainFault(number + 1, "missing" if entry.number > number + 1 else "misplaced")
        if entry.hash != _hash(entry):
            return ChainFault(entry.number, "changed")
        if entry.previous != previous:
            return ChainFault(entry.number, "misplaced")
        number, previous = entry.number, entry.hash
    return None


def _hash(entry: AuditEntry) -> str:
    return audit_hash(
        number=entry.number,
        at=entry.at,
        event=entry.event,
        actor=entry.actor,
        subject=entry.subject,
        digest=entry.digest,
        previous=entry.previous,
    )


def _as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.value if isinstance(value, Enum) else value
