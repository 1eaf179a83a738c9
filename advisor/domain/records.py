"""What is kept of an investor beside conversations and plans: goals, profiles, computations, documents; and the audit chain."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from advisor.domain.plan import canonical_json

GENESIS = "0" * 64
"""What the first entry of the audit chain names as its predecessor."""


class GoalStatus(StrEnum):
    """Where a goal stands; a paused goal is never written about, a closed one is kept for the record."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Goal:
    """One aim of one person. `priority` 1 comes first; an `essential` goal is held to a higher chance.

    `answers` holds the answers that belong to this goal alone, in the form of `Answers` as JSON. `version` counts its changes.
    """

    id: str
    user_id: str
    name: str
    kind: str
    priority: int
    essential: bool
    status: GoalStatus
    created_at: datetime
    answers: dict[str, Any]
    version: int = 1


@dataclass(frozen=True, slots=True)
class ProfileRecord:
    """The answers about the person as they stood at `created_at`, and the risk profile they gave.

    `market` says in which market they were given (the fall from the peak), so that answers given in a fall can be told.
    """

    id: str
    user_id: str
    created_at: datetime
    answers: dict[str, Any]
    assessment: dict[str, Any]
    market: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Computation:
    """One answer of the advisor that is not a plan (a backtest, a scenario), with all that is needed to compute it again."""

    id: str
    user_id: str
    kind: str
    created_at: datetime
    inputs: dict[str, Any]
    data_hash: str
    code_version: str
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A file made for its owner. `id` is derived from owner and content, so that the same report is stored once."""

    id: str
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One link of the audit chain: what happened to what, with a digest of its content and of the entry before.

    It holds nothing personal: `actor` and `subject` are our own ids, `digest` commits to what was stored under a key that is erased
    with its owner.
    """

    number: int
    at: datetime
    event: str
    actor: str
    subject: str
    digest: str
    previous: str
    hash: str


def audit_hash(*, number: int, at: datetime, event: str, actor: str, subject: str, digest: str, previous: str) -> str:
    """The hash of an entry: SHA-256 over the canonical JSON of all its other fields."""
    fields = [number, at.isoformat(), event, actor, subject, digest, previous]
    return hashlib.sha256(canonical_json(fields)).hexdigest()


def digest_of(content: Any) -> str:
    """SHA-256 of a JSON value's canonical form, with escapes: half a surrogate pair in somebody's words has no UTF-8 form.

    Raises:
        ValueError: for NaN or infinity, which have no JSON form.
    """
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
