"""Tables of phrases, found in a message in time linear in its length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from advisor.dialogue.nlu.lexer import lex
from advisor.dialogue.nlu.spelling import spellings

T = TypeVar("T")


class Hit(NamedTuple, Generic[T]):
    """A phrase found: its first token, the token after its last, and what it stands for."""

    first: int
    last: int
    tag: T


class PhraseTable(Generic[T]):
    """Phrases by their first word; the longest one wins."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], int, T]]] = {}
        self._by_last: dict[str, list[tuple[tuple[str, ...], int, T]]] = {}
        for phrase, tag in entries:
            for spelled in spellings(phrase):
                words = lex(spelled).words
                if words:
                    row = (words, len(words), tag)
                    self._by_first.setdefault(words[0], []).append(row)
                    self._by_last.setdefault(words[-1], []).append(row)
        for rows in (*self._by_first.values(), *self._by_last.values()):
            rows.sort(key=lambda row: row[1], reverse=True)
        self._firsts = frozenset(self._by_first)

    @property
    def first_words(self) -> frozenset[str]:
        """The words that phrases begin with."""
        return self._firsts

    @property
    def single_words(self) -> frozenset[str]:
        """The phrases that are one word."""
        return frozenset(words[0] for rows in self._by_first.values() for words, length, _ in rows if length == 1)

    def at(self, words: Sequence[str], start: int) -> Hit[T] | None:
        """The longest phrase that begins at token `start`."""
        if not 0 <= start < len(words):
            return None
        for phrase, length, tag in self._by_first.get(words[start], ()):
            if length == 1 or tuple(words[start : start + length]) == phrase:
                return Hit(start, start + length, tag)
        return None

    def before(self, words: Sequence[str], end: int, longest: int = 6) -> Hit[T] | None:
        """The longest phrase that ends right before token `end`."""
        if not 0 < end <= len(words):
            return None
        for phrase, length, tag in self._by_last.get(words[end - 1], ()):
            if length <= min(end, longest) and (length == 1 or tuple(words[end - length : end]) == phrase):
                return Hit(end - length, end, tag)
        return None

    def scan(self, words: Sequence[str]) -> list[Hit[T]]:
        """All phrases from left to right, none overlapping another."""
        hits: list[Hit[T]] = []
        # most messages hold no phrase of a table, which the words themselves tell soonest
        if self._firsts.isdisjoint(words):
            return hits
        index, firsts = 0, self._firsts
        while index < len(words):
            hit = self.at(words, index) if words[index] in firsts else None
            if hit is None:
                index += 1
            else:
                hits.append(hit)
                index = hit.last
        return hits
