"""Checking the audit chain, and what is stored against it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from advisor.domain.audit import OWN, STORED_BY, AuditEvent, verify
from advisor.domain.errors import UnreadableData
from advisor.domain.records import GENESIS, AuditEntry
from advisor.ports.storage import Storage

_PAGE = 1000
_MORE_LOOKS = 2
_WITH_CONTENT = frozenset(STORED_BY.values())
_ENDINGS = OWN | {AuditEvent.GOAL_DELETED}
_LOOKED_AT = _WITH_CONTENT | _ENDINGS


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a walk along the chain found.

    `links` were looked at. `broken` is the first that does not hold with its fault, None if all do. `traced` records match the
    digest in their link, `altered` (link numbers) do not. `gone` are stored no more and a link says why: deleted, or erased with
    their owner. `missing` (link numbers) are gone without a word.
    """

    links: int
    broken: tuple[int, str] | None
    traced: int = 0
    altered: tuple[int, ...] = ()
    gone: int = 0
    missing: tuple[int, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.broken is None and not self.altered and not self.missing


@dataclass(frozen=True, slots=True)
class _Endings:
    """What links say of the end of records and users: by whom a user was absorbed, who was erased, where a goal was deleted last.

    `forged` links bear a digest that the program did not write.
    """

    absorbed: dict[str, str]
    erased: frozenset[str]
    deleted: dict[tuple[str, str], int]
    forged: tuple[int, ...]

    def heir(self, user_id: str) -> str:
        """Whose a user's records are in the end."""
        seen = {user_id}
        while (by := self.absorbed.get(user_id)) is not None and by not in seen:
            user_id = by
            seen.add(by)
        return user_id

    def explain(self, entry: AuditEntry) -> bool:
        """Whether a record that is stored no more has left by right."""
        heir = self.heir(entry.actor)
        return heir in self.erased or self.deleted.get((heir, entry.subject), 0) > entry.number


class AuditService:
    """Walks the chain."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def check(self, *, contents: bool = False) -> AuditReport:
        """Verify every link; with `contents` also hold each stored record against the digest in its link.

        A link whose record changed later by right (a goal) is passed over: the last one counts. Where something seems wrong and
        links were appended meanwhile, it is looked at again: what was changed or erased after its link was read is no fault.
        """
        report = await self._look(contents=contents)
        for _ in range(_MORE_LOOKS):
            if report.whole or (await self._storage.audit_head())[0] <= report.links:
                break
            report = await self._look(contents=contents)
        return report

    async def _look(self, *, contents: bool) -> AuditReport:
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
            entries += [entry for entry in page if entry.event in _LOOKED_AT] if contents else []
            last, links = page[-1], links + len(page)
        if at_head != head_hash:
            return AuditReport(links, ((last.number if last else 0) + 1, "cut off"))
        return await self._traced(links, entries)

    async def _traced(self, links: int, entries: Sequence[AuditEntry]) -> AuditReport:
        endings = await self._endings(entries)
        stored = (entry for entry in entries if entry.event in _WITH_CONTENT)
        latest = {(entry.event, endings.heir(entry.actor), entry.subject): entry for entry in stored}
        traced = gone = 0
        altered, missing = list(endings.forged), list[int]()
        for (_, heir, _), entry in latest.items():
            matches = await self._matches(entry, heir)
            if matches is None:
                gone += endings.explain(entry)
                missing += [] if endings.explain(entry) else [entry.number]
            elif matches and heir not in endings.erased:
                traced += 1
            else:
                altered.append(entry.number)
        return AuditReport(links, None, traced, tuple(sorted(altered)), gone, tuple(sorted(missing)))

    async def _endings(self, entries: Iterable[AuditEntry]) -> _Endings:
        """What the links of endings say, as far as the program wrote them itself.

        A deletion's digest is under its owner's key, which goes with him: then his own end vouches for it.
        """
        absorbed: dict[str, str] = {}
        erased: set[str] = set()
        deletions: list[tuple[AuditEntry, bool]] = []
        forged: list[int] = []
        for entry in (entry for entry in entries if entry.event in _ENDINGS):
            matches = await self._matches(entry, entry.actor)
            if matches is False:
                forged.append(entry.number)
            elif entry.event == AuditEvent.USER_ABSORBED:
                absorbed[entry.subject] = entry.actor
            elif entry.event == AuditEvent.USER_ERASED:
                erased.add(entry.actor)
            else:
                deletions.append((entry, matches is True))
        found = _Endings(absorbed, frozenset(erased), {}, tuple(forged))
        for entry, confirmed in deletions:
            if confirmed or entry.actor in absorbed:
                found.deleted[found.heir(entry.actor), entry.subject] = entry.number
        return found

    async def _matches(self, entry: AuditEntry, owner: str) -> bool | None:
        """Whether the digest of what an event stored for its present owner is the one in its link; None if it is stored no more."""
        try:
            digest = await self._storage.stored_digest(AuditEvent(entry.event), owner, entry.subject)
        except UnreadableData:
            return False
        return None if digest is None else digest == entry.digest
