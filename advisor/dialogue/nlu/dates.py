"""Points in the calendar: "1 June 2030", "next March", "in 2041", "mid 2030", "Q3 2031", "Christmas"."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from advisor.dialogue.nlu.decades import year_in_decade
from advisor.dialogue.nlu.lexicon import territory
from advisor.dialogue.nlu.utterance import Quantity, Utterance

# Territories that write the month first.
_MONTH_FIRST = ("US", "")
_YEARS = range(1900, 2301)
_MIDDLE_OF_MONTH = 15
_MIDDLE_OF_YEAR = (7, 1)
_LATE_IN_YEAR = (10, 1)


@dataclass(frozen=True, slots=True)
class PlacedDate:
    """A day with its tokens. `whole_years` is true where only a year was said, so that the difference of years counts;
    `soon` for "tomorrow" and "next month", which say when money is needed only where that was asked."""

    day: date
    first: int
    last: int
    whole_years: bool = False
    soon: bool = False


@dataclass(frozen=True, slots=True)
class _Period:
    """A month, a season, a quarter or a year with the token after it."""

    start: date
    end: date
    last: int


def dates_in(said: Utterance, today: date) -> list[PlacedDate]:
    """The days of an utterance: numeric dates, months with or without day and year, years, "next year"."""
    return list(_dates_in(said, today))


@lru_cache(maxsize=8)  # several readers look at one message
def _dates_in(said: Utterance, today: date) -> tuple[PlacedDate, ...]:
    found: list[PlacedDate] = []
    starts, end = said.words.times.date_starts, 0
    for index, token in enumerate(said.lexed.tokens):
        if index < end or not (token.kind == "date" or said.lexed.words[index] in starts):
            continue
        placed = next((placed for read in _READERS if (placed := read(said, index, today))), None)
        if placed:
            found.append(placed)
            end = placed.last
    years = [_year(item, today) for item in said.quantities if item.kind == "year"]
    alone = [item for item in years if not any(other.first <= item.first < other.last for other in found)]
    return tuple(_decade(item, said, today) or item for item in (*found, *alone))


def _decade(placed: PlacedDate, said: Utterance, today: date) -> PlacedDate | None:
    year = year_in_decade(placed.day.year, said, placed.first, placed.last)
    return PlacedDate(year_day(year, today), placed.first, placed.last + 1, whole_years=True) if year else None


def year_day(year: int, today: date) -> date:
    """The day a bare year stands for: the same day of that year, because people count in whole years ("in 2041" said in 2026
    is 15 years); of the current year its last day."""
    year = min(max(year, 1), 9999)
    if year == today.year:
        return date(year, 12, 31)
    return date(year, today.month, min(today.day, calendar.monthrange(year, today.month)[1]))


def valid_day(year: int, month: int, day: int) -> date | None:
    """The date, None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def months_later(today: date, months: int) -> date:
    """The same day so many months later, at the month's end where it is too short."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def _numeric(said: Utterance, index: int, today: date) -> PlacedDate | None:
    """ "2030-06-01", "1.6.2030", "06/01/31", "06/2031": in figures, in the order of the country."""
    if said.lexed.kind(index) != "date":
        return None
    raw = said.lexed.word(index)
    parts = raw.replace("/", "-").replace(".", "-").split("-")
    if len(parts) == 2:
        parts = [*parts, "1"] if len(parts[0]) == 4 else ["1", *parts]
        return _placed(valid_day(*(int(part) for part in _year_first(parts))), index)
    if len(parts[0]) == 4:
        return _placed(valid_day(*(int(part) for part in parts)), index)
    first, second, year = int(parts[0]), int(parts[1]), int(parts[2])
    year += 0 if len(parts[2]) == 4 else today.year // 100 * 100
    by_month, by_day = valid_day(year, first, second), valid_day(year, second, first)
    month_first = "." not in raw and territory(said.locale) in _MONTH_FIRST
    return _placed((by_month or by_day) if month_first else (by_day or by_month), index)


def _year_first(parts: list[str]) -> list[str]:
    return parts if len(parts[0]) == 4 else parts[::-1]


def _placed(day: date | None, index: int) -> PlacedDate | None:
    return PlacedDate(day, index, index + 1) if day else None


def _with_part(said: Utterance, index: int, today: date) -> PlacedDate | None:
    """ "end of March 2030", "mid-2031", "early next year": a part of a period."""
    hit = said.words.times.parts.at(said.lexed.words, index)
    if hit is None:
        return None
    numbers = said.words.numbers
    start = hit.last
    while said.lexed.word(start) in numbers.of or said.lexed.word(start) == "-":
        start += 1
    # "the end of the year": the article may belong to the name of the year
    period = _period(said, hit.last, today) or _period(said, start, today)
    if period is None:
        return None
    whole_year = (period.end - period.start).days > 360
    match hit.tag:
        case "start":
            day = period.start
        case "middle":
            month, number = _MIDDLE_OF_YEAR if whole_year else (period.start.month, _MIDDLE_OF_MONTH)
            day = date(period.start.year, month, number)
        case "late" if whole_year:
            day = date(period.start.year, *_LATE_IN_YEAR)
        case _:
            day = period.end
    return PlacedDate(day, index, period.last)


def _period(said: Utterance, index: int, today: date) -> _Period | None:
    """The month, quarter, season or year that begins at a token; a month without its year is the next one."""
    times, words = said.words.times, said.lexed.words
    named = _of_a_year(said, index)
    if named is not None:
        return named
    month = times.calendar.get(said.lexed.word(index))
    if month is not None:
        year, last = _year_behind(said, index + 1, today)
        year = year or today.year + (month < today.month)
        return _Period(date(year, month, 1), _month_end(year, month), last)
    year, last = _year_after(said, index)
    if year is None:
        hit = times.current_year.at(words, index)
        year, last = (today.year, hit.last) if hit else _relative_year(said, index, today)
    return None if year is None else _Period(date(year, 1, 1), date(year, 12, 31), last)


def _of_a_year(said: Utterance, index: int) -> _Period | None:
    """ "Q3 2031", "summer 2030": three months, named with their year."""
    times = said.words.times
    hit = times.quarters.at(said.lexed.words, index)
    month = int(hit.tag) * 3 - 2 if hit else times.seasons.get(said.lexed.word(index))
    if month is None:
        return None
    year, last = _year_after(said, hit.last if hit else index + 1)
    if year is None:
        return None
    start = date(year, month, 1)
    return _Period(start, months_later(start, 3) - timedelta(days=1), last)


def _season_or_quarter(said: Utterance, index: int, _today: date) -> PlacedDate | None:
    period = _of_a_year(said, index)
    return PlacedDate(period.start, index, period.last) if period else None


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _holiday(said: Utterance, index: int, today: date) -> PlacedDate | None:
    """ "Christmas", "New Year's Eve 2030": without a year the next one."""
    hit = said.words.times.holidays.at(said.lexed.words, index)
    if hit is None:
        return None
    month, day = (int(part) for part in hit.tag.split("-"))
    year, last = _year_behind(said, hit.last, today)
    if year is None:
        this = date(today.year, month, day)
        year = today.year if this > today else today.year + 1
    return PlacedDate(date(year, month, day), index, last)


def _with_month(said: Utterance, index: int, today: date) -> PlacedDate | None:
    """A month's name with a day before or after it and a year behind; without a year the next such day."""
    month = said.words.times.calendar.get(said.lexed.word(index))
    if month is None:
        return None
    day, first = _day_before(said, index)
    last = index + 1
    if day is None:
        day, last = _day_after(said, last)
    year, last = _year_behind(said, last, today)
    opened = said.lexed.word(first - 1) in said.words.times.month_openers or len(said.lexed.words) == 1
    if year is None and day is None and not opened:
        return None  # "may" and "march" are also verbs
    if year is None:
        this = valid_day(today.year, month, day or 1)
        year = today.year if this and this > today else today.year + 1
    placed = valid_day(year, month, day or 1)
    return PlacedDate(placed, first, last) if placed else None


def _day_before(said: Utterance, index: int) -> tuple[int | None, int]:
    before = index - 1
    if said.lexed.word(before) in said.words.numbers.of or said.lexed.word(before) == "-":
        before -= 1
    day = _day_number(said, before) or said.words.times.ordinals.get(said.lexed.word(before))
    return (day, before) if day else (None, index)


def _day_after(said: Utterance, index: int) -> tuple[int | None, int]:
    start = index + 1 if said.lexed.word(index) in said.words.numbers.of else index
    day = _day_number(said, start)
    return (day, start + 1) if day else (None, index)


def _day_number(said: Utterance, index: int) -> int | None:
    word, kind = said.lexed.word(index), said.lexed.kind(index)
    if kind == "ordinal":
        word = "".join(char for char in word if char.isdecimal())
    elif kind != "number":
        return None
    return int(word) if word.isdecimal() and len(word) <= 2 and 1 <= int(word) <= 31 else None


def _year_behind(said: Utterance, index: int, today: date) -> tuple[int | None, int]:
    """A year that was said in figures, or by its place: "March next year", "the end of this year"."""
    year, last = _year_after(said, index)
    return (year, last) if year is not None else _relative_year(said, index, today)


def _year_after(said: Utterance, index: int) -> tuple[int | None, int]:
    start = index
    if said.lexed.word(start) in (",", "-", *said.words.numbers.of):
        start += 1
    word = said.lexed.word(start)
    if said.lexed.kind(start) == "number" and len(word) == 4 and word.isdecimal() and int(word) in _YEARS:
        return int(word), start + 1
    return None, index


def _relative_year(said: Utterance, index: int, today: date) -> tuple[int | None, int]:
    hit = said.words.times.next_year.at(said.lexed.words, index)
    shift = {"next_year": 1, "this_year": 0, "last_year": -1}.get(hit.tag) if hit else None
    return (None, index) if hit is None or shift is None else (today.year + shift, hit.last)


def _relative(said: Utterance, index: int, today: date) -> PlacedDate | None:
    """ "next year", "this year" (its end), "next month", "tomorrow"."""
    times, words = said.words.times, said.lexed.words
    ahead = times.ahead.at(words, index)
    if ahead is not None:
        count, unit = ahead.tag.split()
        months = int(count) * {"day": 0, "month": 1, "year": 12}[unit]
        day = months_later(today, months) if months else today + timedelta(days=int(count))
        return PlacedDate(day, index, ahead.last, whole_years=unit == "year", soon=unit != "year" and day > today)
    hit = times.next_year.at(words, index)
    match hit.tag if hit else "":
        case "next_year" | "last_year" as tag if hit:
            day = year_day(today.year + (1 if tag == "next_year" else -1), today)
            return PlacedDate(day, index, hit.last, whole_years=True)
        case "this_year" if hit:
            return PlacedDate(date(today.year, 12, 31), index, hit.last)
    return None


def _year(item: Quantity, today: date) -> PlacedDate:
    year = int(item.value)
    return PlacedDate(year_day(year, today), item.first, item.last, whole_years=year != today.year)


_READERS: tuple[Callable[[Utterance, int, date], PlacedDate | None], ...] = (
    _numeric,
    _with_part,
    _season_or_quarter,
    _holiday,
    _with_month,
    _relative,
)
