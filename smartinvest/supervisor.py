"""A small tree of processes: one first, the others once it answers; stopped, restarted and reported from here.

    free port? -> first -> answers /healthz -> others -> "ready" -> wait
        a child crashes                -> started again after a pause, a few times, and said so
        what a child needs is away     -> the same, without an end: a database that comes back finds everybody there
    a child finds a setting wrong  -> everything stops, with its exit status
        SIGTERM, SIGINT, SIGHUP        -> children get SIGTERM, 15 s to drain, then SIGKILL; exit status 0
        we are killed                  -> children notice by their lifeline

Only the standard library: this process stays small and is quick to start.
"""

from __future__ import annotations

import errno
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from advisor.domain.errors import SettingsError
from smartinvest.lifeline import AWAY_EXIT, SETTINGS_EXIT, Lifeline

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep running: its name in messages, and its command."""

    name: str
    command: Sequence[str]


@dataclass(frozen=True, slots=True)
class Tree:
    """What to run. `first` must answer on (`host`, `port`) before `others` start; then `ready` is printed.

    A child may crash `restarts` times in a row; one that ran for `steady_seconds` starts with a clean record. The pause doubles
    from `pause_seconds` up to a minute.
    """

    host: str
    port: int
    first: Child
    others: tuple[Child, ...] = ()
    ready: str = ""
    restarts: int = 5
    pause_seconds: float = 0.5
    steady_seconds: float = 60.0
    drain_seconds: float = 15.0


def check_port(host: str, port: int, patience: float = 3.0) -> None:
    """Return if we can open the port. Children of a parent that was just killed get `patience` seconds to let go of it.

    Raises:
        SettingsError: naming the port and the setting.
    """
    until = time.monotonic() + patience
    while (problem := _cannot_open(host, port)) is not None:
        if problem.errno != errno.EADDRINUSE:
            raise SettingsError(f"Port {port} on {host} cannot be opened: {_why(problem)}. Check PORT and HOST.")
        if time.monotonic() >= until:
            raise SettingsError(
                f"Port {port} on {host} is in use. "
                f"Stop the program that uses it, or set PORT to a free port, such as PORT={port % 65535 + 1}."
            )
        time.sleep(0.05)


def _cannot_open(host: str, port: int) -> OSError | None:
    """What the system says against opening the port, None if nothing."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # as the server will: connections on their way out do not count
            probe.bind(address)
    except (socket.gaierror, UnicodeError):
        raise SettingsError(
            f"HOST is wrong: {host!r} is not an address of this machine. It could be 127.0.0.1."
        ) from None
    except OSError as error:
        return error
    return None


def _why(error: OSError) -> str:
    reason = error.strerror or "the system does not say why"
    return reason[0].lower() + reason[1:]


def healthy(host: str, port: int) -> bool:
    """Whether an api answers /healthz with 200 there."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - asked, not bound to
    try:
        with socket.create_connection((host, port), timeout=1.0) as connection:
            connection.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return connection.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


@dataclass(slots=True)
class _Running:
    """A child with its record."""

    child: Child
    process: subprocess.Popen[bytes]
    started: float
    crashes: int = 0
    again_at: float | None = None


@dataclass(slots=True)
class _Supervisor:
    tree: Tree
    lifeline: Lifeline
    wake: socket.socket
    say: Callable[[str], None]
    stopped: list[int] = field(default_factory=list)
    running: list[_Running] = field(default_factory=list)

    def start(self, child: Child) -> None:
        self.running.append(_Running(child, self._spawn(child), time.monotonic()))

    def _spawn(self, child: Child) -> subprocess.Popen[bytes]:
        return subprocess.Popen(child.command, env=self.lifeline.environment(), pass_fds=(self.lifeline.fd,))  # noqa: S603 - ours

    def look_after(self) -> int | None:
        """Start again what crashed and is due. The status to exit with if all must end, else None."""
        if self.stopped:
            return 0
        now = time.monotonic()
        for item in self.running:
            if item.again_at is None:
                status = item.process.poll()
                if status is not None and (end := self._ended(item, status, now)) is not None:
                    return end
            elif now >= item.again_at:
                item.process, item.started, item.again_at = self._spawn(item.child), now, None
        return None

    def _ended(self, item: _Running, status: int, now: float) -> int | None:
        if status == SETTINGS_EXIT:
            return SETTINGS_EXIT
        how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
        item.crashes = 1 if now - item.started >= self.tree.steady_seconds else item.crashes + 1
        if item.crashes > self.tree.restarts and status != AWAY_EXIT:
            self.say(f"The {item.child.name} process {how}, {item.crashes} times in a row. Stopping.")
            return 1
        pause = min(self.tree.pause_seconds * 2 ** (item.crashes - 1), 60.0)
        item.again_at = now + pause
        self.say(f"The {item.child.name} process {how}. Starting it again in {pause:g} s.")
        return None

    def wait(self, seconds: float | None) -> None:
        """Sleep until a signal arrives (a child's end is one), a restart is due, or `seconds` are over."""
        due = [max(0.0, item.again_at - time.monotonic()) for item in self.running if item.again_at is not None]
        limit = min([*due, *([seconds] if seconds is not None else [])], default=None)
        if select.select([self.wake], [], [], limit)[0]:
            self.wake.recv(4096)

    def stop(self) -> None:
        """Tell all to end, wait for the drain, then kill.

        A terminal's Ctrl-C has reached the children by itself. They get SIGTERM on top, since a second SIGINT would cut their
        drain short.
        """
        alive = [item.process for item in self.running if item.process.poll() is None]
        for process in alive:
            process.terminate()
        until = time.monotonic() + self.tree.drain_seconds
        while (left := until - time.monotonic()) > 0 and any(process.poll() is None for process in alive):
            if select.select([self.wake], [], [], left)[0]:
                self.wake.recv(4096)
        for process in alive:
            if process.poll() is None:
                self.say(f"Process {process.pid} did not end within {self.tree.drain_seconds:g} s and is killed.")
                process.kill()
            process.wait()


@contextmanager
def _signals(stopped: list[int]) -> Iterator[socket.socket]:
    """A socket that becomes readable on every signal; those that ask us to stop are noted in `stopped`."""

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is Python's
        if number != signal.SIGCHLD:
            stopped.append(number)

    reading, writing = socket.socketpair()
    with reading, writing:
        reading.setblocking(False)
        writing.setblocking(False)
        wanted = [number for number in (*_STOP_SIGNALS, signal.SIGCHLD) if not _left_alone(number)]
        before = {number: signal.signal(number, note) for number in wanted}
        signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        try:
            yield reading
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in before.items():
                signal.signal(number, handler)


def _left_alone(number: signal.Signals) -> bool:
    """`nohup` asks for a hang-up to be ignored."""
    return number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN


def run_tree(tree: Tree) -> int:
    """Run the tree until it is stopped or cannot go on; returns the exit status: 0 stopped, 1 crashed too often, 2 a wrong setting.

    Raises:
        SettingsError: if the port cannot be opened.
    """
    stopped: list[int] = []
    with _signals(stopped) as wake:
        check_port(tree.host, tree.port)
        lifeline = Lifeline()
        supervisor = _Supervisor(tree, lifeline, wake, _say, stopped)
        try:
            supervisor.start(tree.first)
            return _supervise(supervisor)
        finally:
            supervisor.stop()
            lifeline.close()


def _supervise(supervisor: _Supervisor) -> int:
    tree, ready = supervisor.tree, False
    while (status := supervisor.look_after()) is None:
        if not ready and healthy(tree.host, tree.port):
            ready = True
            for child in tree.others:
                supervisor.start(child)
            print(tree.ready, flush=True)
        supervisor.wait(None if ready else 0.05)
    return status


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
