"""Recipients, leases and links join a database that is in use: who talked goes on, and what was on its way arrives in order."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from advisor.adapters.db.migrate import migrate
from advisor.adapters.db.storage import open_storage
from advisor.adapters.vault import Vault
from advisor.domain.errors import StorageError
from advisor.domain.message import Channel, Received
from tests.adapters.db.builders import NOW, home, opened, turn_commit
from tests.adapters.db.older import as_of, in_the_database, upgrade_to

TELEGRAM = Channel.TELEGRAM
SECOND = timedelta(seconds=1)


async def test_a_dialogue_of_the_release_before_goes_on_with_all_that_was_on_its_way(
    urls: tuple[str, str], vault: Vault
) -> None:
    current, older = urls
    storage = await open_storage(current, vault)
    conversation = await opened(storage, TELEGRAM, "77", push=True)
    conversation = await storage.commit_turn(turn_commit(conversation, "1", push=True))
    await opened(storage, Channel.WEB, "visitor")
    waiting = [Received(TELEGRAM, str(number), "77", {"n": number}) for number in (2, 3)]
    await storage.receive([Received(TELEGRAM, "1", "77", {}), *waiting])
    [sending] = await storage.claim_outgoing(TELEGRAM, NOW, 60, 10)
    await storage.part_sent(sending.id, 2)
    history = await storage.history(conversation.id, 0, 10)
    await storage.close()

    await as_of("0003", current, older)
    assert await migrate(older)
    storage = await open_storage(older, vault)
    try:
        assert await storage.find_conversation(TELEGRAM, "77") == conversation
        assert await storage.find_conversation(Channel.WEB, "visitor") is not None
        assert await storage.history(conversation.id, 0, 10) == history
        assert [row.external_id for row in await storage.claim_received(TELEGRAM, NOW, 60, 10)] == ["2"]
        [greeting] = await storage.claim_outgoing(TELEGRAM, NOW + 61 * SECOND, 60, 10)
        assert (greeting.address, greeting.turn, greeting.progress, greeting.uncertain) == ("77", 1, 2, True)
        await storage.finish_outgoing(greeting.id)
        [reply] = await storage.claim_outgoing(TELEGRAM, NOW + 61 * SECOND, 60, 10)
        assert (reply.turn, reply.unprompted) == (3, False)
        after = await storage.commit_turn(turn_commit(conversation, "2", to=(home(conversation),)))
        assert after.version == conversation.version + 1
    finally:
        await storage.close()
    assert not await migrate(older)


async def test_tables_are_not_copied_while_dropping_one_would_delete_what_refers_to_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/advisor.db"
    await in_the_database(url, lambda connection: upgrade_to(connection, "0003"))

    def enforced(connection: object) -> None:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")  # type: ignore[attr-defined]
        upgrade_to(connection, "0004")  # type: ignore[arg-type]

    with pytest.raises(RuntimeError, match="foreign keys"):
        await in_the_database(url, enforced)


async def test_a_migration_that_would_leave_something_dangling_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/advisor.db"
    await in_the_database(url, lambda connection: upgrade_to(connection, "0003"))
    lost = text("INSERT INTO charts (user_id, id, body) VALUES ('nobody', 'c', x'00')")
    await in_the_database(url, lambda connection: connection.execute(lost).close())
    with pytest.raises(StorageError, match="charts refers to"):
        await migrate(url)
    revision = text("SELECT version_num FROM alembic_version")
    assert await in_the_database(url, lambda connection: connection.execute(revision).scalar()) == "0003"
