"""What an operator does for a person who asks: all of the data as a file, or its end; both by agreement only."""

from __future__ import annotations

import asyncio
import json
import stat
import zipfile
from pathlib import Path

import pytest

from advisor.adapters.db.migrate import migrate
from advisor.config import Settings
from advisor.container import open_container
from advisor.domain.errors import InvalidInput, NotFound
from advisor.domain.message import Channel, Inbound, Visitor
from smartinvest.people import Who, erase, export
from tests.running import free_port

CANARY = "a house named Canary-77"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A machine on which somebody has written on Telegram, and has an account on the web."""
    monkeypatch.chdir(tmp_path)
    made = Settings.model_validate({"data_dir": tmp_path / "var", "port": free_port(), "market_data": "sample"})
    asyncio.run(_fill(made))
    return made


async def _fill(settings: Settings) -> None:
    await migrate(settings.database_url.get_secret_value())
    async with open_container(settings) as container:
        await container.dialogue.open(Channel.TELEGRAM, "4711", Visitor("en-US"))
        await container.dialogue.receive(Channel.TELEGRAM, "4711", Visitor(), Inbound("u1", text=CANARY))
        await container.accounts.register("ann@example.com", "a long sentence", "192.0.2.1", None)


def telegram() -> Who:
    return Who(None, "telegram:4711", None)


def test_an_export_is_written_for_its_owner_alone(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "out.zip"
    assert export(settings, telegram(), file, sure=True) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        assert CANARY in json.dumps(json.loads(archive.read("everything.json"))["turns"])
    with pytest.raises(InvalidInput, match=r"out\.zip"):
        export(settings, telegram(), file, sure=True)


def test_without_a_yes_nothing_is_written_or_erased(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(settings, telegram(), tmp_path / "out.zip", sure=False) == 1
    assert erase(settings, telegram(), sure=False) == 1
    assert "--yes" in capsys.readouterr().err
    assert not (tmp_path / "out.zip").exists()
    assert export(settings, telegram(), tmp_path / "out.zip", sure=True) == 0


def test_an_erased_person_is_nobody_any_more(settings: Settings, tmp_path: Path) -> None:
    assert erase(settings, telegram(), sure=True) == 0
    with pytest.raises(NotFound):
        export(settings, telegram(), tmp_path / "out.zip", sure=True)
    assert export(settings, Who(None, None, "ANN@example.com"), tmp_path / "ann.zip", sure=True) == 0


@pytest.mark.parametrize(
    "who", [(None, None, None), ("a", "telegram:1", None), (None, "telegram:1", "ann@example.com")]
)
def test_it_is_said_in_one_way_who_is_meant(who: tuple[str | None, str | None, str | None]) -> None:
    with pytest.raises(InvalidInput, match="Say who"):
        Who(*who)


@pytest.mark.parametrize("address", ["4711", "post:4711", "telegram:"])
def test_an_address_names_its_channel(settings: Settings, address: str) -> None:
    with pytest.raises(InvalidInput, match="channel"):
        erase(settings, Who(None, address, None), sure=True)


@pytest.mark.parametrize("who", [("nobody", None, None), (None, "web:nowhere", None), (None, None, "x@example.com")])
def test_an_unknown_person_is_not_found(settings: Settings, who: tuple[str | None, str | None, str | None]) -> None:
    with pytest.raises(NotFound):
        erase(settings, Who(*who), sure=True)
