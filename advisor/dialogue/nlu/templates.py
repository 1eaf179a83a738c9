"""The small language of the intent patterns: `[optional|other] (one|another) {argument} plain words`; groups may hold groups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from advisor.dialogue.nlu.lexer import lex

ARGUMENT = "{"
_MOST = 4_000
_PIECE = re.compile(r"[\[\](|)]|\{\w+\}|[^\[\](|){]+")
_CLOSING = {"[": "]", "(": ")"}

Sentence = tuple[str, ...]


def expand(pattern: str) -> Iterator[Sentence]:
    """Every sentence a pattern stands for, as words; an argument is one word that starts with `ARGUMENT`.

    Raises:
        ValueError: for a pattern that stands for nothing or for more sentences than a table should hold, or whose brackets do
            not match.
    """
    pieces = _PIECE.findall(pattern)
    sentences, end = _sequence(pieces, 0, pattern)
    if end < len(pieces) or not pieces:
        raise ValueError(f"The pattern {pattern!r} stands for 0 sentences.")
    yield from sentences


def spelled(patterns: Iterable[str]) -> Iterator[str]:
    """The phrases that patterns stand for, each once; a phrase without brackets stands for itself."""
    for pattern in patterns:
        if "[" in pattern or "(" in pattern:
            yield from dict.fromkeys(" ".join(words) for words in expand(pattern) if words)
        else:
            yield pattern


def _sequence(pieces: list[str], start: int, pattern: str) -> tuple[list[Sentence], int]:
    """The sentences of pieces in a row, up to the end or to what closes or parts a group, and where that is."""
    found: list[Sentence] = [()]
    while start < len(pieces) and pieces[start] not in ")]|":
        piece = pieces[start]
        if piece in _CLOSING:
            choices, start = _group(pieces, start, pattern)
        else:
            choices = [(piece.rstrip("}"),)] if piece.startswith(ARGUMENT) else [lex(piece).words]
            start += 1
        if len(found) * len(choices) > _MOST:
            raise ValueError(f"The pattern {pattern!r} stands for {len(found) * len(choices)} sentences.")
        found = [one + other for one in found for other in choices]
    return found, start


def _group(pieces: list[str], start: int, pattern: str) -> tuple[list[Sentence], int]:
    """The sentences of a group, and the piece behind it."""
    opened, choices = pieces[start], list[Sentence]()
    while True:
        part, start = _sequence(pieces, start + 1, pattern)
        choices += part
        if start == len(pieces) or pieces[start] != "|":
            break
    if start == len(pieces) or pieces[start] != _CLOSING[opened]:
        raise ValueError(f"The brackets of {pattern!r} do not match.")
    return ([*choices, ()] if opened == "[" else choices), start + 1
