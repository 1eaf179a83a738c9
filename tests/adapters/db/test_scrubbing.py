"""Deleted bytes leave the files of SQLite, also beside other processes."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from advisor.adapters.db.scrubbing import _holds, scrub
from advisor.adapters.db.storage import SqlStorage, open_storage
from advisor.adapters.vault import Vault
from tests.adapters.db.builders import NOW, opened, turn_commit

SECRET = b"\x07a secret of thirty-two bytes...\x07"


def file_of(tmp_path: Path, *, overwrite: bool) -> Path:
    """A file from which a secret was deleted."""
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA secure_delete = {'ON' if overwrite else 'OFF'}")
        connection.execute("CREATE TABLE secrets (value BLOB)")
        connection.execute("CREATE TABLE others (value BLOB)")
        connection.execute("INSERT INTO secrets VALUES (?)", (SECRET,))
        connection.execute("INSERT INTO others VALUES (?)", (b"kept",))
        connection.execute("DELETE FROM secrets")
    return path


@pytest.mark.parametrize("overwrite", [True, False])
def test_the_bytes_are_gone_and_the_rest_is_there(tmp_path: Path, overwrite: bool) -> None:
    path = file_of(tmp_path, overwrite=overwrite)
    assert (SECRET in path.read_bytes()) is not overwrite
    assert scrub(path, SECRET)
    assert SECRET not in path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT value FROM others").fetchall() == [(b"kept",)]


@pytest.mark.parametrize("before", [0, 1, 15, 31, 32])
def test_bytes_are_found_where_two_chunks_meet(tmp_path: Path, before: int) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(b"x" * (64 - before) + SECRET + b"y" * 64)
    assert _holds(path, SECRET, 64)
    path.write_bytes(b"x" * 64 + SECRET[:-1] + b"y" * 64)
    assert not _holds(path, SECRET, 64)


def test_where_somebody_keeps_reading_it_says_so_and_gives_up(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = file_of(tmp_path, overwrite=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer, closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM others").fetchall()
        writer.execute("INSERT INTO others VALUES (1)")
        assert not scrub(path, SECRET, patience=0.05)
    assert "kept the write-ahead log busy" in caplog.text


def test_a_file_that_cannot_be_used_is_told_and_nothing_raised(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert not scrub(tmp_path / "no directory" / "some.db", SECRET)
    assert "deleted bytes may still stand" in caplog.text


async def test_erasing_beside_busy_processes_loses_nothing(
    sqlite_storage: SqlStorage, sqlite_url: str, vault: Vault
) -> None:
    other = await open_storage(sqlite_url, vault)
    talking = [await opened(other, address=f"visitor-{number}") for number in range(4)]

    async def talk(number: int) -> int:
        conversation = talking[number]
        for message in range(30):
            conversation = await other.commit_turn(turn_commit(conversation, f"m{message}"))
        return len(await sqlite_storage.history(conversation.id, 0, 999))

    async def erase(number: int) -> bool:
        user = (await opened(sqlite_storage, address=f"gone-{number}")).user_id
        return await sqlite_storage.erase_user(user, NOW)

    outcomes = await asyncio.gather(*(talk(number) for number in range(4)), *(erase(number) for number in range(10)))
    await other.close()
    assert outcomes == [61] * 4 + [True] * 10
