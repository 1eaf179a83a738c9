"""How long until the money is needed: durations, dates, years and ages."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from advisor.dialogue.nlu.dates import PlacedDate, dates_in, year_day
from advisor.dialogue.nlu.utterance import Quantity, Utterance, after_unit, money_beside, utterance

LONGEST_YEARS = 80.0
_DAYS_PER_YEAR = Decimal("365.25")
_DAYS_PER_MONTH = _DAYS_PER_YEAR / 12

Problem = Literal["past", "too_far"]


@dataclass(frozen=True, slots=True)
class HorizonReading:
    """A point in the future as it was said.

    `years` counts from today (of a range its midpoint, with `low` and `high` its ends), `until` is the day. Both are None
    where `needs` says what is missing: an age was said, and neither a birth year nor today's age is known
    ("birth_year"), or it is another person's age ("current_age"). `age` is the age that was said, `birth_year` what the
    message told of the investor's own. `problem` is "past", or "too_far" beyond `LONGEST_YEARS`.
    """

    years: float | None
    until: date | None
    said: str
    span: tuple[int, int]
    low: float | None = None
    high: float | None = None
    needs: Literal["birth_year", "current_age"] | None = None
    problem: Problem | None = None
    age: int | None = None
    birth_year: int | None = None


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
        return self.months + self.days / _DAYS_PER_MONTH


def find_horizon(
    text: str, today: date, birth_year: int | None = None, locale: str = "en", *, asked: bool = False
) -> HorizonReading | None:
    """The horizon said in a text, None if there is none.

    An age ("at 65") is counted from `birth_year` or from what the text says ("I'm 34", "born 1990"). With `asked`, for when
    a horizon was asked for, a bare "10" is years, "18m" months and "2041" a year. A bare year means the same day of it.
    """
    found = horizons_in(utterance(text, locale), today, birth_year, asked=asked)
    return found[0][0] if found else None


def horizons_in(
    said: Utterance, today: date, birth_year: int | None = None, *, asked: bool = False
) -> list[tuple[HorizonReading, int, int]]:
    """Horizons with their first token and the token after their last; the one that tells most comes first.

    Ages tell more than dates, dates more than durations: in "I'm 34, retire at 60, have saved for 5 years" it is 60.
    """
    ages = _by_age(said, today, birth_year)
    if ages:
        return [ages]
    found = [_from_date(placed, said, today) for placed in dates_in(said, today)]
    found += [_from_duration(item, said, today) for item in durations_in(said, asked=asked)]
    if not found and asked:
        found = [_bare(item, said, today) for item in said.quantities if _may_be_years(item, said)][:1]
    return found


def durations_in(said: Utterance, *, asked: bool = False) -> list[Duration]:
    """Lengths of time from left to right; "1 year 6 months" is one."""
    parts = sorted([*_counted(said, asked=asked), *_articles(said)], key=lambda part: part.first)
    joined: list[Duration] = []
    for part in parts:
        if joined and part.low is None and joined[-1].low is None and _adjacent(joined[-1], part, said):
            last = joined.pop()
            part = Duration(last.months + part.months, last.days + part.days, last.first, part.last)  # noqa: PLW2901 - a sum
        joined.append(part)
    return joined


def later(today: date, months: Decimal, days: Decimal = Decimal(0)) -> date:
    """The day so much later, at the month's end where it is too short, and no later than the calendar goes."""
    whole = int(max(min(months, Decimal(120_000)), Decimal(-120_000)))
    rest = days + (months - whole) * _DAYS_PER_MONTH if abs(months) <= 120_000 else Decimal(0)
    serial = today.year * 12 + today.month - 1 + whole
    year, month = divmod(serial, 12)
    if not 1 <= year <= 9998:
        return date.max if year > 1 else date.min
    start = date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
    ahead = min(max(int(rest), (date.min - start).days), (date.max - start).days)
    return start + timedelta(days=ahead)


def _counted(said: Utterance, *, asked: bool) -> Iterable[Duration]:
    for item in said.quantities:
        if item.kind == "time":
            index = after_unit(item, said.lexed, said.words)
            if index is not None:
                yield _with_half(_measured(item, said.lexed.word(index), index + 1, said), said)
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
    factor = days / _DAYS_PER_MONTH
    return Duration(
        Decimal(0), item.value * days, item.first, last, _times(item.low, factor), _times(item.high, factor)
    )


def _times(value: Decimal | None, factor: Decimal) -> Decimal | None:
    return None if value is None else value * factor


def _articles(said: Utterance) -> Iterable[Duration]:
    """ "a decade", "a year and a half", "another year"; not the "a month" of an amount, nor "7% a year"."""
    lexed, words = said.lexed, said.words
    taken = {index for item in said.quantities for index in range(item.first, item.last + 2)}
    often = {hit.first for hit in said.cadences}
    for index, word in enumerate(lexed.words):
        unit = lexed.word(index + 1)
        known = len(unit) > 2 and (unit in words.times.months or unit in words.times.days)
        opens = (word in words.numbers.articles and word != "one") or word in words.times.unit_gap
        if not opens or not known or index in taken:
            continue
        opened = index == 0 or lexed.word(index - 1) in words.times.length_openers
        if (index in often and not opened and lexed.word(index + 2) not in words.numbers.of) or lexed.word(
            index + 2
        ) == "ago":
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


def _from_duration(item: Duration, said: Utterance, today: date) -> tuple[HorizonReading, int, int]:
    ago = said.words.times.next_year.at(said.lexed.words, item.last)
    sign = -1 if ago and ago.tag == "ago" else 1
    last = ago.last if ago and ago.tag == "ago" else item.last
    years = sign * float(item.months / 12 + item.days / _DAYS_PER_YEAR)
    until = later(today, sign * item.months, sign * item.days)
    low, high = (None if end is None else float(end / 12) for end in (item.low, item.high))
    return _reading(years, until, said, (item.first, last), low=low, high=high), item.first, last


def _from_date(placed: PlacedDate, said: Utterance, today: date) -> tuple[HorizonReading, int, int]:
    years = years_between(today, placed.day)
    if placed.whole_years:
        years = float(placed.day.year - today.year)
    return _reading(years, placed.day, said, (placed.first, placed.last)), placed.first, placed.last


def years_between(start: date, end: date) -> float:
    """Years of 365.25 days between two days, rounded to a hundredth where that is a whole number of months."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if start.day == end.day:
        return months / 12
    return float(Decimal((end - start).days) / _DAYS_PER_YEAR)


def _may_be_years(item: Quantity, said: Utterance) -> bool:
    plain = item.kind in ("plain", "age") and item.head.scale == 1
    return plain and not money_beside(item, said.lexed, said.words)


def _bare(item: Quantity, said: Utterance, today: date) -> tuple[HorizonReading, int, int]:
    tokens = (item.first, item.last)
    if item.head.whole and item.low is None and 1900 <= item.value <= 2300:
        until = year_day(int(item.value), today)
        reading = _reading(float(until.year - today.year) or years_between(today, until), until, said, tokens)
    else:
        low, high = (None if end is None else float(end) for end in (item.low, item.high))
        reading = _reading(float(item.value), later(today, item.value * 12), said, tokens, low=low, high=high)
    return reading, item.first, item.last


def _reading(
    years: float,
    until: date,
    said: Utterance,
    tokens: tuple[int, int],
    *,
    low: float | None = None,
    high: float | None = None,
    age: int | None = None,
    birth_year: int | None = None,
) -> HorizonReading:
    problem: Problem | None = "past" if years <= 0 else "too_far" if years > LONGEST_YEARS else None
    return HorizonReading(
        years, until, said.lexed.raw(*tokens), said.lexed.span(*tokens), low, high, None, problem, age, birth_year
    )


def _by_age(said: Utterance, today: date, known: int | None) -> tuple[HorizonReading, int, int] | None:
    """The horizon by an age to reach: from an age now, a birth year said, or the birth year known."""
    then = [item for item in said.quantities if item.kind == "age" and item.low is None]
    now = [item for item in said.quantities if item.kind == "old"]
    born = [int(item.value) for item in said.quantities if item.kind == "year" and _is_birth(item, said)]
    if not then:
        return _was(said, today)
    target, tokens = then[-1], _age_tokens(then[-1], said)
    age = int(target.value)
    others = not _own(target, now, said)
    birth_year = born[0] if born else None if others else known
    if now:
        years = age - int(now[0].value)
        if not others:
            birth_year = birth_year or today.year - int(now[0].value)
    elif birth_year:
        years = birth_year + age - today.year
    else:
        needs: Literal["birth_year", "current_age"] = "current_age" if others else "birth_year"
        raw, span = said.lexed.raw(*tokens), said.lexed.span(*tokens)
        return HorizonReading(None, None, raw, span, needs=needs, age=age), *tokens
    until = year_day(min(max(today.year + years, 1), 9999), today)
    told = birth_year if birth_year != known else None
    return _reading(float(years), until, said, tokens, age=age, birth_year=told), *tokens


def _was(said: Utterance, today: date) -> tuple[HorizonReading, int, int] | None:
    for index in range(len(said.lexed.words)):
        hit = said.words.times.next_year.at(said.lexed.words, index)
        if hit and hit.tag == "age_was":
            return _reading(-1.0, year_day(today.year - 1, today), said, (hit.first, hit.last)), hit.first, hit.last
    return None


def _age_tokens(item: Quantity, said: Utterance) -> tuple[int, int]:
    hit = said.words.times.age_then.before(said.lexed.words, item.first)
    return (hit.first if hit else item.first), item.last


def _is_birth(item: Quantity, said: Utterance) -> bool:
    return said.words.times.born.before(said.lexed.words, item.first) is not None


def _own(target: Quantity, now: list[Quantity], said: Utterance) -> bool:
    """Whether the ages are the investor's own: nobody else ("she", "my son") is named before them."""
    first = min([target.first, *(item.first for item in now)])
    return not any(word in said.words.times.others for word in said.lexed.words[: max(first, target.first)])
