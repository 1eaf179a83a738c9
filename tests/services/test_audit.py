"""The walk along the audit chain, and what is stored against it."""

from __future__ import annotations

from dataclasses import replace

from advisor.domain.records import Document
from advisor.services.audit import AuditReport, AuditService
from tests.adapters.db.test_records import REPORT, computation_of, goal_of, profile_of
from tests.storage_fake import MemoryStorage


async def kept() -> MemoryStorage:
    """Two people's records: six links, of which one goal was changed."""
    storage = MemoryStorage()
    storage.users |= {"ann", "bob"}
    goal = goal_of("ann")
    await storage.save_goal(goal, 0)
    await storage.save_goal(replace(goal, name="Changed"), 1)
    await storage.save_profile(profile_of("ann"))
    await storage.save_computation(computation_of("bob", data_hash=""), None)
    await storage.save_document("ann", REPORT)
    await storage.save_document("bob", REPORT)
    return storage


async def test_a_chain_without_links_is_whole() -> None:
    assert await AuditService(MemoryStorage()).check(contents=True) == AuditReport(0, None)


async def test_every_record_matches_and_of_a_changed_goal_the_last_link_counts() -> None:
    report = await AuditService(await kept()).check(contents=True)
    assert report == AuditReport(6, None, traced=5)
    assert report.whole


async def test_without_contents_only_the_links_are_looked_at() -> None:
    assert await AuditService(await kept()).check() == AuditReport(6, None)


async def test_a_changed_record_is_named_by_its_link() -> None:
    storage = await kept()
    storage.records[Document, "bob", REPORT.id] = replace(REPORT, content=b"another report")
    report = await AuditService(storage).check(contents=True)
    assert report == AuditReport(6, None, traced=4, altered=(6,))
    assert not report.whole


async def test_what_is_gone_is_counted_and_no_fault() -> None:
    storage = await kept()
    goal = (await storage.goals("ann"))[0]
    await storage.delete_goal("ann", goal.id)
    assert await AuditService(storage).check(contents=True) == AuditReport(7, None, traced=4, gone=1)


async def test_a_broken_link_is_named() -> None:
    storage = await kept()
    storage.links[2] = replace(storage.links[2], actor="somebody else")
    report = await AuditService(storage).check(contents=True)
    assert report.broken == (3, "changed")
    assert not report.whole


class CutOff(MemoryStorage):
    """The last links were removed, and the note of the head was not."""

    async def audit_head(self) -> tuple[int, str]:
        return 99, "hash"


async def test_a_chain_that_was_cut_off_at_its_end_is_told_by_the_head() -> None:
    assert (await AuditService(CutOff()).check()).broken == (1, "cut off")
