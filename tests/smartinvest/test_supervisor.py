"""The process tree with real processes: start, readiness, restart, stop, and the death of the parent."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from advisor.domain.errors import SettingsError
from smartinvest.supervisor import check_port, healthy
from tests.running import free_port

pytestmark = pytest.mark.slow  # real processes

PARENT = """
import json, sys
from smartinvest.supervisor import Child, Tree, run_tree
spec = json.loads(sys.argv[1])
spec["first"] = Child(*spec["first"])
spec["others"] = tuple(Child(*other) for other in spec["others"])
sys.exit(run_tree(Tree(**spec)))
"""
# What each child does first: leave its process id behind, and hold the lifeline as our commands do.
CHILD = """
import os, pathlib, signal, socket, sys, time
from smartinvest import lifeline
lifeline.hold_on(drain_seconds=0.3)
name, folder = sys.argv[1:3]
with open(pathlib.Path(folder) / name, "a") as note:
    note.write(f"{os.getpid()} {os.getpgid(0)}\\n")
"""
SERVER = (
    CHILD
    + """
server = socket.create_server(("127.0.0.1", int(sys.argv[3])))
while True:
    connection, _ = server.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n")
"""
)
SLEEPER = CHILD + "signal.pause()\n"
STUBBORN = CHILD + "signal.signal(signal.SIGTERM, lambda *_: None)\nwhile True:\n    signal.pause()\n"
CRASHER = CHILD + "sys.exit(7)\n"
KILLED = CHILD + "os.kill(os.getpid(), signal.SIGKILL)\n"
AWAY = CHILD + "sys.exit(75)\n"
MISCONFIGURED = CHILD + "sys.exit(2)\n"


@dataclass
class Run:
    """A supervisor under test, in a process group of its own."""

    process: subprocess.Popen[str]
    port: int
    folder: Path

    def started(self, name: str) -> list[tuple[int, int]]:
        """(process id, process group) of each start of this child."""
        note = self.folder / name
        lines = note.read_text().splitlines() if note.exists() else []
        return [(int(pid), int(group)) for pid, group in (line.split() for line in lines)]

    def wait_ready(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def ends(self) -> tuple[int, str]:
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether the condition comes to hold before the deadline."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits to be collected does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _child(name: str, code: str, folder: Path, port: int) -> tuple[str, tuple[str, ...]]:
    return name, (sys.executable, "-c", code, name, str(folder), str(port))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def begin(first: str = SERVER, port: int | None = None, **more: Any) -> Run:
        port = port or free_port()
        others: dict[str, str] = more.pop("others", {})
        spec = {
            "host": "127.0.0.1",
            "port": port,
            "first": _child("first", first, tmp_path, port),
            "others": [_child(name, code, tmp_path, port) for name, code in others.items()],
            "ready": "ready",
            "pause_seconds": 0.05,
            **more,
        }
        process = subprocess.Popen(
            [sys.executable, "-c", PARENT, json.dumps(spec)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        runs.append(Run(process, port, tmp_path))
        return runs[-1]

    yield begin
    for run in runs:
        if run.process.poll() is None:
            os.killpg(run.process.pid, signal.SIGKILL)
        run.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_is_ready_once_the_first_answers_and_ends_cleanly_when_told(
    start: Callable[..., Run], number: signal.Signals
) -> None:
    run = start(others={"second": SLEEPER})
    run.wait_ready()
    assert healthy("127.0.0.1", run.port)
    assert eventually(lambda: bool(run.started("second")))
    run.process.send_signal(number)
    assert run.ends() == (0, "")
    assert not any(alive(pid) for name in ("first", "second") for pid, _ in run.started(name))
    check_port("127.0.0.1", run.port, patience=0)


def test_all_children_are_in_the_process_group_of_the_parent_and_a_signal_to_the_group_is_a_clean_end(
    start: Callable[..., Run],
) -> None:
    run = start(others={"second": SLEEPER})
    run.wait_ready()
    assert eventually(lambda: bool(run.started("second")))
    assert {group for name in ("first", "second") for _, group in run.started(name)} == {run.process.pid}
    os.killpg(run.process.pid, signal.SIGTERM)
    assert run.ends() == (0, "")


def test_others_are_not_started_before_the_first_answers(start: Callable[..., Run]) -> None:
    run = start(first=SLEEPER, others={"second": SLEEPER})
    assert eventually(lambda: bool(run.started("first")))
    run.process.terminate()
    assert run.ends() == (0, "")
    assert run.started("second") == []


@pytest.mark.parametrize(("code", "how"), [(CRASHER, "ended with status 7"), (KILLED, "was ended by SIGKILL")])
def test_a_crashing_child_is_started_again_after_growing_pauses_and_then_given_up(
    start: Callable[..., Run], code: str, how: str
) -> None:
    run = start(others={"second": code}, restarts=3)
    status, errors = run.ends()
    assert status == 1
    assert errors.splitlines() == [
        f"The second process {how}. Starting it again in 0.05 s.",
        f"The second process {how}. Starting it again in 0.1 s.",
        f"The second process {how}. Starting it again in 0.2 s.",
        f"The second process {how}, 4 times in a row. Stopping.",
    ]
    assert len(run.started("second")) == 4
    assert not any(alive(pid) for pid, _ in run.started("first"))


def test_a_child_that_ran_steadily_starts_with_a_clean_record(start: Callable[..., Run]) -> None:
    run = start(others={"second": CRASHER}, restarts=1, steady_seconds=0.0)
    assert eventually(lambda: len(run.started("second")) >= 4)
    run.process.terminate()
    assert run.ends()[0] == 0


def test_a_killed_first_child_comes_back(start: Callable[..., Run]) -> None:
    run = start()
    run.wait_ready()
    os.kill(run.started("first")[0][0], signal.SIGKILL)
    assert eventually(lambda: len(run.started("first")) == 2 and healthy("127.0.0.1", run.port))
    run.process.terminate()
    assert run.ends() == (0, "The first process was ended by SIGKILL. Starting it again in 0.05 s.\n")


def test_a_child_with_a_wrong_setting_stops_everything_at_once(start: Callable[..., Run]) -> None:
    run = start(others={"second": MISCONFIGURED, "third": SLEEPER})
    assert run.ends() == (2, "")
    assert len(run.started("second")) == 1
    assert not any(alive(pid) for name in ("first", "third") for pid, _ in run.started(name))


def test_a_child_whose_database_is_away_is_started_again_for_as_long_as_it_takes(start: Callable[..., Run]) -> None:
    run = start(others={"second": AWAY, "third": SLEEPER}, restarts=1)
    assert eventually(lambda: len(run.started("second")) >= 4)
    assert len(run.started("third")) == 1
    run.process.terminate()
    assert run.ends()[0] == 0


def test_a_child_that_does_not_drain_in_time_is_killed(start: Callable[..., Run]) -> None:
    run = start(others={"second": STUBBORN}, drain_seconds=0.3)
    run.wait_ready()
    assert eventually(lambda: bool(run.started("second")))
    [(pid, _)] = run.started("second")
    assert eventually(lambda: "ready to be stubborn" in _catches(pid))
    run.process.terminate()
    assert run.ends() == (0, f"Process {pid} did not end within 0.3 s and is killed.\n")
    assert not alive(pid)


def _catches(pid: int) -> str:
    """Whether a process has its own handler of SIGTERM by now."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        pytest.skip(reason="no /proc here to see a process's signal handlers in")
    caught = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt"))
    return "ready to be stubborn" if int(caught.split()[1], 16) & 1 << (signal.SIGTERM - 1) else ""


@pytest.mark.parametrize("second", [SLEEPER, STUBBORN], ids=["draining", "stubborn"])
def test_children_end_when_the_parent_is_killed_and_a_new_one_finds_the_port_free(
    start: Callable[..., Run], second: str
) -> None:
    run = start(others={"second": second})
    run.wait_ready()
    assert eventually(lambda: bool(run.started("second")))
    run.process.kill()
    again = start(port=run.port)
    again.wait_ready()
    assert eventually(lambda: not any(alive(pid) for name in ("first", "second") for pid, _ in run.started(name)[:1]))
    again.process.terminate()
    assert again.ends() == (0, "")


def test_a_taken_port_is_named_with_the_setting_to_change() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"Port {port} on 127\.0\.0\.1 .* PORT=\d+"):
            check_port("127.0.0.1", port, patience=0.1)


def test_a_port_let_go_of_in_time_is_waited_for() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    threading.Timer(0.2, server.close).start()
    check_port("127.0.0.1", server.getsockname()[1], patience=20)
    assert server.fileno() == -1


@pytest.mark.parametrize(("host", "said"), [("not..a.name", "HOST is wrong"), ("192.0.2.1", "Check PORT and HOST")])
def test_an_address_that_is_not_ours_is_named_with_its_setting(host: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        check_port(host, 8000, patience=0)


def test_a_server_that_says_anything_but_200_is_not_healthy() -> None:
    def answer(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, args=(server,))
        thread.start()
        assert not healthy("127.0.0.1", server.getsockname()[1])
        thread.join()
    assert not healthy("127.0.0.1", free_port())
