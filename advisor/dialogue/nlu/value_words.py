"""What the words of values stand for in one language: numbers, times, money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from advisor.dialogue.nlu.compounds import Compounds
from advisor.dialogue.nlu.phrases import PhraseTable


@dataclass(frozen=True)
class NumberWords:
    """Words that numbers are said with. `starts` are those that a number can begin with."""

    units: Mapping[str, int]
    tens: Mapping[str, int]
    tens_then_units: bool
    unsaid_hundred: bool
    hundred: frozenset[str]
    scales: Mapping[str, Decimal]
    short_scales: frozenset[str]
    spoken_scales: frozenset[str]
    notes: Mapping[str, Decimal]
    vague: Mapping[str, Decimal]
    fractions: Mapping[str, Decimal]
    articles: frozenset[str]
    conjunctions: frozenset[str]
    of: frozenset[str]
    point: frozenset[str]
    minus: frozenset[str]
    between: frozenset[str]
    range: frozenset[str]
    pronouns: PhraseTable[str]
    after_ordinals: frozenset[str]
    time_units: frozenset[str]
    compounds: Compounds
    starts: frozenset[str]


@dataclass(frozen=True)
class TimeWords:
    """Words of times, dates and ages. Points in the calendar are tagged: "early", "late", "12-25", "1 month"."""

    months: Mapping[str, int]
    days: Mapping[str, int]
    calendar: Mapping[str, int]
    seasons: Mapping[str, int]
    quarters: PhraseTable[str]
    quarter_names: frozenset[str]
    holidays: PhraseTable[str]
    parts: PhraseTable[str]
    current_year: PhraseTable[str]
    ahead: PhraseTable[str]
    ordinals: Mapping[str, int]
    unit_gap: frozenset[str]
    year_openers: frozenset[str]
    length_openers: frozenset[str]
    month_openers: frozenset[str]
    next_year: PhraseTable[str]
    ago_before: PhraseTable[str]
    age_now: PhraseTable[str]
    age_then: PhraseTable[str]
    age_then_beside_now: frozenset[str]
    birthdays: frozenset[str]
    decade_endings: frozenset[str]
    years_old: PhraseTable[str]
    born: PhraseTable[str]
    born_behind: PhraseTable[str]
    others: frozenset[str]
    date_starts: frozenset[str]
    length_starts: frozenset[str]


@dataclass(frozen=True)
class MoneyWords:
    """Words of money. `currencies` stand for an ISO code or for a name that several countries share.

    A cadence is tagged with how often in which time it comes: "month", "2/month". `behind_only` are names of currencies that
    never stand before their amount; `minor_units` how many there are in one of what currency, "" where several have them.
    """

    cadence: PhraseTable[str]
    glued_cadence: Mapping[str, str]
    cadence_gap: PhraseTable[str]
    currencies: PhraseTable[str]
    behind_only: frozenset[str]
    nothing: PhraseTable[str]
    nothing_filler: PhraseTable[str]
    counted: PhraseTable[str]
    labels: frozenset[str]
    minor_units: Mapping[str, tuple[int, str]]
    breaks: frozenset[str]
    signs: Mapping[str, str]
    codes: frozenset[str]
    capital_codes: frozenset[str]
    same_as: Mapping[str, str]
    prefixes: Mapping[str, Mapping[str, str]]
    shared: Mapping[str, Mapping[str, str]]
    currency_starts: frozenset[str]
