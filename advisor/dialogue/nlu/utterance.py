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
from advisor.dialogue.nlu.spelling import repaired

# Nobody says more at once; a wall of numbers is not worked through to its end.
MOST_QUANTITIES = 24
_NEXT = Decimal("0.5")  # "12, 13 thousand" is one amount, "10, 20 thousand" may be two
_ZEROS = 2  # "10- bis 20 Jahre" is from ten years on
_NEAR = 3  # tokens between an amount and how often it comes

Kind = Literal["plain", "percent", "time", "age", "old", "date", "year", "cadence", "share", "other"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or a range: `value` is the number or the midpoint, `low` and `high` the range's ends.

    `first` and `last` are the tokens of the number itself. `kind` is what the words around it make of it: "plain" has no
    unit that rules money out, "old" is how old somebody is now, "age" how old when the goal is due, "cadence" part of a
    phrase such as "every 2 weeks", "share" a part of something unsaid ("a third"), "other" something counted or numbered.
    """

    value: Decimal
    first: int
    last: int
    head: Number
    low: Decimal | None = None
    high: Decimal | None = None
    kind: Kind = "plain"


@dataclass(frozen=True, eq=False)  # told apart by identity, so that readers can keep what they read of one
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
    words = lexicon(locale)
    lexed = repaired(lex(text), words.spelling)
    joined = _ranges(numbers_in(lexed, locale, 2 * MOST_QUANTITIES), lexed, words)[:MOST_QUANTITIES]
    cadences = tuple(hit for hit in words.money.cadence.scan(lexed.words) if _is_cadence(hit, joined, lexed, words))
    quantities = tuple(replace(item, kind=_kind(item, lexed, words, cadences)) for item in joined)
    return Utterance(locale, lexed, words, quantities, cadences)


def _is_cadence(hit: Hit[str], joined: list[Quantity], lexed: Lexed, words: Lexicon) -> bool:
    """ "Every 2 weeks" holds its number; "a quarter" is how often behind an amount, else a share, also of a million."""
    for item in joined:
        if hit.first < item.last and item.first < hit.last and item.last > hit.last:
            return False
        if item.head.share and (item.first, item.last) == (hit.first, hit.last):
            amount = any(0 <= hit.first - other.last <= _NEAR for other in joined if other is not item)
            return amount and lexed.word(hit.last) not in words.numbers.of
    return True


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
    scale = Decimal(100) if high.hundreds else _unsaid_scale(low, high, lexed) or high.scale
    if low.scale == 1 and not low.hundreds and scale > 1 and abs(start) < 1000 and start * scale < high.value:
        start *= scale
    if not start < high.value:
        return None
    return Quantity((start + high.value) / 2, low.first, high.last, low, start, high.value)


def _unsaid_scale(low: Number, high: Number, lexed: Lexed) -> Decimal | None:
    """ "3- bis 400": a stroke stands for the zeros of the number behind; None where there is no stroke or are no zeros."""
    stroke = lexed.word(low.last) == "-" and lexed.glued(low.last) and high.first - low.last > 1
    if not stroke or not (low.whole and high.whole):
        return None
    digits = lexed.word(high.last - 1)
    zeros = len(digits) - len(digits.rstrip("0"))
    return Decimal(10) ** zeros if zeros >= _ZEROS else None


def _connected(low: Number, high: Number, lexed: Lexed, words: Lexicon) -> bool:
    numbers = words.numbers
    middle = list(lexed.words[low.last : high.first])
    unit = lexed.word(high.last)
    units = [word for word in middle if word in words.times.months or word in words.times.days]
    if words.percent.at(lexed.words, low.last) and not words.percent.at(lexed.words, high.last):
        return False  # "up 15 % to $400"
    later = _is_unit(unit, words) or unit in words.times.months or unit in words.times.days
    if any(word != unit for word in units) and (later or len(units) != 1 or high.scale > 1):
        return False
    rest = [word for word in middle if word not in units and not _is_unit(word, words)]
    if not rest:
        # the connector may have been taken as the sign of the second number: "5k -10k" stays two numbers
        return False
    if middle == [","]:
        return low.scale == 1 < high.scale and 0 < high.value / high.scale - low.value <= low.value * _NEXT
    if len(rest) == 1 and rest[0] in numbers.conjunctions:
        before = low.first - 1
        while before > 0 and _is_unit(lexed.word(before), words):
            before -= 1
        return lexed.word(before) in numbers.between
    return " ".join(rest) in numbers.range


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
    if after_unit(item, lexed, words) is not None and not _of_a_quarter(item, lexed, words):
        return "time"
    if _beside_month(item, lexed, words) or _of_a_quarter(item, lexed, words):
        return "date"
    return "share" if item.head.share else _counted_kind(item, lexed, words)


def _counted_kind(item: Quantity, lexed: Lexed, words: Lexicon) -> Kind:
    if words.money.counted.at(lexed.words, item.last) or lexed.word(item.first - 1) in words.money.labels:
        return "other"
    if item.last - item.first == 1 and words.numbers.pronouns.before(lexed.words, item.last):
        return "other"  # "the middle one"
    return _plain_kind(item, lexed, words)


def _plain_kind(item: Quantity, lexed: Lexed, words: Lexicon) -> Kind:
    if not item.head.whole and (item.head.digits or item.value > 120):
        return "plain"
    times, before = words.times, lexed.word(item.first - 1)
    if times.born.before(lexed.words, item.first) or times.born_behind.at(lexed.words, item.last):
        return "year"
    if before == "-":
        before = lexed.word(item.first - 2)  # "mid-2031"
    decade = lexed.glued(item.last) and lexed.word(item.last) in times.decade_endings  # "in the 2030s"
    if 1900 <= item.value <= 2300 and item.low is None and (decade or before in times.year_openers):
        return "year"
    if lexed.word(item.last) in times.birthdays:
        return "age"
    if item.value > 120 or item.value != int(item.value) or money_beside(item, lexed, words):
        return "plain"
    if lexed.word(item.last) in times.unit_gap:
        return "plain"  # "wenn ich 100 mehr spare"
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
    inner = _inner_unit(item, lexed, words)
    if inner is not None:
        return inner
    index = item.last
    if lexed.word(index) in ("-", "+"):
        index += 1
    if lexed.word(index) in words.numbers.of or lexed.word(index) in words.times.unit_gap:
        index += 1
    if item.head.share and lexed.word(index) in words.numbers.articles:
        index += 1
    word = lexed.word(index)
    if len(word) == 1 and not (
        lexed.glued(index) or lexed.word(index - 1) == "+" or word in words.spelling.abbreviations
    ):
        return None
    if word in words.times.months or word in words.times.days:
        return index
    return None


def _inner_unit(item: Quantity, lexed: Lexed, words: Lexicon) -> int | None:
    """ "10 years, or 12": the unit of both, said with the first."""
    times = words.times
    first = item.head.last
    unit = lexed.word(first)
    between = item.low is not None and first < item.last and len(unit) > 1
    if not between or not (unit in times.months or unit in times.days):
        return None
    behind = lexed.word(item.last)
    return None if behind in times.months or behind in times.days else first


def _beside_month(item: Quantity, lexed: Lexed, words: Lexicon) -> bool:
    day = item.head.whole and 1 <= item.value <= 31
    year = item.head.whole and 1900 <= item.value <= 2300
    if not (day or year):
        return False
    if year and words.times.holidays.before(lexed.words, item.first):
        return True
    calendar = words.times.calendar
    after = item.last + 1 if lexed.word(item.last) in words.numbers.of else item.last
    before = item.first - 1
    if lexed.word(before) in (",", *words.numbers.of):
        before -= 1
    if lexed.kind(before) == "ordinal" or (year and lexed.kind(before) == "number"):
        before -= 1
    return lexed.word(before) in calendar or (day and lexed.word(after) in calendar)


def _of_a_quarter(item: Quantity, lexed: Lexed, words: Lexicon) -> bool:
    """ "Q3", "3rd quarter of 2031": the number of a quarter, where it is not its length."""
    names = words.times.quarter_names
    glued = lexed.word(item.first - 1) in names and lexed.glued(item.first)
    if glued or lexed.word(item.last) not in names or not 1 <= item.value <= 4:
        return glued and 1 <= item.value <= 4
    after = item.last + 2 if lexed.word(item.last + 1) in words.numbers.of else item.last + 1
    return lexed.kind(after) == "number" and len(lexed.word(after)) == 4
