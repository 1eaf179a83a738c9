"""Ports to the machine: clock, heavy computation, news between tasks and processes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Clock(Protocol):
    """Wall time, for tokens, timers and sending. What the advisor sees as "today" of the market is the market port's."""

    def now(self) -> datetime:
        """The present in UTC, with its zone."""
        ...


class Offload(Protocol):
    """Runs pure functions away from the event loop."""

    async def thread(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """In a thread of this process: for numpy, matplotlib and other work that releases the interpreter often."""
        ...

    async def process(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """In a helper process: for libraries too heavy to load into a process that answers people.

        Function, arguments and result must be picklable.
        """
        ...

    async def close(self) -> None:
        """Stop helper threads and processes."""
        ...


class Bulletin(Protocol):
    """Tells whoever listens that something changed. Only a hint: the truth is in storage, and a missed hint costs a delay."""

    async def publish(self, topic: str) -> None:
        """Wake the listeners of a topic."""
        ...

    def listen(self, topic: str) -> AbstractAsyncContextManager[Listener]:
        """Listen from the moment the context is entered."""
        ...

    async def ping(self) -> None:
        """Return if hints can be sent."""
        ...

    async def close(self) -> None:
        """Release what is held."""
        ...


class Listener(Protocol):
    """One listener of one topic."""

    async def wait(self, seconds: float) -> bool:
        """Wait for the next hint; False if none came in time."""
        ...
