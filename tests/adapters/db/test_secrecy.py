"""What a thief of the files would see."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from pathlib import Path

import asyncpg
import pytest

from advisor.adapters.db.storage import SqlStorage
from advisor.adapters.db.url import parse_url
from advisor.domain.errors import UnreadableData
from advisor.domain.message import Channel, Received
from advisor.domain.records import Document
from tests.adapters.db.builders import NOW, opened, turn_commit
from tests.adapters.db.lives import Life, live

TURNS = 72
TAG = "7q3zk9"
"""The address of whom the secrets are of: it stands in each of them."""


async def plant(storage: SqlStorage) -> Life:
    """A thousand secrets in all that is stored of a person: some of them talk elsewhere first, and are made one with the rest."""
    elsewhere = await live(storage, f"{TAG}b", turns=2, account=False)
    life = await live(storage, TAG, turns=TURNS)
    await storage.absorb(life.user, elsewhere.user, life.conversation.id, NOW)
    life.canaries.extend(elsewhere.canaries)
    export = json.dumps(await storage.everything(life.user)).encode()
    await storage.save_document(life.user, Document("export", "my-data.json", "application/json", export))
    assert len(life.canaries) == len(set(life.canaries)) >= 1000
    return life


def forms(text: str) -> list[bytes]:
    """A text as it may stand in a file: plain, in UTF-16, as hex, and in base64 wherever it begins."""
    plain = text.encode()
    # What comes before or after takes part in the first and last character of base64: those are left out.
    shifted = [b64encode(b"\0" * shift + plain)[4 if shift else 0 :][:-4] for shift in range(3)]
    return [plain, text.encode("utf-16-le"), text.encode("utf-16-be"), plain.hex().encode(), *shifted]


def secrets_in(content: bytes) -> list[bytes]:
    """The forms of what all secrets begin with that are found."""
    return [form for form in forms(f"canary-{TAG}") if form in content]


def test_a_secret_is_found_in_every_form() -> None:
    for shift in range(3):
        secret = f"{'x' * shift}canary-{TAG}-12-3d1f"
        assert secrets_in(b"..." + b64encode(secret.encode()) + b"...")
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        assert secrets_in(f"a canary-{TAG}-12".encode(encoding))
    assert secrets_in(f"canary-{TAG}-1".encode().hex().encode())
    assert not secrets_in(b"canary-another")


def content_of(directory: Path) -> bytes:
    """Every byte of every file: the database, its write-ahead log and what else lies there."""
    found = []
    for file in sorted(directory.rglob("*")):
        try:
            found += [file.read_bytes()] if file.is_file() else []
        except FileNotFoundError:  # a server's own, that came and went
            continue
    return b"".join(found)


async def test_nothing_personal_is_ever_readable_in_the_sqlite_files_or_the_log(
    sqlite_storage: SqlStorage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    life = await plant(sqlite_storage)
    written = content_of(tmp_path)
    assert b"hash-of-prices" in written, "the data must be in the files, else this test shows nothing"
    assert (tmp_path / "advisor.db-wal").stat().st_size > 0
    assert secrets_in(written) == []
    # Nor the hash of a short answer: whoever can list the answers can list their hashes.
    short = turn_commit(await opened(sqlite_storage), "1", text="10 years")
    await sqlite_storage.commit_turn(short)
    assert short.content_hash.encode() not in content_of(tmp_path)
    assert await sqlite_storage.erase_user(life.user, NOW)
    erased = content_of(tmp_path)
    assert secrets_in(erased) == []
    assert secrets_in(caplog.text.encode()) == []
    # The address in clear is gone as well.
    assert (TAG.encode() in written, TAG.encode() in erased) == (True, False)


@pytest.mark.postgres
@pytest.mark.slow
async def test_nothing_personal_is_ever_readable_in_the_postgres_files_or_the_log(
    postgres_storage: SqlStorage, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    life = await plant(postgres_storage)
    connection = await asyncpg.connect(parse_url(postgres_url).dsn)
    try:
        directory = Path(await connection.fetchval("SHOW data_directory"))
        await connection.execute("CHECKPOINT")
        written = content_of(directory)
        assert b"hash-of-prices" in written
        assert secrets_in(written) == []
        assert await postgres_storage.erase_user(life.user, NOW)
        await connection.execute("CHECKPOINT")
        assert secrets_in(content_of(directory)) == []
    finally:
        await connection.close()
    assert secrets_in(caplog.text.encode()) == []


@pytest.mark.postgres
async def test_a_handled_message_leaves_no_payload_behind(postgres_url: str, postgres_storage: SqlStorage) -> None:
    await opened(postgres_storage, Channel.TELEGRAM, "77")
    await postgres_storage.receive([Received(Channel.TELEGRAM, str(i), "77", {"text": "x"}) for i in range(3)])
    conversation = await postgres_storage.find_conversation(Channel.TELEGRAM, "77")
    assert conversation is not None
    await postgres_storage.commit_turn(turn_commit(conversation, "0"))
    await postgres_storage.discard(Channel.TELEGRAM, "1")
    connection = await asyncpg.connect(parse_url(postgres_url).dsn)
    try:
        kept = await connection.fetch("SELECT external_id FROM inbox WHERE payload IS NOT NULL")
    finally:
        await connection.close()
    assert [row["external_id"] for row in kept] == ["2"]


@pytest.mark.postgres
async def test_destroying_a_users_key_makes_a_copy_of_his_rows_unreadable(
    postgres_storage: SqlStorage, postgres_url: str
) -> None:
    mine, other = await opened(postgres_storage, address="mine"), await opened(postgres_storage, address="other")
    connection = await asyncpg.connect(parse_url(postgres_url).dsn)
    try:
        await connection.execute("UPDATE users SET wrapped_key = '' WHERE id = $1", mine.user_id)
    finally:
        await connection.close()
    with pytest.raises(UnreadableData):
        await postgres_storage.conversation(mine.id)
    assert await postgres_storage.conversation(other.id) == other
