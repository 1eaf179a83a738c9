"""Children end with their parent, even when it is killed without a chance to say so.

The parent holds the writing end of a pipe and never writes. When it is gone, however it went, the reading end that its children
inherited reports the end of the file. This needs neither polling nor a system call that only Linux has.
"""

from __future__ import annotations

import os
import signal
import threading

VARIABLE = "_SMARTINVEST_LIFELINE"  # without our public prefix: it is no setting
DRAIN_SECONDS = 15.0
# What a child's exit status tells its parent.
SETTINGS_EXIT = 2  # a setting is wrong: starting again would not help
AWAY_EXIT = 75  # something it needs is away (sysexits: EX_TEMPFAIL): starting again will help one day
_THREAD = "lifeline"


class Lifeline:
    """The parent's side: pass `fd` to each child by `pass_fds` together with `environment()`."""

    def __init__(self) -> None:
        self.fd, self._held = os.pipe()

    def environment(self) -> dict[str, str]:
        """Our own environment, with the word where the child finds its end."""
        return {**os.environ, VARIABLE: str(self.fd)}

    def close(self) -> None:
        """Let go: every child that still runs is told to stop."""
        os.close(self._held)
        os.close(self.fd)


def hold_on(drain_seconds: float = DRAIN_SECONDS) -> None:
    """The child's side: once the parent is gone, stop as on SIGTERM; after `drain_seconds` stop in any case.

    Does nothing in a process that was started by hand.
    """
    number = os.environ.pop(VARIABLE, None)
    if number is not None:
        fd = int(number)
        os.set_inheritable(fd, False)
        threading.Thread(target=_watch, args=(fd, drain_seconds), name=_THREAD, daemon=True).start()


def held() -> bool:
    """Whether this process ends with a parent."""
    return any(thread.name == _THREAD for thread in threading.enumerate())


def _watch(fd: int, drain_seconds: float) -> None:
    while os.read(fd, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(drain_seconds)
    os._exit(1)  # the drain hangs; nobody is left who would end us
