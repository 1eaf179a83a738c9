"""How long until the money is needed: durations, dates, years and ages."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from advisor.dialogue.nlu.dates import PlacedDate, dates_in, year_day
from advisor.dialogue.nlu.lengths import DAYS_PER_MONTH, DAYS_PER_YEAR, Duration, durations_in
from advisor.dialogue.nlu.utterance import Quantity, Utterance, money_beside, utterance

LONGEST_YEARS = 80.0
_YOUNGEST = 10  # nobody younger plans: a birth year in two digits is of the century before

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
    found = [_from_date(placed, said, today) for placed in dates_in(said, today) if asked or not placed.soon]
    found += [_from_duration(item, said, today) for item in durations_in(said, asked=asked)]
    if not found and asked:
        found = [_bare(item, said, today) for item in said.quantities if _may_be_years(item, said)][:1]
    return found


def later(today: date, months: Decimal, days: Decimal = Decimal(0)) -> date:
    """The day so much later, at the month's end where it is too short, and no later than the calendar goes."""
    whole = int(max(min(months, Decimal(120_000)), Decimal(-120_000)))
    rest = days + (months - whole) * DAYS_PER_MONTH if abs(months) <= 120_000 else Decimal(0)
    serial = today.year * 12 + today.month - 1 + whole
    year, month = divmod(serial, 12)
    if not 1 <= year <= 9998:
        return date.max if year > 1 else date.min
    start = date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
    ahead = min(max(int(rest), (date.min - start).days), (date.max - start).days)
    return start + timedelta(days=ahead)


def _from_duration(item: Duration, said: Utterance, today: date) -> tuple[HorizonReading, int, int]:
    ago = said.words.times.next_year.at(said.lexed.words, item.last)
    behind = ago is not None and ago.tag == "ago"
    past = behind or said.words.times.ago_before.before(said.lexed.words, item.first) is not None
    sign, last = -1 if past else 1, ago.last if ago is not None and behind else item.last
    years = sign * float(item.months / 12 + item.days / DAYS_PER_YEAR)
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
    return float(Decimal((end - start).days) / DAYS_PER_YEAR)


def _may_be_years(item: Quantity, said: Utterance) -> bool:
    plain = item.kind in ("plain", "age") and item.head.scale == 1
    return plain and not money_beside(item, said.lexed, said.words)


def _bare(item: Quantity, said: Utterance, today: date) -> tuple[HorizonReading, int, int]:
    tokens = (item.first, item.last)
    if item.head.whole and item.low is None and 1900 <= item.value <= 2300:
        until = year_day(int(item.value), today)
        reading = _reading(float(until.year - today.year) or years_between(today, until), until, said, tokens)
    elif item.head.whole and item.low is not None and 1900 <= item.low <= 2300:
        # "2030-2032"
        low, high = (None if end is None else float(end) - today.year for end in (item.low, item.high))
        years = float(item.value) - today.year
        reading = _reading(years, later(today, Decimal(str(years)) * 12), said, tokens, low=low, high=high)
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
    born = [year for item in said.quantities if (year := birth_year_of(item, said, today)) is not None]
    if not then and now:
        then = [item for item in said.quantities if _is_due_beside_now(item, said)]
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
    elif birth_year or (birth_year := _reached(age, others, said, today)):
        years = birth_year + age - today.year
    else:
        needs: Literal["birth_year", "current_age"] = "current_age" if others else "birth_year"
        raw, span = said.lexed.raw(*tokens), said.lexed.span(*tokens)
        return HorizonReading(None, None, raw, span, needs=needs, age=age), *tokens
    until = year_day(min(max(today.year + years, 1), 9999), today)
    told = birth_year if birth_year != known else None
    return _reading(float(years), until, said, tokens, age=age, birth_year=told), *tokens


def _reached(age: int, others: bool, said: Utterance, today: date) -> int | None:  # noqa: FBT001 - whose age it is
    """The year of birth of somebody who tells when an age is reached: "I turn 60 in 2035"."""
    found = [placed.day.year for placed in dates_in(said, today) if placed.whole_years]
    return found[0] - age if len(found) == 1 and not others else None


def _is_due_beside_now(item: Quantity, said: Utterance) -> bool:
    """ "I'm 34 and want it by 60": only beside the age now is the second number an age."""
    opened = said.lexed.word(item.first - 1) in said.words.times.age_then_beside_now
    whole = item.head.whole or not item.head.digits
    return item.kind == "plain" and opened and whole and item.low is None and 1 <= item.value <= 120


def _was(said: Utterance, today: date) -> tuple[HorizonReading, int, int] | None:
    for hit in said.words.times.next_year.scan(said.lexed.words):
        if hit.tag == "age_was":
            return _reading(-1.0, year_day(today.year - 1, today), said, (hit.first, hit.last)), hit.first, hit.last
    return None


def _age_tokens(item: Quantity, said: Utterance) -> tuple[int, int]:
    hit = said.words.times.age_then.before(said.lexed.words, item.first)
    return (hit.first if hit else item.first), item.last


def birth_year_of(item: Quantity, said: Utterance, today: date) -> int | None:
    """The year of birth that a number is said to be, also in two digits ("born in '79"); None where it is none."""
    times, words = said.words.times, said.lexed.words
    if item.kind != "year" or not (times.born.before(words, item.first) or times.born_behind.at(words, item.last)):
        return None
    year = int(item.value)
    if year >= 100:
        return year
    century = today.year // 100 * 100
    return year + (century if century + year <= today.year - _YOUNGEST else century - 100)


def _own(target: Quantity, now: list[Quantity], said: Utterance) -> bool:
    """Whether the ages are the investor's own: nobody else ("she", "my son") is named before them."""
    first = min([target.first, *(item.first for item in now)])
    return not any(word in said.words.times.others for word in said.lexed.words[: max(first, target.first)])
