"""The words of a language, loaded once from the packaged data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml
from babel import Locale, UnknownLocaleError

from advisor.dialogue.nlu.phrases import PhraseTable

LANGUAGES = ("en",)

if TYPE_CHECKING:
    from yaml import SafeLoader as _Base
else:
    # the parser in C where it was built: ten times as quick
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _WordLoader(_Base):
    """YAML whose yes, no, on and off stay words: in tables of phrases a silent True would be a trap."""


_WordLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def packaged(*path: str) -> dict[str, Any]:
    """One of the package's YAML files as plain values."""
    text = files("advisor.dialogue.nlu").joinpath("data", *path).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=_WordLoader)  # noqa: S506 - a subclass of the safe loader
    return loaded


def language(locale: str) -> str:
    """The language whose words are used for a locale; English where there are none of its own."""
    head = locale.replace("_", "-").split("-", maxsplit=1)[0].lower()
    return head if head in LANGUAGES else LANGUAGES[0]


def territory(locale: str) -> str:
    """The locale's country ("en-CA" -> "CA"), "" where it names none."""
    parts = locale.replace("_", "-").split("-")[1:]
    return next((part.upper() for part in parts if len(part) == 2 and part.isalpha()), "")


@dataclass(frozen=True, slots=True)
class Separators:
    """How a locale writes numbers."""

    decimal: str
    group: str


@lru_cache(maxsize=256)
def separators(locale: str) -> Separators:
    """The locale's decimal and grouping signs; those of English for a locale nobody knows."""
    try:
        symbols = Locale.parse(locale.replace("-", "_")).number_symbols["latn"]
        return Separators(symbols["decimal"], symbols["group"])
    except (UnknownLocaleError, ValueError, KeyError, TypeError):
        return Separators(".", ",")


@dataclass(frozen=True)
class NumberWords:
    """Words that numbers are said with."""

    units: Mapping[str, int]
    tens: Mapping[str, int]
    hundred: frozenset[str]
    scales: Mapping[str, Decimal]
    short_scales: frozenset[str]
    vague: Mapping[str, Decimal]
    fractions: Mapping[str, Decimal]
    articles: frozenset[str]
    conjunctions: frozenset[str]
    of: frozenset[str]
    point: frozenset[str]
    minus: frozenset[str]
    between: frozenset[str]
    range: frozenset[str]


@dataclass(frozen=True)
class TimeWords:
    """Words of times, dates and ages."""

    months: Mapping[str, int]
    days: Mapping[str, int]
    calendar: Mapping[str, int]
    unit_gap: frozenset[str]
    year_openers: frozenset[str]
    length_openers: frozenset[str]
    month_openers: frozenset[str]
    next_year: PhraseTable[str]
    age_now: PhraseTable[str]
    age_then: PhraseTable[str]
    years_old: PhraseTable[str]
    born: PhraseTable[str]
    others: frozenset[str]


@dataclass(frozen=True)
class MoneyWords:
    """Words of money. `currencies` stand for an ISO code or for a name that several countries share."""

    cadence: PhraseTable[str]
    glued_cadence: Mapping[str, str]
    cadence_gap: PhraseTable[str]
    currencies: PhraseTable[str]
    nothing: PhraseTable[str]
    nothing_filler: PhraseTable[str]
    counted: PhraseTable[str]
    labels: frozenset[str]
    minor_units: Mapping[str, int]
    breaks: frozenset[str]
    signs: Mapping[str, str]
    codes: frozenset[str]
    capital_codes: frozenset[str]
    same_as: Mapping[str, str]
    prefixes: Mapping[str, Mapping[str, str]]
    shared: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Lexicon:
    """All words of quantities of one language."""

    numbers: NumberWords
    times: TimeWords
    money: MoneyWords
    percent: PhraseTable[str]


def table(phrases: Iterable[str], tag: str = "") -> PhraseTable[str]:
    """A table in which every phrase stands for the same."""
    return PhraseTable((phrase, tag) for phrase in phrases)


def tagged(groups: Mapping[str, Iterable[str]]) -> PhraseTable[str]:
    """A table from `{tag: phrases}`."""
    return PhraseTable((phrase, tag) for tag, phrases in groups.items() for phrase in phrases)


def lexicon(locale: str) -> Lexicon:
    """The words for a locale's language."""
    return _lexicon(language(locale))


@cache
def _lexicon(name: str) -> Lexicon:
    raw = packaged(name, "numbers.yaml")
    return Lexicon(_numbers(raw), _times(raw), _money(raw, packaged("currencies.yaml")), table(raw["percent"]))


def _decimals(raw: Mapping[str, float]) -> dict[str, Decimal]:
    return {word: Decimal(str(value)) for word, value in raw.items()}


def _numbers(raw: Mapping[str, Any]) -> NumberWords:
    return NumberWords(
        units=raw["digits"],
        tens=raw["tens"],
        hundred=frozenset(raw["hundred"]),
        scales=_decimals(raw["scales"]),
        short_scales=frozenset(raw["short_scales"]),
        vague=_decimals(raw["vague"]),
        fractions=_decimals(raw["fractions"]),
        articles=frozenset(raw["articles"]),
        conjunctions=frozenset(raw["and"]),
        of=frozenset(raw["of"]),
        point=frozenset(raw["point"]),
        minus=frozenset(raw["minus"]),
        between=frozenset(raw["between"]),
        range=frozenset(raw["range"]),
    )


def _times(raw: Mapping[str, Any]) -> TimeWords:
    relative = {name: raw[name] for name in ("next_year", "this_year", "last_year", "ago", "age_was", "end_of")}
    return TimeWords(
        months=raw["months"],
        days=raw["days"],
        calendar=raw["calendar"],
        unit_gap=frozenset(raw["unit_gap"]),
        year_openers=frozenset(raw["year_openers"]),
        length_openers=frozenset(raw["length_openers"]),
        month_openers=frozenset(raw["month_openers"]),
        next_year=tagged(relative),
        age_now=table(raw["age_now"]),
        age_then=table(raw["age_then"]),
        years_old=table(raw["years_old"]),
        born=table(raw["born"]),
        others=frozenset(raw["others"]),
    )


def _money(raw: Mapping[str, Any], currencies: Mapping[str, Any]) -> MoneyWords:
    return MoneyWords(
        cadence=tagged(raw["cadence"]),
        glued_cadence=raw["glued_cadence"],
        cadence_gap=table(raw["cadence_gap"]),
        currencies=tagged(raw["currencies"]),
        nothing=table(raw["nothing"]),
        nothing_filler=table(raw["nothing_filler"]),
        counted=table(raw["counted"]),
        labels=frozenset(raw["labels"]),
        minor_units=raw["minor_units"],
        breaks=frozenset(raw["breaks"]),
        signs=currencies["signs"],
        codes=frozenset(code.lower() for code in currencies["codes"]),
        capital_codes=frozenset(currencies["capital_codes"]),
        same_as=currencies["same_as"],
        prefixes=currencies["prefixes"],
        shared=currencies["shared"],
    )
