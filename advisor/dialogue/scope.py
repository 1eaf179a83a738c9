"""Whether a message is about something else than saving and investing, so that this is said rather than guessed at. Pure.

No model: words of other subjects (data, per language), and questions none of whose words is one of ours. What only cannot be read
is not out of scope.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from advisor.dialogue.asked import asks, index_of, stems_of
from advisor.dialogue.nlu.lexer import lex
from advisor.dialogue.nlu.lexicon import packaged
from advisor.profiling import load
from advisor.replies.wording import language_of, under

# Names of what we deal with, from the catalogue.
_OURS = ("labels", "classes", "groups", "goals")


@dataclass(frozen=True)
class Subjects:
    """Stems of our subject, of others for sure, and of none; words of the talk itself; stems of the options of our questions.

    `requests` are first words of an order, `offers` of an answer put as a question; `sums` stand between figures to be added.
    """

    ours: frozenset[str]
    others: frozenset[str]
    none: frozenset[str]
    talk: frozenset[str]
    options: frozenset[str]
    requests: frozenset[str]
    offers: tuple[str, ...]
    sums: tuple[str, ...]


def is_out_of_scope(text: str, locale: str) -> bool:
    """Whether a message asks for something that has nothing to do with money: more words of other subjects than of ours, or a
    question or an order that holds words, but none of ours."""
    subjects = subjects_of(locale)
    said = stems_of(text, index_of(locale))
    ours = sum(stem in subjects.ours for stem in said)
    others = sum(stem in subjects.others for stem in said)
    if others > ours:
        return True
    if ours or not _is_put_to_us(text, locale, subjects) or not subjects.talk.isdisjoint(lex(text).words):
        return False
    return any(stem not in subjects.none for stem in said)


def is_about_else(text: str, locale: str) -> bool:
    """Whether a message is, by its form, a question or an order about something else, so that no figure or name in it is an answer.

    "How busy is it at 6?", "what is 7 x 7"; not "how about a boat?", and nothing that names an option of our questions by itself.
    """
    subjects, grammar = subjects_of(locale), index_of(locale).grammar
    words = [word for word in lex(text).words if word[0].isalpha()]
    if not words or " ".join(words).startswith(subjects.offers):
        return False
    said = stems_of(text, index_of(locale))
    if grammar.asks.isdisjoint(words[:1]) and words[0] not in grammar.opens:
        ordered = words[0] in subjects.requests and not subjects.others.isdisjoint(said)  # "book a flight for 500"
        return ordered and is_out_of_scope(text, locale)
    if not is_out_of_scope(text, locale):
        return _is_sum(text, subjects) and subjects.ours.isdisjoint(said)
    return any(stem not in subjects.none and stem not in subjects.options for stem in said)


def ordinary(locale: str) -> frozenset[str]:
    """Stems of words that belong to no subject."""
    return subjects_of(locale).none


def subjects_of(locale: str) -> Subjects:
    """The words by which subjects are told apart in a locale's language."""
    return _loaded(language_of(locale))


def _is_put_to_us(text: str, locale: str, subjects: Subjects) -> bool:
    first = next((word for word in lex(text).words if word[0].isalpha()), "")
    return first in subjects.requests or asks(text, locale)


def _is_sum(text: str, subjects: Subjects) -> bool:
    """Whether figures are to be reckoned with: "4 + 7", "30% off 279"."""
    said = f" {' '.join(lex(text).words)} "
    return sum(word[0].isdigit() for word in said.split()) > 1 and any(f" {sign} " in said for sign in subjects.sums)


@cache
def _loaded(language: str) -> Subjects:
    raw: dict[str, Any] = packaged(language, "scope.yaml")
    index = index_of(language)
    stem = index.grammar.stem
    none = frozenset(stem(word) for word in raw["ordinary"])
    named = {word for group in _OURS for text in under(language, group).values() for word in stems_of(text, index)}
    others = frozenset(stem(word) for word in raw["other"])
    ours = ({*index.weights, *named} - none) | {stem(word) for phrase in raw["money"] for word in phrase.split()}
    options = frozenset(
        stem for asked in load(language).values() for option in asked.options for stem in stems_of(option.label, index)
    )
    return Subjects(
        ours=frozenset(ours) - others,
        others=others,
        none=none,
        talk=frozenset(raw["talk"]),
        options=options | frozenset(stem(word) for word in _named_options(language)),
        requests=frozenset(raw["requests"]),
        offers=tuple(raw["offers"]),
        sums=tuple(raw["sums"]),
    )


def _named_options(language: str) -> Iterator[str]:
    """The words by which options are named besides their labels."""
    for options in packaged(language, "choices.yaml")["synonyms"].values():
        for names in options.values():
            yield from " ".join(map(str, names)).split()
