"""SQLite: one thread writes and commits in groups, a few threads read beside it."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from advisor.adapters.db.database import storage_errors
from advisor.adapters.db.scrubbing import scrub
from advisor.adapters.db.url import Kind
from advisor.domain.errors import StorageError

R = TypeVar("R")

_BUSY_SECONDS = 30.0
# SQLite's own wait looks less and less often, in the end ten times a second. Beside another process that saves one lot after the
# other it misses the short moments in between, and a chat turn waits for seconds.
_LOOK_SECONDS = 0.001
_READERS = 2
# Beyond this the gain of a shared fsync is spent, while other processes wait longer for their turn to write.
_GROUP = 64


def sqlite_engine(path: Path, *, connections: int = 1, read_only: bool = False, waits: bool = True) -> Engine:
    """An engine whose commits survive a power cut (WAL, synchronous=FULL). Whoever writes begins with `BEGIN IMMEDIATE` himself.

    Without `waits`, a file that another process writes to is an error at once, and the caller tries again.

    Raises:
        sqlite3.OperationalError: on connecting, if the file cannot be opened.
    """
    engine = create_engine(
        f"sqlite:///{path}",
        pool_size=connections,
        max_overflow=0,
        hide_parameters=True,  # an error that reaches a log shows no addresses
        # sqlite3's own transaction control opens transactions late, and never for DDL: it is switched off.
        connect_args={"isolation_level": None, "timeout": _BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(driver: sqlite3.Connection, _record: object) -> None:
        _enter_wal(driver)
        driver.execute("PRAGMA synchronous = FULL")
        driver.execute("PRAGMA foreign_keys = ON")
        driver.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten, see docs/decisions/erasure.md
        if read_only:
            driver.execute("PRAGMA query_only = ON")
        if not waits:
            driver.execute("PRAGMA busy_timeout = 0")

    return engine


def _enter_wal(driver: sqlite3.Connection) -> None:
    """Switch to WAL. SQLite does not wait for its busy timeout here when two processes create a file at once; we do."""
    _when_free(lambda: driver.execute("PRAGMA journal_mode = WAL"))


def _when_free(attempt: Callable[[], object]) -> None:
    """Try until no other process is in the way.

    Raises:
        sqlite3.OperationalError, sqlalchemy.exc.OperationalError: the attempt's own, after `_BUSY_SECONDS` or for another reason.
    """
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            attempt()
        except (sqlite3.OperationalError, OperationalError) as error:
            cause: Any = getattr(error, "orig", None) or error
            # The low byte: SQLITE_BUSY has kinds of its own for a file in recovery and the like.
            if cause.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_LOOK_SECONDS)
        else:
            return


@dataclass(slots=True)
class _Job:
    work: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


@dataclass(frozen=True, slots=True)
class _Failure:
    error: Exception


class _Lane:
    """Threads that take every job that waits, run the group on a connection of their own and wake the event loop once a group."""

    def __init__(
        self, engine: Engine, run: Callable[[Connection, Sequence[_Job]], Sequence[Any]], threads: int
    ) -> None:
        self._engine = engine
        self._run_group = run
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        # Daemons, so that a process that ends without closing is not held up; a commit cut short leaves nothing behind.
        self._threads = [threading.Thread(target=self._run, name="sqlite", daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    async def run(self, work: Callable[[Connection], R]) -> R:
        if self._closed:
            raise StorageError("The storage is closed.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._jobs.put(_Job(work, future, loop))
        return await future

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            for _ in self._threads:
                self._jobs.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        self._engine.dispose()

    def _run(self) -> None:
        ended = False
        while not ended:
            group, ended = self._next_group()
            group = [job for job in group if not job.future.cancelled()]
            if group:
                _tell(group, self._outcomes(group))

    def _next_group(self) -> tuple[list[_Job], bool]:
        """Everything that waits, and whether the end was among it."""
        group: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            group.append(job)
            if len(group) == _GROUP:
                return group, False
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _outcomes(self, group: Sequence[_Job]) -> Sequence[Any]:
        try:
            with self._engine.connect() as connection:
                return self._run_group(connection, group)
        except Exception as error:  # noqa: BLE001  every waiting task is told; the thread must live on
            return [_Failure(error)] * len(group)


def _write_group(connection: Connection, group: Sequence[_Job]) -> Sequence[Any]:
    """Run each job under a savepoint and commit them together.

    One fsync then serves the whole group. A job that fails is rolled back to its savepoint alone; if the commit fails the whole
    group fails, and nobody was told otherwise before.
    """
    _when_free(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101  it says so to mypy
    outcomes = [_attempt(connection, driver, job.work) for job in group]
    connection.commit()
    return outcomes


def _attempt(connection: Connection, driver: sqlite3.Connection, work: Callable[[Connection], Any]) -> Any:
    """The work's result, or its failure after the rows it wrote were taken back."""
    driver.execute("SAVEPOINT job")  # past SQLAlchemy, which would take ten times as long for it
    try:
        result = work(connection)
    except Exception as error:  # noqa: BLE001  it belongs to the task that waits for this job, not to the group
        # After a full disk SQLite has already rolled everything back; then this raises and the whole group fails, as it must.
        driver.execute("ROLLBACK TO job")
        result = _Failure(error)
    driver.execute("RELEASE job")
    return result


def _read_group(connection: Connection, group: Sequence[_Job]) -> Sequence[Any]:
    """Run each job by itself. Each reads with one statement, so that it sees one committed state without a transaction."""
    return [_outcome(connection, job.work) for job in group]


def _outcome(connection: Connection, work: Callable[[Connection], Any]) -> Any:
    try:
        return work(connection)
    except Exception as error:  # noqa: BLE001  as above
        return _Failure(error)


def _tell(group: Sequence[_Job], outcomes: Sequence[Any]) -> None:
    """Wake the waiting tasks, with one wake-up of the event loop a group."""
    for loop in {job.loop for job in group}:
        told = [(job.future, outcome) for job, outcome in zip(group, outcomes, strict=True) if job.loop is loop]
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, told)


def _resolve(told: Sequence[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, outcome in told:
        if future.done():  # its task was cancelled meanwhile
            continue
        if isinstance(outcome, _Failure):
            future.set_exception(outcome.error)
        else:
            future.set_result(outcome)


class SqliteDatabase:
    """A database in one file, used by several processes at once: one thread writes, others read beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = _Lane(sqlite_engine(path, waits=False), _write_group, 1)
        self._reading = _Lane(sqlite_engine(path, connections=_READERS, read_only=True), _read_group, _READERS)

    @property
    def kind(self) -> Kind:
        """Which database this is."""
        return "sqlite"

    async def read(self, work: Callable[[Connection], R]) -> R:
        """Run work on a reader's thread; under WAL it neither waits for writers nor holds them up."""
        with storage_errors():
            return await self._reading.run(work)

    async def write(self, work: Callable[[Connection], R]) -> R:
        """Run work on the writer's thread; returns after the commit reached the disk."""
        with storage_errors():
            return await self._writing.run(work)

    async def purge(self, content: bytes) -> bool:
        """Get bytes that were deleted out of the files; False if other processes kept them busy. Its failure undoes no deletion."""
        return await asyncio.to_thread(scrub, self._path, content)

    async def close(self) -> None:
        """Finish what waits, then close every connection."""
        await self._writing.close()
        await self._reading.close()
