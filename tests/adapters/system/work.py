"""Functions for helper processes: importable by name, as spawning needs."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def add(first: int, *, second: int) -> int:
    return first + second


def fail(message: str) -> None:
    raise ValueError(message)


def process_id() -> int:
    return os.getpid()


def blas_threads() -> str | None:
    return os.environ.get("OPENBLAS_NUM_THREADS")


def die_once(mark: Path) -> str:
    """End the process the first time; the mark remembers."""
    if mark.exists():
        return "done"
    mark.touch()
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def tell_and_sleep(mark: Path, seconds: float) -> None:
    """Write down which process this is, then stay busy."""
    draft = mark.with_suffix(".draft")
    draft.write_text(str(os.getpid()))
    draft.rename(mark)
    time.sleep(seconds)
