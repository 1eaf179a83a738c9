"""Yes, no, or neither."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal, get_args

from advisor.dialogue.nlu.lexer import Lexed, lex
from advisor.dialogue.nlu.lexicon import language, packaged, table
from advisor.dialogue.nlu.phrases import PhraseTable

Answer = Literal["yes", "no", "unsure"]
_PUNCTUATION = ".,!?:;-"
_MOST_WORDS = 12
_MOST_DRAWN_OUT = 3
_DRAWN_OUT = re.compile(r"(\w)\1+")


@dataclass(frozen=True)
class YesNoWords:
    """Phrases by their answer, words that may stand around them, and single words by what they lean to."""

    answers: tuple[tuple[Answer, PhraseTable[str]], ...]
    filler: frozenset[str]
    hesitations: frozenset[str]
    polarity: Mapping[str, frozenset[str]]
    negations: frozenset[str]
    contradicts_no: frozenset[str]


def yes_no_words(locale: str) -> YesNoWords:
    """The words for a locale's language."""
    return _loaded(language(locale))


@cache
def _loaded(name: str) -> YesNoWords:
    raw = packaged(name, "yesno.yaml")
    answers: tuple[Answer, ...] = get_args(Answer)
    return YesNoWords(
        tuple((name, table(raw[name])) for name in answers),
        frozenset(raw["filler"]),
        frozenset(raw["hesitations"]),
        {name: frozenset(words) for name, words in raw["polarity"].items()},
        frozenset(raw["negations"]),
        frozenset(raw["contradicts_no"]),
    )


def read_yes_no(text: str, locale: str = "en") -> Answer | None:
    """Whether a short text says yes, no, or that the person is unsure; None if it says something else ("no debt")."""
    return yes_no_in(lex(text), locale)


def yes_no_in(lexed: Lexed, locale: str = "en") -> Answer | None:
    """`read_yes_no` for a message that is already cut into tokens.

    A phrase that is the whole message decides. Else the phrase the message begins with, if all that follows is filler and does
    not say the opposite. Else its words for and against, if it has no others. A message that says nothing so is read once
    more with its drawn-out letters as one ("yessss", "nöö").
    """
    known = yes_no_words(locale)
    words = tuple(word for word in lexed.words if word not in _PUNCTUATION)
    while len(words) > 1 and words[0] in known.hesitations and _whole(words, known) is None:
        words = words[1:]
    if not words or len(words) > _MOST_WORDS:
        return None
    answer = _said(words, known)
    if answer is None and len(words) <= _MOST_DRAWN_OUT and any(_DRAWN_OUT.search(word) for word in words):
        return _said(tuple(_DRAWN_OUT.sub(r"\1", word) for word in words), known)
    return answer


def _whole(words: tuple[str, ...], known: YesNoWords) -> Answer | None:
    """The answer whose phrase all the words are."""
    hits = ((name, phrases.at(words, 0)) for name, phrases in known.answers)
    return next((name for name, hit in hits if hit and hit.last == len(words)), None)


def _said(words: tuple[str, ...], known: YesNoWords) -> Answer | None:
    whole = _whole(words, known)
    if whole:
        return whole
    opening = [(hit.last, name) for name, phrases in known.answers if (hit := phrases.at(words, 0))]
    if opening:
        end, answer = max(opening)
        rest = words[end:]
        if all(word in known.filler for word in rest) and not _says_other(rest, answer, known):
            return answer
    return _weighed(words, known)


def _weighed(words: tuple[str, ...], known: YesNoWords) -> Answer | None:
    """By words for and against, if the message has no other words: "that is not quite true", "I'd have to say no"."""
    polarity = known.polarity
    strange = any(all(word not in group for group in polarity.values()) for word in words)
    if strange or words[0] in polarity["questions"]:
        return None
    negated = any(word in polarity["negators"] for word in words)
    if any(word in polarity["either"] or (negated and word in polarity["certainty"]) for word in words):
        return "unsure"
    said_for = any(word in polarity["for"] for word in words)
    said_against = any(word in polarity["against"] for word in words)
    if said_for and said_against:
        # "no, that isn't correct" is a no; "yes no" is neither
        return "no" if negated and words[0] in polarity["against"] else None
    if said_for:
        return "no" if negated else "yes"
    if not said_against:
        return None
    denied = any(one in polarity["negators"] and other in polarity["against"] for one, other in pairwise(words))
    return "yes" if denied and words[0] not in polarity["against"] else "no"


def _says_other(rest: tuple[str, ...], answer: Answer, known: YesNoWords) -> bool:
    """ "yes no", "yes but not": contradicts itself."""
    if answer == "yes":
        return any(word in known.negations for word in rest)
    return answer == "no" and any(word in known.contradicts_no for word in rest)
