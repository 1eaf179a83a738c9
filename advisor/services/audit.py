"""Checking the audit chain, and what is stored against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from advisor.domain.audit import STORED_BY, AuditEvent, verify
from advisor.domain.errors import UnreadableData
from advisor.domain.records import GENESIS, AuditEntry
from advisor.ports.storage import Storage

_PAGE = 1000
_WITH_CONTENT = frozenset(STORED_BY.values())


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a walk along the chain found.

    `links` were looked at. `broken` is the first that does not hold with its fault, None if all do. `traced` records match the
    digest in their link, `altered` (link numbers) do not, `gone` are stored no more (erased or deleted), which is no fault.
    """

    links: int
    broken: tuple[int, str] | None
    traced: int = 0
    altered: tuple[int, ...] = ()
    gone: int = 0

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.broken is None and not self.altered


class AuditService:
    """Walks the chain."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def check(self, *, contents: bool = False) -> AuditReport:
        """Verify every link; with `contents` also hold each stored record against the digest in its link.

        A link whose record changed later by right (a goal) is passed over: the last one counts.
        """
        # Read first: links that are appended meanwhile come after it.
        head_number, head_hash = await self._storage.audit_head()
        entries: list[AuditEntry] = []
        last: AuditEntry | None = None
        links = 0
        at_head = GENESIS if head_number == 0 else None
        while page := await self._storage.audit(last.number if last else 0, _PAGE):
            fault = verify(page, last)
            if fault is not None:
                return AuditReport(links + len(page), (fault.number, fault.fault))
            at_head = next((entry.hash for entry in page if entry.number == head_number), at_head)
            entries += [entry for entry in page if entry.event in _WITH_CONTENT] if contents else []
            last, links = page[-1], links + len(page)
        if at_head != head_hash:
            return AuditReport(links, ((last.number if last else 0) + 1, "cut off"))
        return await self._traced(links, entries)

    async def _traced(self, links: int, entries: Iterable[AuditEntry]) -> AuditReport:
        latest = {(entry.event, entry.actor, entry.subject): entry for entry in entries}
        traced = gone = 0
        altered: list[int] = []
        for entry in latest.values():
            try:
                digest = await self._storage.stored_digest(AuditEvent(entry.event), entry.actor, entry.subject)
            except UnreadableData:
                altered.append(entry.number)
                continue
            gone += digest is None
            traced += digest == entry.digest
            if digest not in (None, entry.digest):
                altered.append(entry.number)
        return AuditReport(links, None, traced, tuple(altered), gone)
