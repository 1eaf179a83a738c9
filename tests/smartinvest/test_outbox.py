"""The operator sees what did not arrive, has it tried again or gives it up; the doctor tells of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from advisor.adapters.db.migrate import migrate
from advisor.adapters.db.storage import SqlStorage, open_storage
from advisor.config import Settings
from advisor.container import open_vault
from advisor.domain.message import Channel, Turn
from smartinvest.doctor import Check, examine
from smartinvest.doctor_delivery import operator_check
from smartinvest.outbox import Wanted, outbox
from tests.running import free_port

TELEGRAM = Channel.TELEGRAM
HOUR = timedelta(hours=1)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A machine with an empty database."""
    monkeypatch.chdir(tmp_path)
    made = Settings.model_validate({"data_dir": tmp_path / "var", "port": free_port(), "market_data": "sample"})
    asyncio.run(migrate(made.database_url.get_secret_value()))
    return made


def do(settings: Settings, work: Callable[[SqlStorage], Awaitable[None]]) -> None:
    """Work on the database as a bot would."""

    async def run() -> None:
        storage = await open_storage(settings.database_url.get_secret_value(), open_vault(settings))
        await work(storage)
        await storage.close()

    asyncio.run(run())


async def _greeted(storage: SqlStorage, address: str, at: datetime) -> None:
    turn = Turn(1, "advisor", at, blocks=({"kind": "text", "text": "Hello."},))
    await storage.open_conversation(TELEGRAM, address, {}, turn, push=True)


def troubled(settings: Settings) -> None:
    """One reply is dead, one may have been sent by a process that crashed, one waits, and one is fresh."""

    async def work(storage: SqlStorage) -> None:
        now = datetime.now(UTC)
        await _greeted(storage, "1", now - HOUR)
        await _greeted(storage, "2", now - HOUR)
        [dead, crashed] = await storage.claim_outgoing(TELEGRAM, now - HOUR, 60, 2)
        await storage.bury_outgoing(dead.id, "Bad Request: chat not found")
        await storage.claim_outgoing(TELEGRAM, now, 60, 1)
        await storage.finish_outgoing(crashed.id)
        await _greeted(storage, "3", now - HOUR)
        await _greeted(storage, "4", now)

    do(settings, work)


def listed(settings: Settings, capsys: pytest.CaptureFixture[str], **wanted: object) -> dict[str, dict[str, object]]:
    """The list as JSON, by address."""
    capsys.readouterr()
    assert outbox(settings, Wanted(as_json=True, **wanted)) == 0  # type: ignore[arg-type]
    return {entry["address"]: entry for entry in json.loads(capsys.readouterr().out)}


def test_with_nothing_to_tell_it_says_so(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert outbox(settings, Wanted()) == 0
    assert capsys.readouterr().out == "Nothing is listed: all of it was delivered.\n"
    assert outbox(settings, Wanted(as_json=True)) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_what_did_not_arrive_is_listed_with_the_reason(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    troubled(settings)
    assert outbox(settings, Wanted()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[0] for line in lines) == ["dead", "unknown", "waiting"]
    [dead] = [line for line in lines if line.startswith("dead")]
    assert "telegram:1  part 1" in dead
    assert dead.endswith("Bad Request: chat not found")
    entries = listed(settings, capsys)
    assert {address: entry["status"] for address, entry in entries.items()} == {
        "1": "dead",
        "2": "unknown",
        "3": "waiting",
    }


def test_the_dead_are_tried_again_and_what_waits_is_given_up(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    troubled(settings)
    entries = listed(settings, capsys)
    dead, waiting = str(entries["1"]["id"]), str(entries["3"]["id"])
    after = listed(settings, capsys, retry=[dead], bury=[waiting])
    assert (after["1"]["status"], after["3"]["status"]) == ("waiting", "dead")
    assert after["3"]["reason"] == "given up by the operator"
    assert outbox(settings, Wanted(retry=[dead, "absent"], bury=[waiting])) == 1
    said = capsys.readouterr().err
    assert all(f"{each} is not in the list" in said for each in (dead, "absent", waiting))


def test_the_doctor_counts_them(settings: Settings) -> None:
    def delivery() -> Check:
        return next(check for check in examine(settings) if check.name == "Delivery")

    open_vault(settings)  # as the first run does: without its keys the doctor does not look into a database
    assert delivery() == Check("Delivery", "ok", "everything of the last day")
    troubled(settings)
    told = delivery()
    assert told.state == "warn"
    assert told.said == "1 unknown, 1 dead, 1 waiting in the last day; `smartinvest outbox` lists them."


def test_the_doctor_says_what_becomes_of_a_wish_to_talk_to_a_person(settings: Settings) -> None:
    assert operator_check(settings).state == "off"
    contact = settings.model_copy(update={"operator_contact": "help@example.org"})
    assert "help@example.org" in operator_check(contact).said
    webhook = {"operator_webhook": SecretStr("https://desk.example.org/canary")}
    said = operator_check(settings.model_copy(update=webhook)).said
    assert "desk.example.org" in said
    assert "canary" not in said
