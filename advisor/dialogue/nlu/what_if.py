"""Changes to try out: "what if I save 200 more", "twice the risk", "without oil", "if 2008 happens again"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from advisor.dialogue.nlu.atoms import Atom, atoms_in, best_cue, window
from advisor.dialogue.nlu.beside import without_articles
from advisor.dialogue.nlu.choices import choice_words
from advisor.dialogue.nlu.durations import HorizonReading
from advisor.dialogue.nlu.money import MoneyReading
from advisor.dialogue.nlu.percent import PercentReading, percents_in
from advisor.dialogue.nlu.phrases import PhraseTable
from advisor.dialogue.nlu.shocks import shocks_in
from advisor.dialogue.nlu.slots import ADMITTED_ONLY, ELSEWHERE, Context, Cue, SlotValue, SlotWords, slot_words
from advisor.dialogue.nlu.utterance import Utterance, utterance

ANY_CRASH = "crash"
"""A crash without a year: all those on record."""
INFLATION = "inflation"
"""Prices that rise; how fast cannot be tried."""

_BEHIND_A_PENSION = 10  # words between a pension and when it starts

Operation = Literal["set", "add", "subtract", "multiply", "more", "less", "exclude", "include", "happen"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change to the plan.

    `what` is a slot, or "risk", "scenario" or "inflation" (a rate of it, which cannot be tried).
    `how`: "set", "add" and "subtract" come with an amount, a percentage or a horizon;
    "multiply" with a Decimal; "more" and "less" (of risk) with None; "exclude" and "include" with ids of asset classes or
    groups; "happen" with a scenario's id ("2008", "crash") or a shock's name ("oil:-0.5").
    """

    what: str
    how: Operation
    value: SlotValue
    raw: str
    span: tuple[int, int]


def find_what_if(text: str, context: Context) -> list[Change]:
    """Every change a message asks to try, in the order they were said; empty rather than a guess."""
    said = utterance(text, context.locale)
    words = slot_words(context.locale)
    if words.what_if["least_risk"].scan(said.lexed.words):
        return _least_risk(said)
    found = _scenarios(said, words) + _risk(said, words) + _savings(said, words) + _classes(said, context, words)
    taken = [change.span for change in found] + _levels(said)
    atoms = without_articles(said, atoms_in(said, context))
    atoms = [atom for atom in atoms if not any(_overlaps(atom.reading.span, span) for span in taken)]
    for index in range(len(atoms)):
        change = _numbered(said, atoms, index, words, context)
        if change:
            found.append(change)
    return sorted(found, key=lambda change: change.span)


def _overlaps(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _change(what: str, how: Operation, value: SlotValue, said: Utterance, tokens: tuple[int, int]) -> Change:
    return Change(what, how, value, said.lexed.raw(*tokens), said.lexed.span(*tokens))


def _scenarios(said: Utterance, words: SlotWords) -> list[Change]:
    """What may happen to the market: shocks with their sizes, else a time by its name, else a crash without one."""
    moved = [item for item in shocks_in(said) if item.size is not None]
    shocks = [_change("scenario", "happen", item.name, said, (item.first, item.last)) for item in moved]
    if shocks:
        return shocks
    hits = words.scenarios.scan(said.lexed.words)
    rates = percents_in(said)[:1] if any(hit.tag == INFLATION for hit in hits) else []
    if rates:
        return [_change(INFLATION, "happen", item.reading, said, (item.first, item.last)) for item in rates]
    named = [hit for hit in hits if hit.tag != ANY_CRASH] or hits
    return [_change("scenario", "happen", hit.tag, said, (hit.first, hit.last)) for hit in named[:1]]


def _levels(said: Utterance) -> list[tuple[int, int]]:
    """Where a price or rate is said to reach a level: its number is nobody's answer."""
    return [said.lexed.span(item.first, item.last) for item in shocks_in(said) if item.size is None]


def _least_risk(said: Utterance) -> list[Change]:
    """ "The least risk for 5 % a year": the percentage is the return that is wanted, and nothing else is meant."""
    return [
        _change("wanted_return", "set", item.reading, said, (item.first, item.last)) for item in percents_in(said)[:1]
    ]


def _risk(said: Utterance, words: SlotWords) -> list[Change]:
    """A factor beside "risk", else a word that says bolder or calmer."""
    risks = words.what_if["risk"].scan(said.lexed.words)
    if not risks:
        return []
    for factor in words.multipliers.scan(said.lexed.words):
        if 0 <= risks[0].first - factor.last <= 2:
            return [_change("risk", "multiply", factor.tag, said, (factor.first, risks[0].last))]
    operations: tuple[tuple[str, Operation], ...] = (("calmer", "less"), ("bolder", "more"))
    for name, how in operations:
        hits = words.what_if[name].scan(said.lexed.words)
        if hits:
            return [_change("risk", how, None, said, (hits[0].first, max(hits[0].last, risks[0].last)))]
    return []


def _savings(said: Utterance, words: SlotWords) -> list[Change]:
    """ "double my savings", "stop saving"."""
    tokens = said.lexed.words
    stop = words.what_if["stop_saving"].scan(tokens)
    if stop:
        span, raw = said.lexed.span(stop[0].first, stop[0].last), said.lexed.raw(stop[0].first, stop[0].last)
        nothing = MoneyReading(Decimal(0), None, "month", Decimal(0), span, raw)
        return [Change("monthly_amount", "set", nothing, raw, span)]
    saving = words.what_if["saving"].scan(tokens)
    for factor in words.multipliers.scan(tokens):
        if any(abs(hit.first - factor.last) <= 2 or abs(factor.first - hit.last) <= 2 for hit in saving):
            return [_change("monthly_amount", "multiply", factor.tag, said, (factor.first, factor.last))]
    return []


def _classes(said: Utterance, context: Context, words: SlotWords) -> list[Change]:
    """ "without emerging markets", "with gold": the word that leaves out or lets in stands shortly before the name."""
    names = _class_names(context, words)
    found: list[Change] = []
    tokens = said.lexed.words
    for hit in names.scan(tokens):
        ways: tuple[tuple[str, Operation], ...] = (("exclude", "exclude"), ("include", "include"))
        for name, how in ways:
            before = [other for other in words.what_if[name].scan(tokens) if 0 <= hit.first - other.last <= 2]
            if before:
                found.append(_change("exclusions", how, (hit.tag,), said, (before[-1].first, hit.last)))
                break
    return found


def _class_names(context: Context, words: SlotWords) -> PhraseTable[str]:
    offered = context.choices.get("exclusions", ())
    ids = tuple(option.id for option in offered if option.id != "none")
    return _names_of(ids or words.exclusion_ids, context.locale)


@lru_cache(maxsize=64)
def _names_of(ids: tuple[str, ...], locale: str) -> PhraseTable[str]:
    synonyms = choice_words(locale).synonyms.get("exclusions", {})
    return PhraseTable((name, item) for item in ids for name in (item.replace("_", " "), *synonyms.get(item, ())))


def _numbered(said: Utterance, atoms: list[Atom], index: int, words: SlotWords, context: Context) -> Change | None:
    atom = atoms[index]
    low, high = window(said, atoms, index)
    around = said.lexed.words[low:high]
    how: Operation = "set"
    longer = "longer" if isinstance(atom.reading, HorizonReading) and atom.months is not None else "more"
    drawn = bool(words.what_if["drawn"].scan(around))
    if words.what_if["less"].scan(around):
        how = "subtract"
    elif words.what_if[longer].scan(around):
        how = "add"
    match atom.reading:
        case MoneyReading():
            what = _amount_slot(said, atoms, index, words, context)
            how = "subtract" if drawn and what == "initial_amount" else how
        case HorizonReading():
            what = "pension_from" if _starts_a_pension(said, atom, words, context) else "horizon"
            how = how if atom.months is not None else "set"
        case PercentReading():
            hits = words.cues.scan(said.lexed.words)
            cue = best_cue(hits, atom, (low, high), lambda item: item.slot in ("wanted_return", "loss_limit", "debt"))
            what = cue.slot if cue else None
    if what is None:
        return None
    return _change(what, how, atom.reading, said, (atom.first, atom.last))


def _starts_a_pension(said: Utterance, atom: Atom, words: SlotWords, context: Context) -> bool:
    """ "A pension of 900 at 67": the time behind a pension is its own, and not when the money is needed."""
    if "pension_from" not in context.admits:
        return False
    before = said.lexed.words[max(0, atom.first - _BEHIND_A_PENSION) : atom.first]
    cues = [hit for hit in words.cues.scan(before) if any(cue.slot == "pension_monthly" for cue in hit.tag)]
    return bool(cues) and not words.what_if["retire"].scan(before[cues[-1].last :])


def _amount_slot(said: Utterance, atoms: list[Atom], index: int, words: SlotWords, context: Context) -> str | None:
    """What an amount changes: an income that is lived on, what is saved a month, or what is there at the start."""
    atom = atoms[index]
    low, high = window(said, atoms, index)
    around = said.lexed.words[low:high]
    admitted = ADMITTED_ONLY - context.admits
    hits = words.cues.scan(said.lexed.words)
    cue = best_cue(hits, atom, (low, high), lambda item: item.strong and item.slot not in admitted)
    if cue and cue.slot == "pension_monthly":
        return cue.slot
    regular = isinstance(atom.reading, MoneyReading) and atom.reading.per != "once"
    if regular and words.what_if["lived_on"].scan(around) and not words.what_if["set_aside"].scan(around):
        if "income_wanted" in context.admits:
            return "income_wanted"
        if not words.what_if["asked_for"].scan(around):
            return None  # nobody lives on this plan: nothing is paid out before its end
    if cue and cue.slot == ELSEWHERE:
        return None
    at_once = bool(words.what_if["now"].scan(around))
    if cue and cue.slot == "income_wanted" and (regular or not at_once):
        return cue.slot
    return "monthly_amount" if regular else _one_sum(cue, around, words)


def _one_sum(cue: Cue | None, around: Sequence[str], words: SlotWords) -> str | None:
    """What an amount changes that comes once, or without a word on how often."""
    if cue and cue.slot in ("initial_amount", "target_amount", "monthly_amount", "loss_limit"):
        return cue.slot
    for name, slot in (("now", "initial_amount"), ("saving", "monthly_amount"), ("target", "target_amount")):
        if words.what_if[name].scan(around):
            return slot
    return "initial_amount" if words.what_if["more"].scan(around) or words.what_if["drawn"].scan(around) else None
