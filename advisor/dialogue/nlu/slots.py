"""The words of this part: what a message can mention, in which situation it is read, and the cues that tell slots apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from rapidfuzz import fuzz, process

from advisor.dialogue.nlu.durations import HorizonReading
from advisor.dialogue.nlu.lexer import lex
from advisor.dialogue.nlu.lexicon import language, packaged, table, tagged
from advisor.dialogue.nlu.money import MoneyReading
from advisor.dialogue.nlu.percent import PercentReading
from advisor.dialogue.nlu.phrases import PhraseTable
from advisor.dialogue.nlu.templates import spelled
from advisor.domain.reply import Option
from advisor.profiling.questions import SCALE_SLOTS

# An option's id, several of them, an amount, a percentage, a horizon, a number of months; None where only candidates are known.
SlotValue = str | tuple[str, ...] | MoneyReading | PercentReading | HorizonReading | Decimal | None

MONTHLY_SLOTS = frozenset({"monthly_amount", "income_wanted", "pension_monthly", "monthly_spending"})
MONEY_SLOTS = frozenset({"initial_amount", "target_amount", "debt_amount", *MONTHLY_SLOTS})
PERCENT_SLOTS = frozenset({"wanted_return", "debt"})
LENGTH_SLOTS = frozenset({"horizon", "pension_from", "spending_years"})
TIME_SLOTS = frozenset({"emergency_fund", *LENGTH_SLOTS})
CHOICE_SLOTS = frozenset(
    {
        "goal", "income_stability", "share_of_savings", "early_need", "experience", "exclusions",
        "risk_1", "risk_2", "risk_3", "risk_4", "risk_5",
    }
)  # fmt: skip
ASKED_ONLY = frozenset({*SCALE_SLOTS, "settle_contradiction"})
"""Choices that are answered where they are asked, and never named from elsewhere."""
ADMITTED_ONLY = frozenset(
    {
        "income_wanted", "pension_monthly", "pension_from", "spending_years", "birth_year", "debt_amount",
        "monthly_spending",
    }
)  # fmt: skip
"""Slots whose words mean nothing except where `Context.admits` them."""
ELSEWHERE = "elsewhere"
_NEAR_NAME = 84.0


@dataclass(frozen=True, slots=True)
class Context:
    """The situation a message is read in.

    `asked` is the slot of the open question and `options` are its options. `choices` are the options of further slots, for
    corrections of answers given before. `currency` is the settled one, `birth_year` what is known of the investor. `admits` are
    the slots of `ADMITTED_ONLY` that this investor has a use for. `pays_income` is true where the goal
    itself is an income. `settled` are the slots that have a value already.
    """

    today: date
    asked: str | None = None
    locale: str = "en"
    currency: str | None = None
    options: tuple[Option, ...] = ()
    birth_year: int | None = None
    choices: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)
    admits: frozenset[str] = frozenset()
    pays_income: bool = False
    settled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Mention:
    """A slot and the value a message gives it.

    Values by slot: goal, currency and single choices an id; exclusions a tuple of ids; amounts a MoneyReading; wanted_return and
    debt a PercentReading (no debt is 0); loss_limit a PercentReading or a MoneyReading; horizon a HorizonReading;
    pension_from and spending_years too, or "for_life"; birth_year a Decimal; emergency_fund a Decimal of months;
    confirm_summary "yes" or "no"; confirm_bad_year an option's id or a MoneyReading.
    Where several options fit, `value` is None and `candidates` holds at most three ids. `is_correction` is true where the
    message has a word such as "actually" or "make it".
    """

    slot: str
    value: SlotValue
    raw: str
    span: tuple[int, int]
    is_correction: bool = False
    candidates: tuple[str, ...] = ()


class Cue(NamedTuple):
    """A slot that a phrase speaks of, and whether it leaves no doubt."""

    slot: str
    strong: bool


@dataclass(frozen=True)
class SlotWords:
    """The cues of a language."""

    cues: PhraseTable[tuple[Cue, ...]]
    corrections: PhraseTable[str]
    corrections_of_last: PhraseTable[str]
    no_wish: PhraseTable[str]
    soon: PhraseTable[str]
    adds: PhraseTable[str]
    begins: frozenset[str]
    kept_in: frozenset[str]
    part_of: PhraseTable[str]
    but: frozenset[str]
    replaces: PhraseTable[str]
    changes: PhraseTable[str]
    moved_from: frozenset[str]
    moved_to: frozenset[str]
    opens_correction: PhraseTable[str]
    on_top: PhraseTable[str]
    asking: PhraseTable[str]
    asking_not: PhraseTable[str]
    asking_openers: frozenset[str]
    facts_said: PhraseTable[tuple[str, str]]
    names: Mapping[str, str]
    name_openers: tuple[str, ...]
    debt_free: PhraseTable[str]
    repaid: PhraseTable[str]
    parts: PhraseTable[str]
    still_owed: frozenset[str]
    no_target: PhraseTable[str]
    no_pension: PhraseTable[str]
    loses_nothing: PhraseTable[str]
    pension_ages: frozenset[str]
    at_age: str
    goals_said: PhraseTable[str]
    has_with: frozenset[str]
    saved: PhraseTable[str]
    no_risk: PhraseTable[str]
    horizon_openers: PhraseTable[str]
    no_buffer: PhraseTable[str]
    for_life: PhraseTable[str]
    wants_monthly: PhraseTable[str]
    nothing_to_lose: PhraseTable[str]
    no: PhraseTable[str]
    currency_openers: frozenset[str]
    shares: PhraseTable[Decimal]
    scenarios: PhraseTable[str]
    exclusion_ids: tuple[str, ...]
    what_if: Mapping[str, PhraseTable[str]]
    multipliers: PhraseTable[Decimal]


def slot_words(locale: str) -> SlotWords:
    """The cues for a locale's language."""
    return _loaded(language(locale))


@cache
def _loaded(name: str) -> SlotWords:
    raw: dict[str, Any] = packaged(name, "slots.yaml")
    what_if = {name: table(spelled(phrases)) for name, phrases in raw["what_if"].items() if name != "twice"}
    return SlotWords(
        cues=_cue_table(raw),
        corrections=table(raw["corrections"]),
        corrections_of_last=table(raw["corrections_of_last"]),
        no_wish=table(raw["no_wish"]),
        soon=table(raw["soon"]),
        adds=table(raw["adds"]),
        begins=frozenset(raw["begins"]),
        kept_in=frozenset(raw["kept_in"]),
        part_of=table(raw["part_of"]),
        but=frozenset(raw["but"]),
        replaces=table(raw["replaces"]),
        changes=table(raw["changes"]),
        moved_from=frozenset(raw["moved_from"]),
        moved_to=frozenset(raw["moved_to"]),
        opens_correction=table(raw["opens_correction"]),
        on_top=table(raw["on_top"]),
        asking=table(spelled(raw["asking"])),
        asking_not=table(spelled(raw["asking_not"])),
        asking_openers=frozenset(raw["asking_openers"]),
        facts_said=_facts(raw["facts_said"]),
        names={name: slot for slot, names in raw["names"].items() for name in names},
        name_openers=tuple(f"{word} " for word in raw["name_openers"]),
        debt_free=table(raw["debt_free"]),
        repaid=table(raw["repaid"]),
        parts=table(raw["parts"]),
        still_owed=frozenset(raw["still_owed"]),
        no_target=table(raw["no_target"]),
        no_pension=table(raw["no_pension"]),
        loses_nothing=table(raw["loses_nothing"]),
        horizon_openers=table(raw["horizon_openers"]),
        no_risk=table(raw["no_risk"]),
        has_with=frozenset(raw["has_with"]),
        saved=table(raw["saved"]),
        pension_ages=frozenset(raw["pension_ages"]),
        at_age=raw["at_age"],
        goals_said=tagged({goal: spelled(phrases) for goal, phrases in raw["goals_said"].items()}),
        no_buffer=table(raw["no_buffer"]),
        for_life=table(raw["for_life"]),
        wants_monthly=table(raw["wants_monthly"]),
        nothing_to_lose=table(raw["nothing_to_lose"]),
        no=table(raw["no"]),
        currency_openers=frozenset(raw["currency_openers"]),
        shares=PhraseTable((phrase, Decimal(str(value))) for phrase, value in raw["shares"].items()),
        scenarios=tagged(raw["scenarios"]),
        exclusion_ids=tuple(raw["exclusion_ids"]),
        what_if=what_if,
        multipliers=PhraseTable((phrase, Decimal(str(value))) for phrase, value in raw["what_if"]["twice"].items()),
    )


def only_tries(text: str, locale: str) -> bool:
    """Whether a message begins with the words of a what-if."""
    return slot_words(locale).what_if["tries"].at(lex(text).words, 0) is not None


def says_nothing_yet(text: str, locale: str) -> bool:
    """Whether a message is only the opening of a what-if ("what if")."""
    words = tuple(word for word in lex(text).words if word not in ".,!?:;")
    hit = slot_words(locale).what_if["tries"].at(words, 0)
    return hit is not None and hit.last == len(words)


def named_slot(text: str, locale: str) -> str | None:
    """The question that a text names ("the emergency fund", "income"), None if it names none or more than that."""
    names = slot_words(locale).names
    said = text.lower().strip(" .,!?")
    for opener in slot_words(locale).name_openers:
        said = said.removeprefix(opener)
    best = process.extractOne(said, names.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR_NAME)
    if best is not None:
        return names[best[0]]
    # "goal to something else": what it is to be was not understood, so the question is asked
    begun = [name for name in names if said.startswith(f"{name} ")]
    return names[max(begun, key=len)] if begun else None


def _facts(raw: Mapping[str, Mapping[str, Iterable[str]]]) -> PhraseTable[tuple[str, str]]:
    """Phrases that stand for an option of a question, tagged with both."""
    return PhraseTable(
        (phrase, (slot, option))
        for slot, options in raw.items()
        for option, phrases in options.items()
        for phrase in spelled(phrases)
    )


def _cue_table(raw: Mapping[str, Any]) -> PhraseTable[tuple[Cue, ...]]:
    by_phrase: dict[str, list[Cue]] = defaultdict(list)
    for strength in ("strong", "weak"):
        for slot, phrases in raw[strength].items():
            _add(by_phrase, phrases, Cue(slot, strength == "strong"))
    _add(by_phrase, raw[ELSEWHERE], Cue(ELSEWHERE, strong=True))
    return PhraseTable((phrase, tuple(cues)) for phrase, cues in by_phrase.items())


def _add(by_phrase: dict[str, list[Cue]], phrases: Iterable[str], cue: Cue) -> None:
    for phrase in phrases:
        by_phrase[phrase].append(cue)
