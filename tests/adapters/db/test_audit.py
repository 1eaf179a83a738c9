"""The audit chain on the databases: every event a link, faults are told, and what is stored matches what was told."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import Connection, insert, select, text, update

from advisor.adapters.db.record_tables import audit, audit_head
from advisor.adapters.db.schema import metadata
from advisor.adapters.db.storage import SqlStorage
from advisor.domain.audit import AuditEvent, ChainFault, Happening, link, verify
from advisor.domain.errors import Conflict, StorageError, UnreadableData
from advisor.domain.records import GENESIS, AuditEntry
from advisor.ports.storage import Storage
from advisor.services.audit import AuditService
from tests.adapters.db.builders import NOW, SNAPSHOTS, opened, plan_of, turn_commit
from tests.adapters.db.test_records import REPORT, computation_of, goal_of, profile_of
from tests.databases import Opener


async def everything(storage: Storage, address: str = "visitor") -> str:
    """One of each event; returns the user."""
    conversation = await opened(storage, address=address)
    user = conversation.user_id
    plan, goal = plan_of(conversation), goal_of(user)
    await storage.commit_turn(
        turn_commit(conversation, "m1", snapshots=SNAPSHOTS, plans=(plan,), activate_plan=plan.id)
    )
    await storage.save_goal(goal, 0)
    await storage.save_goal(replace(goal, name="Changed", version=2), 1)
    await storage.save_profile(profile_of(user))
    await storage.save_computation(computation_of(user), None)
    await storage.save_document(user, REPORT)
    await storage.delete_goal(user, goal.id)
    return user


async def test_every_event_appends_a_link_to_one_chain(storage: Storage) -> None:
    assert await storage.audit_head() == (0, GENESIS)
    user = await everything(storage)
    entries = await storage.audit(0, 100)
    assert [entry.event for entry in entries] == [
        "plan.stored",
        "plan.activated",
        "goal.saved",
        "goal.saved",
        "profile.stored",
        "computation.stored",
        "document.stored",
        "goal.deleted",
    ]
    assert {entry.actor for entry in entries} == {user}
    assert verify(entries) is None
    assert await storage.audit_head() == (8, entries[-1].hash)
    assert await storage.audit(5, 2) == entries[5:7]


async def test_what_is_stored_matches_its_link(storage: Storage) -> None:
    user = await everything(storage)
    checked = 0
    for entry in await storage.audit(0, 100):
        digest = await storage.stored_digest(AuditEvent(entry.event), user, entry.subject)
        if entry.event.endswith((".stored", ".deleted")):
            assert digest == entry.digest, entry.event
            checked += 1
        else:
            assert digest is None, entry.event
    assert checked == 5


async def test_activating_again_by_rest_is_told_too(storage: Storage) -> None:
    conversation = await opened(storage)
    plan = plan_of(conversation)
    await storage.save_plan(plan, SNAPSHOTS["hash-of-prices"])
    await storage.activate_plan(conversation.user_id, plan.id)
    assert await storage.activate_plan(conversation.user_id, "unknown") is None
    assert [entry.event for entry in await storage.audit(0, 9)] == ["plan.stored", "plan.activated"]


async def test_the_same_content_of_two_people_has_different_digests(storage: Storage) -> None:
    one, other = await opened(storage, address="one"), await opened(storage, address="other")
    for each in (one, other):
        await storage.save_document(each.user_id, REPORT)
    first, second = await storage.audit(0, 10)
    assert first.digest != second.digest


async def run(storage: SqlStorage, statement: str, **values: str) -> None:
    """As an intruder with the database's password would."""

    def work(connection: Connection) -> None:
        assert connection.execute(text(statement), values).rowcount

    await storage._database.write(work)


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["UPDATE audit SET actor = 'me' WHERE number = 3"], ChainFault(3, "changed")),
        (["UPDATE audit SET digest = 'x' WHERE number = 1"], ChainFault(1, "changed")),
        (["UPDATE audit SET hash = 'x' WHERE number = 8"], ChainFault(8, "changed")),
        (["DELETE FROM audit WHERE number = 4"], ChainFault(4, "missing")),
        (["DELETE FROM audit WHERE number = 1"], ChainFault(1, "missing")),
        (
            [
                "UPDATE audit SET number = 99 WHERE number = 5",
                "UPDATE audit SET number = 5 WHERE number = 6",
                "UPDATE audit SET number = 6 WHERE number = 99",
            ],
            ChainFault(5, "changed"),
        ),
    ],
)
async def test_a_changed_removed_or_swapped_link_is_named(
    storage: SqlStorage, statements: list[str], fault: ChainFault
) -> None:
    await everything(storage)
    for statement in statements:
        await run(storage, statement)
    assert verify(await storage.audit(0, 100)) == fault


async def test_a_plan_changed_behind_the_chain_does_not_match_or_cannot_be_read(storage: SqlStorage) -> None:
    user = await everything(storage)
    (stored, *_) = await storage.audit(0, 1)
    await run(storage, "UPDATE plans SET code_version = 'another' WHERE id = :plan", plan=stored.subject)
    digest = await storage.stored_digest(AuditEvent.PLAN_STORED, user, stored.subject)
    assert digest not in (None, stored.digest)
    await run(storage, "UPDATE plans SET body = (SELECT body FROM profiles) WHERE id = :plan", plan=stored.subject)
    with pytest.raises(UnreadableData):
        await storage.stored_digest(AuditEvent.PLAN_STORED, user, stored.subject)


async def test_the_chain_stays_whole_when_a_user_is_erased(storage: Storage) -> None:
    user = await everything(storage)
    entries = await storage.audit(0, 100)
    assert await storage.erase_user(user, NOW)
    (*before, last) = await storage.audit(0, 100)
    assert before == entries
    assert (last.event, last.actor, last.subject, last.at) == ("user.erased", user, user, NOW)
    assert await storage.stored_digest(AuditEvent.PLAN_STORED, user, entries[0].subject) is None
    assert await storage.profile(user) is None
    assert await storage.document(user, REPORT.id) is None
    found = await AuditService(storage).check(contents=True)
    assert (found.whole, found.gone, found.missing) == (True, 5, ())


@pytest.mark.parametrize(
    ("statement", "missing"),
    [
        ("DELETE FROM plans", (1,)),
        ("DELETE FROM profiles", (5,)),
        ("DELETE FROM computations", (6,)),
        ("DELETE FROM documents", (7,)),
        ("DELETE FROM users", (1, 4, 5, 6, 7)),
    ],
)
async def test_a_record_removed_behind_the_chain_is_told_from_an_erased_one(
    storage: SqlStorage, statement: str, missing: tuple[int, ...]
) -> None:
    erased = await everything(storage, address="erased")
    await storage.erase_user(erased, NOW)
    before = (await storage.audit_head())[0]
    await everything(storage, address="other")
    await run(storage, statement)
    found = await AuditService(storage).check(contents=True)
    assert not found.whole
    assert (found.broken, found.altered) == (None, ())
    assert tuple(number - before for number in found.missing) == missing


async def test_an_erasure_that_the_program_did_not_write_is_found(storage: SqlStorage) -> None:
    user = await everything(storage)
    number, tip = await storage.audit_head()
    forged = link((number, tip), NOW, user, Happening(AuditEvent.USER_ERASED, user, None), "0" * 64)
    row = {name: getattr(forged, name) for name in AuditEntry.__dataclass_fields__}

    def forge(connection: Connection) -> None:
        connection.execute(insert(audit), row)
        connection.execute(update(audit_head).values(number=forged.number, hash=forged.hash))
        connection.execute(text("DELETE FROM users"))

    await storage._database.write(forge)
    found = await AuditService(storage).check(contents=True)
    assert (found.broken, found.altered, found.missing) == (None, (9,), (1, 4, 5, 6, 7))


async def test_rows_put_back_after_an_erasure_are_found(storage: SqlStorage) -> None:
    user = await everything(storage)
    tables = ("users", "plans", "documents")

    def copy(connection: Connection) -> dict[str, list[dict[str, object]]]:
        return {
            name: [dict(row) for row in connection.execute(select(metadata.tables[name])).mappings()] for name in tables
        }

    def put_back(connection: Connection) -> None:
        for name, rows in kept.items():
            connection.execute(insert(metadata.tables[name]), rows)

    kept = await storage._database.read(copy)
    await storage.erase_user(user, NOW)
    await storage._database.write(put_back)
    found = await AuditService(storage).check(contents=True)
    assert (found.broken, found.altered, found.missing) == (None, (1, 7), ())


async def test_writers_of_two_processes_at_once_keep_one_chain(storage: SqlStorage, open_another: Opener) -> None:
    other = await open_another()
    users = [(await opened(storage, address=f"visitor-{i}")).user_id for i in range(4)]
    await asyncio.gather(
        *((storage, other)[i % 2].save_document(users[i % 4], replace(REPORT, id=f"report-{i}")) for i in range(40)),
        *((other, storage)[i % 2].save_goal(goal_of(users[i % 4]), 0) for i in range(20)),
    )
    entries = await storage.audit(0, 100)
    assert len(entries) == 60
    assert verify(entries) is None
    assert await other.audit_head() == (60, entries[-1].hash)


async def test_a_write_that_fails_leaves_no_link(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    plan = plan_of(conversation)
    await storage.save_plan(plan, SNAPSHOTS["hash-of-prices"])
    with pytest.raises(Conflict):
        await storage.save_plan(plan, SNAPSHOTS["hash-of-prices"])
    assert len(await storage.audit(0, 10)) == 1
    assert await storage.audit_head() == (1, (await storage.audit(0, 10))[0].hash)


async def test_nothing_is_written_once_the_head_is_gone(storage: SqlStorage) -> None:
    user = await everything(storage)
    await run(storage, "DELETE FROM audit_head")
    with pytest.raises(StorageError, match="doctor audit"):
        await storage.save_profile(profile_of(user))
    assert len(await storage.profiles(user, 10)) == 1
