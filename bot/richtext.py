"""Formatted text as runs: measured, split and written the way Telegram counts.

Telegram's limits count UTF-16 code units after entities are parsed (Bot API, "Formatting options"), so neither the length of
the HTML nor Python's `len` will do.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace
from typing import Literal

Style = Literal["plain", "bold", "mono"]
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_BULLET = re.compile(r"^- ", re.MULTILINE)
# C0 controls but newline and tab, and lone surrogates: Telegram refuses or drops them.
_UNSENDABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style."""

    text: str
    style: Style = "plain"


Rich = tuple[Run, ...]


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text) + sum(char > "\uffff" for char in text)


def from_markup(text: str) -> Rich:
    """Runs of our own small markup: paragraphs, **bold** and "- " lists."""
    cleaned = _BULLET.sub("• ", sendable(text))
    runs: list[Run] = []
    position = 0
    for match in _BOLD.finditer(cleaned):
        runs += [Run(cleaned[position : match.start()]), Run(match[1], "bold")]
        position = match.end()
    runs.append(Run(cleaned[position:]))
    return tuple(run for run in runs if run.text)


def sendable(text: str) -> str:
    """The text without characters that Telegram refuses."""
    return _UNSENDABLE.sub("", text)


def to_plain(rich: Rich) -> str:
    """The bare text."""
    return "".join(run.text for run in rich)


def to_html(rich: Rich) -> str:
    """Telegram's HTML; every character of the text is escaped."""
    tags = {"bold": "b", "mono": "pre"}
    parts = []
    for run in rich:
        escaped = html.escape(run.text, quote=False)
        tag = tags.get(run.style)
        parts.append(f"<{tag}>{escaped}</{tag}>" if tag else escaped)
    return "".join(parts)


def length(rich: Rich) -> int:
    """Length in UTF-16 code units after parsing."""
    return sum(utf16_length(run.text) for run in rich)


def join(pieces: list[Rich], separator: str = "\n\n") -> Rich:
    """Pieces one after the other with a separator between them; empty ones are left out."""
    runs: list[Run] = []
    for piece in pieces:
        if not piece:
            continue
        if runs:
            runs.append(Run(separator))
        runs += piece
    return tuple(runs)


def split(rich: Rich, limit: int) -> list[Rich]:
    """Cut into pieces of at most `limit` UTF-16 units: at a blank line if there is one, else a line, a sentence, a word.

    Nothing but white space at the cuts is lost; a style goes on in the next piece.
    """
    pieces: list[Rich] = []
    rest = _strip(rich)
    while length(rest) > limit:
        cut = _cut(to_plain(rest), limit)
        head, rest = _divide(rest, cut)
        if head := _strip(head):
            pieces.append(head)
        rest = _strip(rest)
    return [*pieces, rest] if rest else pieces


def _cut(text: str, limit: int) -> int:
    """Where to cut, in characters: the last good boundary that keeps the head within `limit` units."""
    fits = _characters_within(text, limit)
    # A boundary in the first quarter would leave a stub of a message, so a finer one further on is better.
    for boundary in ("\n\n", "\n", ". ", " "):
        at = text.rfind(boundary, fits // 4, fits)
        if at > 0:
            return at + len(boundary.rstrip())
    return max(fits, 1)


def _characters_within(text: str, limit: int) -> int:
    units = 0
    for index, char in enumerate(text):
        units += 2 if char > "\uffff" else 1
        if units > limit:
            return index
    return len(text)


def _divide(rich: Rich, at: int) -> tuple[Rich, Rich]:
    head: list[Run] = []
    for index, run in enumerate(rich):
        if at < len(run.text):
            tail = (replace(run, text=run.text[at:]), *rich[index + 1 :])
            return (*head, replace(run, text=run.text[:at])) if at else tuple(head), tail
        head.append(run)
        at -= len(run.text)
    return tuple(head), ()


def _strip(rich: Rich) -> Rich:
    """Without white space at the ends; Telegram trims it too, and a blank message is refused. Tables keep their indent."""
    runs = list(rich)
    while runs and not runs[0].text.strip():
        runs.pop(0)
    while runs and not runs[-1].text.strip():
        runs.pop()
    if runs and runs[0].style != "mono":
        runs[0] = replace(runs[0], text=runs[0].text.lstrip())
    if runs:
        runs[-1] = replace(runs[-1], text=runs[-1].text.rstrip())
    return tuple(runs)
