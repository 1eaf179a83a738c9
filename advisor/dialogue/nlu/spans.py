"""Stretches of the past that somebody wants to see: "over 5 years", "since March 2008", "this year".

A span is written as `5d` (trading days), `2w`, `18mo`, `5y`, `ytd`, `max`, as a first day `2008-03-01`, or as first and last day
`2008-01-01/2008-12-31`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from advisor.dialogue.nlu.lexicon import language, lexicon, packaged, table, tagged
from advisor.dialogue.nlu.phrases import PhraseTable

_YEARS = range(1800, 2200)
_MOST_UNITS = 999
_MOST_JOINERS = 5
_SPAN = re.compile(r"[1-9]\d{0,2}(?:d|w|mo|y)|ytd|max|\d{4}-\d\d-\d\d(?:/\d{4}-\d\d-\d\d)?")


@dataclass(frozen=True)
class SpanWords:
    """The words of a language for stretches of the past."""

    fixed: PhraseTable[str]
    units: PhraseTable[str]
    numbers: Mapping[str, int]
    links: frozenset[str]
    joiners: frozenset[str]
    since: frozenset[str]
    within: frozenset[str]
    before_a_year: frozenset[str]
    to: frozenset[str]
    opened: frozenset[str]
    headed: PhraseTable[str]
    starts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Cut:
    """A span found in a row of words: those from `first` up to but not including `last` are left, without it."""

    first: int
    last: int
    span: str


@cache
def _loaded(name: str) -> SpanWords:
    raw: dict[str, Any] = packaged(name, "spans.yaml")
    fixed, units = tagged(raw["fixed"]), tagged(raw["units"])
    return SpanWords(
        fixed=fixed,
        units=units,
        numbers=raw["numbers"],
        links=frozenset(raw["links"]),
        joiners=frozenset(raw["joiners"]),
        since=frozenset(raw["since"]),
        within=frozenset(raw["within"]),
        before_a_year=frozenset(raw["before_a_year"]),
        to=frozenset(raw["to"]),
        opened=frozenset(raw["from"]),
        headed=table(raw["headed"]),
        starts=fixed.first_words | units.first_words,
    )


def is_span(text: str) -> bool:
    """Whether a text is written as a span, with days that exist."""
    if _SPAN.fullmatch(text) is None:
        return False
    try:
        days = [date.fromisoformat(part) for part in text.split("/") if "-" in part]
    except ValueError:
        return False
    return days == sorted(days)


def cut_span(words: Sequence[str], locale: str = "en") -> Cut | None:
    """The span at the end of a row of words, with the words that join it; or at its beginning ("5 year chart of gold")."""
    known = _loaded(language(locale))
    if known.starts.isdisjoint(words) and not any(word[:1].isdecimal() for word in words):
        return None
    found = _ending(words, len(words), known, locale)
    if found is None:
        return _heading(words, known, locale)
    last, span = found
    fewest = max(0, last - _MOST_JOINERS)
    while last > fewest and words[last - 1] in known.joiners:
        last -= 1
    return Cut(0, last, span)


def _heading(words: Sequence[str], known: SpanWords, locale: str) -> Cut | None:
    for size in range(min(4, len(words) - 1), 0, -1):
        head = [word for word in words[:size] if word != "-"]
        found = _ending(head, len(head), known, locale)
        opened = known.headed.at(words, size)
        if found is not None and found[0] == 0 and opened is not None:
            return Cut(opened.last, len(words), found[1])
    return None


def _ending(words: Sequence[str], end: int, known: SpanWords, locale: str) -> tuple[int, str] | None:
    """Where the span that ends before `end` begins, and the span."""
    counted = _counted(words, end, known)
    if counted is not None:
        return counted
    dated = _dated(words, end, known, locale)
    if dated is not None:
        return dated
    hit = known.fixed.before(words, end)
    return (hit.first, hit.tag) if hit else None


def _counted(words: Sequence[str], end: int, known: SpanWords) -> tuple[int, str] | None:
    """ "5 years", "18 months", "a couple of years", "5y", "two decades"."""
    unit = known.units.before(words, end)
    if unit is None:
        return None
    at = unit.first - 1
    while at > 0 and words[at] in known.links:
        at -= 1
    if at < 0:
        return None
    word = words[at]
    count = int(word) if word.isdecimal() and len(word) <= len(str(_MOST_UNITS)) else known.numbers.get(word, 0)
    count, tag = (count * 10, "y") if unit.tag == "decade" else (count, unit.tag)
    return (at, f"{count}{tag}") if 0 < count <= _MOST_UNITS else None


def _dated(words: Sequence[str], end: int, known: SpanWords, locale: str) -> tuple[int, str] | None:
    """ "since 2008", "since March 2008", "in 2008", "from 2008 to 2012", "since 2008-03-15"."""
    last = _day(words, end, locale)
    if last is None:
        return None
    at, first_day, last_day = last
    while at > 1 and words[at - 1] in known.before_a_year:
        at -= 1
    before = words[at - 1] if at > 0 else ""
    if before in known.to and (other := _day(words, at - 1, locale)) and other[0] > 0:
        opened = words[other[0] - 1] in known.opened
        if opened and other[1] <= last_day:
            return other[0] - 1, f"{other[1]}/{last_day}"
    if before in known.since:
        return at - 1, first_day.isoformat()
    if before in known.within:
        return at - 1, f"{first_day}/{last_day}"
    return None


def _day(words: Sequence[str], end: int, locale: str) -> tuple[int, date, date] | None:
    """The year, month or day that ends before `end`: where it begins, its first day and its last."""
    word = words[end - 1] if 0 < end <= len(words) else ""
    if word.count("-") == 2:
        try:
            day = date.fromisoformat(word)
        except ValueError:
            return None
        return end - 1, day, day
    if not (word.isdecimal() and len(word) == 4 and int(word) in _YEARS):
        return None
    year = int(word)
    month = lexicon(locale).times.calendar.get(words[end - 2]) if end > 1 else None
    if month is None:
        return end - 1, date(year, 1, 1), date(year, 12, 31)
    after = date(year + month // 12, month % 12 + 1, 1)
    return end - 2, date(year, month, 1), date.fromordinal(after.toordinal() - 1)
