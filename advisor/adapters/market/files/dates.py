"""Days as people and programs write them in files; which of 3/4 is the month is decided by the whole column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

import numpy as np

from advisor.domain.market import Dates

NO_DAY = np.datetime64("NaT", "D")
_YEARS = range(1600, 2200)
_PIVOT = 70  # two figures: 70 to 99 are of the last century
# A time of day or a zone may follow; the day counts as it is written, because that is the exchange's own.
_LATER = r"(?:[T ,].*)?"
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _LATER)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]\d.*|\.0)?")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})[-/. ](\d{4}|\d{2})" + _LATER)
_DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/. ]+([^\W\d_]{3,9})\.?,?[-/. ]+(\d{4}|\d{2})" + _LATER)
_NAMED_DAY = re.compile(r"([^\W\d_]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})" + _LATER)
_SECONDS = re.compile(r"-?\d{9,10}|\d{13}")
_WEEKDAY = re.compile(r"^(?:[^\W\d_]{2,10}\.?,? +(?=\d)|[^\W\d_]{2,10},? +(?=[^\W\d_]+\.? +\d))")
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# German, French, Italian and Spanish months where their first three letters differ from the English ones.
_FOREIGN = (
    *(("mär", 3), ("mrz", 3), ("mai", 5), ("okt", 10), ("dez", 12), ("fév", 2), ("fev", 2), ("avr", 4), ("aoû", 8)),
    *(("aou", 8), ("déc", 12), ("gen", 1), ("mag", 5), ("giu", 6), ("lug", 7), ("ago", 8), ("set", 9), ("ott", 10)),
    *(("dic", 12), ("ene", 1), ("abr", 4)),
)
_MONTHS = {name: number for number, name in enumerate(_ENGLISH, 1)} | dict(_FOREIGN)


class DateOrder(StrEnum):
    """How a numeric date with its year last is read."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


@dataclass(frozen=True)
class Days:
    """`days` (T,) of the texts, NaT where a text is no day. `order` is None where the question did not arise.

    `undecided`: every date could be read both ways. `against` is the first text that speaks against the order taken.
    """

    days: Dates
    order: DateOrder | None = None
    undecided: bool = False
    against: str = ""


def read_days(texts: Sequence[str], order: DateOrder | None = None, *, seconds: bool = False) -> Days:
    """The days of different texts in the order in which they stand in the file.

    A number over 12 decides which part is the month; without one, that order in which the days run in one direction and lie
    closer together; without that, the month first with slashes (as in the US) and the day first otherwise. `seconds` allows
    seconds or milliseconds since 1970.
    """
    if all(len(text) == 10 and text[4] == "-" == text[7] for text in texts):
        try:
            return Days(_bounded(np.array(texts, "datetime64[D]")))
        except ValueError:  # one of them is no day: each on its own then
            pass
    days = np.full(len(texts), NO_DAY)
    open_questions: list[tuple[int, int, int, int, str]] = []
    for position, text in enumerate(texts):
        parts = _YEAR_LAST.fullmatch(text.strip())
        if parts:
            open_questions.append((position, int(parts[1]), int(parts[3]), _year(parts[4]), parts[2]))
        else:
            day = _plain_day(text.strip(), seconds=seconds)
            if day is not None:
                days[position] = np.datetime64(day, "D")
    if not open_questions:
        return Days(_bounded(days))
    return _decided(texts, days, open_questions, order)


def is_day(text: str, *, seconds: bool = False) -> bool:
    """Whether a cell can be a day."""
    return bool(text.strip()) and not np.isnat(read_days([text], seconds=seconds).days[0])


def _decided(
    texts: Sequence[str], days: Dates, parts: list[tuple[int, int, int, int, str]], order: DateOrder | None
) -> Days:
    first = next((position for position, one, _, _, _ in parts if one > 12), None)
    second = next((position for position, _, two, _, _ in parts if two > 12), None)
    undecided = first is None and second is None
    if order is None:
        if undecided:
            order = _by_direction(parts)
        else:
            order = DateOrder.DAY_FIRST if second is None else DateOrder.MONTH_FIRST
            if first is not None and second is not None:  # both: the file contradicts itself, the earlier line counts
                order = DateOrder.DAY_FIRST if first < second else DateOrder.MONTH_FIRST
    _fill(days, parts, order)
    against = second if order is DateOrder.DAY_FIRST else first
    return Days(_bounded(days), order, undecided, "" if against is None else texts[against])


def _fill(days: Dates, parts: list[tuple[int, int, int, int, str]], order: DateOrder) -> None:
    for position, one, two, year, _ in parts:
        day = _valid(year, two, one) if order is DateOrder.DAY_FIRST else _valid(year, one, two)
        if day is not None:
            days[position] = np.datetime64(day, "D")


def _by_direction(parts: list[tuple[int, int, int, int, str]]) -> DateOrder:
    unlikely: dict[DateOrder, tuple[int, int]] = {}
    for order in DateOrder:
        days = np.full(parts[-1][0] + 1, NO_DAY)
        _fill(days, parts, order)
        known = days[~np.isnat(days)]
        steps = np.sign(np.diff(known).astype(int))
        turns = int(np.count_nonzero(steps[1:] != steps[:-1])) + int(len(known) < len(parts))
        span = int((known.max() - known.min()).astype(int)) if len(known) else 0  # daily prices lie close together
        unlikely[order] = (turns, span)
    if unlikely[DateOrder.DAY_FIRST] != unlikely[DateOrder.MONTH_FIRST]:
        return min(unlikely, key=lambda order: unlikely[order])
    return DateOrder.MONTH_FIRST if parts[0][4] == "/" else DateOrder.DAY_FIRST


def _plain_day(text: str, *, seconds: bool) -> date | None:
    """A day that can be read in one way only, or None."""
    for pattern in (_YEAR_FIRST, _COMPACT):
        if found := pattern.fullmatch(text):
            return _valid(int(found[1]), int(found[2]), int(found[3]))
    if seconds and _SECONDS.fullmatch(text):
        moment = int(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(moment, UTC).date()
    named = _WEEKDAY.sub("", text, count=1) if _NAMED_DAY.fullmatch(text) is None else text
    if found := _DAY_NAMED.fullmatch(named):
        return _valid(_year(found[3]), _MONTHS.get(found[2][:3].casefold(), 0), int(found[1]))
    if found := _NAMED_DAY.fullmatch(named):
        return _valid(int(found[3]), _MONTHS.get(found[1][:3].casefold(), 0), int(found[2]))
    return None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else int(text) + (1900 if int(text) >= _PIVOT else 2000)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _bounded(days: Dates) -> Dates:
    """Years out of any market's history are misread numbers."""
    low, high = np.datetime64(f"{_YEARS.start}-01-01"), np.datetime64(f"{_YEARS.stop}-01-01")
    return np.where((days >= low) & (days < high), days, NO_DAY)
