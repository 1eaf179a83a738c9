"""Which entry of the glossary or of the frequent questions answers a text: a search by words, never a guess. Pure.

Stems weigh by how rare they are among the entries (inverse document frequency, Sparck Jones 1972); a way of asking scores by
Tversky's index (1977) of its stems and those of the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from advisor.dialogue.asked import Index, Word, asks, index_of, states, words_of
from advisor.dialogue.scope import ordinary

# From here on an entry answers, or is offered; below it nothing does.
HIT = 0.62
NEAR = 0.55
TOLD = 0.66  # for what is told rather than asked: "they want my seed phrase"
NAMED = 0.8  # for a word by itself: "volatilty"
_AHEAD = 0.06  # a second entry nearer to the best than this makes it a choice between them
_MOST_OFFERED = 3
# What the text says beyond a way of asking counts less against it than what it lacks of it.
_BEYOND, _LACKING = 0.55, 0.85
_UNKNOWN = 0.75  # of the greatest weight: a word no entry has is about something else
_ORDINARY = 0.2  # ... unless it belongs to no subject
_LISTED = 0.4  # ... though some entry has it
_SENTENCE = re.compile(r"[^.?!;]+[.?!;]*")


@dataclass(frozen=True, slots=True)
class Hit:
    """The entry that answers: its wording key, and a score of at most 1."""

    key: str
    score: float


@dataclass(frozen=True, slots=True)
class Near:
    """Entries that may be meant, the best first; at most three."""

    keys: tuple[str, ...]


@lru_cache(maxsize=8)  # several readers look at one message
def find(text: str, locale: str, *, asked: bool | None = None) -> Hit | Near | None:
    """The entry that answers a text, the few that may, or None. Of several sentences only the questions count.

    `asked` says that the text is a question, or a part of one, where its form does not.
    """
    index = index_of(locale)
    if asked is None and states(text, locale):
        return None
    said = words_of(_question(text), index)
    ranked = sorted(_scores(said, index, ordinary(locale)).items(), key=lambda item: (-item[1], item[0]))
    asked = asks(text, locale) if asked is None else asked
    least = NEAR if asked else TOLD if len(said) > 1 else NAMED
    if not ranked or ranked[0][1] < least:
        return None
    key, score = ranked[0]
    rivals = [other for other, its in ranked[1:_MOST_OFFERED] if its >= max(NEAR, score - _AHEAD)]
    if score >= HIT and not (rivals and score < 1):
        return Hit(key, score)
    return Near((key, *rivals))


def title(key: str, locale: str) -> str:
    """What an entry is called where several are offered.

    Raises:
        KeyError: for a key that no way of asking leads to.
    """
    return index_of(locale).titles[key]


def _question(text: str) -> str:
    """The questions among the sentences of a text; the whole of it where there is none."""
    if "?" not in text:
        return text
    asked = [part for part in _SENTENCE.findall(text) if "?" in part]
    return " ".join(asked) or text


def _scores(said: Sequence[Word], index: Index, plain: frozenset[str]) -> dict[str, float]:
    """The best score of each entry that shares a word with the text; `plain` words that a way of asking lacks hardly matter."""
    known: dict[str, float] = {}
    for word in said:
        if word.likeness:
            known[word.stem] = max(known.get(word.stem, 0.0), word.likeness)
    greatest = max(index.weights.values())
    aside = {stem: min(index.weights[stem], greatest * (_LISTED if stem in plain else 1)) for stem in known}
    total = sum(aside.values())
    total += sum(greatest * (_ORDINARY if word.stem in plain else _UNKNOWN) for word in said if not word.likeness)
    shared: dict[int, tuple[float, float]] = {}
    for stem, likeness in known.items():
        for place in index.postings[stem]:
            common, covered = shared.get(place, (0.0, 0.0))
            shared[place] = (common + index.weights[stem] * likeness, covered + aside[stem] * likeness)
    best: dict[str, float] = {}
    for place, (common, covered) in shared.items():
        key, whole = index.phrases[place]
        score = common / (common + _BEYOND * (total - covered) + _LACKING * (whole - common))
        if score > best.get(key, 0.0):
            best[key] = score
    return best
