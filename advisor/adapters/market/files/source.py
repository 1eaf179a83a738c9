"""A file of prices as text: unpacked, decoded, within limits, and known not to have changed while it was read."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from advisor.adapters.market.files.layout import Refused

MAX_BYTES = 2_000_000_000  # unpacked: 35 million rows of the usual eight columns
_HEAD = 1_000_000
_BLOCK = 1 << 18
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_FIRST_LINES = 180
_TELLING = 20  # bytes; of fewer nobody can tell two-byte letters from noise
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
FALLBACK = "latin-1"  # every byte is a letter in it, so it comes last


class Changed(Exception):
    """The file became another one while it was read; it never leaves the reading of files."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Tells versions of a file apart: time of change in nanoseconds and size in bytes."""

    modified: int
    size: int


def signature(stat: os.stat_result) -> Signature:
    """The signature of a file as the system describes it."""
    return Signature(stat.st_mtime_ns, stat.st_size)


class _Guarded(io.RawIOBase):
    """Bytes that count lines, and refuse what no text holds and what is too much."""

    def __init__(self, source: BinaryIO, *, wide: bool) -> None:
        self._source = source
        self._wide = wide  # two bytes a letter: every second one is a NUL
        self._bytes = 0
        self.lines = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            block = self._source.read(min(len(buffer), _BLOCK))
        except EOFError as fault:
            raise Refused("the packed file ends too early", self.lines + 1) from fault
        except (gzip.BadGzipFile, zlib.error) as fault:
            raise Refused("the packed file is damaged", self.lines + 1) from fault
        self._bytes += len(block)
        if self._bytes > MAX_BYTES:
            raise Refused(f"it holds more than {MAX_BYTES // 1_000_000:,} MB of text")
        if not self._wide and b"\0" in block:
            line = self.lines + block[: block.index(b"\0")].count(b"\n") + 1
            raise Refused("there are NUL bytes, so this is not text", line)
        self.lines += block.count(b"\n")
        buffer[: len(block)] = block
        return len(block)


@contextmanager
def opened(path: Path, encoding: str) -> Iterator[IO[str]]:
    """The file's text. The file that was opened is the one that is read, whatever takes its place meanwhile.

    Raises:
        Refused: for what is no text, and for more than is read.
        Changed: if it was written to in between.
        UnicodeDecodeError: if the encoding is another one.
        OSError: if it cannot be read.
    """
    with path.open("rb") as raw:
        before = signature(os.fstat(raw.fileno()))
        guarded = _Guarded(_unpacked(raw), wide=encoding.casefold().startswith(("utf-16", "utf-32")))
        with io.TextIOWrapper(io.BufferedReader(guarded, _BLOCK), encoding=encoding, newline="") as text:
            try:
                yield text
            finally:
                if signature(os.fstat(raw.fileno())) != before:
                    raise Changed


def head_of(path: Path, said: str | None = None) -> tuple[str, str]:
    """The file's first lines, whole ones, and the encoding that fits them, or the one that is `said`.

    Raises:
        Refused, OSError: as `opened`.
        LookupError, UnicodeError: if the encoding that is said does not exist or does not fit.
    """
    with path.open("rb") as raw:
        try:
            start = _unpacked(raw).read(_HEAD)
        except EOFError as fault:
            raise Refused("the packed file ends too early", 1) from fault
        except (gzip.BadGzipFile, zlib.error) as fault:
            raise Refused("the packed file is damaged", 1) from fault
    encoding = said or _encoding(start)
    if not encoding.casefold().startswith(("utf-16", "utf-32")) and b"\0" in start:
        raise Refused("there are NUL bytes, so this is not text", start[: start.index(b"\0")].count(b"\n") + 1)
    text = codecs.getincrementaldecoder(encoding)().decode(start)
    if 20 * len(_CONTROL.findall(text, 0, 10_000)) > min(len(text), 10_000):
        raise Refused("this is not text", 1)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(start) == _HEAD:
        lines.pop()  # the last one may be cut
        if not lines:
            raise Refused(f"this line is longer than {_HEAD:,} bytes", 1)
    return "\n".join(lines[: _FIRST_LINES * 3]), encoding


def _unpacked(raw: BinaryIO) -> BinaryIO:
    """The content of a file packed with gzip, whatever its name, or the file itself."""
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    return cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if packed else raw


def _encoding(start: bytes) -> str:
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    odd, even = start[1::2], start[::2]
    if len(start) < _TELLING:
        odd, even = b"", b""
    if odd and odd.count(0) > 0.4 * len(odd) and not even.count(0):
        return "utf-16-le"
    if even and even.count(0) > 0.4 * len(even) and not odd.count(0):
        return "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return FALLBACK
    return "utf-8"
