"""The storage contract: making two users one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, text

from advisor.adapters.db.ownership import owned_tables, place_of, sealed_columns
from advisor.adapters.db.schema import metadata
from advisor.adapters.db.storage import SqlStorage
from advisor.domain.account import Account, RefreshToken
from advisor.domain.audit import AuditEvent
from advisor.domain.errors import Conflict, NotFound
from advisor.domain.message import Channel
from advisor.domain.plan import PlanStatus
from advisor.ports.account_storage import KeptAnswer
from advisor.ports.identity_storage import ChatSession
from advisor.ports.storage import Storage
from advisor.services.audit import AuditService
from tests.adapters.db.builders import NOW, SNAPSHOTS, opened, plan_of, turn_commit
from tests.adapters.db.lives import LATER, Life, live
from tests.adapters.db.test_records import goal_of, profile_of
from tests.adapters.db.walking import all_rows, owned_counts, tables_naming
from tests.databases import Opener


async def two(storage: Storage) -> tuple[Life, Life]:
    """Somebody with an account, and somebody on Telegram without one."""
    return await live(storage, "7001"), await live(storage, "7002", account=False)


async def test_what_was_the_others_is_the_survivors(storage: Storage) -> None:
    mine, theirs = await two(storage)
    user = mine.user
    charts = [await storage.chart(theirs.user, "c-7002-0"), await storage.chart(user, "c-7001-0")]
    said = await storage.history(theirs.conversation.id, 0, 99)
    await storage.absorb(user, theirs.user, mine.conversation.id, NOW)
    assert {goal.id for goal in await storage.goals(user)} >= {mine.goal.id, theirs.goal.id}
    assert {goal.user_id for goal in await storage.goals(user)} == {user}
    assert len(await storage.plans(user, None, 99)) == 4
    assert len(await storage.profiles(user, 99)) == 2
    assert len(await storage.computations(user, "backtest", 99)) == 2
    assert await storage.document(user, theirs.document.id) == theirs.document
    assert [await storage.chart(user, "c-7002-0"), await storage.chart(user, "c-7001-0")] == charts
    assert await storage.kept_answer(user, "key-7002") is not None
    assert len(await storage.consents(user)) == 2
    assert await storage.history(theirs.conversation.id, 0, 99) == said
    moved = await storage.conversation(theirs.conversation.id)
    assert moved is not None
    assert (moved.user_id, moved.state) == (user, theirs.conversation.state)


async def test_of_the_other_nothing_is_left_under_its_name(storage: Storage) -> None:
    mine, theirs = await two(storage)
    await storage.absorb(mine.user, theirs.user, mine.conversation.id, NOW)
    assert await storage.goals(theirs.user) == []
    assert await storage.plans(theirs.user, None, 9) == []
    assert await storage.document(theirs.user, theirs.document.id) is None
    assert await storage.identities(theirs.user) == []
    assert await storage.everything(theirs.user) == {}
    assert not await storage.erase_user(theirs.user, NOW)
    with pytest.raises(NotFound):
        await storage.save_profile(profile_of(theirs.user))


async def test_the_others_addresses_and_sessions_lead_to_the_conversation(storage: Storage) -> None:
    mine, theirs = await two(storage)
    here = mine.conversation.id
    await storage.absorb(mine.user, theirs.user, here, NOW)
    for address in ("7001", "7002"):
        found = await storage.find_conversation(Channel.TELEGRAM, address)
        assert found is not None
        assert (found.id, found.user_id) == (here, mine.user)
    session = await storage.session("token-7002", NOW)
    assert session == ChatSession("s-7002", mine.user, here, LATER)
    again = await opened(storage, Channel.TELEGRAM, "7002")
    assert again.id == here
    assert {(item.address, item.conversation_id) for item in await storage.identities(mine.user)} == {
        ("7001", here),
        ("7002", here),
    }


async def test_an_account_without_a_conversation_gets_the_visitors(storage: Storage) -> None:
    account = Account("ann", "ann@example.com", "hash", NOW)
    await storage.add_account(account, RefreshToken("t", "f", "ann", NOW, LATER), "address")
    first = await opened(storage, Channel.TELEGRAM, "1")
    visitor = await opened(storage)
    await storage.absorb(first.user_id, "ann", first.id, NOW)
    await storage.absorb(first.user_id, visitor.user_id, first.id, NOW)
    for address in ("address", "visitor"):
        found = await storage.find_conversation(Channel.WEB, address)
        assert found is not None
        assert found.id == first.id
    assert await storage.account("ann") is None
    assert (await storage.account_of("ann@example.com")) == Account(first.user_id, "ann@example.com", "hash", NOW)
    assert await storage.signed_in("f", NOW) == first.user_id
    assert await storage.web_address(first.user_id) == "address"


async def test_doing_it_again_changes_nothing(storage: Storage) -> None:
    mine, theirs = await two(storage)
    await storage.absorb(mine.user, theirs.user, mine.conversation.id, NOW)
    before = await storage.everything(mine.user)
    await storage.absorb(mine.user, theirs.user, mine.conversation.id, NOW)
    await storage.absorb(mine.user, mine.user, mine.conversation.id, NOW)
    assert await storage.everything(mine.user) == before


async def test_what_cannot_be_made_one_stays_two(storage: Storage) -> None:
    mine, theirs = await live(storage, "7001"), await live(storage, "7002")
    before = [await storage.everything(life.user) for life in (mine, theirs)]
    with pytest.raises(Conflict):
        await storage.absorb(mine.user, theirs.user, mine.conversation.id, NOW)
    for user, conversation in (
        ("nobody", mine.conversation.id),
        (mine.user, "nowhere"),
        (mine.user, theirs.conversation.id),
    ):
        with pytest.raises(NotFound):
            await storage.absorb(user, theirs.user, conversation, NOW)
    assert [await storage.everything(life.user) for life in (mine, theirs)] == before


async def test_of_two_active_plans_without_a_goal_the_survivors_stays_active(storage: Storage) -> None:
    mine, theirs, fresh = (
        await opened(storage),
        await opened(storage, address="theirs"),
        await opened(storage, address="z"),
    )
    plans = [plan_of(conversation, age=age) for age, conversation in enumerate((mine, theirs))]
    for plan in plans:
        await storage.save_plan(plan, SNAPSHOTS["hash-of-prices"], activate=True)
    await storage.absorb(mine.user_id, theirs.user_id, mine.id, NOW)
    status = {plan.id: plan.status for plan in await storage.plans(mine.user_id, None, 9)}
    assert status == {plans[0].id: PlanStatus.ACTIVE, plans[1].id: PlanStatus.SUPERSEDED}
    await storage.absorb(fresh.user_id, mine.user_id, fresh.id, NOW)
    assert {plan.id: plan.status for plan in await storage.plans(fresh.user_id, None, 9)} == status


async def test_each_goal_keeps_its_active_plan(storage: Storage) -> None:
    mine, theirs = await two(storage)
    await storage.absorb(mine.user, theirs.user, mine.conversation.id, NOW)
    plans = [await storage.plan(mine.user, life.plan_id) for life in (mine, theirs)]
    assert [plan and (plan.status, plan.goal_id) for plan in plans] == [
        (PlanStatus.ACTIVE, mine.goal.id),
        (PlanStatus.ACTIVE, theirs.goal.id),
    ]


async def test_an_answer_kept_by_both_is_the_survivors(storage: Storage) -> None:
    mine, theirs = await opened(storage), await opened(storage, address="theirs")
    for user, body in ((mine.user_id, "mine"), (theirs.user_id, "theirs")):
        await storage.keep_answer(user, "same", KeptAnswer("hash", 200, body))
    await storage.absorb(mine.user_id, theirs.user_id, mine.id, NOW)
    kept = await storage.kept_answer(mine.user_id, "same")
    assert kept is not None
    assert kept.body == "mine"


async def test_nobody_is_woken_where_nobody_is_and_the_link_that_led_here_can_still_be_found(storage: Storage) -> None:
    mine, theirs = await two(storage)
    await storage.join_link("code-7001", theirs.conversation.id, NOW)
    await storage.absorb(mine.user, theirs.user, mine.conversation.id, NOW)
    assert {timer.conversation_id for timer in await storage.claim_timers(NOW, 60, 9)} == {mine.conversation.id}
    assert await storage.offered_link("code-7002", NOW) is None
    link = await storage.link_joined(mine.conversation.id, NOW)
    assert link is not None
    assert link.joining == theirs.conversation.id


async def test_a_turn_begun_with_the_others_key_finds_its_conversation_moved_on(storage: Storage) -> None:
    mine, theirs = await two(storage)
    await storage.absorb(mine.user, theirs.user, mine.conversation.id, NOW)
    with pytest.raises(Conflict):
        await storage.commit_turn(turn_commit(theirs.conversation, "late"))
    await storage.commit_turn(turn_commit(mine.conversation, "next"))


async def test_what_waits_to_be_sent_is_sent_where_it_was_meant_to_go(storage: Storage) -> None:
    mine, theirs = await opened(storage), await opened(storage, Channel.TELEGRAM, "7002", push=True)
    await storage.absorb(mine.user_id, theirs.user_id, mine.id, NOW)
    (outgoing,) = await storage.claim_outgoing(Channel.TELEGRAM, NOW, 60, 9)
    assert (outgoing.address, outgoing.blocks) == ("7002", ({"kind": "text", "text": "Hello."},))


async def test_the_chain_tells_of_it_and_every_record_can_still_be_traced(storage: Storage) -> None:
    mine, theirs = await two(storage)
    before = len(await storage.audit(0, 999))
    traced = (await AuditService(storage).check(contents=True)).traced
    await storage.absorb(mine.user, theirs.user, mine.conversation.id, NOW)
    told = (await storage.audit(0, 999))[before:]
    assert (told[0].event, told[0].actor, told[0].subject, told[0].at) == ("user.absorbed", mine.user, theirs.user, NOW)
    assert {entry.event for entry in told[1:]} == {
        "goal.saved",
        "plan.stored",
        "profile.stored",
        "computation.stored",
        "document.stored",
    }
    assert {entry.actor for entry in told} == {mine.user}
    found = await AuditService(storage).check(contents=True)
    assert (found.whole, found.traced, found.gone) == (True, traced, 0)
    await storage.delete_goal(mine.user, theirs.goal.id)
    assert (await AuditService(storage).check(contents=True)).gone == 1
    await storage.erase_user(mine.user, NOW)
    found = await AuditService(storage).check(contents=True)
    assert (found.whole, found.traced, found.gone) == (True, 0, traced)


async def test_a_record_changed_before_is_not_made_right_by_a_merger(storage: SqlStorage) -> None:
    mine, theirs = await two(storage)
    entry = next(e for e in await storage.audit(0, 99) if (e.event, e.actor) == ("profile.stored", theirs.user))
    change = text("UPDATE profiles SET created_at = (SELECT min(updated_at) FROM conversations) WHERE id = :id")
    await storage._database.write(lambda connection: connection.execute(change, {"id": entry.subject}).close())
    await storage.absorb(mine.user, theirs.user, mine.conversation.id, NOW)
    found = await AuditService(storage).check(contents=True)
    assert (found.altered, found.missing) == ((entry.number,), ())


async def test_no_table_is_forgotten(storage: SqlStorage) -> None:
    """Each table that names a user has rows of both; afterwards all of them are the survivor's, and open under his key."""
    mine, theirs = await two(storage)
    counts = [await owned_counts(storage, life.user) for life in (mine, theirs)]
    assert {name for name, rows in counts[1].items() if rows == 0} == {"accounts", "refresh_tokens"}, "plant a row"
    await storage.absorb(mine.user, theirs.user, mine.conversation.id, NOW)
    assert set((await owned_counts(storage, theirs.user)).values()) == {0}
    together = await owned_counts(storage, mine.user)
    gone = {"timers", "links"}  # nobody is there to be woken, or asked
    assert together == {name: rows if name in gone else rows + counts[1][name] for name, rows in counts[0].items()}
    assert tables_naming(await all_rows(storage), theirs.user) == {"audit"}
    opened_columns = await storage._database.read(lambda connection: open_all(storage, connection, mine.user))
    assert sorted(opened_columns) == sorted(
        place_of(column) for table, _ in owned_tables() for column in sealed_columns(table)
    )


def open_all(storage: SqlStorage, connection: Connection, user_id: str) -> Sequence[str]:
    """Open every sealed value of a user's under his key; returns the columns that had one."""
    found = []
    key = connection.execute(text("SELECT wrapped_key FROM users WHERE id = :id"), {"id": user_id}).scalar_one()
    for table, condition in owned_tables():
        for column in sealed_columns(table):
            values = connection.execute(table.select().where(condition), {"owner": user_id}).mappings().all()
            sealed = [row[column.name] for row in values if row[column.name] is not None]
            for ciphertext in sealed:
                assert storage._sealer.open_bytes(bytes(key), place_of(column), user_id, bytes(ciphertext))
            found += [place_of(column)] if sealed else []
    return found


def test_every_column_of_bytes_is_sealed_for_its_owner_or_known_not_to_be() -> None:
    """A new sealed column is moved and exported by itself; one elsewhere has to be thought of."""
    sealed = {place_of(column) for table, _ in owned_tables() for column in sealed_columns(table)}
    everywhere = {
        place_of(column)
        for table in metadata.sorted_tables
        for column in table.columns
        if column.type.python_type is bytes
    }
    assert everywhere - sealed == {"users|wrapped_key", "inbox|payload", "snapshots|content"}


async def test_what_is_written_meanwhile_is_moved_too_or_refused(storage: SqlStorage, open_another: Opener) -> None:
    other = await open_another()
    for number in range(8):
        mine, theirs = await opened(storage, address=f"m{number}"), await opened(storage, address=f"t{number}")
        goal = goal_of(theirs.user_id)
        await storage.save_goal(goal, 0)
        outcomes = await asyncio.gather(
            storage.absorb(mine.user_id, theirs.user_id, mine.id, NOW),
            other.save_goal(goal_of(theirs.user_id, answers={"n": "new"}), 0),
            other.save_goal(goal_of(theirs.user_id, id=goal.id, answers={"n": "changed"}), 1),
            other.commit_turn(turn_commit(theirs, "m1")),
            return_exceptions=True,
        )
        assert outcomes[0] is None
        goals = await storage.goals(mine.user_id)
        assert len(goals) == 1 + (not isinstance(outcomes[1], Exception))
        assert ({"n": "changed"} in [goal.answers for goal in goals]) == (not isinstance(outcomes[2], Exception))
        turns = await storage.history(theirs.id, 0, 9)
        assert len(turns) == (1 if isinstance(outcomes[3], Exception) else 3)
    found = await AuditService(storage).check(contents=True)
    assert found.whole, found


async def test_two_mergers_at_once_end_in_one_person(storage: SqlStorage, open_another: Opener) -> None:
    other = await open_another()
    mine, theirs = await opened(storage, address="m"), await opened(storage, address="t")
    outcomes = await asyncio.gather(
        storage.absorb(mine.user_id, theirs.user_id, mine.id, NOW),
        other.absorb(theirs.user_id, mine.user_id, theirs.id, NOW),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "NotFound"]
    (link,) = [entry for entry in await storage.audit(0, 9) if entry.event == AuditEvent.USER_ABSORBED]
    assert {link.actor, link.subject} == {mine.user_id, theirs.user_id}
