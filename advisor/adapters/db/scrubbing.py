"""Getting deleted bytes out of a SQLite database's files, not only out of its tables."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

_log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 10.0
_LOOK_SECONDS = 0.005
_CHUNK = 1 << 20


def scrub(path: Path, content: bytes, *, patience: float = _PATIENCE_SECONDS) -> bool:
    """Remove what was deleted from the file and its write-ahead log, and see to it that `content` is in neither.

    Deleted rows are overwritten as they go (`secure_delete`), but older versions of their pages stand in the log until it is
    emptied, and SQLite may leave a copy of a row behind where it moved rows from page to page. That is rare: the file is searched,
    and written anew only where the bytes are found. False, with a warning in the log, where that failed or other processes left no
    gap for it: the deletion itself stands, so nothing is raised.
    """
    try:
        # Autocommit: VACUUM and a checkpoint stand outside of any transaction.
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            done = _empty_log(connection, patience)
            if done and _holds(path, content):
                done = _while_busy(lambda: _rewrite(connection), patience) and _empty_log(connection, patience)
    except (sqlite3.OperationalError, OSError) as error:
        _log.warning("deleted bytes may still stand in the database's files: %s", type(error).__name__)
        return False
    if not done:
        _log.warning("other processes kept the write-ahead log busy: it holds deleted bytes until it is emptied next")
    return done


def _empty_log(connection: sqlite3.Connection, patience: float) -> bool:
    """Write the log's pages into the file and cut it to nothing; False if others stood in the way throughout."""
    return _while_busy(lambda: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0, patience)


def _rewrite(connection: sqlite3.Connection) -> bool:
    connection.execute("VACUUM").close()
    return True


def _while_busy(attempt: Callable[[], bool], patience: float) -> bool:
    """Try for `patience` seconds until it succeeds; False if it never did.

    Raises:
        sqlite3.OperationalError: the attempt's own, for another reason than others being in the way.
    """
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            if attempt():
                return True
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
        time.sleep(_LOOK_SECONDS)
    return False


def _holds(path: Path, content: bytes, chunk_size: int = _CHUNK) -> bool:
    """Whether the file has these bytes anywhere."""
    before = b""
    with path.open("rb") as file:
        while chunk := file.read(chunk_size):
            if content in before + chunk:
                return True
            before = chunk[-len(content) :]
    return False
