"""What a company's statements said at any time: figures by the day they became known, twelve-month sums, restatements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from advisor.domain.bars import Fact

_QUARTER_DAYS = 365.25 / 4
_TOLERANCE = 30
"""Days by which a quarter's end may miss a quarter of a year: some retailers count three quarters of 12 weeks and one of 16."""


@dataclass(frozen=True, slots=True)
class PublicationLag:
    """Days from a period's end to its publication, assumed where a source does not tell: the slowest filers' legal limits.

    `annual` goes with figures of a year (form 10-K) and with balance sheets, which do not say whose report they are in; `quarterly`
    with figures of a quarter (form 10-Q).
    """

    annual: int = 90
    quarterly: int = 45


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as known at some time. `since` is the day it became known: share counts are in the shares of that day."""

    value: float
    period_end: date
    since: date
    currency: str = ""


Book = Mapping[date, Figure]


@dataclass
class Statements:
    """The figures known so far, by item and span in months: of each period the one that became known last."""

    books: dict[tuple[str, int], dict[date, Figure]] = field(default_factory=dict)

    def learn(self, fact: Fact, since: date) -> None:
        """Take in a figure that became known on `since`. Call it in the order of publication."""
        book = self.books.setdefault((fact.item, fact.months), {})
        book[fact.period_end] = Figure(fact.value, fact.period_end, since, fact.currency)

    def latest(self, item: str) -> Figure | None:
        """The newest figure of a point in time, such as equity."""
        book = self.books.get((item, 0), {})
        return book[max(book)] if book else None

    def latest_pair(self, first: str, second: str) -> tuple[Figure, Figure] | None:
        """Two figures of the newest day that has both."""
        left, right = self.books.get((first, 0), {}), self.books.get((second, 0), {})
        both = left.keys() & right.keys()
        return (left[max(both)], right[max(both)]) if both else None

    def trailing_year(self, item: str) -> Figure | None:
        """The newest sum over twelve months that can be made of years and quarters; None if there is none.

        In this order for each day on which a period ended: a year as reported; four quarters; a year, plus the quarters since,
        less the same quarters of the year before (a fourth quarter is seldom reported by itself).
        """
        years, quarters = self.books.get((item, 12), {}), self.books.get((item, 3), {})
        for end in sorted(years.keys() | quarters.keys(), reverse=True):
            if end in years:
                return years[end]
            parts = _quarters(quarters, end, range(4))
            found = _sum(parts, end) if parts else _rolled(years, quarters, end)
            if found is not None:
                return found
        return None


def chronicle(facts: Iterable[Fact], lag: PublicationLag | None) -> Sequence[tuple[date, Fact]]:
    """Facts with the day each became known, in that order; those whose day is unknown are left out unless a lag is assumed.

    Nothing is known before its period has ended. Figures published on the same day keep the order in which they are given.
    """
    known = [(day, fact) for fact in facts if (day := _known_on(fact, lag)) is not None]
    return sorted(known, key=lambda item: item[0])


def _known_on(fact: Fact, lag: PublicationLag | None) -> date | None:
    if fact.reported is not None:
        return max(fact.reported, fact.period_end)
    if lag is None:
        return None
    return fact.period_end + timedelta(days=lag.quarterly if fact.months == 3 else lag.annual)


def _rolled(years: Book, quarters: Book, end: date) -> Figure | None:
    """The last reported year, moved on to `end` by quarters."""
    year_end = max((day for day in years if day < end), default=None)
    if year_end is None:
        return None
    count = round((end - year_end).days / _QUARTER_DAYS)
    if not 1 <= count <= 3 or abs((end - year_end).days - count * _QUARTER_DAYS) > _TOLERANCE:
        return None
    since = _quarters(quarters, end, range(count))
    before = _quarters(quarters, end, range(4, 4 + count))
    return _sum((years[year_end], *since), end, minus=before) if since and before else None


def _quarters(quarters: Book, end: date, back: Iterable[int]) -> tuple[Figure, ...]:
    """The quarters that ended so many quarters before `end`; empty if one of them is missing."""
    found = []
    for count in back:
        target = end - timedelta(days=round(count * _QUARTER_DAYS))
        nearest = min(quarters, key=lambda day: abs((day - target).days), default=None)
        if nearest is None or abs((nearest - target).days) > _TOLERANCE:
            return ()
        found.append(quarters[nearest])
    return tuple(found)


def _sum(plus: Sequence[Figure], end: date, minus: Sequence[Figure] = ()) -> Figure | None:
    """The sum as one figure; None where currencies differ."""
    parts = (*plus, *minus)
    currencies = {part.currency for part in parts}
    if len(currencies) != 1:
        return None
    value = sum(part.value for part in plus) - sum(part.value for part in minus)
    return Figure(value, end, max(part.since for part in parts), currencies.pop())
