"""The words of a language, loaded once from the packaged data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError

from advisor.dialogue.nlu.compounds import compounds
from advisor.dialogue.nlu.packaged import packaged
from advisor.dialogue.nlu.phrases import PhraseTable
from advisor.dialogue.nlu.spelling import Spelling, spelling, spellings
from advisor.dialogue.nlu.templates import spelled
from advisor.dialogue.nlu.value_words import MoneyWords, NumberWords, TimeWords

__all__ = [
    "LANGUAGES", "Lexicon", "MoneyWords", "NumberWords", "Separators", "TimeWords", "language", "lexicon", "packaged",
    "separators", "table", "tagged", "territory",
]  # fmt: skip
LANGUAGES = ("en", "de")
_YEARS_BY_PLACE = ("next_year", "this_year", "last_year")


@lru_cache(maxsize=64)
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
class Lexicon:
    """All words of quantities of one language; `percent` is tagged with what a hundred of its unit are."""

    numbers: NumberWords
    times: TimeWords
    money: MoneyWords
    percent: PhraseTable[str]
    spelling: Spelling


def table(phrases: Iterable[str], tag: str = "") -> PhraseTable[str]:
    """A table in which every phrase stands for the same."""
    return PhraseTable((phrase, tag) for phrase in phrases)


def tagged(groups: Mapping[str, Iterable[str]]) -> PhraseTable[str]:
    """A table from `{tag: phrases}`."""
    return PhraseTable((phrase, str(tag)) for tag, phrases in groups.items() for phrase in phrases)


@lru_cache(maxsize=64)
def lexicon(locale: str) -> Lexicon:
    """The words for a locale's language, and those that only its country uses."""
    return _lexicon(language(locale), territory(locale))


@cache
def _lexicon(name: str, country: str) -> Lexicon:
    raw = _raw(name)
    own = raw["territory_scales"].get(country)
    if country and not own:
        return _lexicon(name, "")
    scales = {**raw["scales"], **(own or {})}
    numbers, times = _numbers(raw, scales), _times(raw)
    money, percent = _money(raw, packaged("currencies.yaml")), tagged(raw["percent"])
    return Lexicon(numbers, times, money, percent, _spelling(raw, numbers, times, money, percent))


@cache
def _raw(name: str) -> dict[str, Any]:
    return _with_foreign_words(packaged(name, "numbers.yaml"), packaged("anywhere.yaml"))


def _with_foreign_words(raw: Mapping[str, Any], foreign: Mapping[str, Any]) -> dict[str, Any]:
    """A language's words with those of others that mean one thing only; its own come first."""
    merged = dict(raw)
    merged["scales"] = {**foreign["scales"], **raw["scales"]}
    merged["abbreviations"] = [*foreign["abbreviations"], *raw["abbreviations"]]
    for group in ("cadence", "currencies"):
        merged[group] = {
            tag: [*raw[group].get(tag, ()), *foreign[group].get(tag, ())] for tag in {**raw[group], **foreign[group]}
        }
    return merged


def _spelled(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping of words with their second spellings."""
    return {spelled: value for word, value in raw.items() for spelled in spellings(word)}


def _words(raw: Iterable[str]) -> frozenset[str]:
    return frozenset(spelled for word in raw for spelled in spellings(word))


def _decimals(raw: Mapping[str, float]) -> dict[str, Decimal]:
    return {word: Decimal(str(value)) for word, value in _spelled(raw).items()}


def _numbers(raw: Mapping[str, Any], scales: Mapping[str, float]) -> NumberWords:
    units, tens = _spelled(raw["digits"]), _spelled(raw["tens"])
    hundred, sizes = _words(raw["hundred"]), _decimals(scales)
    notes, vague = _decimals(raw["notes"]), _decimals(raw["vague"])
    articles, fractions = _words(raw["articles"]), _decimals(raw["fractions"])
    return NumberWords(
        units=units,
        tens=tens,
        tens_then_units=raw["compounds"]["order"] == "tens_first",
        unsaid_hundred="hundred" in raw["unsaid"],
        hundred=hundred,
        scales=sizes,
        short_scales=_words(raw["short_scales"]),
        spoken_scales=_words(raw["spoken_scales"]),
        notes=notes,
        vague=vague,
        fractions=fractions,
        articles=articles,
        conjunctions=_words(raw["and"]),
        of=_words(raw["of"]),
        point=_words(raw["point"]),
        minus=_words(raw["minus"]),
        between=_words(raw["between"]),
        range=_words(raw["range"]),
        pronouns=table(spelled(raw["pronouns"])),
        after_ordinals=_words([*raw["calendar"], *raw["birthdays"], *raw["quarter_names"]]),
        time_units=_words([*raw["months"], *raw["days"]]),
        compounds=compounds(raw["compounds"], raw["digits"], raw["tens"]),
        starts=frozenset([*units, *tens, *hundred, *sizes, *notes, *vague, *articles, *fractions]),
    )


def _times(raw: Mapping[str, Any]) -> TimeWords:
    relative = {name: raw[name] for name in (*_YEARS_BY_PLACE, "ago", "age_was")}
    return TimeWords(
        months=_spelled(raw["months"]),
        days=_spelled(raw["days"]),
        calendar=_spelled(raw["calendar"]),
        seasons=_spelled(raw["seasons"]),
        quarters=tagged(raw["quarters"]),
        quarter_names=_words(raw["quarter_names"]),
        holidays=tagged(raw["holidays"]),
        parts=tagged(raw["parts"]),
        current_year=table(raw["current_year"]),
        ahead=tagged(raw["ahead"]),
        ordinals=_spelled(raw["ordinals"]),
        unit_gap=_words(raw["unit_gap"]),
        year_openers=_words(raw["year_openers"]),
        length_openers=_words(raw["length_openers"]),
        month_openers=_words(raw["month_openers"]),
        next_year=tagged(relative),
        ago_before=table(raw["ago_before"]),
        age_now=table(raw["age_now"]),
        age_then=table(raw["age_then"]),
        age_then_beside_now=_words(raw["age_then_beside_now"]),
        birthdays=_words(raw["birthdays"]),
        decade_endings=frozenset(raw["decade_endings"]),
        years_old=table(raw["years_old"]),
        born=table(raw["born"]),
        born_behind=table(raw["born_behind"]),
        others=_words(raw["others"]),
        date_starts=_date_starts(raw),
        length_starts=_words([*raw["articles"], *raw["unit_gap"]]),
    )


def _date_starts(raw: Mapping[str, Any]) -> frozenset[str]:
    """The words that a date begins with, where it is not in figures."""
    groups = ("quarters", "holidays", "parts", "ahead")
    tables = [*(tagged(raw[name]) for name in groups), *(table(raw[name]) for name in _YEARS_BY_PLACE)]
    return _words([*raw["calendar"], *raw["seasons"]]).union(*(one.first_words for one in tables))


def _currency_starts(names: PhraseTable[str], raw: Mapping[str, Any]) -> frozenset[str]:
    """The words and signs that a currency begins with."""
    prefixes = [name for sign, group in raw["prefixes"].items() for name in (sign, *group)]
    codes = [code.lower() for code in (*raw["codes"], *raw["capital_codes"])]
    return names.first_words.union(raw["signs"], raw["shared"], prefixes, codes)


def _money(raw: Mapping[str, Any], currencies: Mapping[str, Any]) -> MoneyWords:
    return MoneyWords(
        cadence=tagged(raw["cadence"]),
        glued_cadence=_spelled(raw["glued_cadence"]),
        cadence_gap=table(raw["cadence_gap"]),
        currencies=tagged(raw["currencies"]),
        behind_only=_words(raw["behind_only"]),
        nothing=table(raw["nothing"]),
        nothing_filler=table(raw["nothing_filler"]),
        counted=table(raw["counted"]),
        labels=_words(raw["labels"]),
        minor_units={word: (int(many), code) for word, (many, code) in _spelled(raw["minor_units"]).items()},
        breaks=_words(raw["breaks"]),
        signs=currencies["signs"],
        codes=frozenset(code.lower() for code in currencies["codes"]),
        capital_codes=frozenset(currencies["capital_codes"]),
        same_as=currencies["same_as"],
        prefixes=currencies["prefixes"],
        shared=currencies["shared"],
        currency_starts=_currency_starts(tagged(raw["currencies"]), currencies),
    )


def _spelling(
    raw: Mapping[str, Any], numbers: NumberWords, times: TimeWords, money: MoneyWords, percent: PhraseTable[str]
) -> Spelling:
    numerals = {*numbers.units, *numbers.tens, *numbers.hundred, *numbers.scales}
    single = (money.cadence.single_words, money.currencies.single_words, percent.single_words)
    return spelling(
        abbreviations=raw["abbreviations"],
        before_a_name=numbers.after_ordinals,
        endings=raw["about_endings"],
        numerals=numerals,
        never=_words(raw["no_slips"]),
        vocabulary={*numerals, *times.months, *times.days, *times.calendar}.union(*single),
    )
