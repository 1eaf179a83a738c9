"""A change of the secret keys: everything is readable before, after, and without the old key once it is forgotten."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from advisor.adapters.db.migrate import migrate
from advisor.adapters.vault import KEY_FILE, generate_key
from advisor.config import Settings
from advisor.container import open_container
from advisor.domain.errors import SettingsError
from advisor.domain.message import Channel, Visitor
from smartinvest.secret_keys import forget, rewrap, rotate
from tests.local_http import Answer, LocalServer
from tests.running import free_port


class Healthy(LocalServer):
    """An api that is up."""

    def answer(self, target: str) -> Answer:
        return Answer.of({"path": target})


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A machine whose keys are in the data directory."""
    monkeypatch.chdir(tmp_path)
    made = Settings.model_validate({"data_dir": tmp_path / "var", "port": free_port(), "market_data": "sample"})
    asyncio.run(_fill(made))
    return made


async def _fill(settings: Settings) -> None:
    await migrate(settings.database_url.get_secret_value())
    async with open_container(settings) as container:
        await container.dialogue.open(Channel.TELEGRAM, "4711", Visitor("en-GB"))


async def _locale(settings: Settings) -> str:
    async with open_container(settings) as container:
        found = await container.storage.find_conversation(Channel.TELEGRAM, "4711")
        assert found is not None
        return str(found.state["locale"])


def keys(settings: Settings) -> list[str]:
    return (settings.data_dir / KEY_FILE).read_text().split()


def test_the_new_key_stands_in_front_and_everything_is_readable(settings: Settings) -> None:
    (before,) = keys(settings)
    assert rotate(settings, sure=True) == 0
    new, old = keys(settings)
    assert (old, new != before) == (before, True)
    assert stat.S_IMODE((settings.data_dir / KEY_FILE).stat().st_mode) == 0o600
    assert asyncio.run(_locale(settings)) == "en-GB"


def test_once_it_is_forgotten_the_old_key_is_needed_by_nothing(settings: Settings) -> None:
    rotate(settings, sure=True)
    new = keys(settings)[0]
    assert forget(settings, sure=True) == 0
    assert keys(settings) == [new]
    assert asyncio.run(_locale(settings)) == "en-GB"


def test_without_a_yes_the_keys_stay(settings: Settings) -> None:
    before = keys(settings)
    assert (rotate(settings, sure=False), forget(settings, sure=False)) == (1, 1)
    assert keys(settings) == before


def test_keys_of_the_settings_are_printed_and_rewrapped_once_they_are_there(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    (old,) = keys(settings)
    given = settings.model_copy(update={"secret_keys": (SecretStr(old),)})
    assert rotate(given, sure=True) == 0
    (line,) = [it for it in capsys.readouterr().out.splitlines() if it.startswith("SMARTINVEST_SECRET_KEYS=")]
    new, after = line.partition("=")[2].split(",")
    assert after == old
    both = settings.model_copy(update={"secret_keys": (SecretStr(new), SecretStr(old))})
    assert rewrap(both) == 0
    assert asyncio.run(_locale(settings.model_copy(update={"secret_keys": (SecretStr(new),)}))) == "en-GB"


def test_a_key_that_opens_nothing_here_changes_nothing(settings: Settings) -> None:
    foreign = settings.model_copy(update={"secret_keys": (SecretStr(generate_key()),)})
    with pytest.raises(SettingsError):
        rewrap(foreign)
    assert asyncio.run(_locale(settings)) == "en-GB"


def test_while_the_product_runs_with_the_old_key_it_is_not_changed(settings: Settings) -> None:
    before = keys(settings)
    with Healthy() as server:
        busy = settings.model_copy(update={"port": int(server.url.rpartition(":")[2])})
        with pytest.raises(SettingsError, match="Stop it first"):
            rotate(busy, sure=True)
    assert keys(settings) == before
