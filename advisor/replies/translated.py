"""Words that come with the data, such as the names of funds and the notes of sources, in the reader's language.

Data are written in English. A language gives its words for them in the catalogue below "data": the English words as the key, where
"{name}" stands for what differs. What it has no words for stays as the data have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache

from advisor.replies.format import day, number
from advisor.replies.wording import language_of, under

_GAP = re.compile(r"\\\{(\w+)\\\}")
_DAY = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}")
_FIGURE = re.compile(r"\d+\.\d+")
_SPACED = re.compile(r"(?<=\d) %")  # as notes wrote it that older plans still hold
_Pattern = tuple[re.Pattern[str], str]


def translated(text: str, locale: str) -> str:
    """A text of the data in the reader's language; days and figures in it are written as the locale does."""
    whole, patterns = _known(language_of(locale))
    text = _SPACED.sub("%", text)
    if not whole:
        return text
    if text in whole:
        return whole[text]
    for pattern, words in patterns:
        if found := pattern.fullmatch(text):
            return words.format(**{name: translated(said, locale) for name, said in found.groupdict().items()})
    if _FIGURE.fullmatch(text):
        return number(locale, float(text), len(text.partition(".")[2]))
    return _DAY.sub(lambda found: _day(found[0], locale), text)


def all_translated(texts: Iterable[str], locale: str) -> list[str]:
    """`translated`, of each."""
    return [translated(text, locale) for text in texts]


def _day(said: str, locale: str) -> str:
    try:
        return day(locale, datetime.strptime(said, "%d %B %Y").date())  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return said


@cache
def _known(language: str) -> tuple[dict[str, str], tuple[_Pattern, ...]]:
    """The words by what they stand for, and those with gaps; the ones with most words of their own are tried first."""
    entries = under(language, "data")
    gaps = sorted((key for key in entries if "{" in key), key=lambda key: -len(_GAP.sub("", re.escape(key))))
    patterns = tuple((re.compile(_GAP.sub(r"(?P<\1>.+?)", re.escape(key))), entries[key]) for key in gaps)
    return {key: words for key, words in entries.items() if "{" not in key}, patterns
