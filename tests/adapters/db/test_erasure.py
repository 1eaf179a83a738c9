"""The storage contract: erasing a user."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Connection, text

from advisor.adapters.db.ownership import NOBODYS, owned_tables
from advisor.adapters.db.schema import metadata
from advisor.adapters.db.storage import SqlStorage
from advisor.adapters.db.url import parse_url
from advisor.domain.errors import Conflict, NotFound, UnreadableData
from advisor.domain.identity import Link
from advisor.domain.message import Channel, Received
from advisor.ports.storage import Storage
from tests.adapters.db.builders import MINUTE, NOW, donut, opened, turn_commit
from tests.adapters.db.lives import WAITING, live, message_id
from tests.adapters.db.walking import all_rows, owned_counts, tables_naming
from tests.databases import Opener


async def test_an_erased_user_is_gone_and_the_other_is_as_before(storage: Storage) -> None:
    gone, stays = await live(storage, "7001"), await live(storage, "7002")
    before = await storage.everything(stays.user)
    assert await storage.erase_user(gone.user, NOW)
    assert not await storage.erase_user(gone.user, NOW)
    assert not await storage.erase_user("nobody", NOW)
    assert await storage.conversation(gone.conversation.id) is None
    assert await storage.find_conversation(Channel.TELEGRAM, "7001") is None
    assert await storage.history(gone.conversation.id, 0, 9) == []
    assert await storage.goals(gone.user) == []
    assert await storage.plans(gone.user, None, 9) == []
    assert await storage.account(gone.user) is None
    assert await storage.session("token-7001", NOW) is None
    assert await storage.offered_link("code-7001", NOW) is None
    assert await storage.note("telegram:question:999:7001") is None
    assert await storage.everything(gone.user) == {}
    assert await storage.everything(stays.user) == before


async def test_a_message_that_waited_is_gone_and_its_repeat_is_still_known(storage: Storage) -> None:
    gone = await live(storage, "7001")
    waiting = Received(Channel.TELEGRAM, message_id("7001", WAITING), "7001", {"text": "again"})
    handled = Received(Channel.TELEGRAM, message_id("7001", 0), "7001", {"text": "again"})
    await storage.erase_user(gone.user, NOW)
    assert await storage.receive([waiting, handled]) == 0
    assert await storage.claim_received(Channel.TELEGRAM, NOW, 60, 10) == []
    fresh = Received(Channel.TELEGRAM, "88888", "7001", {"text": "hello"})
    assert await storage.receive([fresh]) == 1


async def test_whoever_was_erased_begins_anew_as_somebody_else(storage: Storage) -> None:
    gone = await live(storage, "7001")
    await storage.erase_user(gone.user, NOW)
    again = await opened(storage, Channel.TELEGRAM, "7001")
    assert again.user_id != gone.user
    assert again.state == {"open": "goal"}
    assert await storage.plans(again.user_id, None, 9) == []


async def test_an_offer_that_the_erased_one_took_up_is_withdrawn(storage: Storage) -> None:
    stays, gone = await opened(storage, address="stays"), await opened(storage, address="gone")
    await storage.offer_link(Link("code", stays.user_id, stays.id, NOW + MINUTE))
    await storage.join_link("code", gone.id, NOW)
    await storage.erase_user(gone.user_id, NOW)
    assert await storage.link_joined(stays.id, NOW) is None


async def test_of_every_table_that_is_somebodys_no_row_is_left(storage: SqlStorage) -> None:
    gone = await live(storage, "700123456")
    counts = await owned_counts(storage, gone.user)
    assert {table.name for table, _ in owned_tables()} >= counts.keys()
    assert [name for name, rows in counts.items() if rows == 0] == [], "a table without a row shows nothing: plant one"
    words = [gone.user, gone.conversation.id, "700123456"]
    before = await all_rows(storage)
    assert all(tables_naming(before, word) for word in words)
    await storage.erase_user(gone.user, NOW)
    after = await all_rows(storage)
    assert {name for word in words[1:] for name in tables_naming(after, word)} == set()
    states = {(row["status"], row["payload"], row["seal"], row["turn"]) for row in after["inbox"]}
    assert states == {("discarded", None, None, None)}
    assert tables_naming(after, gone.user) == {"audit"}
    assert {name for name, rows in after.items() if rows} <= {"audit", "audit_head", "inbox", "notes", "snapshots"}


async def test_the_name_of_a_picture_at_telegram_goes_and_another_pictures_stays(storage: SqlStorage) -> None:
    conversation = await opened(storage, Channel.TELEGRAM, "7001")
    await storage.commit_turn(turn_commit(conversation, "m1", charts={"c": donut("his")}))
    his, anothers = (f"telegram:photo:999:{donut(title).digest()}" for title in ("his", "another's"))
    offset = "telegram:offset:7001"
    for key in (his, anothers, offset):
        await storage.set_note(key, "kept")
    await storage.erase_user(conversation.user_id, NOW)
    assert [await storage.note(key) for key in (his, anothers, offset)] == [None, "kept", "kept"]


async def test_a_picture_that_cannot_be_read_does_not_keep_its_owner(
    storage: SqlStorage, caplog: pytest.LogCaptureFixture
) -> None:
    gone = await live(storage, "7001")
    await storage._database.write(
        lambda connection: connection.execute(text("UPDATE charts SET body = wrapped_key FROM users")).close()
    )
    assert await storage.erase_user(gone.user, NOW)
    assert "cannot be read" in caplog.text
    assert (await all_rows(storage))["charts"] == []


def test_every_table_is_somebodys_or_nobodys_for_a_reason() -> None:
    owned = {table.name for table, _ in owned_tables()}
    assert owned.isdisjoint(NOBODYS)
    assert owned | NOBODYS.keys() == metadata.tables.keys()
    assert all(NOBODYS.values())


async def test_a_turn_that_is_written_while_its_user_is_erased_leaves_nothing(
    storage: SqlStorage, open_another: Opener
) -> None:
    other = await open_another()
    for number in range(10):
        conversation = await opened(storage, address=f"visitor-{number}")
        commit = turn_commit(conversation, "m1")
        outcomes = await asyncio.gather(
            storage.commit_turn(commit), other.erase_user(conversation.user_id, NOW), return_exceptions=True
        )
        assert outcomes[1] is True
        assert not isinstance(outcomes[0], Exception) or isinstance(outcomes[0], Conflict | NotFound)
    rows = await all_rows(storage)
    assert [rows[name] for name in ("users", "conversations", "turns", "inbox")] == [[], [], [], []]


async def test_an_erasure_says_in_the_log_whom_to_erase_again(
    storage: SqlStorage, caplog: pytest.LogCaptureFixture
) -> None:
    user = (await opened(storage)).user_id
    with caplog.at_level(logging.INFO):
        await storage.erase_user(user, NOW)
    assert f"erased user={user}" in caplog.text


async def key_of(storage: SqlStorage, user_id: str) -> bytes:
    statement = text("SELECT wrapped_key FROM users WHERE id = :user")

    def work(connection: Connection) -> bytes:
        found = connection.execute(statement, {"user": user_id}).scalar_one()
        return bytes(found)

    return await storage._database.read(work)


async def test_a_destroyed_key_is_in_no_file_of_sqlite(sqlite_storage: SqlStorage, tmp_path: Path) -> None:
    gone, stays = await live(sqlite_storage, "7001"), await live(sqlite_storage, "7002")
    key, kept = await key_of(sqlite_storage, gone.user), await key_of(sqlite_storage, stays.user)
    assert key in _files(tmp_path)
    await sqlite_storage.erase_user(gone.user, NOW)
    content = _files(tmp_path)
    assert key not in content
    assert kept in content
    assert (tmp_path / "advisor.db-wal").stat().st_size == 0


async def test_a_key_that_moving_rows_left_behind_is_found_and_removed(
    sqlite_storage: SqlStorage, tmp_path: Path
) -> None:
    gone = await live(sqlite_storage, "7001")
    key = await key_of(sqlite_storage, gone.user)

    # As if a page had kept a copy of it: a row that nobody looks for, deleted by somebody who does not overwrite.
    def leave_behind(connection: Connection) -> None:
        connection.execute(text("PRAGMA secure_delete = OFF"))
        connection.execute(text("CREATE TABLE page AS SELECT wrapped_key FROM users"))
        connection.execute(text("DROP TABLE page"))

    await sqlite_storage._database.write(leave_behind)
    await sqlite_storage.erase_user(gone.user, NOW)
    assert key not in _files(tmp_path)
    assert await opened(sqlite_storage, address="anew")


def _files(directory: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(directory.iterdir()))


async def test_a_copy_made_before_opens_with_its_own_key_and_with_none_that_is_left(storage: SqlStorage) -> None:
    """What a backup means: it has the wrapped key of everybody who was there when it was made."""
    gone, stays = await live(storage, "7001"), await live(storage, "7002")
    copy = await all_rows(storage)
    await storage.erase_user(gone.user, NOW)
    left = (await all_rows(storage))["users"]
    assert [row["id"] for row in left] == [stays.user]
    (plan, *_) = [row["body"] for row in copy["plans"] if row["user_id"] == gone.user]
    (own,) = [row["wrapped_key"] for row in copy["users"] if row["id"] == gone.user]
    assert set(storage._sealer.open(own, "plans|body", gone.user, plan)) == {"inputs", "result"}
    for row in left:
        with pytest.raises(UnreadableData):
            storage._sealer.open(row["wrapped_key"], "plans|body", gone.user, plan)


@pytest.mark.postgres
async def test_postgres_has_no_row_of_a_destroyed_key_after_a_full_vacuum(
    postgres_storage: SqlStorage, postgres_url: str
) -> None:
    gone = await live(postgres_storage, "7001")
    key = await key_of(postgres_storage, gone.user)
    connection = await asyncpg.connect(parse_url(postgres_url).dsn)
    try:
        await connection.execute("CHECKPOINT")
        assert key in await _table_file(connection, "users")
        await postgres_storage.erase_user(gone.user, NOW)
        await connection.execute("VACUUM FULL users")
        await connection.execute("CHECKPOINT")
        assert key not in await _table_file(connection, "users")
    finally:
        await connection.close()


async def _table_file(connection: asyncpg.Connection, table: str) -> bytes:
    directory = await connection.fetchval("SHOW data_directory")
    file = await connection.fetchval("SELECT pg_relation_filepath($1)", table)
    return (Path(directory) / file).read_bytes()
