"""A value put in place of another that is named too: "19.5, not 18.9", "nicht 200, sondern 300", "change it from 300 to 200"."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from advisor.dialogue.nlu.lexer import Lexed
from advisor.dialogue.nlu.slots import slot_words
from advisor.dialogue.nlu.utterance import Quantity, Utterance, utterance

_ALIKE = 1e-6
_AHEAD = 2  # words between what opens a contrast and its number: "not about 200", "instead of the 200"


@dataclass(frozen=True, slots=True)
class Contrast:
    """What was meant before, as a number; the message without it; and the number that is meant, by itself."""

    old: Decimal
    rest: str
    new: str


def contrast(text: str, locale: str) -> Contrast | None:
    """The value that a message says to be replaced, None where it replaces none or more than one."""
    said = utterance(text, locale)
    moved = _moved(said)
    if moved is not None:
        return moved
    if len(said.quantities) != 2 or any(item.low is not None for item in said.quantities):
        return None
    found = [(first, item) for item in said.quantities if (first := _opening(said, item)) is not None]
    if len(found) != 1:
        return None
    first, old = found[0]
    new = next(item for item in said.quantities if item is not old)
    rest = _joined(said.lexed, (0, first), (old.last, len(said.lexed.tokens)))
    return Contrast(old.value, rest, said.lexed.raw(new.first, new.last))


def holds(value: Any, old: Decimal) -> bool:
    """Whether a slot's value is a number as it was said: 18.9 % is held as 0.189, a time as its years."""
    match value:
        case {"amount": amount}:
            return Decimal(str(amount)) == old
        case {"years": years}:
            return old in (Decimal(str(years)), value.get("age"))
        case float() | int():
            return any(abs(float(old) - times * value) < _ALIKE for times in (1, 100))
    return False


def _opening(said: Utterance, item: Quantity) -> int | None:
    """The first token of the words right before a number that say that it is not meant."""
    words, ends = slot_words(said.locale), [other.last for other in said.quantities if other.last <= item.first]
    for last in range(item.first, max(item.first - _AHEAD - 1, *ends, 0), -1):
        hit = words.replaces.before(said.lexed.words, last)
        if hit is not None:
            return hit.first
    return None


def _moved(said: Utterance) -> Contrast | None:
    """ "Change it from 200 to 300": two ends, which a word for changing tells from a range."""
    words, tokens = slot_words(said.locale), said.lexed.words
    changes = words.changes.scan(tokens)
    if not changes:
        return None
    after = changes[0].last
    match said.quantities:
        case (item,) if item.low is not None and item.high is not None and (first := _from(said, item, after)):
            behind = _joined(said.lexed, (0, first), (item.last, len(tokens)))
            return Contrast(item.low, f"{item.high:f} {behind}", f"{item.high:f}")
        case (old, new) if tokens[new.first - 1] in words.moved_to and (first := _from(said, old, after)):
            rest = _joined(said.lexed, (0, first), (new.first, len(tokens)))
            return Contrast(old.value, rest, said.lexed.raw(new.first, new.last))
    return None


def _from(said: Utterance, item: Quantity, changed: int) -> int | None:
    """The token of the "from" between a word for changing and the first number."""
    opens = slot_words(said.locale).moved_from
    return next((index for index in range(item.first - 1, changed - 1, -1) if said.lexed.word(index) in opens), None)


def _joined(lexed: Lexed, *parts: tuple[int, int]) -> str:
    return " ".join(lexed.raw(first, last) for first, last in parts if first < last)
