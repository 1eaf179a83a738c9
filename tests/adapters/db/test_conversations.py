"""The storage contract, conversations and turns: the same tests on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from advisor.adapters.db.storage import SqlStorage, open_storage
from advisor.adapters.db.url import parse_url
from advisor.adapters.vault import Vault
from advisor.domain.errors import Conflict, InvalidInput, NotFound, StorageError
from advisor.domain.message import Channel, Received
from advisor.ports.identity_storage import ChatSession
from advisor.ports.storage import Storage
from tests.adapters.db.builders import (
    MINUTE,
    NOW,
    SNAPSHOTS,
    answered,
    donut,
    opened,
    plan_of,
    said,
    turn_commit,
)
from tests.databases import Opener


def test_the_storage_keeps_the_ports_signature(sqlite_storage: SqlStorage) -> None:
    port: Storage = sqlite_storage  # checked by mypy
    assert port is sqlite_storage


async def test_a_conversation_is_found_by_address_and_by_id(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    assert (conversation.version, conversation.turn, conversation.state) == (0, 1, {"open": "goal"})
    assert await storage.find_conversation(Channel.WEB, "visitor") == conversation
    assert await storage.conversation(conversation.id) == conversation
    assert await storage.find_conversation(Channel.TELEGRAM, "visitor") is None
    assert await storage.conversation("nobody") is None


async def test_opening_at_once_from_two_processes_makes_one_conversation(
    storage: SqlStorage, open_another: Opener
) -> None:
    other = await open_another()
    conversations = await asyncio.gather(*(opened(part) for _ in range(10) for part in (storage, other)))
    assert len({conversation.id for conversation in conversations}) == 1
    assert len({conversation.user_id for conversation in conversations}) == 1
    assert len(await storage.history(conversations[0].id, 0, 10)) == 1


async def test_opening_again_keeps_what_was_said(storage: SqlStorage) -> None:
    conversation = await storage.commit_turn(turn_commit(await opened(storage), "m1"))
    again = await storage.open_conversation(Channel.WEB, "visitor", {"open": "other"}, answered(1, "Hi."), push=False)
    assert again == conversation


async def test_a_turn_is_read_back_as_it_was_committed(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    state = {"answers": {"amount": "250.00", "share": 0.1 + 0.2}, "open": None, "flow_version": 3}
    asked = replace(said(2), text=None, choice=("home", "none"))
    commit = turn_commit(conversation, "m1", state=state, asked=asked)
    after = await storage.commit_turn(commit)
    assert (after.version, after.turn, after.state) == (1, 3, state)
    assert await storage.conversation(conversation.id) == after
    assert await storage.history(conversation.id, 1, 10) == [asked, commit.answered]


async def test_a_repeated_message_gets_the_stored_reply_and_its_hash(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    assert await storage.stored_reply(conversation.id, "m1") is None
    commit = turn_commit(conversation, "m1")
    after = await storage.commit_turn(commit)
    stored = await storage.stored_reply(conversation.id, "m1")
    assert stored is not None
    assert (stored.content_hash, stored.turn) == (commit.content_hash, commit.answered)
    with pytest.raises(Conflict):
        await storage.commit_turn(turn_commit(after, "m1"))
    assert await storage.conversation(conversation.id) == after


async def test_a_stale_version_is_refused_and_nothing_is_written(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    after = await storage.commit_turn(turn_commit(conversation, "m1"))
    with pytest.raises(Conflict):
        await storage.commit_turn(turn_commit(conversation, "m2", text="late", push=True))
    assert await storage.conversation(conversation.id) == after
    assert len(await storage.history(conversation.id, 0, 10)) == 3
    assert await storage.stored_reply(conversation.id, "m2") is None
    assert await storage.claim_outgoing(Channel.WEB, NOW, 60, 10) == []


async def test_of_many_commits_on_one_version_exactly_one_wins(storage: SqlStorage, open_another: Opener) -> None:
    other = await open_another()
    conversation = await opened(storage)
    commits = [(part, turn_commit(conversation, f"m{i}")) for i, part in enumerate([storage, other] * 8)]
    outcomes = await asyncio.gather(*(part.commit_turn(commit) for part, commit in commits), return_exceptions=True)
    winners = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    assert len(winners) == 1
    assert all(isinstance(outcome, Conflict) for outcome in outcomes if outcome is not winners[0])
    assert await storage.conversation(conversation.id) == winners[0]
    assert len(await storage.history(conversation.id, 0, 100)) == 3


async def test_one_failure_does_not_touch_commits_made_at_the_same_time(storage: SqlStorage) -> None:
    conversations = [await opened(storage, address=f"visitor {i}") for i in range(20)]
    commits = [
        turn_commit(conversation, "m", plans=(plan_of(conversation),), snapshots=SNAPSHOTS if i % 2 else {"other": b""})
        for i, conversation in enumerate(conversations)
    ]
    outcomes = await asyncio.gather(*map(storage.commit_turn, commits[::2] + commits[1::2]), return_exceptions=True)
    failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert all(isinstance(outcome, StorageError) for outcome in failed)
    for conversation in conversations:
        now = await storage.conversation(conversation.id)
        assert now is not None
        done = now in outcomes
        assert len(await storage.history(conversation.id, 0, 10)) == (3 if done else 1)
        assert len(await storage.plans(conversation.user_id, None, 10)) == (1 if done else 0)
    assert len(failed) >= 1


async def test_a_commit_that_fails_in_the_middle_leaves_nothing(storage: SqlStorage) -> None:
    conversation = await opened(storage, Channel.TELEGRAM, "77")
    received = Received(Channel.TELEGRAM, "m1", "77", {"text": "hello"})
    assert await storage.receive([received]) == 1
    # The plan's market snapshot is neither stored nor in the commit: the database refuses the plan after it took the turns.
    commit = turn_commit(
        conversation,
        "m1",
        push=True,
        plans=(plan_of(conversation, data_hash="absent"),),
        snapshots=SNAPSHOTS,
        charts={"c": donut()},
    )
    with pytest.raises(StorageError):
        await storage.commit_turn(commit)
    assert await storage.conversation(conversation.id) == conversation
    assert len(await storage.history(conversation.id, 0, 10)) == 1
    assert await storage.stored_reply(conversation.id, "m1") is None
    assert await storage.waiting(Channel.TELEGRAM, 10) == [received]
    assert await storage.claim_outgoing(Channel.TELEGRAM, NOW, 60, 10) == []
    assert await storage.snapshot("hash-of-prices") is None
    assert await storage.chart(conversation.user_id, "c") is None


async def test_activating_a_plan_that_is_not_there_undoes_the_whole_turn(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    plan = plan_of(conversation)
    commit = turn_commit(conversation, "m1", plans=(plan,), snapshots=SNAPSHOTS, activate_plan="absent")
    with pytest.raises(NotFound):
        await storage.commit_turn(commit)
    assert await storage.conversation(conversation.id) == conversation
    assert await storage.plan(conversation.user_id, plan.id) is None


async def test_a_turn_for_a_conversation_that_does_not_exist_is_not_found(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    with pytest.raises(NotFound):
        await storage.commit_turn(turn_commit(replace(conversation, id="absent"), "m1"))


async def test_two_visitors_may_use_the_same_message_id(storage: SqlStorage) -> None:
    first, second = await opened(storage, address="one"), await opened(storage, address="two")
    await storage.commit_turn(turn_commit(first, "1", text="mine"))
    assert await storage.stored_reply(second.id, "1") is None
    await storage.commit_turn(turn_commit(second, "1", text="yours"))
    stored = await storage.stored_reply(second.id, "1")
    assert stored is not None
    assert stored.content_hash == turn_commit(second, "1", text="yours").content_hash


async def test_history_comes_in_pages_in_ascending_order(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    for i in range(4):
        conversation = await storage.commit_turn(turn_commit(conversation, f"m{i}"))
    assert [turn.number for turn in await storage.history(conversation.id, 0, 4)] == [1, 2, 3, 4]
    assert [turn.number for turn in await storage.history(conversation.id, 4, 4)] == [5, 6, 7, 8]
    assert [turn.number for turn in await storage.history(conversation.id, 8, 4)] == [9]
    assert await storage.history(conversation.id, 9, 4) == []
    assert await storage.history("absent", 0, 4) == []


async def test_any_text_of_a_message_is_kept_exactly(storage: SqlStorage) -> None:
    text = "half a pair \ud800, NUL \0, \u202eright to left, €, 🏠, \x1b[31m"
    conversation = await opened(storage)
    await storage.commit_turn(turn_commit(conversation, "m1", text=text))
    assert (await storage.history(conversation.id, 1, 1))[0].text == text


@pytest.mark.parametrize("key", ["nul \0", "half a pair \ud800", "x" * 256])
async def test_a_message_id_no_database_can_hold_is_invalid_input(storage: SqlStorage, key: str) -> None:
    conversation = await opened(storage)
    with pytest.raises(InvalidInput):
        await storage.commit_turn(turn_commit(conversation, key))
    with pytest.raises(InvalidInput):
        await storage.stored_reply(conversation.id, key)
    with pytest.raises(InvalidInput):
        await storage.receive([Received(Channel.TELEGRAM, key, "77", {})])
    with pytest.raises(InvalidInput):
        await storage.find_conversation(Channel.WEB, key)


async def test_a_session_is_found_by_its_token_until_it_expires(storage: SqlStorage) -> None:
    conversation = await opened(storage)
    session = ChatSession("s1", conversation.user_id, conversation.id, NOW)
    await storage.add_session(session, "hash of a token")
    assert await storage.session("hash of a token", NOW - MINUTE) == session
    assert await storage.session("hash of a token", NOW) is None
    assert await storage.session("hash of another", NOW - MINUTE) is None


async def test_a_note_holds_what_was_written_last(storage: SqlStorage) -> None:
    await storage.set_note("offset", "1")
    await storage.set_note("offset", "2")
    assert await storage.note("offset") == "2"
    assert await storage.note("other") is None


async def test_ping_returns_while_open_and_a_closed_sqlite_refuses_what_is_written(sqlite_storage: SqlStorage) -> None:
    await sqlite_storage.ping()
    await sqlite_storage.close()
    with pytest.raises(StorageError):
        await sqlite_storage.set_note("offset", "1")


async def test_what_waits_when_sqlite_is_closed_is_still_written(sqlite_url: str, vault: Vault) -> None:
    storage = await open_storage(sqlite_url, vault)
    writing = [asyncio.ensure_future(storage.set_note(str(i), "done")) for i in range(200)]
    await asyncio.sleep(0)  # each has handed its work over
    await storage.close()
    await asyncio.gather(*writing)
    again = await open_storage(sqlite_url, vault)
    assert [await again.note(str(i)) for i in range(200)] == ["done"] * 200
    await again.close()


async def test_a_cancelled_caller_does_not_disturb_the_others(storage: SqlStorage) -> None:
    conversations = [await opened(storage, address=str(i)) for i in range(10)]
    tasks = [asyncio.ensure_future(storage.commit_turn(turn_commit(each, "m"))) for each in conversations]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for i, conversation in enumerate(conversations):
        now = await storage.conversation(conversation.id)
        assert now is not None
        # A cancelled turn may be there or not, but never in part.
        assert len(await storage.history(conversation.id, 0, 10)) == 1 + 2 * now.version
        assert now == outcomes[i] or i % 2 == 0


async def test_the_flow_version_can_be_counted_without_the_keys(sqlite_storage: SqlStorage, sqlite_url: str) -> None:
    await sqlite_storage.commit_turn(turn_commit(await opened(sqlite_storage), "m1"))
    with closing(sqlite3.connect(parse_url(sqlite_url).path)) as connection:
        assert connection.execute("SELECT flow_version FROM conversations").fetchall() == [(3,)]
