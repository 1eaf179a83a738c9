"""Tables of phrases, found in a message in time linear in its length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from advisor.dialogue.nlu.lexer import lex

T = TypeVar("T")


class Hit(NamedTuple, Generic[T]):
    """A phrase found: its first token, the token after its last, and what it stands for."""

    first: int
    last: int
    tag: T


class PhraseTable(Generic[T]):
    """Phrases by their first word; the longest one wins."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        for phrase, tag in entries:
            words = lex(phrase).words
            if words:
                self._by_first.setdefault(words[0], []).append((words, tag))
        for rows in self._by_first.values():
            rows.sort(key=lambda row: len(row[0]), reverse=True)

    def at(self, words: Sequence[str], start: int) -> Hit[T] | None:
        """The longest phrase that begins at token `start`."""
        if not 0 <= start < len(words):
            return None
        for phrase, tag in self._by_first.get(words[start], ()):
            if tuple(words[start : start + len(phrase)]) == phrase:
                return Hit(start, start + len(phrase), tag)
        return None

    def before(self, words: Sequence[str], end: int, longest: int = 6) -> Hit[T] | None:
        """The longest phrase that ends right before token `end`."""
        for start in range(max(0, end - longest), end):
            for phrase, tag in self._by_first.get(words[start], ()):
                if start + len(phrase) == end and tuple(words[start:end]) == phrase:
                    return Hit(start, end, tag)
        return None

    def scan(self, words: Sequence[str]) -> list[Hit[T]]:
        """All phrases from left to right, none overlapping another."""
        hits: list[Hit[T]] = []
        index = 0
        while index < len(words):
            hit = self.at(words, index)
            if hit is None:
                index += 1
            else:
                hits.append(hit)
                index = hit.last
        return hits
