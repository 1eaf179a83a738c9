"""Whether a message gives the size of a bad year and nothing else: "about 3,100", "it could cost me roughly 3k"."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from advisor.dialogue.nlu.lexicon import language, packaged
from advisor.dialogue.nlu.money import PlacedMoney, money_in
from advisor.dialogue.nlu.utterance import Utterance


@dataclass(frozen=True)
class _Words:
    beside: frozenset[str]
    questions: frozenset[str]


def says_an_amount(said: Utterance, currency: str | None) -> bool:
    """Whether there is any amount in a message."""
    return bool(_amounts(said, currency))


def amount_alone(said: Utterance, currency: str | None) -> PlacedMoney | None:
    """The only amount of a message that says no more than that amount; None for questions and sentences about other things.

    A plan comes into use by this answer, so that a figure that merely fits must not count ("what does $3,000 mean?").
    """
    words, tokens = _words(language(said.locale)), said.lexed.words
    amounts = _amounts(said, currency)
    if len(amounts) != 1 or amounts[0].reading.per != "once" or "?" in tokens or tokens[0] in words.questions:
        return None
    amount = amounts[0]
    others = (*tokens[: amount.first], *tokens[amount.last :])
    return amount if all(word in words.beside for word in others) else None


def _amounts(said: Utterance, currency: str | None) -> list[PlacedMoney]:
    """The amounts but for the "one" of "the middle one"."""
    words = _words(language(said.locale))
    return [item for item in money_in(said, currency) if said.lexed.words[item.first] not in words.beside]


@cache
def _words(name: str) -> _Words:
    raw = packaged(name, "bad_year.yaml")
    return _Words(frozenset(raw["beside"]), frozenset(raw["questions"]))
