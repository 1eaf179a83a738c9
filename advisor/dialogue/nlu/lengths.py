"""Lengths of time: "10 years", "18 months", "a year and a half", "1 year 6 months"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from advisor.dialogue.nlu.utterance import Quantity, Utterance, after_unit, utterance

DAYS_PER_YEAR = Decimal("365.25")
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
_MONTHS_A_YEAR = 12
_NUMBER_AND_UNIT = 2
LONG = 41
"""Years from which a bare number of them is an age rather than how long payments last."""


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time with its tokens, in months and days; `low` and `high` are the ends of a range in months."""

    months: Decimal
    days: Decimal
    first: int
    last: int
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def total_months(self) -> Decimal:
        """The whole length in months (a month is a twelfth of 365.25 days)."""
        return self.months + self.days / DAYS_PER_MONTH


def durations_in(said: Utterance, *, asked: bool = False) -> list[Duration]:
    """Lengths of time from left to right; "1 year 6 months" is one."""
    return list(_durations_in(said, asked))


@lru_cache(maxsize=8)  # several readers look at one message
def _durations_in(said: Utterance, asked: bool) -> tuple[Duration, ...]:  # noqa: FBT001 - a part of the key
    parts = sorted([*_counted(said, asked=asked), *_articles(said)], key=lambda part: part.first)
    joined: list[Duration] = []
    for part in parts:
        if joined and part.low is None and joined[-1].low is None and _adjacent(joined[-1], part, said):
            last = joined.pop()
            part = Duration(last.months + part.months, last.days + part.days, last.first, part.last)  # noqa: PLW2901 - a sum
        joined.append(part)
    return tuple(joined)


def _counted(said: Utterance, *, asked: bool) -> Iterable[Duration]:
    for item in said.quantities:
        if item.kind == "time":
            index = after_unit(item, said.lexed, said.words)
            if index is not None:
                last = max(index + 1, item.last)
                yield _with_half(_measured(item, said.lexed.word(index), last, said), said)
        elif asked and item.kind == "plain" and item.head.suffix == "m" and 0 < item.value / item.head.scale <= 1200:
            months = item.value / item.head.scale
            yield Duration(months, Decimal(0), item.first, item.last)


def _measured(item: Quantity, unit: str, last: int, said: Utterance) -> Duration:
    times = said.words.times
    if unit in times.months:
        factor = Decimal(times.months[unit])
        return Duration(
            item.value * factor, Decimal(0), item.first, last, _times(item.low, factor), _times(item.high, factor)
        )
    days = Decimal(times.days[unit])
    factor = days / DAYS_PER_MONTH
    return Duration(
        Decimal(0), item.value * days, item.first, last, _times(item.low, factor), _times(item.high, factor)
    )


def _times(value: Decimal | None, factor: Decimal) -> Decimal | None:
    return None if value is None else value * factor


def _articles(said: Utterance) -> Iterable[Duration]:
    """ "a decade", "a year and a half", "another year"; not the "a month" of an amount, nor "7% a year"."""
    lexed, words = said.lexed, said.words
    if words.times.length_starts.isdisjoint(lexed.words):
        return
    counted = [item for item in said.quantities if item.kind != "share"]  # "a quarter" is a share, and three months
    taken = {index for item in counted for index in range(item.first, item.last + 2)}
    often = {hit.first for hit in said.cadences}
    for index, word in enumerate(lexed.words):
        unit = lexed.word(index + 1)
        known = len(unit) > 2 and (unit in words.times.months or unit in words.times.days)
        opens = word in words.times.unit_gap or (word in words.numbers.articles and word not in words.numbers.units)
        if not opens or not known or index in taken:
            continue
        opened = index == 0 or lexed.word(index - 1) in words.times.length_openers
        behind = words.times.next_year.at(lexed.words, index + 2)
        if behind and behind.tag == "ago":
            continue
        if index in often and not opened and lexed.word(index + 2) not in words.numbers.of:
            continue
        months, days = Decimal(words.times.months.get(unit, 0)), Decimal(words.times.days.get(unit, 0))
        yield _or_two(Duration(months, days, index, index + 2), said) or _with_half(
            Duration(months, days, index, index + 2), said
        )


def _or_two(part: Duration, said: Utterance) -> Duration | None:
    """ "a year or two": a range from one unit to more of them."""
    words, lexed = said.words.numbers, said.lexed
    more = words.units.get(lexed.word(part.last + 1), 0)
    if lexed.word(part.last) not in words.range or more < 2:
        return None
    middle, low = Decimal(1 + more) / 2, part.total_months
    return Duration(part.months * middle, part.days * middle, part.first, part.last + 2, low, low * more)


def _with_half(part: Duration, said: Utterance) -> Duration:
    """ "a year and a half": half of the unit just said."""
    words, lexed = said.words.numbers, said.lexed
    if lexed.word(part.last) not in words.conjunctions or lexed.word(part.last + 1) not in words.articles:
        return part
    share = words.fractions.get(lexed.word(part.last + 2))
    unit = lexed.word(part.last - 1)
    if share is None or part.low is not None:
        return part
    months = Decimal(said.words.times.months.get(unit, 0)) * share
    days = Decimal(said.words.times.days.get(unit, 0)) * share
    return Duration(part.months + months, part.days + days, part.first, part.last + 3)


def _adjacent(before: Duration, after: Duration, said: Utterance) -> bool:
    between = said.lexed.words[before.last : after.first]
    joins = all(word == "," or word in said.words.numbers.conjunctions for word in between)
    return joins and len(between) <= 2 and after.total_months < before.total_months


def years_alone(text: str, locale: str) -> bool:
    """Whether a message is a number of years and nothing else ("34 years"), which to "how old are you?" is an age."""
    said = utterance(text, locale)
    words = [word for word in said.lexed.words if word[0].isalnum()]
    one = len(said.quantities) == 1 and len(words) == _NUMBER_AND_UNIT and said.quantities[0].kind == "time"
    return one and said.words.times.months.get(words[-1], 0) == _MONTHS_A_YEAR
