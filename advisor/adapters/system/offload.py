"""Heavy computation in threads and in helper processes."""

from __future__ import annotations

import asyncio
import contextvars
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing.connection import Connection
from typing import ParamSpec, TypeVar

from advisor.domain.errors import SmartInvestError

P = ParamSpec("P")
R = TypeVar("R")

# One computation, one core: with their default of a thread for every core the libraries hold each other up, up to seven times.
_ONE_THREAD = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


class LocalOffload:
    """Threads and spawned helper processes of this machine.

    Helper processes start with the first call that needs one. They end with this process, however it ends: each of them watches a
    pipe of which only this process holds the other end.
    """

    def __init__(self, threads: int = 2, processes: int = 1) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="offload")
        self._processes = processes
        self._pool: _HelperPool | None = None
        self._closed = False

    async def thread(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """In a thread of this process, with the caller's context variables."""
        call = partial(contextvars.copy_context().run, partial(function, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def process(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """In a helper process. If the helper dies on the way, the call is made once more in a fresh one.

        Raises:
            SmartInvestError: if the helper died twice, or the offload was closed.
        """
        call = partial(function, *args, **kwargs)
        for _ in range(2):
            if self._closed:
                break
            pool = self._pool = self._pool or _HelperPool(self._processes)
            try:
                return await asyncio.wrap_future(pool.executor.submit(call))
            except BrokenProcessPool:
                # Calls that shared the pool arrive here one after the other. Only the first closes it: closed twice at once, a file
                # descriptor would be closed again when it already belongs to somebody else.
                if self._pool is pool:
                    self._pool = None
                    await pool.close()
        raise SmartInvestError("The calculation stopped before it was done. Please try again.")

    async def close(self) -> None:
        """Stop helper threads and processes. Threads finish what they do, processes are ended at once."""
        self._closed = True
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)


class _HelperPool:
    """Spawned processes, and the pipe that keeps them alive."""

    def __init__(self, processes: int) -> None:
        context = multiprocessing.get_context("spawn")  # forking a process that runs threads is undefined
        self._watched, self._lifeline = context.Pipe(duplex=False)
        self.executor = ProcessPoolExecutor(processes, context, initializer=_prepare_helper, initargs=(self._watched,))

    async def close(self) -> None:
        """End the processes, whatever they compute; calls under way fail with BrokenProcessPool."""
        self._lifeline.close()
        await asyncio.to_thread(self.executor.shutdown, cancel_futures=True)
        self._watched.close()


def _prepare_helper(lifeline: Connection) -> None:
    """First thing in a helper process, before numpy is loaded by the first function that comes."""
    for name in _ONE_THREAD:
        os.environ[name] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what ends
    threading.Thread(target=_end_with_parent, args=(lifeline,), name="lifeline", daemon=True).start()


def _end_with_parent(lifeline: Connection) -> None:
    """Wait until the parent closes its end of the pipe, which the system does for it when it dies."""
    try:
        lifeline.recv_bytes()
    except (EOFError, OSError):
        os._exit(0)
