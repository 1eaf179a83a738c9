"""The doctor says what is there, what is missing and what is wrong, without changing anything and without showing a secret."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from advisor.adapters.db.migrate import migrate
from advisor.adapters.vault import load_or_create_keys
from advisor.config import Settings
from smartinvest.doctor import Check, examine, report, telegram
from tests.running import free_port

TOKEN = "7:canary-token"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A fresh machine on the sample data."""
    monkeypatch.chdir(tmp_path)
    return Settings.model_validate({"data_dir": tmp_path / "var", "port": free_port(), "market_data": "sample"})


def found(settings: Settings, **changes: Any) -> dict[str, Check]:
    changed = Settings.model_validate({**{key: value for key, value in settings if value is not None}, **changes})
    return {check.name: check for check in examine(changed)}


@contextmanager
def bot_api(status: int, body: bytes) -> Iterator[str]:
    """A server that answers every call so."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature is Python's
            """Nothing is printed."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_fresh_machine_is_fine_and_stays_as_it_is(settings: Settings, tmp_path: Path) -> None:
    checks = found(settings)
    assert {name: check.state for name, check in checks.items() if check.state == "fail"} == {}
    assert "the first run makes it" in checks["Database"].said
    assert checks["Market data"] == Check("Market data", "ok", "sample")
    assert {checks[name].state for name in ("Redis", "Telegram", "Language model")} == {"off"}
    assert list(tmp_path.iterdir()) == []


async def _migrated(url: str) -> None:
    assert await migrate(url)


def test_a_database_that_is_there_is_asked(settings: Settings) -> None:
    asyncio.run(_migrated(settings.database_url.get_secret_value()))
    load_or_create_keys(settings.data_dir)
    assert found(settings)["Database"] == Check("Database", "ok", str(settings.data_dir / "smartinvest.db"))


def test_a_database_without_tables_is_sent_to_migrate(settings: Settings) -> None:
    settings.data_dir.mkdir()
    (settings.data_dir / "smartinvest.db").touch()
    load_or_create_keys(settings.data_dir)
    assert [
        check for check in found(settings).values() if check.state == "fail" and "smartinvest migrate" in check.said
    ]


def test_a_data_directory_that_cannot_be_written_to_is_named(settings: Settings, tmp_path: Path) -> None:
    checks = found(settings, data_dir="/proc/1", database_url=f"sqlite:///{tmp_path}/x.db")
    assert checks["Data directory"].state == "fail"


@pytest.mark.parametrize(
    ("status", "body", "state", "said"),
    [
        (200, b'{"ok": true, "result": {"username": "demo_bot"}}', "ok", "@demo_bot, polling"),
        (200, b'{"ok": true, "result": {}}', "fail", "no sensible answer"),
        (401, b"{}", "fail", "Telegram does not know this token"),
        (500, b"{}", "fail", "Telegram answers 500"),
        (200, b"<html>", "fail", "no sensible answer"),
        (200, b"[]", "fail", "no sensible answer"),
    ],
)
def test_telegram_is_asked_who_the_bot_is(settings: Settings, status: int, body: bytes, state: str, said: str) -> None:
    with bot_api(status, body) as url:
        check = telegram(settings.model_copy(update={"telegram_token": SecretStr(TOKEN), "telegram_api_url": url}))
    assert check.state == state
    assert check.said.startswith(said)


def test_no_secret_is_shown_when_nothing_answers(settings: Settings) -> None:
    dead = f"127.0.0.1:{free_port()}"
    checks = found(
        settings,
        telegram_token=TOKEN,
        telegram_api_url=f"http://{dead}",
        database_url=f"postgresql://me:canary-password@{dead}/x",
        redis_url=f"redis://:canary-password@{dead}/0",
    )
    assert checks["Telegram"].state == "fail"
    assert "canary" not in report(list(checks.values()))
    assert len([check for check in checks.values() if check.state == "fail"]) >= 2


def test_a_taken_port_is_told_and_our_own_server_is_not_taken_for_a_stranger(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", settings.port)) as stranger:
        stranger.settimeout(0)
        assert found(settings)["Web address"].state == "fail"
    with bot_api(200, b"fine") as url:
        assert found(settings, port=int(url.rpartition(":")[2]))["Web address"].said.endswith("answers")


def test_the_report_is_one_aligned_line_a_check() -> None:
    lines = report([Check("A", "ok", "fine"), Check("Longer", "fail", "broken")]).splitlines()
    assert lines == ["ok    A       fine", "FAIL  Longer  broken"]


def test_a_database_without_its_keys_is_named_and_no_new_key_is_made(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/advisor.db"
    asyncio.run(migrate(database))
    data_dir = tmp_path / "data"
    settings = Settings.model_validate({"data_dir": data_dir, "database_url": database, "market_data": "sample"})
    checks = {check.name: check for check in examine(settings)}
    assert checks["Database"].state == "warn"
    assert "for want of its secret keys: put them back" in checks["Database"].said
    assert not data_dir.exists()
