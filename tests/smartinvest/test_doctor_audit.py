"""The doctor walks the audit chain, and names the first link that does not hold."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from advisor.adapters.db.migrate import migrate
from advisor.config import Settings
from advisor.container import open_container
from smartinvest.doctor import examine
from smartinvest.doctor_audit import report
from tests.adapters.db.builders import NOW, opened
from tests.adapters.db.test_records import REPORT, goal_of, profile_of
from tests.running import free_port


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A machine on which somebody has a goal, a profile and a document."""
    monkeypatch.chdir(tmp_path)
    made = Settings.model_validate({"data_dir": tmp_path / "var", "port": free_port(), "market_data": "sample"})
    asyncio.run(_fill(made))
    return made


async def _fill(settings: Settings) -> None:
    await migrate(settings.database_url.get_secret_value())
    async with open_container(settings) as container:
        user = (await opened(container.storage)).user_id
        await container.storage.save_goal(goal_of(user), 0)
        await container.storage.save_profile(profile_of(user))
        await container.storage.save_document(user, REPORT)


def tamper(settings: Settings, statement: str) -> None:
    with sqlite3.connect(settings.data_dir / "smartinvest.db") as connection:
        assert connection.execute(statement).rowcount == 1
    connection.close()


def chain_line(settings: Settings) -> tuple[str, str]:
    (check,) = (check for check in examine(settings) if check.name == "Audit chain")
    return check.state, check.said


def test_a_whole_chain_is_counted(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert chain_line(settings) == ("ok", "3 links, whole")
    assert report(settings) == 0
    assert "3 links, whole; 3 records as they were stored, 0 erased or deleted" in capsys.readouterr().out


def test_a_changed_link_is_named(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(settings, "UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE number = 2")
    assert chain_line(settings) == ("fail", "link 2 is changed. docs/audit.md says what that means.")
    assert report(settings) == 1
    assert "FAIL" in capsys.readouterr().out


def test_removed_links_are_named_also_at_the_end(settings: Settings) -> None:
    tamper(settings, "DELETE FROM audit WHERE number = 3")
    assert chain_line(settings)[1].startswith("link 3 is cut off")
    tamper(settings, "DELETE FROM audit WHERE number = 1")
    assert chain_line(settings)[1].startswith("link 1 is missing")


def test_a_changed_record_is_found_by_the_long_look_only(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(settings, "UPDATE profiles SET created_at = '2020-01-01 00:00:00.000000'")
    assert chain_line(settings)[0] == "ok"
    assert report(settings) == 1
    assert "not as stored: 1 records, of link 2" in capsys.readouterr().out


def test_a_removed_record_is_told_from_an_erased_one(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_erase_another(settings))
    assert report(settings) == 0
    assert "6 links, whole; 3 records as they were stored, 2 erased or deleted" in capsys.readouterr().out
    tamper(settings, "DELETE FROM profiles")
    assert report(settings) == 1
    assert "gone without a word: 1 records, of link 2" in capsys.readouterr().out


async def _erase_another(settings: Settings) -> None:
    async with open_container(settings) as container:
        user = (await opened(container.storage, address="another")).user_id
        await container.storage.save_profile(profile_of(user))
        await container.storage.save_document(user, REPORT)
        await container.storage.erase_user(user, NOW)
