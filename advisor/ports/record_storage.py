"""The part of the storage port that keeps goals, profiles, computations and documents, and the audit chain over all records."""

from __future__ import annotations

from typing import Protocol

from advisor.domain.audit import AuditEvent
from advisor.domain.records import AuditEntry, Computation, Document, Goal, ProfileRecord


class RecordStorage(Protocol):
    """Each write appends its link to the audit chain in the same transaction; another user's records read as absent."""

    # --- goals, profiles, computations, documents --------------------------------------------------------------------
    async def goals(self, user_id: str) -> list[Goal]:
        """The user's goals: by priority, then the older first."""
        ...

    async def goal(self, user_id: str, goal_id: str) -> Goal | None:
        """One of the user's goals."""
        ...

    async def save_goal(self, goal: Goal, expected_version: int) -> None:
        """Store a goal; `expected_version` is the version that was read, 0 for a new one, and `goal.version` the one after it.

        Raises:
            Conflict: if it has been changed or deleted meanwhile, or is there already; nothing is written.
            NotFound: if its user does not exist.
        """
        ...

    async def delete_goal(self, user_id: str, goal_id: str) -> bool:
        """Delete a goal. Its plans stay for the record, the active one as superseded. False if it is not the user's."""
        ...

    async def profile(self, user_id: str) -> ProfileRecord | None:
        """The user's latest profile."""
        ...

    async def profiles(self, user_id: str, limit: int) -> list[ProfileRecord]:
        """The user's profiles, newest first."""
        ...

    async def save_profile(self, record: ProfileRecord) -> None:
        """Store a profile; earlier ones stay.

        Raises:
            NotFound: if its user does not exist.
        """
        ...

    async def computation(self, user_id: str, computation_id: str) -> Computation | None:
        """One of the user's computations."""
        ...

    async def computations(self, user_id: str, kind: str, limit: int) -> list[Computation]:
        """The user's computations of one kind, newest first."""
        ...

    async def save_computation(self, computation: Computation, snapshot: bytes | None) -> None:
        """Store a computation with the prices it used. `snapshot` may be None if they are stored, or if `data_hash` is empty.

        Raises:
            NotFound: if its user does not exist, or its prices are neither given nor stored.
            Conflict: if one of its id is there already; nothing is written.
        """
        ...

    async def document(self, user_id: str, document_id: str) -> Document | None:
        """One of the user's documents."""
        ...

    async def save_document(self, user_id: str, document: Document) -> None:
        """Store a document; one that is there stays as it is.

        Raises:
            NotFound: if its user does not exist.
        """
        ...

    # --- the audit chain ---------------------------------------------------------------------------------------------
    async def audit(self, after: int, limit: int) -> list[AuditEntry]:
        """Links with a number above `after`, ascending, as they are stored."""
        ...

    async def audit_head(self) -> tuple[int, str]:
        """Number and hash of the last link, as noted beside the chain; (0, GENESIS) before the first."""
        ...

    async def stored_digest(self, event: AuditEvent, actor: str, subject: str) -> str | None:
        """The digest of what an event stored, computed anew from what is there now; None if it is there no more."""
        ...
