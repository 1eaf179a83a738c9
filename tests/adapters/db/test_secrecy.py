"""What a thief of the files would see."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from advisor.adapters.db.storage import SqlStorage
from advisor.adapters.db.url import parse_url
from advisor.domain.account import Account, RefreshToken
from advisor.domain.errors import UnreadableData
from advisor.domain.message import Channel, Received
from advisor.ports.account_storage import KeptAnswer
from tests.adapters.db.builders import NOW, SNAPSHOTS, answered, donut, opened, plan_of, said, turn_commit
from tests.adapters.db.test_records import REPORT, computation_of, goal_of, profile_of

CANARIES = [
    f"canary-{name}-3d1f"
    for name in ("state", "asked", "answered", "choice", "inputs", "result", "chart", "inbox", "opening")
]
KEPT_CANARIES = [
    f"canary-{name}-77aa"
    for name in ("goal", "goal-answers", "profile", "assessed", "computed", "document", "email", "password", "answer")
]


async def plant(storage: SqlStorage) -> str:
    """Store every kind of personal data, each with its canary; returns the content hash."""
    state, asked_, answered_, choice, inputs, result, chart, inbox, opening = CANARIES
    conversation = await storage.open_conversation(
        Channel.TELEGRAM, "77", {"said": opening}, answered(1, opening), push=True
    )
    await storage.receive([Received(Channel.TELEGRAM, "1", "77", {"text": inbox})])
    plan = plan_of(conversation, inputs={"name": inputs}, result={"note": result})
    commit = turn_commit(
        conversation,
        "2",
        state={"said": state},
        asked=said(2, asked_),
        answered=answered(3, answered_),
        plans=(plan,),
        snapshots=SNAPSHOTS,
        charts={"c": donut(chart)},
        push=True,
        activate_plan=plan.id,
    )
    conversation = await storage.commit_turn(commit)
    await storage.commit_turn(turn_commit(conversation, "3", text=choice))
    await plant_records(storage, conversation.user_id)
    return commit.content_hash


async def plant_records(storage: SqlStorage, user: str) -> None:
    """What is kept of an investor beside conversations and plans."""
    goal, goal_answers, profile, assessed, computed, document, email, password, answer = KEPT_CANARIES
    await storage.save_goal(goal_of(user, goal, answers={"note": goal_answers}), 0)
    await storage.save_profile(profile_of(user, answers={"note": profile}, assessment={"note": assessed}))
    await storage.save_computation(computation_of(user, inputs={"note": computed}), None)
    await storage.save_document(user, replace(REPORT, name=f"{document}.pdf", content=document.encode()))
    account = Account(user, f"{email}@example.com", password, NOW)
    await storage.add_account(account, RefreshToken("token", "family", user, NOW, NOW), "unused")
    await storage.keep_answer(user, "key", KeptAnswer("hash", 200, answer))


def readable(content: bytes, secret: str) -> bool:
    """Whether a secret stands in the bytes, plain or in the encodings our adapters know."""
    return any(form in content for form in (secret.encode(), secret.encode("utf-16-le"), b64encode(secret.encode())))


def content_of(directory: Path) -> bytes:
    """Every byte of every file: the database, its write-ahead log and what else lies there."""
    return b"".join(file.read_bytes() for file in sorted(directory.iterdir()))


async def test_nothing_personal_is_readable_in_the_sqlite_files(sqlite_storage: SqlStorage, tmp_path: Path) -> None:
    content_hash = await plant(sqlite_storage)
    content = content_of(tmp_path)
    assert b"hash-of-prices" in content, "the data must be in the files, else this test shows nothing"
    # Nor the hash of a short answer: whoever can list the answers can list their hashes.
    assert [secret for secret in [*CANARIES, *KEPT_CANARIES, content_hash] if readable(content, secret)] == []


@pytest.mark.postgres
async def test_nothing_personal_is_readable_in_the_postgres_rows(
    postgres_storage: SqlStorage, postgres_url: str
) -> None:
    content_hash = await plant(postgres_storage)
    content = b""
    connection = await asyncpg.connect(parse_url(postgres_url).dsn)
    try:
        for (table,) in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            for row in await connection.fetch(f'SELECT * FROM "{table}"'):  # noqa: S608  our own tables' names
                content += b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    finally:
        await connection.close()
    assert b"hash-of-prices" in content
    assert [secret for secret in [*CANARIES, *KEPT_CANARIES, content_hash] if readable(content, secret)] == []


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
