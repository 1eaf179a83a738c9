"""`smartinvest doctor data` and the doctor's lines on sources: what is stored, how old, what is wrong with it, at any width."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from advisor.config import Settings
from smartinvest.doctor import Check, examine
from smartinvest.doctor_data import report
from smartinvest.ingesting import Extras, ingest
from tests.folders import wide
from tests.running import free_port

pytestmark = pytest.mark.slow  # a helper process reads the files


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A folder whose prices are stored."""
    monkeypatch.chdir(tmp_path)
    folder = wide(tmp_path / "prices")
    chosen = Settings.model_validate(
        {"data_dir": tmp_path / "var", "market_data": "csv", "csv_dir": folder, "port": free_port()}
    )
    assert ingest(chosen, (), (), Extras(macro=False)) == 0
    return chosen


def checks(settings: Settings, **changes: Any) -> dict[str, Check]:
    return {check.name: check for check in examine(settings.model_copy(update=changes))}


def test_every_instrument_has_a_row_and_one_that_is_asked_for_its_findings(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    report(settings, ())
    whole = capsys.readouterr().out
    assert [line.split()[0] for line in whole.splitlines() if "2012-12-31" in line][-5:] == [
        *("BIL", "GLD", "IEF", "SHY", "VTI")
    ]
    assert "phantom session" in whole, "weekdays on which New York was closed"
    report(settings, ("vti", "moon"))
    of_one = capsys.readouterr().out
    assert "csv: nothing is stored of MOON." in of_one
    assert "VTI: " in of_one
    assert not [line for line in of_one.splitlines() if line.split()[:1] == ["GLD"]]


def test_no_row_is_wider_than_the_terminal(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "80")
    capsys.readouterr()
    report(settings, ())
    lines = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.split()[:3] == ["VTI", "2003-01-02", "2012-12-31"] for line in lines)


def test_a_folder_that_went_away_does_not_hide_what_was_stored(
    settings: Settings, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "prices").rename(tmp_path / "elsewhere")
    capsys.readouterr()
    report(settings, ())
    said = capsys.readouterr().out
    assert "cannot be read" in said
    assert "VTI" in said
    found = checks(settings)
    assert found["Market data"] == Check("Market data", "ok", "csv"), "what is stored serves"
    assert found["- csv"].state == "warn"
    assert "5 instruments stored, prices to 2012-12-31" in found["- csv"].said


def test_the_doctor_says_which_plans_a_folder_may_serve(settings: Settings, tmp_path: Path) -> None:
    assert checks(settings)["- csv"].said == (
        "5 symbols, for plans in USD. 5 instruments stored, prices to 2012-12-31."
    )
    shares = wide(tmp_path / "shares", ("AAPL", "MSFT"))
    alone = checks(settings, csv_dir=shares)["- csv"]
    assert (alone.state, "It serves prices but no plan" in alone.said) == ("warn", True)


def test_of_several_sources_each_is_told(settings: Settings) -> None:
    found = checks(settings, market_data="auto", yahoo_url=f"http://127.0.0.1:{free_port()}")
    assert found["Market data"] == Check("Market data", "ok", "auto, in this order: yahoo, csv, sample")
    assert found["- yahoo"].state == "warn"
    assert "Nothing is stored of it." in found["- yahoo"].said
    assert found["- csv"].state == "ok"
