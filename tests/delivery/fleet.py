"""Processes that are killed, paused and started again. They are forked from a server that has everything imported already."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess

from tests.delivery.processes import Wiring

Program = Callable[[Wiring, int], None]

_END_SECONDS = 20.0
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.delivery.replaying", "tests.delivery.warmed"])


def forked(target: Callable[..., None], *arguments: object) -> BaseProcess:
    """Start a process in a few milliseconds; it ends with ours."""
    process = _context.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


class Fleet:
    """One process of each program, by name. `generation` counts the starts of all, `killed` the kills of each."""

    def __init__(self, wiring: Wiring, programs: Mapping[str, Program]) -> None:
        self._wiring, self._programs = wiring, dict(programs)
        self._running: dict[str, BaseProcess] = {}
        self.generation = 0
        self.killed: Counter[str] = Counter()

    @property
    def names(self) -> list[str]:
        """Of the programs."""
        return sorted(self._programs)

    def start(self, *names: str) -> None:
        """Start these, or all."""
        for name in names or self.names:
            self.generation += 1
            self._running[name] = forked(self._programs[name], self._wiring, self.generation)

    def kill(self, name: str) -> None:
        """kill -9.

        Raises:
            RuntimeError: if the process had ended by itself.
        """
        self.check()
        process = self._running.pop(name)
        process.kill()
        process.join()
        self.killed[name] += 1

    def pause(self, name: str) -> None:
        """Stop it where it is."""
        os.kill(self._pid(name), signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """Let it go on."""
        os.kill(self._pid(name), signal.SIGCONT)

    def check(self) -> None:
        """Return if nothing ended by itself.

        Raises:
            RuntimeError: with what it wrote.
        """
        for name, process in self._running.items():
            if process.exitcode is not None:
                raise RuntimeError(f"{name} ended by itself with {process.exitcode}:\n{self._words()}")

    def stop(self) -> None:
        """Ask all to end, and end those that do not."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            process.join(_END_SECONDS)
            if process.exitcode is None:
                process.kill()
                process.join()
        self._running.clear()

    def _pid(self, name: str) -> int:
        pid = self._running[name].pid
        assert pid is not None
        return pid

    def _words(self) -> str:
        logs = sorted(self._wiring.logs.glob("*.log"), key=lambda log: log.stat().st_mtime)
        return "\n".join(f"{log.name}: {log.read_text()[-1500:]}" for log in logs[-4:])
