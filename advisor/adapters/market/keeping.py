"""Keeping what a source answered, as it came."""

from __future__ import annotations

import gzip
import logging
import re
from datetime import date
from pathlib import Path

_log = logging.getLogger(__name__)
_LONGEST = 160


def keep(folder: Path, source: str, day: date, name: str, body: bytes) -> None:
    """Write `body` gzipped to folder/source/day/name.gz, the name made safe for a file.

    A folder that cannot be written is the operator's to know and no reason to lose the answer: it is logged.
    """
    safe = re.sub(r"[^A-Za-z0-9._=-]", "_", name).lstrip(".")[:_LONGEST] or "_"
    place = folder / source / day.isoformat()
    try:
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{safe}.gz").write_bytes(gzip.compress(body, mtime=0))
    except OSError:
        _log.warning("An answer of %s could not be kept.", source, exc_info=True)
