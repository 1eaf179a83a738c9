"""How people of a language speak of one of their goals: "the car goal", "it", "the second one", "rename it to ..."."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from advisor.dialogue.nlu.lexicon import language
from advisor.dialogue.nlu.packaged import packaged


@dataclass(frozen=True)
class GoalWords:
    """Words that point at a goal, stand around its name, part an old name from a new one, or count goals."""

    this: frozenset[str]
    before: re.Pattern[str]
    behind: re.Pattern[str]
    to: re.Pattern[str]
    goal: re.Pattern[str]
    ordinals: tuple[str, ...]

    def bare(self, said: str) -> str:
        """A goal's name without the words around it."""
        return self.behind.sub("", self.before.sub("", said))


def goal_words(locale: str) -> GoalWords:
    """The words for a locale's language."""
    return _loaded(language(locale))


@cache
def _loaded(name: str) -> GoalWords:
    raw: dict[str, Any] = packaged(name, "goals.yaml")
    return GoalWords(
        frozenset(raw["this"]),
        re.compile(rf"^(?:(?:{_any(raw['before'])})\b\s*)+", re.IGNORECASE),
        re.compile(rf"(?:\s*\b(?:{_any(raw['behind'])})[.!]?)+$", re.IGNORECASE),
        re.compile(rf"\s+(?:{_any(raw['to'])})\s+", re.IGNORECASE),
        re.compile(_any(raw["goal"]), re.IGNORECASE),
        tuple(raw["ordinals"]),
    )


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, words))
