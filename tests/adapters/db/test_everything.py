"""The storage contract: all that is stored of a user, opened."""

from __future__ import annotations

import json
from base64 import b64encode

from advisor.adapters.db.everything import LEFT_OUT
from advisor.adapters.db.ownership import NOBODYS, owned_tables
from advisor.adapters.db.schema import metadata
from advisor.adapters.db.storage import SqlStorage
from advisor.ports.storage import Storage
from tests.adapters.db.builders import NOW, opened
from tests.adapters.db.lives import live
from tests.adapters.db.walking import owned_counts


async def test_what_was_said_and_made_is_there_in_clear(storage: Storage) -> None:
    life = await live(storage, "7001")
    await live(storage, "7002")
    found = await storage.everything(life.user)
    assert {"users", "turns", "goals", "plans", "profiles", "computations", "documents", "audit"} <= found.keys()
    (document,) = found["documents"]
    assert document["content"] == b64encode(life.document.content).decode()
    assert (document["name"], document["media_type"]) == (life.document.name, "application/pdf")
    (goal,) = [row for row in found["goals"] if row["id"] == life.goal.id]
    assert (goal["name"], goal["answers"]) == (life.goal.name, life.goal.answers)
    assert [row["number"] for row in found["turns"]] == [1, 2, 3]
    assert found["turns"][1]["text"] in life.canaries
    assert json.loads(json.dumps(found)) == found


async def test_nothing_of_anybody_else_is_there(storage: Storage) -> None:
    mine, theirs = await live(storage, "7001"), await live(storage, "7002")
    text = json.dumps(await storage.everything(mine.user))
    assert [word for word in (*theirs.canaries, theirs.user, theirs.conversation.id) if word in text] == []
    assert await storage.everything("nobody") == {}


async def test_every_canary_is_in_it_but_the_hash_of_the_password(storage: SqlStorage) -> None:
    life = await live(storage, "7001")
    state_overwritten_by_the_first_turn = life.canaries[1]
    text = json.dumps(await storage.everything(life.user)) + life.document.content.decode()
    account = await storage.account(life.user)
    assert account is not None
    assert [canary for canary in life.canaries if canary not in text] == [
        state_overwritten_by_the_first_turn,
        account.password_hash,
    ]


async def test_every_table_and_every_row_is_in_it(storage: SqlStorage) -> None:
    life = await live(storage, "7001")
    found = await storage.everything(life.user)
    assert found.keys() == {table.name for table, _ in owned_tables()} | {"users", "audit", "notes"}
    assert metadata.tables.keys() - found.keys() <= NOBODYS.keys()
    counts = await owned_counts(storage, life.user)
    waiting = 1  # it belongs to no conversation yet, and is found by its address
    assert {name: len(found[name]) for name in counts} == counts | {"inbox": counts["inbox"] + waiting}
    assert len(found["unknown_sends"]) == 1
    assert len(found["notes"]) == 2
    assert len(found["audit"]) == len(await storage.audit(0, 999))


async def test_every_column_is_in_it_but_keys_and_hashes(storage: SqlStorage) -> None:
    life = await live(storage, "7001")
    found = await storage.everything(life.user)
    left_out = {(column.table.name, column.name) for column in LEFT_OUT}
    opened_into_others = {"body", "sealed"}
    missing = {
        (name, column.name)
        for name, rows in found.items()
        for column in metadata.tables[name].columns
        if rows and not all(column.name in row for row in rows) and column.name not in opened_into_others
    }
    assert missing == left_out
    assert all(LEFT_OUT.values())
    assert "password_hash" not in found["accounts"][0]


async def test_what_was_anothers_before_is_in_it_with_what_the_chain_said_of_it(storage: SqlStorage) -> None:
    mine, theirs = await live(storage, "7001"), await live(storage, "7002", account=False)
    first = await opened(storage, address="first")
    await storage.absorb(mine.user, theirs.user, mine.conversation.id, NOW)
    await storage.absorb(first.user_id, mine.user, first.id, NOW)
    found = await storage.everything(first.user_id)
    assert len(found["goals"]) == 4
    assert {row["actor"] for row in found["audit"]} == {first.user_id, mine.user, theirs.user}
