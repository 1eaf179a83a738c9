"""What the words right beside an amount or a time make of it: what is owed, saved or paid off already, or a pension's start."""

from __future__ import annotations

from dataclasses import replace

from advisor.dialogue.nlu.atoms import Atom
from advisor.dialogue.nlu.durations import HorizonReading, find_horizon
from advisor.dialogue.nlu.money import MoneyReading
from advisor.dialogue.nlu.phrases import Hit
from advisor.dialogue.nlu.slots import Context, Cue, slot_words
from advisor.dialogue.nlu.utterance import Utterance

_YOUNGEST_PENSION, _OLDEST_PENSION = 40, 99
_LONGEST_CUSHION = 24
_BEHIND_A_SUM = 4


def without_articles(said: Utterance, atoms: list[Atom]) -> list[Atom]:
    """ "Ein Haus": where a language says "a" and "one" alike, the word counts nothing beside other words."""
    if len(said.lexed.words) == 1:
        return atoms
    articles = said.words.numbers.articles
    return [
        atom
        for atom in atoms
        if not (
            isinstance(atom.reading, MoneyReading)
            and not atom.reading.marked
            and atom.last - atom.first == 1
            and said.lexed.word(atom.first) in articles
        )
    ]


def added_up(said: Utterance, atoms: list[Atom], hits: list[Hit[tuple[Cue, ...]]]) -> list[Atom]:
    """ "7.5k saved plus another 2k in cash": one amount, unless the words around the second one speak of something else."""
    adds, found = slot_words(said.locale).adds, list[Atom]()
    for atom in atoms:
        before = found[-1] if found else None
        joined = before and (adds.scan(said.lexed.words[before.last : atom.first]) or _both_kept(said, before, atom))
        both = _sum(said, before, atom, hits) if before and joined else None
        found = [*found[:-1], both] if both else [*found, atom]
    return found


def _both_kept(said: Utterance, one: Atom, other: Atom) -> bool:
    """ "20k in shares and 5k in cash": each with the place it is kept at."""
    kept = slot_words(said.locale).kept_in
    joined = said.lexed.word(other.first - 1) in said.words.numbers.conjunctions
    placed = said.lexed.word(one.last) in kept and said.lexed.word(other.last) in kept
    return joined and placed and said.lexed.kind(one.last + 1) == said.lexed.kind(other.last + 1) == "word"


def _sum(said: Utterance, one: Atom, other: Atom, hits: list[Hit[tuple[Cue, ...]]]) -> Atom | None:
    first, second = one.reading, other.reading
    if not isinstance(first, MoneyReading) or not isinstance(second, MoneyReading):
        return None
    single = first.per == second.per == "once" and first.low is None and second.low is None
    if not single or (first.currency and second.currency and first.currency != second.currency):
        return None
    end = other.last + _BEHIND_A_SUM
    if any(one.last <= hit.first < end and all(cue.slot != "initial_amount" for cue in hit.tag) for hit in hits):
        return None
    span = (first.span[0], second.span[1])
    both = replace(
        first,
        amount=first.amount + second.amount,
        currency=first.currency or second.currency,
        span=span,
        raw=said.lexed.text[slice(*span)],
    )
    return Atom(both, one.first, other.last)


def with_the_age_of_a_pension(
    said: Utterance, atoms: list[Atom], context: Context, hits: list[Hit[tuple[Cue, ...]]]
) -> list[Atom]:
    """ "A pension of 1,500 from 67": behind the amount of a pension a small bare figure is the age at which it starts."""
    told = any(cue.slot == "pension_monthly" for hit in hits for cue in hit.tag)
    if "pension_from" not in context.admits or not (told or context.asked == "pension_monthly"):
        return atoms
    return [_as_age(said, atom, context) if place else atom for place, atom in enumerate(atoms)]


def _as_age(said: Utterance, atom: Atom, context: Context) -> Atom:
    money, opener = atom.reading, said.lexed.word(atom.first - 1)
    if not isinstance(money, MoneyReading) or money.marked or opener not in slot_words(context.locale).pension_ages:
        return atom
    if money.low is not None or not _YOUNGEST_PENSION <= money.amount <= _OLDEST_PENSION:
        return atom
    at_age = slot_words(context.locale).at_age.format(age=int(money.amount))
    found = find_horizon(at_age, context.today, context.birth_year, context.locale)
    if found is None:
        return atom
    return replace(atom, reading=replace(found, said=money.raw, span=money.span))


def of_this_amount(
    said: Utterance, atoms: list[Atom], index: int, hits: list[Hit[tuple[Cue, ...]]]
) -> list[Hit[tuple[Cue, ...]]]:
    """Without the pension that the next amount tells: "2,800 a month with a pension of 1,400"."""
    after = atoms[index + 1] if index + 1 < len(atoms) else None
    if after is None or not isinstance(after.reading, MoneyReading):
        return hits
    behind = atoms[index].last
    pensions = {hit for hit in hits if hit.first >= behind and any(cue.slot == "pension_monthly" for cue in hit.tag)}
    told = {hit for hit in pensions if _only_between(said, hit.last, after.first, said.words.times.length_openers)}
    return [hit for hit in hits if hit not in told] if told else hits


def is_paid_off(said: Utterance, atom: Atom) -> bool:
    """ "I paid off 3,000 of my debt": neither what is owed nor its rate."""
    repaid = slot_words(said.locale).repaid.scan(said.lexed.words)
    openers = said.words.times.length_openers
    return any(hit.last <= atom.first and _only_between(said, hit.last, atom.first, openers) for hit in repaid)


def is_still_owed(said: Utterance, atom: Atom, hits: list[Hit[tuple[Cue, ...]]]) -> bool:
    """ "My debt is now 4,000", "my loan is down to 4,000": neither the money now nor a loss."""
    linking = slot_words(said.locale).still_owed
    debts = [hit for hit in hits if hit.last <= atom.first and any(cue == Cue("debt", strong=True) for cue in hit.tag)]
    return any(_only_between(said, hit.last, atom.first, linking) for hit in debts)


def has_it_saved(said: Utterance, atom: Atom, context: Context) -> bool:
    """ "Retire at 65 with 400k saved" tells what is there; "I want 100k saved" and the answer about a target do not."""
    words = slot_words(context.locale)
    return (
        context.asked != "target_amount"
        and said.lexed.word(atom.first - 1) in words.has_with
        and words.saved.at(said.lexed.words, atom.last) is not None
    )


def put_in_for_a_time(said: Utterance, atoms: list[Atom], index: int, context: Context) -> str | None:
    """ "10,000 for 20 years": what is there at the start, as long as that was not told."""
    if not isinstance(atoms[index].reading, MoneyReading) or "initial_amount" in context.settled:
        return None
    after = atoms[index + 1] if index + 1 < len(atoms) else None
    if after is None or not isinstance(after.reading, HorizonReading):
        return None
    opener = slot_words(context.locale).horizon_openers.before(said.lexed.words, after.first)
    return "initial_amount" if opener is not None and opener.first == atoms[index].last else None


def time_unasked(said: Utterance, atoms: list[Atom], index: int, context: Context) -> str | None:
    """A time that nothing names. A bare length ("2 months") does not replace a time that was told before.

    It does beside a word of correction, beside an amount ("10,000 for 20 years") and behind a word such as "in". Where the
    income is asked for, a few months are what a cushion lasts.
    """
    months, reading = atoms[index].months, atoms[index].reading
    past = isinstance(reading, HorizonReading) and reading.problem == "past"
    if past or said.lexed.word(atoms[index].first - 1) in slot_words(context.locale).begins:
        return None  # "since 2019", "500 from next year"
    if months is None or "horizon" not in context.settled:
        return "horizon"
    words = slot_words(context.locale)
    if words.corrections.scan(said.lexed.words):
        return "horizon"
    if context.asked == "income_stability" and months <= _LONGEST_CUSHION:
        return "emergency_fund"
    opened = words.horizon_openers.before(said.lexed.words, atoms[index].first) is not None
    return "horizon" if opened or len(atoms) > 1 else None


def _only_between(said: Utterance, first: int, last: int, words: frozenset[str]) -> bool:
    return all(said.lexed.word(index) in words for index in range(first, last))
