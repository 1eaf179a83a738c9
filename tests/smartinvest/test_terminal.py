"""`smartinvest chat` in a real terminal: Ctrl-C and Ctrl-D end it at once, and the answers are kept."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
FAREWELL = "Your answers are kept. Until next time."


class _Terminal:
    """The command on a terminal of 40 columns."""

    def __init__(self, folder: Path) -> None:
        self._own, child = pty.openpty()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SMARTINVEST_")}
        settings = {
            "SMARTINVEST_DATA_DIR": str(folder),
            "SMARTINVEST_MARKET_DATA": "sample",
            "COLUMNS": "40",
            "LINES": "24",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "smartinvest", "chat"],
            stdin=child,
            stdout=child,
            stderr=child,
            env=kept | settings | {"TERM": "dumb"},
            start_new_session=True,
        )
        os.close(child)
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self._own, text.encode())

    def press_ctrl_c(self) -> float:
        """Press Ctrl-C and return when. A signal in the instant before Python waits for a line is heard with the next key only, so
        that, as a person would, it is pressed again where nothing happens."""
        for _ in range(5):
            pressed = time.monotonic()
            self.process.send_signal(signal.SIGINT)
            if select.select([self._own], [], [], 2.0)[0]:
                break
        return pressed

    def read_until(self, words: str, seconds: float = 30.0) -> str:
        """What was printed from the last call on, once `words` are among it (line breaks count as blanks)."""
        until, new = time.monotonic() + seconds, ""
        while words not in " ".join(new.split()):
            assert time.monotonic() < until, new
            if select.select([self._own], [], [], 0.1)[0]:
                try:
                    new += os.read(self._own, 65_536).decode()
                except OSError:  # how a terminal says that nobody is left on it
                    break
        self.seen += new
        assert words in " ".join(new.split()), new
        return new

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._own)


@pytest.fixture
def terminals(tmp_path: Path) -> Iterator[list[_Terminal]]:
    """Filled by the test; all are closed after it."""
    opened: list[_Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


def test_ctrl_c_and_ctrl_d_end_the_chat_at_once_and_it_goes_on_where_it_was(
    tmp_path: Path, terminals: list[_Terminal]
) -> None:
    first = _Terminal(tmp_path)
    terminals.append(first)
    first.read_until("back >")
    first.type("a house\n")
    first.read_until("back >")
    time_told = first.press_ctrl_c()
    first.read_until(FAREWELL, seconds=10)
    assert first.process.wait(timeout=10) == 0
    assert time.monotonic() - time_told < 5
    assert "Traceback" not in first.seen

    second = _Terminal(tmp_path)
    terminals.append(second)
    resumed = second.read_until("back >")
    assert "2 of " in resumed
    assert max(len(line.rstrip()) for line in resumed.splitlines()) <= 40
    second.type("\x04")
    second.read_until(FAREWELL, seconds=10)
    assert second.process.wait(timeout=10) == 0
