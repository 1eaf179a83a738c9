"""The whole product as a stranger runs it: `smartinvest run` as a process, on a free port, with the sample data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

_START_SECONDS = 60.0


def free_port() -> int:
    """A port nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """One running product. `kill` is kill -9 of the whole tree; `restart` starts it again on the same data and port."""

    command: tuple[str, ...] = ("run",)

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data_dir.parent / f"{data_dir.name}.log"
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("SMARTINVEST_") and name not in ("HOST", "PORT")
        } | {
            "PORT": str(self.port),
            "SMARTINVEST_DATA_DIR": str(data_dir),
            "SMARTINVEST_MARKET_DATA": "sample",
            **{f"SMARTINVEST_{name.upper()}": value for name, value in settings.items()},
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        """Start, and wait until the api answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "smartinvest", *self.command],
                env=self._environment,
                cwd=self.data_dir.parent,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=1):
                    return self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()}")

    def kill(self) -> None:
        """kill -9 of every process of the tree at once."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def restart(self) -> Server:
        """Start again after a kill."""
        return self.start()

    def stop(self) -> int:
        """Stop cleanly and return the exit status."""
        if self._process is None:
            return 0
        self._process.terminate()
        status = self._process.wait(timeout=30)
        self._process = None
        return status
