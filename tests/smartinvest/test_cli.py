"""The command line: help with examples, wrong settings in one line, misspelt ones told, the run of the whole tree."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from smartinvest import cli, lifeline

pytestmark = pytest.mark.slow  # real processes

REPOSITORY = Path(__file__).parents[2]  # the tree under test, whatever is installed
Smartinvest = Callable[..., subprocess.CompletedProcess[str]]
_LISTED: dict[str, Any] = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]  # a group has commands
_OF_GROUPS = {f"{name} {sub}" for name, group in _LISTED.items() for sub in getattr(group, "commands", ())}
COMMANDS = sorted({name for name, found in _LISTED.items() if not hasattr(found, "commands")} | _OF_GROUPS)


def environment(**variables: str) -> dict[str, str]:
    """This one without our settings, and with these."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SMARTINVEST_")}
    plain = {key: value for key, value in kept.items() if key not in ("HOST", "PORT")}
    return plain | {"PYTHONPATH": str(REPOSITORY)} | variables


@pytest.fixture
def smartinvest(tmp_path: Path) -> Smartinvest:
    def call(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "smartinvest", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment(**variables), capture_output=True, text=True, timeout=60, check=False
        )

    return call


def test_help_lists_every_command_with_what_it_does(smartinvest: Smartinvest) -> None:
    done = smartinvest("--help")
    assert done.returncode == 0
    listed = [line.split() for line in done.stdout.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()]
    assert sorted(line[0] for line in listed) == sorted(_LISTED)
    assert all(len(line) > 3 for line in listed), "a command without words on it"


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_an_example(smartinvest: Smartinvest, command: str) -> None:
    done = smartinvest(*command.split(), "--help")
    assert done.returncode == 0
    example = " ".join(done.stdout.split()).partition("Example: ")[2]
    assert f"smartinvest {command}" in example


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_setting_stops_every_command_with_one_line_and_status_2(smartinvest: Smartinvest, command: str) -> None:
    done = smartinvest(*command.split(), PORT="eighty")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "smartinvest: PORT is wrong: the value 'eighty' cannot be used. It must be a number from 1 to 65535, such as 8000.\n"
    )


def test_a_misspelt_setting_is_told_and_the_command_goes_on(smartinvest: Smartinvest) -> None:
    done = smartinvest("migrate", SMARTINVEST_DATABASE_ULR="x")
    said = "SMARTINVEST_DATABASE_ULR is not a setting and is ignored. Did you mean SMARTINVEST_DATABASE_URL?"
    assert done.stderr == f"smartinvest: {said}\n"
    assert done.returncode == 0


def test_migrate_makes_the_database_and_may_be_run_again(smartinvest: Smartinvest, tmp_path: Path) -> None:
    assert smartinvest("migrate").stdout == "The database was brought up to date.\n"
    assert (tmp_path / "var" / "smartinvest.db").exists()
    assert smartinvest("migrate").stdout == "The database is up to date.\n"


def test_run_on_a_taken_port_says_so_in_one_line(smartinvest: Smartinvest, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = smartinvest("run", PORT=str(port))
    assert done.returncode == 2
    assert done.stderr.startswith(f"smartinvest: Port {port} on 127.0.0.1 is in use.")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "var" / "smartinvest.db").exists(), "the database is not touched"


def test_a_database_that_is_away_is_another_status_than_a_wrong_setting(smartinvest: Smartinvest) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    done = smartinvest("worker", SMARTINVEST_DATABASE_URL=f"postgresql://me:canary@127.0.0.1:{port}/none")
    assert (done.returncode, done.stdout) == (75, "")
    assert "smartinvest: The database cannot be used just now." in done.stderr
    assert "Traceback" not in done.stderr
    assert "canary" not in done.stderr


def test_an_unknown_command_is_status_2_and_names_it(smartinvest: Smartinvest) -> None:
    done = smartinvest("rnu")
    assert done.returncode == 2
    assert "rnu" in done.stderr


def test_a_process_started_by_hand_holds_no_lifeline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(lifeline.VARIABLE, raising=False)
    lifeline.hold_on()
    assert not lifeline.held()


def test_being_told_to_stop_before_anything_runs_is_a_clean_end() -> None:
    code = "from smartinvest.cli import guard\nimport time\nguard(lambda: (print('up', flush=True), time.sleep(60)))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_help_answers_without_the_heavy_libraries() -> None:
    code = (
        "import sys, smartinvest.cli, smartinvest.run; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "pandas", "sqlalchemy", "fastapi", "uvicorn", "matplotlib", "telegram", "tensorflow", "asyncio"}
    assert heavy & set(done.stdout.split()) == set()


@pytest.mark.slow
def test_the_whole_tree_starts_answers_and_ends(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    variables = environment(PORT=str(port), SMARTINVEST_MARKET_DATA="sample")
    started = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "smartinvest", "run"],
        cwd=tmp_path,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"SmartInvest is ready: http://127.0.0.1:{port}\n"
            assert time.monotonic() - started < 60
            process.terminate()
            assert process.wait(timeout=30) == 0
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
