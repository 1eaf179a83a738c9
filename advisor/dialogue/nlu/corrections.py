"""Answers in free text: several at once, corrections of earlier ones, and which slot each value belongs to."""

from __future__ import annotations

from dataclasses import replace

from advisor.dialogue.nlu.atoms import Atom, atoms_in, best_cue, window
from advisor.dialogue.nlu.bad_year import amount_alone, says_an_amount
from advisor.dialogue.nlu.beside import (
    added_up,
    has_it_saved,
    is_paid_off,
    is_still_owed,
    of_this_amount,
    put_in_for_a_time,
    time_unasked,
    with_the_age_of_a_pension,
    without_articles,
)
from advisor.dialogue.nlu.clauses import nothing_at_first, without_parts
from advisor.dialogue.nlu.durations import HorizonReading
from advisor.dialogue.nlu.mentions import born, chosen, declines, named_elsewhere, said_in_words
from advisor.dialogue.nlu.money import MoneyReading
from advisor.dialogue.nlu.monthly import monthly, puts_aside
from advisor.dialogue.nlu.percent import PercentReading
from advisor.dialogue.nlu.phrases import Hit
from advisor.dialogue.nlu.slots import (
    ADMITTED_ONLY,
    CHOICE_SLOTS,
    ELSEWHERE,
    LENGTH_SLOTS,
    MONEY_SLOTS,
    PERCENT_SLOTS,
    TIME_SLOTS,
    Context,
    Cue,
    Mention,
    SlotValue,
    slot_words,
)
from advisor.dialogue.nlu.utterance import Utterance, utterance
from advisor.dialogue.nlu.yesno import yes_no_in

_LEANS_TO_A_TARGET = Cue("target_amount", strong=False)
_MOST_OF_A_VALUE = 4  # words: "doch rund 15 Tausend Euro"
_SURE = ("id", "label", "number", "letter", "ordinal")


def find_slots(text: str, context: Context) -> list[Mention]:
    """Every slot a message gives a value, in the order they were said; an empty list rather than a guess.

    A bare value answers the open question. A value whose words name another slot without doubt ("300 a month", "my credit
    card is at 19%") goes there; where the words only lean ("I have", "I want") and nothing else answers the question, it is
    the answer. Amounts said of other things ("I earn 5k a month") are left out.
    """
    said = utterance(without_parts(text, context.locale) or text, context.locale)
    if context.asked == "confirm_bad_year" and says_an_amount(said, context.currency):
        size = amount_alone(said, context.currency)
        if size is None:
            context = replace(context, asked=None, options=())
        elif chosen(said, context) is None:
            return [Mention("confirm_bad_year", size.reading, size.reading.raw, size.reading.span)]
    return [item for item in _found(said, context) if not _is_taken_at_once(item, said, context)]


def _is_taken_at_once(item: Mention, said: Utterance, context: Context) -> bool:
    """ "Take out 100,000 now" is no income of every month."""
    if item.slot != "income_wanted" or context.asked == item.slot or not isinstance(item.value, MoneyReading):
        return False
    words, tokens = slot_words(context.locale).what_if, said.lexed.words
    return item.value.per == "once" and bool(words["drawn"].scan(tokens)) and bool(words["now"].scan(tokens))


def _found(said: Utterance, context: Context) -> list[Mention]:
    picked = chosen(said, context)
    if picked and picked[1] in _SURE:
        return [picked[0]]
    found = said_in_words(said, context)
    found += [item for item in _numbered(said, context) if item.slot not in {other.slot for other in found}]
    zero = nothing_at_first(said) if found and context.asked in MONEY_SLOTS else None
    if zero and all(item.slot != context.asked for item in found):
        found.append(Mention(str(context.asked), zero, zero.raw, zero.span))
    if picked and (not found or context.asked in ("goal", "exclusions")):
        found.append(picked[0])
    taken = {item.slot for item in found}
    found += [item for item in named_elsewhere(said, context) if item.slot not in taken]
    if not found and context.asked == "confirm_summary":
        found = _confirmed(said)
    if slot_words(context.locale).corrections.scan(said.lexed.words):
        found = [replace(item, is_correction=True) for item in found]
    return sorted(found, key=lambda item: item.span)


def correction_of_last(text: str, locale: str) -> str | None:
    """What a message puts in place of the answer just given ("make that 15,000" -> "15,000"), None if it is no such message.

    "no wait, retirement" is about retirement: the "no" belongs to the old answer. "actually nothing" answers the open question.
    """
    said, words = utterance(text, locale), slot_words(locale)
    hits = words.corrections_of_last.scan(said.lexed.words)
    opener = words.opens_correction.at(said.lexed.words, 0)
    if not hits and opener is not None and len(said.lexed.words) - opener.last <= _MOST_OF_A_VALUE:
        hits = [opener]
    if not hits or declines(text, locale):
        return None
    first, last = hits[-1].last, len(said.lexed.words)
    while first < last and (said.lexed.word(first) in ".,:;!" or words.no.at(said.lexed.words, first)):
        first += 1
    return said.lexed.raw(first, last) if first < last else text


def _numbered(said: Utterance, context: Context) -> list[Mention]:
    hits = slot_words(context.locale).cues.scan(said.lexed.words)
    birth = born(said, context)
    atoms = without_articles(said, atoms_in(said, _unasked(context, hits)))
    atoms = added_up(said, with_the_age_of_a_pension(said, atoms, context, hits), hits)
    atoms = [atom for atom in atoms if not ((birth and _covers(birth, atom)) or is_paid_off(said, atom))]
    context = _with_a_rate(context, atoms)
    slots = [_slot(said, atoms, index, context, hits) for index in range(len(atoms))]
    slots = _asked_takes_weak(atoms, _with_the_one_before(atoms, slots, context), context)
    found: dict[str, Mention] = {} if birth is None else {birth.slot: birth}
    for atom, (slot, _) in zip(atoms, slots, strict=True):
        value = _value(atom, slot)
        if slot is not None and value is not None and (slot not in found or _is_dearer(value, found[slot])):
            raw = atom.reading.said if isinstance(atom.reading, HorizonReading) else atom.reading.raw
            found[slot] = Mention(slot, value, raw, atom.reading.span)
    return list(found.values())


def _is_dearer(rate: SlotValue, held: Mention) -> bool:
    """ "A mortgage at 4 % and a car loan at 7.5 %": the dearest debt is the one that counts."""
    dearest = held.value
    return (
        held.slot == "debt"
        and isinstance(rate, PercentReading)
        and isinstance(dearest, PercentReading)
        and rate.value > dearest.value
    )


def _unasked(context: Context, hits: list[Hit[tuple[Cue, ...]]]) -> Context:
    """A bare number answers a question for a time, but not beside a word for debt or pension: "I owe 6,000" are no months."""
    others = {"debt", *(context.admits - {context.asked})}
    told = any(cue.strong and cue.slot in others for hit in hits for cue in hit.tag)
    return replace(context, asked=None) if told and context.asked in TIME_SLOTS else context


def _covers(birth: Mention, atom: Atom) -> bool:
    """Whether an atom is the year or the age that tells when somebody was born."""
    low, high = atom.reading.span
    return low < birth.span[1] and birth.span[0] < high


def _with_a_rate(context: Context, atoms: list[Atom]) -> Context:
    """ "I owe 6,000 at 19 %": an amount of debt counts beside its rate."""
    rated = any(isinstance(atom.reading, PercentReading) for atom in atoms)
    return replace(context, admits=context.admits | {"debt_amount"}) if rated else context


def _slot(
    said: Utterance, atoms: list[Atom], index: int, context: Context, hits: list[Hit[tuple[Cue, ...]]]
) -> tuple[str | None, bool]:
    """The slot an atom belongs to, and whether that is certain."""
    atom, hits = atoms[index], of_this_amount(said, atoms, index, hits)
    money = atom.reading if isinstance(atom.reading, MoneyReading) else None
    if money and money.per == "once" and is_still_owed(said, atom, hits):
        return ("debt_amount" if "debt_amount" in context.admits else None), True
    cue = _nearest_cue(said, atoms, index, context, hits)
    if cue and cue.slot == "emergency_fund" and money and puts_aside(said, window(said, atoms, index), money):
        return "monthly_amount", True
    if cue and cue.strong and cue.slot in (ELSEWHERE, "debt", "emergency_fund") and not _fits(atom, cue.slot):
        return _debt_itself(cue, money, context), True
    if money and money.per != "once" and not (cue and cue.strong and cue.slot in ("target_amount", "loss_limit")):
        return monthly(said, atom, cue, context), True
    if cue:
        return _named(said, atom, cue, context)
    return _unnamed(said, atoms, index, context)


def _nearest_cue(
    said: Utterance, atoms: list[Atom], index: int, context: Context, hits: list[Hit[tuple[Cue, ...]]]
) -> Cue | None:
    """The cue of an atom's clause, else of the whole message up to its neighbours."""
    atom, cue = atoms[index], None
    once = not isinstance(atom.reading, MoneyReading) or atom.reading.per == "once"
    # "900 a month and my loss limit is 30 %": an amount that says how often is not looked for beyond its clause
    for whole in (False, True) if once else (False,):
        bounds = window(said, atoms, index, whole=whole)
        cue = cue or best_cue(hits, atom, bounds, lambda item: _admits(item, atom, context))
    return cue


def _named(said: Utterance, atom: Atom, cue: Cue, context: Context) -> tuple[str | None, bool]:
    """The slot that a word speaks of."""
    if cue.slot == "pension_monthly":
        return ("pension_from" if isinstance(atom.reading, HorizonReading) else cue.slot), True
    if cue == _LEANS_TO_A_TARGET and has_it_saved(said, atom, context):
        return "initial_amount", True
    return cue.slot, cue.strong


def _unnamed(said: Utterance, atoms: list[Atom], index: int, context: Context) -> tuple[str | None, bool]:
    """The slot of an atom that no word speaks of: the open question's, else what its neighbours make likely."""
    atom = atoms[index]
    beside = _beside_the_answer(atom, context)
    if beside is not None:
        return beside, True
    if _fits(atom, context.asked):
        return context.asked, True
    if isinstance(atom.reading, HorizonReading):
        return time_unasked(said, atoms, index, context), False
    return put_in_for_a_time(said, atoms, index, context), False


def _beside_the_answer(atom: Atom, context: Context) -> str | None:
    """What an answer tells besides: when a pension starts, for how long the money should last, how much is owed."""
    match atom.reading:
        case HorizonReading() if context.asked == "pension_monthly":
            return "pension_from"
        case HorizonReading() if context.asked == "birth_year" and atom.months is not None:
            return "spending_years"
        case MoneyReading(per="once") if context.asked == "debt":
            return "debt_amount"
    return None


def _debt_itself(cue: Cue, money: MoneyReading | None, context: Context) -> str | None:
    """An amount beside a word for debt is how much is owed, where that is of use."""
    is_debt = cue.slot == "debt" and money is not None and money.per == "once"
    return "debt_amount" if is_debt and "debt_amount" in context.admits else None


def _admits(cue: Cue, atom: Atom, context: Context) -> bool:
    """Weak cues count where the value fits; strong ones of debts and buffers also where it does not, to keep it from others."""
    if cue.slot == ELSEWHERE:
        return not isinstance(atom.reading, HorizonReading)
    if cue.slot in ADMITTED_ONLY and cue.slot not in context.admits:
        return False
    if cue.slot == "pension_monthly" and isinstance(atom.reading, HorizonReading):
        return "pension_from" in context.admits
    guards = cue.slot in ("debt", "emergency_fund") and isinstance(atom.reading, MoneyReading)
    return _fits(atom, cue.slot) or (cue.strong and guards)


def _fits(atom: Atom, slot: str | None) -> bool:
    match atom.reading:
        case MoneyReading():
            return slot in MONEY_SLOTS or slot in ("loss_limit", "confirm_bad_year")
        case PercentReading():
            return slot in PERCENT_SLOTS or slot == "loss_limit"
        case HorizonReading():
            return slot in LENGTH_SLOTS or (slot == "emergency_fund" and atom.months is not None)


def _with_the_one_before(
    atoms: list[Atom], slots: list[tuple[str | None, bool]], context: Context
) -> list[tuple[str | None, bool]]:
    """ "I owe 6,000 at 19 %", "a pension of 1,200 a month from 2040": what stands behind an amount speaks of the same thing."""
    found = list(slots)
    for index in range(1, len(atoms)):
        before, (slot, sure), reading = found[index - 1][0], found[index], atoms[index].reading
        if sure and slot is not None:
            continue
        if before == "debt_amount" and isinstance(reading, PercentReading):
            found[index] = ("debt", True)
        if before == "pension_monthly" and isinstance(reading, HorizonReading) and "pension_from" in context.admits:
            found[index] = ("pension_from", True)
    return found


def _asked_takes_weak(
    atoms: list[Atom], slots: list[tuple[str | None, bool]], context: Context
) -> list[tuple[str | None, bool]]:
    """If nothing answers the question, the only value that was placed by a leaning word does."""
    asked = context.asked
    if asked is None or any(slot == asked for slot, _ in slots):
        return slots
    unsure = [index for index, (_, sure) in enumerate(slots) if not sure and _fits(atoms[index], asked)]
    if len(unsure) != 1:
        return slots
    return [(asked, True) if index == unsure[0] else item for index, item in enumerate(slots)]


def _value(atom: Atom, slot: str | None) -> SlotValue:
    if slot in TIME_SLOTS:
        return atom.months if slot == "emergency_fund" else atom.reading
    return atom.reading if slot not in CHOICE_SLOTS else None


def _confirmed(said: Utterance) -> list[Mention]:
    answer = yes_no_in(said.lexed, said.locale)
    if answer not in ("yes", "no"):
        return []
    return [Mention("confirm_summary", answer, said.lexed.text, (0, len(said.lexed.text)))]
