"""What a text is about: its words without those that only ask, as stems that the ways of asking (data, per language) share. Pure.

A word that no entry has is taken apart as a compound ("Fondsgebühr"), else matched by its letters in threes ("volatilty").
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from rapidfuzz import fuzz

from advisor.dialogue.nlu.lexer import lex
from advisor.dialogue.nlu.lexicon import packaged
from advisor.replies.wording import language_of

_SHORTEST_STEM = 3
_SHORTEST_PART = 4
_SHORTEST_SLIP = 5
_MOST_ENDINGS = 2
_MOST_WORDS = 30
_SENTENCE = 4  # words of the shortest sentence that is surely one
_OPENING = 3  # words within which a question shows that it is one
# Likeness (Indel, 0 to 1) from which a word of so many letters is a slip of another; the first letter is rarely hit.
_ALIKE = {5: 0.88, 6: 0.83, 7: 0.83}
_ALIKE_LONG = 0.80
_ALIKE_ELSEWHERE = 0.92
_CANDIDATES = 6


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text. `likeness` is 1 for one that entries have, less for a slip of one, 0 for one that none has."""

    stem: str
    likeness: float


@dataclass(frozen=True)
class Grammar:
    """How a language asks and forms words; see the head of asked.yaml."""

    silent: frozenset[str]
    asks: frozenset[str]
    opens: frozenset[str]
    states: tuple[str, ...]
    reasons: frozenset[str]
    refusals: frozenset[str]
    endings: tuple[tuple[str, str], ...]
    joints: tuple[str, ...]
    letters: tuple[tuple[str, str], ...]

    def stem(self, word: str) -> str:
        """A word without its endings, in plain letters."""
        return _stem(word, self.endings, self.letters)


@dataclass(frozen=True)
class Index:
    """All ways of asking in one language, ready to be searched. `weights` are inverse document frequencies of stems.

    `phrases` are (entry, sum of the weights of its stems); `postings` are the phrases that hold a stem.
    """

    language: str
    grammar: Grammar
    weights: Mapping[str, float]
    phrases: Sequence[tuple[str, float]]
    postings: Mapping[str, Sequence[int]]
    grams: Mapping[str, Sequence[str]]
    titles: Mapping[str, str]


def index_of(locale: str) -> Index:
    """The index of a locale's language, built at its first use."""
    return _built(language_of(locale))


def asks(text: str, locale: str) -> bool:
    """Whether a text is put as a question or as a request to explain."""
    if text.rstrip().endswith("?"):
        return True
    grammar = index_of(locale).grammar
    opening = [word for word in lex(text).words if word[0].isalpha()][:_OPENING]
    return not grammar.asks.isdisjoint(opening) or not grammar.opens.isdisjoint(opening[:1])


def is_whole_question(text: str, locale: str) -> bool:
    """Whether a text is a sentence that asks: it begins with a word of asking and goes on, with or without a sign at its end."""
    grammar = index_of(locale).grammar
    words = [word for word in lex(text).words if word[0].isalpha()]
    return len(words) >= _SENTENCE and (words[0] in grammar.asks or words[0] in grammar.opens)


def asks_for_reasons(text: str, locale: str) -> bool:
    """Whether a text is a whole question for a reason or a person, so that a figure in it is about something else: "why did bonds
    lose money in 2022"; not "why not 15 years?", which is an answer."""
    words = [word for word in lex(text).words if word[0].isalpha()]
    known = index_of(locale).grammar
    return is_whole_question(text, locale) and words[0] in known.reasons and words[1] not in known.refusals


def states(text: str, locale: str) -> bool:
    """Whether a text, by how it begins, says what somebody would do or is an order: no question is looked for in it."""
    said = " ".join(lex(text).words)
    return not asks(text, locale) and f"{said} ".startswith(index_of(locale).grammar.states)


def stems_of(text: str, index: Index) -> tuple[str, ...]:
    """The stems of all words of a text that say something, as they are written."""
    return tuple(index.grammar.stem(word) for word in _worded(text) if word not in index.grammar.silent)


def words_of(text: str, index: Index) -> tuple[Word, ...]:
    """What a text is about; empty where it only asks, or says more than a question does."""
    raw = _worded(text)
    if not 0 < len(raw) <= _MOST_WORDS:
        return ()
    found: list[Word] = []
    joined = False
    for word, follows in zip(raw, (*raw[1:], ""), strict=True):
        if joined:
            joined = False
            continue
        stem = index.grammar.stem(word)
        both = index.grammar.stem(word + follows) if follows else ""
        if both in index.weights and stem not in index.weights:  # "robo advisor" for "roboadvisor"
            found.append(Word(both, 1.0))
            joined = True
        elif word not in index.grammar.silent:
            found.extend(_read(stem, index))
    again = (Word(stem, 1.0) for stem in _repeated([word.stem for word in found]) if stem in index.weights)
    return (*found, *again)


def _repeated(stems: Sequence[str]) -> set[str]:
    """Stems that stand twice, told apart from those that stand once: interest on interest is not interest."""
    return {f"{stem} {stem}" for stem, count in Counter(stems).items() if count > 1}


def _worded(text: str) -> list[str]:
    return [word for word in lex(text).words if len(word) > 1 and any(map(str.isalpha, word))]


def _read(stem: str, index: Index) -> tuple[Word, ...]:
    if stem in index.weights:
        return (Word(stem, 1.0),)
    parts = _parted(stem, index)
    return tuple(Word(part, 1.0) for part in parts) or (_slip(stem, index.language),)


def _parted(stem: str, index: Index) -> tuple[str, ...]:
    """The two known words of a compound, the longest first one first."""
    for cut in range(len(stem) - _SHORTEST_PART, _SHORTEST_PART - 1, -1):
        tail = index.grammar.stem(stem[cut:])
        if tail not in index.weights:
            continue
        head = stem[:cut]
        for bare in (head, *(head.removesuffix(joint) for joint in index.grammar.joints)):
            part = index.grammar.stem(bare)
            if len(bare) >= _SHORTEST_PART and part in index.weights:
                return part, tail
    return ()


@lru_cache(maxsize=2048)
def _slip(stem: str, language: str) -> Word:
    """The word that was meant, where letters are wrong, missing or exchanged."""
    best = Word(stem, 0.0)
    if len(stem) < _SHORTEST_SLIP:
        return best
    index = _built(language)
    shared = Counter(word for gram in _grams(stem) for word in index.grams.get(gram, ()))
    for word, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:_CANDIDATES]:
        alike = fuzz.ratio(stem, word) / 100
        least = _ALIKE.get(len(stem), _ALIKE_LONG) if word[0] == stem[0] else _ALIKE_ELSEWHERE
        if alike >= least and alike > best.likeness:
            best = Word(word, alike)
    return best


def _grams(word: str) -> Iterator[str]:
    """Letters in threes, the word's ends marked."""
    marked = f"^{word}$"
    return (marked[place : place + 3] for place in range(len(marked) - 2))


@lru_cache(maxsize=8192)
def _stem(word: str, endings: tuple[tuple[str, str], ...], letters: tuple[tuple[str, str], ...]) -> str:
    for special, plain in letters:
        word = word.replace(special, plain)
    for _ in range(_MOST_ENDINGS):
        cut = next(
            (item for item in endings if word.endswith(item[0]) and len(word) - len(item[0]) >= _SHORTEST_STEM), None
        )
        if cut is None:
            return word
        word = word[: -len(cut[0])] + cut[1]
        if cut[1]:
            return word
    return word


@cache
def _built(language: str) -> Index:
    raw: dict[str, Any] = packaged(language, "asked.yaml")
    endings = tuple(sorted(raw["endings"].items(), key=lambda item: (-len(item[0]), item[0])))
    grammar = Grammar(
        silent=frozenset(raw["silent"]),
        asks=frozenset(raw["asks"]),
        opens=frozenset(raw["opens"]),
        states=tuple(f"{words} " for words in raw["states"]),
        reasons=frozenset(raw["reasons"]),
        refusals=frozenset(raw["refusals"]),
        endings=endings,
        joints=tuple(raw["joints"]),
        letters=tuple(raw["letters"].items()),
    )
    phrases: list[tuple[str, list[str]]] = []
    for key, ways in raw["entries"].items():
        for way in ways:
            words = [word for word in _worded(str(way)) if word not in grammar.silent]
            if not grammar.asks.issuperset(words):  # "Who are you?" is a title only: by its words it is any question
                held = [grammar.stem(word) for word in words]
                phrases.append((key, sorted({*held, *_repeated(held)})))
    entries: dict[str, set[str]] = defaultdict(set)
    postings: dict[str, list[int]] = defaultdict(list)
    for place, (key, held) in enumerate(phrases):
        for stem in held:
            entries[stem].add(key)
            postings[stem].append(place)
    weights = {stem: math.log(1 + len(raw["entries"]) / len(keys)) for stem, keys in entries.items()}
    grams: dict[str, list[str]] = defaultdict(list)
    for stem in weights:
        for gram in dict.fromkeys(_grams(stem)):
            grams[gram].append(stem)
    whole = tuple((key, sum(weights[stem] for stem in held)) for key, held in phrases)
    titles = {key: str(ways[0]) for key, ways in raw["entries"].items()}
    return Index(language, grammar, weights, whole, postings, grams, titles)
