"""The walk along the audit chain, and what is stored against it."""

from __future__ import annotations

from dataclasses import replace

from advisor.domain.audit import AuditEvent, Happening, link
from advisor.domain.records import Document, Goal
from advisor.services.audit import AuditReport, AuditService
from tests.adapters.db.builders import NOW
from tests.adapters.db.test_records import REPORT, computation_of, goal_of, profile_of
from tests.storage_fake import MemoryStorage


async def kept(storage: MemoryStorage | None = None) -> MemoryStorage:
    """Two people's records: six links, of which one goal was changed."""
    storage = storage or MemoryStorage()
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


async def test_what_is_gone_without_a_word_is_named() -> None:
    storage = await kept()
    del storage.records[Document, "bob", REPORT.id]
    goal = (await storage.goals("ann"))[0]
    del storage.records[Goal, "ann", goal.id]
    report = await AuditService(storage).check(contents=True)
    assert report == AuditReport(6, None, traced=3, missing=(2, 6))
    assert not report.whole


async def test_a_goal_that_came_back_after_its_deletion_and_went_without_a_word_is_named() -> None:
    storage = await kept()
    goal = (await storage.goals("ann"))[0]
    await storage.delete_goal("ann", goal.id)
    await storage.save_goal(replace(goal, version=1), 0)
    del storage.records[Goal, "ann", goal.id]
    assert (await AuditService(storage).check(contents=True)).missing == (8,)


async def test_what_an_erased_one_had_is_gone_by_right_and_what_another_had_is_not() -> None:
    storage = await kept()
    await storage.erase_user("ann", NOW)
    assert await AuditService(storage).check(contents=True) == AuditReport(7, None, traced=2, gone=3)
    storage.users.discard("bob")
    del storage.records[Document, "bob", REPORT.id]
    assert (await AuditService(storage).check(contents=True)).missing == (6,)


async def test_an_erasure_or_deletion_somebody_else_wrote_is_named_and_explains_nothing() -> None:
    storage = await kept()
    goal = (await storage.goals("ann"))[0]
    for event, subject in ((AuditEvent.USER_ERASED, "bob"), (AuditEvent.GOAL_DELETED, goal.id)):
        actor = "bob" if subject == "bob" else "ann"
        head = (storage.links[-1].number, storage.links[-1].hash)
        storage.links.append(link(head, NOW, actor, Happening(event, subject, None), "0" * 64))
    del storage.records[Document, "bob", REPORT.id]
    del storage.records[Goal, "ann", goal.id]
    report = await AuditService(storage).check(contents=True)
    assert (report.altered, report.missing, report.gone) == ((7, 8), (2, 6), 0)


class Busy(MemoryStorage):
    """Somebody is erased while the chain is looked at."""

    async def stored_digest(self, event: AuditEvent, actor: str, subject: str) -> str | None:
        if "bob" in self.users and event is AuditEvent.COMPUTATION_STORED:
            await self.erase_user("bob", NOW)
        return await super().stored_digest(event, actor, subject)


async def test_an_erasure_meanwhile_is_no_fault() -> None:
    storage = await kept(Busy())
    assert await AuditService(storage).check(contents=True) == AuditReport(7, None, traced=3, gone=2)


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
