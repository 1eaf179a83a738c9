"""Yes, no, or neither."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from advisor.dialogue.nlu.lexer import Lexed, lex
from advisor.dialogue.nlu.lexicon import language, packaged, table
from advisor.dialogue.nlu.phrases import PhraseTable

Answer = Literal["yes", "no", "unsure"]
_PUNCTUATION = ".,!?:;-"
_MOST_WORDS = 10


@dataclass(frozen=True)
class YesNoWords:
    """Phrases by their answer, and words that may stand around them."""

    answers: tuple[tuple[Answer, PhraseTable[str]], ...]
    filler: frozenset[str]
    hesitations: frozenset[str]
    negations: frozenset[str]


def yes_no_words(locale: str) -> YesNoWords:
    """The words for a locale's language."""
    return _loaded(language(locale))


@cache
def _loaded(name: str) -> YesNoWords:
    raw = packaged(name, "choices.yaml")
    answers: tuple[Answer, ...] = get_args(Answer)
    return YesNoWords(
        tuple((name, table(raw[name])) for name in answers),
        frozenset(raw["confirm_filler"]),
        frozenset(raw["hesitations"]),
        frozenset(raw["negations"]),
    )


def read_yes_no(text: str, locale: str = "en") -> Answer | None:
    """Whether a short text says yes, no, or that the person is unsure; None if it says something else ("no debt")."""
    return yes_no_in(lex(text), locale)


def yes_no_in(lexed: Lexed, locale: str = "en") -> Answer | None:
    """`read_yes_no` for a message that is already cut into tokens.

    A phrase that is the whole message decides; "not sure" before "sure". Else the phrase the message begins with, if all that
    follows is filler and does not say the opposite.
    """
    known = yes_no_words(locale)
    words = tuple(word for word in lexed.words if word not in _PUNCTUATION)
    while len(words) > 1 and words[0] in known.hesitations:
        words = words[1:]
    if not words or len(words) > _MOST_WORDS:
        return None
    opening: list[tuple[int, Answer]] = []
    for name, phrases in known.answers:
        hit = phrases.at(words, 0)
        if hit and hit.last == len(words):
            return name
        if hit:
            opening.append((hit.last, name))
    if not opening:
        return None
    end, answer = max(opening)
    rest = words[end:]
    if any(word not in known.filler for word in rest):
        return None
    return None if _says_other(rest, answer, known) else answer


def _says_other(rest: tuple[str, ...], answer: Answer, known: YesNoWords) -> bool:
    """ "yes no", "yes but not": contradicts itself."""
    if answer == "yes":
        return any(word in known.negations for word in rest)
    return answer == "no" and "yes" in rest
