"""Which of the amounts that come month by month an amount is: saved, lived on, spent, or a pension."""

from __future__ import annotations

from advisor.dialogue.nlu.atoms import Atom
from advisor.dialogue.nlu.money import MoneyReading
from advisor.dialogue.nlu.slots import MONTHLY_SLOTS, Context, Cue, slot_words
from advisor.dialogue.nlu.utterance import Utterance


def puts_aside(said: Utterance, around: tuple[int, int], money: MoneyReading) -> bool:
    """ "I can put aside 500 a month": what comes again and again is saved, and no cushion that is there."""
    return money.per != "once" and bool(
        slot_words(said.locale).what_if["set_aside"].scan(said.lexed.words[slice(*around)])
    )


def monthly(said: Utterance, atom: Atom, cue: Cue | None, context: Context) -> str:
    """Which of the amounts that come month by month is meant; saving, unless words or the question say otherwise."""
    if cue is not None and cue.strong and cue.slot in MONTHLY_SLOTS:
        return cue.slot
    asked = context.asked if context.asked in MONTHLY_SLOTS else None
    if context.pays_income and context.asked == "horizon" and cue is None:
        return "income_wanted"  # what a month is to bring, said before anything was asked about saving
    lives_on_it = asked is None and {"income_wanted", "pension_from"} <= context.admits
    if lives_on_it and _is_wanted(said, atom, context):
        return "income_wanted"
    if context.asked == "target_amount" and cue is not None and cue.slot == "target_amount":
        return "target_amount"
    return asked if asked is not None and not (cue is not None and cue.slot == "monthly_amount") else "monthly_amount"


def _is_wanted(said: Utterance, atom: Atom, context: Context) -> bool:
    """ "I want 3,000 a month", "I need about 3,000": a word for wanting right before the amount, or before what makes it rough."""
    wants, first = slot_words(context.locale).wants_monthly, atom.first
    while wants.before(said.lexed.words, first) is None:
        if first == 0 or said.lexed.word(first - 1) not in said.words.times.length_openers:
            return False
        first -= 1
    return True
