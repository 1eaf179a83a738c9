"""Points in the calendar: "1 June 2030", "next March", "in 2041"."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from advisor.dialogue.nlu.lexicon import territory
from advisor.dialogue.nlu.utterance import Quantity, Utterance

# Territories that write the month first.
_MONTH_FIRST = ("US", "")


@dataclass(frozen=True, slots=True)
class PlacedDate:
    """A day with its tokens. `whole_years` is true where only a year was said, so that the difference of years counts."""

    day: date
    first: int
    last: int
    whole_years: bool = False


def dates_in(said: Utterance, today: date) -> list[PlacedDate]:
    """The days of an utterance: numeric dates, months with or without day and year, years, "next year"."""
    found: list[PlacedDate] = []
    index = 0
    while index < len(said.lexed.tokens):
        placed = _numeric(said, index) or _with_month(said, index, today) or _relative(said, index, today)
        if placed:
            found.append(placed)
        index = placed.last if placed else index + 1
    years = [_year(item, said, today) for item in said.quantities if item.kind == "year"]
    return found + [item for item in years if not any(other.first <= item.first < other.last for other in found)]


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


def _numeric(said: Utterance, index: int) -> PlacedDate | None:
    if said.lexed.kind(index) != "date":
        return None
    raw = said.lexed.word(index)
    first, second, third = (int(part) for part in raw.replace("/", "-").replace(".", "-").split("-"))
    if len(raw.split("-")[0]) == 4:
        day = valid_day(first, second, third)
    elif "/" in raw and territory(said.locale) in _MONTH_FIRST:
        day = valid_day(third, first, second) or valid_day(third, second, first)
    else:
        day = valid_day(third, second, first) or valid_day(third, first, second)
    return PlacedDate(day, index, index + 1) if day else None


def _with_month(said: Utterance, index: int, today: date) -> PlacedDate | None:
    """A month's name with a day before or after it and a year behind; without a year the next such day."""
    month = said.words.times.calendar.get(said.lexed.word(index))
    if month is None:
        return None
    christmas = said.lexed.word(index) == "christmas"
    day, first = _day_before(said, index)
    last = index + 1
    if day is None:
        day, last = _day_after(said, last)
    year, last = _year_after(said, last)
    opened = said.lexed.word(first - 1) in said.words.times.month_openers
    if year is None and day is None and not opened:
        return None  # "may" and "march" are also verbs
    if year is None:
        next_year = said.words.times.next_year.at(said.lexed.words, last)
        if next_year and next_year.tag in ("next_year", "this_year"):
            year, last = today.year + (next_year.tag == "next_year"), next_year.last
        else:
            this = valid_day(today.year, month, day or 1)
            year = today.year if this and this > today else today.year + 1
    placed = valid_day(year, month, 25 if christmas else day or 1)
    return PlacedDate(placed, first, last) if placed else None


def _day_before(said: Utterance, index: int) -> tuple[int | None, int]:
    before = index - 1
    if said.lexed.word(before) in said.words.numbers.of:
        before -= 1
    day = _day_number(said, before)
    return (day, before) if day else (None, index)


def _day_after(said: Utterance, index: int) -> tuple[int | None, int]:
    start = index + 1 if said.lexed.word(index) in said.words.numbers.of else index
    day = _day_number(said, start)
    return (day, start + 1) if day else (None, index)


def _day_number(said: Utterance, index: int) -> int | None:
    word, kind = said.lexed.word(index), said.lexed.kind(index)
    if kind == "ordinal":
        word = word[:-2]
    elif kind != "number":
        return None
    return int(word) if word.isdecimal() and len(word) <= 2 and 1 <= int(word) <= 31 else None


def _year_after(said: Utterance, index: int) -> tuple[int | None, int]:
    start = index
    if said.lexed.word(start) in (",", *said.words.numbers.of):
        start += 1
    word = said.lexed.word(start)
    if said.lexed.kind(start) == "number" and len(word) == 4 and word.isdecimal() and 1900 <= int(word) <= 2300:
        return int(word), start + 1
    return None, index


def _relative(said: Utterance, index: int, today: date) -> PlacedDate | None:
    hit = said.words.times.next_year.at(said.lexed.words, index)
    if hit is None:
        return None
    if hit.tag == "next_year":
        return PlacedDate(year_day(today.year + 1, today), index, hit.last, whole_years=True)
    if hit.tag == "this_year":
        return PlacedDate(date(today.year, 12, 31), index, hit.last)
    return (
        PlacedDate(year_day(today.year - 1, today), index, hit.last, whole_years=True)
        if hit.tag == "last_year"
        else None
    )


def _year(item: Quantity, said: Utterance, today: date) -> PlacedDate:
    year = int(item.value)
    end = said.words.times.next_year.before(said.lexed.words, item.first)
    if end and end.tag == "end_of":
        return PlacedDate(date(year, 12, 31), end.first, item.last)
    return PlacedDate(year_day(year, today), item.first, item.last, whole_years=year != today.year)
