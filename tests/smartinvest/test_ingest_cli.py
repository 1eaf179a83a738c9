"""`smartinvest ingest` as an operator uses it: progress, agreement on how files are read, and the exit status."""

from __future__ import annotations

import io
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from advisor.config import Settings
from advisor.domain.errors import InvalidInput
from smartinvest.ingesting import Extras, ingest
from tests.folders import wide
from tests.running import free_port
from tests.smartinvest.test_cli import environment

pytestmark = pytest.mark.slow  # real processes, and a helper process that reads the files
COMMAND = [sys.executable, "-m", "smartinvest", "ingest", "--no-macro"]
NOTHING_NEW = "csv: 0 rows written, 5 were up to date, 0 failed."


@pytest.fixture
def values(tmp_path: Path) -> dict[str, str]:
    """A folder of prices, and nobody to give macro series."""
    return {
        "data_dir": str(tmp_path / "var"),
        "market_data": "csv",
        "csv_dir": str(wide(tmp_path / "prices")),
        "fred_url": f"http://127.0.0.1:{free_port()}",
    }


@pytest.fixture
def variables(values: dict[str, str]) -> dict[str, str]:
    """The same for a process."""
    return environment(**{f"SMARTINVEST_{name.upper()}": value for name, value in values.items()})


class Operator:
    """Someone who ingests, here in this process: the exit status and what was printed, in one line."""

    def __init__(self, values: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
        self.values = values
        self._capsys = capsys

    def ingests(self, *symbols: str, universes: tuple[str, ...] = (), **extras: Any) -> tuple[int, str]:
        settings = Settings.model_validate(self.values)
        status = ingest(settings, universes, symbols, Extras(**{"macro": False} | extras))
        return status, " ".join(self._capsys.readouterr().out.split())


@pytest.fixture
def operator(values: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Operator:
    return Operator(values, capsys)


def test_all_of_a_folder_is_stored_once_and_a_second_run_finds_nothing_to_do(operator: Operator) -> None:
    status, said = operator.ingests()
    assert status == 0
    assert "5/5" in said
    assert "rows written, 0 were up to date, 0 failed." in said
    status, said = operator.ingests()
    assert (status, NOTHING_NEW in said) == (0, True)


def test_reasons_that_many_share_are_said_once(operator: Operator) -> None:
    status, said = operator.ingests(universes=("us_etf_usd",), macro=True)
    assert status == 0
    assert "5/5" in said, "of a universe no more than the folder holds"
    assert said.count("FRED did not answer in time.") == 1
    assert "us_cpi" in said


def test_what_does_not_exist_is_said(operator: Operator) -> None:
    with pytest.raises(InvalidInput, match=r"There is no universe moon. There are: us_etf_usd, "):
        operator.ingests(universes=("moon",))
    status, said = operator.ingests("nope")
    assert status == 1
    assert "NOPE: No file in the folder has prices of NOPE." in said


def test_a_source_that_is_away_is_said_and_the_others_go_on(operator: Operator) -> None:
    operator.values |= {"market_data": "auto", "yahoo_url": f"http://127.0.0.1:{free_port()}"}
    status, said = operator.ingests("VTI")
    assert status == 0
    assert "VTI: Yahoo Finance did not answer" in said
    assert "csv: 0 rows written" not in said


def test_confirm_writes_the_reading_and_never_over_an_operators_own(operator: Operator, tmp_path: Path) -> None:
    layout = tmp_path / "prices" / "layout.yaml"
    status, said = operator.ingests("VTI", confirm=True)
    assert status == 0
    assert "panel.csv: wide, 5 symbols, dates 2003-01-02 to 2012-12-31" in said
    assert "form: wide" in layout.read_text()
    layout.write_text("files: {panel.csv: {from: wide}}\n")
    status, said = operator.ingests(confirm=True)
    assert (status, "layout.yaml: files > panel.csv > from" in said) == (1, True)
    assert layout.read_text().startswith("files: {panel.csv"), "an operator's file is never written over"


def test_where_nobody_can_be_asked_the_reading_is_used_and_not_kept(operator: Operator, tmp_path: Path) -> None:
    assert operator.ingests("VTI")[0] == 0
    assert not (tmp_path / "prices" / "layout.yaml").exists()


def test_an_unknown_universe_is_the_status_of_a_wrong_option(tmp_path: Path, variables: dict[str, str]) -> None:
    done = subprocess.run(
        [*COMMAND, "--universe", "moon"], cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_two_at_once_leave_what_one_leaves(operator: Operator, tmp_path: Path, variables: dict[str, str]) -> None:
    both = [subprocess.Popen(COMMAND, cwd=tmp_path, env=variables, stdout=subprocess.PIPE) for _ in range(2)]
    ended = [(process.communicate(timeout=120), process.returncode) for process in both]
    assert [status for _, status in ended] == [0, 0]
    assert NOTHING_NEW in operator.ingests()[1]


def at_a_terminal(answer: str, tmp_path: Path, variables: dict[str, str]) -> tuple[int, str]:
    """Ingest with a person at the terminal who types `answer`."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        COMMAND,
        cwd=tmp_path,
        env=variables | {"TERM": "xterm", "COLUMNS": "120"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        os.write(ours, answer.encode())
        seen = io.BytesIO()
        try:
            while block := os.read(ours, 4096):
                seen.write(block)
        except OSError:  # Linux reports the end of a terminal so
            pass
        os.close(ours)
        return process.wait(timeout=60), seen.getvalue().decode()


@pytest.mark.parametrize(("answer", "status", "kept"), [("y\n", 0, True), ("\n", 1, False)])
def test_a_person_at_a_terminal_is_asked(
    answer: str, status: int, kept: bool, tmp_path: Path, variables: dict[str, str]
) -> None:
    done, seen = at_a_terminal(answer, tmp_path, variables)
    assert done == status, seen
    assert "Is this right?" in seen
    assert (tmp_path / "prices" / "layout.yaml").exists() is kept
    assert ("rows written" in seen) is kept


def test_ctrl_c_ends_quietly_and_the_next_run_goes_on(
    operator: Operator, tmp_path: Path, variables: dict[str, str]
) -> None:
    with subprocess.Popen(
        COMMAND,
        cwd=tmp_path,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        database = tmp_path / "var" / "smartinvest.db"
        until = time.monotonic() + 30
        while not database.exists() and time.monotonic() < until:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process of the group
        _, complained = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in complained
    assert operator.ingests()[0] == 0
    assert NOTHING_NEW in operator.ingests()[1]
