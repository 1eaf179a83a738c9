"""A message with its quantities: numbers and ranges, each told apart as percent, time, age, date or plain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from advisor.dialogue.nlu.lexer import Lexed, lex
from advisor.dialogue.nlu.lexicon import Lexicon, lexicon
from advisor.dialogue.nlu.numbers import Number, numbers_in
from advisor.dialogue.nlu.phrases import Hit

# Nobody says more at once; a wall of numbers is not worked through to its end.
MOST_QUANTITIES = 24

Kind = Literal["plain", "percent", "time", "age", "old", "date", "year", "cadence", "other"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or a range: `value` is the number or the midpoint, `low` and `high` the range's ends.

    `first` and `last` are the tokens of the number itself. `kind` is what the words around it make of it: "plain" has no
    unit that rules money out, "old" is how old somebody is now, "age" how old when the goal is due, "cadence" part of a
    phrase such as "every 2 weeks", "other" something counted or numbered.
    """

    value: Decimal
    first: int
    last: int
    head: Number
    low: Decimal | None = None
    high: Decimal | None = None
    kind: Kind = "plain"


@dataclass(frozen=True)
class Utterance:
    """What every reader works on: tokens, words of the language, quantities and phrases of cadence."""

    locale: str
    lexed: Lexed
    words: Lexicon
    quantities: tuple[Quantity, ...]
    cadences: tuple[Hit[str], ...]


@lru_cache(maxsize=4)  # several readers look at one message
def utterance(text: str, locale: str = "en") -> Utterance:
    """Clean, cut and classify a message once, for all readers."""
    lexed, words = lex(text), lexicon(locale)
    joined = _ranges(numbers_in(lexed, locale, 2 * MOST_QUANTITIES), lexed, words)[:MOST_QUANTITIES]
    # "a quarter" is no cadence in "a quarter of a million", but "every 2 weeks" holds its number
    cadences = tuple(
        hit
        for hit in words.money.cadence.scan(lexed.words)
        if not any(hit.first < item.last and item.first < hit.last and item.last > hit.last for item in joined)
    )
    quantities = tuple(replace(item, kind=_kind(item, lexed, words, cadences)) for item in joined)
    return Utterance(locale, lexed, words, quantities, cadences)


def _ranges(numbers: list[Number], lexed: Lexed, words: Lexicon) -> list[Quantity]:
    found: list[Quantity] = []
    index = 0
    while index < len(numbers):
        low = numbers[index]
        high = numbers[index + 1] if index + 1 < len(numbers) else None
        both = _range(low, high, lexed, words) if high is not None else None
        found.append(both or Quantity(low.value, low.first, low.last, low))
        index += 2 if both else 1
    return found


def _range(low: Number, high: Number, lexed: Lexed, words: Lexicon) -> Quantity | None:
    """ "5-10k", "between 5 and 10 thousand", "$5k to $10k", "5% - 6%": ascending ends with only units and a connector between."""
    if high.first - low.last > 5 or not _connected(low, high, lexed, words):
        return None
    start = low.value
    if low.scale == 1 and high.scale > 1 and abs(start) < 1000 and start * high.scale < high.value:
        start *= high.scale
    if not start < high.value:
        return None
    return Quantity((start + high.value) / 2, low.first, high.last, low, start, high.value)


def _connected(low: Number, high: Number, lexed: Lexed, words: Lexicon) -> bool:
    numbers = words.numbers
    middle = list(lexed.words[low.last : high.first])
    unit = lexed.word(high.last)
    units = [word for word in middle if word in words.times.months or word in words.times.days]
    if words.percent.at(lexed.words, low.last) and not words.percent.at(lexed.words, high.last):
        return False  # "up 15 % to $400"
    if any(word != unit for word in units):
        return False
    rest = [word for word in middle if word not in units and not _is_unit(word, words)]
    if len(rest) != 1:
        # the connector may have been taken as the sign of the second number: "5k -10k" stays two numbers
        return False
    if rest[0] in numbers.conjunctions:
        before = low.first - 1
        while before > 0 and _is_unit(lexed.word(before), words):
            before -= 1
        return lexed.word(before) in numbers.between
    return rest[0] in numbers.range


def _is_unit(word: str, words: Lexicon) -> bool:
    money = words.money
    return (
        word in money.signs
        or word in money.shared
        or word in money.codes
        or money.currencies.at((word,), 0) is not None
        or words.percent.at((word,), 0) is not None
    )


def _kind(item: Quantity, lexed: Lexed, words: Lexicon, cadences: tuple[Hit[str], ...]) -> Kind:
    """The checks run from what leaves no doubt to what only the words before it tell."""
    if any(hit.first <= item.first and item.last <= hit.last for hit in cadences):
        return "cadence"
    if words.percent.at(lexed.words, item.last):
        return "percent"
    after = item.last + 1 if lexed.word(item.last) in ("-", "+") else item.last
    if words.times.years_old.at(lexed.words, after) and not (item.head.scale > 1):
        return "old"
    if after_unit(item, lexed, words) is not None:
        return "time"
    if _beside_month(item, lexed, words):
        return "date"
    if words.money.counted.at(lexed.words, item.last) or lexed.word(item.first - 1) in words.money.labels:
        return "other"
    return _plain_kind(item, lexed, words)


def _plain_kind(item: Quantity, lexed: Lexed, words: Lexicon) -> Kind:
    if not item.head.whole and (item.head.digits or item.value > 120):
        return "plain"
    times, before = words.times, lexed.word(item.first - 1)
    if times.born.before(lexed.words, item.first):
        return "year"
    if 1900 <= item.value <= 2300 and item.low is None and before in times.year_openers:
        return "year"
    if item.value > 120 or item.value != int(item.value) or money_beside(item, lexed, words):
        return "plain"
    then = times.age_then.before(lexed.words, item.first)
    now = times.age_now.before(lexed.words, item.first)
    if then and (now is None or then.first <= now.first):
        return "age"
    return "old" if now and item.value >= 1 else "plain"


def money_beside(item: Quantity, lexed: Lexed, words: Lexicon) -> bool:
    """Whether a currency, a percent sign or a cadence stands right beside a number."""
    return (
        _is_unit(lexed.word(item.first - 1), words)
        or _is_unit(lexed.word(item.last), words)
        or words.money.cadence.at(lexed.words, item.last) is not None
    )


def after_unit(item: Quantity, lexed: Lexed, words: Lexicon) -> int | None:
    """The token of a unit of time that belongs to the number ("10 years", "10-year", "20+ yrs", "half a year"), else None."""
    index = item.last
    if lexed.word(index) in ("-", "+"):
        index += 1
    if lexed.word(index) in words.numbers.of or lexed.word(index) in words.times.unit_gap:
        index += 1
    if item.value == Decimal("0.5") and lexed.word(index) in words.numbers.articles:
        index += 1
    word = lexed.word(index)
    if len(word) == 1 and not (lexed.glued(index) or lexed.word(index - 1) == "+"):
        return None
    if word in words.times.months or word in words.times.days:
        return index
    return None


def _beside_month(item: Quantity, lexed: Lexed, words: Lexicon) -> bool:
    day = item.head.whole and 1 <= item.value <= 31
    year = item.head.whole and 1900 <= item.value <= 2300
    if not (day or year):
        return False
    calendar = words.times.calendar
    after = item.last + 1 if lexed.word(item.last) in words.numbers.of else item.last
    before = item.first - 1
    if lexed.word(before) in (",", *words.numbers.of):
        before -= 1
    if lexed.kind(before) == "ordinal" or (year and lexed.kind(before) == "number"):
        before -= 1
    return lexed.word(before) in calendar or (day and lexed.word(after) in calendar)
