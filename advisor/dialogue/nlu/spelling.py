"""Spelling: letters that can be written in two ways, abbreviations with their dots, and slips of the finger beside numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from advisor.dialogue.nlu.lexer import Lexed
from advisor.dialogue.nlu.packaged import packaged

# Shorter words are too near to others. A word with one letter put for another has to be longer still.
_SHORTEST = 5
_SHORTEST_EXCHANGED = 6
_FIGURES = frozenset({"number", "fraction", "ordinal"})
# A slip is mended only so many tokens from a number.
_REACH = 2


@cache
def _second_spellings() -> Mapping[str, str]:
    spellings: Mapping[str, str] = packaged("tokens.yaml")["spellings"]
    return spellings


def plainly(text: str) -> str:
    """A text with its letters in their second spelling: "fünf" as "fuenf"."""
    return text if text.isascii() else "".join(_second_spellings().get(char, char) for char in text)


def spellings(text: str) -> tuple[str, ...]:
    """A text as it is, and in the second spelling of each of its letters and of all of them."""
    if text.isascii():
        return (text,)
    changed = (text.replace(letter, second) for letter, second in _second_spellings().items())
    return tuple(dict.fromkeys((text, *changed, plainly(text))))


@dataclass(frozen=True, eq=False)
class Spelling:
    """What a language's words may lose or gain: dots of abbreviations, endings for "about", slips."""

    abbreviations: frozenset[str]
    before_a_name: frozenset[str]
    endings: frozenset[str]
    numerals: frozenset[str]
    never: frozenset[str]
    vocabulary: frozenset[str]
    near: Mapping[str, tuple[str, ...]]


def spelling(
    *,
    abbreviations: Iterable[str],
    before_a_name: Iterable[str],
    endings: Iterable[str],
    numerals: Iterable[str],
    never: Iterable[str],
    vocabulary: Iterable[str],
) -> Spelling:
    """The spelling of a language; `vocabulary` are the words whose slips are mended, `never` ordinary words that look like slips.

    `before_a_name` are words that a number with a dot is an ordinal before ("15. März"); `numerals` words that numbers are
    said with.
    """
    words = frozenset(vocabulary)
    near: dict[str, list[str]] = {}
    for word in sorted(words):
        if len(word) >= _SHORTEST:
            for key in {word, *_shorter(word)}:
                near.setdefault(key, []).append(word)
    rows = {key: tuple(found) for key, found in near.items()}
    return Spelling(
        frozenset(abbreviations),
        frozenset(before_a_name),
        frozenset(endings),
        frozenset(numerals),
        frozenset(never),
        words,
        rows,
    )


def repaired(lexed: Lexed, known: Spelling) -> Lexed:
    """A message without the dots of abbreviations and ordinals, and with its slips beside numbers mended.

    Tokens keep their places in the text; only the words looked up change.
    """
    beside = _beside_numbers(lexed, known)
    if "." not in lexed.words and not beside:
        return lexed
    kept: list[int] = []
    words: list[str] = []
    for index, word in enumerate(lexed.words):
        if _is_silent(lexed, index, known, beside=index in beside):
            continue
        kept.append(index)
        words.append(_mended(word, known) if index in beside and lexed.tokens[index].kind == "word" else word)
    if len(kept) == len(lexed.words) and tuple(words) == lexed.words:
        return lexed
    return Lexed(lexed.text, tuple(lexed.tokens[index] for index in kept), tuple(words))


def _beside_numbers(lexed: Lexed, known: Spelling) -> set[int]:
    near: set[int] = set()
    for index, token in enumerate(lexed.tokens):
        if token.kind in _FIGURES or token.text in known.numerals:
            near.update(range(index - _REACH, index + _REACH + 1))
    return near


def _is_silent(lexed: Lexed, index: int, known: Spelling, *, beside: bool) -> bool:
    """The dot of "Tsd." and of "15. März"; the "-ish" of "5,000-ish"."""
    word, before = lexed.words[index], lexed.word(index - 1)
    if word == ".":
        ordinal = lexed.kind(index - 1) == "number" and lexed.word(index + 1) in known.before_a_name
        return lexed.glued(index) and (before in known.abbreviations or ordinal)
    if not beside or not known.endings:
        return False
    if word in known.endings:
        return lexed.glued(index)
    return word == "-" and lexed.glued(index) and lexed.glued(index + 1) and lexed.word(index + 1) in known.endings


@lru_cache(maxsize=8192)
def _mended(word: str, known: Spelling) -> str:
    """The word that was meant: the same first letter, and one letter left out, doubled, put in, exchanged or swapped."""
    for ending in known.endings:
        if word.endswith(ending) and word.removesuffix(ending) in known.numerals:
            return word.removesuffix(ending)
    if len(word) < _SHORTEST - 1 or word in known.vocabulary or word in known.never:
        return word
    found = {other for key in (word, *_shorter(word)) for other in known.near.get(key, ()) if other[0] == word[0]}
    ranked = sorted((rank, other) for other in found if (rank := _slip(word, other)))
    return ranked[0][1] if ranked else word


def _shorter(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


def _slip(word: str, meant: str) -> int:
    """How likely one slip makes `word` of `meant`, 1 the likeliest; 0 where it takes more than one."""
    if len(meant) == len(word) + 1:
        return 1 if word in _shorter(meant) else 0
    if len(word) == len(meant) + 1:
        return 3 if len(word) > _SHORTEST and meant in _shorter(word) else 0
    wrong = [at for at, (one, other) in enumerate(zip(word, meant, strict=True)) if one != other]
    if len(wrong) == 2 and wrong[1] == wrong[0] + 1 and word[wrong[0]] == meant[wrong[1]]:
        return 2 if word[wrong[1]] == meant[wrong[0]] else 0
    return 4 if len(wrong) == 1 and len(word) >= _SHORTEST_EXCHANGED else 0
